"""Values and slopes of a derived closed form, to so many digits that more do not change them."""

from __future__ import annotations

from typing import Any

import sympy as sp

from symkl.codegen.arguments import Signature, constraints_of
from symkl.codegen.stable.exponentials import powers_as_exponentials
from symkl.codegen.stable.measure import settled_value
from symkl.measure.points import Point
from symkl.model import Claim, Derivation
from symkl.verify.numbers import truth

__all__ = ["Exact"]


class Exact:
    """The closed form of a claim in the parameters of a signature: its cases, in their order."""

    def __init__(self, claim: Claim, derivation: Derivation, chosen: Signature) -> None:
        self._symbols = [parameter.symbol for parameter in chosen.parameters]
        self._cases = [
            (
                tuple(chosen.put(c) for c in case.when if c not in (sp.true, True)),
                powers_as_exponentials(chosen.put(case.value)),  # no beta function is left, nor a factorial
            )
            for case in derivation.values
        ]
        self._demands = constraints_of(claim, chosen)
        self._slopes: dict[int, tuple[sp.Expr | None, ...]] = {}

    @property
    def ties(self) -> list[list[tuple[sp.Symbol, sp.Symbol]]]:
        """For each case the parameters that it wants equal."""
        return [
            [c.args for c in when if isinstance(c, sp.Eq) and all(a.is_Symbol for a in c.args)]
            for when, _ in self._cases
        ]

    def holds(self, at: Point) -> bool:
        """Whether the point lies where the families are defined and a case has a value."""
        return self._case(at) is not None

    def value(self, at: Point) -> Any:
        """The value as an mpmath number; None where it is not known."""
        case = self._case(at)
        return None if case is None else settled_value(self._cases[case][1], at)

    def slopes(self, at: Point) -> list[Any]:
        """The derivative with respect to each parameter; None where it is not known, or the parameter is tied."""
        case = self._case(at)
        if case is None:
            return [None for _ in self._symbols]
        if case not in self._slopes:
            when, value = self._cases[case]
            tied = {s for c in when if isinstance(c, sp.Eq) for s in c.free_symbols}
            self._slopes[case] = tuple(None if s in tied else sp.diff(value, s) for s in self._symbols)
        return [None if slope is None else settled_value(slope, at) for slope in self._slopes[case]]

    def _case(self, at: Point) -> int | None:
        here = {s: sp.Rational(v) for s, v in at.items()}
        if not all(truth(demand, here) for demand in self._demands):
            return None
        held = (i for i, (when, _) in enumerate(self._cases) if all(truth(c, here) for c in when))
        return next(held, None)
