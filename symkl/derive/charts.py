"""Charts: monotone changes of variable, proposed from the shape of the log-density itself.

An *anchor* moves a piece of the support to one of the ranges on which masters are stated: the line, (0, oo), (0, w).
A *chart* then follows an atom of the expression: a power, an exponential, a logarithm, a ratio. No inverse is solved
for: each proposal knows its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sympy as sp

from symkl.algebra import is_negative, is_positive
from symkl.algebra.reading import linear_in
from symkl.model import symbol

__all__ = ["Chart", "anchors", "charts"]

_LINE = (-sp.oo, sp.oo)


@dataclass(frozen=True)
class Chart:
    """`old = inverse(new)` for new in (lower, upper); `jacobian` is |d inverse / d new|."""

    old: sp.Symbol
    new: sp.Symbol
    inverse: sp.Expr
    jacobian: sp.Expr
    lower: sp.Expr
    upper: sp.Expr

    def after(self, first: Chart) -> Chart:
        """The chart that goes through `first` and then through this one (`self.old` is `first.new`)."""
        put = {first.new: self.inverse}
        jacobian = first.jacobian.xreplace(put) * self.jacobian
        return Chart(first.old, self.new, first.inverse.xreplace(put), jacobian, self.lower, self.upper)


def _chart(old: sp.Symbol, new: sp.Symbol, inverse: sp.Expr, rising: bool, lower: sp.Expr, upper: sp.Expr) -> Chart:
    slope = sp.diff(inverse, new)
    return Chart(old, new, inverse, slope if rising else -slope, lower, upper)


def anchors(expression: sp.Expr, x: sp.Symbol, lower: sp.Expr, upper: sp.Expr, name: str) -> Iterator[Chart]:
    """Moves of (lower, upper) to the line, (0, oo) or (0, w); `name` is free for a new variable."""
    if lower == -sp.oo and upper == sp.oo:
        for centre in _centres(expression, x):
            z = symbol(name, "real")
            yield _chart(x, z, centre + z, True, *_LINE)
        yield _chart(x, x, x, True, *_LINE)
    elif lower == -sp.oo:
        z = symbol(name, "positive")
        yield _chart(x, z, upper - z, False, sp.Integer(0), sp.oo)
    elif lower == 0 and (upper == sp.oo or upper == 1):
        yield _chart(x, x, x, True, lower, upper)
    else:
        if lower.is_positive and expression.has(sp.log):
            z = symbol(name, "positive")
            width = sp.oo if upper == sp.oo else sp.log(upper) - sp.log(lower)
            yield _chart(x, z, lower * sp.exp(z), True, sp.Integer(0), width)
        z = symbol(name, "positive")
        width = sp.oo if upper == sp.oo else upper - lower
        if width == 1:
            z = symbol(name, "unit")
        yield _chart(x, z, lower + z, True, sp.Integer(0), width)


def charts(expression: sp.Expr, y: sp.Symbol, lower: sp.Expr, upper: sp.Expr, name: str) -> Iterator[Chart]:
    """Charts on an anchored range, the identity first; `name` is free for a new variable."""
    yield _chart(y, y, y, True, lower, upper)
    seen: set[sp.Expr] = set()
    for proposal in (*_exponentials(expression, y, lower, upper, name), *_powers(expression, y, lower, upper, name)):
        if proposal.inverse not in seen:
            seen.add(proposal.inverse)
            yield proposal


def _centres(expression: sp.Expr, x: sp.Symbol) -> list[sp.Expr]:
    """The zeros m of the bases of powers `(x - m)**n`."""
    found = [
        -line[1] / line[0]
        for power in _sorted(expression.atoms(sp.Pow))
        if power.base.is_Add and power.has(x) and (line := linear_in(power.base, x)) is not None
    ]
    return list(dict.fromkeys(found))


def _exponentials(expression: sp.Expr, y: sp.Symbol, lower: sp.Expr, upper: sp.Expr, name: str) -> Iterator[Chart]:
    """`z = exp(c*y + d)` for each exponential of a linear function."""
    if (lower, upper) not in (_LINE, (0, sp.oo)):
        return
    for exponent in _sorted(e.args[0] for e in expression.atoms(sp.exp)):
        line = linear_in(exponent, y)
        if line is None or line[0] == 0:
            continue
        slope, intercept = line
        rising = is_positive(slope)
        if not rising and not is_negative(slope):
            continue
        if (lower, upper) == _LINE:
            z = symbol(name, "positive")
            yield _chart(y, z, (sp.log(z) - intercept) / slope, bool(rising), sp.Integer(0), sp.oo)
        elif rising:
            z = symbol(name, "positive")
            yield _chart(y, z, sp.log(1 + z) / slope, True, sp.Integer(0), sp.oo)
        else:
            z = symbol(name, "unit")
            yield _chart(y, z, sp.log(z) / slope, False, sp.Integer(0), sp.Integer(1))


def _powers(expression: sp.Expr, y: sp.Symbol, lower: sp.Expr, upper: sp.Expr, name: str) -> Iterator[Chart]:
    """`z = (y/s)**r` for each power or ratio of y, `z = log y` for powers of its logarithm."""
    if lower != 0:
        return
    half = upper == sp.oo
    z = symbol(name, "positive")
    for power in _sorted(expression.atoms(sp.Pow)):
        if half and any(log.has(y) for log in power.base.atoms(sp.log)):
            real = symbol(name, "real")
            yield _chart(y, real, sp.exp(real), True, *_LINE)
        scale = (power.base / y) if power.base.has(y) else y
        if power.exp.has(y) or scale.has(y) or power.exp == 1:
            continue
        rising = is_positive(power.exp)
        if (rising or is_negative(power.exp)) and half:
            yield _chart(y, z, z ** (1 / power.exp) / scale, bool(rising), sp.Integer(0), sp.oo)
        elif rising and upper == 1 and scale == 1:
            unit = symbol(name, "unit")
            yield _chart(y, unit, unit ** (1 / power.exp), True, sp.Integer(0), sp.Integer(1))
    for total in _sorted(expression.atoms(sp.Add)):
        yield from _ratio(total, y, upper, name)
    if upper not in (sp.oo, 1):
        unit = symbol(name, "unit")
        yield _chart(y, unit, upper * unit, True, sp.Integer(0), sp.Integer(1))
    if upper == 1:
        yield _chart(y, z, z / (1 + z), True, sp.Integer(0), sp.oo)


def _ratio(total: sp.Expr, y: sp.Symbol, upper: sp.Expr, name: str) -> Iterator[Chart]:
    """`z = (b/a)*y**r` for a sum `a + b*y**r` with positive a and b, or `z = exp(c*y)` in such a sum."""
    constant, varying = total.as_independent(y, as_Add=True)
    if constant == 0 or varying.is_Add or upper != sp.oo or not is_positive(constant):
        return
    factor, power = varying.as_independent(y, as_Add=False)
    if not is_positive(factor):
        return
    base, exponent = power.as_base_exp()
    if base != y or exponent.has(y) or not (is_positive(exponent) or is_negative(exponent)):
        return
    z = symbol(name, "positive")
    inverse = (constant / factor) ** (1 / exponent) * z ** (1 / exponent)
    yield _chart(y, z, inverse, bool(is_positive(exponent)), sp.Integer(0), sp.oo)


def _sorted(expressions: Iterator[sp.Expr] | set[sp.Expr] | list[sp.Expr]) -> list[sp.Expr]:
    return sorted(expressions, key=sp.default_sort_key)
