"""Applying a master: an integral or sum of a term whose exponent is linear in the master's statistics."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import sympy as sp
from sympy.core.function import ArgumentIndexError

from symkl.algebra.conditions import normal_condition
from symkl.algebra.logs import exponential
from symkl.algebra.masters import ETA, HIGH, LOW, MASTERS, QUADRATIC, SHAPE, WIDTH, Master, Z
from symkl.algebra.rational import arranged
from symkl.algebra.reading import Term, linear_in, log_gamma_argument, read_product
from symkl.algebra.signs import holds
from symkl.algebra.special import half_integer_bessels
from symkl.algebra.trigonometry import pythagorean
from symkl.model.special import zeta_derivative

__all__ = ["Applied", "Diverges", "apply_masters", "may_apply"]


@dataclass(frozen=True)
class Applied:
    """The value of one integral, the master that gives it, and the conditions that the domains do not discharge."""

    value: sp.Expr
    master: Master
    conditions: tuple[sp.Basic, ...]


class Diverges(Exception):
    """A master's condition fails everywhere on the domains: the integral of this (one-signed) term diverges."""


def apply_masters(
    integrand: sp.Expr,
    z: sp.Symbol,
    lower: sp.Expr,
    upper: sp.Expr,
    *,
    discrete: bool = False,
    given: Iterable[sp.Basic] = (),
) -> Applied | None:
    """The value of the integral (or sum) of a product over (lower, upper), or None where no master reads it.

    Raises Diverges where a master reads it and one of its conditions is False.
    """
    term = read_product(integrand, z)
    if term is None:
        return None
    given = tuple(given)
    diverges = False
    for master in MASTERS:
        if master.discrete != discrete:
            continue
        try:
            applied = _apply(master, term, z, lower, upper, given)
        except Diverges:
            diverges = True
            continue
        if applied is not None:
            return applied
    if diverges:
        raise Diverges
    return None


def may_apply(integrand: sp.Expr, z: sp.Symbol, lower: sp.Expr, upper: sp.Expr, *, discrete: bool = False) -> bool:
    """Whether some master on such a range has the integrand's statistics: a statistic may come to it as a factor."""
    term = read_product(integrand, z)
    if term is None:
        return False
    # a power of a polynomial can be multiplied out
    statistics = {s for s, n in term.exponent.items() if not (isinstance(s, sp.log) and n.is_Integer and n > 0)}
    return any(
        master.discrete == discrete and _may_match(master, lower, upper) and _covers(master, statistics, z)
        for master in MASTERS
    )


def _covers(master: Master, statistics: set[sp.Expr], z: sp.Symbol) -> bool:
    known = {*_basis(master.name, z), *_fixed(master.name, z)}
    if z in known:
        known.add(sp.log(z))
    return all(s in known or log_gamma_argument(s) is not None for s in statistics)


@lru_cache(maxsize=512)
def _fixed(name: str, z: sp.Symbol) -> tuple[sp.Expr, ...]:
    return tuple(t.as_coeff_Mul()[1].xreplace({Z: z}) for t in sp.Add.make_args(_ROWS[name].fixed))


def _apply(
    master: Master, term: Term, z: sp.Symbol, lower: sp.Expr, upper: sp.Expr, given: tuple[sp.Basic, ...]
) -> Applied | None:
    if not _may_match(master, lower, upper):
        return None
    exponent, powers = dict(term.exponent), dict(term.powers)
    put = _take_fixed(master, exponent, z)
    if put is None:
        return None
    range_ = _match_domain(master, lower, upper, put.get(SHAPE))
    if range_ is None:
        return None
    put |= range_
    at_z = _basis(master.name, z)
    # z**n where the master has no log z: a derivative in the coefficient of z, or a part of the weight
    if sp.log(z) in exponent and sp.log(z) not in at_z:
        n = exponent.pop(sp.log(z))
        if not (n.is_Integer and n > 0):
            return None
        powers[z] = powers.get(z, 0) + int(n)
    weight = _take_weight(master, powers, z)
    if weight is None or any(statistic not in at_z for statistic in (*exponent, *powers)):
        return None
    if master.nonzero and not exponent:
        return None
    put |= weight
    numbers = {eta: arranged(exponent.get(b, sp.Integer(0))) for eta, b in zip(ETA, at_z, strict=False)}
    parameters = {p: pythagorean(e.xreplace(numbers)) for p, e in master.parameters.items()}
    for condition in master.ends:
        if holds(condition.xreplace({**parameters, **put}), given) is not True:
            return None
    open_conditions = []
    for condition in master.conditions:
        concrete = normal_condition(condition.xreplace({**parameters, **put}))
        known = holds(concrete, given)
        if known is False:
            if isinstance(condition, sp.Ne):
                return None
            raise Diverges
        if known is None:
            open_conditions.append(concrete)
    found = _value(master.name, tuple(powers.get(b, 0) for b in at_z))
    if found is None:
        return None
    log_value, rest = found
    values = {**numbers, **put, **parameters}
    value = term.coefficient * exponential(log_value.xreplace(values))
    value = _readable(value * pythagorean(rest.xreplace(values)))
    return Applied(value, master, tuple(open_conditions))


def _readable(value: sp.Expr) -> sp.Expr:
    value = value.replace(zeta_derivative, lambda n, s: sp.zeta(s) if n == 0 else zeta_derivative(n, s))
    return half_integer_bessels(value)


@lru_cache(maxsize=512)
def _basis(name: str, z: sp.Symbol) -> tuple[sp.Expr, ...]:
    return tuple(b.xreplace({Z: z}) for b in _ROWS[name].basis)


@lru_cache(maxsize=512)
def _value(name: str, orders: tuple[int, ...]) -> tuple[sp.Expr, sp.Expr] | None:
    """(A, P) with d^orders of the master's value in its coefficients equal to exp(A) * P, in the row's parameters.

    None where a derivative has no name.
    """
    try:
        found = _derivatives(_ROWS[name], orders)
    except ArgumentIndexError:
        return None
    return None if any(part.has(sp.Derivative, sp.meijerg) for part in found) else found


def _derivatives(master: Master, orders: tuple[int, ...]) -> tuple[sp.Expr, sp.Expr]:
    slopes = [{p: sp.diff(e, eta) for p, e in master.parameters.items()} for eta in ETA]

    def derivative(expression: sp.Expr, which: int) -> sp.Expr:
        chain = sp.Add(*(sp.diff(expression, p) * slope for p, slope in slopes[which].items()))
        return chain + sp.diff(expression, ETA[which])

    if master.value is not None:
        whole = master.value
        for which, order in enumerate(orders):
            for _ in range(order):
                whole = derivative(whole, which)
        return sp.Integer(0), sp.expand(whole) if any(orders) else whole
    assert master.log_value is not None
    polynomial: sp.Expr = sp.Integer(1)
    for which, order in enumerate(orders):
        slope = derivative(master.log_value, which)
        for _ in range(order):
            polynomial = sp.expand(slope * polynomial + derivative(polynomial, which))
    return master.log_value, polynomial


_ROWS = {master.name: master for master in MASTERS}


def _may_match(master: Master, lower: sp.Expr, upper: sp.Expr) -> bool:
    low, high = master.domain
    return (low in (LOW, lower)) and (high != sp.oo) == (upper != sp.oo)


def _match_domain(
    master: Master, lower: sp.Expr, upper: sp.Expr, shape: sp.Expr | None
) -> dict[sp.Symbol, sp.Expr] | None:
    low, high = master.domain
    put: dict[sp.Symbol, sp.Expr] = {}
    if low == LOW:
        if not lower.is_finite and lower.is_infinite is not False:
            return None
        put[LOW] = lower
    elif lower != low:
        return None
    if high in (WIDTH, HIGH):
        if upper == sp.oo:
            return None
        put[high] = upper
    elif high == SHAPE:
        return put if upper == shape else None
    elif sp.expand(high.subs(put) - upper) != 0 if high != sp.oo else upper != sp.oo:
        return None
    return put


def _take_fixed(master: Master, exponent: dict[sp.Expr, sp.Expr], z: sp.Symbol) -> dict[sp.Symbol, sp.Expr] | None:
    """Take the master's fixed part out of the exponent; what its shape turns out to be, or None if it is not there."""
    if master.fixed == 0:
        return {}
    wanted = [term.as_coeff_Mul() for term in sp.Add.make_args(master.fixed)]
    shape: dict[sp.Symbol, sp.Expr] = {}
    for number, pattern in sorted(wanted, key=lambda w: w[1].has(SHAPE)):
        for statistic in list(exponent):
            found = _same(pattern, statistic, z)
            if found is not None and _take(exponent, statistic, number, isinstance(pattern, sp.loggamma)):
                shape |= found
                break
        else:
            return None
    return shape


def _take(exponent: dict[sp.Expr, sp.Expr], statistic: sp.Expr, number: sp.Expr, whole: bool) -> bool:
    """Take `number` times the statistic out; where it is z itself under the log, a whole power may remain."""
    left = exponent[statistic] - number
    if left == 0:
        del exponent[statistic]
        return True
    if whole or not (left.is_Integer and left > 0 and isinstance(statistic, sp.log) and statistic.args[0].is_Symbol):
        return False
    exponent[statistic] = left
    return True


def _same(pattern: sp.Expr, statistic: sp.Expr, z: sp.Symbol) -> dict[sp.Symbol, sp.Expr] | None:
    """What the shape is if the statistic is the pattern at z; None if it is not."""
    if not isinstance(pattern, sp.loggamma):
        return {} if statistic == pattern.xreplace({Z: z}) else None
    argument = log_gamma_argument(statistic)
    line = linear_in(argument, z) if argument is not None else None
    if line is None or line[0] != sp.diff(pattern.args[0], Z):
        return None
    rest = pattern.args[0].xreplace({Z: sp.Integer(0)})
    if rest.has(SHAPE):
        return {SHAPE: line[1] - rest.xreplace({SHAPE: sp.Integer(0)})}
    return {} if line[1] == rest else None


def _take_weight(master: Master, powers: dict[sp.Expr, int], z: sp.Symbol) -> dict[sp.Symbol, sp.Expr] | None:
    """Take the master's weight out of the powers; the coefficients of its polynomial, or None if it is not there."""
    if master.weight == 1:
        return {}
    statistic, power = master.weight.as_base_exp()
    if not statistic.has(*QUADRATIC):
        here = statistic.xreplace({Z: z})
        left = powers.get(here, 0) - int(power)
        if left < 0:
            return None
        powers.pop(here)
        if left:
            powers[here] = left
        return {}
    names = tuple(q for q in QUADRATIC if statistic.has(q))
    for found in list(powers):
        if powers[found] == power and isinstance(found, sp.log) and found.args[0].is_polynomial(z):
            coefficients = sp.Poly(found.args[0], z).all_coeffs()
            if len(coefficients) == len(names):
                del powers[found]
                return dict(zip(names, (sp.factor(c) for c in coefficients), strict=True))
    return None
