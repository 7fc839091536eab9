"""An expression as Python text, by the spellings of a backend."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import reduce
from typing import Any

import sympy as sp

from symkl.codegen.backends.base import Backend
from symkl.codegen.stable.kernels.together import Place
from symkl.errors import NotYet

__all__ = ["Printer"]

_SUM, _PRODUCT, _UNARY, _ATOM = range(4)
_CALLED = re.compile(r"[A-Za-z_][\w.]*(?=\()")
_COMPARISONS = {
    sp.StrictGreaterThan: ">",
    sp.GreaterThan: ">=",
    sp.StrictLessThan: "<",
    sp.LessThan: "<=",
    sp.Equality: "==",
    sp.Unequality: "!=",
}


class Printer:
    """Prints for a backend; `names` are the names that symbols have in the code, those not there keep their own.

    `spellings` may take the place of the backend's own, of numbers that are divided by a sign. `called` grows as it
    prints: the names of the functions that the text calls, such as `_log_gap` or `np.log`.
    """

    def __init__(
        self, target: Backend, names: Mapping[sp.Symbol, str], spellings: Mapping[Any, str] | None = None
    ) -> None:
        self._target, self._names = target, names
        self._spellings = target.SPELLINGS if spellings is None else spellings
        self._quotients = target.QUOTIENT if spellings is None else "{0} / {1}"
        self.called: set[str] = set()
        #: the names that arguments have
        self.names = frozenset(names.values())
        #: a call sets its arguments apart by itself
        self._divisor = _UNARY if self._quotients.startswith("{0}") else _SUM

    def text(self, expression: sp.Basic) -> str:
        """One line of Python. Raises NotYet for a function that the backend has no spelling for."""
        return self._print(expression)[0]

    def condition(self, relation: sp.Basic) -> str:
        """A comparison; NotYet for anything else."""
        sign = _COMPARISONS.get(relation.func)
        if sign is None:
            raise NotYet(f"generated code cannot check the condition {relation}")
        return f"({self.text(relation.args[0])} {sign} {self.text(relation.args[1])})"

    def terms(self, expression: sp.Expr) -> list[str]:
        """The terms of a sum, each after the first with its sign, for a line each."""
        lines = []
        for i, (sign, text) in enumerate(self._signed_terms(expression)):
            lines.append((f"{sign} " if i else sign.replace("+", "")) + text)
        return lines

    def summands(self, expression: sp.Expr, name: str) -> tuple[list[str], list[str]]:
        """The terms of a sum, none with a sign, and what is added afterwards to their sum, which has that name.

        Squares as the backend's `SQUARE` spells them; what its `BESIDE` is for is added afterwards, one of them.
        """
        pairs = [term.as_coeff_Mul() for term in expression.as_ordered_terms()]
        squares = [rest.is_Pow and rest.exp == 2 and rest.base.is_Symbol for _, rest in pairs]
        added = [i for i, (_, rest) in enumerate(pairs) if any(squares) and rest.func in self._target.BESIDE][:1]
        terms = [
            self._target.SQUARE.format(self.text(number), self.text(rest.base))
            if self._target.SQUARE and squared
            else self._within(number * rest, _PRODUCT)
            for i, ((number, rest), squared) in enumerate(zip(pairs, squares, strict=True))
            if i not in added
        ]
        return terms, [
            self._spelled(self._target.BESIDE[rest.func], name, self.text(number), *map(self.text, rest.args))
            for number, rest in (pairs[i] for i in added)
        ]

    def _print(self, e: sp.Basic) -> tuple[str, int]:
        if e.is_Symbol:
            return self._names.get(e, e.name), _ATOM
        if not e.free_symbols:
            return self._constant(e)
        if e.is_Add:
            return " ".join(self.terms(e)), _SUM
        if e.is_Mul:
            return self._product(e), _PRODUCT
        if e.is_Pow and e.base != sp.E:
            return self._power(e.base, e.exp)
        return self._call(e), _ATOM

    def _constant(self, e: sp.Expr) -> tuple[str, int]:
        value = float(e) if e.is_Rational else float(e.evalf(40))
        return repr(value), _UNARY if value < 0 else _ATOM

    def _within(self, e: sp.Expr, level: int) -> str:
        text, found = self._print(e)
        return text if found >= level else f"({text})"

    def _signed_terms(self, e: sp.Expr) -> list[tuple[str, str]]:
        terms = []
        for term in e.as_ordered_terms() if e.is_Add else [e]:
            negative = term.could_extract_minus_sign() and not term.is_Add
            terms.append(("-" if negative else "+", self._within(-term if negative else term, _PRODUCT)))
        return sorted(terms, key=lambda t: t[0] == "-")  # stable: what is added comes first

    def _product(self, e: sp.Expr) -> str:
        number, rest = e.as_coeff_Mul()
        above: list[str] = []
        below: list[str] = []
        for factor in sp.Mul.make_args(rest):
            base, power = factor.as_base_exp()
            if base != sp.E and power.is_Integer and abs(power) <= 4:
                if power > 0:
                    above.extend([self._within(base, _UNARY)] * int(power))
                else:
                    below.extend([self._within(base, self._divisor)] * -int(power))
            elif base != sp.E and power.is_Rational and power < 0:
                below.append(self._within(base**-power, self._divisor))
            else:
                above.append(self._within(factor, _UNARY))
        sign = "-" if number < 0 else ""
        number = abs(number)
        if number.q & (number.q - 1) == 0:
            above = above if number == 1 else [repr(float(number)), *above]
        else:
            above = above if number.p == 1 else [repr(float(number.p)), *above]
            below = [*below, repr(float(number.q))]
        return sign + self._interleaved(above or ["1.0"], below)

    def _interleaved(self, above: list[str], below: list[str]) -> str:
        """`x / v * x`, not `x * x / v`: a product that grows is brought down before it overflows."""
        text, waiting = above[0], list(below)
        rest = above[1:]
        if text[0].isdigit() and rest:
            text, rest = f"{text} * {rest[0]}", rest[1:]
        for factor in rest:
            if waiting:
                text = self._quotient(text, waiting.pop(0))
            text += f" * {factor}"
        return reduce(self._quotient, waiting, text)

    def _quotient(self, above: str, below: str) -> str:
        return self._spelled(self._quotients, above, below)

    def _power(self, base: sp.Expr, power: sp.Expr) -> tuple[str, int]:
        if power.is_Integer and 0 < power <= 4:
            return " * ".join([self._within(base, _UNARY)] * int(power)), _PRODUCT
        if power.is_Rational and power < 0:
            return f"1.0 / {self._within(base**-power, _UNARY)}", _PRODUCT
        if power == sp.Rational(1, 2):
            return self._spelled(f"{self._target.MODULE}.sqrt({{0}})", self.text(base)), _ATOM
        return f"{self._within(base, _ATOM)} ** {self._within(power, _ATOM)}", _PRODUCT

    def _call(self, e: sp.Basic) -> str:
        spelling = self._spellings.get(e.func)
        if spelling is None:
            raise NotYet(f"generated {self._target.NAME} code has no operation for '{e.func.__name__}'")
        if isinstance(e, sp.zeta) and len(e.args) == 1:
            return self._spelled(spelling, self.text(e.args[0]), "1.0")
        whole = [
            str(int(a)) if e.func in (sp.polygamma, sp.expint, Place) and a.is_Integer else self.text(a) for a in e.args
        ]
        if e.func in (sp.Max, sp.Min):
            return reduce(lambda left, right: self._spelled(spelling, left, right), whole)
        return self._spelled(spelling, *whole)

    def _spelled(self, spelling: str, *operands: str) -> str:
        self.called.update(_CALLED.findall(spelling))
        return spelling.format(*operands)
