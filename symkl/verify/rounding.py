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

__all__ = ["TINY", "by_rounding", "guardless", "guards", "roundings"]

#: a number of so many decimal places, and of so many digits, is taken for a rounded one: 1e-9 is not, it has one digit
_PLACES = _DIGITS = 5
#: what is added for a machine's sake is at most this
TINY = sp.Rational(1, 10**6)
#: what a number is without a guard that it has taken in has a denominator of at most this
_SIMPLE = 100
#: a form with rounded numbers agrees with the truth to so many digits
_ENOUGH = 6
_PRECISION = 200


def guards(form: sp.Expr, most: sp.Rational = TINY) -> set[sp.Rational]:
    """The tiny numbers that are added inside the form: on its own, such a number guards nothing."""
    return {tiny for found in (_terms(form, most), _factors(form)) for _, tiny in found.values()}


def guardless(form: sp.Expr, most: sp.Rational = TINY) -> sp.Expr:
    """The form without its guards."""
    terms = {number: rest for number, (rest, _) in _terms(form, most).items()}
    factors = {number: rest for number, (rest, _) in _factors(form).items()}

    def without(whole: sp.Expr) -> sp.Expr:
        return sp.Add(*[terms.get(term, term) for term in whole.args])

    bare = form.xreplace(factors)
    return bare.replace(
        lambda node: isinstance(node, sp.Add) and node != bare and bool({*terms} & {*node.args}), without
    )


def _terms(form: sp.Expr, most: sp.Rational) -> dict[sp.Rational, tuple[sp.Rational, sp.Rational]]:
    """Terms of sums inside the form that are guards: what is left without, and how large it is; in 1 + 1e-8 it is 1."""
    found = {}
    for term in (term for whole in form.atoms(sp.Add) - {form} for term in whole.args if term.is_Rational):
        rest = sp.Integer(round(term))
        if rest != term and abs(term - rest) <= most and (not rest or _is_short(term - rest)):
            found[term] = (rest, term - rest)
    return found


def _factors(form: sp.Expr) -> dict[sp.Rational, tuple[sp.Rational, sp.Rational]]:
    """Numbers that have taken in a guard, as 1/(2*(1 + 1e-12)) has; the rest and the size of the guard."""
    found = {}
    for number in form.atoms(sp.Rational):
        rest = number.limit_denominator(_SIMPLE)
        if number.q <= _SIMPLE or not rest:
            continue
        tiny = next((t for t in (number / rest - 1, rest / number - 1) if abs(t) <= TINY and _is_short(t)), None)
        if tiny is not None:
            found[number] = (rest, tiny)
    return found


def _is_short(tiny: sp.Rational) -> bool:
    """Whether it is a number like 1e-8: of one digit."""
    places = _places(int(tiny.q)) if tiny.q > 1 else None
    return places is not None and abs(tiny) * 10**places < 10


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
