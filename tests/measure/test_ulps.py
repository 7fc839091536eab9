"""Errors in units in the last place, and their tally."""

from __future__ import annotations

import math

import mpmath as mp
import pytest

from symkl.measure.ulps import error, rounded, tally


@pytest.mark.parametrize("truth", [1.0, 1.5, math.nextafter(2.0, 0.0), 1e-300, 3e200, 5e-324])
def test_the_next_number_is_one_unit_away(truth: float) -> None:
    away = math.nextafter(truth, math.inf)
    assert error(away, mp.mpf(truth), "float64") == pytest.approx((away - truth) / math.ulp(truth)) == 1
    assert error(truth, mp.mpf(truth), "float64") == 0


def test_a_unit_of_float32_is_two_to_the_29_times_as_large() -> None:
    assert error(1 + 2.0**-23, mp.mpf(1), "float32") == 1
    assert error(1 + 2.0**-23, mp.mpf(1), "float64") == 2.0**29
    assert error(2.0**-149, mp.mpf(0), "float32") == 1


def test_infinity_is_right_only_where_the_truth_is_too_large() -> None:
    assert error(math.inf, mp.mpf("1e400"), "float64") == 0
    assert error(math.inf, mp.mpf("1e40"), "float32") == 0
    assert error(math.inf, mp.mpf("1e40"), "float64") == math.inf
    assert error(-math.inf, mp.mpf("1e400"), "float64") == math.inf
    assert error(math.nan, mp.mpf("1e400"), "float64") == math.inf
    assert error(1e308, mp.inf, "float64") == math.inf


def test_a_tally_counts_what_is_negative_nan_or_infinite_without_need() -> None:
    truths = [mp.mpf(1), mp.mpf(0), mp.mpf(2), mp.mpf("1e400"), mp.mpf(-1), None]
    said = tally([-1e-17, -1e-300, math.nan, math.inf, -1.0, math.nan], truths, "float64")
    assert (said["points"], said["negative"], said["nan"], said["infinite"]) == (5, 2, 1, 0)
    assert said["max"] is None
    assert tally([math.inf], [mp.mpf(1)], "float64")["infinite"] == 1


def test_a_tally_of_good_values_has_their_largest_and_median_error() -> None:
    truth = mp.mpf(1)
    said = tally([1.0, 1 + 2.0**-52, 1 + 2.0**-50], [truth] * 3, "float64")
    assert said == {"points": 3, "max": 4.0, "median": 1.0, "negative": 0, "nan": 0, "infinite": 0}


def test_rounding_to_float32() -> None:
    assert rounded(0.1, "float32") == 0.10000000149011612
    assert rounded(0.1, "float64") == 0.1
    assert rounded(-1e39, "float32") == -math.inf
