"""Published formulas with rounded numbers and with guards: right as far as such numbers can be, and never proved.

`log(s) + 2.0541199` gives a constant to seven places; `log(sigma**2 + 1e-8)` keeps a logarithm finite. Neither equals
the truth. A rounded number stands for all the numbers that it may have been rounded or cut from; a guard is a tiny
number added for a machine's sake, without which the formula is meant.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import flint
import sympy as sp
from flint import arb, fmpq

from symkl.model import Check, Claim
from symkl.verify.integral import enclosed
from symkl.verify.numbers import agreement, ball_of
from symkl.verify.points import Point
from symkl.verify.rigorous.compile import constant
from symkl.verify.rigorous.operations import NoEnclosure

__all__ = ["by_rounding", "guardless", "guards", "roundings"]

#: a number of so many decimal places, and of so many digits, is taken for a rounded one: 1e-9 is not, it has one digit
_PLACES = _DIGITS = 5
#: what is added for a machine's sake is at most this
_TINY = sp.Rational(1, 10**6)
#: a form with rounded numbers agrees with the truth to so many digits
_ENOUGH = 6
_PRECISION = 200


def guards(form: sp.Expr) -> set[sp.Rational]:
    """The tiny numbers that stand as terms of sums inside the form: on its own, such a number guards nothing."""
    sums = form.atoms(sp.Add) - {form}
    return {term for whole in sums for term in whole.args if term.is_Rational and abs(term) <= _TINY}


def guardless(form: sp.Expr) -> sp.Expr:
    """The form without its guards."""
    tiny = guards(form)

    def without(whole: sp.Expr) -> sp.Expr:
        return sp.Add(*[term for term in whole.args if term not in tiny])

    return form.replace(lambda node: isinstance(node, sp.Add) and node != form and bool(tiny & set(node.args)), without)


def roundings(form: sp.Expr) -> dict[sp.Rational, int]:
    """The numbers with many decimal places, and how many."""
    found = {}
    for number in form.atoms(sp.Rational):
        places = _places(int(number.q))
        if places is not None and places >= _PLACES and abs(number) * 10**places >= 10 ** (_DIGITS - 1):
            found[number] = places
    return found


def _places(denominator: int) -> int | None:
    """How many decimal places a fraction takes; None where they do not end, or for a power of two."""
    twos = fives = 0
    while denominator % 2 == 0:
        denominator, twos = denominator // 2, twos + 1
    while denominator % 5 == 0:
        denominator, fives = denominator // 5, fives + 1
    return max(twos, fives) if denominator == 1 and fives else None


def by_rounding(form: sp.Expr, claim: Claim, points: Sequence[Point], digits: int) -> Check:
    """The form with its rounded numbers as what they stand for, against the ball of the defining integral."""
    stands_for = {sp.Dummy("rounded", real=True): pair for pair in roundings(form).items()}
    soft = form.xreplace({number: dummy for dummy, (number, _) in stands_for.items()})
    balls = {dummy: _around(number, places) for dummy, (number, places) in stands_for.items()}
    done, least = 0, digits
    for point in points:
        whole, plain = enclosed(claim, point, digits).ball, ball_of(form, point, digits, claim)
        if whole is None or plain is None:
            continue
        wide, found = _soft_ball(soft, point, balls), agreement(plain, whole)
        if wide is None or not wide.overlaps(whole) or found.digits < _ENOUGH:
            return Check("enclosure", False, done + 1, found.digits)
        done, least = done + 1, min(least, found.digits)
    if not done:
        return Check("enclosure", None, note="the form could not be enclosed")
    note = f"an approximation: {_listed(stands_for.values())} taken for rounded"
    return Check("enclosure", True, done, least, note)


def _around(number: sp.Rational, places: int) -> arb:
    """Rounded or cut off: off by less than one in the last place."""
    with flint.ctx.workprec(_PRECISION):
        return arb(fmpq(int(number.p), int(number.q)), arb(fmpq(1, 10**places)))


def _soft_ball(soft: sp.Expr, point: Point, balls: Mapping[sp.Basic, arb]) -> arb | None:
    with flint.ctx.workprec(_PRECISION):
        try:
            found = constant(soft.xreplace(dict(point)), balls)
        except NoEnclosure:
            return None
        return found if found.is_finite() else None


def _listed(numbers: Iterable[tuple[sp.Rational, int]]) -> str:
    return ", ".join(sorted(str(sp.Float(number, places + 2)).rstrip("0") for number, places in numbers))
