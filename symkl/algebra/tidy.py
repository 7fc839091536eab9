"""A readable form of a closed form: logs of ratios, factored coefficients, completed squares. Deterministic."""

from __future__ import annotations

import sympy as sp

from symkl.algebra.bars import without_bars
from symkl.algebra.logs import expand_logs, exponential, split_log
from symkl.algebra.rational import arranged, ordered_factor
from symkl.algebra.signs import is_negative, is_positive
from symkl.algebra.special import shift_gammas, to_gamma
from symkl.algebra.trigonometry import angles_closed, angles_opened
from symkl.model.inert import Expectation, expectations

__all__ = ["gathered", "tidy"]


def tidy(expression: sp.Expr) -> sp.Expr:
    """The same value, arranged for a reader. Inert expectations stay as they are."""
    inert = {e: sp.Dummy(f"E{i}", real=True) for i, e in enumerate(expectations(expression))}
    expression = to_gamma(without_bars(expression.xreplace(inert)))
    return _shortest(expression).xreplace({dummy: e for e, dummy in inert.items()})


def _shortest(expression: sp.Expr) -> sp.Expr:
    expression = angles_opened(expression)
    forms = [angles_closed(_arrange(expression))]
    shifted = shift_gammas(expression)
    if shifted != expression:
        forms.append(_arrange(shifted))
    return min(forms, key=lambda form: (sp.count_ops(form), sp.default_sort_key(form)))


def _arrange(expression: sp.Expr) -> sp.Expr:
    expanded = sp.expand(expand_logs(_cancelled(expression)))
    coefficients: dict[sp.Expr, sp.Expr] = {}
    for term in sp.Add.make_args(expanded):
        rational, other = _split(term)
        coefficients[other] = coefficients.get(other, sp.Integer(0)) + rational
    rational = coefficients.pop(sp.Integer(1), sp.Integer(0))
    factored = {other: ordered_factor(c) for other, c in coefficients.items()}
    factored = {other: c for other, c in factored.items() if c != 0}
    logs = {o: factored.pop(o) for o in list(factored) if isinstance(o, sp.log)}
    parts = [_logs(logs), arranged(rational)]
    parts += [c * sp.powsimp(o, combine="exp") for o, c in factored.items()]
    return _arguments(sp.Add(*parts))


def _arguments(expression: sp.Expr) -> sp.Expr:
    """Exponents and arguments of error functions with their squares completed and their factors taken out."""
    for function in (sp.exp, sp.erf, sp.erfc):
        expression = expression.replace(function, lambda a, f=function: f(arranged(a) if f is sp.exp else sp.factor(a)))
    return expression


def _cancelled(expression: sp.Expr) -> sp.Expr:
    """Products with what cancels inside each of them cancelled: gamma(a)/gamma(a), b**a * b**-a, rational functions."""
    if isinstance(expression, (sp.Integral, sp.Sum, Expectation)):
        return expression
    if expression.is_Add:
        return sp.Add(*(_cancelled(term) for term in expression.args))
    powers: list[sp.Expr] = []
    rest: list[sp.Expr] = []
    for factor in sp.Mul.make_args(expression):
        base, exponent = factor.as_base_exp()
        symbolic = isinstance(factor, sp.exp) or (not exponent.is_number and is_positive(base))
        (powers if symbolic else rest).append(factor)
    product = sp.Mul(*rest)
    if powers:
        product *= exponential(sp.expand(sum((split_log(p) for p in powers), sp.Integer(0))))
    if not any(isinstance(power.base, sp.Add) for power in product.atoms(sp.Pow)):
        return product  # no denominator is a sum, so that nothing can cancel
    whole = sp.together(product)
    above, below = whole.as_numer_denom()
    if not below.has(sp.Add) or _coprime(above, below):
        return product
    try:
        return sp.cancel(whole)
    except sp.PolynomialError:
        return product


def _coprime(above: sp.Expr, below: sp.Expr) -> bool:
    """Whether nothing can cancel: no sums above, or on both sides linear ones (which have no factors), none in both."""
    bases = [{f.as_base_exp()[0] for f in sp.Mul.make_args(part)} for part in (above, below)]
    if any(base.has(sp.Add) and not base.is_Add for base in bases[0] | bases[1] if not isinstance(base, sp.Function)):
        return False
    sums = [{base.primitive()[1] for base in side if base.is_Add} for side in bases]
    if not sums[0]:
        return True
    return all(map(_linear, sums[0] | sums[1])) and not (sums[0] | {-e for e in sums[0]}) & sums[1]


def _linear(total: sp.Expr) -> bool:
    """Whether a sum is one of numbers times symbols and functions between which there is no algebraic relation."""
    parts = [term.as_coeff_Mul()[1] for term in total.args]
    return all(part.is_Symbol or part.is_Rational or isinstance(part, (sp.erf, sp.log, sp.loggamma)) for part in parts)


def _split(term: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """(the rational factor, the product of the transcendental and inert factors)."""
    rational: list[sp.Expr] = []
    other: list[sp.Expr] = []
    for factor in sp.Mul.make_args(term):
        plain = not isinstance(factor, Expectation) and factor.is_rational_function(*factor.free_symbols)
        (rational if plain and not factor.atoms(sp.Function) and not factor.has(sp.EulerGamma) else other).append(
            factor
        )
    numbers = [f for f in other if f.is_number and not f.atoms(sp.Function)]
    if len(numbers) < len(other):  # a number such as pi belongs to the coefficient of what varies
        return sp.Mul(*rational, *numbers), sp.Mul(*(f for f in other if f not in numbers))
    return sp.Mul(*rational), sp.Mul(*other)


def _logs(coefficients: dict[sp.Expr, sp.Expr]) -> sp.Expr:
    """`c*log(a) - c*log(b)` => `c*log(a/b)`."""
    groups: dict[sp.Expr, sp.Expr] = {}
    for log in sorted(coefficients, key=sp.default_sort_key):
        c = coefficients[log]
        if c in groups:
            groups[c] *= log.args[0]
        elif -c in groups:
            groups[-c] /= log.args[0]
        else:
            groups[c] = log.args[0]
    total: sp.Expr = sp.Integer(0)
    for c, argument in groups.items():
        numerator, denominator = argument.as_numer_denom()
        inverted = numerator == 1 or (argument.is_number and bool(argument < 1))
        if inverted or (_negative_looking(c) and denominator != 1 and not argument.is_number):
            c, argument = -c, denominator / numerator
        total += c * sp.log(argument)
    return total


def gathered(total: sp.Expr) -> sp.Expr:
    """`c*log(a) + c*log(b)` => `c*log(a*b)` in a sum, nothing else: how one writes a log-density."""
    groups: dict[sp.Expr, sp.Expr] = {}
    rest: list[sp.Expr] = []
    for term in sp.Add.make_args(total):
        coefficient, log = term.as_independent(sp.log, as_Add=False)
        if isinstance(log, sp.log):
            groups[coefficient] = groups.get(coefficient, sp.Integer(1)) * log.args[0]
        else:
            rest.append(term)
    return sp.Add(*rest, *(c * sp.log(argument) for c, argument in groups.items()))


def _negative_looking(coefficient: sp.Expr) -> bool:
    return bool(coefficient.as_coeff_Mul()[0].is_negative or is_negative(coefficient))
