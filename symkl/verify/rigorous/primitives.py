"""The steps of a program that are in no table: sums, products, powers, and the choices that are made at points.

Each takes the analytic flag first; a choice is made only where it is certain, and is nan elsewhere.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import sympy as sp
from flint import acb, acb_series, arb

from symkl.verify.rigorous.operations import CUTS, NAN

__all__ = [
    "RELATIONS",
    "add",
    "choose",
    "ei",
    "exp_ratio",
    "exponential",
    "greatest",
    "least",
    "log1m_ratio",
    "lower_beta",
    "multiply",
    "positive",
    "power",
    "root",
    "zeta_derivative",
]


def add(analytic: bool, *args: acb) -> acb:
    total = args[0]
    for arg in args[1:]:
        total = total + arg
    return total


def multiply(analytic: bool, *args: acb) -> acb:
    total = args[0]
    for arg in args[1:]:
        total = total * arg
    return total


def exponential(analytic: bool, z: acb) -> acb:
    return z.exp()


def root(analytic: bool, z: acb) -> acb:
    return z.sqrt(analytic=analytic)


def power(analytic: bool, z: acb, exponent: acb) -> acb:
    return z.pow(exponent, analytic=analytic)


def ei(analytic: bool, z: acb) -> acb:
    if z.real > 0:
        return z.ei()
    return -(-z).expint(1) if z.real < 0 else NAN  # Ei(z) = -E_1(-z) there, real on the negative axis


def exp_ratio(analytic: bool, z: acb) -> acb:
    """`(exp(z) - 1)/z = int_0^1 exp(s*z) ds` from its middle: its derivative is at most `exp(max(0, Re z))/2`."""
    middle = z.mid()
    value = middle.expm1() / middle if middle != 0 else acb(1)
    return _widened(value, z, z.real.max(arb(0)).exp() / 2)


def log1m_ratio(analytic: bool, z: acb) -> acb:
    """`-log(1 - z)/z = int_0^1 ds/(1 - s*z)` from its middle: within |z| <= r < 1 its derivative is at most
    `(1 - r)^-2/2`.
    """
    reach = 1 - abs(z)
    if not reach > 0:
        return -(-z).log1p() / z if CUTS["real from 1"](z) else NAN
    middle = z.mid()
    value = -(-middle).log1p() / middle if middle != 0 else acb(1)
    return _widened(value, z, 1 / (2 * reach**2))


def _widened(value: acb, z: acb, slope: arb) -> acb:
    """The value at the middle of the ball z, widened to hold all values on it."""
    width = ((z.real.rad() + z.imag.rad()) * slope).upper()
    return value + acb(arb(0, width), arb(0, width))


def lower_beta(analytic: bool, a: acb, b: acb, z: acb) -> acb:
    """The incomplete beta function from 0 to z; nan beside its cuts, on the real axis outside 0 to 1."""
    return z.beta_lower(a, b) if z.real > 0 and z.real < 1 else NAN


def zeta_derivative(order: int) -> Callable[..., acb]:
    """The derivative of that order of the Riemann zeta function, which has no cut."""

    def derivative(analytic: bool, z: acb) -> acb:
        return acb_series.zeta(acb_series([z, acb(1)], order + 1)).coeffs()[order] * math.factorial(order)

    return derivative


def positive(analytic: bool, z: acb) -> acb:
    """The ball itself where it certainly keeps off the real numbers up to 0, else nan."""
    return z if CUTS["real up to 0"](z) else NAN


def choose(analytic: bool, *args: acb) -> acb:
    for condition, value in zip(args[::2], args[1::2], strict=True):
        if not condition.is_finite():
            return NAN
        if condition == 1:
            return value
    return NAN


def least(analytic: bool, *args: acb) -> acb:
    found = args[0]
    for arg in args[1:]:
        found = found.real_min(arg)
    return found


def greatest(analytic: bool, *args: acb) -> acb:
    found = args[0]
    for arg in args[1:]:
        found = found.real_max(arg)
    return found


def _relation(holds: Callable[[arb], bool], fails: Callable[[arb], bool]) -> Callable[..., acb]:
    def decide(analytic: bool, difference: acb) -> acb:
        if holds(difference.real):
            return acb(1)
        return acb(0) if fails(difference.real) else NAN

    return decide


RELATIONS: dict[type, Callable[..., acb]] = {
    sp.StrictLessThan: _relation(lambda d: bool(d < 0), lambda d: bool(d >= 0)),
    sp.LessThan: _relation(lambda d: bool(d <= 0), lambda d: bool(d > 0)),
    sp.StrictGreaterThan: _relation(lambda d: bool(d > 0), lambda d: bool(d <= 0)),
    sp.GreaterThan: _relation(lambda d: bool(d >= 0), lambda d: bool(d < 0)),
    sp.Equality: _relation(lambda d: bool(d == 0), lambda d: not d.contains(0)),
    sp.Unequality: _relation(lambda d: not d.contains(0), lambda d: bool(d == 0)),
}
