"""No function that a derivation can bring is printed by its Python name."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest
import sympy as sp

from symkl.algebra.masters import MASTERS
from symkl.language.functions import FUNCTIONS
from symkl.model.special import zeta_derivative
from symkl.writeup import TextbookPrinter

a, b, x = sp.symbols("a b x", positive=True)
n = sp.Symbol("n", integer=True, positive=True)
PRINTER = TextbookPrinter()
#: commands with which a textbook names a function, and words that are names of their own
COMMANDS = {"erf", "erfc", "Ei", "Li", "artanh", "sign"}


def _leftovers(latex: str) -> set[str]:
    """Words of several letters in a formula that are no command of LaTeX and no accepted name."""
    named = set(re.findall(r"\\operatorname\{(\w+)\}", latex))
    bare = re.sub(r"\\(?:operatorname|text|mathrm|begin|end)\{[^{}]*\}|\\[A-Za-z]+", " ", latex)
    return (named - COMMANDS) | set(re.findall(r"[A-Za-z]{3,}|\w+\\_\w+", bare))


def _example(name: str) -> sp.Basic:
    row = FUNCTIONS[name]
    arguments = {"Rational": (1, 3), "betainc": (a, b, 0, x), "Min": (a, b), "Max": (a, b)}.get(
        name, (a, x, b)[: row.arity[0]]
    )
    return row.make(*map(sp.sympify, arguments))


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_a_function_of_the_language_has_a_name_in_print(name: str) -> None:
    assert _leftovers(PRINTER.doprint(_example(name))) == set()


def _functions_of_masters() -> Mapping[str, sp.Expr]:
    found: dict[str, sp.Expr] = {}
    for master in MASTERS:
        for value in vars(master).values() if hasattr(master, "__dict__") else ():
            if isinstance(value, sp.Basic):
                found.update({type(f).__name__: f for f in value.atoms(sp.Function)})
    return found


def test_the_masters_are_seen() -> None:
    assert {"besseli", "besselk", "betainc", "erf", "expint", "uppergamma"} <= set(_functions_of_masters())


@pytest.mark.parametrize("name", sorted(_functions_of_masters()))
def test_a_function_of_a_master_has_a_name_in_print(name: str) -> None:
    printed = PRINTER.doprint(_functions_of_masters()[name])
    assert name in COMMANDS or name in ("log", "exp") or name not in printed.replace("\\" + name, "")
    assert r"\operatorname{" + name + "}" not in printed or name in COMMANDS


def test_a_function_without_a_name_is_noticed() -> None:
    assert _leftovers(PRINTER.doprint(sp.airyai(x))) == {"Ai"} or _leftovers(PRINTER.doprint(sp.Function("wronski")(x)))


@pytest.mark.parametrize(
    ("expression", "latex"),
    [
        (sp.besseli(0, x), "I_{0}(x)"),
        (sp.besselk(a, x) ** 2, "K_{a}(x)^2"),
        (sp.expint(1, x), "E_{1}(x)"),
        (sp.uppergamma(a, x), r"\Gamma(a, x)"),
        (sp.betainc(a, b, 0, x), r"\mathrm{B}(x; a, b)"),
        (sp.betainc(a, b, x, 1), r"(\mathrm{B}(1; a, b) - \mathrm{B}(x; a, b))"),
        (sp.zeta(a), r"\zeta(a)"),
        (zeta_derivative(1, a), r"\zeta'(a)"),
        (zeta_derivative(4, a), r"\zeta^{(4)}(a)"),
        (sp.polygamma(0, a), r"\psi(a)"),
        (sp.erfc(x), r"\operatorname{erfc}(x)"),
        (sp.polylog(2, x, evaluate=False), r"\operatorname{Li}_{2}(x)"),
        (sp.atan(x), r"\arctan(x)"),
        (sp.binomial(n, 2, evaluate=False), r"\binom{n}{2}"),
        (sp.Max(a, b), r"\max(a, b)"),
        (sp.log(a / 2 + b / 2), r"\log\frac{a + b}{2}"),
        ((1 - a / 2) * sp.log(2), r"\left(1 - \frac{a}{2}\right)\log2"),
    ],
)
def test_a_special_function_is_printed_as_in_its_handbook(expression: sp.Expr, latex: str) -> None:
    assert PRINTER.doprint(expression) == latex
