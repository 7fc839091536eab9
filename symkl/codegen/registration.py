"""Functions for the classes of a framework, so that its own `kl_divergence` finds them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import sympy as sp

from symkl.codegen.lowering import lower
from symkl.codegen.program import Program
from symkl.model import Counterpart, Verified

__all__ = ["FRAMEWORK_OF", "Registration", "registered", "registrations"]

#: backend: the framework whose classes hold its arrays
FRAMEWORK_OF = {"torch": "torch", "jax": "numpyro"}


@dataclass(frozen=True)
class Registration:
    """The divergence of an instance of one class from one of another, under these attributes of theirs."""

    first: Counterpart
    second: Counterpart
    program: Program

    @property
    def classes(self) -> tuple[str, str]:
        """The names of the two classes."""
        return self.first.name, self.second.name


def registrations(
    verified: Verified, framework: str, text: Callable[[sp.Expr], str], *, slopes: bool = False
) -> list[Registration]:
    """One for each way in which the framework's classes of the two families are made. NotYet as `lower` raises it."""
    p, q = verified.derivation.claim.p.family, verified.derivation.claim.q
    assert q is not None
    sides = [[c for c in family.classes if c.framework == framework] for family in (p, q.family)]
    made: dict[tuple[str | None, str | None], Program] = {}
    found = []
    for first, second in product(*sides):
        ways = first.parametrisation, second.parametrisation
        if ways not in made:
            made[ways] = lower(verified, *ways, text, slopes=slopes)
        found.append(Registration(first, second, made[ways]))
    return found


def registered(found: Sequence[Registration]) -> list[dict[str, Any]]:
    """What `register.py.j2` needs: for each two classes the calls, each with the attributes that tell it."""
    pairs = list(dict.fromkeys(registration.classes for registration in found))
    return [_pair(pair, [registration for registration in found if registration.classes == pair]) for pair in pairs]


def _pair(classes: tuple[str, str], found: Sequence[Registration]) -> dict[str, Any]:
    calls = []
    for registration in found:
        sides = (("p", registration.first), ("q", registration.second))
        others = ({r.first for r in found}, {r.second for r in found})
        tests = [_test(of, side, among) for (of, side), among in zip(sides, others, strict=True)]
        fields = [f"{of}.{field}" for of, side in sides for _, field in side.fields]
        assert len(fields) == len(registration.program.arguments)
        calls.append(
            {
                "condition": " and ".join(test for test in tests if test),
                "function": registration.program.name,
                "arguments": ", ".join(fields),
            }
        )
    return {"name": f"_register_{'_'.join(classes).lower()}", "first": classes[0], "second": classes[1], "calls": calls}


def _test(of: str, side: Counterpart, among: set[Counterpart]) -> str:
    """Whether the instance was made with these attributes and not with the others; empty where there are no others."""
    if len(among) == 1:
        return ""
    common = set.intersection(*({field for _, field in other.fields} for other in among))
    told = sorted({field for other in among for _, field in other.fields} - common)
    own = next(field for _, field in side.fields if field not in common)
    return f"_given({of}, {', '.join(map(_quoted, told))}) == {_quoted(own)}"


def _quoted(name: str) -> str:
    return f'"{name}"'
