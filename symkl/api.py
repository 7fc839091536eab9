"""symkl from Python: the same stages as on the command line, one call a quantity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import sympy as sp

from symkl import pipeline
from symkl.errors import BadInput, Location
from symkl.language import parse, read_bindings
from symkl.library import read_library
from symkl.model import Family, Lemma, Step, Verdict, Verified
from symkl.model import claim as make_claim
from symkl.reading import names_of
from symkl.settings import Settings

__all__ = ["Derivation", "Family", "check", "cross_entropy", "entropy", "expectation", "family", "kl", "load"]


@dataclass(frozen=True)
class Derivation:
    """A derived quantity, in nats: what came out, how, and how far it was verified."""

    verified: Verified

    @property
    def result(self) -> sp.Expr | None:
        """The value; `oo` where it is infinite, None where nothing was derived."""
        return self.verified.derivation.result

    @property
    def status(self) -> str:
        """One of "closed", "conditional", "infinite", "none"."""
        return self.verified.derivation.status

    @property
    def conditions(self) -> tuple[sp.Basic, ...]:
        """The conditions on the parameters under which `result` holds."""
        return self.verified.derivation.conditions

    @property
    def steps(self) -> tuple[Step, ...]:
        """The chain of equations from the definition to the result."""
        return self.verified.derivation.steps

    @property
    def lemmas(self) -> tuple[Lemma, ...]:
        """The expectations that it rests on."""
        return self.verified.derivation.lemmas

    @property
    def verdict(self) -> Verdict:
        """How far the result was verified; `verdict.kind` is "proved", "numeric", "unknown" or "failed"."""
        return self.verified.verdict

    def __str__(self) -> str:
        from symkl.report import claim_title, status_word

        d = self.verified.derivation
        return f"{claim_title(d.claim)} = {status_word(d)}  ({self.verdict.kind})"

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {pipeline.equation(self.verified)}$"


def family(name: str) -> Family:
    """A built-in family. Raises `BadInput` where there is none of that name."""
    return _builtin().family(name)


@cache
def _builtin() -> Any:
    return read_library((), ())


def load(path: str | Path) -> Family:
    """The family that a definition file defines. Raises `BadInput`."""
    path = Path(path)
    library = read_library((path,), ())
    found = library.given[0]
    if not isinstance(found, Family):
        raise BadInput("this file is a document, not the definition of a family", Location(str(path)))
    return found


def entropy(p: Family, where: Mapping[str, str] | None = None) -> Derivation:
    """H(p). `where` fixes or ties parameters, such as `{"sigma": "1"}`."""
    return _derive("entropy", p, None, None, where)


def cross_entropy(p: Family, q: Family, where: Mapping[str, str] | None = None) -> Derivation:
    """H(p, q), averaged over p. Parameters in `where` bear their suffixes, such as `{"mu_2": "0"}`."""
    return _derive("cross_entropy", p, q, None, where)


def kl(p: Family, q: Family, where: Mapping[str, str] | None = None) -> Derivation:
    """KL(p || q), averaged over p."""
    return _derive("kl", p, q, None, where)


def expectation(p: Family, of: str, where: Mapping[str, str] | None = None) -> Derivation:
    """The expectation under p of an expression in its variable, such as "x**2"."""
    return _derive("expectation", p, None, of, where)


def _claim(quantity: str, p: Family, q: Family | None, of: str | None, where: Mapping[str, str] | None) -> Any:
    bare = make_claim(quantity, p, q)
    names = names_of(bare)
    bindings = read_bindings([f"{name}={value}" for name, value in (where or {}).items()], names)
    body = None if of is None else parse(of, {**names, p.variable.name: p.variable})
    if body is not None:
        body = body.subs([(names[name], value) for name, value in bindings], simultaneous=True)
    return make_claim(quantity, p, q, body, bindings)


def _derive(quantity: str, p: Family, q: Family | None, of: str | None, where: Mapping[str, str] | None) -> Derivation:
    return Derivation(pipeline.prove(_claim(quantity, p, q, of, where), Settings()))


def check(
    quantity: str,
    p: Family,
    q: Family | None = None,
    *,
    formula: str | None = None,
    latex: str | None = None,
    function: str | None = None,
    names: tuple[str, ...] = (),
    where: Mapping[str, str] | None = None,
    units: str = "nats",
    dims: str = "none",
) -> dict[str, Any]:
    """Whether a formula is right, as `symkl check --json` says it: "verdict", "evidence", "diagnosis" and more.

    The formula is given in symkl's notation, or in LaTeX, then "lines" has each side of each equation, or it is a
    function, "losses.py:kl" or "losses:kl", which is imported and run in another process. `names` explains names of
    the formula's own, or arguments, such as `("v1=sigma_1**2",)`; `where` fixes or ties parameters.
    """
    claim = _claim(quantity, p, q, None, where)
    if [formula, latex, function].count(None) != 2:
        raise BadInput("either a formula, LaTeX or a function is needed", None, "give formula=, latex= or function=")
    if function is not None:
        return _function(claim, function, names, units, dims)
    if latex is not None:
        from symkl.check.latex import given_in
        from symkl.language.latex import Source

        given = given_in(claim, Source(latex, field="latex"), names, units, dims)
        lines: dict[str, Any] = pipeline.compare_latex(pipeline.prove(claim, Settings()), given, dims)
        return lines
    assert formula is not None
    verified = pipeline.prove(claim, Settings())
    found: dict[str, Any] = pipeline.compare(verified, formula, names, units, dims)
    return found


def _function(claim: Any, function: str, names: tuple[str, ...], units: str, dims: str) -> dict[str, Any]:
    from symkl.functions import answer_about
    from symkl.guests import Guest
    from symkl.workers import Crew

    with Crew(1) as crew, Guest() as guest:
        verified = pipeline.prove(claim, Settings())
        found = answer_about(function, verified, names, units, dims, Settings(), crew, guest)
    return {key: value for key, value in found.items() if key != "files"}
