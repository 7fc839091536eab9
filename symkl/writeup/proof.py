"""Steps as chains of equations: one left side, a line a step, a reason beside each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import sympy as sp

from symkl.model import Expectation, Step, Verdict
from symkl.writeup.breaking import broken, even, wrapped
from symkl.writeup.conditions import BOTH, conjunction
from symkl.writeup.content import Chain, ProofLine
from symkl.writeup.notation import Notation
from symkl.writeup.orders import named_cases
from symkl.writeup.renamings import without_renamings
from symkl.writeup.unfolding import unfolded
from symkl.writeup.widths import formula_width

__all__ = ["MATH_ROOM", "PAGE_ROOM", "REASON_ROOM", "chains", "citations", "concluded"]

#: the text is 160 mm wide, which is 41.5 em at 10.95 pt; a reason's column 46 mm, at nine points
PAGE_ROOM = 40.0
REASON_ROOM = 11.9
MATH_ROOM = PAGE_ROOM - REASON_ROOM - 0.8
_REASON_SCALE = 0.83
_HEAD_ROOM = 0.5 * MATH_ROOM
_TOLERANCE = 0.6  # the estimate is a little on the wide side
_FEW_ROWS = 5
_INDENT = 1.3  # a relation and its blank
_MANY_ROWS = 5  # so many rows beside one reason, and the step gets the whole width if that makes it shorter


def chains(
    steps: Sequence[Step],
    verdicts: Sequence[Verdict],
    notation: Notation,
    words: Callable[[str, Step], str],
    lemmas: Mapping[sp.Expr, str],
) -> tuple[Chain, ...]:
    """The steps as chains under one another: a step that begins where the one before it ended goes on in its chain.

    `words` turns a step's reason into LaTeX. `lemmas` gives the label of the lemma about an expectation: a step that
    puts its value in its place cites it.
    """
    steps, verdicts = without_renamings(steps, verdicts)
    steps, cases = named_cases(steps)
    begins = [i for i in range(len(steps)) if i == 0 or steps[i - 1].after != steps[i].before]
    heads = {i: notation.latex(steps[i].before) for i in begins}
    narrow = [w for w in map(formula_width, heads.values()) if w <= _HEAD_ROOM]
    out: list[Chain] = []
    lines: list[ProofLine] = []
    head = ""
    for i, step in enumerate(steps):
        left = heads.get(i, "")
        head = left or head
        verdict = verdicts[i].kind if i < len(verdicts) else ""
        reason = words(step.because, step) + _case(cases.get(i, ()), notation) + _substitution(step, notation)
        reason += citations(step, lemmas)
        right = notation.latex(step.after)
        if not left and right == notation.latex(step.before) and verdict == "proved":
            continue  # nothing that can be seen happens
        rows = _rows(left, right, reason, verdict, head, max(narrow, default=0.0))
        if rows is None:  # too wide to stand beside a reason: the reason goes before it, as a sentence
            out += [Chain(tuple(lines))] if lines else []
            out.append(_alone(left, right, reason, verdict))
            lines = []
            continue
        if left and lines:
            rows[0] = replace(rows[0], new=True)
        lines += rows
    return (*out, Chain(tuple(lines))) if lines else tuple(out)


def concluded(proof: tuple[Chain, ...], remark: str = "") -> tuple[tuple[Chain, ...], str]:
    """The proof with the mark of its end, and a remark, in its last reason, and a sentence to stand behind it.

    Rows that have the whole width have no reason; then the remark is that sentence.
    """
    if not proof:
        return proof, ""
    rows = _together(proof[-1].lines)
    if not any(row.reason for row in rows):
        said = remark.removeprefix("; ")
        return (*proof[:-1], replace(proof[-1], lines=tuple(rows))), said and f"{said[0].upper()}{said[1:]}."
    at = max(i for i, row in enumerate(rows) if row.reason or i == 0)
    rows[at] = replace(rows[at], reason=rows[at].reason + remark, last=True)
    return (*proof[:-1], replace(proof[-1], lines=tuple(rows))), ""


def _together(lines: Sequence[ProofLine]) -> list[ProofLine]:
    """The rows, with no page ending after the first, before the last, or inside a formula of a few rows."""
    count = len(lines)
    begins = [i for i, line in enumerate(lines) if line.reason or i == 0]
    few = {i for begin, end in pairwise([*begins, count]) if end - begin <= _FEW_ROWS for i in range(begin, end - 1)}
    return [replace(line, kept=i in few or i in (0, count - 2)) for i, line in enumerate(lines)]


def _rows(left: str, right: str, reason: str, verdict: str, head: str, column: float) -> list[ProofLine] | None:
    """One step's rows, beside a column of left sides; a left side too wide for it gets a row of its own.

    None where a line does not fit beside the reasons, or where many do and fewer are needed without them.
    """
    if unfolded(right, PAGE_ROOM) is not None:
        return None
    wide = formula_width(head) > _HEAD_ROOM
    taken = column + 1.0
    lines = broken(right, MATH_ROOM - taken - _INDENT, indent=r"\qquad" if not wide else r"\qquad\quad")
    if any(formula_width(line) > MATH_ROOM - taken - _INDENT + _TOLERANCE for line in map(even, lines)):
        return None
    if len(lines) > _MANY_ROWS and len(broken(right, PAGE_ROOM - _INDENT - 2.0, indent=r"\qquad")) < len(lines) - 1:
        return None
    relation = r"\quad = " if wide else "= "
    hangs = len(wrapped(reason, REASON_ROOM, _REASON_SCALE)) - 1 <= 2 * (len(lines) - 1)
    rows = [ProofLine("" if wide else left, relation + lines[0], reason, verdict, hangs=hangs and len(lines) > 1)]
    rows += [ProofLine("", line) for line in lines[1:]]
    if wide and left:
        heads = broken(left, MATH_ROOM - 1.0)
        return [ProofLine("", line) for line in heads] + rows
    return rows


def _alone(left: str, right: str, reason: str, verdict: str) -> Chain:
    """A step that has the whole width of the page, under its reason."""
    mark = rf"~$\{verdict}$" if verdict else ""
    intro = f"{reason[:1].upper()}{reason[1:]}{mark}:"
    heads = [ProofLine("", line) for line in (broken(left, PAGE_ROOM - 1.0) if left else [])]
    cases = unfolded(right, PAGE_ROOM - _INDENT - 3.0)
    if cases is not None:
        return Chain((*heads, *(ProofLine("", line) for line in cases)), intro)
    lines = broken(right, PAGE_ROOM - 1.0 - _INDENT - 1.0, indent=r"\qquad")
    rows = [ProofLine("", (r"\quad = " if left else "= ") + lines[0]), *(ProofLine("", line) for line in lines[1:])]
    return Chain((*heads, *rows), intro)


def _case(holds: Sequence[sp.Basic], notation: Notation) -> str:
    """The case that begins with a step."""
    return f", for ${BOTH.join(conjunction(holds, notation.latex))}$" if holds else ""


def _substitution(step: Step, notation: Notation) -> str:
    """What takes the place of the old variable."""
    made = dict.fromkeys(f"${notation.latex(old)} = {notation.latex(new)}$" for old, new in step.substitution)
    return f", {' and '.join(made)}" if made else ""


def citations(step: Step, lemmas: Mapping[sp.Expr, str]) -> str:
    """The lemmas whose values the step puts in, in brackets."""
    gone = step.before.atoms(Expectation) - step.after.atoms(Expectation)
    labels = sorted({lemmas[e] for e in gone if e in lemmas}, key=lambda label: (len(label), label))
    if step.rule not in ("lemma", "normalisation") or not labels:
        return ""
    refs = [rf"\ref{{{label}}}" for label in labels]
    word = "Lemma" if len(refs) == 1 else "Lemmas"
    return f" ({word}~{', '.join(refs[:-1]) + ' and ' if len(refs) > 1 else ''}{refs[-1]})"
