"""Charts: monotone changes of variable, proposed from the shape of an expression (a log-density, a statistic) itself.

An *anchor* moves a piece of the support to one of the ranges on which masters are stated: the line, (0, oo), (0, w).
A *chart* then follows an atom of the expression: a power, an exponential, a logarithm, a ratio. No inverse is solved
for: each proposal knows its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import permutations

import sympy as sp

from symkl.algebra import is_negative, is_nonnegative, is_positive
from symkl.algebra.reading import linear_in
from symkl.model import symbol

__all__ = ["Chart", "anchors", "centres", "charts"]

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
    """Moves of (lower, upper) to the line, (0, oo), (0, w) or itself; `name` is free for a new variable."""
    positive = symbol(name, "positive")
    if lower == -sp.oo and upper == sp.oo:
        for centre in centres(expression, x):
            yield _chart(x, real := symbol(name, "real"), centre + real, True, *_LINE)
        yield _chart(x, x, x, True, *_LINE)
    elif lower == -sp.oo:
        yield _chart(x, positive, upper - positive, False, sp.Integer(0), sp.oo)
    elif lower == 0 and (upper == sp.oo or upper == 1):
        yield _as_positive(x, positive if upper == sp.oo else symbol(name, "unit"), lower, upper)
    elif upper == sp.oo:
        if is_positive(lower):
            yield _as_positive(x, positive, lower, upper)
            if expression.has(sp.log):
                yield _chart(x, positive, lower * sp.exp(positive), True, sp.Integer(0), sp.oo)
        yield _chart(x, positive, lower + positive, True, sp.Integer(0), sp.oo)
    else:
        yield from _bounded(expression, x, lower, upper, name)


def _as_positive(x: sp.Symbol, z: sp.Symbol, lower: sp.Expr, upper: sp.Expr) -> Chart:
    """The identity, in a variable that is known to be positive."""
    return _chart(x, x, x, True, lower, upper) if x.is_positive else _chart(x, z, z, True, lower, upper)


def _bounded(expression: sp.Expr, x: sp.Symbol, lower: sp.Expr, upper: sp.Expr, name: str) -> Iterator[Chart]:
    z = symbol(name, "positive")
    if is_nonnegative(lower):
        yield _as_positive(x, z, lower, upper)
    else:
        yield _chart(x, x, x, True, lower, upper)
    for zero in _zeros_of_logs(expression, x):
        z = symbol(name, "positive")
        if zero != 0 and is_nonnegative(lower - zero):
            yield _chart(x, z, zero + z, True, lower - zero, upper - zero)
        elif is_nonnegative(zero - upper):
            yield _chart(x, z, zero - z, False, zero - upper, zero - lower)
    width = upper - lower
    z = symbol(name, "unit") if width == 1 else z
    if lower != 0:
        yield _chart(x, z, lower + z, True, sp.Integer(0), width)
    yield _chart(x, z, upper - z, False, sp.Integer(0), width)
    if is_positive(lower) and expression.has(sp.log):
        z = symbol(name, "positive")
        yield _chart(x, z, lower * sp.exp(z), True, sp.Integer(0), sp.log(upper) - sp.log(lower))


def centres(expression: sp.Expr, x: sp.Symbol) -> list[sp.Expr]:
    """The zeros m of the bases of powers `(x - m)**n` and of the arguments of exponentials."""
    bases = [p.base for p in _sorted(expression.atoms(sp.Pow)) if p.base.is_Add]
    bases += [e.args[0] for e in _sorted(expression.atoms(sp.exp)) if not e.args[0].is_Symbol]
    found = []
    for base in bases:
        line = linear_in(base, x) if base.has(x) else None
        if line is not None and line[0] != 0:
            found.append(sp.cancel(-line[1] / line[0]))
    return list(dict.fromkeys(found))


def _zeros_of_logs(expression: sp.Expr, x: sp.Symbol) -> list[sp.Expr]:
    logs = [log for log in _sorted(expression.atoms(sp.log)) if log.args[0].is_Add and log.has(x)]
    lines = [linear_in(log.args[0], x) for log in logs]
    return list(dict.fromkeys(sp.cancel(-line[1] / line[0]) for line in lines if line is not None and line[0] != 0))


def charts(expression: sp.Expr, y: sp.Symbol, lower: sp.Expr, upper: sp.Expr, name: str) -> Iterator[Chart]:
    """Charts on an anchored range, the identity first; `name` is free for a new variable."""
    yield _chart(y, y, y, True, lower, upper)
    for propose in (_exponentials, _powers, _ratios, _logarithms, _units):
        yield from propose(expression, y, lower, upper, name)


def _exponentials(expression: sp.Expr, y: sp.Symbol, lower: sp.Expr, upper: sp.Expr, name: str) -> Iterator[Chart]:
    """`z = exp(c*y + d)` for each exponential of a linear function, and for each ratio of two."""
    if (lower, upper) not in (_LINE, (0, sp.oo)):
        return
    lines = [linear_in(e.args[0], y) for e in _sorted(expression.atoms(sp.exp))]
    proper = [line for line in lines if line is not None and line[0] != 0]
    for above, below in permutations(proper, 2):
        proper.append((sp.factor(above[0] - below[0]), sp.factor(above[1] - below[1])))
    for slope, intercept in dict.fromkeys(proper):
        rising = is_positive(slope)
        if not rising and not is_negative(slope):
            continue
        z = symbol(name, "positive")
        if (lower, upper) == _LINE:
            yield _chart(y, z, (sp.log(z) - intercept) / slope, bool(rising), sp.Integer(0), sp.oo)
        elif rising:
            yield _chart(y, z, sp.log(1 + z) / slope, True, sp.Integer(0), sp.oo)
            yield _chart(y, z, sp.log(z) / slope, True, sp.Integer(1), sp.oo)
        else:
            unit = symbol(name, "unit")
            yield _chart(y, unit, sp.log(unit) / slope, False, sp.Integer(0), sp.Integer(1))


def _powers(expression: sp.Expr, y: sp.Symbol, lower: sp.Expr, upper: sp.Expr, name: str) -> Iterator[Chart]:
    """`z = (y/s)**r` for each power of y."""
    if lower != 0 or upper not in (sp.oo, 1):
        return
    for power in _sorted(expression.atoms(sp.Pow)):
        if not power.base.has(y) or power.exp.has(y) or power.exp == 1:
            continue
        scale = power.base / y
        rising = is_positive(power.exp)
        if scale.has(y) or not (rising or is_negative(power.exp)):
            continue
        if upper == sp.oo:
            z = symbol(name, "positive")
            yield _chart(y, z, z ** (1 / power.exp) / scale, bool(rising), sp.Integer(0), sp.oo)
        elif rising and scale == 1:
            unit = symbol(name, "unit")
            yield _chart(y, unit, unit ** (1 / power.exp), True, sp.Integer(0), sp.Integer(1))


def _ratios(expression: sp.Expr, y: sp.Symbol, lower: sp.Expr, upper: sp.Expr, name: str) -> Iterator[Chart]:
    """`z = (b/a)*y**r` for a sum `a + b*y**r` with positive a and b; `z = 1 + (b/a)*y` where it is linear."""
    if lower not in (0, -sp.oo):
        return
    for total in _sorted(expression.atoms(sp.Add)):
        constant, varying = total.as_independent(y, as_Add=True)
        if constant == 0 or varying.is_Add or not is_positive(constant):
            continue
        factor, power = varying.as_independent(y, as_Add=False)
        base, exponent = power.as_base_exp()
        if base != y or exponent.has(y) or not is_positive(factor):
            continue
        scale = sp.powdenest((constant / factor) ** (1 / exponent))
        z = symbol(name, "positive")
        if upper != sp.oo:
            if exponent == 1:
                yield _chart(y, z, scale * (z - 1), True, sp.Integer(1), 1 + upper / scale)
            continue
        if lower == -sp.oo:
            if exponent == 2:
                real = symbol(name, "real")
                yield _chart(y, real, scale * real, True, *_LINE)
        elif is_positive(exponent) or is_negative(exponent):
            yield _chart(y, z, scale * z ** (1 / exponent), bool(is_positive(exponent)), sp.Integer(0), sp.oo)
            if exponent == 1:
                yield _chart(y, z, scale * (z - 1), True, sp.Integer(1), sp.oo)
            elif exponent == 2:
                yield _chart(y, z, scale * z, True, sp.Integer(0), sp.oo)


def _logarithms(expression: sp.Expr, y: sp.Symbol, lower: sp.Expr, upper: sp.Expr, name: str) -> Iterator[Chart]:
    """`z = log y` for powers of the logarithm of y."""
    if (lower, upper) != (0, sp.oo):
        return
    if any(log.has(y) for power in expression.atoms(sp.Pow) for log in power.base.atoms(sp.log)):
        real = symbol(name, "real")
        yield _chart(y, real, sp.exp(real), True, *_LINE)


def _units(expression: sp.Expr, y: sp.Symbol, lower: sp.Expr, upper: sp.Expr, name: str) -> Iterator[Chart]:
    """`z = y/w` on (0, w), and `z = y/(1 - y)` on (0, 1)."""
    if lower != 0 or upper == sp.oo:
        return
    if upper == 1:
        z = symbol(name, "positive")
        yield _chart(y, z, z / (1 + z), True, sp.Integer(0), sp.oo)
    else:
        unit = symbol(name, "unit")
        yield _chart(y, unit, upper * unit, True, sp.Integer(0), sp.Integer(1))


def _sorted(expressions: Iterable[sp.Expr]) -> list[sp.Expr]:
    return sorted(expressions, key=sp.default_sort_key)
