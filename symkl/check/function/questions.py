"""What is asked about a user's function: the claim's parameters, what they may be called, and points to run it at."""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp

from symkl.algebra import standing
from symkl.language import to_text
from symkl.model import Derivation, Distribution
from symkl.trace.user.question import Question
from symkl.verify.numbers import truth
from symkl.verify.points import Point, draw

__all__ = ["points_of", "question"]

#: points at which the function is run
_POINTS = 24
#: the numbers in a point are multiples of one over this
_PARTS = 64


def question(derivation: Derivation, target: str, names: Sequence[str], dims: str, seed: int = 0) -> Question:
    """The question about the function that `target` names, for the claim that was derived."""
    claim = derivation.claim
    members = [(claim.p, "1" if claim.q else "")] + ([(claim.q, "2")] if claim.q else [])
    conditions = [c for c in derivation.conditions if not isinstance(c, sp.Eq)]
    drawn = [_as_floats(point) for point in draw(claim, _POINTS, seed, conditions)]
    wanted = [*standing(claim), *conditions]
    points = [point for point in drawn if all(truth(condition, point) is not False for condition in wanted)]
    return Question(
        target=target,
        free=[[p.name, p.index, p.domain] for p in claim.parameters],
        fixed=[[name, to_text(value)] for name, value in claim.where],
        ways=[way for member, index in members for way in _ways(member, index)],
        names=list(names),
        dims=dims,
        given=[to_text(condition) for condition in wanted],
        points=[{s.name: str(value) for s, value in point.items()} for point in points],
    )


def points_of(asked: Question, derivation: Derivation) -> list[Point]:
    """The question's points, read again."""
    symbols = {p.full_name: p.symbol for p in derivation.claim.parameters}
    return [{symbols[n]: sp.Rational(v) for n, v in point.items() if n in symbols} for point in asked.points]


def _as_floats(point: Point) -> Point:
    """A point near by at which a machine's numbers are exact, and short: SymPy takes the powers of others apart."""
    return {
        s: v if v.is_Integer else sp.Rational(max(int(v * _PARTS), 1) if v > 0 else int(v * _PARTS), _PARTS)
        for s, v in point.items()
    }


def _ways(member: Distribution, index: str) -> list[list[str]]:
    """The parameters of other parametrisations that stand for one parameter each."""
    own = {parameter.name for parameter in member.family.parameters}
    found: list[list[str]] = []
    for way in member.family.parametrisations:
        domains = {parameter.name: parameter.domain for parameter in way.parameters}
        for name, value in way.where:
            others = [s.name for s in value.free_symbols]
            if len(others) == 1 and others[0] not in own:
                found.append([others[0], domains[others[0]], index, name, to_text(value)])
    return found
