"""What is audited: the entropy of a class of a library, or the divergence of one class from another."""

from __future__ import annotations

import fnmatch
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import sympy as sp

from symkl.audit.counterparts import Made
from symkl.audit.libraries import Call, Value
from symkl.codegen.arguments import Signature, constraints_of, signature
from symkl.model import Claim, Parameter, claim
from symkl.requests import Request

__all__ = ["Subject", "chosen", "entropies", "pairs"]


@dataclass(frozen=True)
class Subject:
    """The entropy of `first`, or the divergence of `first` from `second`."""

    first: Made
    second: Made | None = None

    @property
    def quantity(self) -> str:
        return "entropy" if self.second is None else "kl"

    @property
    def id(self) -> str:
        """`kl:Uniform:Beta`, by the names of the classes."""
        return ":".join([self.quantity, self.first.title, *([self.second.title] if self.second else [])])

    @property
    def title(self) -> str:
        """As the tables print it."""
        return f"H({self.first.title})" if self.second is None else f"{self.first.title} || {self.second.title}"

    @property
    def request(self) -> Request:
        """The claim that is the truth about it."""
        return Request(self.quantity, self.first.family.name, self.second.family.name if self.second else None)

    @cached_property
    def claim(self) -> Claim:
        return claim(self.quantity, self.first.family, self.second.family if self.second else None)

    @cached_property
    def signature(self) -> Signature:
        """The library's arguments, and the family's parameters in these."""
        return signature(self.claim, self.first.way, self.second.way if self.second else None)

    @cached_property
    def own(self) -> dict[sp.Symbol, sp.Expr]:
        """The families' own parameters in these arguments."""
        return {p.symbol: self.signature.put(p.symbol) for p in self.claim.parameters}

    @cached_property
    def demands(self) -> tuple[sp.Basic, ...]:
        """What the families demand of these arguments together."""
        return constraints_of(self.claim, self.signature)

    def members(self) -> tuple[tuple[Parameter, ...], tuple[Parameter, ...]]:
        """The arguments of the first and those of the second."""
        own = self.signature.parameters
        return tuple(p for p in own if p.index != "2"), tuple(p for p in own if p.index == "2")

    def call(self, values: dict[sp.Symbol, Value]) -> Call:
        """What the library is asked at these values of the arguments."""
        first, second = (tuple((p.name, _typed(p, values[p.symbol])) for p in side) for side in self.members())
        return Call(self.first.name, first, self.second.name if self.second else "", second)


def _typed(parameter: Parameter, value: Value) -> Value:
    if isinstance(value, list):
        return [_typed(parameter, part) for part in value]
    return int(value) if "integer" in parameter.domain else value


def entropies(made: Sequence[Made], there: Sequence[str]) -> list[Subject]:
    """The entropies of those classes that are there."""
    return [Subject(one) for one in made if one.name in there]


def pairs(made: Sequence[Made], found: Sequence[tuple[str, str]]) -> list[Subject]:
    """The divergences between classes in their main ways; of a class from itself in every way in which it is made."""
    return [Subject(p, q) for p in made for q in made if (p.name, q.name) in found and ((p.main and q.main) or p == q)]


def chosen(subjects: Sequence[Subject], pattern: str | None) -> list[Subject]:
    """Those whose id (`kl:Uniform:Beta`) or one of whose classes the pattern fits; all where there is none."""
    if pattern is None:
        return list(subjects)
    return [s for s in subjects if any(fnmatch.fnmatchcase(name, pattern) for name in _names(s))]


def _names(subject: Subject) -> list[str]:
    return [subject.id, subject.first.name, *([subject.second.name] if subject.second else [])]
