"""Functions, integrals and the inert quantities as LaTeX."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sympy as sp
from sympy.printing.latex import LatexPrinter

from symkl.model import Density
from symkl.writeup.brackets import bracketed, cases, gap, is_tall, one_fraction
from symkl.writeup.conditions import BOTH, conjunction
from symkl.writeup.order import signed
from symkl.writeup.quotients import shared_denominator

__all__ = ["FUNCTION_NAMES", "FunctionPrinter"]

#: functions that are printed as a name before their arguments
FUNCTION_NAMES = {
    "digamma": r"\psi",
    "beta": r"\mathrm{B}",
    "erf": r"\operatorname{erf}",
    "erfc": r"\operatorname{erfc}",
    "Ei": r"\operatorname{Ei}",
    "cos": r"\cos",
    "sin": r"\sin",
    "tan": r"\tan",
    "cosh": r"\cosh",
    "sinh": r"\sinh",
    "tanh": r"\tanh",
    "coth": r"\coth",
    "atan": r"\arctan",
    "atanh": r"\operatorname{artanh}",
    "sign": r"\operatorname{sign}",
}

_ATOMIC_LOGS = (sp.gamma, sp.factorial, sp.beta, sp.Abs, Density)


class FunctionPrinter(LatexPrinter):
    r"""Prints `\psi(\alpha)`, `\log\frac{a}{b}`, `\mathbb{E}_{x\sim q}[x^2]`, `\int_0^1 p(x)\,dx`.

    `variables` are the symbols averaged over, `rank` is the order of the parameters, `supports` the bounds of a law's
    support and whether it is discrete.
    """

    def __init__(self) -> None:
        super().__init__()
        self.variables: frozenset[sp.Symbol] = frozenset()
        self.rank: dict[sp.Basic, int] = {}
        self.supports: dict[sp.Basic, tuple[sp.Expr, sp.Expr, bool]] = {}
        self._small = False
        self._printed: dict[tuple[sp.Basic, bool], str] = {}

    def _print(self, expr: Any, **settings: Any) -> str:
        """SymPy's dispatch, with a memory: where a factor stands depends on its print, so it is asked for twice."""
        if settings or not isinstance(expr, sp.Basic):
            return str(super()._print(expr, **settings))
        key = (expr, self._small)
        if key not in self._printed:
            self._printed[key] = str(super()._print(expr))
        return self._printed[key]

    def _positive_first(self, base: sp.Expr) -> sp.Expr:
        """`(-a + b)^2` and `|-a + b|` are printed as those of `a - b`, a before b."""
        ordered = sorted(base.args, key=lambda t: (sorted(self.rank.get(s, -1) for s in t.free_symbols), str(t)))
        lead = next((t for t in ordered if t.free_symbols), ordered[0])
        return sp.Add(*(-t for t in base.args)) if signed(lead)[0] else base

    # -- inert nodes -------------------------------------------------------------------------------------------------

    def _print_Expectation(self, expr: Any) -> str:
        if expr.body == 1 and expr.law in self.supports:
            return self._total(expr)
        body = self._print(expr.body)
        law = rf"\mathbb{{E}}_{{{self._print(expr.variable)}\sim {self._print(expr.law)}}}"
        return law + bracketed(body, "[]")

    def _total(self, expr: Any) -> str:
        """`E_p[1]` as the integral or the sum of the density over its support (lower, upper, whether discrete)."""
        lower, upper, discrete = self.supports[expr.law]
        body = Density(expr.law, expr.variable)
        whole = (sp.Sum if discrete else sp.Integral)(body, (expr.variable, lower, upper))
        return str(self._print(whole))

    def _print_Entropy(self, expr: Any) -> str:
        return "H(" + ", ".join(self._print(a) for a in expr.args) + ")"

    _print_CrossEntropy = _print_Entropy  # noqa: N815  # the name by which SymPy finds it

    def _print_Divergence(self, expr: Any) -> str:
        p, q = (self._print(a) for a in expr.args)
        return rf"\KL({p}\,\|\,{q})"

    def _print_Density(self, expr: Any) -> str:
        law, at = (self._print(a) for a in expr.args)
        return f"{law}({at})"

    # -- functions ---------------------------------------------------------------------------------------------------

    def _print_log(self, expr: sp.Expr, exp: str | None = None) -> str:
        (of,) = expr.args
        inner = self._over_one_number(of) if of.is_Add else self._print(of)
        base = of.as_base_exp()[0]
        bare = (
            (of.is_Symbol or (of.is_number and of.is_Atom))
            or (of.is_Pow and base.is_Symbol and not of.exp.is_negative)
            or (isinstance(of, sp.Pow) and of.exp == sp.S.Half)
            or (inner.startswith(r"\frac") and one_fraction(inner))
            or isinstance(of, _ATOMIC_LOGS)
        )
        text = r"\log" + (gap(r"\log", inner, " ") + inner if bare else bracketed(inner))
        return f"{bracketed(text)}^{{{exp}}}" if exp else text

    def _over_one_number(self, add: sp.Expr) -> str:
        """`b/2 - a/2` as a fraction, (b - a)/2."""
        coefficients = [term.as_coeff_Mul()[0] for term in add.args]
        shared = sp.ilcm(*(c.q for c in coefficients)) if all(c.is_Rational for c in coefficients) else 1
        if shared == 1:
            return self._print(add)
        return rf"\frac{{{self._print(sp.Add(*(shared * term for term in add.args)))}}}{{{shared}}}"

    def _print_exp(self, expr: sp.Expr, exp: str | None = None) -> str:
        (of,) = expr.args
        small, self._small = self._small, True
        short = self._print(of)
        self._small = small
        if len(short.replace("\\", "")) <= 24 and not is_tall(short) and not of.has(sp.exp):
            text = f"e^{{{short}}}"
        else:
            text = r"\exp" + bracketed(self._print(of))
        return f"{bracketed(text)}^{{{exp}}}" if exp else text

    def _print_Abs(self, expr: sp.Expr, exp: str | None = None) -> str:
        (of,) = expr.args
        text = rf"\left|{self._print(self._positive_first(of) if of.is_Add else of)}\right|"
        return f"{text}^{{{exp}}}" if exp else text

    def _called(self, name: str, args: Iterable[sp.Basic], exp: str | None = None) -> str:
        power = f"^{{{exp}}}" if exp else ""
        return name + power + bracketed(", ".join(self._print(a) for a in args))

    def _print_Function(self, expr: sp.Expr, exp: str | None = None) -> str:
        name = FUNCTION_NAMES.get(type(expr).__name__)
        return self._called(name, expr.args, exp) if name else str(super()._print_Function(expr, exp))

    # those for which SymPy has a printer of its own
    _print_beta = _print_Ei = _print_Function  # noqa: N815

    def _print_gamma(self, expr: sp.Expr, exp: str | None = None) -> str:
        if self._counts(expr.args[0]):
            return self._print_factorial(sp.factorial(expr.args[0] - 1), exp)
        return self._called(r"\Gamma", expr.args, exp)

    def _print_uppergamma(self, expr: sp.Expr, exp: str | None = None) -> str:
        return self._called(r"\Gamma", expr.args, exp)

    def _counts(self, of: sp.Expr) -> bool:
        """Whether this is n + 1 for a discrete variable n: then its gamma function is printed as n!."""
        return bool((of - 1) in self.variables and of.is_integer)

    def _print_loggamma(self, expr: sp.Expr, exp: str | None = None) -> str:
        if self._counts(expr.args[0]) and exp is None:
            return self._print_log(sp.log(sp.factorial(expr.args[0] - 1), evaluate=False))
        return self._called(r"\log\Gamma", expr.args, exp)

    def _print_polygamma(self, expr: sp.Expr, exp: str | None = None) -> str:
        order, of = expr.args
        return self._called(r"\psi" + self._primes(order), (of,), exp)

    def _print_zeta(self, expr: sp.Expr, exp: str | None = None) -> str:
        return self._called(r"\zeta", expr.args, exp)

    def _print_zeta_derivative(self, expr: sp.Expr, exp: str | None = None) -> str:
        order, of = expr.args
        return self._called(r"\zeta" + self._primes(order), (of,), exp)

    def _primes(self, order: sp.Expr) -> str:
        return "'" * int(order) if order.is_Integer and order <= 3 else f"^{{({self._print(order)})}}"

    def _print_betainc(self, expr: sp.Expr, exp: str | None = None) -> str:
        r"""`\mathrm{B}(x; a, b)`, the integral from 0 to x; from another end the difference of two of these."""
        a, b, low, high = expr.args
        shapes = f"{self._print(a)}, {self._print(b)}"
        upper = r"\mathrm{B}" + bracketed(f"{self._print(high)}; {shapes}")
        if low == 0:
            return f"{upper}^{{{exp}}}" if exp else upper
        difference = bracketed(upper + r" - \mathrm{B}" + bracketed(f"{self._print(low)}; {shapes}"))
        return f"{difference}^{{{exp}}}" if exp else difference

    def _print_expint(self, expr: sp.Expr, exp: str | None = None) -> str:
        return self._called(f"E_{{{self._print(expr.args[0])}}}", expr.args[1:], exp)

    def _print_polylog(self, expr: sp.Expr, exp: str | None = None) -> str:
        order = self._print(expr.args[0])
        return self._called(rf"\operatorname{{Li}}_{{{order}}}", expr.args[1:], exp)

    def _print_besseli(self, expr: sp.Expr, exp: str | None = None) -> str:
        return self._called(f"I_{{{self._print(expr.args[0])}}}", expr.args[1:], exp)

    def _print_besselk(self, expr: sp.Expr, exp: str | None = None) -> str:
        return self._called(f"K_{{{self._print(expr.args[0])}}}", expr.args[1:], exp)

    def _print_binomial(self, expr: sp.Expr, exp: str | None = None) -> str:
        above, below = map(self._print, expr.args)
        text = rf"\binom{{{above}}}{{{below}}}"
        return f"{text}^{{{exp}}}" if exp else text

    def _extremum(self, expr: sp.Expr, exp: str | None = None) -> str:
        return self._called(rf"\{type(expr).__name__.lower()}", sorted(expr.args, key=sp.default_sort_key), exp)

    _print_Min = _print_Max = _extremum  # noqa: N815

    # -- conditions --------------------------------------------------------------------------------------------------

    def _print_Relational(self, expr: Any) -> str:
        return conjunction([expr], self._print, self.variables)[0]

    def _print_And(self, expr: Any) -> str:
        return BOTH.join(conjunction([expr], self._print, self.variables))

    # -- integrals and sums ------------------------------------------------------------------------------------------

    def _print_Integral(self, expr: Any) -> str:
        variable, *bounds = expr.limits[0]
        sub = "_{{{}}}^{{{}}}".format(*map(self._print, bounds)) if bounds else ""
        return rf"\int{sub} {self.summand(expr.function)}\,d{self._print(variable)}"

    def _print_Sum(self, expr: Any) -> str:
        index, low, high = (self._print(part) for part in expr.limits[0])
        return rf"\sum_{{{index}={low}}}^{{{high}}} {self.summand(expr.function)}"

    def summand(self, body: sp.Expr) -> str:
        """The expression behind an integral or a sum sign: in brackets where it is a sum."""
        text = self._print(body)
        return bracketed(text) if body.is_Add and shared_denominator(body) == 1 else text

    def _print_Piecewise(self, expr: Any) -> str:
        rows = [
            rf"{self._print(value)} & "
            + (r"\text{otherwise}" if when == sp.true else rf"\text{{if }} {self._print(when)}")
            for value, when in expr.args
        ]
        return cases(rows)
