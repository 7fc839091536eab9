"""What the name of an argument means: a parameter of the claim, or what `--map` says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import sympy as sp

from symkl.errors import BadInput, Location
from symkl.language import parse, parse_given
from symkl.model import Parameter, symbol
from symkl.trace.user.question import Question
from symkl.trace.value import LENGTHS

__all__ = ["Names"]

#: an element of an argument, as it is written in Python
_NUMBERED = re.compile(r"\[(\d+)\]")
#: names that too many things have for one to be meant where nobody says so
_GREEK = frozenset(
    "alpha beta gamma delta epsilon eps zeta eta theta iota kappa lambda lam mu nu xi pi rho sigma tau phi chi psi "
    "omega loc scale rate shape mean std width temperature".split()
)


@dataclass(frozen=True)
class Names:
    """`maps` are names as `--map` explains them, `free` and `fixed` the parameters by their full names."""

    asked: Question
    free: dict[str, sp.Symbol] = field(default_factory=dict)
    fixed: dict[str, sp.Expr] = field(default_factory=dict)
    maps: dict[str, sp.Expr] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, index, domain in self.asked.free:
            parameter = Parameter(name, domain, index=index)
            self.free[parameter.full_name] = parameter.symbol
        for name, value in self.asked.fixed:
            self.fixed[name] = parse(value, self.free)
        lengths = {} if self.asked.dims == "none" else {s.name: s for s in LENGTHS.values()}
        for text in self.asked.names:
            name, equals, value = text.partition("=")
            name, place = name.strip(), Location(field=f"--map {text[:60]}")
            name = _NUMBERED.sub(r".\1", name)
            if not equals or not all(part.isidentifier() or part.isdecimal() for part in name.split(".")):
                raise BadInput("is not of the form NAME=EXPR", place, "such as --map v1=sigma_1**2")
            if name in self.maps:
                raise BadInput(f"the name '{name}' is explained twice", place)
            self.maps[name] = parse_given(value, {**lengths, **self.free}, self.fixed, place)

    def of(self, name: str) -> dict[str, sp.Expr]:
        """What an argument of that name, or its parts, stand for; nothing where nobody says so."""
        mapped = self.said(name)
        if mapped:
            return mapped
        for known in (self._full, self._bare, self._another_way):
            found = known(name)
            if found is not None:
                return {name: found}
        return {}

    def said(self, name: str) -> dict[str, sp.Expr]:
        """What `--map` says of an argument of that name or of its parts."""
        return {key: value for key, value in self.maps.items() if key == name or key.startswith(f"{name}.")}

    def taken(self, name: str) -> bool:
        """Whether the parameter that an argument of that name would be is, as `--map` says, another argument."""
        return not self.said(name) and any(value in self.maps.values() for value in self.of(name).values())

    def _full(self, name: str) -> sp.Expr | None:
        """`mu_1`, also written `mu1` or `Mu_1`."""
        every: Mapping[str, sp.Expr] = {**self.free, **self.fixed}
        if name in every:
            return every[name]
        same = [full for full in every if _squeezed(full) == _squeezed(name)]
        return every[same[0]] if len(same) == 1 else None

    def _bare(self, name: str) -> sp.Expr | None:
        """`mu` for `mu_1` where only one of the two distributions has a free parameter of that name."""
        found = [full for full in self.free if _squeezed(_stem(full)) == _squeezed(name)]
        return self.free[found[0]] if len(found) == 1 else None

    def _another_way(self, name: str) -> sp.Expr | None:
        """`logvar` for `2*log(sigma)`, where the family's definition has a parametrisation that says so."""
        found: dict[str, sp.Expr | None] = {}
        for other, domain, index, parameter, value in self.asked.ways:
            full = f"{parameter}_{index}" if index else parameter
            suffixed = f"{other}_{index}" if index else other
            told = len(other) > 2 and other not in _GREEK
            if told and full in self.free and _squeezed(name) in (_squeezed(suffixed), _squeezed(other)):
                found[full] = found.get(full) or _inverse(other, domain, value, self.free[full])
        known = [value for value in found.values() if value is not None]
        return known[0] if len(known) == len(found) == 1 else None


def _stem(full: str) -> str:
    return full[:-2] if full.endswith(("_1", "_2")) else full


def _squeezed(name: str) -> str:
    return name.replace("_", "").lower()


def _inverse(other: str, domain: str, value: str, parameter: sp.Symbol) -> sp.Expr | None:
    """The name's value in terms of the parameter, where the equation between them has one solution."""
    unknown = symbol(other, domain)
    solutions = sp.solve(parse(value, {other: unknown}) - parameter, unknown)
    return solutions[0] if len(solutions) == 1 else None
