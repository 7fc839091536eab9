"""Where a library is asked: inside the domains, near equality, at special values, at ends of domains and supports."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

import sympy as sp

from symkl.audit.domains import defined
from symkl.audit.subjects import Subject
from symkl.codegen.arguments import Signature
from symkl.codegen.stable.measure import exact_value
from symkl.measure.points import Regime, draw_points
from symkl.model import Distribution, domain_of

__all__ = ["Grid", "Place", "first_place", "grid", "places"]

#: how many points there are inside, far out, and at each relative distance near equality
_INSIDE, _FAR, _EACH = 6, 6, 4
_DISTANCES = (1e-3, 1e-5, 1e-8, 1e-10)
_TRIES = 60

Values = dict[sp.Symbol, float]


@dataclass(frozen=True)
class Place:
    """A point of the library's arguments, in their order.

    `regime`: "interior", "special", "far", "near", "equal", "touching", "outside" or "boundary"; `note` says more.
    """

    regime: str
    values: tuple[float, ...]
    note: str = ""


@dataclass(frozen=True)
class Grid:
    """Arguments as arrays that broadcast, (3, 1) against (4,), and the same twelve points one by one."""

    values: tuple[object, ...]
    points: tuple[tuple[float, ...], ...]


def places(subject: Subject, seed: int) -> list[Place]:
    """All points at which a subject is asked, the same for the same seed."""
    found: dict[tuple[float, ...], Place] = {}
    own, draw = _Drawing(subject, seed), random.Random(f"{seed} {subject.id}")  # noqa: S311 - not for secrets
    for regime, note, at in (
        *own.interior(draw),
        *own.special(draw),
        *own.far(draw),
        *own.near(),
        *own.ends(draw),
        *own.boundary(draw),
    ):
        values = tuple(at[s] for s in own.symbols)
        found.setdefault(values, Place(regime, values, note))
    return list(found.values())


def first_place(subject: Subject, seed: int) -> Place | None:
    """One point inside, counts that must be equal for a closed form being equal."""
    own = _Drawing(subject, seed)
    drawn = own.drawn(Regime("random", "float64"), 1, tied=True)
    return Place("interior", tuple(drawn[0][s] for s in own.symbols)) if drawn else None


Drawn = Iterator[tuple[str, str, Values]]


class _Drawing:
    """The points of one subject, by regime."""

    def __init__(self, subject: Subject, seed: int) -> None:
        self._subject, self._seed = subject, seed
        self._chosen: Signature = subject.signature
        self.symbols = [parameter.symbol for parameter in self._chosen.parameters]
        self._pairs = [(x, y) for x, y in self._chosen.pairs if x.is_Symbol and y.is_Symbol]
        whole = [(x, y) for x, y in self._pairs if "integer" in domain_of(x)]
        self._ties = [whole, []] if whole else []
        self._ends = _Ends(subject)

    def _defined(self, at: Mapping[sp.Symbol, float]) -> bool:
        return defined(self._subject, at)

    def drawn(self, regime: Regime, count: int, tied: bool = False) -> list[Values]:
        ties = self._ties[:1] if tied else self._ties
        return [dict(at) for at in draw_points(self._chosen, ties, self._defined, regime, count, self._seed)]

    def _nested(self, at: Values, draw: random.Random) -> Values:
        """The point with p's support inside q's, if its arguments can bring that about."""
        here = self._ends.placed(at, "nested", draw)
        return here if here is not None and self._defined(here) else at

    def interior(self, draw: random.Random) -> Drawn:
        """Points at random, the supports nested as far as the parameters can nest them."""
        for at in self.drawn(Regime("random", "float64"), _INSIDE):
            yield "interior", "", self._nested(at, draw)

    def special(self, draw: random.Random) -> Drawn:
        """One side's arguments at the values at which formulas have holes: 1/2, 1, 0; and beside these."""
        sides = [[p.symbol for p in side] for side in self._subject.members() if side]
        for side, off in product(sides, (0.0, 1e-3, 1e-6)):
            for at in self.drawn(Regime("random", "float64"), 1):
                here = {**at, **{s: _plain(s, off) for s in side}}
                here = self._nested(here, draw)
                if self._defined(here):
                    yield "special", f"off by {off:g}" if off else "", here

    def far(self, draw: random.Random) -> Drawn:
        """Large and small arguments, and locations far from 0 but near each other."""
        found = 0
        for _ in range(_TRIES):
            centre = (-1) ** found * draw.uniform(7, 12)
            at = {s: _distant(s, centre, draw) for s in self.symbols}
            for x, y in self._ties[0] if self._ties and found % 2 else ():
                at[x] = at[y]
            at = self._nested(at, draw)
            if self._defined(at):
                found += 1
                yield "far", "", at
            if found == _FAR:
                return

    def near(self) -> Drawn:
        """Both distributions nearly the same, and the same."""
        if not self._pairs:
            return
        for distance in _DISTANCES:
            for at in self.drawn(Regime("near", "float64", distance), _EACH):
                yield "near", f"{distance:.0e} apart", at
        for at in self.drawn(Regime("random", "float64"), _EACH):
            yield "equal", "", {**at, **{x: at[y] for x, y in self._pairs}}

    def ends(self, draw: random.Random) -> Drawn:
        """Supports that touch at one end or at both, and supports that stick out at one."""
        for how in ("touch", "touch", "touch low", "touch high", "out low", "out high"):
            for at in self.drawn(Regime("random", "float64"), 3, tied=False):
                here = self._ends.placed(at, how, draw)
                if here is not None and self._defined(here):
                    yield "outside" if how.startswith("out") else "touching", how, here
                    break

    def boundary(self, draw: random.Random) -> Drawn:
        """Arguments at the ends of their domains, alone and both of a pair."""
        for base in [self._nested(at, draw) for at in self.drawn(Regime("random", "float64"), 1, tied=True)]:
            for s in self.symbols:
                for end in self._ends_of(s):
                    yield "boundary", f"{s} = {end:g}", {**base, s: end}
            for x, y in self._pairs:
                for one, other in product(self._ends_of(x), self._ends_of(y)):
                    yield "boundary", f"{x} = {one:g}, {y} = {other:g}", {**base, x: one, y: other}

    def _ends_of(self, s: sp.Symbol) -> tuple[float, ...]:
        domain = domain_of(s)
        if domain == "unit":
            return 0.0, 1.0
        if domain == "real":
            return (-math.inf, math.inf) if self._ends.bounds(s) else ()
        return () if domain == "integer" else (0.0,)


class _Ends:
    """The ends of the two supports in the library's arguments, and how to move them beside each other."""

    def __init__(self, subject: Subject) -> None:
        claim, put = subject.claim, subject.signature.put
        self._p = [put(end) for end in claim.p.support]
        self._q = None if claim.q is None else [put(end) for end in claim.q.support]
        self._alike = claim.q is not None and claim.q.kind == claim.p.kind
        self._whole = claim.p.kind == "discrete"
        self._bounding = {s for d in (claim.p, claim.q) if d is not None for s in _symbols(d, subject.signature)}

    def bounds(self, s: sp.Symbol) -> bool:
        """Whether the support depends on this argument."""
        return s in self._bounding

    def placed(self, at: Values, how: str, draw: random.Random) -> Values | None:
        """The point with an end of p's support moved to lie so in q's, or q's around p's; None where none can be.

        `how`: "nested", "touch", "touch low", "touch high", "out low" or "out high".
        """
        if self._q is None or not self._alike or (how == "nested" and self._is_nested(at)):
            return None
        here, moved = dict(at), list[int]()
        for side, (of_p, of_q) in enumerate(zip(self._p, self._q, strict=True)):
            if of_p.is_infinite or of_q.is_infinite:
                continue
            gap = self._gap(how, side, at, draw)
            inwards = gap if side == 0 else -gap
            if of_p.is_Symbol:
                here[of_p] = _at(of_q, at) + inwards
            elif of_q.is_Symbol:
                here[of_q] = _at(of_p, at) - inwards
            else:
                continue
            moved.append(side)
        named = [side for side, name in enumerate(("low", "high")) if how.endswith(name)]
        return here if moved and set(named) <= set(moved) else None

    def _is_nested(self, at: Values) -> bool:
        assert self._q is not None
        (low, high), (below, above) = ([_at(end, at) for end in ends] for ends in (self._p, self._q))
        return below <= low and high <= above

    def _gap(self, how: str, side: int, at: Values, draw: random.Random) -> float:
        """How far inside q's end p's lies; negative outside."""
        here = how in ("touch", "nested") or how.endswith(("low", "high")[side])
        if here and how.startswith("touch"):
            return 0.0
        sign = -1 if here and how.startswith("out") else 1
        if self._whole:
            return float(sign * draw.randint(1, 3))
        assert self._q is not None
        ends = [self._q[k] if not self._q[k].is_Symbol else self._p[k] for k in (0, 1)]
        finite = all(end.is_finite and not end.is_Symbol for end in ends)
        width = abs(_at(ends[1], at) - _at(ends[0], at)) if finite else 1.0
        return sign * width * draw.uniform(0.05, 0.45)


def _symbols(dist: Distribution, chosen: Signature) -> set[sp.Symbol]:
    return {s for end in dist.support for s in chosen.put(end).free_symbols}


def _at(end: sp.Expr, at: Values) -> float:
    if end.is_infinite:
        return math.inf if end.is_positive else -math.inf
    return float(exact_value(end, at, 30))


def _plain(s: sp.Symbol, off: float) -> float:
    domain = domain_of(s)
    if "integer" in domain:
        return 1.0
    return {"real": off, "unit": 0.5 + off}.get(domain, 1 + off)


def _distant(s: sp.Symbol, centre: float, draw: random.Random) -> float:
    domain = domain_of(s)
    if domain == "real":
        return centre + draw.uniform(-1, 1)
    if domain == "unit":
        return 1 / (1 + math.exp(draw.uniform(-9, 9)))
    if "integer" in domain:
        return float(draw.randint(50, 1000))
    return math.exp(draw.uniform(-6, 6))


def grid(subject: Subject, seed: int) -> Grid | None:
    """Arguments to broadcast; None where all twelve points cannot be had, or there is but one argument."""
    first, second = ([p.symbol for p in side] for side in subject.members())
    rows, columns = (first, second) if second else (first[:1], first[1:])
    if not columns:
        return None
    symbols = [*first, *second]
    ties = [pair for pair in subject.signature.pairs if "integer" in domain_of(pair[0])]
    for attempt in range(_TRIES):
        drawn = draw_points(
            subject.signature, (), lambda at: True, Regime("random", "float64"), 4, seed * _TRIES + attempt
        )
        for x, y in ties:  # one number for all: what is asked here is how arrays meet
            drawn = [{**at, x: drawn[0][x], y: drawn[0][x]} for at in drawn]
        points = [
            {**{s: drawn[i][s] for s in rows}, **{s: drawn[j][s] for s in columns}}
            for i in range(3)
            for j in range(len(drawn))
        ]
        if len(points) == 12 and all(defined(subject, at) for at in points):
            values = tuple(
                [[drawn[i][s]] for i in range(3)] if s in rows else [drawn[j][s] for j in range(4)] for s in symbols
            )
            return Grid(values, tuple(tuple(at[s] for s in symbols) for at in points))
    return None
