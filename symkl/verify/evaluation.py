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
        return Evaluation(decimal(value, digits), "closed form", not agreement(value, whole.ball).apart, digits)
    if whole.ball is not None:
        return Evaluation(decimal(whole.ball, digits), "integral", True, digits)
    plain = estimated(claim, at, min(digits, 15))
    if plain.status == "divergent":
        value = None if mp.isnan(plain.value) else "oo" if plain.value > 0 else "-oo"
        return Evaluation(value, "integral", None, 0, plain.note)
    if plain.status == "value":
        return Evaluation(decimal(plain.value, 12), "integral", None, 12, f"an estimate by quadrature: {whole.reason}")
    return Evaluation(None, "integral", None, 0, whole.reason)


def _form(derivation: Derivation | None, at: Mapping[sp.Symbol, sp.Expr]) -> sp.Expr | None:
    if derivation is None or derivation.result is None or derivation.status == "infinite":
        return None
    return derivation.result if all(truth(condition, at) for condition in derivation.conditions) else None
