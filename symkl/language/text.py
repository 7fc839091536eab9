"""Expression to text: what the parser reads back, in an order of its own that no hash seed can change."""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy.printing.precedence import PRECEDENCE
from sympy.printing.str import StrPrinter

from symkl.model.inert import CrossEntropy, Density, Divergence, Entropy, Expectation

__all__ = ["to_text"]


def to_text(expression: sp.Basic) -> str:
    """The expression (or condition) as one line of text; `parse` gives back an equal one.

    Quantities that stand unevaluated print as `H(p)`, `H(p, q)`, `KL(p, q)`, `Expectation(f)`, `p(x)`.
    """
    text: str = _TextPrinter({"order": None, "full_prec": False, "abbrev": False}).doprint(_named(expression))
    return text


def _named(expression: sp.Basic) -> sp.Basic:
    """Dummies (indices that the engine made) under names that nothing else in the expression bears."""
    taken = {symbol.name for symbol in expression.atoms(sp.Symbol) if not isinstance(symbol, sp.Dummy)}
    names: dict[sp.Basic, sp.Basic] = {}
    for dummy in sorted(expression.atoms(sp.Dummy), key=lambda d: (d.name, d.dummy_index)):
        stem = dummy.name.strip("_") or "k"
        name = next(n for n in (stem, *(f"{stem}{i}" for i in range(len(taken) + 1))) if n not in taken)
        taken.add(name)
        names[dummy] = sp.Symbol(name, **dummy.assumptions0)
    return expression.xreplace(names) if names else expression


class _TextPrinter(StrPrinter):
    """SymPy's plain printer, with the parser's names and an order of terms that reads like a textbook's."""

    def _print_Add(self, expr: sp.Add, order: Any = None) -> str:
        terms = self._as_ordered_terms(expr, order=order)
        numbers = [term for term in terms if term.is_Number]
        terms = [term for term in terms if not term.is_Number] + numbers
        first = next((term for term in terms if not _is_negative(term)), terms[0])
        terms.remove(first)
        text = self.parenthesize(first, PRECEDENCE["Add"], strict=True)
        for term in terms:
            printed = self.parenthesize(term, PRECEDENCE["Add"], strict=True)
            text += f" - {printed[1:]}" if printed.startswith("-") else f" + {printed}"
        return text

    def _print_polygamma(self, expr: sp.polygamma) -> str:
        order, argument = expr.args
        return f"digamma({self._print(argument)})" if order == 0 else self._call("polygamma", *expr.args)

    def _print_Expectation(self, expr: Expectation) -> str:
        body = self._print(expr.body)
        return f"Expectation({body})" if expr.law.name == "p" else f"Expectation({body}, {expr.law.name})"

    def _print_Entropy(self, expr: Entropy) -> str:
        return self._call("H", *expr.args)

    def _print_CrossEntropy(self, expr: CrossEntropy) -> str:
        return self._call("H", *expr.args)

    def _print_Divergence(self, expr: Divergence) -> str:
        return self._call("KL", *expr.args)

    def _print_Density(self, expr: Density) -> str:
        law, point = expr.args
        return self._call(law.name, point)

    def _print_Relational(self, expr: sp.Rel) -> str:
        if isinstance(expr, sp.Eq | sp.Ne):
            return self._call("Eq" if isinstance(expr, sp.Eq) else "Ne", expr.lhs, expr.rhs)
        return f"{self._print(expr.lhs)} {expr.rel_op} {self._print(expr.rhs)}"

    def _print_And(self, expr: sp.And) -> str:
        return self._joined(expr, " and ")

    def _print_Or(self, expr: sp.Or) -> str:
        return self._joined(expr, " or ")

    def _print_Not(self, expr: sp.Not) -> str:
        return f"not ({self._print(expr.args[0])})"

    def _print_Piecewise(self, expr: sp.Piecewise) -> str:
        cases = (f"({self._print(value)}, {self._print(condition)})" for value, condition in expr.args)
        return f"Piecewise({', '.join(cases)})"

    def _joined(self, expr: sp.Basic, word: str) -> str:
        parts = sorted(expr.args, key=sp.default_sort_key)
        texts = [self._print(part) for part in parts]
        return word.join(f"({t})" if isinstance(p, sp.And | sp.Or) else t for p, t in zip(parts, texts, strict=True))

    def _call(self, name: str, *arguments: sp.Basic) -> str:
        return f"{name}({', '.join(self._print(argument) for argument in arguments)})"


def _is_negative(term: sp.Expr) -> bool:
    return bool(term.as_coeff_Mul()[0].is_negative)
