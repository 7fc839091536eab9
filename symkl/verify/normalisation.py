"""Does a density integrate, or a mass function add up, to 1? And if not, to what?"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp
from flint import arb

from symkl.model import Claim, Distribution, Family, claim
from symkl.verify.negative import negative_place
from symkl.verify.numbers import decimal, exact
from symkl.verify.plain import expectation
from symkl.verify.points import draw, shown
from symkl.verify.rigorous import enclose

__all__ = ["Normalisation", "normalisation"]


@dataclass(frozen=True)
class Normalisation:
    """`is_one`: True (at every point tried), False (`value` says what it is at the point `at`), None: not known.

    `negative`: it is no density, whatever it integrates to; `value` is its value at a place that `at` names too.
    """

    is_one: bool | None
    value: str = ""
    at: tuple[tuple[str, str], ...] = ()
    rigorous: bool = False
    points: int = 0
    note: str = ""
    negative: bool = False

    def __str__(self) -> str:
        if self.is_one is not False:
            return self.note
        if self.negative:
            return f"{self.note} at {', '.join(f'{name} = {number}' for name, number in self.at)}: {self.value}"
        place = ", ".join(f"{name} = {number}" for name, number in self.at)
        return f"{self.note} {self.value}, not to 1" + (f" (at {place})" if place else "")


def normalisation(family: Family | Distribution, *, digits: int = 15, points: int = 2, seed: int = 0) -> Normalisation:
    """Integrate the density at a few points: by rigorous balls, where there are none by plain quadrature."""
    about = claim("entropy", family) if isinstance(family, Family) else Claim("entropy", family)
    dist = about.p
    verb = "the masses add up" if dist.kind == "discrete" else "the density integrates"
    tried, rigorous = 0, True
    for point in draw(about, points, seed):
        below = negative_place(dist, point)
        if below is not None:
            place, value = below
            at = shown({dist.variable: place, **point})
            what = "mass" if dist.kind == "discrete" else "density"
            return Normalisation(False, decimal(value, 6), at, False, tried + 1, f"the {what} is negative", True)
        ball = enclose(dist, sp.Integer(1), point, digits).ball
        if ball is None:
            plain = expectation(dist, sp.Integer(1), point, digits)
            if plain.status == "divergent":
                return Normalisation(False, "infinity", shown(point), False, tried + 1, f"{verb} to")
            if plain.status != "value":
                return Normalisation(None, note=f"it is not known what {verb} to: {plain.note}")
            ball, rigorous = exact(plain.value) + arb(0, float(plain.error) * 1000 + 1e-9), False
        tried += 1
        if not ball.contains(1):
            value = decimal(ball, 10 if rigorous else 6)
            return Normalisation(False, value, shown(point), rigorous, tried, f"{verb} to")
    if not tried:
        return Normalisation(None, note="no point was found inside the parameters' domains")
    return Normalisation(True, "1", (), rigorous, tried, f"{verb} to 1")
