"""What a divergence within one family says beyond its formula: it is not negative, and (mostly) not symmetric."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import sympy as sp

from symkl.model import Derivation, Parameter
from symkl.writeup.content import Block, Chain, Formula, ProofLine
from symkl.writeup.manifest import difference, exchanged, manifest
from symkl.writeup.notation import Notation
from symkl.writeup.proof import PAGE_ROOM
from symkl.writeup.theorem import display
from symkl.writeup.widths import formula_width

__all__ = ["divergence_blocks"]

_REALS = (sp.Rational(1, 2), sp.Integer(-1), sp.Integer(2), sp.Integer(0))
_POSITIVES = (sp.Integer(1), sp.Integer(2), sp.Rational(3, 2), sp.Integer(3))
_UNITS = (sp.Rational(1, 5), sp.Rational(1, 2), sp.Rational(3, 10), sp.Rational(2, 3))


def divergence_blocks(
    derivation: Derivation, notation: Notation, is_zero: Callable[[sp.Expr], bool] | None
) -> tuple[Block, ...]:
    """Sections on the sign and on the symmetry of a closed divergence between two members of one family, else none."""
    claim = derivation.claim
    if claim.quantity != "kl" or claim.q is None or claim.where or derivation.status != "closed":
        return ()
    if claim.p.family.name != claim.q.family.name or derivation.result is None:
        return ()
    return (_sign(derivation.result, notation, is_zero), _symmetry(derivation.result, notation, is_zero))


def _sign(result: sp.Expr, notation: Notation, is_zero: Callable[[sp.Expr], bool] | None) -> Block:
    p, q = notation.symbols
    x = notation.latex(notation.claim.p.variable)
    total = rf"\sum_{{{x}:\,{p}({x})>0}} {q}({x})"
    if notation.claim.p.kind != "discrete":
        total = rf"\int_{{{p}({x})>0}} {q}({x})\,d{x}"
    average = rf"\mathbb{{E}}_{{{x}\sim {p}}}"
    quotient = rf"\frac{{{q}({x})}}{{{p}({x})}}"
    lines = (
        ProofLine(notation.quantity(), rf"= {average}\left[-\log{quotient}\right]", "definition of the divergence"),
        ProofLine("", rf"\ge -\log {average}\left[{quotient}\right]", r"Jensen's inequality: $-\log$ is convex"),
        ProofLine("", rf"= -\log {total}", f"the density ${p}$ cancels where it is positive"),
        ProofLine("", r"\ge -\log 1 = 0", f"${q}$ has total mass at most one there", last=True),
    )
    remarks: list[tuple[str, Formula | None]] = []
    found = manifest(result, notation.claim.parameters, is_zero) if is_zero is not None else None
    remarks.append(
        (
            rf"Since $-\log$ is strictly convex, the first inequality is an equality only where ${q}/{p}$ is constant; "
            "the second then makes this constant one. So the divergence is zero if and only if "
            f"${p} = {q}$ almost everywhere.",
            None,
        )
    )
    if found is not None:
        rest = "" if found.rest == 0 else " + " + notation.latex(found.rest)
        weight = "" if found.weight == 1 else notation.latex(found.weight)
        form = rf"{weight}(r - 1 - \log r){rest}"
        ratio = rf"\qquad r = {notation.latex(found.ratio)}"
        remarks.append(
            (
                r"Here it can be seen: the closed form is a sum of terms that are not negative,",
                Formula(notation.quantity(), (form + rf" \ge 0, {ratio}",)),
            )
        )
        ending = (
            r"because $\log r \le r - 1$ for every $r > 0$, with equality only at $r = 1$. (This form was "
            r"reduced to the theorem's exactly.)"
        )
        remarks.append((ending, None))
    return Block(
        title="Never negative, and zero only for equal distributions",
        paragraphs=(
            rf"For every ${p}$ and ${q}$, ${notation.quantity()} \ge 0$, and it is zero only where the two are equal.",
        ),
        proof=(Chain(lines),),
        remarks=tuple(remarks),
    )


def _symmetry(result: sp.Expr, notation: Notation, is_zero: Callable[[sp.Expr], bool] | None) -> Block:
    p, q = notation.symbols
    forward, backward = rf"\KL({p}\,\|\,{q})", rf"\KL({q}\,\|\,{p})"
    parameters = notation.claim.parameters
    gap = difference(result, parameters)
    if gap == 0 or (is_zero is not None and is_zero(gap)):
        words = f"Within this family the divergence is symmetric: ${forward} = {backward}$."
        return Block(title="Symmetry", paragraphs=(words,))
    remarks: list[tuple[str, Formula | None]] = []
    shown = notation.latex(gap)
    if formula_width(shown) < 4 * PAGE_ROOM:
        formula = display(f"{forward} - {backward}", shown)
        remarks.append(("The divergence is not symmetric. Exchanging the two distributions changes it by", formula))
    example = _example(result, notation, parameters)
    if example:
        remarks.append((example, None))
    remarks.append(
        (
            r"What each direction favours: minimised over its second argument (the \emph{forward} direction, as in "
            f"maximum likelihood), ${forward}$ grows wherever ${p}$ has mass and ${q}$ little, so that the best ${q}$ "
            rf"spreads over all of ${p}$: it is \emph{{mass-covering}}. Minimised over its first argument (the "
            rf"\emph{{reverse}} direction, as in variational inference), it grows where ${p}$ puts mass and ${q}$ has "
            rf"little, so that the best ${p}$ keeps to one mode of ${q}$ and may miss the others: it is "
            r"\emph{mode-seeking}.",
            None,
        )
    )
    return Block(title="Forward and reverse", remarks=tuple(remarks))


def _example(result: sp.Expr, notation: Notation, parameters: Sequence[Parameter]) -> str:
    """A point where the two directions differ, with their values."""
    p, q = notation.symbols
    grids = {"real": _REALS, "positive": _POSITIVES, "unit": _UNITS}
    counts: dict[str, int] = {}
    at: dict[sp.Symbol, sp.Expr] = {}
    for parameter in parameters:
        grid = grids.get(parameter.domain)
        if grid is None:
            return ""
        at[parameter.symbol] = grid[counts.get(parameter.domain, 0) % len(grid)]
        counts[parameter.domain] = counts.get(parameter.domain, 0) + 1
    values = [sp.N(e.subs(at), 20) for e in (result, exchanged(result, parameters))]
    if not all(v.is_Float for v in values) or abs(values[0] - values[1]) < sp.Float("1e-3"):
        return ""
    point = ", ".join(f"${notation.latex(s)} = {notation.latex(v)}$" for s, v in at.items())
    numbers = [f"{float(v):.4f}" for v in values]
    return (
        rf"For instance, at {point} the two are $\KL({p}\,\|\,{q}) \approx {numbers[0]}$ and "
        rf"$\KL({q}\,\|\,{p}) \approx {numbers[1]}$."
    )
