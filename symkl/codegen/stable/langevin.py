"""Log-odds beside the difference of two weights: what is 0/0 at even odds, by functions that are exact there.

With weights p and q = 1 - p and x half of their log-odds, `p - q` is tanh(x), `atanh(p - q)` is x and their quotient
is `exp(g)*sinh(x)/x*2`, where g is log(p*q)/2. A sum with `1/tanh(x)` and `1/x` loses every digit near x = 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from symkl.codegen.stable.kernels import LangevinRise, LogOddsRise, LogRatio, SinhcGap
from symkl.codegen.stable.logs import split_logs
from symkl.model import Unit

__all__ = ["open_langevin"]


@dataclass(frozen=True)
class _Odds:
    """A weight p, a logistic function where there are `log_odds`, and what stands for the functions of it."""

    p: sp.Expr
    log_odds: sp.Symbol | None
    #: x and tanh(x), which have one sign and are only met in even functions
    half: sp.Symbol
    tanh: sp.Symbol
    #: log(p*q)/2, log(sinh(x)/x) and coth(x) - 1/x
    level: sp.Symbol
    sinhc: sp.Symbol
    langevin: sp.Symbol

    @property
    def exact(self) -> sp.Expr:
        """x, from a difference of the weights that is exact near even odds."""
        if self.log_odds is not None:
            return self.log_odds / 2
        return LogRatio(self.p, 1 - self.p, 2 * self.p - 1) / 2

    def known(self) -> dict[sp.Symbol, sp.Expr]:
        """What the symbols are that may stay: the functions as what they gain from 0."""
        x = self.exact
        return {self.half: x, self.sinhc: SinhcGap(x, sp.S.Zero, x), self.langevin: LangevinRise(x, sp.S.Zero, x)}

    def step_from(self, other: _Odds) -> sp.Expr:
        """What x exceeds another's by."""
        if self.log_odds is not None or other.log_odds is not None:
            return self.exact - other.exact
        return LogOddsRise(self.p, other.p, self.p - other.p) / 2


def open_langevin(expression: sp.Expr) -> tuple[sp.Expr, sp.Expr] | None:
    """What is left of a sum with log-odds and differences of weights in denominators, and gaps of `log(sinh(x)/x)`.

    None where there are no such denominators, or not all of them go.
    """
    expression, found = _weights(expression)
    rest = _in_halves(expression, found) if found else None
    if rest is None:
        return None
    gaps = sp.S.Zero
    for b in found:
        for a in found:
            coefficient = -_of(rest, b.half, a.langevin) if a != b else sp.S.Zero
            if coefficient != 0 and rest.coeff(b.sinhc) == coefficient == -rest.coeff(a.sinhc):
                gaps += coefficient * SinhcGap(b.exact, a.exact, b.step_from(a))
                gap = b.sinhc - a.sinhc - (b.half - a.half) * a.langevin
                rest = sp.expand(rest - coefficient * gap)
    for a in found:
        coefficient = _of(rest, a.half, a.langevin)
        if coefficient != 0 and rest.coeff(a.sinhc) == -coefficient:
            gaps += coefficient * SinhcGap(sp.S.Zero, a.exact, -a.exact)
            rest = sp.expand(rest - coefficient * (a.half * a.langevin - a.sinhc))
    known = {symbol: value for a in found for symbol, value in a.known().items()}
    opened = sp.Add(*(term for term in sp.Add.make_args(rest) if term.has(*known)))
    return rest - opened, gaps + opened.subs(known)


def _weights(expression: sp.Expr) -> tuple[sp.Expr, list[_Odds]]:
    """The weights of which both logarithms or their atanh stand somewhere; a logistic one gets a symbol of its own."""
    tanhs = {sp.expand(e.args[0]) for e in expression.atoms(sp.atanh)}
    logs = expression.atoms(sp.log)
    found: list[tuple[sp.Expr, sp.Symbol | None]] = []
    for symbol in sorted(expression.free_symbols, key=sp.default_sort_key):
        p = symbol if isinstance(symbol, Unit) else 1 / (1 + sp.exp(-symbol))
        if not (tanhs & {2 * p - 1, 1 - 2 * p} or {sp.log(p), sp.log(1 - p)} <= logs):
            continue
        if p != symbol:
            p = Unit(f"_weight_{len(found)}")
            expression = expression.subs(sp.exp(-symbol), 1 / p - 1)
        found.append((p, None if p == symbol else symbol))
    return expression, [
        _Odds(
            p,
            log_odds,
            *(sp.Dummy(name, positive=True) for name in ("half", "tanh")),
            *(sp.Dummy(name, real=True) for name in ("level", "sinhc", "langevin")),
        )
        for p, log_odds in found
    ]


def _in_halves(expression: sp.Expr, found: list[_Odds]) -> sp.Expr | None:
    """The expression multiplied out, in the symbols of the odds; None where another function of a weight stays."""
    expression = expression.replace(sp.atanh, lambda u: _half(sp.expand(u), found))
    expression = _logs_opened(split_logs(expression), found)
    # what is left inside a logarithm has differences of weights as factors
    expression = expression.replace(sp.log, lambda e: sp.log(_with_tanhs(sp.factor(e), found) if e.has(Unit) else e))
    expression = _logs_opened(split_logs(expression), found)
    for odds in found:
        quotient = odds.sinhc + odds.level + sp.log(2)
        expression = expression.subs(sp.log(odds.tanh), sp.log(odds.half) + quotient).subs(odds.p, (1 + odds.tanh) / 2)
    expression = expression.replace(
        lambda e: e.is_Pow and e.base.is_Add and e.exp.is_Integer and e.exp.is_negative,
        lambda e: sp.factor(sp.expand(e.base)) ** e.exp,
    )
    expression = sp.expand(expression)
    for odds in found:
        # every power of the difference stands below
        expression = sp.expand(expression.subs(odds.tanh, 1 / (odds.langevin + 1 / odds.half)))
        x = odds.half
        if expression.has(odds.level, odds.tanh, sp.log(x)) or not expression.is_polynomial(x, odds.langevin):
            return None
    return expression


def _half(difference: sp.Expr, found: list[_Odds]) -> sp.Expr:
    """Its atanh."""
    for odds in found:
        for sign in (1, -1):
            if difference == sp.expand(sign * (2 * odds.p - 1)):
                return sign * odds.half
    return sp.atanh(difference)


def _logs_opened(expression: sp.Expr, found: list[_Odds]) -> sp.Expr:
    for odds in found:
        logs = {sp.log(odds.p): odds.level + odds.half, sp.log(1 - odds.p): odds.level - odds.half}
        expression = expression.subs(logs)
    return expression


def _with_tanhs(product: sp.Expr, found: list[_Odds]) -> sp.Expr:
    """The factors that are multiples of `2*p - 1` by their symbols."""
    for odds in found:
        product = product.replace(
            lambda e, p=odds.p: e.is_Add and e.free_symbols == {p} and sp.cancel(e / (2 * p - 1)).is_Rational,
            lambda e, p=odds.p, tanh=odds.tanh: sp.cancel(e / (2 * p - 1)) * tanh,
        )
    return product


def _of(rest: sp.Expr, x: sp.Expr, y: sp.Expr) -> sp.Expr:
    """The coefficient of x*y."""
    return rest.coeff(x, 1).coeff(y, 1)
