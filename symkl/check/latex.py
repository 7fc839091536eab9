r"""A formula in LaTeX, put into a claim's own parameters, line by line.

The reader gives text in symkl's own notation, which the parser then reads as it reads any other; where the parser
refuses it, the place in the LaTeX is named.
"""

from __future__ import annotations

import keyword
from collections.abc import Sequence
from dataclasses import dataclass

import sympy as sp

from symkl.check.formula import Formula, formula_in, value_in
from symkl.errors import BadInput, Location
from symkl.language import to_text
from symkl.language.latex import (
    USUAL,
    Asked,
    Line,
    Reading,
    Source,
    Style,
    Vocabulary,
    letters_of,
    other_styles,
    read_latex,
    read_name,
    stems_of,
)
from symkl.language.latex.tree import Symbol
from symkl.model import Claim, Family

__all__ = ["Given", "Problem", "given_in", "other_readings"]


@dataclass(frozen=True)
class Problem:
    """What is to be read: the LaTeX, the claim it is about, the names that it may use, and what --map says of them.

    `focus` is a place in that one of several equations that is meant.
    """

    claim: Claim
    source: Source
    vocabulary: Vocabulary
    mapped: dict[str, sp.Expr]
    units: str
    dims: str
    focus: int | None = None


@dataclass(frozen=True)
class Given:
    """What was read: each line with its formula, None for a line that is not read."""

    problem: Problem
    reading: Reading
    formulas: tuple[Formula | None, ...]


def given_in(
    claim: Claim, source: Source, names: Sequence[str], units: str, dims: str, focus: int | None = None
) -> Given:
    r"""Read the LaTeX, in which `names` explains names (`\beta_i=b_1`). Raises `BadInput`."""
    members = [("1", claim.p), ("2", claim.q)] if claim.q else [("", claim.p)]
    stems = stems_of([(index, member.family.parameters, member.parameters) for index, member in members])
    symbols, mapped = _explained(claim, names, Vocabulary(stems))
    vocabulary = Vocabulary(stems, symbols, _hints([member.family for _, member in members]))
    return _read(Problem(claim, source, vocabulary, mapped, units, dims, focus), USUAL)


def _hints(families: Sequence[Family]) -> dict[str, str]:
    """Of the letters of other parametrisations, what they are in the definition."""
    found: dict[str, str] = {}
    for family in families:
        own = {parameter.name for parameter in family.parameters}
        for other in family.parametrisations:
            values = ", ".join(f"{name} = {to_text(value)}" for name, value in other.where)
            for parameter in other.parameters:
                if parameter.name not in own:
                    what = f"{family.name} has it in its parametrisation '{other.name}': {values}."
                    found |= {letter: what for letter in letters_of(parameter) if letter not in found}
    return found


def other_readings(given: Given, index: int) -> list[Formula]:
    """What else line `index` says if it is read by other conventions; each reading once."""
    usual = given.formulas[index]
    found: dict[str, Formula] = {} if usual is None else {usual.text: usual}
    for style in other_styles(given.reading.decided):
        try:
            formula = _read(given.problem, style).formulas[index]
        except BadInput:
            continue
        if formula is not None:
            found.setdefault(formula.text, formula)
    return [formula for formula in found.values() if formula is not usual]


def _read(problem: Problem, style: Style) -> Given:
    claim = problem.claim
    asked = Asked(claim.quantity, claim.p.variable.name, problem.dims != "none", problem.focus)
    reading = read_latex(problem.source, problem.vocabulary, asked, style)
    return Given(problem, reading, tuple(_formula(problem, line) for line in reading.lines))


def _formula(problem: Problem, line: Line) -> Formula | None:
    if line.written is None:
        return None
    known = {**dict(problem.claim.where), **problem.mapped}  # a formula may still name what the claim fixes
    try:
        return formula_in(problem.claim, line.written.text, known, problem.units, problem.dims, Location())
    except BadInput as error:
        column = error.where.column
        index = line.start if column is None else line.written.place(column - 1)
        raise BadInput(error.what, problem.source.at(index), _in_latex(error.todo)) from None


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
    return value_in(claim, text, place)
