"""Where a function is measured: at random, near equality, at extreme scales."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import sympy as sp

from symkl.codegen.arguments import Signature
from symkl.codegen.stable.measure import exact_value
from symkl.measure.ulps import rounded
from symkl.model import domain_of

__all__ = ["Point", "Regime", "draw_points", "regimes"]

Point = Mapping[sp.Symbol, float]
#: relative distances, and powers of ten that no parameter leaves, by dtype
_DISTANCES = {"float64": (1e-1, 1e-2, 1e-4, 1e-8, 1e-12), "float32": (1e-1, 1e-2, 1e-3, 1e-4, 1e-5)}
_DECADES = {"float64": 300, "float32": 36}
_TRIES = 200
_SMALLEST_GAP = {"float64": 2.0**-53, "float32": 2.0**-24}


@dataclass(frozen=True)
class Regime:
    """`kind` is "near" (then `distance` is the relative one), "random" or "extreme"."""

    kind: str
    dtype: str
    distance: float = 0.0

    @property
    def name(self) -> str:
        """`1e-08` for a distance, else the kind."""
        return f"{self.distance:.0e}" if self.kind == "near" else self.kind


def regimes(dtype: str, *, near: bool) -> list[Regime]:
    """All regimes of a dtype; those near equality where there are parameters that can be equal."""
    found = [Regime("near", dtype, distance) for distance in _DISTANCES[dtype]] if near else []
    return [*found, Regime("random", dtype), Regime("extreme", dtype)]


def draw_points(
    chosen: Signature,
    ties: Sequence[Sequence[tuple[sp.Symbol, sp.Symbol]]],
    accepted: Callable[[Point], bool],
    regime: Regime,
    count: int,
    seed: int = 0,
) -> list[Point]:
    """So many points that are accepted, numbers of the regime's dtype; fewer where that seldom happens.

    `ties` are sets of parameters to be made equal, each set tried in turn: some values exist only there.
    """
    draw = random.Random(f"{seed} {regime.dtype} {regime.name}")  # noqa: S311 - not for secrets
    found: list[Point] = []
    for number in range(_TRIES + 20 * count):
        at = _spread(chosen, regime, draw)
        if regime.kind == "near":
            _bring_near(at, chosen.pairs, regime.distance, draw)
        for x, y in ties[number % len(ties)] if ties else ():
            at[x] = at[y]
        point = {s: rounded(v, regime.dtype) for s, v in at.items()}
        if all(_inside(s, v, regime.dtype) for s, v in point.items()) and accepted(point):
            found.append(point)
            if len(found) == count:
                break
        elif number >= _TRIES and not found:
            break
    return found


def _spread(chosen: Signature, regime: Regime, draw: random.Random) -> dict[sp.Symbol, float]:
    """A point at random; at extreme scales one scale for all, or one for each pair, or one for each parameter."""
    symbols = [parameter.symbol for parameter in chosen.parameters]
    if regime.kind != "extreme":
        return {s: _moderate(domain_of(s), draw) for s in symbols}
    decades = _DECADES[regime.dtype]
    how, common = draw.randrange(3), draw.uniform(-decades, decades)
    partner = {x: y for x, y in chosen.pairs if x.is_Symbol and y.is_Symbol}
    scales: dict[sp.Symbol, float] = {}
    for s in symbols:
        key = partner.get(s, s)
        scales.setdefault(key if how == 1 else s, common if how == 0 else draw.uniform(-decades, decades))
    return {s: _extreme(domain_of(s), scales[partner.get(s, s) if how == 1 else s], regime, draw) for s in symbols}


def _moderate(domain: str, draw: random.Random) -> float:
    if domain == "real":
        return draw.uniform(-3, 3)
    if domain == "unit":
        return draw.uniform(0.01, 0.99)
    if "integer" in domain:
        return float(draw.randint(1, 30))
    return math.exp(draw.uniform(-2, 2))


def _extreme(domain: str, decades: float, regime: Regime, draw: random.Random) -> float:
    if domain == "unit":
        small = 10.0 ** -abs(decades) / 2
        return 1 - max(small, _SMALLEST_GAP[regime.dtype]) if draw.random() < 0.5 else small
    if "integer" in domain:
        return float(draw.randint(1, 1_000_000))
    size = math.exp(draw.uniform(-2, 2)) * 10.0**decades
    return draw.choice((-1, 1)) * size if domain == "real" else size


def _bring_near(
    at: dict[sp.Symbol, float], pairs: Sequence[tuple[sp.Expr, sp.Expr]], distance: float, draw: random.Random
) -> None:
    """Moves one of each pair to about that relative distance from the other; integers become equal."""
    for x, y in pairs:
        off = distance * draw.uniform(0.5, 1.5) * draw.choice((-1, 1))
        if not x.is_Symbol:
            continue
        other = float(exact_value(y, at))
        if "integer" in domain_of(x):
            at[x] = other
        else:
            at[x] = other * (1 + off) if other else off


def _inside(s: sp.Symbol, value: float, dtype: str) -> bool:
    """Whether the value is a number of the symbol's domain that its dtype has."""
    domain = domain_of(s)
    if not math.isfinite(value):
        return False
    if domain == "unit":
        return 0 < value < 1
    return value > 0 if domain.startswith("positive") else True
