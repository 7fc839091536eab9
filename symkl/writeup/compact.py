"""Long sums in a shorter form for print: terms over one denominator together, denominators as products.

Nothing but the ring's rules and `exp(a)*exp(b) = exp(a + b)` is used, so that what is printed is what was derived.
"""

from __future__ import annotations

from functools import lru_cache

import sympy as sp

__all__ = ["compact"]

_MOST_TERMS = 60
_MOST_LETTERS = 12


def compact(expr: sp.Expr) -> sp.Expr:
    """An equal expression; the sums in products and cases of it are treated each on its own."""
    if isinstance(expr, sp.Piecewise):
        return sp.Piecewise(*((compact(value), when) for value, when in expr.args), evaluate=False)
    if expr.is_Mul:
        return sp.Mul(*map(compact, expr.args))
    return _gathered(expr) if expr.is_Add else expr


@lru_cache(maxsize=256)
def _gathered(add: sp.Expr) -> sp.Expr:
    letters = _Letters()
    groups: dict[frozenset[sp.Expr], sp.Expr] = {}
    kept = []
    for term in add.args:
        above, below = letters.put(term).as_numer_denom()
        number, parts = _factors(below)
        sums = frozenset(part for part, _ in parts if part.is_Add)
        if not sums or not term.is_commutative:
            kept.append(compact(term) if term.is_Mul else term)
            continue
        value = above / number / sp.Mul(*(part**count for part, count in parts))
        groups[sums] = groups.get(sums, sp.Integer(0)) + value
    return sp.Add(*kept, *(letters.back(_cancelled(value)) for value in groups.values()))


def _factors(polynomial: sp.Expr) -> tuple[sp.Expr, list[tuple[sp.Expr, int]]]:
    if len(sp.Add.make_args(polynomial)) > _MOST_TERMS or len(polynomial.free_symbols) > _MOST_LETTERS:
        return sp.Integer(1), [(polynomial, 1)]
    number, parts = sp.factor_list(polynomial)
    return number, list(parts)


def _cancelled(value: sp.Expr) -> sp.Expr:
    """A sum of terms over products as one fraction, above and below as products, without what they share."""
    powers = [term.as_powers_dict() for term in sp.Add.make_args(value)]
    least: dict[sp.Expr, sp.Expr] = {}
    for term in powers:
        for base, power in term.items():
            if power.is_Integer and power.is_negative and not base.is_Rational:
                least[base] = min(least.get(base, power), power)
    below = sp.Mul(*(base**-power for base, power in least.items()))
    number, parts = _factors(sp.expand(sp.Add(*(term * below for term in sp.Add.make_args(value)))))
    shared = dict(parts)
    for base, power in least.items():
        shared[base] = shared.get(base, 0) + int(power)
    return sp.Mul(number, *(part**count for part, count in shared.items()))


@lru_cache(maxsize=1024)
def _square(exponent: sp.Expr) -> sp.Expr:
    """`-b**2/2 + b*m - m**2/2 => -(b - m)**2/2`."""
    return sp.factor(exponent)


class _Letters:
    """Letters for what is no rational function: `log(x)`, `sqrt(pi)`; an exponential has one for each of its terms."""

    def __init__(self) -> None:
        self._letters: dict[sp.Expr, sp.Dummy] = {}
        self._exponents: dict[sp.Dummy, sp.Expr] = {}
        self._others: dict[sp.Dummy, sp.Expr] = {}

    def put(self, expr: sp.Expr) -> sp.Expr:
        if expr.is_Rational or expr.is_Symbol:
            return expr
        if isinstance(expr, sp.exp):
            return sp.Mul(*map(self._exponential, sp.Add.make_args(sp.expand(expr.args[0]))))
        if expr.is_Add or expr.is_Mul:
            return expr.func(*map(self.put, expr.args))
        if expr.is_Pow and expr.exp.is_Integer:
            return sp.Pow(self.put(expr.base), expr.exp)
        return self._letter(expr)

    def _exponential(self, exponent: sp.Expr) -> sp.Expr:
        turned = bool(exponent.as_coeff_Mul()[0].is_negative)
        exponent = -exponent if turned else exponent
        letter = self._letter(sp.exp(exponent, evaluate=False))
        self._exponents[letter] = exponent
        return 1 / letter if turned else letter

    def _letter(self, expr: sp.Expr) -> sp.Dummy:
        if expr not in self._letters:
            letter = sp.Dummy(f"l{len(self._letters)}", positive=True)
            self._letters[expr] = letter
            self._others[letter] = expr
        return self._letters[expr]

    def back(self, expr: sp.Expr) -> sp.Expr:
        """What the letters stand for in their places; exponentials before a sum that has some are multiplied in."""
        if expr.is_Add:
            return sp.Add(*map(self.back, expr.args))
        factors = [factor.as_base_exp() for factor in sp.Mul.make_args(expr)]
        outside = sp.Mul(*(base**power for base, power in factors if base in self._exponents))
        inner = [
            base for base, power in factors if base.is_Add and power == 1 and base.free_symbols & set(self._exponents)
        ]
        if outside != 1 and len(inner) == 1:
            multiplied = sp.Add(*(outside * term for term in inner[0].args))
            rest = [base**power for base, power in factors if base not in self._exponents and base != inner[0]]
            return sp.Mul(*map(self.back, [multiplied, *rest]))
        plain, exponent = sp.Integer(1), sp.Integer(0)
        for base, power in factors:
            if base in self._exponents:
                exponent += power * self._exponents[base]
            else:
                plain *= sp.Pow(self.back(base) if base.is_Add else self._others.get(base, base), power)
        return plain * sp.exp(_square(exponent)) if exponent != 0 else plain
