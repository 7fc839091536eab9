"""The cases of a lemma in the parameters' own letters: without the distances that put the kinks of a case in order.

The derivation writes `m_2 = m_1 + d` with `d > 0` where it works out the case `m_2 > m_1`. In print the distance is
`m_2 - m_1` again, and the case is named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import sympy as sp

from symkl.model import Step

__all__ = ["named_cases"]

#: a distance, what it is, and which side of what the kink is on
_Gap = tuple[sp.Symbol, sp.Expr, sp.Basic]


def named_cases(steps: Sequence[Step]) -> tuple[list[Step], dict[int, tuple[sp.Basic, ...]]]:
    """The steps without distances; and by its place, for the step with which a case begins, what holds in the case."""
    begins = [i for i, step in enumerate(steps) if step.rule == "definition" and step.substitution]
    if not begins:
        return list(steps), {}
    when = _branches(steps[-1].after, len(begins))
    out, holds = list(steps[: begins[0]]), dict[int, tuple[sp.Basic, ...]]()
    for begin, end, branch in zip(begins, [*begins[1:], len(steps)], when, strict=True):
        gaps = _gaps(steps[begin].substitution)
        if gaps is None:
            out += steps[begin:end]
            continue
        back = {gap: value for gap, value, _ in gaps}
        holds[begin] = tuple(relation for *_, relation in gaps) if branch in (None, sp.true) else (branch,)
        out.append(_put(replace(steps[begin], substitution=()), back))
        out += [_put(step, back) for step in steps[begin + 1 : end]]
    return out, holds


def _branches(value: sp.Expr, count: int) -> list[sp.Basic | None]:
    """The condition of each case, where the value has a branch for each."""
    if isinstance(value, sp.Piecewise) and len(value.args) == count:
        return [branch.cond for branch in value.args]
    return [None] * count


def _gaps(substitution: Sequence[tuple[sp.Symbol, sp.Expr]]) -> list[_Gap] | None:
    """What each distance is in the parameters' letters; None where the substitution is of another make."""
    found: list[_Gap] = []
    known: dict[sp.Symbol, sp.Expr] = {}
    for old, new in substitution:
        fresh = [s for s in new.free_symbols - set(known) if s.is_nonnegative and abs(new.coeff(s)) == 1]
        gap = next((s for s in fresh if s.name == f"d_{old.name}"), None)
        if gap is None:
            return None
        sign, base = new.coeff(gap), new.subs(gap, 0).xreplace(known)
        known[gap] = sp.expand(sign * (old - base))
        strict, wide = (sp.Gt, sp.Ge) if sign == 1 else (sp.Lt, sp.Le)
        found.append((gap, known[gap], (strict if gap.is_positive else wide)(old, base, evaluate=False)))
    return found


def _put(step: Step, back: dict[sp.Symbol, sp.Expr]) -> Step:
    substitution = tuple((old, new.xreplace(back)) for old, new in step.substitution)
    return replace(step, before=step.before.xreplace(back), after=step.after.xreplace(back), substitution=substitution)
