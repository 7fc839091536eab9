"""The report of `symkl bench`: how many times as fast as what people use today, measured in turn in one run."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from symkl.library import Library
from symkl.measure.accuracy import Prepared, subjects_of
from symkl.measure.child import Child, TimesOf
from symkl.measure.subjects import Subject, absent

__all__ = ["MODES", "SCHEMA", "timed"]

#: the form of the report; another number where it changes
SCHEMA = 1
#: direction -> whether the gradient of the sum is taken as well
MODES = {"forward": False, "forward and backward": True}
#: what all are compared with, the first that is there
_BASES = ("torch.distributions", "the VAE line (torch)")


def timed(
    prepared: Sequence[Prepared],
    library: Library,
    backends: Sequence[str],
    sizes: Sequence[int],
    child: Child,
    begin: Callable[[int], Callable[[str], None]],
    *,
    compiled: bool = True,
) -> dict[str, Any]:
    """The report: "results", one a case, dtype, direction, size and subject, and "missing": what was left out, why."""
    missing = [line for one in prepared for line in one.lost]
    results: list[dict[str, Any]] = []
    runs = [(one, part, mode, size) for one in prepared for part in one.samples for mode in MODES for size in sizes]
    tick = begin(len(runs))
    begun = time.monotonic()
    for one, part, mode, size in runs:
        subjects = _with_compiled(subjects_of(one, library, backends), compiled=compiled)
        missing += [f"{s.name}: {absent(s)} is not installed" for s in subjects if absent(s)]
        there = [s for s in subjects if not absent(s)]
        answer = child.ask(TimesOf(there, part.columns, part.regime.dtype, size, MODES[mode]))
        if "seconds" in answer:
            missing += [f"{one.case.title}, {mode}, {who}: {why}" for who, why in answer["missing"].items()]
            head = {"case": one.case.title, "dtype": part.regime.dtype, "mode": mode, "size": size}
            results += _ratios(head, answer["seconds"])
        else:
            missing.append(f"{one.case.title}, {mode}, {size}: {answer['missing']}")
        tick(f"{one.case.title}, {part.regime.dtype}, {mode}, {size}")
    return {
        "schema": SCHEMA,
        "backends": list(backends),
        "seconds": round(time.monotonic() - begun, 1),
        "results": results,
        "missing": list(dict.fromkeys(missing)),
    }


def _with_compiled(subjects: Sequence[Subject], *, compiled: bool) -> list[Subject]:
    """With what `torch.compile` makes of our functions of tensors."""
    if not compiled:
        return list(subjects)
    more = [
        replace(s, name=f"{s.name}, torch.compile", compiled=True)
        for s in subjects
        if s.source and s.framework == "torch"
    ]
    return [*subjects, *more]


def _ratios(head: dict[str, Any], seconds: dict[str, float]) -> list[dict[str, Any]]:
    if not seconds:
        return []
    base = next((name for name in _BASES if name in seconds), next(iter(seconds)))
    return [
        {**head, "who": who, "seconds": took, "base": base, "ratio": round(seconds[base] / took, 3)}
        for who, took in seconds.items()
    ]
