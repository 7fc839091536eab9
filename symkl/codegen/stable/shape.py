"""Shapes of rational expressions: differences formed once, sums of squares, deviations from equality."""

from __future__ import annotations

import sympy as sp

from symkl.codegen.stable.signs import nonnegative, sum_of_nonnegatives

__all__ = ["complete_squares", "deviations", "difference", "gather", "join_exponentials", "spread", "terms_in_deviations"]


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


def difference(a: sp.Expr, b: sp.Expr) -> sp.Expr:
    """a - b with what is common cancelled: `(1 - q) - (1 - p)` is `p - q`."""
    return sp.factor_terms(spread(a - b))


def deviations(pairs: list[tuple[sp.Expr, sp.Expr]]) -> list[tuple[sp.Symbol, sp.Expr, sp.Expr, sp.Symbol]]:
    """For each pair (x, y) of a symbol x and an expression y the fresh symbol that stands for x - y."""
    return [
        (x, x - y, y + (fresh := sp.Symbol(f"_deviation_{i}", real=True)), fresh) for i, (x, y) in enumerate(pairs)
    ]


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
    return sp.Add(*found, rest) if found else None


def gather(rest: sp.Expr, pairs: list[tuple[sp.Expr, sp.Expr]]) -> sp.Expr:
    """The remainder in the first of the known shapes that is a sum of non-negative terms, else in deviations."""
    rest = spread(rest)
    if rest == 0:
        return rest
    shifted = sp.Add(*terms_in_deviations(rest, pairs))
    if sum_of_nonnegatives(shifted):
        return shifted
    factored = sp.factor(rest)
    if sum_of_nonnegatives(factored):
        return factored
    squares = complete_squares(rest)
    return squares if squares is not None else shifted
