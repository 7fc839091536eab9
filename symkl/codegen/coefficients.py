"""The numbers that the kernels are made of, derived exactly and rounded once."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import cache
from math import factorial
from typing import Any

import mpmath as mp
import sympy as sp
from mpmath import digamma, findroot
from sympy.integrals.quadrature import gauss_jacobi, gauss_legendre

__all__ = ["coefficients", "in_two"]


@cache
def coefficients() -> dict[str, tuple[Any, ...]]:
    """Name to numbers, lowest power first.

    - `atanh`: (atanh(s)/s - 1)/s**2 in powers of s**2, enough for s**2 <= 1/9;
    - `shifts`: log(2) - 1/2 and 1 - log(2), what x - log1p(x) changes by where 1 + x is doubled and halved;
    - `log_powers`: the logarithm of 2**1000; `log_two`: that of 2;
    - `exp`: (exp(x) - 1 - x)/x**2 in powers of x, enough for |x| <= 1;
    - `log_gamma`: loggamma(1 + x)/x in powers of x, enough for 0 <= x <= 1/4;
    - `log_sinhc`: log(sinh(x)/x)/x**2 in powers of x**2, enough for |x| <= 2;
    - `langevin`, `langevin_bend`: its derivative's (coth(x) - 1/x)/x, and 1 over the second one, which is
      1/x**2 - 1/sinh(x)**2 and falls too fast for a polynomial; both alike;
    - `bessel_zero`, `bessel_one`: I0(x) and 2*I1(x)/x in powers of (x/8)**2, enough for x <= 8; `bessel_bend`: alike
      I0(x)**2 times the derivative of I1(x)/I0(x), whose series, like theirs, has positive terms alone (DLMF 10.31.3);
    - `bessel_rest`: x*(x*(1 - I1(x)/I0(x)) - 1/2) in powers of 16/x - 1, enough for x >= 8; `bessel_far`: alike
      sqrt(2*pi*x)*exp(-x)*I0(x); `bessel_rest_twice`: the former in powers of 64/x - 1, for x >= 32;
    - `stirling`: those of x**-1, x**-3, ... in loggamma(x) - (x - 1/2)*log(x) + x - log(2*pi)/2 (DLMF 5.11.1);
    - `trigamma`: those of y**-3, y**-5, ... in trigamma(y) - 1/y - 1/(2*y**2) (DLMF 5.15.8);
    - `nodes`, `weights`: Gauss-Jacobi on [0, 1] for the weight 1 - t;
    - `even_nodes`, `even_weights`: Gauss-Legendre on [0, 1];
    - `few_nodes`, `few_weights`: the same, fewer;
    - `many_nodes`, `many_weights`: the same, more; `bell_nodes`, `bell_weights`: more still, for moments of bells;
    - `euler`: the constant of Euler and Mascheroni; `euler_below_one`: what it is below 1;
    - `digamma_root`: the positive root of digamma;
    - `root_of_tau`: the square root of 2*pi;
    - `stirling_twice`, those of its two derivatives `stirling_slope_twice` (without the sign) and
      `stirling_bend_twice`, `factorials_twice` (1/k! for k from 1 on), `logs_twice` (log(2), log(2*pi)/2 and log(32)),
      `pi_twice`: each number as the nearest one and what that is rounded by.
    """
    nodes, weights = gauss_jacobi(12, sp.Integer(1), sp.Integer(0), 25)
    even_nodes, even_weights = gauss_legendre(12, 25)
    few_nodes, few_weights = gauss_legendre(3, 25)
    many, most = _gauss_legendre(32), _gauss_legendre(40)
    bernoulli = [Fraction(int(b.p), int(b.q)) for b in (sp.bernoulli(2 * k) for k in range(1, 13))]
    stirling = [b / (2 * k * (2 * k - 1)) for k, b in enumerate(bernoulli, 1)]
    return {
        "atanh": tuple(float(c) for c in _interpolated(_atanh_remainder, 0, Fraction(1, 9), 10)),
        "shifts": tuple(float(c.evalf(25)) for c in (sp.log(2) - sp.Rational(1, 2), 1 - sp.log(2))),
        "log_powers": (float((1000 * sp.log(2)).evalf(30)),),
        "log_two": (float(sp.log(2).evalf(30)),),
        "exp": tuple(float(c) for c in _interpolated(_exp_remainder, -1, 1, 14)),
        "log_gamma": tuple(float(c) for c in _interpolated(_log_gamma, 0, Fraction(1, 4), 15)),
        "log_sinhc": tuple(float(c) for c in _interpolated(_log_sinhc, 0, 4, 17)),
        "langevin": tuple(float(c) for c in _interpolated(_langevin, 0, 4, 17)),
        "langevin_bend": tuple(float(c) for c in _interpolated(_langevin_bend, 0, 4, 14)),
        "bessel_zero": tuple(float(Fraction(16**k, factorial(k) ** 2)) for k in range(25)),
        "bessel_one": tuple(float(Fraction(16**k, factorial(k) * factorial(k + 1))) for k in range(25)),
        "bessel_bend": tuple(
            float(Fraction(16**k * factorial(2 * k), 2 * (factorial(k) * factorial(k + 1)) ** 2)) for k in range(33)
        ),
        "bessel_rest": tuple(float(c) for c in _interpolated(lambda y: _bessel_rest(16 / (1 + y)), -1, 1, 30)),
        "bessel_far": tuple(float(c) for c in _interpolated(_bessel_far, -1, 1, 24)),
        "stirling": tuple(float(b) for b in stirling[:10]),
        "trigamma": tuple(float(b) for b in bernoulli[:10]),
        "nodes": tuple(float((1 + x) / 2) for x in nodes),
        "weights": tuple(float(w / 4) for w in weights),
        "even_nodes": tuple(float((1 + x) / 2) for x in even_nodes),
        "even_weights": tuple(float(w / 2) for w in even_weights),
        "few_nodes": tuple(float((1 + x) / 2) for x in few_nodes),
        "few_weights": tuple(float(w / 2) for w in few_weights),
        "many_nodes": tuple(float((1 + x) / 2) for x, _ in many),
        "many_weights": tuple(float(w / 2) for _, w in many),
        "bell_nodes": tuple(float((1 + x) / 2) for x, _ in most),
        "bell_weights": tuple(float(w / 2) for _, w in most),
        "euler": (float(mp.euler),),
        "euler_below_one": (float(1 - mp.euler),),
        "digamma_root": (float(findroot(digamma, 1.46)),),
        "root_of_tau": (float(sp.sqrt(2 * sp.pi).evalf(25)),),
        "stirling_twice": tuple(in_two(b) for b in stirling),
        "stirling_slope_twice": tuple(in_two(b / (2 * k)) for k, b in enumerate(bernoulli, 1)),
        "stirling_bend_twice": tuple(in_two(b) for b in bernoulli),
        "atanh_twice": tuple(in_two(Fraction(1, 2 * k + 3)) for k in range(22)),
        "factorials_twice": tuple(in_two(Fraction(1, factorial(k))) for k in range(1, 16)),
        "bessel_rest_twice": tuple(map(in_two, _interpolated(lambda y: _bessel_rest(64 / (1 + y)), -1, 1, 28))),
        "pi_twice": (in_two(sp.pi),),
        "logs_twice": tuple(in_two(c) for c in (sp.log(2), sp.log(2 * sp.pi) / 2, sp.log(32))),
    }


def in_two(number: Fraction | sp.Expr | mp.mpf) -> tuple[float, float]:
    """The nearest number, and what that is rounded by."""
    if isinstance(number, mp.mpf):
        with mp.workdps(60):
            return float(number), float(number - float(number))
    exact = number if isinstance(number, Fraction) else Fraction(str(number.evalf(60)))
    return float(exact), float(exact - Fraction(float(exact)))


def _gauss_legendre(count: int) -> list[tuple[mp.mpf, mp.mpf]]:
    """The nodes on [-1, 1] and their weights: the roots of the Legendre polynomial by Newton's method."""
    found = []
    with mp.workdps(40):
        for i in range(count, 0, -1):
            x = mp.cos(mp.pi * (4 * i - 1) / (4 * count + 2))
            for _ in range(6):
                before, value = mp.mpf(1), x
                for n in range(2, count + 1):
                    before, value = value, ((2 * n - 1) * x * value - (n - 1) * before) / n
                slope = count * (x * value - before) / (x * x - 1)
                x -= value / slope
            found.append((x, 2 / ((1 - x * x) * slope**2)))
    return found


def _atanh_remainder(z: mp.mpf) -> mp.mpf:
    root = mp.sqrt(z)
    return (mp.atanh(root) / root - 1) / z


def _exp_remainder(x: mp.mpf) -> mp.mpf:
    return (mp.expm1(x) - x) / x**2


def _log_gamma(x: mp.mpf) -> mp.mpf:
    return mp.loggamma(1 + x) / x


def _log_sinhc(z: mp.mpf) -> mp.mpf:
    root = mp.sqrt(z)
    return mp.log(mp.sinh(root) / root) / z


def _langevin(z: mp.mpf) -> mp.mpf:
    root = mp.sqrt(z)
    return (mp.coth(root) - 1 / root) / root


def _langevin_bend(z: mp.mpf) -> mp.mpf:
    return 1 / (1 / z - 1 / mp.sinh(mp.sqrt(z)) ** 2)


def _bessel_rest(x: mp.mpf) -> mp.mpf:
    with mp.workdps(60):
        return x * (x * (1 - mp.besseli(1, x) / mp.besseli(0, x)) - mp.mpf(1) / 2)


def _bessel_far(y: mp.mpf) -> mp.mpf:
    x = 16 / (1 + y)
    return mp.sqrt(2 * mp.pi * x) * mp.exp(-x) * mp.besseli(0, x)


def _interpolated(
    function: Callable[[mp.mpf], mp.mpf], start: int | Fraction, end: int | Fraction, count: int
) -> list[mp.mpf]:
    """The polynomial through the function at the Chebyshev nodes of an interval: nearly the least error over it."""
    with mp.workdps(40):
        low, high = (mp.mpf(x.numerator) / x.denominator for x in (Fraction(start), Fraction(end)))
        angles = [mp.pi * (2 * i + 1) / (2 * count) for i in range(count)]
        nodes = [(low + high + (high - low) * mp.cos(angle)) / 2 for angle in angles]
        powers = mp.matrix([[x**k for k in range(count)] for x in nodes])
        return list(mp.lu_solve(powers, mp.matrix([function(x) for x in nodes])))
