"""From an expression in x to its asymptotic series as x nears an end."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import sympy as sp

from symkl.algebra.special import to_gamma
from symkl.algebra.tails.branching import Signs, Undecided, Unsettled
from symkl.algebra.tails.monomials import ONE, iterated_log
from symkl.algebra.tails.series import Calculus, Series, constant

__all__ = ["Expansion"]


def place(end: sp.Expr, side: int) -> Series:
    """The variable as a series in t: t, -t, or `end + side/t`."""
    t = iterated_log(0)
    if end in (sp.oo, -sp.oo):
        return Series({t: sp.Integer(1 if end == sp.oo else -1)})
    near = {ONE / t: sp.Integer(side)}
    return Series(near if end == 0 else {ONE: end, **near})


@lru_cache(maxsize=4096)
def _without_constraints(
    expression: sp.Expr, x: sp.Symbol, end: sp.Expr, side: int, order: int, loose: bool
) -> Series | None:
    """The series where it depends on no constraint: terms recur from one pair of families to the next."""
    try:
        return Expansion(Calculus(Signs(), order, loose), x, end, side).of(expression)
    except (Undecided, Unsettled):
        return None


class Expansion:
    """Expressions in `x` as series, near an end of the range of x."""

    def __init__(self, calculus: Calculus, x: sp.Symbol, end: sp.Expr, side: int) -> None:
        self.calculus, self.x, self.end, self.side = calculus, x, end, side
        self.found: dict[sp.Basic, Series] = {x: place(end, side)}

    def sum_of(self, expression: sp.Expr) -> Series:
        """The series of a sum, term by term."""
        if self.end.free_symbols:
            return self.of(expression)
        options = (self.x, self.end, self.side, self.calculus.order, self.calculus.loose)
        for term in sp.Add.make_args(expression):
            known = _without_constraints(term, *options)
            if known is not None:
                self.found[term] = known
        return self.of(expression)

    def of(self, expression: sp.Expr) -> Series:
        """The series of the expression. Raises `Undecided`, or `Unsettled` for a sign that it depends on."""
        if self.x not in expression.free_symbols:
            if expression.has(sp.nan, sp.zoo, sp.oo):
                raise Undecided("not a number")
            return constant(expression)
        if expression not in self.found:
            self.found[expression] = self._of(expression)
        return self.found[expression]

    def _of(self, expression: sp.Expr) -> Series:
        calculus = self.calculus
        if isinstance(expression, sp.Add):
            return calculus.add(*(self.of(term) for term in expression.args))
        if isinstance(expression, sp.Mul):
            factor, varying = expression.as_independent(self.x, as_Add=False)
            product = constant(sp.Integer(1))
            for part in sp.Mul.make_args(varying):
                product = calculus.multiply(product, self.of(part))
            return calculus.times(factor, product)
        if isinstance(expression, sp.exp):
            return calculus.exponential(self.of(expression.args[0]))
        if isinstance(expression, sp.Pow):
            base, exponent = expression.args
            if self.x in exponent.free_symbols:
                return calculus.exponential(calculus.multiply(self.of(exponent), self.of(sp.log(base))))
            return calculus.power(self.of(base), exponent)
        if isinstance(expression, sp.Piecewise):
            return self._branch(expression)
        for kind, rule in _RULES:
            if isinstance(expression, kind):
                return rule(self, expression)
        plain = to_gamma(expression)
        if plain != expression:
            return self.of(plain)
        raise Undecided(f"{expression.func} is not known")

    def _branch(self, expression: sp.Piecewise) -> Series:
        try:
            value = next((value for value, condition in expression.args if self._holds(condition)), None)
        except Unsettled:
            if not self.calculus.loose:
                raise
            every = [self.of(value) for value, _ in expression.args]
            return Series({}, frozenset(m for part in every for m in (*part.terms, *part.rests)))
        if value is None:
            raise Undecided("no branch holds")
        return self.of(value)

    def _holds(self, condition: sp.Basic) -> bool:
        if condition in (sp.true, sp.false):
            return condition is sp.true
        if isinstance(condition, (sp.And, sp.Or)):
            every = all if isinstance(condition, sp.And) else any
            return every(self._holds(part) for part in condition.args)
        if not isinstance(condition, (sp.Gt, sp.Ge, sp.Lt, sp.Le)):
            raise Undecided("a condition that is not an inequality")
        sign = self.calculus.sign(self.of(condition.gts - condition.lts))
        return sign > 0 if isinstance(condition, (sp.Gt, sp.Lt)) else sign >= 0

    def logarithm(self, argument: sp.Expr) -> Series:
        """`log(argument)`, factor by factor, so that no exponential is formed only to be undone."""
        fixed, varying = to_gamma(argument).as_independent(self.x, as_Add=False)
        parts: list[Series] = []
        negative = False
        for factor in sp.Mul.make_args(varying):
            base, exponent = factor.as_base_exp()
            if base == sp.E:
                parts.append(self.of(exponent))
            elif isinstance(factor, sp.Piecewise):
                parts.append(self.of(sp.Piecewise(*((sp.log(value), when) for value, when in factor.args))))
            elif isinstance(factor, sp.gamma):
                parts.append(self.loggamma(factor.args[0]))
            else:
                log, turned = self._log_of_factor(self.of(base), exponent)
                parts.append(self.calculus.multiply(self.of(exponent), log))
                negative ^= turned
        outer = -fixed if negative else fixed
        return self.calculus.add(constant(sp.log(outer)), *parts)

    def _log_of_factor(self, base: Series, exponent: sp.Expr) -> tuple[Series, bool]:
        """`log|base|`, and whether `base**exponent` is negative."""
        try:
            if self.calculus.sign(base) > 0:
                return self.calculus.logarithm(base), False
        except Unsettled:
            if not self.calculus.loose or base.rests or not all(m.is_power for m in base.terms):
                raise
            return Series({}, frozenset({iterated_log(1)})), False  # one of its terms leads, whichever it is
        if not exponent.is_integer:
            raise Undecided("a logarithm of what is not positive")
        return self.calculus.logarithm(self.calculus.times(sp.Integer(-1), base)), bool(exponent.is_odd)

    def loggamma(self, argument: sp.Expr) -> Series:
        """Stirling's series far out, `-log z` near 0, the value at a positive point."""
        calculus, z = self.calculus, self.of(argument)
        found = calculus.lead(z)
        if found is None or calculus.signs.sign(found[0]) < 0:
            raise Undecided("the logarithm of a gamma function of what is not positive")
        monomial = found[1]
        growth = calculus.scale.growth(monomial)
        if growth > 0:
            shifted = calculus.add(z, constant(-sp.Rational(1, 2)))
            main = calculus.multiply(shifted, calculus.logarithm(z))
            left_out = Series({ONE: sp.log(2 * sp.pi) / 2}, frozenset({ONE / monomial}))
            return calculus.add(main, calculus.times(sp.Integer(-1), z), left_out)
        if growth < 0:
            near = calculus.times(sp.Integer(-1), calculus.logarithm(z))
            return calculus.add(near, Series({}, frozenset({monomial})))
        return self.smooth(sp.loggamma, z)

    def smooth(self, function: Callable[[sp.Expr], sp.Expr], inner: Series) -> Series:
        """`f(c + small) = f(c) + O(small)` for an f that is smooth at c."""
        scale = self.calculus.scale
        at = sp.Add(*(c for m, c in inner.terms.items() if scale.growth(m) == 0))
        small = [m for m in (*inner.terms, *inner.rests) if scale.growth(m) < 0]
        if any(scale.growth(m) >= 0 for m in inner.rests) or any(scale.growth(m) > 0 for m in inner.terms):
            raise Undecided("a function is not known there")
        rests = frozenset(scale.maximal(small, scale.compare))
        return Series({ONE: function(at)}, rests)


def _gamma(expansion: Expansion, expression: sp.Expr) -> Series:
    return expansion.calculus.exponential(expansion.loggamma(expression.args[0]))


def _absolute(expansion: Expansion, expression: sp.Expr) -> Series:
    inner = expansion.of(expression.args[0])
    try:
        sign = expansion.calculus.sign(inner)
    except (Undecided, Unsettled) as reason:
        if not expansion.calculus.loose and isinstance(reason, Unsettled):
            raise
        return expansion.smooth(sp.Abs, inner)
    return expansion.calculus.times(sp.Integer(sign), inner)


def _periodic(expansion: Expansion, expression: sp.Expr) -> Series:
    try:
        return expansion.smooth(expression.func, expansion.of(expression.args[0]))
    except Undecided:
        return Series({}, frozenset({ONE}))


def _extreme(expansion: Expansion, expression: sp.Expr) -> Series:
    best = expression.args[0]
    for other in expression.args[1:]:
        difference = expansion.calculus.sign(expansion.of(other - best))
        if difference * (1 if isinstance(expression, sp.Max) else -1) > 0:
            best = other
    return expansion.of(best)


def _error_function(expansion: Expansion, expression: sp.Expr) -> Series:
    """`erf z = 1 - exp(-z**2)/(z*sqrt(pi))*(1 + O(1/z**2))` as z goes to infinity."""
    calculus, z = expansion.calculus, expansion.of(expression.args[0])
    found = calculus.lead(z)
    if found is None or calculus.scale.growth(found[1]) <= 0:
        return expansion.smooth(sp.erf, z)
    sign = sp.Integer(calculus.signs.sign(found[0]))
    fall = calculus.exponential(calculus.times(sp.Integer(-1), calculus.power(z, sp.Integer(2))))
    near = Series({ONE: -1 / sp.sqrt(sp.pi)}, frozenset({(ONE / found[1]) ** sp.Integer(2)}))
    left = calculus.multiply(calculus.multiply(fall, calculus.power(z, sp.Integer(-1))), near)
    return calculus.add(constant(sign), left)


_RULES: tuple[tuple[type | tuple[type, ...], Callable[[Expansion, sp.Expr], Series]], ...] = (
    (sp.log, lambda expansion, expression: expansion.logarithm(expression.args[0])),
    (sp.loggamma, lambda expansion, expression: expansion.loggamma(expression.args[0])),
    (sp.gamma, _gamma),
    (sp.Abs, _absolute),
    ((sp.cos, sp.sin), _periodic),
    ((sp.Max, sp.Min), _extreme),
    (sp.erf, _error_function),
)
