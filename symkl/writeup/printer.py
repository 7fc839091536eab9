"""Expressions as LaTeX in the notation of a textbook: an own printer on SymPy's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sympy as sp
from sympy.printing.latex import LatexPrinter

from symkl.model import Density, Entropy, Expectation, Parameter
from symkl.writeup.order import ordered_factors, ordered_terms, signed
from symkl.writeup.symbols import latex_of_name, parameter_latex

__all__ = ["TextbookPrinter", "bracketed", "is_tall"]

_TALL = ("\\frac", "\\int", "\\sum", "\\begin", "\\binom", "\\left")
_ATOMIC_LOGS = (sp.gamma, sp.factorial, sp.beta, sp.Abs)


def is_tall(latex: str) -> bool:
    latex = latex.replace(r"\left|", "|").replace(r"\right|", "|")  # these are as high as what they hold
    return any(command in latex for command in _TALL)


def bracketed(latex: str, marks: str = "()") -> str:
    """Round brackets (or `marks`) of the height of what they hold."""
    if is_tall(latex):
        return rf"\left{marks[0]}{latex}\right{marks[1]}"
    return f"{marks[0]}{latex}{marks[1]}"


class TextbookPrinter(LatexPrinter):  # type: ignore[misc]  # SymPy has no types
    r"""Prints `\psi(\alpha)`, `\log\frac{\sigma_2}{\sigma_1}`, `x - \mu`, `\mathbb{E}_{x\sim q}[x^2]`.

    `parameters` give each symbol's LaTeX and the order of the terms; `symbols` what the laws p and q are called in print;
    `bare` leaves out the parameters' indices, `dimension` adds one (`\mu_{1,d}`).
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
        self.rank: dict[sp.Basic, int] = {p.symbol: i for i, p in enumerate(parameters)}
        self.variables = frozenset(variables)
        if dimension:
            self.names.update({v: f"{latex_of_name(v.name)}_{dimension}" for v in self.variables})
        self.laws = dict(symbols or {})
        self.supports: dict[sp.Basic, tuple[sp.Expr, sp.Expr, bool]] = {}
        self._small = False

    # -- sums and products -------------------------------------------------------------------------------------------

    def terms(self, expr: sp.Expr) -> list[sp.Expr]:
        return ordered_terms(expr, self.rank, self.variables)

    def _print_Add(self, expr: sp.Expr, order: Any = None) -> str:
        shared = _shared_denominator(expr)
        if shared != 1:
            inner = sp.Add(*(shared * term for term in expr.args))
            return self._print_fraction("1", str(shared)) + bracketed(self._print_Add(inner))
        text = ""
        for term in self.terms(expr):
            minus, body = signed(term, self.variables)
            sign = ("-" if minus else "") if not text else (" - " if minus else " + ")
            text += sign + (bracketed(self._print(body)) if body.is_Add else self._print(body))
        return text

    def doprint_with_minus(self, expr: sp.Expr) -> str | None:
        r"""A sum with its shared denominator and sign before a bracket, `-\frac{1}{2}(1 + ..)`; None without one."""
        shared = _shared_denominator(expr)
        if shared == 1:
            return None
        inner = sp.Add(*(-shared * term for term in expr.args))
        return "-" + self._print_fraction("1", str(shared)) + bracketed(self._print_Add(inner))

    def _print_Mul(self, expr: sp.Expr) -> str:
        minus, body = signed(expr, self.variables)
        if minus:
            inner = self._print(body)
            return "-" + (bracketed(inner) if body.is_Add else inner)
        above: list[sp.Expr] = []
        below: list[sp.Expr] = []
        for factor in sp.Mul.make_args(body):
            if factor.is_Rational:
                above += [sp.Integer(factor.p)] if factor.p != 1 else []
                below += [sp.Integer(factor.q)] if factor.q != 1 else []
            elif _is_reciprocal(factor):
                base, exponent = factor.as_base_exp()
                below.append(sp.Pow(base, -exponent))
            else:
                above.append(factor)
        above, below = _rationalised(above, below)
        if not below:
            return self._product(above)
        above, below = _cleared(above, below)
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

    @staticmethod
    def _stands_behind(factor: sp.Expr, numeric: bool) -> bool:
        """Whether a factor of the numerator is written behind the fraction: `1/(2 s^2) E[..]`, `1/2 log(2 pi)`."""
        base = factor if isinstance(factor, sp.exp) else factor.as_base_exp()[0]
        if isinstance(base, (sp.exp, sp.Integral, sp.Sum, Expectation)):
            return True
        if isinstance(base, sp.log) and base.args[0].as_numer_denom()[1] != 1:
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
            if factor.is_Add and not (alone and len(factors) == 1):
                piece = bracketed(piece)
            elif isinstance(factor, sp.log) and not last and not isinstance(factors[i + 1], sp.log):
                piece = r"\log" + bracketed(self._print(factor.args[0]))
            text += _gap(text, piece) + piece
        return text

    def _print_Pow(self, expr: sp.Expr) -> str:
        base, exponent = expr.base, expr.exp
        if exponent.is_Rational and exponent.is_negative or _is_reciprocal(expr):
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
        called = isinstance(base, (sp.gamma, sp.beta, sp.Abs)) or (base.is_Integer and base.is_nonnegative)
        if not (plain or called):
            inner = bracketed(inner)
        small, self._small = self._small, True
        power = self._print(exponent)
        self._small = small
        return f"{inner}^{power if len(power) == 1 else '{' + power + '}'}"

    def _positive_first(self, base: sp.Expr) -> sp.Expr:
        """`(-a + b)^2` and `|-a + b|` are printed as those of `a - b`, a before b."""
        ordered = sorted(base.args, key=lambda t: (sorted(self.rank.get(s, -1) for s in t.free_symbols), str(t)))
        lead = next((t for t in ordered if t.free_symbols), ordered[0])
        return sp.Add(*(-t for t in base.args)) if signed(lead)[0] else base

    # -- atoms -------------------------------------------------------------------------------------------------------

    def _print_Symbol(self, expr: sp.Symbol, style: str = "plain") -> str:
        return self.names.get(expr) or latex_of_name(expr.name)

    _print_Unit = _print_Symbol

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

    _print_CrossEntropy = _print_Entropy

    def _print_Divergence(self, expr: Any) -> str:
        p, q = (self._print(a) for a in expr.args)
        return rf"\KL({p}\,\|\,{q})"

    def _print_Density(self, expr: Any) -> str:
        law, at = (self._print(a) for a in expr.args)
        return f"{law}({at})"

    # -- functions ---------------------------------------------------------------------------------------------------

    def _print_log(self, expr: sp.Expr, exp: str | None = None) -> str:
        (of,) = expr.args
        inner = self._print(of)
        base = of.as_base_exp()[0]
        bare = (
            (of.is_Symbol or (of.is_number and of.is_Atom))
            or (of.is_Pow and base.is_Symbol and not of.exp.is_negative)
            or (isinstance(of, sp.Pow) and of.exp == sp.S.Half)
            or inner.startswith(r"\frac") and _one_fraction(inner)
            or isinstance(of, _ATOMIC_LOGS)
            or isinstance(of, Density)
        )
        text = r"\log" + (_gap(r"\log", inner, " ") + inner if bare else bracketed(inner))
        return f"{bracketed(text)}^{{{exp}}}" if exp else text

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

    def _called(self, name: str, args: Iterable[sp.Basic], exp: str | None) -> str:
        power = f"^{{{exp}}}" if exp else ""
        return name + power + bracketed(", ".join(self._print(a) for a in args))

    def _print_gamma(self, expr: sp.Expr, exp: str | None = None) -> str:
        if self._counts(expr.args[0]):
            return self._print_factorial(sp.factorial(expr.args[0] - 1), exp)
        return self._called(r"\Gamma", expr.args, exp)

    _print_uppergamma = _print_gamma

    def _counts(self, of: sp.Expr) -> bool:
        """Whether this is n + 1 for a discrete variable n: then its gamma function is printed as n!."""
        return bool((of - 1) in self.variables and of.is_integer)

    def _print_loggamma(self, expr: sp.Expr, exp: str | None = None) -> str:
        if self._counts(expr.args[0]) and exp is None:
            return self._print_log(sp.log(sp.factorial(expr.args[0] - 1), evaluate=False))
        return self._called(r"\log\Gamma", expr.args, exp)

    def _print_digamma(self, expr: sp.Expr, exp: str | None = None) -> str:
        return self._called(r"\psi", expr.args, exp)

    def _print_polygamma(self, expr: sp.Expr, exp: str | None = None) -> str:
        order, of = expr.args
        marks = "'" * int(order) if order.is_Integer and order <= 3 else f"^{{({self._print(order)})}}"
        return self._called(r"\psi" + marks, (of,), exp)

    def _print_beta(self, expr: sp.Expr, exp: str | None = None) -> str:
        return self._called(r"\mathrm{B}", expr.args, exp)

    def _print_erf(self, expr: sp.Expr, exp: str | None = None) -> str:
        return self._called(r"\operatorname{erf}", expr.args, exp)

    def _print_erfc(self, expr: sp.Expr, exp: str | None = None) -> str:
        return self._called(r"\operatorname{erfc}", expr.args, exp)

    def _print_Ei(self, expr: sp.Expr, exp: str | None = None) -> str:
        return self._called(r"\operatorname{Ei}", expr.args, exp)

    def _print_besseli(self, expr: sp.Expr, exp: str | None = None) -> str:
        return self._called(f"I_{{{self._print(expr.args[0])}}}", expr.args[1:], exp)

    def _print_besselk(self, expr: sp.Expr, exp: str | None = None) -> str:
        return self._called(f"K_{{{self._print(expr.args[0])}}}", expr.args[1:], exp)

    # -- integrals and sums ------------------------------------------------------------------------------------------

    def _print_Integral(self, expr: Any) -> str:
        variable, *bounds = expr.limits[0]
        sub = r"_{%s}^{%s}" % tuple(self._print(b) for b in bounds) if bounds else ""
        return rf"\int{sub} {self.summand(expr.function)}\,d{self._print(variable)}"

    def _print_Sum(self, expr: Any) -> str:
        variable, low, high = expr.limits[0]
        return rf"\sum_{{{self._print(variable)}={self._print(low)}}}^{{{self._print(high)}}} {self.summand(expr.function)}"

    def summand(self, body: sp.Expr) -> str:
        """The expression behind an integral or a sum sign: in brackets where it is a sum."""
        text = self._print(body)
        return bracketed(text) if body.is_Add and _shared_denominator(body) == 1 else text

    def _print_Piecewise(self, expr: Any) -> str:
        rows = [
            rf"{self._print(value)} & " + (r"\text{otherwise}" if when == sp.true else rf"\text{{if }} {self._print(when)}")
            for value, when in expr.args
        ]
        return r"\begin{cases} " + r" \\ ".join(rows) + r" \end{cases}"


def _is_reciprocal(factor: sp.Expr) -> bool:
    if not factor.is_Pow or isinstance(factor, sp.exp):
        return False
    return bool(factor.exp.as_coeff_Mul()[0].is_negative)


def _cleared(above: list[sp.Expr], below: list[sp.Expr]) -> tuple[list[sp.Expr], list[sp.Expr]]:
    """`(a/2 + b)/c` is printed `(a + 2 b)/(2 c)`."""
    if all(f.is_number for f in below):
        return above, below
    factor = sp.Integer(1)
    out = []
    for item in above:
        shared = sp.Integer(1)
        if item.is_Add:
            coefficients = [t.as_coeff_Mul()[0] for t in item.args]
            if all(c.is_Rational for c in coefficients):
                shared = sp.ilcm(*(c.q for c in coefficients)) if len(coefficients) > 1 else shared
        out.append(sp.Add(*(shared * t for t in item.args)) if shared != 1 else item)
        factor *= shared
    if factor == 1:
        return above, below
    number = sp.Mul(factor, *(f for f in below if f.is_Integer))
    return out, [number, *(f for f in below if not f.is_Integer)]


def _rationalised(above: list[sp.Expr], below: list[sp.Expr]) -> tuple[list[sp.Expr], list[sp.Expr]]:
    """`sqrt(2)/(2 s)`, as SymPy keeps it, is printed `1/(sqrt(2) s)`, and `sqrt(2)/sqrt(pi)` `2/sqrt(2 pi)`."""
    for root in [f for f in above if f.is_Pow and f.exp == sp.S.Half and f.base.is_Integer]:
        whole = next((f for f in below if f.is_Integer and f % root.base == 0), None)
        if whole is not None:
            above = [f for f in above if f != root]
            below = [f for f in below if f != whole] + [root]
            below += [whole / root.base] if whole != root.base else []
        elif any(f.is_Pow and f.exp == sp.S.Half and f.base == sp.pi for f in below):
            above = [f for f in above if f != root] + [root.base]
            below = [*below, root]
    return above, below


def _shared_denominator(expr: sp.Expr) -> sp.Integer:
    """n where each of three or more terms has the numeric coefficient (an integer)/n, n > 1; else 1."""
    coefficients = [term.as_coeff_Mul()[0] for term in expr.args]
    if len(coefficients) < 3 or not all(c.is_Rational for c in coefficients):
        return sp.Integer(1)
    if any(t.atoms(sp.Pow) and any(_is_reciprocal(f) for f in sp.Mul.make_args(t)) for t in expr.args):
        return sp.Integer(1)
    denominators = {c.q for c in coefficients}
    return sp.Integer(denominators.pop()) if len(denominators) == 1 else sp.Integer(1)


def _one_fraction(latex: str) -> bool:
    """Whether the text is `\\frac{..}{..}` and nothing behind it."""
    depth, groups = 0, 0
    for i, char in enumerate(latex):
        depth += (char == "{") - (char == "}")
        if char == "}" and depth == 0:
            groups += 1
            if groups == 2:
                return i == len(latex) - 1
    return False


def _gap(before: str, after: str, blank: str = "") -> str:
    r"""What stands between two factors: a blank behind a command (`\pi\sigma` needs none), `\cdot` between digits."""
    if not before:
        return ""
    if before[-1].isdigit() and after[0].isdigit() or (before[-1] == "}" and after[0].isdigit()):
        return r" \cdot "
    if after.startswith((r"\mathbb", r"\KL")):
        return r"\,"
    if before[-1].isalpha() and after[0].isalpha():
        return " "
    if before.endswith("]") or before.startswith(r"\log") and after.startswith("("):
        return r"\,"
    return ""
