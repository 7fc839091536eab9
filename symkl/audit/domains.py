"""Whether a point lies where the families are defined, or at the ends of their parameters' domains."""

from __future__ import annotations

import math
from collections.abc import Mapping

import sympy as sp

from symkl.audit.subjects import Subject
from symkl.model import domain_of
from symkl.verify.numbers import truth

__all__ = ["defined", "family_point", "number"]


def number(value: float) -> sp.Expr:
    """The exact number that a double is."""
    if math.isinf(value):
        return sp.oo if value > 0 else -sp.oo
    return sp.Rational(value)


def family_point(subject: Subject, at: Mapping[sp.Symbol, float]) -> dict[sp.Symbol, sp.Expr]:
    """The families' own parameters at a point of the library's arguments."""
    here = {s: number(v) for s, v in at.items()}
    return {s: expression.xreplace(here) for s, expression in subject.own.items()}


def defined(subject: Subject, at: Mapping[sp.Symbol, float]) -> bool:
    """Whether every parameter lies inside its domain and the families' constraints hold."""
    here = {s: number(v) for s, v in at.items()}
    if not all(_inside(s, value) for s, value in (*here.items(), *family_point(subject, at).items())):
        return False
    return all(truth(condition, here) for condition in subject.demands)


def _inside(s: sp.Symbol, value: sp.Expr) -> bool:
    domain = domain_of(s)
    if not value.is_finite:
        return False
    if domain == "unit":
        return _is_positive(value) and _is_positive(1 - value)
    return _is_positive(value) if domain.startswith("positive") else domain != "nonnegative" or not _is_positive(-value)


def _is_positive(value: sp.Expr) -> bool:
    return bool(value.is_positive if value.is_Rational else truth(sp.StrictGreaterThan(value, 0), {}))
