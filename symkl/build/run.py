"""The build itself: claims of what is stale, proved side by side, then written, one definition after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from symkl import pipeline
from symkl.build.manifest import Entry, save
from symkl.build.outputs import Made, outputs_of
from symkl.build.pieces import Piece, pieces
from symkl.build.plan import Plan, origin
from symkl.build.summary import summary_of, troubles_of
from symkl.errors import BadInput, Location
from symkl.foreign import check_foreign
from symkl.model.document import Document
from symkl.proving import Proof, Proving
from symkl.report import claim_title
from symkl.settings import Settings
from symkl.workers import Crew, Job, Outcome

__all__ = ["Report", "run"]


@dataclass
class Report:
    """What a build did: entries for the summary; by name, the seconds it took, and troubles with their exit codes."""

    entries: dict[str, Entry] = field(default_factory=dict)
    seconds: dict[str, str] = field(default_factory=dict)
    troubles: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    written: int = 0


def run(plan: Plan, extra: Sequence[Path], settings: Settings, begin: Callable[[int], Callable[[str], None]]) -> Report:
    """Do what the plan says. Raises `BadInput`, before anything is written, where an input cannot be used.

    `begin(n)` is told how many pieces of work there are, and gives what to call as each is done.
    """
    library = pipeline.read(plan.files, extra)
    stale = [piece for piece in pieces(library) if piece.name in plan.stale]
    claims = list(dict.fromkeys(claim for piece in stale for claim in piece.claims))
    for piece in stale:
        if isinstance(piece.item, Document):
            _check_prose(piece.item, settings)
    with Crew(settings.processes) as crew:
        check_foreign(library, claims, settings, crew)
        tick = begin(len(claims) + len(stale))
        report = _build(plan, _Work(stale, Proving(claims, settings), plan, settings), crew, tick)
    report.notes = library.notes
    return report


def _build(plan: Plan, work: _Work, crew: Crew, tick: Callable[[str], None]) -> Report:
    """All inputs are good: write."""
    report = Report()
    entries = {name: entry for name, entry in plan.entries.items() if name not in plan.gone}
    plan.folder.sweep()
    for name in plan.gone:
        for output in plan.entries[name].outputs:
            plan.folder.remove(output)

    def done(at: int, outcome: Outcome) -> list[Job]:
        piece = work.accept(at, outcome)
        if piece is None:
            tick(claim_title(work.proving.missing[at]))
            return work.ready()
        entries[piece.name] = _write(piece, work, _made(piece, outcome), report)
        save(plan.folder, entries)
        tick(piece.name)
        return []

    crew.work([*work.proving.jobs, *work.ready()], done)
    save(plan.folder, entries)
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

    def __init__(self, stale: Sequence[Piece], proving: Proving, plan: Plan, settings: Settings) -> None:
        self.proving, self.plan, self.settings = proving, plan, settings
        self.waiting, self.begun = list(stale), list[Piece]()
        self.seconds: dict[str, float] = {}

    def ready(self) -> list[Job]:
        """Jobs for the outputs of the pieces that have become ready."""
        found = [piece for piece in self.waiting if all(claim in self.proving.proofs for claim in piece.claims)]
        self.waiting = [piece for piece in self.waiting if piece not in found]
        self.begun += found
        return [self._outputs(piece) for piece in found]

    def _outputs(self, piece: Piece) -> Job:
        verified = [proof.verified for proof in self.proofs(piece)]
        arguments = (piece, verified, self.plan.formats, self.settings)
        return Job(piece.name, outputs_of, arguments, self.settings.seconds, piece.name)

    def proofs(self, piece: Piece) -> list[Proof]:
        """The proofs of the piece's claims, in their order."""
        return [self.proving.proofs[claim] for claim in piece.claims]

    def accept(self, at: int, outcome: Outcome) -> Piece | None:
        """Take an outcome; the piece whose outputs it is, None for a claim's proof."""
        if at < len(self.proving.jobs):
            self.proving.accept(at, outcome)
            return None
        piece = self.begun[at - len(self.proving.jobs)]
        self.seconds[piece.name] = outcome.seconds + sum(proof.seconds for proof in self.proofs(piece))
        return piece


def _made(piece: Piece, outcome: Outcome) -> Made:
    """The files that a child made, or what kept it from making them."""
    if outcome.value is not None:
        return Made.unpacked(outcome.value)
    if outcome.error is not None:
        return Made(troubles=[(outcome.error.exit_code, f"error: {piece.name}: {outcome.error}")])
    if outcome.lost:
        return Made(troubles=[(3, f"error: {piece.name}: its outputs were {outcome.lost}")])
    last = outcome.bug.strip().splitlines()[-1]
    return Made(troubles=[(5, f"error: {piece.name}: this is a bug in symkl ({last}); please report it")])


def _write(piece: Piece, work: _Work, made: Made, report: Report) -> Entry:
    """Write a piece's files, remove those that it no longer has, and note what was wrong."""
    plan, proofs = work.plan, work.proofs(piece)
    troubles = [*troubles_of(proofs), *made.troubles]
    outputs = {name: plan.folder.write(name, content) for name, content in sorted(made.files.items())}
    before = plan.entries.get(piece.name)
    for name in before.outputs if before else ():
        if name not in outputs:
            plan.folder.remove(name)
    report.written += len(outputs)
    report.troubles[piece.name] = troubles
    report.seconds[piece.name] = f"{work.seconds[piece.name]:.1f}"
    return Entry(
        key=plan.keys[piece.name],
        origin=origin(Path(piece.item.origin)),
        outputs=outputs,
        summary=summary_of(proofs),
        good=not troubles,
    )
