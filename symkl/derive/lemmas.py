"""Lemmas: the expectation of one statistic, proved by charts and masters, or by enumeration."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise, product

import sympy as sp

from symkl.algebra import density, equal, expand_logs, log_density, standing
from symkl.algebra.branches import settled
from symkl.algebra.logs import expand_powers, exponential
from symkl.algebra.mastering import Diverges, apply_masters, may_apply
from symkl.algebra.masters import Master
from symkl.algebra.rational import arranged
from symkl.algebra.reading import read_statistics
from symkl.algebra.signs import assumed, bearing_on, only
from symkl.algebra.tidy import tidy
from symkl.derive.charts import Chart, anchors, centres, charts
from symkl.derive.pieces import Arrangement, arrangements, kinks, undo
from symkl.derive.rules import cases as case_rule
from symkl.derive.rules import chart, definition, enumeration, linearity, master, simplification
from symkl.errors import Resisted
from symkl.model import Distribution, Expectation, Law, Lemma, Step

__all__ = ["Divergent", "prove", "statement_of"]

#: a finite support longer than this is not enumerated
_LONGEST_ENUMERATION = 64
#: a sum to a power higher than this is not multiplied out
_LARGEST_POWER = 8


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
    parameters = {parameter.symbol for parameter in dist.parameters}
    own, all_ = standing(dist), bearing_on(parameters | statistic.free_symbols)
    # what holds of p alone serves every other distribution too: it is tried first, and remembered
    alone = statistic.free_symbols <= parameters | {dist.variable}
    found = _prove(dist, statistic, own if alone else all_)
    if alone and isinstance(found, tuple) and found[0] is Resisted and set(all_) != set(own):
        found = _prove(dist, statistic, all_)
    if isinstance(found, Lemma):
        return found
    raise found[0](found[1])


@lru_cache(maxsize=512)
def _prove(dist: Distribution, statistic: sp.Expr, given: tuple[sp.Basic, ...]) -> Lemma | tuple[type[Resisted], str]:
    """What resists is remembered like what is proved: looking in vain takes longest."""
    with only(given):
        try:
            return _proved(dist, statistic)
        except Resisted as error:
            return type(error), str(error)


def _proved(dist: Distribution, statistic: sp.Expr) -> Lemma:
    lower, upper = dist.support
    if dist.kind == "discrete" and lower.is_Integer and upper.is_Integer and upper - lower <= _LONGEST_ENUMERATION:
        return _enumerated(dist, statistic)
    log_p = log_density(dist)
    given = tuple(dict.fromkeys((*standing(dist), *assumed())))
    if dist.kind == "discrete":
        return _in_order(dist, statistic, log_p, Arrangement((lower, upper), given=given))
    x = dist.variable
    bends = kinks(log_p, statistic, x)
    try:
        return _in_all_orders(dist, statistic, log_p, arrangements(lower, upper, bends, given))
    except Resisted as error:
        middle = next(iter(centres(log_p, x)), sp.Integer(0))
        if (lower, upper) != (-sp.oo, sp.oo) or middle in bends:
            raise
        try:
            return _in_all_orders(dist, statistic, log_p, arrangements(lower, upper, [*bends, middle], given))
        except Resisted as later:
            raise (later if isinstance(later, Divergent) else error) from None


def _in_all_orders(dist: Distribution, statistic: sp.Expr, log_p: sp.Expr, orders: list[Arrangement]) -> Lemma:
    found = [_in_order(dist, statistic, log_p, order) for order in orders]
    return found[0] if len(found) == 1 else _joined(dist, statistic, found, orders)


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
    discrete = dist.kind == "discrete"
    statistic, log_p = (settled(e, dist.variable, lower, upper, given) for e in (statistic, log_p))
    for proposal in _lattice(dist) if discrete else _proposals(statistic, log_p, dist.variable, lower, upper, given):
        try:
            piece = _try(statistic, log_p, proposal, given, discrete)
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


def _proposals(
    statistic: sp.Expr, log_p: sp.Expr, x: sp.Symbol, lower: sp.Expr, upper: sp.Expr, given: tuple[sp.Basic, ...]
) -> Iterator[Chart]:
    """The charts that the log-density proposes, then those that the statistic does."""
    seen: set[sp.Expr] = set()
    names = _free_names(log_p, statistic)
    for source, of_density in ((log_p, True), (statistic, False)):
        for found in _charts_of(source, x, lower, upper, given, names, of_density):
            if found.inverse not in seen:
                seen.add(found.inverse)
                yield found


def _free_names(*expressions: sp.Expr) -> tuple[str, str]:
    taken = {s.name for e in expressions for s in e.free_symbols}
    first, second = [n for n in ("z", "t", "u", "w", "z_1", "z_2", "z_3") if n not in taken][:2]
    return first, second


@lru_cache(maxsize=1024)
def _charts_of(
    source: sp.Expr,
    x: sp.Symbol,
    lower: sp.Expr,
    upper: sp.Expr,
    given: tuple[sp.Basic, ...],
    names: tuple[str, str],
    of_density: bool,
) -> tuple[Chart, ...]:
    found = []
    for anchor in anchors(source, x, lower, upper, names[0], tails=of_density):
        moved = settled(_moved(source, anchor), anchor.new, anchor.lower, anchor.upper, given)
        name = names[1] if anchor.new != x else names[0]
        # arguments such as sigma + xi*(z - sigma/xi) show their powers of z only when multiplied out
        moved = expand_logs(moved)
        proposed = charts(moved, anchor.new, anchor.lower, anchor.upper, name, parts=of_density)
        found += [second.after(anchor) for second in proposed]
    return tuple(found)


def _lattice(dist: Distribution) -> list[Chart]:
    lower, upper = dist.support
    x = dist.variable
    found = [] if lower == -sp.oo else [Chart(x, x, x, sp.Integer(1), lower, upper)]
    if lower not in (0, -sp.oo):
        z = sp.Symbol("z", integer=True, nonnegative=True)
        found.append(Chart(x, z, lower + z, sp.Integer(1), sp.Integer(0), upper - lower))
    return found


def _moved(expression: sp.Expr, c: Chart) -> sp.Expr:
    if c.inverse == c.old:
        return expression
    moved = expand_powers(expression.xreplace({c.old: c.inverse}))
    if not c.inverse.has(sp.log):
        return moved
    # exp((a + b*log(z))/b) is exp(a/b)*z
    return moved.replace(
        lambda node: isinstance(node, sp.exp) and node.has(c.new) and node.has(sp.log),
        lambda node: exponential(sp.expand(node.args[0])),
    )


def _try(statistic: sp.Expr, log_p: sp.Expr, c: Chart, given: tuple[sp.Basic, ...], discrete: bool) -> _Piece | None:
    z = c.new
    density_here = _density_in(log_p, c, given, discrete)
    if density_here is None:
        return None
    statistic_here = expand_logs(settled(_moved(statistic, c), z, c.lower, c.upper, given))
    terms: list[tuple[sp.Expr, sp.Expr]] = []
    values: list[sp.Expr] = []
    masters: list[Master] = []
    conditions: list[sp.Basic] = []
    divergent = 0
    for factor, coefficient in read_statistics(statistic_here, z).items():
        if not all(_known(s, z) for s in factor.atoms(sp.log)):
            return None
        for integrand in _products(factor * density_here, z, c, discrete, given):
            try:
                applied = apply_masters(integrand, z, c.lower, c.upper, discrete=discrete, given=given)
            except Diverges:
                divergent += 1
                continue
            if applied is None:
                return None
            terms.append((coefficient, integrand))
            values.append(coefficient * applied.value)
            masters.append(applied.master)
            conditions += applied.conditions
    if divergent == 1:  # all else is finite; of two that diverge the sum may be finite
        raise Diverges
    if divergent:
        return None
    return _Piece(c, statistic_here * density_here, tuple(terms), tuple(values), tuple(masters), tuple(conditions))


def _products(
    integrand: sp.Expr, z: sp.Symbol, c: Chart, discrete: bool, given: tuple[sp.Basic, ...]
) -> tuple[sp.Expr, ...]:
    """The integrand, or its terms where powers of a sum in it have to be multiplied out before a master reads it."""
    opened = [f for f in sp.Mul.make_args(integrand) if _polynomial_power(f, z)]
    if not opened or _read_whole(integrand, z, c, discrete, given):
        return (integrand,)
    rest = integrand / sp.Mul(*opened)
    return tuple(term * rest for term in sp.Add.make_args(sp.expand(sp.Mul(*opened))))


def _read_whole(integrand: sp.Expr, z: sp.Symbol, c: Chart, discrete: bool, given: tuple[sp.Basic, ...]) -> bool:
    try:
        return apply_masters(integrand, z, c.lower, c.upper, discrete=discrete, given=given) is not None
    except Diverges:
        return True


def _polynomial_power(factor: sp.Expr, z: sp.Symbol) -> bool:
    base, exponent = factor.as_base_exp()
    return bool(base.is_Add and base.is_polynomial(z) and exponent.is_Integer and 0 < exponent <= _LARGEST_POWER)


@lru_cache(maxsize=2048)
def _density_in(log_p: sp.Expr, c: Chart, given: tuple[sp.Basic, ...], discrete: bool) -> sp.Expr | None:
    """The density in the chart's variable with its Jacobian, or None where no master could have such a factor."""
    log_here = settled(_moved(log_p, c), c.new, c.lower, c.upper, given)
    exponent = expand_logs(log_here) + expand_logs(sp.log(c.jacobian))
    if not all(_known(log, c.new) for log in exponent.atoms(sp.log)):
        return None
    found = _as_product(exponent, c.new)
    return found if may_apply(found, c.new, c.lower, c.upper, discrete=discrete) else None


def _known(log: sp.Expr, z: sp.Symbol) -> bool:
    """Whether a logarithm is free of z or one that masters have: of a polynomial, or of a gamma function."""
    return not log.has(z) or log.args[0].is_polynomial(z) or isinstance(log.args[0], sp.gamma)


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
            branches.append((tidy(ended.subs(dict(undo(order.substitution)))), sp.And(*order.when)))
        if len(branches) == 2:  # the second case is what the first is not
            branches[-1] = (branches[-1][0], sp.true)
        value = sp.Piecewise(*branches)
    steps: tuple[Step, ...] = tuple(step for lemma in found for step in lemma.steps)
    steps += (case_rule.join(statement, value, values),)
    masters = tuple(dict.fromkeys(name for lemma in found for name in lemma.masters))
    return Lemma(statement, value, conditions, found[0].method + ", by cases", masters, steps)
