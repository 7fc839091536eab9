"""A form against the defining integral at drawn points: by balls, and by plain quadrature."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import mpmath as mp
import sympy as sp
from flint import arb

from symkl.model import Check, Claim, Counterexample, Expectation
from symkl.verify.endless import endless
from symkl.verify.integral import enclosed, estimated
from symkl.verify.numbers import agreement, ball_of, decimal, exact, number_of, unreal
from symkl.verify.plain import expectation
from symkl.verify.plain_table import Number
from symkl.verify.points import Point, shown

__all__ = ["Evidence", "by_enclosure", "by_quadrature"]

#: two plain numbers agree from this many digits on
_ENOUGH = 7


@dataclass(frozen=True)
class Evidence:
    """A check, and the point that refutes the form where there is one."""

    check: Check
    counterexample: Counterexample | None = None


def by_enclosure(
    form: sp.Expr, claim: Claim, points: Sequence[Point], digits: int, scale: sp.Expr = sp.S.One
) -> Evidence:
    """The ball of `form * scale` against the ball of the defining integral, at each point. Balls apart disprove."""
    reason, done, least = "no point was found inside the parameters' domains and the conditions", 0, 99
    for point in points:
        whole = enclosed(claim, point, digits)
        if whole.ball is None:
            reason = whole.reason
            continue
        given = ball_of(form * scale, point, digits, claim)
        if given is None:
            complex_value = unreal(form * scale, point)
            if complex_value is not None:
                counterexample = Counterexample(shown(point), complex_value, decimal(whole.ball))
                return Evidence(Check("enclosure", False, done + 1, 0, "the form is not real"), counterexample)
            infinite = endless(form * scale, point)
            if infinite is not None:
                counterexample = Counterexample(shown(point), str(infinite), decimal(whole.ball))
                return Evidence(Check("enclosure", False, done + 1, 0, "the form is infinite"), counterexample)
            reason = "the form could not be enclosed"
            continue
        found = agreement(given, whole.ball)
        if found.apart:
            return Evidence(Check("enclosure", False, done + 1, 0), _counter(point, given, whole.ball))
        if found.digits < min(10, digits - 2):
            reason = "the balls are too wide to say anything"
            continue
        done, least = done + 1, min(least, found.digits)
    if not done:
        return Evidence(Check("enclosure", None, note=reason))
    note = f"the ball of the form meets the ball of the defining integral at {_count(done)}"
    return Evidence(Check("enclosure", True, done, min(least, digits), note))


def by_quadrature(form: sp.Expr, claim: Claim, points: Sequence[Point], scale: sp.Expr = sp.S.One) -> Evidence:
    """`form * scale` against plain quadrature of the defining integral, at each point."""
    reason, done, least = "no point was found inside the parameters' domains and the conditions", 0, 99
    for point in points:
        whole = estimated(claim, point)
        if whole.status != "value":
            reason = whole.note
            continue
        given = _value(form * scale, point, claim)
        if given is None:
            reason = "the form could not be evaluated"
            continue
        gap = abs(given - whole.value) / (1 + abs(whole.value))
        digits = 15 if gap == 0 else max(0, min(15, int(mp.floor(-mp.log10(gap)))))
        if digits < _ENOUGH:
            if gap > 1000 * whole.error:
                return Evidence(
                    Check("quadrature", False, done + 1, digits), _counter(point, exact(given), exact(whole.value))
                )
            reason = "the quadrature's error is too large to say anything"
            continue
        done, least = done + 1, min(least, digits)
    if not done:
        return Evidence(Check("quadrature", None, note=reason))
    note = f"an estimate, by quadrature of the density as given, at {_count(done)}"
    if claim.p.kind == "discrete":
        note = f"an estimate, by summation of the masses as given, at {_count(done)}"
    return Evidence(Check("quadrature", True, done, least, note))


def _value(form: sp.Expr, point: Point, claim: Claim) -> Number | None:
    if form.has(Expectation):
        values = {node: _plainly(node.body, point, claim) for node in form.atoms(Expectation)}
        if None in values.values():
            return None
        return number_of(form.xreplace(values), point, 15)
    ball = ball_of(form, point, 20, claim)
    if ball is None or not ball.rad() < arb(10) ** -15 * (1 + abs(ball.mid())):
        return number_of(form, point, 20)
    return mp.mpf(decimal(ball, 25))


def _plainly(body: sp.Expr, point: Point, claim: Claim) -> sp.Rational | None:
    """E_p[body] by quadrature or summation."""
    found = expectation(claim.p, body, point)
    if found.status != "value":
        return None
    return sp.Rational(*float(found.value).as_integer_ratio())


def _counter(point: Point, given: arb, true: arb) -> Counterexample:
    return Counterexample(shown(point), decimal(given), decimal(true))


def _count(points: int) -> str:
    return "1 point" if points == 1 else f"{points} points"
