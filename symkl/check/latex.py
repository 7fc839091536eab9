r"""A formula in LaTeX, put into a claim's own parameters, line by line.

The reader gives text in symkl's own notation, which the parser then reads as it reads any other; where the parser
refuses it, the place in the LaTeX is named.
"""

from __future__ import annotations

import keyword
from collections.abc import Sequence
from dataclasses import dataclass

import sympy as sp

from symkl.check.formula import Formula, formula_in, own_names
from symkl.errors import BadInput, Location
from symkl.language import parse
from symkl.language.latex import (
    USUAL,
    Asked,
    Line,
    Reading,
    Source,
    Style,
    Vocabulary,
    other_styles,
    read_latex,
    read_name,
    stems_of,
)
from symkl.language.latex.tree import Symbol
from symkl.model import Claim

__all__ = ["Given", "given_in", "other_readings"]


@dataclass(frozen=True)
class Given:
    """What is given in LaTeX: each line with its formula, None for a line that is not read; `notes` say what was taken
    for what. The names that the formula explains by itself are in `mapped`.
    """

    claim: Claim
    reading: Reading
    formulas: tuple[Formula | None, ...]
    vocabulary: Vocabulary
    mapped: dict[str, sp.Expr]
    units: str
    dims: str

    @property
    def notes(self) -> tuple[str, ...]:
        return self.reading.notes


def given_in(claim: Claim, source: Source, names: Sequence[str], units: str, dims: str) -> Given:
    r"""Read the LaTeX, in which `names` explains names (`\beta_i=b_1`). Raises `BadInput`."""
    members = [("1", claim.p), ("2", claim.q)] if claim.q else [("", claim.p)]
    stems = stems_of([(index, member.family.parameters, member.parameters) for index, member in members])
    symbols, mapped = _explained(claim, names, Vocabulary(stems))
    return _read(claim, source, Vocabulary(stems, symbols), mapped, units, dims, USUAL)


def other_readings(given: Given, index: int) -> list[Formula]:
    """What else line `index` says if it is read by other conventions; each reading once."""
    decided = given.reading.decided
    usual = given.formulas[index]
    found: dict[str, Formula] = {} if usual is None else {usual.text: usual}
    for style in other_styles():
        if any(getattr(style, name) != getattr(USUAL, name) for name in _FIELDS if name not in decided):
            continue
        try:
            again = _read(
                given.claim, given.reading.source, given.vocabulary, given.mapped, given.units, given.dims, style
            )
        except BadInput:
            continue
        formula = again.formulas[index]
        if formula is not None:
            found.setdefault(formula.text, formula)
    return [formula for formula in found.values() if formula is not usual]


_FIELDS = tuple(USUAL.__dataclass_fields__)


def _read(
    claim: Claim,
    source: Source,
    vocabulary: Vocabulary,
    mapped: dict[str, sp.Expr],
    units: str,
    dims: str,
    style: Style,
) -> Given:
    asked = Asked(claim.quantity, claim.p.variable.name, dims != "none")
    reading = read_latex(source, vocabulary, asked, style)
    known = {**dict(claim.where), **mapped}  # a formula may still name what the claim fixes
    formulas = tuple(_formula(claim, source, line, known, units, dims) for line in reading.lines)
    return Given(claim, reading, formulas, vocabulary, mapped, units, dims)


def _formula(
    claim: Claim, source: Source, line: Line, mapped: dict[str, sp.Expr], units: str, dims: str
) -> Formula | None:
    if line.written is None:
        return None
    try:
        return formula_in(claim, line.written.text, mapped, units, dims, Location())
    except BadInput as error:
        index = line.start if error.where.column is None else line.written.place(error.where.column - 1)
        raise BadInput(error.what, source.at(index), _in_latex(error.todo)) from None


def _in_latex(todo: str) -> str:
    """The parser's advice, unless it is about its own notation."""
    return "" if "write" in todo else todo


def _explained(
    claim: Claim, names: Sequence[str], vocabulary: Vocabulary
) -> tuple[dict[Symbol, str], dict[str, sp.Expr]]:
    r"""What each `--map` explains: the name of the symbol in the text, and its value."""
    symbols: dict[Symbol, str] = {}
    values: dict[str, sp.Expr] = {}
    for text in names:
        left, equals, right = text.partition("=")
        place = Location(field=f"--map {text[:60]}")
        if not equals or not left.strip():
            raise BadInput("is not of the form NAME=EXPR", place, r'such as --map "\beta_i=b_1"')
        try:
            symbol, power = read_name(left.strip(), Source(left.strip()))
        except BadInput as error:
            raise BadInput(error.what, place, error.todo) from None
        if symbol in symbols:
            raise BadInput(f"the name '{symbol.name}' is explained twice", place)
        value = _value(claim, right, vocabulary, place)
        if power > 1 and not value.is_positive:
            raise BadInput(
                f"'{symbol.name}' itself cannot be found from its power", place, "explain it without a power"
            )
        name = f"{symbol.name}_" if keyword.iskeyword(symbol.name) else symbol.name
        for same in _spellings(symbol):
            symbols[same] = name
        values[name] = value ** sp.Rational(1, power)
    return symbols, values


def _spellings(symbol: Symbol) -> list[Symbol]:
    """The symbol, and where its letter is lambda that under its other name."""
    other = {"lam": "lambda", "lambda": "lam"}.get(symbol.base)
    return [symbol] if other is None else [symbol, Symbol(other, symbol.subscripts, symbol.primes, symbol.marks)]


def _value(claim: Claim, text: str, vocabulary: Vocabulary, place: Location) -> sp.Expr:
    """What stands right of the `=` of a --map: text in symkl's notation, or LaTeX where a backslash is in it."""
    if "\\" in text:
        asked = Asked(claim.quantity, claim.p.variable.name)
        try:
            [line] = read_latex(Source(text.strip()), vocabulary, asked).lines
        except BadInput as error:
            raise BadInput(error.what, place, error.todo) from None
        text = line.written.text if line.written else text
    return parse(text, own_names(claim), place)
