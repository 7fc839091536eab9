"""What kept claims from results, in words, and the verdict that stands for several."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from symkl.proofs import Proof

__all__ = ["trouble", "worst_verdict"]


def trouble(proof: Proof) -> tuple[int, str]:
    """The exit code and the line for what kept a claim from a result; (0, "") where nothing did."""
    title = proof.request.title
    if proof.error is not None:
        return proof.error.exit_code, f"error: {title}: {proof.error}"
    if proof.bug:
        last = proof.bug.strip().splitlines()[-1]
        return 5, f"error: {title}: this is a bug in symkl ({last}); please report it"
    return 0, ""


def worst_verdict(verdicts: Iterable[str]) -> str:
    """The verdict that stands for several: the worst."""
    order = ("failed", "unknown", "numeric", "proved")
    return min(verdicts, key=order.index, default="unknown")
