"""Lemmas: the expectation of one statistic, proved by charts and masters, or by enumeration."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise, product

import sympy as sp

from symkl.algebra import density, equal, expand_logs, log_density, standing
from symkl.algebra.absolute import resolve_abs
from symkl.algebra.logs import exponential
from symkl.algebra.mastering import Diverges, apply_masters
from symkl.algebra.masters import Master
from symkl.algebra.rational import arranged
from symkl.algebra.reading import read_statistics
from symkl.algebra.signs import assumed
from symkl.algebra.tidy import tidy
from symkl.derive.charts import Chart, anchors, charts
from symkl.derive.pieces import Arrangement, arrangements, kinks, undo
from symkl.derive.rules import cases as case_rule
from symkl.derive.rules import chart, definition, enumeration, linearity, master, simplification
from symkl.errors import Resisted
from symkl.model import Distribution, Expectation, Law, Lemma, Step

__all__ = ["Divergent", "prove", "statement_of"]

#: a finite support longer than this is not enumerated
_LONGEST_ENUMERATION = 64


class Divergent(Resisted):
    """The expectation is not finite: a master's condition fails everywhere on the domains."""


@dataclass(frozen=True)
class _Piece:
    """One piece's chart, the integrals it splits into (coefficient, product), and their values."""

    chart: Chart
    whole: sp.Expr
    terms: tuple[tuple[sp.Expr, sp.Expr], ...]
    values: tuple[sp.Expr, ...]
    masters: tuple[Master, ...]
    conditions: tuple[sp.Basic, ...]


def statement_of(dist: Distribution, statistic: sp.Expr) -> Expectation:
    """`E_p[statistic]`, inert."""
    return Expectation(statistic, dist.variable, Law(dist.role))


def prove(dist: Distribution, statistic: sp.Expr) -> Lemma:
    """The lemma `E_p[statistic] = value`. Raises Resisted where no chart leads to masters, Divergent where it is oo."""
    return _prove(dist, statistic, assumed())


@lru_cache(maxsize=256)
def _prove(dist: Distribution, statistic: sp.Expr, _: tuple[sp.Basic, ...]) -> Lemma:
    lower, upper = dist.support
    if dist.kind == "discrete" and lower.is_Integer and upper.is_Integer and upper - lower <= _LONGEST_ENUMERATION:
        return _enumerated(dist, statistic)
    log_p = log_density(dist)
    given = standing(dist)
    inner = [] if dist.kind == "discrete" else kinks(log_p + statistic, dist.variable)
    orders = arrangements(lower, upper, inner, given)
    found = [_in_order(dist, statistic, log_p, order) for order in orders]
    if len(found) == 1:
        return found[0]
    return _joined(dist, statistic, found, orders)


def _enumerated(dist: Distribution, statistic: sp.Expr) -> Lemma:
    statement = statement_of(dist, statistic)
    step = enumeration.apply(statement, dist)
    value = tidy(step.after)
    if not value.is_finite and value.has(sp.nan, sp.zoo, sp.oo):
        raise Divergent(f"{statement}: a point of the support carries an infinite value")
    steps = (step, *simplification.apply(step.after, value))
    return Lemma(statement, value, (), "enumeration of the support", (), steps)


def _in_order(dist: Distribution, statistic: sp.Expr, log_p: sp.Expr, order: Arrangement) -> Lemma:
    put = dict(order.substitution)
    statistic_here, log_here = (e.subs(put) for e in (statistic, log_p))
    density_here = density(dist).subs(put)
    statement = statement_of(dist, statistic_here)
    ends = order.points
    pieces = [_piece(dist, statistic_here, log_here, low, high, order.given) for low, high in pairwise(ends)]
    discrete = dist.kind == "discrete"
    first = definition.as_integral(statement, density_here, ends[0], ends[-1], discrete, order.substitution)
    steps = [first]
    steps += chart.apply(steps[-1].after, [(p.chart, p.whole) for p in pieces], discrete)
    steps += linearity.of_integrals(steps[-1].after, [(p.chart, p.terms) for p in pieces], discrete)
    raw = sp.Add(*(v for p in pieces for v in p.values))
    masters = tuple(dict.fromkeys(m for p in pieces for m in p.masters))
    steps += master.apply(steps[-1].after, raw, masters)
    value = tidy(raw)
    steps += simplification.apply(steps[-1].after, value)
    conditions = tuple(dict.fromkeys(c for p in pieces for c in p.conditions))
    moved = any(p.chart.inverse != p.chart.old for p in pieces)
    method = ("change of variable, then " if moved else "") + " and ".join(m.title for m in masters)
    return Lemma(statement, value, conditions, method, tuple(m.name for m in masters), tuple(steps))


def _piece(
    dist: Distribution, statistic: sp.Expr, log_p: sp.Expr, lower: sp.Expr, upper: sp.Expr, given: tuple[sp.Basic, ...]
) -> _Piece:
    """The first chart in which every term of the integrand is read by a master."""
    diverges, second_best = False, None
    taken = {s.name for s in (log_p.free_symbols | statistic.free_symbols)}
    first_name, second_name = [n for n in ("z", "t", "u", "w", "z_1", "z_2", "z_3") if n not in taken][:2]
    discrete = dist.kind == "discrete"
    x = dist.variable
    for anchor in anchors(log_p + statistic, x, lower, upper, first_name) if not discrete else _lattice(dist):
        inside = resolve_abs(_moved(log_p + statistic, anchor), anchor.new, anchor.lower, anchor.upper, given)
        name = second_name if anchor.new != x else first_name
        seconds = charts(inside, anchor.new, anchor.lower, anchor.upper, name) if not discrete else [None]
        for second in seconds:
            whole = second.after(anchor) if second is not None else anchor
            try:
                piece = _try(statistic, log_p, whole, given, discrete)
            except Diverges:
                diverges = True
                continue
            if piece is not None and not any(m.last_resort for m in piece.masters):
                return piece
            second_best = second_best or piece
    if second_best is not None:
        return second_best
    statement = statement_of(dist, statistic)
    if diverges:
        raise Divergent(str(statement))
    raise Resisted(str(statement))


def _lattice(dist: Distribution) -> list[Chart]:
    lower, upper = dist.support
    x = dist.variable
    if lower == 0:
        return [Chart(x, x, x, sp.Integer(1), lower, upper)]
    z = sp.Symbol("z", integer=True, nonnegative=True)
    return [Chart(x, z, lower + z, sp.Integer(1), sp.Integer(0), upper - lower)]


def _moved(expression: sp.Expr, c: Chart) -> sp.Expr:
    return expression if c.inverse == c.old else expression.subs(c.old, c.inverse)


def _try(statistic: sp.Expr, log_p: sp.Expr, c: Chart, given: tuple[sp.Basic, ...], discrete: bool) -> _Piece | None:
    z = c.new
    log_here = resolve_abs(_moved(log_p, c), z, c.lower, c.upper, given)
    exponent = expand_logs(log_here) + expand_logs(sp.log(c.jacobian))
    density_here = _as_product(exponent, z)
    statistic_here = expand_logs(resolve_abs(_moved(statistic, c), z, c.lower, c.upper, given))
    terms: list[tuple[sp.Expr, sp.Expr]] = []
    values: list[sp.Expr] = []
    masters: list[Master] = []
    conditions: list[sp.Basic] = []
    for factor, coefficient in read_statistics(statistic_here, z).items():
        integrand = factor * density_here
        applied = apply_masters(integrand, z, c.lower, c.upper, discrete=discrete, given=given)
        if applied is None:
            return None
        terms.append((coefficient, integrand))
        value = coefficient * applied.value
        values.append(tidy(value) if applied.master.additive else value)
        masters.append(applied.master)
        conditions += applied.conditions
    return _Piece(c, statistic_here * density_here, tuple(terms), tuple(values), tuple(masters), tuple(conditions))


def _as_product(exponent: sp.Expr, z: sp.Symbol) -> sp.Expr:
    """`exp(sum)` with `exp(c*log(z))` => `z**c`, the rest in one exponential."""
    outer: sp.Expr = sp.Integer(1)
    inner: sp.Expr = sp.Integer(0)
    for statistic, coefficient in read_statistics(exponent, z).items():
        if statistic == 1:
            plain = sp.Add(*(t for t in sp.Add.make_args(coefficient) if not t.has(sp.log, sp.loggamma)))
            outer *= exponential(coefficient - plain) * sp.exp(arranged(plain))
        elif isinstance(statistic, sp.log):
            outer *= statistic.args[0] ** coefficient
        elif isinstance(statistic, sp.loggamma):
            outer *= sp.gamma(statistic.args[0]) ** coefficient
        elif coefficient.has(sp.log):  # exp(k*log(b)) is written b**k
            outer *= exponential(sp.expand(coefficient * statistic))
        else:
            inner += arranged(coefficient) * statistic
    return outer * sp.exp(inner)


def _joined(dist: Distribution, statistic: sp.Expr, found: list[Lemma], orders: list[Arrangement]) -> Lemma:
    """One value for all orders where they agree in absolute values, else a value for each."""
    statement = statement_of(dist, statistic)
    conditions = tuple(dict.fromkeys(c for lemma in found for c in lemma.conditions))
    values = [lemma.value for lemma in found if lemma.value is not None]
    for ended, order in product(values, orders):
        back = {gap: sp.Abs(e) for gap, e in undo(order.substitution)}
        candidate = ended.subs(back)
        if candidate.free_symbols & set(back):
            continue
        if all(equal(candidate.subs(dict(o.substitution)), v) for v, o in zip(values, orders, strict=True)):
            value = candidate
            break
    else:
        branches = []
        for ended, order in zip(values, orders, strict=True):
            branches.append((ended.subs(dict(undo(order.substitution))), sp.And(*order.when)))
        value = sp.Piecewise(*branches[:-1], (branches[-1][0], True))
    steps: tuple[Step, ...] = tuple(step for lemma in found for step in lemma.steps)
    steps += (case_rule.join(statement, value, values),)
    masters = tuple(dict.fromkeys(name for lemma in found for name in lemma.masters))
    return Lemma(statement, value, conditions, found[0].method + ", by cases", masters, steps)
