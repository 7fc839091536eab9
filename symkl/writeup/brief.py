"""A divergence's proof in its main lines, where the entropy in it has a theorem of its own.

They are the log-density averaged, the cross-entropy as a sum of expectations, and the difference. What is left out puts
values in and collects terms; a line that stands for several steps bears the worst of their marks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from symkl.model import CrossEntropy, Density, Divergence, Expectation, Step, Verdict
from symkl.model.verdict import VERDICTS

__all__ = ["Brief", "main_lines"]


@dataclass(frozen=True)
class Brief:
    """The lines with their verdicts; the last is the difference. `valued` are the steps whose lemmas that one cites."""

    steps: tuple[Step, ...]
    verdicts: tuple[Verdict, ...]
    valued: tuple[Step, ...]
    cancels: bool


def main_lines(steps: Sequence[Step], verdicts: Sequence[Verdict]) -> Brief | None:
    """The main lines of the steps of a divergence without those of its entropy; None where they go another way."""
    cross = next((i for i, step in enumerate(steps) if isinstance(step.before, CrossEntropy)), None)
    last = next((i for i, step in enumerate(steps) if isinstance(step.before, Divergence)), None)
    if not cross or last is None or last < cross or len(verdicts) != len(steps):
        return None
    linear = cross
    while linear + 1 < last and steps[linear + 1].rule in ("logarithm", "centring", "linearity"):
        linear += 1
    density, average = steps[cross - 1], steps[linear]
    if any(not step.before.has(Density) for step in steps[:cross]) or average.after.has(Density):
        return None
    lines = (
        density,
        Step(steps[cross].before, average.after, average.rule, average.because),
        Step(steps[last].before, steps[last].after, steps[last].rule, ""),
    )
    rest = [*range(linear + 1, len(steps))]
    return Brief(
        lines,
        (_worst(verdicts[:cross]), _worst(verdicts[cross : linear + 1]), _worst([verdicts[i] for i in rest])),
        tuple(steps[i] for i in rest if steps[i].before.has(Expectation) and steps[i].rule == "lemma"),
        any(steps[i].rule == "cancellation" or "cancels" in steps[i].because for i in rest),
    )


def _worst(verdicts: Sequence[Verdict]) -> Verdict:
    return max(verdicts, key=lambda verdict: VERDICTS.index(verdict.kind))
