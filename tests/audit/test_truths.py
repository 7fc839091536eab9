"""Truths beside integrals that are written out here, and what is never taken for one."""

from __future__ import annotations

from collections.abc import Callable

import mpmath as mp
import pytest

from symkl.audit.points import Place
from symkl.audit.subjects import Subject
from symkl.audit.truths import Truth, confirmed, truths


def _along_log(log_density: Callable[[mp.mpf], mp.mpf], reach: mp.mpf) -> mp.mpf:
    """An entropy on the positive half-line from the log-density in t = log x."""
    with mp.workdps(30):
        ends = mp.linspace(-reach, reach, 60)
        assert abs(mp.quad(lambda t: mp.exp(log_density(t) + t), ends) - 1) < 1e-15
        return -mp.quad(lambda t: mp.exp(log_density(t) + t) * log_density(t), ends)


def _softplus(t: mp.mpf) -> mp.mpf:
    return mp.log1p(mp.exp(t)) if t < 200 else t


def _mielke(k: float, s: float) -> mp.mpf:
    k, s = mp.mpf(k), mp.mpf(s)
    return _along_log(lambda t: mp.log(k) + (k - 1) * t - (1 + k / s) * _softplus(s * t), max(120 / k, 120 / s))


def _burr12(c: float, d: float) -> mp.mpf:
    c, d = mp.mpf(c), mp.mpf(d)
    return _along_log(lambda t: mp.log(c * d) + (c - 1) * t - (d + 1) * _softplus(c * t), max(120 / (c * d), 120 / c))


@pytest.mark.parametrize(
    ("name", "values", "entropy"),
    [("burr12", (0.3185, 0.3353), _burr12), ("burr12", (0.2033, 3.42), _burr12), ("mielke", (0.2636, 0.361), _mielke)],
)
def test_entropies_without_a_closed_form(
    subject: Callable[..., Subject], name: str, values: tuple[float, ...], entropy: Callable[..., mp.mpf]
) -> None:
    [found] = truths(subject("scipy", name), None, [Place("interior", values)])
    assert found["origin"] == "integral"
    assert abs(Truth(**found).number - entropy(*values)) < 1e-13


def test_an_enclosure_so_wide_that_it_says_nothing_is_no_truth(subject: Callable[..., Subject]) -> None:
    place = Place("far", (0.019913731257688878, 0.005301531718893007))
    [found] = truths(subject("scipy", "mielke"), None, [place])
    true = _mielke(*place.values)
    assert abs(true - 339.23519930758) < 1e-10
    assert found["value"] is None or abs(Truth(**found).number - true) < 1e-8


def test_a_truth_is_confirmed_and_a_wrong_one_is_not(subject: Callable[..., Subject]) -> None:
    normal, place = subject("scipy", "norm"), Place("interior", (0.25, 2.0))
    [found] = truths(normal, None, [place])
    assert confirmed(normal, place, Truth(**found)) is True
    assert confirmed(normal, place, Truth("2.1")) is False
    assert confirmed(normal, place, Truth("oo")) is False
    assert confirmed(normal, place, Truth(None)) is None
