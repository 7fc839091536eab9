"""The usual mistakes, each with the value that a formula would have if it had been made."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import sympy as sp

from symkl.language import to_text
from symkl.model import Claim, Derivation, Expectation, Parameter

__all__ = ["Suspect", "suspects"]

#: the words for a mistake, and the value (in nats) of the formula that makes it
Suspect = tuple[str, sp.Expr]

#: how a positive parameter may be misread: the words, and the definition's parameter in terms of the one that is meant
_READINGS: tuple[tuple[str, Callable[[sp.Expr], sp.Expr]], ...] = (
    ("its square (a variance?)", lambda s: sp.sqrt(s)),
    ("its square root", lambda s: s**2),
    ("its inverse (rate or scale?)", lambda s: 1 / s),
    ("the logarithm of its square (a log-variance?)", lambda s: sp.exp(s / 2)),
    ("its logarithm", lambda s: sp.exp(s)),
)


def suspects(derivation: Derivation, units: str) -> Iterator[Suspect]:
    """What may have been meant, the most usual mistakes first. The derivation has a result."""
    truth, claim = derivation.result, derivation.claim
    assert truth is not None
    if units == "nats":
        yield "it is in bits, not in nats: give --units bits", truth / sp.log(2)
    else:
        yield "it is in nats, not in bits: give --units nats", truth * sp.log(2)
    yield "its sign is wrong", -truth
    swap = _swap(claim)
    if swap:
        yield "the two arguments are exchanged: it is right for (Q, P)", truth.xreplace(swap)
    for part in derivation.parts:
        if part.result is not None and not part.result.has(Expectation, sp.oo):
            if part.claim.quantity == "kl":
                tied = ", ".join(
                    f"{to_text(c.lhs)} = {to_text(c.rhs)}" for c in derivation.conditions if c.func is sp.Eq
                )
                yield f"it is right where {tied}, and nothing ties them: give --where", part.result
                continue
            name = {"entropy": "the entropy of the first", "cross_entropy": "the cross-entropy"}[part.claim.quantity]
            yield f"this is {name}", part.result
            yield f"this is minus {name}", -part.result
    yield from _misread(truth, claim)


def _swap(claim: Claim) -> dict[sp.Basic, sp.Basic]:
    if claim.q is None or claim.p.family != claim.q.family:
        return {}
    pairs = [(p.symbol, q.symbol) for p in claim.p.parameters for q in claim.q.parameters if p.name == q.name]
    return {old: new for one, two in pairs for old, new in ((one, two), (two, one))}


def _misread(truth: sp.Expr, claim: Claim) -> Iterator[Suspect]:
    """A positive parameter read in another way: in both distributions, or in one."""
    positive = [p for p in claim.parameters if p.symbol.is_positive and not p.symbol.is_integer and p.domain != "unit"]
    names = dict.fromkeys(p.name for p in positive)
    groups: list[tuple[str, list[Parameter]]] = [(name, [p for p in positive if p.name == name]) for name in names]
    groups += [(p.full_name, [p]) for p in positive if p.index]
    for name, group in groups:
        for words, meant in _READINGS:
            yield f"it takes {name} for {words}", truth.xreplace({p.symbol: meant(p.symbol) for p in group})
