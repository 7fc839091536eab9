"""What is worked out before anything is measured, in limited child processes: generated modules, points, truths."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import mpmath as mp
import sympy as sp

from symkl import pipeline
from symkl.codegen import function_name
from symkl.codegen.arguments import Signature, signature
from symkl.errors import NotYet
from symkl.measure.cases import Case
from symkl.measure.exact import Exact
from symkl.measure.points import Point, Regime, draw_points
from symkl.model import Verified
from symkl.settings import Settings
from symkl.verify.integral import estimated

__all__ = ["Module", "Sample", "function", "is_near", "module", "sample", "sampled"]

#: digits that a truth is handed on with
_KEPT = 45
#: so many values at random are compared with a quadrature, of so many digits, to that tolerance
_COMPARED, _DIGITS, _TOLERANCE = 2, 12, 1e-8


@dataclass(frozen=True)
class Module:
    """The name of a function, the source of its module for each backend, and why there is none for others."""

    function: str
    sources: dict[str, str] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Sample:
    """The points of a regime, a column for each argument, with the true values and slopes (None: not known).

    `agree` is how many of the values were compared with a quadrature of the density and agree with it, `apart` are
    those that do not, in words.
    """

    regime: Regime
    columns: list[list[float]]
    values: list[Any]
    slopes: list[list[Any]]
    agree: int = 0
    apart: tuple[str, ...] = ()


def function(verified: Verified, case: Case) -> str:
    return function_name(verified.derivation.claim, case.way, case.way)


def is_near(verified: Verified, case: Case) -> bool:
    """Whether there are parameters that can be nearly equal."""
    return bool(_signature(verified, case).pairs)


def module(verified: Verified, case: Case, backends: Sequence[str], settings: Settings) -> dict[str, Any]:
    """For a child process: the sources of the function, by backend; JSON that `Module(**...)` takes."""
    sources, missing = {}, {}
    slopes = any(pipeline.BACKENDS[name].SLOPES for name in backends)
    programs = pipeline.lower([(verified, case.way, case.way)], slopes)
    for name in backends:
        try:
            sources[name] = pipeline.generate(name, programs, settings, case.title)
        except NotYet as why:
            missing[name] = str(why)
    return {"function": function(verified, case), "sources": sources, "missing": missing}


def sample(
    verified: Verified, case: Case, regime: Regime, count: int, seed: int, what: str = "slopes"
) -> dict[str, Any]:
    """For a child process: points of a regime with their truths, JSON that `sampled` takes.

    `what`: "points" alone, with their "values", or with the "slopes" as well.
    """
    chosen = _signature(verified, case)
    exact = Exact(verified.derivation.claim, verified.derivation, chosen)
    points = draw_points(chosen, exact.ties, exact.holds, regime, count, seed)
    order = [parameter.symbol for parameter in chosen.parameters]
    values = [exact.value(point) for point in points] if what != "points" else []
    looked = [] if case.way or regime.kind != "random" else list(zip(points, values, strict=False))[:_COMPARED]
    compared = [_compared(verified, point, value) for point, value in looked if value is not None]
    return {
        "columns": [[point[s] for point in points] for s in order],
        "values": [_text(value) for value in values],
        "agree": compared.count(""),
        "apart": [line for line in compared if line],
        "slopes": [[_text(v) for v in exact.slopes(point)] for point in points] if what == "slopes" else [],
    }


def sampled(regime: Regime, said: dict[str, Any]) -> Sample:
    """What `sample` found, with its numbers read."""
    values = [_number(v) for v in said["values"]]
    slopes = [[_number(v) for v in row] for row in said["slopes"]]
    return Sample(regime, said["columns"], values, slopes, said["agree"], tuple(said["apart"]))


def _compared(verified: Verified, point: Point, value: Any) -> str | None:
    """A value and the defining integral by plain quadrature: "" where they agree, what is wrong where they do not,
    None where the quadrature has no value.
    """
    claim = verified.derivation.claim
    found = estimated(claim, {s: sp.Rational(v) for s, v in point.items()}, _DIGITS)
    if found.status != "value":
        return None
    if abs(found.value - value) <= _TOLERANCE * (1 + abs(value)):
        return ""
    at = ", ".join(f"{s} = {v!r}" for s, v in point.items())
    return f"at {at} the reference is {mp.nstr(value, 15)}, the defining integral {mp.nstr(found.value, 15)}"


def _signature(verified: Verified, case: Case) -> Signature:
    return signature(verified.derivation.claim, case.way, case.way)


def _text(value: Any) -> str | None:
    """What is kept of a number: it may have thousands of digits, more than Python turns into text."""
    with mp.workdps(_KEPT):
        return None if value is None else mp.nstr(mp.mpf(value), _KEPT)


def _number(text: str | None) -> Any:
    with mp.workdps(_KEPT):
        return None if text is None else mp.mpf(text)
