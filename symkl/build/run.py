"""The build itself: claims of what is stale, proved side by side, then written, one definition after the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from symkl import pipeline
from symkl.build.manifest import Entry, fresh, save
from symkl.build.outputs import Made, packed_outputs, packed_table, split
from symkl.build.pieces import Piece, pieces
from symkl.build.plan import Plan, origin
from symkl.build.summary import signs_of, summary_of, troubles_of
from symkl.build.table import TABLE, signs, table_key
from symkl.errors import BadInput, Location
from symkl.foreign import check_foreign
from symkl.library import Library
from symkl.model import Family
from symkl.model.document import Document
from symkl.proofs import Proof
from symkl.proving import Proving
from symkl.requests import Request
from symkl.settings import Settings
from symkl.tally import spent
from symkl.workers import Crew, Job, Outcome

__all__ = ["Report", "run"]

#: outputs may take so many times what a claim may take
_OUTPUTS = 10


@dataclass
class Report:
    """What a build did: entries for the summary; the seconds it took, by name, and by stage."""

    entries: dict[str, Entry] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    spent: dict[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    written: int = 0


def run(
    plan: Plan,
    extra: Sequence[Path],
    settings: Settings,
    begin: Callable[[int], Callable[[str], None]],
    pulse: Callable[[], None],
) -> Report:
    """Do what the plan says. Raises `BadInput`, before anything is written, where an input cannot be used.

    `begin(n)` is told how many pieces of work there are, and gives what to call as each is done; `pulse` is called
    while they are under way.
    """
    library = pipeline.read(plan.files, extra)
    stale = [piece for piece in pieces(library) if piece.name in plan.stale]
    requests = list(dict.fromkeys(request for piece in stale for request in piece.requests))
    for piece in stale:
        if isinstance(piece.item, Document):
            _check_prose(piece.item, settings)
    with Crew(settings.processes, pulse) as crew:
        check_foreign(library, requests, settings, crew)
        work = _Work(stale, Proving(requests, library, settings), plan, library, settings)
        jobs = work.proving.begin()
        crew.share(library)
        total = len(work.proving.pending) + len(stale) + len(plan.tables)
        report = _build(plan, work, [*jobs, *work.ready()], crew, begin(total))
    report.notes = library.notes
    return report


def _build(plan: Plan, work: _Work, jobs: Sequence[Job], crew: Crew, tick: Callable[[str], None]) -> Report:
    """All inputs are good: write."""
    report, writing = Report(), list[float]()
    entries = {name: entry for name, entry in plan.entries.items() if name not in plan.gone}
    plan.folder.sweep()
    for name in plan.gone:
        for output in plan.entries[name].outputs:
            plan.folder.remove(output)

    def done(job: Job, outcome: Outcome) -> list[Job]:
        if isinstance(job.about, Piece):
            piece = job.about
            entries[piece.name] = _write(piece, work, outcome, report)
            writing.append(outcome.seconds)
            save(plan.folder, entries)
            tick(piece.name)
            return []
        more = work.proving.accept(job, outcome)
        if more:
            return more
        tick(job.name)
        return work.ready(job.about[0])

    crew.work(jobs, done)
    if plan.tabled:
        entries[TABLE] = _tabulate(plan, entries, work.settings, crew, report)
        tick(TABLE)
    save(plan.folder, entries)
    report.spent = {**spent(work.proving.proofs.values()), "writing": sum(writing) + report.seconds.get(TABLE, 0.0)}
    report.entries = {name: entries[name] for name in plan.keys}
    return report


def _check_prose(document: Document, settings: Settings) -> None:
    """Set each section without its result, to learn whether its formulas can be read before anything is written."""
    for number, section in enumerate(document.sections, start=1):
        try:
            pipeline.compose(replace(document, sections=(section,)), [None], settings)
        except BadInput as error:
            place = Location(document.origin, f"section[{number}].text, in a formula", error.where.column)
            raise BadInput(error.what, place, error.todo) from error


class _Work:
    """What is under way: first claims, then, as soon as all claims of a piece are proved, the piece's outputs."""

    def __init__(
        self, stale: Sequence[Piece], proving: Proving, plan: Plan, library: Library, settings: Settings
    ) -> None:
        self.proving, self.plan, self.library, self.settings = proving, plan, library, settings
        pending = set(proving.pending)
        self._open = {piece.name: {r for r in piece.requests if r in pending} for piece in stale}
        self._waiting = {piece.name: piece for piece in stale}

    def ready(self, proved: Request | None = None) -> list[Job]:
        """Jobs for the outputs of the pieces that are ready, now that this claim is proved."""
        for claims in self._open.values() if proved else ():
            claims.discard(proved)
        found = [piece for name, piece in self._waiting.items() if not self._open[name]]
        for piece in found:
            del self._waiting[piece.name]
        return [self._outputs(piece) for piece in found]

    def _outputs(self, piece: Piece) -> Job:
        shown, others = split(self.proofs(piece)) if isinstance(piece.item, Family) else (self._shown(piece), [])
        found = [(request, *self.proving.bodies(request)) for request in shown]
        arguments = (piece, found, others, self.plan.formats, self.settings)
        return Job(piece.name, packed_outputs, arguments, _OUTPUTS * self.settings.seconds(), piece.name, piece)

    def _shown(self, piece: Piece) -> list[Request]:
        return [proof.request for proof in self.proofs(piece) if proof.status is not None]

    def proofs(self, piece: Piece) -> list[Proof]:
        """The proofs of the piece's claims, in their order."""
        return [self.proving.proofs[request] for request in piece.requests]


def _made(name: str, outcome: Outcome) -> Made:
    """The files that a child made, or what kept it from making them."""
    if outcome.value is not None:
        return Made.unpacked(outcome.value)
    if outcome.error is not None:
        return Made(troubles=[(outcome.error.exit_code, f"error: {name}: {outcome.error}")])
    if outcome.lost:
        return Made(troubles=[(3, f"error: {name}: its outputs were {outcome.lost}")])
    last = outcome.bug.strip().splitlines()[-1]
    return Made(troubles=[(5, f"error: {name}: this is a bug in symkl ({last}); please report it")])


def _write(piece: Piece, work: _Work, outcome: Outcome, report: Report) -> Entry:
    """Write a piece's files, remove those that it no longer has, and note what was wrong."""
    plan, proofs, made = work.plan, work.proofs(piece), _made(piece.name, outcome)
    report.seconds[piece.name] = outcome.seconds + sum(proof.seconds for proof in proofs)
    return Entry(
        key=plan.keys[piece.name],
        origin=origin(Path(piece.item.origin)),
        outputs=_outputs(piece.name, made, plan, report),
        summary=summary_of(proofs),
        signs=signs_of(proofs) if isinstance(piece.item, Family) else {},
        troubles=list(dict.fromkeys([*troubles_of(proofs, work.library), *made.troubles])),
        good=not made.broken and all(proof.status is not None for proof in proofs),
    )


def _tabulate(plan: Plan, entries: Mapping[str, Entry], settings: Settings, crew: Crew, report: Report) -> Entry:
    """The table of all pairs: as it was where no sign has changed, else made anew."""
    key, before = table_key(plan.tabled, entries, plan.base), entries.get(TABLE)
    if before is not None and fresh(plan.folder, before, key):
        return before
    arguments = (plan.tabled, signs(plan.tabled, entries), plan.formats, settings)
    [outcome] = crew.work([Job(TABLE, packed_table, arguments, _OUTPUTS * settings.seconds())])
    made = _made(TABLE, outcome)
    report.seconds[TABLE] = outcome.seconds
    first = next(source for source in plan.wanted or () if source.name in plan.tabled)
    outputs = _outputs(TABLE, made, plan, report)
    return Entry(key, origin(first.path), outputs, troubles=made.troubles, good=not made.broken)


def _outputs(name: str, made: Made, plan: Plan, report: Report) -> dict[str, str]:
    """Write the files, and remove those that were made before and are no more; their digests."""
    outputs = {path: plan.folder.write(path, content) for path, content in sorted(made.files.items())}
    before = plan.entries.get(name)
    for path in before.outputs if before else ():
        if path not in outputs:
            plan.folder.remove(path)
    report.written += len(outputs)
    return outputs
