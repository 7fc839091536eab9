"""The way through symkl, a function a stage; here, and only here, all stages meet.

    read        files             -> Library       families and documents, checked
    claim       names, texts      -> Claim         which quantity of which distributions
    derive      Claim             -> Derivation    steps and lemmas
    verify      Derivation        -> Verified      a verdict on the result, each step and each lemma
    judge       Verified          -> Verified      and on each known form of the claim
    write_up    Verified...       -> LaTeX         an article; `compose`: a document; `fragment`: one result alone
    tabulate    signs of pairs    -> LaTeX         all pairs in one table
    typeset     LaTeX             -> PDF
    lower       Verified...       -> Program...    stable forms as straight-line code
    generate    Program...        -> source code   for one of BACKENDS; `generate_checked`: read back, proved and run
    register    Verified...       -> source code   that a framework's own kl_divergence calls
    compare     Verified, formula -> answer        is somebody's formula right? `compare_latex`: line by line
    evaluate    Verified, point   -> value         with its certificate

All refuse with `BadInput` what cannot be used, and say `ToolMissing` where an outside tool is not there. The stages
that not every command goes through (deriving, writing up, code) are imported where they are gone through.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from symkl.algebra import is_zero
from symkl.check import comparison, read_formula
from symkl.errors import NotYet
from symkl.language import parse, read_point, to_text
from symkl.language import skeleton as start
from symkl.library import read_library as read
from symkl.model import Claim, Derivation, Family, Verified
from symkl.model.document import Document
from symkl.reading import forms_of, names_of, request_of
from symkl.reading import read_claim as claim
from symkl.resources import loader
from symkl.settings import Settings
from symkl.verify import evaluate as value_at
from symkl.verify import judge as judged
from symkl.verify import normalisation

if TYPE_CHECKING:
    from symkl.check.latex import Given
    from symkl.codegen import BACKENDS, FRAMEWORK_OF, Program, Registration, runs_here

__all__ = [
    "BACKENDS",
    "FRAMEWORK_OF",
    "ask",
    "claim",
    "compare",
    "compare_latex",
    "compose",
    "derive",
    "equation",
    "evaluate",
    "fragment",
    "generate",
    "generate_checked",
    "judge",
    "judge_function",
    "lower",
    "normalised",
    "prove",
    "read",
    "register",
    "reread",
    "runs_here",
    "start",
    "tabulate",
    "typeset",
    "verify",
    "write_up",
]

_READ = partial(parse, inert=True)


def __getattr__(name: str) -> Any:
    """BACKENDS, FRAMEWORK_OF and runs_here, which code generation says."""
    if name in ("BACKENDS", "FRAMEWORK_OF", "runs_here"):
        from symkl import codegen

        return getattr(codegen, name)
    raise AttributeError(f"module 'symkl.pipeline' has no attribute '{name}'")


def _writing() -> dict[str, Any]:
    """What writing up is given of other stages."""
    from symkl.algebra.masters import MASTERS

    return {"citations": {m.name: f"{m.title}: {m.source}" for m in MASTERS}, "read": _READ, "is_zero": is_zero}


def derive(claim: Claim) -> Derivation:
    from symkl.derive import derive as derived

    return derived(claim)


def normalised(family: Family, settings: Settings) -> str | None:
    """The word "one" where the density is seen to integrate to 1, a sentence where it is seen not to, else None."""
    found = normalisation(family, seed=settings.seed)
    return {True: "one", False: str(found), None: None}[found.is_one]


def verify(derivation: Derivation, settings: Settings) -> Verified:
    from symkl.verify import verify as verified

    return verified(derivation, digits=settings.digits, points=settings.points, seed=settings.seed)


def judge(found: Verified, settings: Settings) -> Verified:
    claim, derivation = found.derivation.claim, found.derivation
    known = (
        judged(form, claim, derivation, digits=settings.digits, points=settings.points, seed=settings.seed)
        for form in forms_of(claim)
    )
    return replace(found, known=tuple(known))


def prove(claim: Claim, settings: Settings) -> Verified:
    """Derive, verify and judge."""
    return judge(verify(derive(claim), settings), settings)


def write_up(
    title: str, results: Sequence[Verified], settings: Settings, others: Sequence[tuple[Claim, str, str]] = ()
) -> str:
    """`others` are divergences that are only listed, each with its status and the reason."""
    from symkl.writeup import write_article

    return write_article(title, results, others=others, loader=loader(settings.own_templates), **_writing())


def compose(document: Document, results: Sequence[Verified | None], settings: Settings) -> str:
    """`results` has one for each section, None for a section without a claim."""
    from symkl.writeup import write_document

    return write_document(document, results, loader=loader(settings.own_templates), **_writing())


def tabulate(
    names: Sequence[str], cells: Sequence[Sequence[str]], legend: Sequence[tuple[str, str]], settings: Settings
) -> str:
    from symkl.writeup import write_matrix

    return write_matrix(names, cells, legend, loader=loader(settings.own_templates))


def fragment(result: Verified, settings: Settings) -> str:
    from symkl.writeup import write_fragment

    return write_fragment(result, loader=loader(settings.own_templates), read=_READ)


def equation(result: Verified) -> str:
    """The quantity and what it is equal to, as one line of LaTeX that needs no macros of ours."""
    from symkl.writeup.notation import Notation

    notation, value = Notation(result.derivation.claim), result.derivation.result
    right = r"\text{not derived}" if value is None else notation.latex(value)
    return f"{notation.quantity()} = {right}".replace(r"\KL", r"\operatorname{KL}")


def typeset(tex: str, settings: Settings) -> bytes:
    from symkl.writeup import build_pdf

    return build_pdf(tex, loader(settings.own_templates))


def lower(wanted: Sequence[tuple[Verified, str | None, str | None]], slopes: bool = False) -> list[Program]:
    """A program for each result under the named parametrisations of its families (None: their own parameters), with
    its derivatives where the backend wants `slopes`.
    """
    from symkl.codegen import lower as lowered

    return [lowered(result, first, second, to_text, slopes=slopes) for result, first, second in wanted]


def generate(backend: str, programs: Sequence[Program], settings: Settings, title: str) -> str:
    from symkl.codegen import emit

    return emit(programs, backend, loader(settings.own_templates), title)


def generate_checked(backend: str, programs: Sequence[Program], settings: Settings, title: str) -> str:
    """As `generate`, the text read back and run (`runs_here` says whether it can be). SymklError where it is wrong."""
    from symkl.codegen import checked_module

    return checked_module(programs, backend, loader(settings.own_templates), title)


def reread(backend: str, program: Program, settings: Settings) -> Program:
    """The program, telling that its code was read back and proved, or run, where that can be done here.

    SymklError where it is wrong, NotYet where the backend cannot compute it.
    """
    from symkl.codegen import reread as read_again

    return read_again(program, backend, loader(settings.own_templates))


def register(
    backend: str, results: Sequence[Verified], settings: Settings, title: str, tick: Callable[[str], None]
) -> tuple[str, list[str]]:
    """The module (empty where nothing could be made), and what was left out and why; `tick` hears of each result."""
    from symkl.codegen import BACKENDS, FRAMEWORK_OF, emit, registrations

    slopes, templates = BACKENDS[backend].SLOPES, loader(settings.own_templates)
    found: list[Registration] = []
    lacking: list[str] = []
    for result in results:
        try:
            made = registrations(result, FRAMEWORK_OF[backend], to_text, slopes=slopes)
            checked: dict[str, Program] = {}
            for registration in made:
                if registration.program.name not in checked:
                    checked[registration.program.name] = reread(backend, registration.program, settings)
            found += [replace(registration, program=checked[registration.program.name]) for registration in made]
        except NotYet as error:
            lacking.append(f"{request_of(result.derivation.claim).title}: {error}")
        tick(result.derivation.claim.id)
    programs = list({registration.program.name: registration.program for registration in found}.values())
    return emit(programs, backend, templates, title, found) if found else "", lacking


def compare(result: Verified, formula: str, names: Sequence[str], units: str, dims: str) -> dict[str, Any]:
    given = read_formula(result.derivation.claim, formula, names, units, dims)
    return comparison(result.derivation, given, dims, vouched=result.verdict.kind == "proved")


def compare_latex(result: Verified, given: Given, dims: str) -> dict[str, Any]:
    from symkl.check.lines import lines_compared

    return lines_compared(result.derivation, given, dims, vouched=result.verdict.kind == "proved")


def ask(result: Verified, function: str, names: Sequence[str], dims: str, seed: int) -> dict[str, Any]:
    """What the process that runs a user's function is asked about it."""
    from symkl.check.function import question

    return asdict(question(result.derivation, function, names, dims, seed))


def judge_function(result: Verified, asked: dict[str, Any], said: dict[str, Any], units: str) -> dict[str, Any]:
    """What `symkl check --json` prints about a function of which that process said so much."""
    from symkl.check.function import judgement

    return judgement(result.derivation, asked, said, units, vouched=result.verdict.kind == "proved")


def evaluate(result: Verified, at: Sequence[str], digits: int) -> dict[str, Any]:
    claim = result.derivation.claim
    return asdict(value_at(claim, read_point(at, names_of(claim)), digits, result.derivation))
