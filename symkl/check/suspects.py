"""The usual mistakes of whole formulas, each with the value that a formula would have if it had been made."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import mpmath as mp
import sympy as sp

from symkl.check.formula import DIMENSIONS
from symkl.language import to_text
from symkl.model import Claim, Derivation, Expectation, Parameter
from symkl.verify.numbers import decimal
from symkl.verify.rigorous import enclose

__all__ = ["NAMES", "Suspect", "approximations", "suspects", "swapped"]

#: the words for a mistake, and the value (in nats) of the formula that makes it
Suspect = tuple[str, sp.Expr]

NAMES = {"kl": "KL({}, {})", "cross_entropy": "H({}, {})"}
_DIGITS = 25

#: how a positive parameter s may be misread: what a formula's s then stands for, an example, and the definition's
#: parameter in terms of it
_Reading = tuple[str, str, Callable[[sp.Expr], sp.Expr]]
_READINGS: tuple[_Reading, ...] = (
    ("{0}**2, its square", "a variance for a standard deviation", lambda s: sp.sqrt(s)),
    ("sqrt({0}), its square root", "a standard deviation for a variance", lambda s: s**2),
    ("1/{0}, its inverse", "a rate for a scale, or a scale for a rate", lambda s: 1 / s),
    ("1/{0}**2, its square's inverse", "a precision for a standard deviation", lambda s: 1 / sp.sqrt(s)),
    ("2*log({0}), the logarithm of its square", "a log-variance for a standard deviation", lambda s: sp.exp(s / 2)),
    ("log({0}), its logarithm", "a log-scale for a scale", lambda s: sp.exp(s)),
)
#: and one between 0 and 1
_PROBABILITIES: tuple[_Reading, ...] = (
    ("1 - {0}", "the probability of failure for that of success", lambda s: 1 - s),
    ("log({0}/(1 - {0}))", "a logit for a probability", lambda s: 1 / (1 + sp.exp(-s))),
)


def suspects(derivation: Derivation, truth: sp.Expr, units: str, dims: str) -> Iterator[Suspect]:
    """What may have been meant, the most usual mistakes first; `truth` is the derived value, closed."""
    claim = derivation.claim
    if units == "nats":
        yield "it is in bits, not in nats: give --units bits", truth / sp.log(2)
    else:
        yield "it is in nats, not in bits: give --units nats", truth * sp.log(2)
    yield "its sign is wrong", -truth
    swap = swapped(claim)
    if swap:
        other = truth.xreplace(swap)
        if claim.quantity in NAMES:
            name = NAMES[claim.quantity]
            words = f"this is {name.format('q', 'p')}, not {name.format('p', 'q')}: the two arguments are exchanged"
            yield words, other
            yield f"this is minus {name.format('q', 'p')}, not {name.format('p', 'q')}", -other
            if claim.quantity == "kl":
                yield "this is the symmetric KL(p, q) + KL(q, p)", truth + other
                yield "this is the mean of KL(p, q) and KL(q, p)", (truth + other) / 2
        else:
            yield "the two arguments are exchanged", other
    yield from _over_dimensions(truth, dims)
    yield from _of_parts(derivation)
    yield from _misread(truth, claim)


def swapped(claim: Claim) -> dict[sp.Basic, sp.Basic]:
    """What exchanges the parameters of two distributions of one family; empty where there are not two."""
    if claim.q is None or claim.p.family != claim.q.family:
        return {}
    pairs = [(p.symbol, q.symbol) for p in claim.p.parameters for q in claim.q.parameters if p.name == q.name]
    return {old: new for one, two in pairs for old, new in ((one, two), (two, one))}


def _over_dimensions(truth: sp.Expr, dims: str) -> Iterator[Suspect]:
    """The formula was divided by D where it is to be a sum over dimensions, and not where it is to be a mean."""
    if dims == "sum":
        yield "it does not grow with D: this is the mean over the dimensions, or one of them", truth / DIMENSIONS
    elif dims == "mean":
        yield "this is the sum over the dimensions, not the mean", truth * DIMENSIONS


def _of_parts(derivation: Derivation) -> Iterator[Suspect]:
    for part in derivation.parts:
        if part.result is None or part.result.has(Expectation, sp.oo):
            continue
        if part.claim.quantity == "kl":
            ties = [c for c in derivation.conditions if c.func is sp.Eq]
            tied = ", ".join(f"{to_text(c.lhs)} = {to_text(c.rhs)}" for c in ties)
            yield f"it is right where {tied}, and nothing ties them: give --where", part.result
            continue
        name = {"entropy": "the entropy of the first", "cross_entropy": "the cross-entropy"}[part.claim.quantity]
        yield f"this is {name}", part.result
        yield f"this is minus {name}", -part.result
        swap = swapped(derivation.claim)
        if swap and part.claim.quantity == "entropy":
            yield "this is the entropy of the second", part.result.xreplace(swap)
    yield from _of_signs(derivation)


def _of_signs(derivation: Derivation) -> Iterator[Suspect]:
    """A divergence put together of its two parts, one of them with the wrong sign."""
    known = {part.claim.quantity: part.result for part in derivation.parts}
    entropy, cross_entropy = known.get("entropy"), known.get("cross_entropy")
    if derivation.claim.quantity != "kl" or entropy is None or cross_entropy is None:
        return
    if entropy.has(Expectation, sp.oo) or cross_entropy.has(Expectation, sp.oo):
        return
    yield "this is H(p, q) + H(p), not H(p, q) - H(p): the sign of the entropy is wrong", cross_entropy + entropy
    words = "this is -H(p, q) - H(p), not H(p, q) - H(p): the sign of the cross-entropy is wrong"
    yield words, -cross_entropy - entropy


def _misread(truth: sp.Expr, claim: Claim) -> Iterator[Suspect]:
    """A positive parameter read in another way: in both distributions, or in one."""
    read = [p for p in claim.parameters if p.symbol.is_positive and not p.symbol.is_integer]
    names = dict.fromkeys(p.name for p in read)
    groups: list[tuple[str, list[Parameter]]] = [(name, [p for p in read if p.name == name]) for name in names]
    groups += [(p.full_name, [p]) for p in read if p.index]
    for name, group in groups:
        for stands, example, meant in _PROBABILITIES if group[0].domain == "unit" else _READINGS:
            words = f"right if {name} stands for {stands.format(name)} ({example})"
            yield words, truth.xreplace({p.symbol: meant(p.symbol) for p in group})


def approximations(claim: Claim, points: Sequence[Mapping[sp.Symbol, sp.Expr]]) -> Iterator[tuple[str, list[mp.mpf]]]:
    """What is not the quantity but comes near it: the words, and its values at the points."""
    if claim.quantity != "entropy":
        return
    x = claim.p.variable
    values = []
    for point in points:
        mean, square = (enclose(claim.p, body, point, _DIGITS + 5).ball for body in (x, x**2))
        if mean is None or square is None:
            return
        variance = mp.mpf(decimal(square, _DIGITS + 5)) - mp.mpf(decimal(mean, _DIGITS + 5)) ** 2
        values.append(mp.log(2 * mp.pi * mp.e * variance) / 2)
    yield "this is the entropy of a normal distribution of the same variance, which only comes near it", values
