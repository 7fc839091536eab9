"""Shapes of rational expressions: differences formed once, sums of squares, deviations from equality."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from functools import lru_cache

import sympy as sp

from symkl.codegen.stable.kernels import ExpM1, Kernel
from symkl.codegen.stable.signs import nonnegative, sum_of_nonnegatives

__all__ = [
    "collected",
    "complete_squares",
    "difference",
    "factored",
    "in_deviations",
    "join_exponentials",
    "polished",
    "rational_part",
    "shapes",
    "shortest_in_steps",
    "spread",
    "terms_in_deviations",
]

#: of more pairs there are too many parts to try
_MOST_PAIRS = 3


def factored(expression: sp.Expr) -> sp.Expr:
    """Factored; what holds no sum is so already, and the question costs nothing."""
    return sp.factor(expression) if expression.has(sp.Add) else expression


def spread(expression: sp.Expr) -> sp.Expr:
    """Products of sums multiplied out; an exponential of a sum stays one exponential."""
    return join_exponentials(sp.expand(expression, power_exp=False))


def join_exponentials(expression: sp.Expr) -> sp.Expr:
    """`exp(a)*exp(b) => exp(a + b)`, so that neither factor overflows where the product does not."""
    return expression.replace(
        lambda e: e.is_Mul and sum(isinstance(f, sp.exp) for f in e.args) > 1,
        lambda e: sp.Mul(
            *(f for f in e.args if not isinstance(f, sp.exp)),
            sp.exp(sp.Add(*(f.args[0] for f in e.args if isinstance(f, sp.exp)))),
        ),
    )


def rational_part(total: sp.Expr) -> sp.Expr:
    """The terms of the sum that have no function in them."""
    return sp.Add(*(term for term in sp.Add.make_args(total) if not term.atoms(sp.Function)))


def difference(a: sp.Expr, b: sp.Expr) -> sp.Expr:
    """`(1 - p) - (1 - q) => q - p`, over one denominator; `exp(u) - 1 => ExpM1(u)`."""
    above, below = sp.fraction(sp.together(a - b))
    above = spread(above)
    if above.is_Add and len(above.args) == 2 and -1 in above.args:
        (power,) = (t for t in above.args if t != -1)
        if isinstance(power, sp.exp):
            return ExpM1(power.args[0]) / below
    return sp.factor_terms(above) / below


def deviations(pairs: list[tuple[sp.Expr, sp.Expr]]) -> list[tuple[sp.Symbol, sp.Expr, sp.Expr, sp.Symbol]]:
    """For each pair (x, y) of a symbol x and an expression y the fresh symbol that stands for x - y."""
    return [(x, x - y, y + (fresh := sp.Symbol(f"_deviation_{i}", real=True)), fresh) for i, (x, y) in enumerate(pairs)]


def terms_in_deviations(rest: sp.Expr, pairs: list[tuple[sp.Expr, sp.Expr]]) -> list[sp.Expr]:
    """The rational remainder as terms of a polynomial in the deviations x - y, each factored.

    At equality a divergence and its gradient vanish, so that the constant and the linear terms cancel here by
    algebra, and not later by subtraction.
    """
    fresh = deviations(pairs)
    shifted = rest.subs({x: shifted for x, _, shifted, _ in fresh}, simultaneous=True)
    symbols = [d for *_, d in fresh]
    back = {d: gap for _, gap, _, d in fresh}
    numerator, denominator = sp.fraction(sp.together(spread(shifted)))
    # an unshifted denominator stays as it is; only the numerator is a polynomial in the deviations
    numerator, denominator = sp.fraction(sp.cancel(numerator / denominator))
    if not symbols or not numerator.is_polynomial(*symbols):
        return [term.subs(back, simultaneous=True) for term in sp.Add.make_args(spread(shifted))]
    polynomial = sp.Poly(numerator, *symbols)
    terms = []
    for powers, coefficient in polynomial.terms():
        monomial = sp.Mul(*(back[d] ** n for d, n in zip(symbols, powers, strict=True)))
        below = sp.factor(denominator).subs(back, simultaneous=True)
        value = sp.factor_terms(coefficient) if not coefficient.is_Add else sp.factor(coefficient)
        whole = nonnegative(value) or not coefficient.free_symbols
        pieces = (value,) if whole else sp.Add.make_args(spread(coefficient))
        terms += [sp.cancel(piece / below) * monomial for piece in pieces]
    return terms


def in_deviations(coefficient: sp.Expr, pairs: Sequence[tuple[sp.Expr, sp.Expr]]) -> sp.Expr:
    """The coefficient by the differences of the pairs, where it vanishes with them; otherwise as it is."""
    if not pairs or not coefficient.has(sp.Add) or coefficient.atoms(sp.Function):
        return coefficient
    if sp.expand(coefficient.subs(dict(pairs), simultaneous=True)) != 0:
        return coefficient
    return sp.Add(*terms_in_deviations(coefficient, list(pairs)))


def shortest_in_steps(rest: sp.Expr, pairs: Sequence[tuple[sp.Expr, sp.Expr]]) -> sp.Expr | None:
    """In the differences of some of the pairs, each coefficient factored, so that every term vanishes at equality.

    In as few as will do, and of these the shortest; None where none will.
    """
    return _shortest_in_steps(rest, tuple((x, y) for x, y in pairs if rest.has(x)))


@lru_cache(maxsize=128)  # the same difference is met on each side of a point, and again under wider conditions
def _shortest_in_steps(rest: sp.Expr, known: tuple[tuple[sp.Expr, sp.Expr], ...]) -> sp.Expr | None:
    for count in range(1, min(len(known), _MOST_PAIRS)):
        made = [_in_steps(rest, list(part)) for part in itertools.combinations(known, count)]
        found = [shape for shape in made if shape is not None and _vanish(shape, known)]
        if found:
            return min(found, key=lambda shape: int(shape.count_ops()))
    return None


def _vanish(total: sp.Expr, pairs: Sequence[tuple[sp.Expr, sp.Expr]]) -> bool:
    """Whether each term has a factor that is 0 at equality."""
    return all(term.subs(dict(pairs), simultaneous=True) == 0 for term in sp.Add.make_args(total))


def _in_steps(rest: sp.Expr, pairs: list[tuple[sp.Expr, sp.Expr]]) -> sp.Expr | None:
    fresh = deviations(pairs)
    shifted = rest.subs({x: value for x, _, value, _ in fresh}, simultaneous=True)
    back = {d: gap for _, gap, _, d in fresh}
    numerator, denominator = sp.fraction(sp.cancel(sp.together(shifted)))
    if not numerator.is_polynomial(*back) or denominator.has(sp.Function):
        return None
    terms = sp.Poly(numerator, *back).terms()
    below = sp.factor(denominator.subs(back, simultaneous=True))
    return sp.Add(
        *(
            sp.factor(coefficient.subs(back, simultaneous=True)) / below * sp.Mul(*map(sp.Pow, back.values(), powers))
            for powers, coefficient in terms
        )
    )


def complete_squares(rest: sp.Expr) -> sp.Expr | None:
    """`A*m**2 + B*m + C => A*(m + B/(2*A))**2 + (C - B**2/(4*A))` for the real symbols m in turn; None if none is."""
    found = []
    signless = [s for s in sorted(rest.free_symbols, key=sp.default_sort_key) if s.is_nonnegative is None]
    for m in signless:
        expanded = spread(rest)
        if not expanded.is_polynomial(m) or sp.degree(expanded, m) != 2:
            continue
        a, b, c = sp.Poly(expanded, m).all_coeffs()
        if not nonnegative(a):
            continue
        found.append(sp.factor_terms(a) * (m + spread(sp.cancel(b / (2 * a)))) ** 2)
        rest = spread(sp.cancel(sp.together(c - b**2 / (4 * a))))
    return sp.Add(*found, collected(rest)) if found else None


def collected(rest: sp.Expr, pairs: Sequence[tuple[sp.Expr, sp.Expr]] = ()) -> sp.Expr:
    """`a*f(x)/c - b*f(x)/c => (a - b)*f(x)/c`: what stands with a function is gathered and factored.

    With `pairs`, by the differences of these where it vanishes with them.
    """
    by_function: dict[sp.Expr, sp.Expr] = {}
    number, rest = rest.as_independent(*rest.free_symbols, as_Add=True)
    for term in sp.Add.make_args(rest):
        functions = [f for f in sp.Mul.make_args(term) if f.free_symbols and f.atoms(sp.Function)]
        key = sp.Mul(*functions)
        by_function[key] = by_function.get(key, sp.S.Zero) + term / key
    return sp.Add(number, *(in_deviations(_factored(c), pairs) * key for key, c in by_function.items()))


def _factored(coefficient: sp.Expr) -> sp.Expr:
    """Factored where that leaves one short product, so that no sum of like terms cancels later."""
    if not coefficient.is_Add:
        return coefficient
    product = sp.factor(coefficient)
    return product if product.count_ops() <= coefficient.count_ops() else coefficient


def shapes(rest: sp.Expr, pairs: list[tuple[sp.Expr, sp.Expr]]) -> list[sp.Expr]:
    """The shapes of what no rule has taken: in deviations, factored, in squares, collected by function.

    Only the first that is a sum of non-negative terms where there is one.
    """
    rest = spread(rest)
    if rest == 0 or not rest.free_symbols:
        return [rest]
    found: list[sp.Expr] = []
    makers: tuple[Callable[[], sp.Expr | None], ...] = (
        lambda: sp.Add(*terms_in_deviations(rest, pairs)) if pairs else None,
        lambda: complete_squares(rest),
        lambda: collected(rest),
        lambda: collected(rest, pairs) if pairs else None,
        lambda: _all_factored(rest),
    )
    for make in makers:
        shape = make()
        if shape is None or shape in found:
            continue
        if sum_of_nonnegatives(shape):
            return [shape]
        found.append(shape)
    return found


def _all_factored(rest: sp.Expr) -> sp.Expr:
    number, rest = rest.as_independent(*rest.free_symbols, as_Add=True)
    rational = all(
        a.is_Rational if not a.free_symbols else not isinstance(a, sp.exp) for a in sp.preorder_traversal(rest)
    )
    return number + (sp.factor(rest) if rational else rest)


def polished(expression: sp.Expr) -> sp.Expr:
    """The arguments of functions in their shorter shape: `exp(-a**2/2 + a*b - b**2/2) => exp(-(a - b)**2/2)`."""
    return expression.replace(
        lambda e: isinstance(e, sp.Function) and not isinstance(e, Kernel) and any(a.is_Add for a in e.args),
        lambda e: e.func(*(_factored(a) for a in e.args)),
    )
