"""Whether a value that replaces a parameter lies in the parameter's domain."""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from symkl.algebra import is_nonnegative, is_positive
from symkl.errors import BadInput, Location
from symkl.language.text import to_text
from symkl.model import domain_of

__all__ = ["check_in_domain"]

_WORDS = {
    "real": "a real number",
    "positive": "positive",
    "nonnegative": "nonnegative",
    "unit": "between 0 and 1",
    "integer": "an integer",
    "positive_integer": "a positive integer",
    "nonnegative_integer": "a nonnegative integer",
}
_R = sp.Rational
#: where an undecided value is tried: a few members of each domain, near its edges and away from them
_SAMPLES: dict[str, tuple[sp.Rational, ...]] = {
    "real": (_R(-2), _R(1, 2), _R(-1, 3), _R(3)),
    "positive": (_R(1, 3), _R(2), _R(1, 20), _R(5)),
    "nonnegative": (_R(0), _R(1, 2), _R(3)),
    "unit": (_R(1, 5), _R(9, 10), _R(1, 2), _R(1, 50)),
    "integer": (_R(-2), _R(0), _R(3)),
    "positive_integer": (_R(1), _R(2), _R(5)),
    "nonnegative_integer": (_R(0), _R(1), _R(4)),
}


def check_in_domain(parameter: sp.Symbol, value: sp.Expr, where: Location) -> None:
    """Refuse a value that is provably outside the domain, or outside at one of a few sampled points."""
    domain = domain_of(parameter)
    inside = _membership(value, domain)
    at = "" if inside is not None else _outside(value, domain)
    if inside is False or at:
        point = f" (try {at})" if at else ""
        raise BadInput(f"{parameter.name} must be {_WORDS[domain]}, and {to_text(value)} is not{point}", where)


def _membership(value: sp.Expr, domain: str) -> bool | None:
    """True and False are proofs; None means undecided."""
    if value.is_infinite or value.is_extended_real is False:
        return False
    tests: dict[str, list[Callable[[], bool | None]]] = {
        "real": [lambda: value.is_real],
        "positive": [lambda: is_positive(value)],
        "nonnegative": [lambda: is_nonnegative(value)],
        "unit": [lambda: is_positive(value), lambda: is_positive(sp.together(1 - value))],
        "integer": [lambda: value.is_integer],
        "positive_integer": [lambda: value.is_integer, lambda: is_positive(value)],
        "nonnegative_integer": [lambda: value.is_integer, lambda: is_nonnegative(value)],
    }
    found = [test() for test in tests[domain]]
    return False if False in found else (None if None in found else True)


def _outside(value: sp.Expr, domain: str) -> str:
    """A sampled point, in words, at which the value is outside; empty if there is none among the samples."""
    symbols = sorted(value.free_symbols, key=lambda s: s.name)
    for turn in range(6):
        samples = (_SAMPLES[domain_of(s)] for s in symbols)
        point = {s: row[(turn + turn * i) % len(row)] for i, (s, row) in enumerate(zip(symbols, samples, strict=True))}
        if _membership(value.subs(point), domain) is False:
            return ", ".join(f"{s.name} = {number}" for s, number in point.items())
    return ""
