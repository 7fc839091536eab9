"""The pieces of a support: the kinks of an integrand put in order, one arrangement for each possible order."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from symkl.algebra import holds
from symkl.algebra.branches import kinks_of
from symkl.algebra.conditions import normal_condition
from symkl.algebra.reading import linear_in
from symkl.errors import Resisted
from symkl.model import symbol

__all__ = ["Arrangement", "arrangements", "kinks"]

#: more kinks than this of unknown order are not tried
_MOST_KINKS = 3


@dataclass(frozen=True)
class Arrangement:
    """One order of the ends and kinks: `when` it applies, the `substitution` that says so, and the points in order.

    The points are in the coordinates of the substitution; `given` holds what it leaves to be known.
    """

    points: tuple[sp.Expr, ...]
    when: tuple[sp.Basic, ...] = ()
    substitution: tuple[tuple[sp.Symbol, sp.Expr], ...] = ()
    given: tuple[sp.Basic, ...] = ()


def kinks(log_p: sp.Expr, statistic: sp.Expr, x: sp.Symbol) -> list[sp.Expr]:
    """Where the two change their branch: the zeros in x of arguments of absolute values and the like, each once."""
    found = []
    for argument in (*kinks_of(log_p, x), *kinks_of(statistic, x)):
        line = linear_in(argument, x)
        if line is None or line[0] == 0:
            raise Resisted(f"a change of branch where {argument} = 0, which is not linear in {x}")
        found.append(sp.expand(-line[1] / line[0]))
    return list(dict.fromkeys(found))


def arrangements(
    lower: sp.Expr, upper: sp.Expr, inner: list[sp.Expr], given: tuple[sp.Basic, ...] = ()
) -> list[Arrangement]:
    """Every order of the kinks among themselves and the ends that the domains allow."""
    if len(inner) > _MOST_KINKS:
        raise Resisted(f"{len(inner)} kinks of unknown order")
    found = [Arrangement((lower, upper), given=given)]
    for kink in inner:
        found = [wider for arrangement in found for wider in _insert(arrangement, kink)]
    return found


def _insert(arrangement: Arrangement, kink: sp.Expr) -> list[Arrangement]:
    kink = kink.subs(arrangement.substitution)
    points, found = arrangement.points, []
    for i in range(len(points) - 1):
        between = _between(arrangement, kink, points[i], points[i + 1])
        if between is not None:
            new, moved = between
            put = new.substitution[len(arrangement.substitution) :]
            shifted = [point.subs(put) for point in points]
            found.append(
                Arrangement((*shifted[: i + 1], moved, *shifted[i + 1 :]), new.when, new.substitution, new.given)
            )
    return found + _outside(arrangement, kink)


def _between(
    arrangement: Arrangement, kink: sp.Expr, left: sp.Expr, right: sp.Expr
) -> tuple[Arrangement, sp.Expr] | None:
    """The arrangement extended by left < kink < right and the kink in its coordinates, or None where that is False."""
    sides = [holds(sp.Gt(kink, left), arrangement.given), holds(sp.Gt(right, kink), arrangement.given)]
    if False in sides:
        return None
    wanted = [
        normal_condition(condition)
        for condition, known in zip((sp.Gt(kink, left), sp.Gt(right, kink)), sides, strict=True)
        if known is None
    ]
    if not wanted:
        return arrangement, kink
    if not isinstance(kink, sp.Symbol):
        raise Resisted(f"a kink at {kink}, whose place among the others is not known")
    unit = (left, right) == (0, 1)
    gap = symbol(f"d_{kink.name}", "unit" if unit else "positive")
    moved = left + gap if left.is_finite is not False else right - gap
    given = arrangement.given
    if left.is_finite is not False and right != sp.oo and not unit:
        given = (*given, sp.Gt(right, moved))
    back = [c.subs(dict(_undo(arrangement))) for c in wanted]
    return (
        Arrangement((), (*arrangement.when, *back), (*arrangement.substitution, (kink, moved)), given),
        moved,
    )


def _outside(arrangement: Arrangement, kink: sp.Expr) -> list[Arrangement]:
    """The arrangements in which the kink lies beyond a finite end, where it does not matter but by its sign."""
    found = []
    first, last = arrangement.points[0], arrangement.points[-1]
    for end, condition, sign in ((first, sp.Le(kink, first), -1), (last, sp.Ge(kink, last), 1)):
        if end.is_finite is False or holds(condition, arrangement.given) is False:
            continue
        if holds(condition, arrangement.given):
            return [arrangement]
        if not isinstance(kink, sp.Symbol):
            raise Resisted(f"a kink at {kink}, whose place among the others is not known")
        gap = sp.Symbol(f"d_{kink.name}", nonnegative=True)
        back = condition.subs(dict(_undo(arrangement)))
        found.append(
            Arrangement(
                arrangement.points,
                (*arrangement.when, normal_condition(back)),
                (*arrangement.substitution, (kink, end + sign * gap)),
                arrangement.given,
            )
        )
    return found


def _undo(arrangement: Arrangement) -> list[tuple[sp.Symbol, sp.Expr]]:
    """Each gap of the substitution in terms of the symbols that it replaced."""
    return undo(arrangement.substitution)


def undo(substitution: tuple[tuple[sp.Symbol, sp.Expr], ...]) -> list[tuple[sp.Symbol, sp.Expr]]:
    """`m -> mu + d` gives `d -> m - mu`, for each entry."""
    found = []
    for old, new in substitution:
        gap = next(s for s in new.free_symbols if s.name == f"d_{old.name}")
        slope = sp.diff(new, gap)
        found.append((gap, sp.expand((old - new.subs(gap, 0)) / slope)))
    return found
