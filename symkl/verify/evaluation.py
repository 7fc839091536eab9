"""`evaluate`: a claim's value at given parameters, to the digits wanted, with its certificate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import mpmath as mp
import sympy as sp

from symkl.model import Claim, Derivation
from symkl.verify.integral import enclosed, estimated
from symkl.verify.numbers import agreement, ball_of, decimal, truth

__all__ = ["Evaluation", "evaluate"]


@dataclass(frozen=True)
class Evaluation:
    """`value` is a decimal string in nats, "oo" or "-oo", or None where there is none.

    `method`: "closed form" or "integral" (where there was no closed form). `certified`: True where a rigorous ball
    around the defining integral holds the value, False where it does not, None where no ball could be had.
    """

    value: str | None
    method: str
    certified: bool | None
    digits: int
    note: str = ""


#: digits that a ball of the integral must fix to certify a value
_CERTAIN = 8
_WIDE = "not certified by the integral: its enclosure is too wide to say anything"


def evaluate(
    claim: Claim, at: Mapping[sp.Symbol, sp.Rational], digits: int = 30, derivation: Derivation | None = None
) -> Evaluation:
    """The claim's value at that point: from the derivation's closed form where it holds there, else by integration."""
    whole = enclosed(claim, at, digits + 2)
    form = _form(derivation, at)
    value = None if form is None else ball_of(form, at, digits + 2, claim)
    if value is not None:
        if whole.ball is None:
            note = f"not certified by the integral: {whole.reason}"
            return Evaluation(decimal(value, digits), "closed form", None, digits, note)
        found = agreement(value, whole.ball)
        if not found.apart and found.digits < min(_CERTAIN, digits):
            return Evaluation(decimal(value, digits), "closed form", None, digits, _WIDE)
        return Evaluation(decimal(value, digits), "closed form", not found.apart, digits)
    if whole.ball is not None:
        kept = min(digits, agreement(whole.ball, whole.ball).digits)
        if kept >= min(_CERTAIN, digits):
            return Evaluation(decimal(whole.ball, kept), "integral", True, kept)
    beside = _limit(derivation, claim, at, digits)
    if beside is not None:
        return beside
    plain = estimated(claim, at, min(digits, 15))
    if plain.status == "divergent":
        value = None if mp.isnan(plain.value) else "oo" if plain.value > 0 else "-oo"
        return Evaluation(value, "integral", None, 0, plain.note)
    if plain.status == "value":
        return Evaluation(
            decimal(plain.value, 12), "integral", None, 12, f"an estimate by quadrature: {whole.reason or _WIDE}"
        )
    return Evaluation(None, "integral", None, 0, whole.reason or _WIDE)


def _form(derivation: Derivation | None, at: Mapping[sp.Symbol, sp.Expr]) -> sp.Expr | None:
    """The value of the case that holds at that point."""
    if derivation is None or derivation.result is None or derivation.status == "infinite":
        return None
    held = (case.value for case in derivation.values if all(truth(condition, at) for condition in case.when))
    return next(held, None)


def _limit(
    derivation: Derivation | None, claim: Claim, at: Mapping[sp.Symbol, sp.Rational], digits: int
) -> Evaluation | None:
    """Where the formula is 0/0: what it tends to, from both sides in each parameter; None where they do not agree."""
    near = sp.Rational(1, 10**digits)
    found = []
    for side in (1, -1):
        point = {s: v + side * (k + 1) * near for k, (s, v) in enumerate(at.items()) if not s.is_integer}
        there = {**at, **point}
        form = _form(derivation, there)
        value = None if form is None else ball_of(form, there, 2 * digits, claim)
        if value is None:
            return None
        found.append(value)
    kept = min(agreement(*found).digits, digits - 3)
    if kept < digits // 2:
        return None
    return Evaluation(
        decimal(found[0], kept), "closed form", None, kept, "the limit of the formula, which is 0/0 there"
    )
