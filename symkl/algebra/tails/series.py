"""Asymptotic series: finitely many terms `constant * monomial` and bounds for what was left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import sympy as sp

from symkl.algebra.tails.branching import Signs, Undecided, Unsettled
from symkl.algebra.tails.monomials import ONE, Monomial, Scale, as_atom, as_monomial, exp_of

__all__ = ["Calculus", "Series", "constant", "log_of"]

_MOST_TERMS = 48


@dataclass(frozen=True)
class Series:
    """The sum of the terms, up to something of the order of the `rests`."""

    terms: Mapping[Monomial, sp.Expr]
    rests: frozenset[Monomial] = frozenset()

    def without(self, monomials: Iterable[Monomial]) -> Series:
        left_out = set(monomials)
        return Series({m: c for m, c in self.terms.items() if m not in left_out}, self.rests)


def constant(value: sp.Expr) -> Series:
    return Series({ONE: value} if value != 0 else {})


def log_of(monomial: Monomial) -> Series:
    return Series({as_monomial(atom): c for atom, c in monomial.powers})


def _sum(left: sp.Expr, right: sp.Expr) -> sp.Expr:
    """The sum, expanded only where that makes it shorter: signs are read off squares and products."""
    plain = left + right
    expanded = sp.expand(plain)
    return expanded if len(sp.Add.make_args(expanded)) <= len(sp.Add.make_args(plain)) else plain


class Calculus:
    """Sums, products, powers, exponentials and logarithms of series."""

    def __init__(self, signs: Signs, order: int, loose: bool) -> None:
        """`order`: the powers of a small quantity that are kept in an expansion.

        `loose`: where an open sign leaves several series, a bound for all of them is taken instead.
        """
        self.signs, self.order, self.loose = signs, order, loose
        self.scale = Scale(signs)

    def add(self, *parts: Series) -> Series:
        terms: dict[Monomial, sp.Expr] = {}
        for part in parts:
            for monomial, coefficient in part.terms.items():
                terms[monomial] = _sum(terms[monomial], coefficient) if monomial in terms else coefficient
        return self._pruned(terms, {rest for part in parts for rest in part.rests})

    def times(self, factor: sp.Expr, series: Series) -> Series:
        return Series({m: factor * c for m, c in series.terms.items()}, series.rests)

    def multiply(self, left: Series, right: Series) -> Series:
        terms: dict[Monomial, sp.Expr] = {}
        for m, c in left.terms.items():
            for n, d in right.terms.items():
                product = m * n
                terms[product] = _sum(terms[product], c * d) if product in terms else c * d
        rests = {m * r for m in (*left.terms, *left.rests) for r in right.rests}
        rests |= {r * n for r in left.rests for n in right.terms}
        return self._pruned(terms, rests)

    def lead(self, series: Series) -> tuple[sp.Expr, Monomial] | None:
        """The largest term; None for an exact zero."""
        terms = dict(series.terms)
        while terms:
            monomial = self.scale.largest(list(terms), self.scale.compare)
            coefficient = terms.pop(monomial)
            for other in [m for m in terms if self.scale.compare(m, monomial) == 0]:
                coefficient += terms.pop(other)
            if any(self.scale.compare(monomial, rest) <= 0 for rest in series.rests):
                raise Undecided("the leading term is lost in what was left out")
            if self.signs.sign(coefficient):
                return coefficient, monomial
        if series.rests:
            raise Undecided("no term is left")
        return None

    def sign(self, series: Series) -> int:
        """The sign far out."""
        found = self.lead(series)
        return 0 if found is None else self.signs.sign(found[0])

    def power(self, series: Series, exponent: sp.Expr) -> Series:
        """The series to a constant power."""
        if exponent.is_Integer and 0 <= exponent <= 4:
            product = constant(sp.Integer(1))
            for _ in range(int(exponent)):
                product = self.multiply(product, series)
            return product
        try:
            coefficient, monomial, small = self._factored(series, real=not exponent.is_integer)
        except (Undecided, Unsettled) as reason:
            if exponent.is_positive and (self.loose or isinstance(reason, Undecided)):
                return Series({}, self._bounds((*series.terms, *series.rests), exponent))
            raise
        binomial, factors = sp.Integer(1), [sp.Integer(1)]
        for j in range(self.order):
            binomial = binomial * (exponent - j) / (j + 1)
            factors.append(binomial)
        return self._scaled(coefficient**exponent, monomial**exponent, self._taylor(factors, small))

    def logarithm(self, series: Series) -> Series:
        coefficient, monomial, small = self._factored(series, real=True)
        factors = [sp.Integer(0)] + [sp.Rational((-1) ** (j + 1), j) for j in range(1, self.order + 1)]
        return self.add(constant(sp.log(coefficient)), log_of(monomial), self._taylor(factors, small))

    def exponential(self, series: Series) -> Series:
        """Exact in what goes to infinity: `exp(t + 1/t) = exp(t)*(1 + 1/t + ...)`."""
        large: list[Monomial] = []
        bounded: sp.Expr = sp.Integer(0)
        small: dict[Monomial, sp.Expr] = {}
        for monomial, coefficient in series.terms.items():
            growth = self.scale.growth(monomial)
            if growth > 0:
                large.append(monomial)
            elif growth == 0:
                bounded += coefficient
            else:
                small[monomial] = coefficient
        growths = {rest: self.scale.growth(rest) for rest in series.rests}
        monomial = exp_of((as_atom(m), series.terms[m]) for m in large)
        if any(growth > 0 for growth in growths.values()):
            raise Undecided("an exponent is not known up to a constant")
        if any(growth == 0 for growth in growths.values()):
            return Series({}, frozenset({monomial}))
        factors = [1 / sp.factorial(j) for j in range(self.order + 1)]
        return self._scaled(sp.exp(bounded), monomial, self._taylor(factors, Series(small, series.rests)))

    def _factored(self, series: Series, real: bool) -> tuple[sp.Expr, Monomial, Series]:
        """(c, m, e) with series = c*m*(1 + e) and a small e; c positive if `real`."""
        found = self.lead(series)
        if found is None or (real and self.signs.sign(found[0]) < 0):
            raise Undecided("a power or logarithm of what is not positive")
        coefficient, monomial = found
        smaller = [m for m in series.terms if self.scale.compare(m, monomial) < 0]
        terms = {m / monomial: series.terms[m] / coefficient for m in smaller}
        return coefficient, monomial, Series(terms, frozenset(rest / monomial for rest in series.rests))

    def _scaled(self, coefficient: sp.Expr, monomial: Monomial, series: Series) -> Series:
        terms = {monomial * m: coefficient * c for m, c in series.terms.items()}
        return Series(terms, frozenset(monomial * rest for rest in series.rests))

    def _taylor(self, factors: Sequence[sp.Expr], small: Series) -> Series:
        """`sum of factors[j] * small**j`, and the first power left out as a rest."""
        total, power = constant(factors[0]), constant(sp.Integer(1))
        if not small.terms and not small.rests:
            return total
        for factor in factors[1:]:
            power = self.multiply(power, small)
            total = self.add(total, self.times(factor, power))
        left_out = self._bounds((*small.terms, *small.rests), sp.Integer(len(factors)))
        return self._pruned(total.terms, total.rests | left_out)

    def _bounds(self, monomials: Iterable[Monomial], exponent: sp.Expr) -> frozenset[Monomial]:
        kept = self.scale.maximal(list(monomials), self.scale.compare)
        return frozenset(monomial**exponent for monomial in kept)

    def _pruned(self, terms: Mapping[Monomial, sp.Expr], rests: Iterable[Monomial]) -> Series:
        """Without zeros, and without what a rest swallows."""
        rests = list(self.scale.maximal(list(rests), self.scale.compare))
        kept = {m: c for m, c in terms.items() if c != 0 and not any(self._swallows(rest, m) for rest in rests)}
        if len(kept) > _MOST_TERMS:
            raise Undecided("too many terms")
        return Series(kept, frozenset(rests))

    def _swallows(self, rest: Monomial, monomial: Monomial) -> bool:
        try:
            return self.scale.compare(rest, monomial) >= 0
        except Unsettled:
            return False
