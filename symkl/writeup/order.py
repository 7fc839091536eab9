"""The order in which terms and factors are printed: a textbook's, and the same in every run."""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp

from symkl.model import CrossEntropy, Density, Divergence, Entropy, Expectation, Unit
from symkl.model.special import zeta_derivative

__all__ = ["ordered_factors", "ordered_terms", "signed"]

_BOUND = (sp.Integral, sp.Sum)
_BIG = (Expectation, Entropy, CrossEntropy, Divergence)
_CALLED = (
    sp.gamma, sp.loggamma, sp.digamma, sp.polygamma, sp.uppergamma, sp.beta, sp.betainc, sp.factorial, sp.binomial,
    sp.erf, sp.erfc, sp.Ei, sp.expint, sp.besseli, sp.besselk, sp.zeta, sp.polylog, zeta_derivative,
)  # fmt: skip


def signed(
    term: sp.Expr, variables: frozenset[sp.Symbol] = frozenset(), kept: frozenset[sp.Expr] = frozenset()
) -> tuple[bool, sp.Expr]:
    """`(True, -term)` where the term bears a minus sign, else `(False, term)`.

    A bracket gives its sign away where all its terms are negative, or the variable is: `c*(m - x) => -(c*(x - m))`;
    not so one of `kept`, such as `b - x` with b the end of the support.
    """
    coefficient, rest = term.as_coeff_Mul()
    negative = bool(coefficient.is_number and coefficient.is_negative)
    if negative:
        coefficient = -coefficient
    factors = list(sp.Mul.make_args(rest))
    for i, factor in enumerate(factors):
        if factor.is_Add and len(factors) + (coefficient != 1) > 1 and _turns(factor, variables, kept):
            factors[i] = sp.Add(*(-a for a in factor.args))
            negative = not negative
    if not negative and coefficient == term.as_coeff_Mul()[0]:
        return False, term
    if rest == 1:
        return negative, coefficient
    body = sp.Mul(*factors, evaluate=False) if len(factors) > 1 else factors[0]
    if coefficient == 1:
        return negative, body
    return negative, sp.Mul(coefficient, *factors, evaluate=False)


def _turns(add: sp.Expr, variables: frozenset[sp.Symbol], kept: frozenset[sp.Expr]) -> bool:
    if add in kept:
        return False
    if all(_negative(a) for a in add.args):
        return True
    if any(isinstance(a, Unit) for a in add.args) and len(add.args) == 2 and sp.S.NegativeOne in add.args:
        return True  # u - 1 with 0 < u < 1
    own = [a for a in add.args if a.free_symbols & variables]
    return bool(own) and all(_negative(a) for a in own) and not any(a.is_number for a in add.args)


def _negative(term: sp.Expr) -> bool:
    return bool(term.as_coeff_Mul()[0].is_negative)


def ordered_terms(add: sp.Expr, rank: Mapping[sp.Basic, int], variables: frozenset[sp.Symbol]) -> list[sp.Expr]:
    """The terms of a sum: logarithms, special functions, rational terms, expectations, numbers; a positive one first.

    Without a logarithm of parameters the terms in the variable come first (`x - mu`, `log(x) - mu`), by falling degree;
    beside one, powers of a bracket with the variable come before rational constants: `(x - mu)**2 + (mu - m)**2`.
    """
    terms = _numeric_logs_merged(list(sp.Add.make_args(add)))
    normaliser = any(t.atoms(sp.log) and not t.free_symbols & variables for t in terms)

    polynomial = all(t.is_polynomial() for t in terms)

    def key(term: sp.Expr) -> tuple[object, ...]:
        free = term.free_symbols & variables
        place = _class(term) if not free else (_place_beside_logs(term, variables) if normaliser else -1.0)
        degree = max((_degree(term, v) for v in free), default=0)
        degree = max([degree, *(_degree(e.body, e.variable) for e in term.atoms(Expectation))])
        called = 1 if term.atoms(sp.log) else 0
        minus = (1 <= place < 3 or (place == 3 and not polynomial)) and signed(term, variables)[0]
        return (
            place,
            -called if free else 0,
            -degree,
            0 if term.has(sp.loggamma) else 1,
            minus,
            1 if any(f.as_base_exp()[0].is_Add for f in sp.Mul.make_args(term)) else 0,
            sorted(rank.get(s, 10_000) for s in term.free_symbols),
            -sp.total_degree(term) if not term.free_symbols & variables and term.is_polynomial() else 0,
            sp.default_sort_key(term),
        )

    terms.sort(key=key)
    numbers = [t for t in terms if t.is_number and not t.has(sp.log, *_BOUND)]
    others = [t for t in terms if t not in numbers]
    if not others:
        return terms
    minus = [signed(t)[0] for t in others]
    first = next((i for i, m in enumerate(minus) if not m), None)
    positive_number = bool(numbers) and not signed(numbers[0])[0]
    if positive_number and len(numbers) == 1 and minus[-1] and 2 * sum(minus) >= len(minus):
        return numbers + others
    if first:
        last = next((i for i, m in enumerate(minus) if i > first and m), len(others))
        others = others[first:last] + others[:first] + others[last:]
    return others + numbers


def _numeric_logs_merged(terms: list[sp.Expr]) -> list[sp.Expr]:
    """`log(2)/2 + log(pi)/2 => log(2*pi)/2`, for positive numbers."""
    by_coefficient: dict[sp.Expr, list[sp.Expr]] = {}
    rest = []
    for term in terms:
        coefficient, log = term.as_coeff_Mul()
        if isinstance(log, sp.log) and log.args[0].is_number and log.args[0].is_positive:
            by_coefficient.setdefault(coefficient, []).append(log.args[0])
        else:
            rest.append(term)
    return rest + [c * sp.log(sp.Mul(*of), evaluate=False) for c, of in by_coefficient.items()]


def _class(term: sp.Expr) -> float:
    if term.has(*_BIG) or term.has(*_BOUND):
        return 2.5
    if term.is_number:
        return 0.0 if term.atoms(sp.log) else 9.0
    if term.has(*_CALLED):
        return 2.0
    if term.has(sp.log):
        return 1.0
    return 3.0


def _place_beside_logs(term: sp.Expr, variables: frozenset[sp.Symbol]) -> float:
    bases = [f.as_base_exp()[0] for f in sp.Mul.make_args(term)]
    return 2.75 if any(b.is_Add and b.free_symbols & variables and b.is_polynomial() for b in bases) else 3.5


def _degree(term: sp.Expr, variable: sp.Symbol) -> int:
    return max(
        (int(e) for b, e in (f.as_base_exp() for f in sp.Mul.make_args(term)) if b.has(variable) and e.is_Integer),
        default=0,
    )


def ordered_factors(
    factors: list[sp.Expr], rank: Mapping[sp.Basic, int], variables: frozenset[sp.Symbol]
) -> list[sp.Expr]:
    """Numbers, parameters, the variable, brackets, functions, expectations, logarithms, exponentials, integrals."""

    def key(factor: sp.Expr) -> tuple[object, ...]:
        base, exponent = factor.as_base_exp()
        if isinstance(factor, sp.exp):
            base, exponent = factor, sp.Integer(1)
        if factor.is_Number:
            place = 0.0
        elif base.is_number and not base.is_Symbol and not base.has(*_BOUND, sp.log):
            place = 1.5 if base == sp.E else 1
        elif base.is_Symbol:
            place = 3 if base in variables else 2
            if exponent.free_symbols:
                place = 3.5 if exponent.free_symbols & variables or base in variables else place
        elif base.is_Add or isinstance(base, sp.Abs):
            place = 4
        elif isinstance(base, Density):
            place = 6
        elif isinstance(base, _BIG):
            place = 7
        elif isinstance(base, sp.log):
            place = 8
        elif isinstance(base, sp.exp):
            place = 9 if base.free_symbols & variables or not any(f.has(Expectation) for f in factors) else 6.5
        elif isinstance(base, _BOUND):
            place = 10
        else:
            place = 5
        law = 0 if not isinstance(base, Density) else (0 if str(base.args[0]) == "p" else 1)
        return (
            place,
            law,
            sorted(rank.get(s, 10_000) for s in factor.free_symbols),
            sp.default_sort_key(factor),
        )

    return sorted(factors, key=key)
