"""Independent dimensions: the quantity of product densities is the sum over the dimensions."""

from __future__ import annotations

from symkl.model import Verified
from symkl.writeup.breaking import broken
from symkl.writeup.content import Chain, ProofLine, Theorem
from symkl.writeup.notation import Notation
from symkl.writeup.proof import MATH_ROOM, concluded
from symkl.writeup.theorem import NAMES, Context, display

__all__ = ["independence_theorem"]


def independence_theorem(verified: Verified, context: Context, dimensions: str, cited: str) -> Theorem:
    """The theorem about products of `dimensions` (a symbol, kept) densities.

    The logarithm of a product is the sum of the logarithms; the term about dimension d depends on `x_d` alone, so that
    the other densities integrate to one. `cited` is the label of the theorem about one dimension.
    """
    derivation = verified.derivation
    claim = derivation.claim
    one = Notation(claim, context.symbols)
    many = Notation(claim, context.symbols, dimension="d")
    p, q = context.symbols
    x = many.latex(claim.p.variable).removesuffix("_d")
    sum_ = rf"\sum_{{d=1}}^{{{dimensions}}}"
    members = {p: claim.p} if claim.q is None else {p: claim.p, q: claim.q}
    product = " and ".join(rf"${law}(x) = \prod_{{d=1}}^{{{dimensions}}} {law}_d({x}_d)$" for law in members)
    each = " and ".join(rf"${law}_d = {many.member(who)}$" for law, who in members.items())
    whole, parts = _integrand(claim.quantity, p, q, x)
    minus = "-" if claim.quantity != "kl" else ""
    left = one.quantity()
    inside = rf"{_average(x, p)}\left[{whole}\right]"
    single = _single(claim.quantity, p, q)
    assert derivation.result is not None
    final = f"{sum_} {many.printer.summand(derivation.result)}"
    rows = [
        ProofLine(left, f"= {minus}{inside}", "definition"),
        ProofLine(
            "",
            rf"= {minus}{_average(x, p)}\left[{sum_} {parts}\right]",
            "the densities are products: the logarithm of a product is the sum of the logarithms",
        ),
        ProofLine("", rf"= {minus}{sum_} {_average(x, p)}\left[{_bare(parts)}\right]", "linearity: the sum is finite"),
        ProofLine(
            "",
            rf"= {minus}{sum_} {_average(f'{x}_d', f'{p}_d')}\left[{_bare(parts)}\right]",
            f"the term depends on ${x}_d$ alone, and each other density integrates to one",
        ),
        ProofLine("", rf"= {sum_} {single}", "definition, in each dimension"),
    ]
    lines = broken(final, MATH_ROOM - 7.0, indent=r"\qquad")
    rows.append(ProofLine("", f"= {lines[0]}", rf"Theorem~\ref{{{cited}}} in each dimension", hangs=len(lines) > 1))
    rows += [ProofLine("", line) for line in lines[1:]]
    label = context.label("eq:independent")
    return Theorem(
        kind="theorem",
        label=context.label("thm:independent"),
        name=f"{NAMES[claim.quantity]}, ${dimensions}$ independent dimensions",
        given=f"Let {product}, with {each}. Then",
        formula=display(left, final, label),
        proof=concluded((Chain(tuple(rows)),), rf"; this is~\eqref{{{label}}}")[0],
    )


def _bare(parts: str) -> str:
    return parts[len(r"\bigl(") : -len(r"\bigr)")] if parts.startswith(r"\bigl(") else parts


def _average(variable: str, law: str) -> str:
    return rf"\mathbb{{E}}_{{{variable}\sim {law}}}"


def _integrand(quantity: str, p: str, q: str, x: str) -> tuple[str, str]:
    """What is averaged, for the whole vector and for dimension d."""
    if quantity == "kl":
        return (
            rf"\log {p}({x}) - \log {q}({x})",
            rf"\bigl(\log {p}_d({x}_d) - \log {q}_d({x}_d)\bigr)",
        )
    law = p if quantity == "entropy" else q
    return rf"\log {law}({x})", rf"\log {law}_d({x}_d)"


def _single(quantity: str, p: str, q: str) -> str:
    if quantity == "entropy":
        return f"H({p}_d)"
    if quantity == "kl":
        return rf"\KL({p}_d\,\|\,{q}_d)"
    return f"H({p}_d, {q}_d)"
