"""The spellings that backends share: kernels, which each backend has as templates of the same names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp

from symkl.codegen.stable import kernels as k
from symkl.codegen.stable.kernels import together
from symkl.codegen.stable.kernels.kernel import parts_of
from symkl.codegen.twice import Bounded

__all__ = ["CIRCULAR_REFINED", "GAPS", "MEANS_REFINED", "REFINED", "RISES", "WIDENED"]

#: what derivatives are worked out again of, with twice the digits
REFINED: Mapping[Any, str] = {
    sp.log: "_log_twice({0})",
    sp.exp: "_exp_twice({0})",
    sp.loggamma: "_polygamma_twice(-1, {0})",
    sp.polygamma: "_polygamma_twice({0}, {1})",
    sp.Abs: "_abs_twice({0})",
    sp.sign: "_sign_twice({0})",
    Bounded: "_bounded_twice({0})",
}

#: means over lines with twice the digits
MEANS_REFINED: Mapping[Any, str] = {
    k.RampGap: "_ramp_gap_twice({0}, {1}, {2}, {3})",
    k.CrossingGap: "_crossing_gap_twice({0}, {1}, {2}, {3}, {4}, {5})",
    k.RampLogMean: "_ramp_log_mean_twice({0}, {1}, {2}, {3})",
    k.CrossingLogMean: "_crossing_log_mean_twice({0}, {1}, {2}, {3}, {4}, {5})",
    k.ShareMean: "_share_mean_twice({0}, {1}, {2}, {3})",
}

#: what turns on a circle
CIRCULAR_REFINED: Mapping[Any, str] = {
    k.BesselRatio: "_bessel_ratio_twice({0})",
    k.BesselRatioRise: "_bessel_ratio_rise_twice({0}, {1}, {2})",
    k.BesselRatioSlope: "_bessel_ratio_slope_twice({0}, {1})",
    k.SineOfStep: "_sine_of_step_twice({0}, {1})",
    k.Versine: "_versine_twice({0}, {1})",
}

#: what is worked out again in numbers whose powers of two have no end
WIDENED: Mapping[Any, str] = {
    k.LogRatio: "_log_ratio_wide({0}, {1}, {2})",
    k.LogGap: "_log_gap_wide({0}, {1}, {2})",
    k.EntropyGap: "_entropy_gap_wide({0}, {1}, {2})",
    k.ScaledExpGap: "_scaled_exp_gap_wide({0}, {1})",
    k.ProductRise: "_product_rise_wide({0}, {1}, {2}, {3})",
    k.ExpM1: "_exp_m1_wide({0})",
    k.ExpLag: "_exp_lag_wide({0})",
}

#: what values are made of
GAPS: Mapping[Any, str] = {
    k.LogRatio: "_log_ratio({0}, {1}, {2})",
    k.LogGammaSum: "_log_gamma_sum({0}, {1}, {2}, {3}, {4}, {5}, {6}, {7}, {8})",
    k.LogRatioSum: "_log_ratio_sum({0}, {1}, {2}, {3}, {4}, {5}, {6}, {7})",
    k.LogSquares: "_log_squares({0}, {1}, {2}, {3})",
    k.LogOddsRise: "_log_odds_rise({0}, {1}, {2})",
    k.LogMean: "_log_mean({0}, {1}, {2})",
    k.ProductRise: "_product_rise({0}, {1}, {2}, {3})",
    k.LogGap: "_log_gap({0}, {1}, {2})",
    k.EntropyGap: "_entropy_gap({0}, {1}, {2})",
    k.RampGap: "_ramp_gap({0}, {1}, {2}, {3})",
    k.CrossingGap: "_crossing_gap({0}, {1}, {2}, {3}, {4}, {5})",
    k.BellGap: "_bell_gap({0}, {1}, {2}, {3}, {4}, {5}, {6}, {7})",
    k.BellOverhang: "_bell_overhang({0}, {1}, {2}, {3}, {4}, {5})",
    k.ProductGap: "_product_gap({0}, {1}, {2}, {3})",
    k.ScaledProductGap: "_scaled_product_gap({0}, {1}, {2}, {3})",
    k.ProductLogRatio: "_product_log_ratio({0}, {1}, {2}, {3})",
    k.QuotientOfProducts: "_quotient_of_products({0}, {1}, {2}, {3}, {4}, {5})",
    k.ExpGap: "_exp_gap({0})",
    k.GivenExpGap: "_given_exp_gap({0}, {1})",
    k.ExpOfStep: "_exp_of_step({0}, {1}, {2})",
    k.PowerOfRatio: "_power_of_ratio({0}, {1}, {2})",
    k.GammaOfRatio: "_gamma_of_ratio({0}, {1})",
    k.ScaledExpGap: "_scaled_exp_gap({0}, {1})",
    k.SoftplusGap: "_softplus_gap({0}, {1}, {2})",
    k.GammaGap: "_gamma_gap({0}, {1}, {2})",
    k.GivenLogGamma: "_given_log_gamma({0}, {1}, {2})",
    k.LogGammaRise: "_log_gamma_rise({0}, {1}, {2})",
    k.PoweredGammaGap: "_powered_gamma_gap({0}, {1}, {2}, {3}, {4})",
    k.BinetGap: "_binet_gap({0}, {1}, {2})",
    k.Binet: "_binet({0})[0]",
    k.BinetSlope: "_binet({0})[1]",
    k.BetaGap: "_beta_gap({0}, {1}, {2}, {3}, {4}, {5})",
    k.UpperGammaGap: "_upper_gamma_gap({0}, {1}, {2})",
    k.ScaledExpInt: "_scaled_exp_int({0})",
    k.SinhcGap: "_sinhc_gap({0}, {1}, {2})",
    k.LangevinRise: "_langevin_rise({0}, {1}, {2})",
    k.LangevinSlope: "_langevin_slope({0})",
    k.LangevinLag: "_langevin_lag({0})",
    k.BesselGap: "_bessel_gap({0}, {1}, {2})",
    k.BesselLack: "_bessel_lack({0})",
    k.LogScaledBessel: "_log_scaled_bessel({0})",
    k.BesselRatio: "_bessel_ratio({0})",
    k.BesselRatioRise: "_bessel_ratio_rise({0}, {1}, {2})",
    k.BesselRatioSlope: "_bessel_ratio_slope({0}, {1})",
    k.Versine: "_versine({0}, {1})",
    k.LogSeriesGap: "_log_series_gap({0}, {1}, {2})",
    k.LogSeriesRise: "_log_series_rise({0}, {1}, {2})",
    k.LogSeriesSlope: "_log_series_slope({0})",
}
#: several at once
_TOGETHER: Mapping[type[together.Together], str] = {
    together.BellSlopes: "_bell_slopes({0}, {1}, {2}, {3}, {4}, {5}, {6}, {7})",
    together.BellHeights: "_bell_heights({0}, {1}, {2}, {3})",
    together.BellOverhangSlopes: "_bell_overhang_slopes({0}, {1}, {2}, {3}, {4}, {5})",
}
#: what derivatives need besides
RISES: Mapping[Any, str] = {
    **_TOGETHER,
    together.Place: "{0}[{1}]",
    **{kind: f"{text}[{kind.place}]" for whole, text in _TOGETHER.items() for kind in parts_of(whole)},
    k.ProductDifference: "_product_difference({0}, {1}, {2}, {3})",
    k.ProductExcess: "_product_excess({0}, {1}, {2}, {3}, {4}, {5})",
    k.ReciprocalStep: "_reciprocal_step({0}, {1}, {2})",
    k.SquareBalance: "_square_balance({0}, {1}, {2}, {3}, {4}, {5})",
    k.SquaresShare: "_squares_share({0}, {1}, {2}, {3}, {4})",
    k.LogShareRatio: "_log_share_ratio({0}, {1}, {2}, {3}, {4})",
    k.ExpLag: "_exp_lag({0})",
    k.FarExponent: "_far_exponent({0}, {1}, {2}, {3})",
    k.GivenExpM1: "_given_exp_m1({0}, {1})",
    k.DigammaRise: "_digamma_rise({0}, {1}, {2})",
    k.BinetRise: "_binet_rise({0}, {1}, {2})",
    k.TrigammaExcess: "_trigamma_excess({0}, {1})",
    k.TrigammaLift: "_trigamma_lift({0})",
    k.SineOfStep: "_sine_of_step({0}, {1})",
    k.RampLogMean: "_ramp_log_mean({0}, {1}, {2}, {3})",
    k.CrossingLogMean: "_crossing_log_mean({0}, {1}, {2}, {3}, {4}, {5})",
    k.ShareMean: "_share_mean({0}, {1}, {2}, {3})",
    k.NearOrFar: "_near_or_far({0}, {1}, {2})",
    k.SigmoidRise: "_sigmoid_rise({0}, {1}, {2})",
}
