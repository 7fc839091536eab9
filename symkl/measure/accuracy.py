"""The report of `symkl accuracy`: errors of generated functions and of their peers, in units in the last place."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import mpmath as mp

from symkl.library import Library
from symkl.measure.cases import Case
from symkl.measure.child import Child, ValuesOf
from symkl.measure.peers import peers_of
from symkl.measure.points import Regime, regimes
from symkl.measure.preparation import Module, Sample, is_near, module, sample, sampled
from symkl.measure.subjects import Subject, absent, generated
from symkl.measure.ulps import tally, worst
from symkl.model import Verified
from symkl.settings import Settings
from symkl.workers import Crew, Job, Outcome

__all__ = ["SCHEMA", "Prepared", "measured", "prepare", "subjects_of"]

#: the form of the report; another number where it changes
SCHEMA = 1
Tick = Callable[[str], None]


@dataclass(frozen=True)
class Prepared:
    """A case with all that measuring it takes; `lost` says what could not be worked out, and why."""

    case: Case
    module: Module
    samples: tuple[Sample, ...]
    lost: tuple[str, ...] = ()


def prepare(
    found: Sequence[tuple[Case, Verified]],
    backends: Sequence[str],
    dtypes: Sequence[str],
    count: int,
    settings: Settings,
    crew: Crew,
    begin: Callable[[int], Tick],
    what: str = "slopes",
) -> list[Prepared]:
    """Modules and samples of all cases, worked out in the crew's processes.

    `what` is wanted of the points, as `sample` takes it; without values at random alone.
    """
    jobs = []
    for case, verified in found:
        jobs.append(_job(case, module, (verified, case, backends, settings), settings, None))
        for regime in _regimes(verified, case, dtypes, what):
            arguments = (verified, case, regime, count, settings.seed, what)
            jobs.append(_job(case, sample, arguments, settings, regime))
    tick = begin(len(jobs))

    def done(job: Job, outcome: Outcome) -> None:
        tick(job.name)

    outcomes = list(zip(jobs, crew.work(jobs, done), strict=True))
    return [_gathered(case, [(j, o) for j, o in outcomes if j.about[0] == case]) for case, _ in found]


def _regimes(verified: Verified, case: Case, dtypes: Sequence[str], what: str) -> list[Regime]:
    if what == "points":
        return [Regime("random", dtype) for dtype in dtypes]
    return [regime for dtype in dtypes for regime in regimes(dtype, near=is_near(verified, case))]


def _job(case: Case, run: Callable[..., Any], arguments: tuple[Any, ...], settings: Settings, about: Any) -> Job:
    return Job(case.title, run, arguments, settings.seconds(), case.title, (case, about))


def _gathered(case: Case, outcomes: Sequence[tuple[Job, Outcome]]) -> Prepared:
    """What came of a case's jobs; what cannot be had is lost. Raises where a child met a bug."""
    made, samples, lost = Module(""), [], []
    for job, outcome in outcomes:
        if outcome.bug:
            raise RuntimeError(outcome.bug)
        regime = job.about[1]
        if outcome.value is None:
            part = "its code" if regime is None else f"{regime.dtype} {regime.name}"
            lost.append(f"{case.title}, {part}: {outcome.error or outcome.lost}")
        elif regime is None:
            made = Module(**outcome.value)
        else:
            samples.append(sampled(regime, outcome.value))
    lost += [f"{case.title}, {backend}: {why}" for backend, why in made.missing.items()]
    return Prepared(case, made, tuple(samples), tuple(lost))


def subjects_of(prepared: Prepared, library: Library, backends: Sequence[str]) -> list[Subject]:
    """What is measured of a case: each backend's function, and the peers, installed or not."""
    module = prepared.module
    own = [generated(b, module.sources[b], module.function) for b in backends if b in module.sources]
    peers = [Subject(p.name, p.framework, p.packages, peer=p) for p in peers_of(prepared.case, library)]
    return own + peers


def measured(
    prepared: Sequence[Prepared], library: Library, backends: Sequence[str], child: Child, begin: Callable[[int], Tick]
) -> dict[str, Any]:
    """The report: "results", one a case, subject, dtype and regime; "quadrature", how many references were compared
    with it; and "missing", what was left out and why.
    """
    results: list[dict[str, Any]] = []
    missing: list[str] = [line for one in prepared for line in (*one.lost, *_unknown(one))]
    everything = [(one, subject) for one in prepared for subject in subjects_of(one, library, backends)]
    tick = begin(len(everything))
    begun = time.monotonic()
    for one, subject in everything:
        lacking = absent(subject)
        if lacking:
            missing.append(f"{subject.name}: {lacking} is not installed")
        else:
            for part in one.samples:
                row = _row(one.case, subject, part, child)
                if "missing" in row:
                    missing.append(f"{one.case.title}, {subject.name}: {row['missing']}")
                    break
                results.append(row)
        tick(f"{one.case.title}, {subject.name}")
    return {
        "schema": SCHEMA,
        "backends": list(backends),
        "seconds": round(time.monotonic() - begun, 1),
        "quadrature": {
            "agree": sum(part.agree for one in prepared for part in one.samples),
            "apart": [f"{one.case.title}: {line}" for one in prepared for part in one.samples for line in part.apart],
        },
        "results": results,
        "missing": list(dict.fromkeys(missing)),
    }


def _unknown(prepared: Prepared) -> list[str]:
    """What a table shows nothing of although it was asked for: regimes without points, values that nobody knows."""
    found = []
    for part in prepared.samples:
        count = len(part.values)
        unknown = sum(value is None for value in part.values)
        if unknown == count:
            why = f"the true value is known at none of {count} points" if count else "no point was found"
        elif unknown:
            why = f"the true value is not known at {unknown} of {count} points"
        else:
            continue
        found.append(f"{prepared.case.title}, {part.regime.dtype} {part.regime.name}: {why}")
    return found


def _row(case: Case, subject: Subject, part: Sample, child: Child) -> dict[str, Any]:
    regime = part.regime
    head = {"case": case.title, "who": subject.name, "dtype": regime.dtype, "regime": regime.name}
    if not part.values:
        return {**head, "value": tally([], [], regime.dtype), "slopes": None, "worst": None, "worst_slope": None}
    answer = child.ask(ValuesOf(subject, part.columns, regime.dtype, bool(part.slopes)))
    if "missing" in answer:
        return {"missing": answer["missing"]}
    return {
        **head,
        "value": tally(answer["values"], part.values, regime.dtype),
        "slopes": None if answer["slopes"] is None else _slopes(answer["slopes"], part, regime.dtype),
        "worst": _worst(answer["values"], part.values, part),
        "worst_slope": None if answer["slopes"] is None else _worst_slope(answer["slopes"], part),
    }


def _worst(found: Sequence[float], truths: Sequence[Any], part: Sample) -> dict[str, Any] | None:
    """The point with the largest error: the arguments, the value and the truth, as text."""
    place = worst(found, truths, part.regime.dtype)
    if place is None:
        return None
    truth = mp.nstr(truths[place], 25)
    return {"at": [repr(column[place]) for column in part.columns], "value": repr(found[place]), "truth": truth}


def _worst_slope(found: Sequence[Sequence[float]], part: Sample) -> dict[str, Any] | None:
    """The same of the derivatives; `by` is the position of the argument, from 0."""
    truths = [[row[i] for row in part.slopes] for i in range(len(found))]
    each = [worst(*pair, part.regime.dtype) for pair in zip(found, truths, strict=True)]
    places = [(i, place) for i, place in enumerate(each) if place is not None]
    if not places:
        return None
    by = worst([found[i][p] for i, p in places], [truths[i][p] for i, p in places], part.regime.dtype)
    assert by is not None
    i = places[by][0]
    told = _worst(found[i], truths[i], part)
    return {"by": i, **told} if told else None


def _slopes(found: Sequence[Sequence[float]], part: Sample, dtype: str) -> dict[str, Any]:
    """All slopes together; a slope is no divergence, so that none counts as negative."""
    truths = [row[i] for i in range(len(found)) for row in part.slopes]
    said = tally([value for column in found for value in column], truths, dtype)
    return {**said, "negative": 0}
