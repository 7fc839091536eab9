"""Claims read from names and texts: what the command line and documents say, with the language's parser."""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp

from symkl import model
from symkl.errors import BadInput, Location, nearest
from symkl.language import parse, read_bindings, to_text
from symkl.library import Library
from symkl.requests import Request

__all__ = ["claim_of", "forms_of", "names_of", "read_claim", "request_of"]


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
        x = bare.p.variable
        body = parse(of, {**names, x.name: x}, Location(field="--of"), variable=x)
        body = _put(body, names, bindings)
    return model.claim(quantity, first, second, body, bindings)


def _put(body: sp.Expr, names: dict[str, sp.Symbol], where: Sequence[tuple[str, sp.Expr]]) -> sp.Expr:
    return body.subs([(names[name], value) for name, value in where], simultaneous=True)


def names_of(claim: model.Claim) -> dict[str, sp.Symbol]:
    """The claim's free parameters by the names that texts use for them."""
    return {parameter.full_name: parameter.symbol for parameter in claim.parameters}


def claim_of(request: Request, library: Library) -> model.Claim:
    """The claim that is requested."""
    return read_claim(library, request.quantity, request.p, request.q, request.of, request.bindings)


def request_of(claim: model.Claim) -> Request:
    """The claim by names and texts."""
    return Request(
        claim.quantity,
        claim.p.family.name,
        claim.q.family.name if claim.q else None,
        None if claim.of is None else to_text(claim.of),
        tuple((name, to_text(value)) for name, value in claim.where),
    )


def forms_of(claim: model.Claim) -> list[model.Known]:
    """The known forms, in the first family's file, of exactly this claim."""
    q = claim.q.family.name if claim.q else None
    names = {parameter.name: parameter.symbol for parameter in claim.p.family.parameters}
    return [
        known
        for known in claim.p.family.known
        if (known.quantity, known.other, dict(known.where)) == (claim.quantity, q, dict(claim.where))
        and (None if known.of is None else _put(known.of, names, known.where)) == claim.of
    ]
