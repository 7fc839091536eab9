"""The build itself: claims of what is stale, proved side by side, then written, one definition after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from symkl import pipeline
from symkl.build.manifest import Entry, save
from symkl.build.outputs import Made, outputs_of
from symkl.build.pieces import Piece, pieces
from symkl.build.plan import Plan, origin
from symkl.build.summary import summary_of, troubles_of
from symkl.model.document import Document
from symkl.proving import Proof, check_foreign, prove_all
from symkl.report import claim_title
from symkl.settings import Settings
from symkl.workers import Crew, Job, Outcome

__all__ = ["Report", "run"]


@dataclass
class Report:
    """What a build did: entries for the summary, seconds where something was done, troubles and their exit codes."""

    entries: dict[str, Entry] = field(default_factory=dict)
    seconds: dict[str, str] = field(default_factory=dict)
    troubles: list[str] = field(default_factory=list)
    codes: list[int] = field(default_factory=list)
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
            # without results, to learn now whether its prose can be set
            pipeline.compose(piece.item, [None] * len(piece.sections), settings)
    check_foreign(library, claims, settings)
    tick = begin(len(claims) + len(stale))
    report = Report(notes=library.notes)
    entries = {name: entry for name, entry in plan.entries.items() if name not in plan.gone}
    plan.folder.sweep()
    for name in plan.gone:
        for output in plan.entries[name].outputs:
            plan.folder.remove(output)

    with Crew(settings.processes) as crew:
        proofs = prove_all(claims, library.foreign, settings, crew, lambda proof: tick(claim_title(proof.claim)))
        by_claim = dict(zip(claims, proofs, strict=True))
        of = [[by_claim[claim] for claim in piece.claims] for piece in stale]

        def write(at: int, outcome: Outcome) -> None:
            piece = stale[at]
            entries[piece.name] = _write(piece, of[at], _made(piece, outcome), plan, report)
            save(plan.folder, entries)
            seconds = outcome.seconds + sum(proof.seconds for proof in of[at])
            report.seconds[piece.name] = f"{seconds:.1f}"
            tick(piece.name)

        results = [[proof.verified for proof in proofs] for proofs in of]
        crew.work(
            [
                Job(piece.name, outputs_of, (piece, found, plan.formats, settings), settings.seconds, piece.name)
                for piece, found in zip(stale, results, strict=True)
            ],
            write,
        )
    if plan.gone and not stale:
        save(plan.folder, entries)
    report.entries = {name: entries[name] for name in plan.keys}
    return report


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


def _write(piece: Piece, proofs: Sequence[Proof], made: Made, plan: Plan, report: Report) -> Entry:
    """Write a piece's files, remove those that it no longer has, and note what was wrong."""
    troubles = [*troubles_of(proofs), *made.troubles]
    outputs = {name: plan.folder.write(name, content) for name, content in sorted(made.files.items())}
    before = plan.entries.get(piece.name)
    for name in before.outputs if before else ():
        if name not in outputs:
            plan.folder.remove(name)
    report.written += len(outputs)
    report.codes += [code for code, _ in troubles]
    report.troubles += [line for _, line in troubles]
    return Entry(
        key=plan.keys[piece.name],
        origin=origin(Path(piece.item.origin)),
        outputs=outputs,
        summary=summary_of(proofs),
        good=not troubles,
    )
