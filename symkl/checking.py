"""A foreign formula against the truth, from names and texts to the answer, for `symkl check` and for files."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from symkl.errors import BadInput, Location

if TYPE_CHECKING:
    from symkl.check.latex import Given
    from symkl.guests import Guest
    from symkl.library import Library
    from symkl.macros import Macro
    from symkl.model import Claim, Verified
    from symkl.settings import Settings
    from symkl.workers import Crew

__all__ = ["KINDS", "Question", "answer", "asked", "in_file"]

#: what is no formula but the name of a file
_SUFFIXES = (".tex", ".ltx", ".md", ".rst", ".py", ".txt", ".ipynb")
#: how a formula may be given: in symkl's notation, in LaTeX, or as a Python function, `module:name` or `path.py:name`
KINDS = ("formula", "latex", "function")
#: at so many points the truth is enclosed where nothing has verified it before: a first answer is then as quick as a
#: later one; `verify` takes the usual number
_FEW_POINTS = 2


@dataclass(frozen=True)
class Question:
    """Whether the formula `text` is the quantity of p, or of p and q; all as `symkl check` has it on its command line.

    `names` explains names of the formula's own, such as `v1=sigma_1**2`. The other way round, `parameters` says what
    parameters are in a function's `arguments`: `sigma_1` is `exp(logvar/2)`. LaTeX stands at a `place`: a file ("" for
    the command line), the line there, and how much of that line stands before it; `focus` is where in the
    text the one of several equations stands that is meant, and `macros` are the file's own commands.
    """

    quantity: str
    p: str
    q: str | None
    kind: str
    text: str
    of: str | None = None
    names: tuple[str, ...] = ()
    where: tuple[str, ...] = ()
    units: str = "nats"
    dims: str = "none"
    parameters: tuple[tuple[str, str], ...] = ()
    arguments: tuple[str, ...] = ()
    place: tuple[str, int, int] = ("", 1, 0)
    focus: int | None = None
    macros: tuple[Macro, ...] = ()


def answer(
    question: Question, library: Library, settings: Settings, crew: Crew, guest: Guest | None = None
) -> dict[str, Any]:
    """What `symkl check --json` prints. Raises `BadInput` where a part of the question cannot be used.

    A function is run by the `guest`, or by one for this question alone; the answer then says in `files`, with their
    digests, which of the user's files were imported.
    """
    if not question.text.strip():
        raise BadInput("there is nothing to check", Location(field=f"--{question.kind}"), "add the formula")
    from symkl import pipeline
    from symkl.check import undecided
    from symkl.foreign import check_foreign
    from symkl.proving import Proving, limited, prove_one
    from symkl.reading import request_of

    question, claim = asked(question, library)
    given = _given(claim, question) if question.kind == "latex" else None
    request = request_of(claim)
    check_foreign(library, [request], settings, crew)
    if Proving([request], library, settings).pending:
        settings = replace(settings, points=_FEW_POINTS)
    verified = prove_one(request, library, settings, crew)
    if question.kind == "function":
        return _function(question, verified, settings, crew, guest)
    if given is not None:
        found, lost = limited(pipeline.compare_latex, (verified, given, question.dims), settings, crew)
    else:
        arguments = (verified, question.text, question.names, question.units, question.dims)
        found, lost = limited(pipeline.compare, arguments, settings, crew)
    return undecided(question.text, lost) if lost else dict(found)


def _function(
    question: Question, verified: Verified, settings: Settings, crew: Crew, guest: Guest | None
) -> dict[str, Any]:
    from symkl.functions import answer_about
    from symkl.guests import Guest

    with nullcontext(guest) if guest is not None else Guest() as runs:
        about = (question.text, verified, question.names, question.units, question.dims)
        return answer_about(*about, settings, crew, runs)


def in_file(question: Question, label: str | None, line: int | None) -> Question:
    """The question with the formula in the file that its text names, where it names one. Raises `BadInput`."""
    path = Path(question.text)
    try:
        is_file = path.is_file()
    except (OSError, ValueError):
        is_file = False
    if not is_file:
        where = Location(question.text[:200], "--latex")
        if label is not None or line is not None:
            option = "--label" if label is not None else "--line"
            raise BadInput("there is no such file", where, f"{option} looks into a file")
        if path.suffix in _SUFFIXES and "\\" not in question.text:
            raise BadInput("there is no such file", where, "name a file that there is, or write LaTeX")
        return question
    from symkl.language.latex import find_formula

    found = find_formula(path, label, line)
    place = (found.source.file, found.source.line, found.source.indent)
    return replace(question, text=found.source.text, place=place, focus=found.focus, macros=found.macros)


def _given(claim: Claim, question: Question) -> Given:
    """The question's LaTeX, read before anything is derived, so that what cannot be read is refused at once."""
    from symkl.check.latex import given_in
    from symkl.language.latex import Source, expanded

    file, line, indent = question.place
    source = expanded(Source(question.text, file, line=line, indent=indent), question.macros)
    return given_in(claim, source, question.names, question.units, question.dims, question.focus)


def asked(question: Question, library: Library) -> tuple[Question, Claim]:
    """The question, with what its parameters are said by `names` and `where`, and the claim that it is about."""
    from symkl.reading import read_claim

    if question.parameters:
        question = _turned_round(question, library)
    return question, read_claim(library, question.quantity, question.p, question.q, question.of, question.where)


def _turned_round(question: Question, library: Library) -> Question:
    from symkl.check.explained import explained
    from symkl.reading import names_of, read_claim

    claim = read_claim(library, question.quantity, question.p, question.q, question.of, question.where)
    names, where = explained(question.parameters, names_of(claim), question.arguments)
    return replace(question, names=(*question.names, *names), where=(*question.where, *where), parameters=())
