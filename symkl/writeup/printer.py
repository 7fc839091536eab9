"""Expressions as LaTeX in the notation of a textbook: an own printer on SymPy's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sympy as sp

from symkl.model import Density, Entropy, Expectation, Parameter
from symkl.writeup.brackets import bracketed, gap, is_tall
from symkl.writeup.functions import FunctionPrinter
from symkl.writeup.order import ordered_factors, ordered_terms, signed
from symkl.writeup.quotients import cleared, factored, is_reciprocal, rationalised, shared_denominator
from symkl.writeup.symbols import latex_of_name, parameter_latex

__all__ = ["TextbookPrinter"]


class TextbookPrinter(FunctionPrinter):
    r"""Prints `\psi(\alpha)`, `\log\frac{\sigma_2}{\sigma_1}`, `x - \mu`, `\mathbb{E}_{x\sim q}[x^2]`.

    `parameters` give each symbol's LaTeX and the order of the terms; `symbols` what the laws p and q are called in
    print; `bare` leaves out the parameters' indices, `dimension` adds one (`\mu_{1,d}`). `kept`, which may be set,
    holds sums that keep their sign, such as `b - x`.
    """

    def __init__(
        self,
        parameters: Iterable[Parameter] = (),
        *,
        variables: Iterable[sp.Symbol] = (),
        symbols: Mapping[str, str] | None = None,
        bare: bool = False,
        dimension: str = "",
    ) -> None:
        super().__init__()
        parameters = tuple(parameters)
        self.names = {p.symbol: parameter_latex(p, bare=bare, dimension=dimension) for p in parameters}
        self.rank = {p.symbol: i for i, p in enumerate(parameters)}
        self.variables = frozenset(variables)
        if dimension:
            self.names.update({v: f"{latex_of_name(v.name)}_{dimension}" for v in self.variables})
        self.laws = dict(symbols or {})
        self.kept: frozenset[sp.Expr] = frozenset()

    # -- sums and products -------------------------------------------------------------------------------------------

    def terms(self, expr: sp.Expr) -> list[sp.Expr]:
        return ordered_terms(expr, self.rank, self.variables)

    def _print_Add(self, expr: sp.Expr, order: Any = None) -> str:
        shared = shared_denominator(expr)
        if shared != 1:
            inner = sp.Add(*(shared * term for term in expr.args))
            return self._print_fraction("1", str(shared)) + bracketed(self._print_Add(inner))
        text = ""
        for term in self.terms(expr):
            minus, body = signed(term, self.variables, self.kept)
            sign = ("-" if minus else "") if not text else (" - " if minus else " + ")
            text += sign + (bracketed(self._print(body)) if body.is_Add else self._print(body))
        return text

    def doprint_with_minus(self, expr: sp.Expr) -> str | None:
        r"""A sum with its shared denominator and sign before a bracket, `-\frac{1}{2}(1 + ..)`; None without one."""
        shared = shared_denominator(expr)
        if shared == 1:
            return None
        inner = sp.Add(*(-shared * term for term in expr.args))
        return "-" + self._print_fraction("1", str(shared)) + bracketed(self._print_Add(inner))

    def _print_Mul(self, expr: sp.Expr) -> str:
        minus, body = signed(expr, self.variables, self.kept)
        if minus:
            inner = self._print(body)
            return "-" + (bracketed(inner) if body.is_Add else inner)
        above: list[sp.Expr] = []
        below: list[sp.Expr] = []
        for factor in sp.Mul.make_args(body):
            if factor.is_Rational:
                above += [sp.Integer(factor.p)] if factor.p != 1 else []
                below += [sp.Integer(factor.q)] if factor.q != 1 else []
            elif is_reciprocal(factor):
                base, exponent = factor.as_base_exp()
                below.append(sp.Pow(base, -exponent))
            else:
                above.append(factor)
        above, below = rationalised(above, factored(below))
        if not below:
            return self._product(above)
        above, below = cleared(_multiplied(above), below)
        numeric = all(f.is_number for f in below)
        behind = [f for f in above if self._stands_behind(f, numeric)]
        inside = [f for f in above if f not in behind]
        if self._small and not behind:
            return self._slashed(inside, below)
        fraction = self._print_fraction(self._product(inside, True), self._product(below, True))
        return fraction + self._product(behind) if behind else fraction

    def _slashed(self, above: list[sp.Expr], below: list[sp.Expr]) -> str:
        bottom = self._product(below)
        return f"{self._product(above)}/{bottom if len(below) == 1 and not below[0].is_Add else bracketed(bottom)}"

    @staticmethod
    def _print_fraction(above: str, below: str) -> str:
        return rf"\frac{{{above}}}{{{below}}}"

    def _stands_behind(self, factor: sp.Expr, numeric: bool) -> bool:
        """Whether a factor of the numerator is written behind the fraction: `1/(2 s^2) E[..]`, `1/2 log(2 pi)`."""
        base = factor if isinstance(factor, sp.exp) else factor.as_base_exp()[0]
        if isinstance(base, (sp.exp, sp.Integral, sp.Sum, Expectation)):
            return True
        if isinstance(base, sp.log) and base.args[0].as_numer_denom()[1] != 1:
            return True
        if not self._small and is_tall(self._print(factor)):
            return True
        return numeric and (base.is_Add or base.is_Function or isinstance(base, (Entropy, Density)))

    def _product(self, factors: list[sp.Expr], alone: bool = False) -> str:
        """Factors in order, without a sign for the product; `alone` where nothing stands beside it."""
        if not factors:
            return "1"
        roots = [f.base for f in factors if f.is_Pow and f.exp == sp.S.Half and f.base.is_nonnegative]
        if len(roots) > 1:
            factors = [f for f in factors if not (f.is_Pow and f.base in roots and f.exp == sp.S.Half)]
            factors.append(sp.sqrt(sp.Mul(*roots, evaluate=False), evaluate=False))
        factors = ordered_factors(factors, self.rank, self.variables)
        text = ""
        for i, factor in enumerate(factors):
            last = i == len(factors) - 1
            piece = self._print(factor)
            if factor.is_Add and not (alone and len(factors) == 1) and shared_denominator(factor) == 1:
                piece = bracketed(piece)
            elif isinstance(factor, sp.log) and not last and not isinstance(factors[i + 1], sp.log):
                piece = r"\log" + bracketed(self._print(factor.args[0]))
            text += gap(text, piece) + piece
        return text

    def _print_Pow(self, expr: sp.Expr) -> str:
        base, exponent = expr.base, expr.exp
        if (exponent.is_Rational and exponent.is_negative) or is_reciprocal(expr):
            below = sp.Pow(base, -exponent)
            if self._small:
                return self._slashed([], [below])
            return self._print_fraction("1", self._print(below))
        if exponent == sp.S.Half:
            return rf"\sqrt{{{self._product(list(sp.Mul.make_args(base)), True)}}}"
        if exponent.is_Integer and exponent.is_even and base.is_Add:
            base = self._positive_first(base)
        inner = self._print(base)
        plain = (base.is_Symbol or base.is_NumberSymbol) and "^" not in inner and not inner.startswith("\\log")
        called = isinstance(base, (sp.gamma, sp.beta, sp.Abs, sp.besseli, sp.besselk, sp.zeta))
        called = called or (base.is_Integer and base.is_nonnegative)
        if not (plain or called):
            inner = bracketed(inner)
        small, self._small = self._small, True
        power = self._print(exponent)
        self._small = small
        return f"{inner}^{power if len(power) == 1 else '{' + power + '}'}"

    # -- atoms -------------------------------------------------------------------------------------------------------

    def _print_Symbol(self, expr: sp.Symbol, style: str = "plain") -> str:
        return self.names.get(expr) or latex_of_name(expr.name)

    _print_Unit = _print_Symbol  # noqa: N815  # the name by which SymPy finds it

    def _print_Dummy(self, expr: sp.Dummy) -> str:
        return latex_of_name(expr.name)

    def _print_Law(self, expr: sp.Symbol) -> str:
        return self.laws.get(expr.name, expr.name)

    def _print_EulerGamma(self, expr: sp.Expr) -> str:
        return r"\gamma"

    def _print_Rational(self, expr: sp.Rational) -> str:
        if expr.q == 1:
            return str(expr.p)
        sign = "-" if expr.p < 0 else ""
        if self._small:
            return f"{sign}{abs(expr.p)}/{expr.q}"
        return sign + self._print_fraction(str(abs(expr.p)), str(expr.q))


def _multiplied(factors: list[sp.Expr]) -> list[sp.Expr]:
    """The integers among the factors as one."""
    number = sp.Mul(*(f for f in factors if f.is_Integer))
    return [*([number] if number != 1 else []), *(f for f in factors if not f.is_Integer)]
