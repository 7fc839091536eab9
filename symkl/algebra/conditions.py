"""Conditions on parameters in the form in which people write them: `alpha > 2`, `beta_2 > b_1`."""

from __future__ import annotations

from collections.abc import Iterable

import sympy as sp

from symkl.algebra.reading import linear_in
from symkl.algebra.signs import holds, is_positive

__all__ = ["normal_condition", "without_implied"]


def normal_condition(condition: sp.Basic) -> sp.Basic:
    """`c*(u - v)/d > 0` => `u > v` for positive c, d: positive factors dropped, the negative terms on the right."""
    if isinstance(condition, sp.Ne):
        return _unequal(condition)
    if not isinstance(condition, (sp.StrictGreaterThan, sp.GreaterThan, sp.StrictLessThan, sp.LessThan)):
        return condition
    difference = sp.factor_terms(sp.together(condition.gts - condition.lts))
    strict = isinstance(condition, (sp.StrictGreaterThan, sp.StrictLessThan))
    kept: list[sp.Expr] = []
    sign = 1
    for factor in sp.Mul.make_args(difference):
        base, exponent = factor.as_base_exp()
        if is_positive(factor):
            continue
        if is_positive(-factor):
            sign = -sign
        elif exponent == -1:
            kept.append(base)  # 1/u has the sign of u
        else:
            kept.append(factor)
    rest = sp.expand(sign * sp.Mul(*kept)).primitive()[1]
    high = sp.Add(*(t for t in sp.Add.make_args(rest) if not t.could_extract_minus_sign()))
    low = sp.Add(*(-t for t in sp.Add.make_args(rest) if t.could_extract_minus_sign()))
    if high.is_number and not low.is_number:
        relation = sp.StrictLessThan if strict else sp.LessThan
        return relation(low, high)
    relation = sp.StrictGreaterThan if strict else sp.GreaterThan
    return relation(high, low)


def _unequal(condition: sp.Ne) -> sp.Basic:
    """`log(u) - log(v) != 0` => `u != v`, solved for a parameter where it is linear in one."""
    difference = _without_positive_factors(condition.lhs - condition.rhs)
    terms = [term.as_independent(sp.log, as_Add=False) for term in sp.Add.make_args(sp.expand(difference))]
    if all(isinstance(log, sp.log) and number.is_Integer for number, log in terms):
        difference = sp.Mul(*(log.args[0] ** number for number, log in terms)) - 1
    difference = sp.expand(_zeros(_opened(_zeros(difference))))
    for parameter in sorted(difference.free_symbols, key=lambda s: str(s.name)):
        line = linear_in(difference, parameter)
        if line is not None and line[0].is_number:
            return sp.Ne(parameter, -line[1] / line[0])
    return sp.Ne(difference, 0)


def _zeros(difference: sp.Expr) -> sp.Expr:
    """Something simpler that vanishes where the difference does."""
    return _without_positive_factors(sp.together(difference).as_numer_denom()[0])


def _opened(difference: sp.Expr) -> sp.Expr:
    """`exp(u) - exp(v)` => `u - v`, and `a**c - b**c` => `a - b` for positive a, b and c: both vanish together."""
    if not difference.is_Add or len(difference.args) != 2:
        return difference
    (one, u), (other, v) = (term.as_coeff_Mul() for term in difference.args)
    if one + other != 0:
        return difference
    if isinstance(u, sp.exp) and isinstance(v, sp.exp):
        return u.args[0] - v.args[0]
    (a, c), (b, d) = u.as_base_exp(), v.as_base_exp()
    return a - b if c == d and all(is_positive(part) for part in (a, b, c)) else difference


def _without_positive_factors(difference: sp.Expr) -> sp.Expr:
    return sp.Mul(*(f for f in sp.Mul.make_args(sp.factor_terms(difference)) if not is_positive(f)))


def without_implied(conditions: Iterable[sp.Basic]) -> tuple[sp.Basic, ...]:
    """Each condition once, less those that follow from another: `alpha > 1` and `alpha > 2` => `alpha > 2`."""
    kept = list(dict.fromkeys(conditions))
    for condition in list(kept):
        others = [c for c in kept if c != condition]
        if any(holds(condition, (other,)) for other in others):
            kept = others
    return tuple(kept)
