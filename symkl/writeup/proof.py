"""Steps as chains of equations: one left side, a line a step, a reason beside each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sympy as sp

from symkl.model import Expectation, Step, Verdict
from symkl.writeup.breaking import broken
from symkl.writeup.content import Chain, ProofLine
from symkl.writeup.escape import escaped
from symkl.writeup.notation import Notation
from symkl.writeup.widths import formula_width

__all__ = ["MATH_ROOM", "PAGE_ROOM", "REASON_ROOM", "chains"]

#: the text is 160 mm wide, which is 41.5 em at 10.95 pt; a reason's column 46 mm, at nine points
PAGE_ROOM = 40.0
REASON_ROOM = 11.5
MATH_ROOM = PAGE_ROOM - REASON_ROOM - 1.5
_INDENT = 1.3  # a relation and its blank


def chains(
    steps: Sequence[Step],
    verdicts: Sequence[Verdict],
    notation: Notation,
    lemmas: Mapping[sp.Expr, str] | None = None,
) -> tuple[Chain, ...]:
    """The steps as chains: a step that begins where the one before it ended goes on in its chain.

    `lemmas` gives the label of the lemma about an expectation: a step that puts its value in its place cites it.
    """
    out: list[Chain] = []
    lines: list[ProofLine] = []
    for i, step in enumerate(steps):
        if lines and steps[i - 1].after != step.before:
            out.append(Chain(tuple(lines)))
            lines = []
        verdict = verdicts[i].kind if i < len(verdicts) else ""
        reason = escaped(step.because) + _citations(step, lemmas or {})
        left = notation.latex(step.before) if not lines else ""
        lines += _rows(left, notation.latex(step.after), reason, verdict, lines[0].left if lines else left)
    if lines:
        out.append(Chain(tuple(lines)))
    return tuple(out)


def _rows(left: str, right: str, reason: str, verdict: str, chain_left: str) -> list[ProofLine]:
    """One step's rows. A left side that leaves less than half of the room gets a row of its own."""
    wide = formula_width(chain_left) > MATH_ROOM * 0.45
    taken = 1.0 if wide else formula_width(chain_left) + 1.0
    room = MATH_ROOM - taken - _INDENT
    lines = broken(right, room, indent=r"\qquad" if not wide else r"\qquad\quad")
    relation = r"\quad = " if wide else "= "
    rows = [ProofLine("" if wide else left, relation + lines[0], reason, verdict)]
    rows += [ProofLine("", line) for line in lines[1:]]
    if wide and left:
        heads = broken(left, MATH_ROOM - 1.0)
        return [ProofLine("", line) for line in heads] + rows
    return rows


def _citations(step: Step, lemmas: Mapping[sp.Expr, str]) -> str:
    gone = step.before.atoms(Expectation) - step.after.atoms(Expectation)
    labels = sorted({lemmas[e] for e in gone if e in lemmas}, key=lambda label: (len(label), label))
    if not labels:
        return ""
    refs = [rf"\ref{{{label}}}" for label in labels]
    word = "Lemma" if len(refs) == 1 else "Lemmas"
    return f" ({word}~{', '.join(refs[:-1]) + ' and ' if len(refs) > 1 else ''}{refs[-1]})"


