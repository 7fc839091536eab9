"""Applying a master: an integral or sum of a term whose exponent is linear in the master's statistics."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import sympy as sp

from symkl.algebra.conditions import normal_condition
from symkl.algebra.logs import exponential
from symkl.algebra.masters import ETA, MASTERS, SHAPE, WIDTH, Master, Z
from symkl.algebra.rational import arranged
from symkl.algebra.reading import Term, linear_in, log_gamma_argument, read_product
from symkl.algebra.signs import holds

__all__ = ["Applied", "Diverges", "apply_masters"]


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


def _apply(
    master: Master, term: Term, z: sp.Symbol, lower: sp.Expr, upper: sp.Expr, given: tuple[sp.Basic, ...]
) -> Applied | None:
    exponent = dict(term.exponent)
    powers = dict(term.powers)
    shape = _take_fixed(master, exponent, z)
    if shape is None:
        return None
    width = _match_domain(master, lower, upper, shape.get(SHAPE))
    if width is None:
        return None
    at_z = [b.xreplace({Z: z}) for b in master.basis]
    at_z = [sp.log(b.args[0]) if isinstance(b, sp.log) else b for b in at_z]
    # z**n where the master has no log z: a derivative in the coefficient of z
    if sp.log(z) in exponent and sp.log(z) not in at_z and z in at_z:
        n = exponent.pop(sp.log(z))
        if not (n.is_Integer and n > 0):
            return None
        powers[z] = powers.get(z, 0) + int(n)
    if any(statistic not in at_z for statistic in (*exponent, *powers)):
        return None
    if master.name == "exponential_interval" and not exponent:
        return None
    numbers = {eta: arranged(exponent.get(b, sp.Integer(0))) for eta, b in zip(ETA, at_z, strict=False)}
    put = {**shape, **width}
    parameters = {p: e.subs(numbers, simultaneous=True) for p, e in master.parameters.items()}
    open_conditions = []
    for condition in master.conditions:
        concrete = normal_condition(condition.subs({**parameters, **put}, simultaneous=True))
        known = holds(concrete, given)
        if known is False:
            raise Diverges
        if known is None:
            open_conditions.append(concrete)
    orders = tuple(powers.get(b, 0) for b in at_z)
    log_value, polynomial = _value(master.name, orders)
    values = {**numbers, **put}
    value = term.coefficient * exponential(log_value.subs(values, simultaneous=True))
    return Applied(value * polynomial.subs(values, simultaneous=True), master, tuple(open_conditions))


@lru_cache(maxsize=512)
def _value(name: str, orders: tuple[int, ...]) -> tuple[sp.Expr, sp.Expr]:
    """(A, P) with d^orders exp(A) / d eta = exp(A) * P, A the master's log-value in its coefficients."""
    master = next(m for m in MASTERS if m.name == name)
    log_value = master.log_value.subs(master.parameters, simultaneous=True)
    if master.additive:
        whole = sp.exp(log_value)
        for eta, order in zip(ETA, orders, strict=False):
            whole = sp.diff(whole, eta, order) if order else whole
        return sp.Integer(0), sp.expand(whole)
    polynomial: sp.Expr = sp.Integer(1)
    for eta, order in zip(ETA, orders, strict=False):
        slope = sp.diff(log_value, eta)
        for _ in range(order):
            polynomial = sp.expand(slope * polynomial + sp.diff(polynomial, eta))
    return log_value, polynomial


def _match_domain(
    master: Master, lower: sp.Expr, upper: sp.Expr, shape: sp.Expr | None
) -> dict[sp.Symbol, sp.Expr] | None:
    low, high = master.domain
    if lower != low:
        return None
    if high == WIDTH:
        return {WIDTH: upper} if upper.is_finite or (upper.is_positive and upper != sp.oo) else None
    if high == SHAPE:
        return {} if upper == shape else None
    return {} if upper == high else None


def _take_fixed(master: Master, exponent: dict[sp.Expr, sp.Expr], z: sp.Symbol) -> dict[sp.Symbol, sp.Expr] | None:
    """Take the master's fixed part out of the exponent; what its shape turns out to be, or None if it is not there."""
    if master.fixed == 0:
        return {}
    wanted = [term.as_coeff_Mul() for term in sp.Add.make_args(master.fixed)]
    shape: dict[sp.Symbol, sp.Expr] = {}
    for number, pattern in sorted(wanted, key=lambda w: w[1].has(SHAPE)):
        slope = sp.diff(pattern.args[0], Z)
        for statistic in list(exponent):
            argument = log_gamma_argument(statistic)
            if argument is None or exponent[statistic] != number:
                continue
            line = linear_in(argument, z)
            if line is None or line[0] != slope:
                continue
            rest = pattern.args[0].xreplace({Z: sp.Integer(0)})
            if not rest.has(SHAPE):
                if line[1] != rest:
                    continue
            else:
                shape[SHAPE] = line[1] - rest.xreplace({SHAPE: sp.Integer(0)})
            del exponent[statistic]
            break
        else:
            return None
    return shape
