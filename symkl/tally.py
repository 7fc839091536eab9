"""How many claims came out how, and what it took: the summary of a run over many claims."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterable, Mapping, Sequence

from symkl.proofs import Proof

__all__ = ["STATUSES", "VERDICTS", "Clock", "counts", "slowest", "spent", "stages", "tally"]

STATUSES = ("closed", "conditional", "infinite", "none")
VERDICTS = ("proved", "numeric", "unknown", "failed")
_KINDS = {"entropy": "entropies", "kl": "pairs", "cross_entropy": "cross-entropies", "expectation": "expectations"}


class Clock:
    """The time since it was made: of the wall, and of all CPUs, children included once they have ended."""

    def __init__(self) -> None:
        self._begun, self._spent = time.monotonic(), _spent()

    def __str__(self) -> str:
        return f"{time.monotonic() - self._begun:.1f} s ({_spent() - self._spent:.1f} s of CPU)"


def _spent() -> float:
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def counts(proofs: Iterable[Proof], *, verdicts: bool) -> list[int]:
    """How many have each status, and with `verdicts` how many of those that have a value have each verdict; then how
    many were broken off by an error.
    """
    proofs = list(proofs)
    found = [sum(proof.status == status for proof in proofs) for status in STATUSES]
    if verdicts:
        valued = [proof.verdict for proof in proofs if proof.status not in (None, "none")]
        found += [valued.count(verdict) for verdict in VERDICTS]
    return [*found, sum(proof.status is None for proof in proofs)]


def tally(proofs: Sequence[Proof], *, verdicts: bool) -> tuple[list[str], list[list[str]]]:
    """The summary as a table: its header, and a row for each kind of claim."""
    header = ["", "claims", *STATUSES, *(VERDICTS if verdicts else ()), "errors"]
    rows = []
    for quantity, word in _KINDS.items():
        ours = [proof for proof in proofs if proof.request.quantity == quantity]
        if ours:
            rows.append([word, str(len(ours)), *map(str, counts(ours, verdicts=verdicts))])
    return header, rows


def spent(proofs: Iterable[Proof]) -> dict[str, float]:
    """The seconds that each stage took in this run."""
    proofs = list(proofs)
    return {"deriving": sum(p.deriving for p in proofs), "verifying": sum(p.verifying for p in proofs)}


def stages(seconds: Mapping[str, float], processes: int) -> str:
    """What each stage took, in words: processes work side by side, each on another stage."""
    told = ", ".join(f"{stage} {took:.1f} s" for stage, took in seconds.items())
    return told if processes == 1 else f"{told} (the sum over {processes} processes)"


def slowest(proofs: Iterable[Proof], number: int = 10) -> list[tuple[str, float]]:
    """The titles of the claims that took longest in this run, with their seconds."""
    worked = sorted((p for p in proofs if not p.cached), key=lambda p: -p.seconds)[:number]
    return [(proof.request.title, proof.seconds) for proof in worked]
