"""The value of an entropy, a cross-entropy or a divergence by plain quadrature or summation of the densities alone.

Nothing of it goes through what symkl derives or verifies. `PYTHONPATH=.:tests python tests/corpus/references.py` prints
the values of `published.toml` again, beside those that stand there.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping

import mpmath as mp
import sympy as sp

from symkl.model import Claim, Distribution

__all__ = ["reference"]

DIGITS = 18
#: the logarithm of what is no mass at all
_NO_MASS = -(10**4)
#: pieces into which the support is cut, so that no peak is passed over
_CUTS = ("1e-9", "1e-4", "0.05", "0.3", "1", "2", "4", "8", "20", "60", "1e3", "1e6")


def reference(claim: Claim, at: Mapping[sp.Symbol, sp.Expr]) -> mp.mpf:
    """The value at a point; an expectation of log-densities under the first distribution."""
    with mp.workdps(DIGITS):
        first = _log_density(claim.p, at)
        second = first if claim.q is None else _log_density(claim.q, at)

        def term(x: mp.mpf) -> mp.mpf:
            one = first(x)
            if one < _NO_MASS:
                return mp.mpf(0)
            return mp.exp(one) * ((one if claim.quantity == "kl" else 0) - second(x))

        low, high = (_number(end.xreplace(dict(at))) for end in claim.p.support)
        if claim.p.kind == "discrete":
            return _total(term, int(low), None if mp.isinf(high) else int(high))
        inner = [_number(value) for value in at.values() if value.is_Rational]  # where a density may have an edge
        return mp.quad(term, sorted({*_cut(low, high), *(x for x in inner if low < x < high)}))


def _log_density(member: Distribution, at: Mapping[sp.Symbol, sp.Expr]) -> Callable[[mp.mpf], mp.mpf]:
    form = member.log_density if member.log_density is not None else sp.log(member.density)
    form = sp.N(sp.expand_log(form.xreplace(dict(at)), force=True), DIGITS)
    x = sp.Symbol("x", real=True)
    return sp.lambdify(x, form.xreplace({member.variable: x}), "mpmath")


def _number(end: sp.Expr) -> mp.mpf:
    infinite = {sp.oo: mp.inf, -sp.oo: -mp.inf}.get(end)
    return mp.mpf(str(sp.N(end, DIGITS))) if infinite is None else infinite


def _cut(low: mp.mpf, high: mp.mpf) -> list[mp.mpf]:
    steps = [mp.mpf(step) for step in _CUTS]
    if mp.isinf(low):
        middle = [*(-step for step in reversed(steps[2:11])), mp.mpf(0), *steps[2:11]]
        return [low, *middle, high]
    if mp.isinf(high):
        return [low, *(low + step for step in steps), high]
    width = high - low
    return [low, *(low + width * step / 8 for step in steps[:7]), high]


def _total(term: Callable[[mp.mpf], mp.mpf], low: int, high: int | None) -> mp.mpf:
    if high is not None:
        return mp.fsum(term(mp.mpf(x)) for x in range(low, high + 1))
    found, x = mp.mpf(0), low
    while True:
        part = mp.fsum(term(mp.mpf(y)) for y in range(x, x + 50))
        found, x = found + part, x + 50
        if abs(part) < mp.mpf(10) ** -DIGITS * (1 + abs(found)):
            return found
        if x > 5000:
            return mp.nsum(term, [low, mp.inf])


def main() -> None:
    from corpus import published

    for entry in published.ENTRIES.values():
        about = published.claim_of(entry)
        for at, value in published.points(entry, about):
            print(entry["id"], mp.nstr(reference(about, at), 15), mp.nstr(value, 15))  # noqa: T201


if __name__ == "__main__":
    main()
    sys.exit()
