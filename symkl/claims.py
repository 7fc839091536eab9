"""Claims from names and texts: what the command line and documents say, read with the language's parser."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import sympy as sp

from symkl import model
from symkl.errors import BadInput, Location, nearest
from symkl.language import parse, read_bindings
from symkl.library import Library

__all__ = [
    "all_claims",
    "forms_of",
    "known_claim",
    "known_claims",
    "names_of",
    "read_claim",
    "standard_claims",
    "unique",
]


def read_claim(
    library: Library,
    quantity: str,
    p: str,
    q: str | None = None,
    of: str | None = None,
    where: Sequence[str] = (),
) -> model.Claim:
    """The claim about the families named p and q. Raises `BadInput` for any name or text that cannot be used."""
    quantity = quantity.replace("-", "_").lower()
    if quantity not in model.QUANTITIES:
        todo = nearest(quantity, model.QUANTITIES) or f"it is one of {', '.join(model.QUANTITIES)}"
        raise BadInput(f"there is no quantity '{quantity}'", Location(field="QUANTITY"), todo)
    pair = quantity in ("cross_entropy", "kl")
    if pair and q is None:
        raise BadInput(f"{quantity} is of two families", Location(field="Q"), f"write: {quantity} {p} Q")
    if not pair and q is not None:
        raise BadInput(f"{quantity} is of one family", Location(field="Q"), f"write: {quantity} {p}")
    if (of is not None) != (quantity == "expectation"):
        what = "an expectation needs --of" if of is None else "--of belongs to an expectation"
        raise BadInput(what, Location(field="--of"), f"write: expectation {p} --of EXPR")
    first = library.family(p)
    second = library.family(q) if q is not None else None
    bare = model.claim(quantity, first, second)
    names = names_of(bare)
    bindings = read_bindings(where, names)
    body = None
    if of is not None:
        body = parse(of, {**names, bare.p.variable.name: bare.p.variable}, Location(field="--of"))
        body = body.subs([(names[name], value) for name, value in bindings], simultaneous=True)
    return model.claim(quantity, first, second, body, bindings)


def names_of(claim: model.Claim) -> dict[str, sp.Symbol]:
    """The claim's free parameters by the names that texts use for them."""
    return {parameter.full_name: parameter.symbol for parameter in claim.parameters}


def known_claim(known: model.Known, family: model.Family, families: Mapping[str, model.Family]) -> model.Claim:
    """The claim that a known form of a family's file is about, with the form's own `where`."""
    other = None
    if known.other is not None:
        if known.other not in families:
            where = Location(family.origin, f"{known.field}.other")
            raise BadInput(f"there is no family '{known.other}'", where, nearest(known.other, families))
        other = families[known.other]
    return model.claim(known.quantity, family, other, known.of, known.where)


def known_claims(library: Library) -> list[model.Claim]:
    """The claims that the known forms of the given files are about, each once."""
    families = [item for item in library.given if isinstance(item, model.Family)]
    return unique(known_claim(known, family, library.families) for family in families for known in family.known)


def forms_of(claim: model.Claim) -> list[model.Known]:
    """The known forms, in the first family's file, of exactly this claim."""
    q = claim.q.family.name if claim.q else None
    return [
        known
        for known in claim.p.family.known
        if (known.quantity, known.other, known.of, known.where) == (claim.quantity, q, claim.of, claim.where)
    ]


def standard_claims(family: model.Family, families: Mapping[str, model.Family]) -> list[model.Claim]:
    """What a build derives for a family: its entropy, its cross-entropy and KL with itself and with every family that
    its known forms name, and the known forms' own claims; each once, in that order.
    """
    found = [model.claim("entropy", family)]
    others = dict.fromkeys([family.name, *(k.other for k in family.known if k.other is not None)])
    for name in others:
        if name in families:
            found += [model.claim(quantity, family, families[name]) for quantity in ("cross_entropy", "kl")]
    return unique([*found, *(known_claim(known, family, families) for known in family.known)])


def all_claims(families: Mapping[str, model.Family]) -> list[model.Claim]:
    """Every entropy, and every ordered pair's cross-entropy and KL."""
    found = []
    for p in families.values():
        found.append(model.claim("entropy", p))
        found += [model.claim(quantity, p, q) for q in families.values() for quantity in ("cross_entropy", "kl")]
    return found


def unique(claims: Iterable[model.Claim]) -> list[model.Claim]:
    """The claims without repetition, in order."""
    found: list[model.Claim] = []
    for claim in claims:
        if claim not in found:
            found.append(claim)
    return found
