"""Reading an integrand: a product as powers, statistics and an exponential of statistics of one variable."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from symkl.algebra.logs import expand_logs, exponential

__all__ = ["Term", "expand_terms", "linear_in", "log_gamma_argument", "read_product", "read_statistics"]


@dataclass(frozen=True)
class Term:
    """`coefficient * prod_k powers[k] * exp(sum_k exponent[k])`: each a map from a statistic of z to its number."""

    coefficient: sp.Expr
    exponent: dict[sp.Expr, sp.Expr]
    powers: dict[sp.Expr, int]


def linear_in(expression: sp.Expr, z: sp.Symbol) -> tuple[sp.Expr, sp.Expr] | None:
    """(slope, intercept) of an expression that is linear in z, both free of z; None for any other."""
    slope = sp.diff(expression, z)
    if slope.has(z):
        slope = sp.expand(slope)
        if slope.has(z):
            return None
    return slope, sp.expand(expression - slope * z)


def log_gamma_argument(statistic: sp.Expr) -> sp.Expr | None:
    """A of `loggamma(a)`, which SymPy writes as `log(gamma(a))` where a is an integer; None for any other."""
    if isinstance(statistic, sp.loggamma):
        return statistic.args[0]
    if isinstance(statistic, sp.log) and isinstance(statistic.args[0], sp.gamma):
        return statistic.args[0].args[0]
    return None


def expand_terms(expression: sp.Expr) -> sp.Expr:
    """The expression multiplied out into terms; arguments of functions stay as they are, but of exp, sin and cos."""
    masks: dict[sp.Expr, sp.Expr] = {}
    products: dict[sp.Expr, sp.Expr] = {}
    for node in _outermost(expression):
        parts = _opened(node)
        for part in parts:
            masks.setdefault(part, sp.Dummy(positive=part.is_positive or None, real=True))
        products[node] = sp.Mul(*(masks[part] for part in parts))
    if any(isinstance(node, (sp.sin, sp.cos)) for node in masks):
        return sp.expand(expression.replace(lambda node: isinstance(node, (sp.sin, sp.cos)), sp.expand_trig))
    opened = sp.expand(expression.xreplace(products), power_exp=False, log=False)
    return opened.xreplace({mask: node for node, mask in masks.items()})


def _opened(node: sp.Expr) -> tuple[sp.Expr, ...]:
    """`exp(a + b)` => `exp(a)`, `exp(b)`."""
    if not isinstance(node, sp.exp):
        return (node,)
    return tuple(sp.exp(term) for term in sp.Add.make_args(expand_terms(node.args[0])))


def _outermost(expression: sp.Expr) -> set[sp.Expr]:
    """The nodes whose insides are not terms: functions, cases, sums to powers that are no integers."""
    fractional = isinstance(expression, sp.Pow) and expression.base.is_Add and not expression.exp.is_Integer
    if fractional or isinstance(expression, (sp.Function, sp.Piecewise)):
        return {expression}
    return set().union(*(_outermost(arg) for arg in expression.args)) if expression.args else set()


def read_statistics(expression: sp.Expr, z: sp.Symbol) -> dict[sp.Expr, sp.Expr]:
    """A sum as a map from statistics of z (1 for the constant part) to coefficients that are free of z."""
    found: dict[sp.Expr, sp.Expr] = {}
    for term in sp.Add.make_args(expand_terms(expand_logs(expression))):
        coefficient, statistic = term.as_independent(z, as_Add=False)
        found[statistic] = found.get(statistic, sp.Integer(0)) + coefficient
    return {statistic: coefficient for statistic, coefficient in found.items() if coefficient != 0}


def read_product(expression: sp.Expr, z: sp.Symbol) -> Term | None:
    """The product as a `Term`, or None where a factor is of another kind."""
    coefficient: sp.Expr = sp.Integer(1)
    exponent: dict[sp.Expr, sp.Expr] = {}
    powers: dict[sp.Expr, int] = {}

    def raise_by(sum_of_statistics: sp.Expr) -> None:
        nonlocal coefficient
        for statistic, number in read_statistics(sum_of_statistics, z).items():
            if statistic == 1:
                coefficient *= exponential(number)
            else:
                exponent[statistic] = exponent.get(statistic, sp.Integer(0)) + number

    for factor in sp.Mul.make_args(expression):
        if not factor.has(z):
            coefficient *= factor
            continue
        base, power = factor.as_base_exp()
        if isinstance(factor, sp.exp):
            raise_by(factor.args[0])
        elif not base.has(z):  # b**z
            raise_by(power * expand_logs(sp.log(base)))
        elif power.has(z):
            return None
        elif isinstance(base, (sp.log, sp.sin, sp.cos)) and power.is_Integer and power > 0:
            powers[base] = powers.get(base, 0) + int(power)
        elif isinstance(base, sp.gamma):
            raise_by(power * sp.loggamma(base.args[0]))
        elif base == z and not z.is_positive:
            if not (power.is_Integer and power > 0):
                return None
            powers[z] = powers.get(z, 0) + int(power)
        else:
            raise_by(power * sp.log(base))
    kept = {statistic: number for statistic, number in exponent.items() if number != 0}
    return Term(coefficient, kept, powers)
