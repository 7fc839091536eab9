"""Changes of variable that change nothing: `x = z` is not printed, and what follows keeps the variable that it had."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import sympy as sp

from symkl.model import Step, Verdict

__all__ = ["is_renaming", "without_renamings"]


def is_renaming(step: Step) -> bool:
    """Whether a change of variable on one piece puts a new letter in the old one's place."""
    return step.rule == "chart" and len(step.substitution) == 1 and step.substitution[0][1].is_Symbol


def without_renamings(
    steps: Sequence[Step], verdicts: Sequence[Verdict]
) -> tuple[tuple[Step, ...], tuple[Verdict, ...]]:
    """The steps without renamings that are proved, the old letter in all that follows in the same chain."""
    kept: list[tuple[Step, Verdict]] = []
    spare: list[Step] = []
    back: dict[sp.Basic, sp.Basic] = {}
    for i, step in enumerate(steps):
        if i and steps[i - 1].after != step.before:
            back = {}
        shown = replace(step, before=step.before.xreplace(back), after=step.after.xreplace(back))
        verdict = verdicts[i] if i < len(verdicts) else None
        if is_renaming(step) and verdict is not None and verdict.kind == "proved":
            ((old, new),) = step.substitution
            back = {**back, new: old}
        elif verdict is not None:
            kept.append((shown, verdict))
        else:
            spare.append(shown)
    return (*(step for step, _ in kept), *spare), tuple(verdict for _, verdict in kept)
