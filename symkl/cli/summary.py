"""The summary at the end of a run over many claims."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from symkl.cli.options import Common
from symkl.cli.terminal import note, show_table, write

if TYPE_CHECKING:
    from symkl.proofs import Proof
    from symkl.tally import Clock

__all__ = ["show_summary"]


def show_summary(
    what: str, proofs: Sequence[Proof], clock: Clock, processes: int, common: Common, *, verdicts: bool
) -> None:
    """How many claims came out how, and what each stage took; with -v also which claims took longest."""
    from symkl.tally import slowest, spent, stages, tally

    show_table(*tally(proofs, verdicts=verdicts))
    cached = sum(proof.cached for proof in proofs)
    store = f", {cached} of them from the store" if cached else ""
    write(f"{what} {len(proofs)} claims in {clock}{store}")
    took = {stage: seconds for stage, seconds in spent(proofs).items() if seconds}
    if took:
        write(stages(took, processes))
    given_up = [proof for proof in proofs if proof.given_up]
    if given_up:
        names = ", ".join(proof.request.title for proof in given_up[:5])
        more = f" and {len(given_up) - 5} more" if len(given_up) > 5 else ""
        note(f"given up for want of time or memory: {names}{more}; --timeout gives them longer", common.quiet)
    if common.verbose:
        for title, seconds in slowest(proofs):
            note(f"{seconds:8.2f} s  {title}")
