"""Documents: prose and claims in an order of their own."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import sympy as sp
from jinja2 import BaseLoader

from symkl.errors import BadInput, Location
from symkl.model import Distribution, Parametrisation, Verified, symbol
from symkl.model.document import ClaimRequest, Document, Section
from symkl.writeup.article import block_of, check_rows, references, render
from symkl.writeup.content import Article, Block, Formula
from symkl.writeup.divergence import divergence_blocks
from symkl.writeup.escape import escaped
from symkl.writeup.evidence import NOTES
from symkl.writeup.independence import independence_theorem
from symkl.writeup.notation import Notation
from symkl.writeup.printer import TextbookPrinter
from symkl.writeup.prose import prose
from symkl.writeup.symbols import parameter_latex
from symkl.writeup.theorem import Context, Read, claim_key, display

__all__ = ["write_document"]

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?![A-Za-z0-9_(])")
_CONSTANTS = {"pi", "E", "oo", "EulerGamma", "p", "q"}


def write_document(
    document: Document,
    verified: Sequence[Verified | None],
    *,
    loader: BaseLoader,
    citations: Mapping[str, str] | None = None,
    read: Read | None = None,
    is_zero: Callable[[sp.Expr], bool] | None = None,
) -> str:
    """The LaTeX of a document; `verified` has one for each section, None for a section without a claim.

    `read` is the expression parser, for formulas in the text (without it, a formula there is refused); `is_zero` the
    kernel's zero-test, for the divergence as a sum of terms that are not negative.
    """
    context = Context(document.symbols, read)
    blocks: list[Block] = []
    for section, item in zip(document.sections, verified, strict=True):
        blocks += _section(section, item, context, document, is_zero, first=not any(b.theorem for b in blocks))
    proved = [item for item in verified if item is not None]
    article = Article(
        title=escaped(document.title),
        summary="",
        blocks=tuple(blocks),
        checks=check_rows(proved, context),
        references=references(proved, citations or {}, context.sources),
        notes=NOTES,
    )
    return render("article", loader, article=article)


def _section(
    section: Section,
    item: Verified | None,
    context: Context,
    document: Document,
    is_zero: Callable[[sp.Expr], bool] | None,
    *,
    first: bool,
) -> list[Block]:
    where = Location(document.origin, f"section '{section.title}'")
    text = prose(section.text, lambda formula: _formula(formula, context, item, where))
    title = escaped(section.title)
    if item is None or section.claim is None:
        return [Block(title=title, paragraphs=text)]
    request = section.claim
    claim = item.derivation.claim
    known = context.theorems.get(claim_key(claim))
    if request.independent and item.derivation.result is not None:
        blocks = []
        if known is None:
            one = block_of(item, context, first=first)
            blocks.append(Block(title, text, one.lemmas, one.theorem, one.formulas))
            known, title, text = one.theorem.label if one.theorem else "", "", ()
        theorem = independence_theorem(item, context, request.independent, known)
        blocks.append(Block(title, text, theorem=theorem))
        return blocks
    if request.parametrisation and item.derivation.result is not None:
        words, formula = _restated(item, request, context)
        return [Block(title, (*text, words), formulas=(formula,))]
    block = block_of(item, context, first=first)
    notation = Notation(claim, context.symbols)
    made = Block(title, (*text, *block.paragraphs), block.lemmas, block.theorem, block.formulas, remarks=block.remarks)
    return [made, *divergence_blocks(item.derivation, notation, is_zero)]


def _formula(text: str, context: Context, item: Verified | None, where: Location) -> str:
    if context.read is None:
        raise BadInput(f"the formula '{text}' cannot be read here", where)
    symbols = {name: sp.Symbol(name, positive=True) for name in _NAME.findall(text) if name not in _CONSTANTS}
    laws = dict(zip("pq", context.symbols, strict=True))
    printer = TextbookPrinter(symbols=laws)
    if item is not None:
        notation = Notation(item.derivation.claim, context.symbols)
        printer = notation.printer
        symbols.update({p.symbol.name: p.symbol for p in item.derivation.claim.parameters})
        variable = item.derivation.claim.p.variable
        symbols[variable.name] = variable
    return str(printer.doprint(context.read(text, symbols)))


def _restated(item: Verified, request: ClaimRequest, context: Context) -> tuple[str, Formula]:
    """The result in other parameters, and the words that say which."""
    derivation = item.derivation
    claim = derivation.claim
    notation = Notation(claim, context.symbols)
    place, names = {}, dict(notation.printer.names)
    members = [claim.p, claim.q] if claim.q is not None else [claim.p]
    for who, name in zip(members, (*request.parametrisation, request.parametrisation[-1]), strict=False):
        if not who.parameters:
            continue
        other = next(o for o in who.family.parametrisations if o.name == name)
        index = "" if claim.q is None else "1" if who.role == "p" else "2"
        for old, new, latex in _substitution(who, other, index, notation.bare):
            place[old] = new
            names.update(latex)
    printer = TextbookPrinter(claim.parameters, variables=[claim.p.variable], bare=notation.bare)
    printer.laws = notation.printer.laws
    printer.names = names
    given = [f"${notation.latex(old)} = {printer.doprint(new)}$" for old, new in place.items() if old != new]
    assert derivation.result is not None
    result = sp.expand_log(sp.expand(derivation.result.subs(place, simultaneous=True)))
    words = f"With {' and '.join(given)} in {notation.members()}, the same result reads"
    formula = display(notation.quantity(), str(printer.doprint(result)))
    turned = printer.doprint_with_minus(result) if result.is_Add else None
    return words, formula if turned is None else replace(formula, right=(*formula.right, f"= {turned}"))


def _substitution(
    who: Distribution, other: Parametrisation, index: str, bare: bool
) -> list[tuple[sp.Symbol, sp.Expr, dict[sp.Symbol, str]]]:
    """Each old parameter of the member, its value in the new ones, and how these are printed."""
    fresh, latex = {}, {}
    for parameter in other.parameters:
        full = f"{parameter.name}_{index}" if index else parameter.name
        made = symbol(full, parameter.domain)
        fresh[parameter.symbol] = made
        own = next((p for p in who.family.parameters if p.name == parameter.name), parameter)
        shown = parameter if parameter.latex else own
        indexed_ = type(shown)(shown.name, parameter.domain, shown.latex, shown.doc, index)
        latex[made] = parameter_latex(indexed_, bare=bare)
    values = dict(other.where)
    return [
        (old.symbol, values[old.name].subs(fresh, simultaneous=True), latex)
        for old in who.parameters
        if old.name in values
    ]
