"""Quantities that stand in a derivation unevaluated: E_p[f], H(p), H(p, q), KL(p || q), p(x)."""

from __future__ import annotations

from typing import Any

import sympy as sp

__all__ = ["CrossEntropy", "Density", "Divergence", "Entropy", "Expectation", "Law", "expectations"]


class Law(sp.Symbol):
    """The name of a distribution, `p` or `q`, inside an expression (never equal to a parameter of that name)."""

    __slots__ = ()


class _Inert(sp.Expr):
    is_commutative = True
    is_real = True
    is_finite = True

    def _eval_derivative(self, _: Any) -> sp.Expr:
        raise TypeError(f"{self} is inert: put its value in its place before you differentiate")


class Expectation(_Inert):
    """`Expectation(body, variable, law)`: E_{variable ~ law}[body], unevaluated."""

    @property
    def body(self) -> sp.Expr:
        return self.args[0]

    @property
    def variable(self) -> sp.Symbol:
        return self.args[1]

    @property
    def law(self) -> Law:
        return self.args[2]

    @property
    def free_symbols(self) -> set[sp.Basic]:
        return self.body.free_symbols - {self.variable}


class Entropy(_Inert):
    """`Entropy(p)`: H(p)."""

    @property
    def free_symbols(self) -> set[sp.Basic]:
        return set()


class CrossEntropy(Entropy):
    """`CrossEntropy(p, q)`: H(p, q), averaged over p."""


class Divergence(Entropy):
    """`Divergence(p, q)`: KL(p || q), averaged over p."""


class Density(_Inert):
    """`Density(law, x)`: the density (or the probability mass) of that law at x, unevaluated."""


def expectations(expression: sp.Expr) -> list[Expectation]:
    """The inert expectations in an expression, in a stable order."""
    return sorted(expression.atoms(Expectation), key=sp.default_sort_key)
