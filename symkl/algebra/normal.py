"""The normal form and the zero-test: zero is a proof, anything else means "not shown to be zero"."""

from __future__ import annotations

from functools import lru_cache

import sympy as sp

from symkl.algebra.bars import without_bars
from symkl.algebra.logs import expand_logs, exponential, open_power
from symkl.algebra.reading import expand_terms
from symkl.algebra.signs import assumed, is_positive
from symkl.algebra.special import half_integer_bessels, shift_gammas, to_gamma
from symkl.algebra.trigonometry import angles_opened
from symkl.model.inert import Expectation

__all__ = ["equal", "is_zero", "linear_expectations", "normal"]


def is_zero(expression: sp.Expr) -> bool:
    """Whether the normal form of the expression is 0. True is a proof; False means unknown."""
    return bool(expression == 0) or _vanishes(expression, assumed())


def equal(left: sp.Expr, right: sp.Expr) -> bool:
    """Whether the two are shown to be equal. True is a proof; False means unknown."""
    return left == right or is_zero(left - right)


def normal(expression: sp.Expr) -> sp.Expr:
    """The numerator of the expression, expanded in atoms of one form, over its denominator.

    Gamma functions are shifted to a fixed part, logs of positive products are split.
    """
    return _normal(expression, assumed())


@lru_cache(maxsize=4096)
def _normal(expression: sp.Expr, _: tuple[sp.Basic, ...]) -> sp.Expr:
    return _quotient(_canonical_atoms(linear_expectations(expression)))


@lru_cache(maxsize=4096)
def _vanishes(expression: sp.Expr, _: tuple[sp.Basic, ...]) -> bool:
    """Whether the normal form is 0: of what is linear in expectations, each coefficient's and that of the rest."""
    expression = _canonical_atoms(linear_expectations(expression))
    parts = _by_expectation(expression)
    return all(_quotient(part) == 0 for part in ([expression] if parts is None else parts.values()))


def _by_expectation(expression: sp.Expr) -> dict[sp.Expr, sp.Expr] | None:
    """The coefficient of each expectation, and of 1; None where an expectation stands in any other way."""
    if isinstance(expression, Expectation) or not expression.has(Expectation):
        return {expression: sp.Integer(1)} if isinstance(expression, Expectation) else {sp.Integer(1): expression}
    if expression.is_Mul:
        within = [factor for factor in expression.args if factor.has(Expectation)]
        parts = _by_expectation(within[0]) if len(within) == 1 else None
        outer = sp.Mul(*[factor for factor in expression.args if factor not in within])
        return None if parts is None else {node: outer * part for node, part in parts.items()}
    if not expression.is_Add:
        return None
    found: dict[sp.Expr, list[sp.Expr]] = {}
    for term in expression.args:
        parts = _by_expectation(term)
        if parts is None:
            return None
        for node, part in parts.items():
            found.setdefault(node, []).append(part)
    return {node: sp.Add(*terms) for node, terms in found.items()}


def _quotient(expression: sp.Expr) -> sp.Expr:
    expression, masks = _masked(expression)
    numerator, denominator = sp.together(expression).as_numer_denom()
    numerator = sp.expand(numerator, power_base=True)
    if masks and numerator != 0:
        numerator = sp.expand(_whole_powers(numerator, masks))
    return sp.Integer(0) if numerator == 0 else numerator / denominator.xreplace(masks)


def _masked(expression: sp.Expr) -> tuple[sp.Expr, dict[sp.Expr, sp.Expr]]:
    """Sums to powers that are no integers get a symbol for the sum, so that the powers of each come together."""
    bases = {p.base for p in expression.atoms(sp.Pow) if isinstance(p.base, sp.Add) and not p.exp.is_Integer}
    names = {base: sp.Dummy(positive=is_positive(base) or None) for base in bases}

    def name(base: sp.Expr, exponent: sp.Expr) -> sp.Expr:
        return names[base] ** exponent if base in names and not exponent.is_Integer else base**exponent

    masked = (
        expression.replace(lambda node: isinstance(node, sp.Pow), lambda node: name(*node.args))
        if names
        else expression
    )
    return masked, {mask: base for base, mask in names.items()}


def _whole_powers(numerator: sp.Expr, masks: dict[sp.Expr, sp.Expr]) -> sp.Expr:
    """Of each power of a masked sum, the whole part written as the sum itself again."""
    total = []
    for term in sp.Add.make_args(numerator):
        factors = []
        for factor in sp.Mul.make_args(term):
            base, exponent = factor.as_base_exp()
            if base in masks:
                number = exponent.as_coeff_Add()[0]
                whole = sp.floor(number) if number.is_Rational else sp.Integer(0)
                factor = masks[base] ** whole * base ** (exponent - whole)
            factors.append(factor)
        total.append(sp.Mul(*factors))
    return sp.Add(*total)


def linear_expectations(expression: sp.Expr) -> sp.Expr:
    """`E[a*f + b*g]` => `a*E[f] + b*E[g]`, `E[c]` => `c`, with factors free of the variable taken out."""
    return expression.xreplace({node: _split(node, assumed()) for node in expression.atoms(Expectation)})


@lru_cache(maxsize=4096)
def _split(node: Expectation, _: tuple[sp.Basic, ...]) -> sp.Expr:
    body = expand_terms(expand_logs(linear_expectations(node.body)))
    total: sp.Expr = sp.Integer(0)
    for term in sp.Add.make_args(body):
        outer, inner = term.as_independent(node.variable, as_Add=False)
        total += outer * (1 if inner == 1 else Expectation(inner, node.variable, node.law))
    return total


def _canonical_atoms(expression: sp.Expr) -> sp.Expr:
    expression = shift_gammas(to_gamma(without_bars(expression)))
    expression = _bottom_up(expand_logs(angles_opened(half_integer_bessels(expression))))
    return expand_logs(expression)


def _bottom_up(expression: sp.Expr) -> sp.Expr:
    """Arguments of functions and exponents put in a form that makes equal atoms identical."""
    if not expression.args or isinstance(expression, (Expectation, sp.Piecewise)):
        return expression
    args = [_bottom_up(arg) if isinstance(arg, sp.Expr) else arg for arg in expression.args]
    if isinstance(expression, sp.exp):
        return exponential(sp.expand(expand_logs(args[0])))
    if isinstance(expression, sp.Pow):
        base, exponent = args
        if not exponent.is_Integer:
            return open_power(base if base.is_Symbol else _rational(base), sp.expand(exponent))
        return base**exponent
    if isinstance(expression, sp.Abs):
        return _abs(args[0])
    if isinstance(expression, (sp.Max, sp.Min)) and len(args) == 2:
        sign = 1 if isinstance(expression, sp.Max) else -1
        return (args[0] + args[1] + sign * _abs(args[0] - args[1])) / 2
    if isinstance(expression, sp.log):
        return sp.log(_rational(args[0]))
    if isinstance(expression, sp.Function):
        return expression.func(*(_rational(arg) for arg in args))
    return expression.func(*args)


def _rational(argument: sp.Expr) -> sp.Expr:
    """One form for an argument: a constant times a primitive polynomial over another, each expanded."""
    if argument.is_number:
        return argument
    numerator, denominator = sp.together(argument).as_numer_denom()
    if denominator == 1:
        return sp.factor_terms(sp.expand(numerator))
    try:
        return sp.cancel(numerator / denominator)
    except sp.PolynomialError:
        return sp.expand(numerator) / sp.expand(denominator)


def _abs(argument: sp.Expr) -> sp.Expr:
    argument = _rational(argument)
    numerator, denominator = argument.as_numer_denom()
    pieces = [
        sp.Abs(f if not f.could_extract_minus_sign() else -f) for f in sp.Mul.make_args(sp.factor_terms(numerator))
    ]
    return sp.Mul(*pieces) / sp.Abs(denominator)
