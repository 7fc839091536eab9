"""What went wrong in a wrong formula: usual mistakes are undone in turn, and the first that makes it right is named."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from symkl.algebra import equal, normal
from symkl.check.formula import DIMENSIONS, Formula
from symkl.language import to_text
from symkl.model import Claim, Derivation

__all__ = ["diagnosis"]


def diagnosis(derivation: Derivation, formula: Formula, dims: str) -> str:
    """A sentence; empty where no usual mistake explains it, or there is no closed form to compare with."""
    truth = derivation.result
    if derivation.status not in ("closed", "conditional") or truth is None:
        return ""
    given = formula.per_dimension
    if formula.units == "bits":
        given *= sp.log(2)
    if dims == "sum" and not (given * DIMENSIONS).has(DIMENSIONS):
        return "it does not depend on D: this looks like the value for one dimension"
    if given.has(DIMENSIONS):
        return "it is not the same for every D once it is divided among the dimensions"
    for mended, words in _mended(derivation.claim, given, formula.units):
        if equal(mended, truth):
            return words
    for part in derivation.parts:
        if part.result is not None and equal(given, part.result):
            names = {"entropy": "the entropy of the first", "cross_entropy": "the cross-entropy"}
            return f"this is {names.get(part.claim.quantity, part.claim.quantity)}"
    return _off_by(given, truth)


def _mended(claim: Claim, given: sp.Expr, units: str) -> Iterator[tuple[sp.Expr, str]]:
    """The formula with one usual mistake undone, and the words for that mistake."""
    if units == "nats":
        yield given * sp.log(2), "it is in bits, not in nats: give --units bits"
    else:
        yield given / sp.log(2), "it is in nats, not in bits: give --units nats"
    yield -given, "its sign is wrong"
    if claim.q is not None and claim.p.family == claim.q.family:
        swap = _swap(claim)
        if swap:
            yield given.subs(swap, simultaneous=True), "the two arguments are exchanged: it is right for (Q, P)"
    for name, symbols in _namesakes(claim).items():
        if all(s.is_positive for s in symbols):
            yield (
                given.subs({s: s**2 for s in symbols}, simultaneous=True),
                f"it takes {name} for its square (a variance?)",
            )
            yield (
                given.subs({s: sp.sqrt(s) for s in symbols}, simultaneous=True),
                f"it takes {name} for its square root",
            )
            yield (
                given.subs({s: 1 / s for s in symbols}, simultaneous=True),
                f"it takes {name} for its inverse (rate or scale?)",
            )


def _namesakes(claim: Claim) -> dict[str, list[sp.Symbol]]:
    """The free parameters by the names that the definition gives them, both members' together."""
    found: dict[str, list[sp.Symbol]] = {}
    for parameter in claim.parameters:
        found.setdefault(parameter.name, []).append(parameter.symbol)
    return found


def _swap(claim: Claim) -> dict[sp.Symbol, sp.Symbol]:
    pairs = [symbols for symbols in _namesakes(claim).values() if len(symbols) == 2]
    return {old: new for first, second in pairs for old, new in ((first, second), (second, first))}


def _off_by(given: sp.Expr, truth: sp.Expr) -> str:
    """The constant by which, or the factor by which, the formula is off, if it is one."""
    difference = normal(given - truth)
    if not difference.free_symbols:
        return f"it is off by the constant {to_text(difference)}"
    ratio = normal(given / truth)
    return f"it is {to_text(ratio)} times the truth" if not ratio.free_symbols else ""
