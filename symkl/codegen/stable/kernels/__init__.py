"""Functions without cancellation that a stable form is built from: inert in SymPy, each with its definition.

A kernel that compares two quantities takes their difference as an argument of its own, because the difference can be
formed exactly from the parameters where it cannot from the two rounded quantities: `(1 - q) - (1 - p)` is `p - q`.
"""

from symkl.codegen.stable.kernels.bessel import (
    BesselGap,
    BesselLack,
    BesselRatio,
    BesselRatioRise,
    BesselRatioSlope,
    LogScaledBessel,
    SineOfStep,
    Versine,
)
from symkl.codegen.stable.kernels.chords import CrossingGap, RampGap
from symkl.codegen.stable.kernels.differences import (
    ProductDifference,
    ProductExcess,
    ReciprocalStep,
    SquareBalance,
    SquaresShare,
)
from symkl.codegen.stable.kernels.exact import Digamma, ExpM1, Log1P, LogGamma, Trigamma, XLog1PY, XLogY
from symkl.codegen.stable.kernels.exponentials import (
    ExpGap,
    ExpLag,
    ExpOfStep,
    GivenExpGap,
    GivenExpM1,
    PowerOfRatio,
    ScaledExpGap,
    ScaledExpInt,
)
from symkl.codegen.stable.kernels.gammas import (
    BetaGap,
    Binet,
    BinetGap,
    BinetRise,
    BinetSlope,
    DigammaRise,
    GammaGap,
    GammaOfRatio,
    GammaTail,
    TrigammaExcess,
)
from symkl.codegen.stable.kernels.kernel import Kernel, expand_kernels
from symkl.codegen.stable.kernels.langevin import LangevinLag, LangevinRise, LangevinSlope, SinhcGap
from symkl.codegen.stable.kernels.log_series import LogSeriesGap, LogSeriesRise, LogSeriesSlope
from symkl.codegen.stable.kernels.logarithms import (
    EntropyGap,
    LogGap,
    LogMean,
    LogOddsRise,
    LogRatio,
    LogRatioSum,
    LogSquares,
    ProductGap,
    ProductLogRatio,
    ScaledProductGap,
)
from symkl.codegen.stable.kernels.logistic import Sigmoid, SigmoidRise, Softplus, SoftplusGap

__all__ = [
    "BesselGap",
    "BesselLack",
    "BesselRatio",
    "BesselRatioRise",
    "BesselRatioSlope",
    "BetaGap",
    "Binet",
    "BinetGap",
    "BinetRise",
    "BinetSlope",
    "CrossingGap",
    "Digamma",
    "DigammaRise",
    "EntropyGap",
    "ExpGap",
    "ExpLag",
    "ExpM1",
    "ExpOfStep",
    "GammaGap",
    "GammaOfRatio",
    "GammaTail",
    "GivenExpGap",
    "GivenExpM1",
    "Kernel",
    "LangevinLag",
    "LangevinRise",
    "LangevinSlope",
    "Log1P",
    "LogGamma",
    "LogGap",
    "LogMean",
    "LogOddsRise",
    "LogRatio",
    "LogRatioSum",
    "LogScaledBessel",
    "LogSeriesGap",
    "LogSeriesRise",
    "LogSeriesSlope",
    "LogSquares",
    "PowerOfRatio",
    "ProductDifference",
    "ProductExcess",
    "ProductGap",
    "ProductLogRatio",
    "RampGap",
    "ReciprocalStep",
    "ScaledExpGap",
    "ScaledExpInt",
    "ScaledProductGap",
    "Sigmoid",
    "SigmoidRise",
    "SineOfStep",
    "SinhcGap",
    "Softplus",
    "SoftplusGap",
    "SquareBalance",
    "SquaresShare",
    "Trigamma",
    "TrigammaExcess",
    "Versine",
    "XLog1PY",
    "XLogY",
    "expand_kernels",
]
