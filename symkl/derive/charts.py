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
from symkl.algebra.logs import open_power
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


def anchors(
    expression: sp.Expr, x: sp.Symbol, lower: sp.Expr, upper: sp.Expr, name: str, *, tails: bool
) -> Iterator[Chart]:
    """Moves of (lower, upper) to the line, (0, oo), (0, w) or itself; `name` is free for a new variable.

    `tails`: to (w, oo) as well, measured from the places beyond the end that the expression names.
    """
    positive = symbol(name, "positive")
    if lower == -sp.oo and upper == sp.oo:
        for centre in centres(expression, x):
            yield _chart(x, real := symbol(name, "real"), centre + real, True, *_LINE)
        yield _chart(x, x, x, True, *_LINE)
    elif lower == -sp.oo:
        yield _chart(x, positive, upper - positive, False, sp.Integer(0), sp.oo)
        for centre in _beside(expression, x) if tails else ():
            if is_positive(centre - upper):
                yield _chart(x, positive, centre - positive, False, sp.expand(centre - upper), sp.oo)
    elif lower == 0 and (upper == sp.oo or upper == 1):
        yield _as_positive(x, positive if upper == sp.oo else symbol(name, "unit"), lower, upper)
        if upper == 1 and not tails:
            yield from _measured(expression, x, lower, upper, name)
    elif upper == sp.oo:
        if is_positive(lower):
            yield _as_positive(x, positive, lower, upper)
            if expression.has(sp.log):
                yield _chart(x, positive, lower * sp.exp(positive), True, sp.Integer(0), sp.oo)
        yield _chart(x, positive, lower + positive, True, sp.Integer(0), sp.oo)
        for centre in _beside(expression, x) if tails else ():
            if is_positive(lower - centre):
                yield _chart(x, positive, centre + positive, True, sp.expand(lower - centre), sp.oo)
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
    yield from _measured(expression, x, lower, upper, name)
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


def _measured(expression: sp.Expr, x: sp.Symbol, lower: sp.Expr, upper: sp.Expr, name: str) -> Iterator[Chart]:
    """The range measured from each zero of a logarithm's argument that lies outside it."""
    for zero in _zeros_of_logs(expression, x):
        z = symbol(name, "positive")
        if zero != 0 and is_nonnegative(lower - zero):
            yield _chart(x, z, zero + z, True, sp.expand(lower - zero), sp.expand(upper - zero))
        elif is_nonnegative(zero - upper):
            yield _chart(x, z, zero - z, False, sp.expand(zero - upper), sp.expand(zero - lower))


def _beside(expression: sp.Expr, x: sp.Symbol) -> list[sp.Expr]:
    """The places other than 0 from which powers and logarithms in the expression measure x."""
    lines = [linear_in(p.base, x) for p in _sorted(expression.atoms(sp.Pow)) if p.base != x and p.base.has(x)]
    places = [sp.cancel(-line[1] / line[0]) for line in lines if line is not None and line[0] != 0]
    return [place for place in dict.fromkeys((*places, *_zeros_of_logs(expression, x))) if place != 0]


def _zeros_of_logs(expression: sp.Expr, x: sp.Symbol) -> list[sp.Expr]:
    logs = [log for log in _sorted(expression.atoms(sp.log)) if log.args[0].is_Add and log.has(x)]
    lines = [linear_in(log.args[0], x) for log in logs]
    return list(dict.fromkeys(sp.cancel(-line[1] / line[0]) for line in lines if line is not None and line[0] != 0))


def charts(
    expression: sp.Expr, y: sp.Symbol, lower: sp.Expr, upper: sp.Expr, name: str, *, parts: bool
) -> Iterator[Chart]:
    """Charts on an anchored range, the identity first; `name` is free for a new variable.

    `parts`: those of (0, w) and (w, oo) as well that follow a density broken at a kink.
    """
    yield _chart(y, y, y, True, lower, upper)
    whole = (lower, upper) in (_LINE, (0, sp.oo), (0, 1))
    part = parts and not whole and (lower == 0 or (upper == sp.oo and is_positive(lower)))
    for propose in (_exponentials, _powers, _ratios, _logarithms, _units):
        if whole or part or propose in (_ratios, _units):
            yield from propose(expression, y, lower, upper, name)
    if part:
        yield from _shares(expression, y, lower, upper, name)
    elif parts and (lower, upper) == (0, sp.oo):
        yield from _offset_exponentials(expression, y, name)


def _exponentials(expression: sp.Expr, y: sp.Symbol, lower: sp.Expr, upper: sp.Expr, name: str) -> Iterator[Chart]:
    """`z = exp(c*y + d)` for each exponential of a linear function, and for each ratio of two."""
    if upper == 1:
        return
    for slope, intercept, rising in _lines_of_exponentials(expression, y):
        z = symbol(name, "positive")
        if (lower, upper) == _LINE:
            yield _chart(y, z, (sp.log(z) - intercept) / slope, rising, sp.Integer(0), sp.oo)
        elif (lower, upper) != (0, sp.oo):
            yield _from_to(y, z, sp.log(z) / slope, rising, sp.exp(slope * lower), sp.exp(slope * upper))
        elif rising:
            yield _chart(y, z, sp.log(1 + z) / slope, True, sp.Integer(0), sp.oo)
            yield _chart(y, z, sp.log(z) / slope, True, sp.Integer(1), sp.oo)
        else:
            unit = symbol(name, "unit")
            yield _chart(y, unit, sp.log(unit) / slope, False, sp.Integer(0), sp.Integer(1))


def _offset_exponentials(expression: sp.Expr, y: sp.Symbol, name: str) -> Iterator[Chart]:
    """`z = exp(c*y + d)` on the half-line, from or to `exp(d)`."""
    for slope, intercept, rising in _lines_of_exponentials(expression, y):
        if intercept != 0:
            inverse = sp.expand((sp.log(symbol(name, "positive")) - intercept) / slope)
            end = sp.oo if rising else sp.Integer(0)
            yield _from_to(y, symbol(name, "positive"), inverse, rising, sp.exp(intercept), end)


def _lines_of_exponentials(expression: sp.Expr, y: sp.Symbol) -> Iterator[tuple[sp.Expr, sp.Expr, bool]]:
    """(slope, intercept, whether it rises) of the linear function in each exponential and in each ratio of two."""
    lines = [linear_in(e.args[0], y) for e in _sorted(expression.atoms(sp.exp))]
    powers = [power for power in _sorted(expression.atoms(sp.Pow)) if is_positive(power.base)]  # b**y
    lines += [linear_in(power.exp * sp.log(power.base), y) for power in powers if not power.base.has(y)]
    proper = [line for line in lines if line is not None and line[0] != 0]
    for above, below in permutations(proper, 2):
        proper.append((sp.factor(above[0] - below[0]), sp.factor(above[1] - below[1])))
    for slope, intercept in dict.fromkeys(proper):
        rising = is_positive(slope)
        if rising or is_negative(slope):
            yield slope, intercept, bool(rising)


def _from_to(old: sp.Symbol, new: sp.Symbol, inverse: sp.Expr, rising: bool, first: sp.Expr, last: sp.Expr) -> Chart:
    """The chart that takes the old range's lower end to `first` and its upper end to `last`."""
    return _chart(old, new, inverse, rising, *((first, last) if rising else (last, first)))


def _powers(expression: sp.Expr, y: sp.Symbol, lower: sp.Expr, upper: sp.Expr, name: str) -> Iterator[Chart]:
    """`z = (y/s)**r` for each power of y."""
    if lower == -sp.oo:
        return
    for power in _sorted(expression.atoms(sp.Pow)):
        if not power.base.has(y) or power.exp.has(y) or power.exp == 1:
            continue
        scale = power.base / y
        rising = is_positive(power.exp)
        if scale.has(y) or not (rising or is_negative(power.exp)):
            continue
        z = symbol(name, "positive")
        if (lower, upper) == (0, 1):
            if rising and scale == 1:
                unit = symbol(name, "unit")
                yield _chart(y, unit, unit ** (1 / power.exp), True, sp.Integer(0), sp.Integer(1))
            continue
        ends = [_raised(end, scale, power.exp, bool(rising)) for end in (lower, upper)]
        yield _from_to(y, z, z ** (1 / power.exp) / scale, bool(rising), *ends)


def _raised(end: sp.Expr, scale: sp.Expr, exponent: sp.Expr, rising: bool) -> sp.Expr:
    """`(scale*end)**exponent`."""
    if end in (0, sp.oo):
        return end if rising else sp.oo if end == 0 else sp.Integer(0)
    return open_power(scale * end, exponent)


def _ratios(expression: sp.Expr, y: sp.Symbol, lower: sp.Expr, upper: sp.Expr, name: str) -> Iterator[Chart]:
    """`z = (b/a)*y**r` for a sum `a + b*y**r` with positive a and b; `z = 1 + (b/a)*y` where it is linear."""
    if lower not in (0, -sp.oo):
        return
    for scale, exponent in _scales(expression, y):
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


def _scales(expression: sp.Expr, y: sp.Symbol) -> Iterator[tuple[sp.Expr, sp.Expr]]:
    """(s, r) for each sum `a*(1 + (y/s)**r)` with positive a and s."""
    for total in _sorted(expression.atoms(sp.Add)):
        constant, varying = total.as_independent(y, as_Add=True)
        if constant == 0 or varying.is_Add or not is_positive(constant):
            continue
        factor, power = varying.as_independent(y, as_Add=False)
        base, exponent = power.as_base_exp()
        if base == y and not exponent.has(y) and is_positive(factor):
            yield sp.powdenest((constant / factor) ** (1 / exponent)), exponent


def _shares(expression: sp.Expr, y: sp.Symbol, lower: sp.Expr, upper: sp.Expr, name: str) -> Iterator[Chart]:
    """`u = t/(1 + t)` on (0, upper), or `u = 1/(1 + t)` on (lower, oo), where `t = (y/s)**r`."""
    u = symbol(name, "unit")
    for scale, exponent in _scales(expression, y):
        if is_positive(exponent):
            end = open_power((upper if lower == 0 else lower) / scale, exponent)
            one, other, last = (u, 1 - u, end / (1 + end)) if lower == 0 else (1 - u, u, 1 / (1 + end))
            inverse = scale * one ** (1 / exponent) * other ** (-1 / exponent)
            yield _chart(y, u, inverse, lower == 0, sp.Integer(0), last)


def _logarithms(expression: sp.Expr, y: sp.Symbol, lower: sp.Expr, upper: sp.Expr, name: str) -> Iterator[Chart]:
    """`z = log y` for powers of the logarithm of y, `z = -log y` below an end."""
    if (lower, upper) in (_LINE, (0, 1)):
        return
    if any(log.has(y) for power in expression.atoms(sp.Pow) for log in power.base.atoms(sp.log)):
        real = symbol(name, "real")
        if upper != sp.oo:
            yield _chart(y, real, sp.exp(-real), False, -sp.log(upper), sp.oo)
        else:
            yield _chart(y, real, sp.exp(real), True, -sp.oo if lower == 0 else sp.log(lower), sp.oo)


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
