"""The value of a formula at rational parameters: as a rigorous ball where the table reaches, else by mpmath."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import flint
import mpmath as mp
import sympy as sp
from flint import arb, fmpq

from symkl.model import Claim, Expectation
from symkl.verify.plain_table import NoValue, Number, value
from symkl.verify.rigorous import continuous, enclose, series
from symkl.verify.rigorous.compile import compile_balls, constant
from symkl.verify.rigorous.enclosure import constant_at
from symkl.verify.rigorous.operations import NoEnclosure

__all__ = ["Agreement", "agreement", "ball_of", "decimal", "exact", "number_of", "truth", "unreal"]

#: how often the working precision may be doubled where digits cancel
_TRIES = 4


def ball_of(form: sp.Expr, at: Mapping[sp.Symbol, sp.Expr], digits: int = 30, claim: Claim | None = None) -> arb | None:
    """A ball of about that many digits that holds the form's value, or None.

    Inert expectations are enclosed from the density of `claim.p`, sums and integrals from themselves.
    """
    whole = not form.has(Expectation, sp.Sum, sp.Integral)
    precision = int(digits * 3.33) + 40
    for _ in range(_TRIES):
        with flint.ctx.workprec(precision):
            try:
                if whole:
                    found = constant_at(form, at)
                else:
                    here = form.xreplace(dict(at))
                    found = constant(here, _inner(form, here, at, digits, claim))
            except NoEnclosure:
                return None
            if not found.is_finite():
                return None
            if found.rad() < arb(10) ** -(digits + 2) * (1 + abs(found.mid())):
                return found
        precision *= 2
    return found


def _inner(
    form: sp.Expr, here: sp.Expr, at: Mapping[sp.Symbol, sp.Expr], digits: int, claim: Claim | None
) -> dict[sp.Basic, arb]:
    given: dict[sp.Basic, arb] = {}
    for node in form.atoms(Expectation):
        if claim is None:
            raise NoEnclosure(f"{node} is an expectation under nothing")
        found = enclose(claim.p, node.body, at, digits + 2)
        if found.ball is None:
            raise NoEnclosure(found.reason)
        given[node.xreplace(dict(at))] = found.ball
    for whole in here.atoms(sp.Sum, sp.Integral):
        ((x, lower, upper),) = whole.limits
        mass, weight = _weighted(whole.function)
        if isinstance(whole, sp.Sum):
            given[whole] = series.total(mass, weight, x, (lower, upper), digits + 2)
        else:
            given[whole] = continuous.integrate(mass, weight, x, (lower, upper), sp.Integer(0), digits + 2)
    return given


def _weighted(function: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """A function as (product of the factors whose logarithms are simple, product of the others)."""
    factors = sp.Mul.make_args(function)
    weights = [factor for factor in factors if isinstance(factor, (sp.log, sp.loggamma, sp.Add))]
    return sp.Mul(*[factor for factor in factors if factor not in weights]), sp.Mul(*weights)


def unreal(form: sp.Expr, at: Mapping[sp.Symbol, sp.Expr]) -> str | None:
    """The form's value in words where it is not a real number, by balls or, where they have none, by mpmath."""
    if form.has(Expectation, sp.Sum, sp.Integral):
        return None
    here = form.xreplace(dict(at))
    try:
        with flint.ctx.workprec(200):
            found = compile_balls(here, points=True)(flint.acb(0))
    except NoEnclosure:
        return _unreal_number(here)
    if not found.is_finite():
        return _unreal_number(here)
    return None if found.imag.contains(0) else f"{decimal(found.real)} + {decimal(found.imag)}*I"


def _unreal_number(here: sp.Expr) -> str | None:
    """On a branch cut, where a ball has no value: `atanh(2)`."""
    with mp.workdps(30):
        try:
            found = value(here)
        except (NoValue, ValueError, ZeroDivisionError, OverflowError, TypeError):
            return None
        if not isinstance(found, mp.mpc) or not mp.isfinite(found) or abs(found.imag) < mp.mpf(10) ** -20:
            return None
        return f"{decimal(found.real)} + {decimal(found.imag)}*I"


def number_of(form: sp.Expr, at: Mapping[sp.Symbol, sp.Expr], digits: int = 30) -> Number | None:
    """The form's value by mpmath, or None; twice evaluated, so that cancelled digits are noticed."""
    here = form.xreplace(dict(at))
    found = []
    for extra in (10, 30):
        with mp.workdps(digits + extra):
            try:
                found.append(value(here))
            except (NoValue, ValueError, ZeroDivisionError, OverflowError, TypeError):
                return None
    if not mp.isfinite(found[1]) or isinstance(found[1], mp.mpc):
        return None
    return found[1] if abs(found[0] - found[1]) <= mp.mpf(10) ** (2 - digits) * (1 + abs(found[1])) else None


@dataclass(frozen=True)
class Agreement:
    """`digits` to which two numbers agree (of their size, or absolutely below 1); `apart`: they certainly differ."""

    digits: int
    apart: bool


def agreement(one: arb, two: arb) -> Agreement:
    """How two balls compare; balls that do not meet are `apart`."""
    with flint.ctx.workprec(400):
        gap = (abs(one.mid() - two.mid()) + one.rad() + two.rad()) / (1 + abs(two.mid()))
        digits = 99 if gap == 0 else int((-(gap.mid().log() / arb(10).log())).floor().unique_fmpz() or 0)
        return Agreement(max(0, min(digits, 99)), not one.overlaps(two))


def truth(condition: sp.Basic, at: Mapping[sp.Symbol, sp.Expr]) -> bool | None:
    """Whether a condition on the parameters holds at that point; None where balls cannot tell."""
    here = condition.xreplace(dict(at))
    if here in (sp.true, sp.false):
        return bool(here)
    if isinstance(here, (sp.And, sp.Or)):
        parts = [truth(part, {}) for part in here.args]
        decisive = isinstance(here, sp.Or)
        return decisive if decisive in parts else (None if None in parts else not decisive)
    try:
        with flint.ctx.workprec(200):
            found = compile_balls(here, points=True)(flint.acb(0))
    except NoEnclosure:
        return None
    return bool(found == 1) if found.is_finite() else None


def decimal(number: arb | Number | sp.Expr, digits: int = 20) -> str:
    """The number as a decimal string of at most that many digits (of a ball: of its middle)."""
    if isinstance(number, arb):
        if not number.is_finite():
            return str(number)
        with flint.ctx.workprec(int(digits * 3.33) + 40):
            return _trimmed(str(number.mid().str(digits, radius=False)))
    with mp.workdps(digits + 5):
        if isinstance(number, sp.Rational):
            number = mp.mpf(int(number.p)) / int(number.q)
        return str(mp.nstr(number, digits))


def _trimmed(text: str) -> str:
    """`2.5000` => `2.5`."""
    if "e" in text or "." not in text:
        return text
    short = text.rstrip("0")
    return short + "0" if short.endswith(".") else short


def exact(number: Number) -> arb:
    """An mpmath number as a ball without radius."""
    sign, mantissa, exponent, _ = mp.mpf(number)._mpf_
    whole = arb(int(mantissa) * (-1 if sign else 1))
    return whole * arb(2) ** int(exponent) if mantissa else arb(fmpq(0))
