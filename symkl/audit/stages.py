"""The audit of a library, stage by stage."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from symkl.audit import child
from symkl.audit.counterparts import counterparts, left_out
from symkl.audit.findings import arrays_apart, judged, worst_of
from symkl.audit.libraries import Call, Library, Survey
from symkl.audit.points import Grid, Place, first_place, grid, places
from symkl.audit.report import Audit, Audited
from symkl.audit.subjects import Subject, chosen, entropies, pairs
from symkl.audit.truths import Truth, confirmed, truths
from symkl.errors import BadInput, Location, SymklError
from symkl.foreign import check_foreign
from symkl.library import Library as Families
from symkl.model import Verified
from symkl.proving import prove_all
from symkl.settings import Settings
from symkl.workers import Crew, Job, Outcome

__all__ = ["audit"]

#: seconds that a call of the library may take, and that its import may take
_CALL, _IMPORT = 5.0, 120.0
Begin = Callable[[int], Callable[[str], None]]


@dataclass
class _Asked:
    """A subject with its points and what the library answered."""

    subject: Subject
    places: list[Place]
    grid: Grid | None
    answers: list[dict[str, Any]] = field(default_factory=list)

    def calls(self) -> list[Call]:
        """At the points one by one; then, where there is a grid, as arrays and at its points one by one."""
        symbols = [p.symbol for p in self.subject.signature.parameters]
        rows: list[Sequence[Any]] = [place.values for place in self.places]
        if self.grid is not None:
            rows += [self.grid.values, *self.grid.points]
        return [self.subject.call(dict(zip(symbols, row, strict=True))) for row in rows]


def audit(
    library: Library,
    families: Families,
    settings: Settings,
    pattern: str | None,
    asking: Crew,
    crew: Crew,
    begin: Begin,
) -> Audit:
    """The whole of it: the library is asked in the children of `asking`, what is true is worked out in those of `crew`.

    Raises BadInput where the pattern fits nothing, SymklError where the library cannot be used.
    """
    made = counterparts(library.name, families)
    found = _survey(library, tuple(dict.fromkeys(one.name for one in made)), asking)
    everything = [*entropies(made, found.classes), *pairs(made, found.pairs)]
    wanted = chosen(everything, pattern)
    if not wanted:
        raise BadInput(
            f"nothing in {library.name} fits '{pattern}'",
            Location(field="--only"),
            "give a class (Normal), or a pattern of ids such as 'kl:Uniform:*' or 'entropy:*'",
        )
    there, lacking = _there(library, wanted, settings, asking, begin)
    asked = _ask(library, there, settings, asking, begin)
    known = _truths(asked, families, settings, crew, begin)
    audited = [_judged(one, own) for one, own in zip(asked, known, strict=True)]
    audited, apart = _confirmed(asked, known, audited, settings, crew, begin)
    out = _left_out(library, found, {one.name for one in made}) if pattern is None else []
    return Audit(library.name, found.version, tuple(audited), (*lacking, *out), tuple(apart))


def _value(outcome: Outcome) -> Any:
    """What a job gave; a bug of ours is raised. None where it was given up."""
    if outcome.bug:
        raise RuntimeError(outcome.bug)
    if outcome.error is not None:
        raise outcome.error
    return outcome.value


def _survey(library: Library, classes: tuple[str, ...], crew: Crew) -> Survey:
    [outcome] = crew.work([Job(library.name, child.survey, (library, classes), _IMPORT)])
    found = None if outcome.bug else _value(outcome)
    if found is None:
        why = outcome.lost or outcome.bug.strip().splitlines()[-1]
        raise SymklError(f"{library.package} cannot be looked at: {why}")
    rows = {key: [tuple(pair) for pair in found[key]] for key in ("registered", "pairs")}
    return Survey(found["version"], tuple(found["classes"]), tuple(rows["registered"]), tuple(rows["pairs"]))


def _answers(
    library: Library, asked: Sequence[tuple[Subject, list[Call]]], settings: Settings, crew: Crew, begin: Begin
) -> list[list[dict[str, Any]]]:
    """What the library answers, in one process as far as that lives."""
    seconds = settings.timeout or _CALL
    jobs = [
        Job(subject.title, child.answers, (library, calls, seconds), _IMPORT + seconds * len(calls), library.name)
        for subject, calls in asked
    ]
    tick = begin(len(jobs))
    outcomes = crew.work(jobs, lambda job, outcome: tick(job.name))
    return [
        _value(outcome) or [{"late": seconds}] * len(calls) for outcome, (_, calls) in zip(outcomes, asked, strict=True)
    ]


def _there(
    library: Library, subjects: Sequence[Subject], settings: Settings, crew: Crew, begin: Begin
) -> tuple[list[Subject], list[tuple[str, str]]]:
    """The subjects that the library has, by asking it once, and those that it says it has not."""
    firsts = [(subject, first_place(subject, settings.seed)) for subject in subjects]
    asked = [(subject, _Asked(subject, [place], None).calls()) for subject, place in firsts if place is not None]
    found = {s: own[0] for (s, _), own in zip(asked, _answers(library, asked, settings, crew, begin), strict=True)}
    there, lacking = [], [(s.id, "no point was found at which to ask") for s, place in firsts if place is None]
    for subject, answer in found.items():
        if "not there" in answer:
            lacking.append((subject.id, f"{library.name} does not implement it"))
        else:
            there.append(subject)
    return there, lacking


def _ask(library: Library, subjects: Sequence[Subject], settings: Settings, crew: Crew, begin: Begin) -> list[_Asked]:
    asked = [_Asked(s, places(s, settings.seed), grid(s, settings.seed)) for s in subjects]
    answers = _answers(library, [(one.subject, one.calls()) for one in asked], settings, crew, begin)
    for one, own in zip(asked, answers, strict=True):
        one.answers = own
    return asked


def _truths(
    asked: Sequence[_Asked], families: Families, settings: Settings, crew: Crew, begin: Begin
) -> list[list[Truth]]:
    """The truth at every point; closed forms are proved where the store has them not. Of a family that is here for
    audits alone none is sought.
    """
    requests = list(dict.fromkeys(r for one in asked if (r := one.subject.request).p in families.sources))
    check_foreign(families, requests, settings, crew)
    tick = begin(len(requests) + len(asked))
    proving = prove_all(requests, families, settings, crew, lambda proof: tick(proof.request.title))
    proofs: dict[Any, Verified | None] = {
        request: proving.verified(request) if proving.proofs[request].checked is not None else None
        for request in requests
    }
    jobs = [
        Job(
            one.subject.title,
            truths,
            (one.subject, proofs.get(one.subject.request), one.places),
            settings.seconds(),
            one.subject.request.p,
        )
        for one in asked
    ]
    outcomes = crew.work(jobs, lambda job, outcome: tick(job.name))
    return [
        [Truth(**said) for said in _value(outcome) or [{"value": None}] * len(one.places)]
        for outcome, one in zip(outcomes, asked, strict=True)
    ]


def _judged(one: _Asked, known: Sequence[Truth]) -> Audited:
    subject, count = one.subject, len(one.places)
    names = [p.full_name for p in subject.signature.parameters]
    found = [
        judged(answer, truth, place, names, subject.quantity)
        for answer, truth, place in zip(one.answers[:count], known, one.places, strict=True)
    ]
    if one.grid is not None:
        whole, *single = one.answers[count:]
        found.append(arrays_apart(whole, single, one.grid.values, names))
    refused = ["refused" in answer for answer in one.answers[:count]]
    return Audited(
        subject,
        count - sum(refused),
        sum(truth.value is not None and not no for truth, no in zip(known, refused, strict=True)),
        sum(refused),
        sum("late" in answer for answer in one.answers),
        tuple(finding for finding in found if finding is not None),
    )


def _confirmed(
    asked: Sequence[_Asked],
    known: Sequence[Sequence[Truth]],
    audited: Sequence[Audited],
    settings: Settings,
    crew: Crew,
    begin: Begin,
) -> tuple[list[Audited], list[str]]:
    """The worst finding of each kind beside a quadrature of the densities, where the truth was a closed form's."""
    jobs = []
    for index, one in enumerate(audited):
        for finding in worst_of(one.findings):
            if finding.origin == "closed form" and finding.severity == "wrong":
                values = tuple(float(value) for _, value in finding.at)
                place = next(k for k, p in enumerate(asked[index].places) if p.values == values)
                arguments = one.subject, asked[index].places[place], known[index][place]
                about = index, finding
                jobs.append(
                    Job(one.subject.title, confirmed, arguments, settings.seconds(), one.subject.request.p, about)
                )
    tick = begin(len(jobs))
    found, apart = list(audited), list[str]()
    for job, outcome in zip(jobs, crew.work(jobs, lambda job, outcome: tick(job.name)), strict=True):
        index, finding = job.about
        says = _value(outcome)
        if says is False:
            apart.append(f"{found[index].subject.title} at {', '.join(f'{n} = {v}' for n, v in finding.at)}")
        marked = tuple(replace(f, confirmed=says) if f == finding else f for f in found[index].findings)
        found[index] = replace(found[index], findings=marked)
    return found, apart


def _left_out(library: Library, found: Survey, mapped: set[str]) -> list[tuple[str, str]]:
    """The classes and the registered divergences for which there is no family, and why."""
    reasons = left_out(library.name, [name for name in found.classes if name not in mapped])
    out = [(f"entropy:{name}", why) for name, why in reasons.items()]
    for p, q in found.registered:
        lacking = [name for name in (p, q) if name not in mapped]
        if lacking:
            why = left_out(library.name, lacking)[lacking[0]]
            out.append((f"kl:{p}:{q}", f"{lacking[0]}: {why}"))
    return out
