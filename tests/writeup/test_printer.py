from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Mapping

import pytest
import sympy as sp

from symkl.model import CrossEntropy, Density, Divergence, Entropy, Expectation, Law, Parameter
from symkl.writeup import TextbookPrinter
from symkl.writeup.symbols import indexed, latex_of_name

Value = Callable[[str, Mapping[str, float]], float]

parameters = [
    Parameter(name, domain, latex, "", index)
    for index in "12"
    for name, domain, latex in (("mu", "real", r"\mu"), ("sigma", "positive", r"\sigma"))
]
m1, s1, m2, s2 = (p.symbol for p in parameters)
x = sp.Symbol("x", real=True)
p, q = Law("p"), Law("q")
PRINTER = TextbookPrinter(parameters, variables=[x])


@pytest.mark.parametrize(
    ("expression", "latex"),
    [
        (x - m1, r"x - \mu_1"),
        (sp.log(s2 / s1), r"\log\frac{\sigma_2}{\sigma_1}"),
        ((m2 - m1) ** 2 / (2 * s2**2), r"\frac{(\mu_1 - \mu_2)^2}{2\sigma_2^2}"),
        (sp.digamma(s1), r"\psi(\sigma_1)"),
        (sp.polygamma(1, s1), r"\psi'(\sigma_1)"),
        (sp.loggamma(s1), r"\log\Gamma(\sigma_1)"),
        (sp.beta(s1, s2), r"\mathrm{B}(\sigma_1, \sigma_2)"),
        (Expectation(x**2, x, p), r"\mathbb{E}_{x\sim p}[x^2]"),
        (CrossEntropy(p, q) - Entropy(p), r"H(p, q) - H(p)"),
        (Divergence(p, q), r"\KL(p\,\|\,q)"),
        (sp.log(Density(q, x)), r"\log q(x)"),
        (1 - s1, r"1 - \sigma_1"),
        (sp.log(2) / 2 + sp.log(sp.pi) / 2, r"\frac{1}{2}\log(2\pi)"),
        (sp.exp(-((x - m1) ** 2) / (2 * s1**2)) / sp.sqrt(2 * sp.pi), None),
        (x**2 - 2 * x * m1 + m1**2, r"x^2 - 2\mu_1x + \mu_1^2"),
        (sp.log(s1) + 1 + sp.EulerGamma, r"\log\sigma_1 + \gamma + 1"),
        (m1**2 / 2 + s1**2 / 2 - sp.log(s1**2) / 2 - sp.Rational(1, 2), None),
        (sp.Abs(m2 - m1), r"\left|\mu_1 - \mu_2\right|"),
        (sp.Integral(Density(p, x), (x, -sp.oo, sp.oo)), r"\int_{-\infty}^{\infty} p(x)\,dx"),
    ],
)
def test_a_formula_is_printed_as_in_a_textbook(expression: sp.Expr, latex: str | None) -> None:
    printed = PRINTER.doprint(expression)
    assert latex is None or printed == latex


def test_the_letters_of_a_document_are_printed_for_the_two_laws() -> None:
    turned = TextbookPrinter(symbols={"p": "q", "q": "p"})
    assert turned.doprint(Divergence(p, q)) == r"\KL(q\,\|\,p)"


def test_an_index_joins_the_subscript_that_a_parameter_has() -> None:
    assert indexed(r"\mu", "1") == r"\mu_1"
    assert indexed("x_m", "1") == "x_{m,1}"
    assert indexed(r"\sigma^2", "2") == r"\sigma_2^2"
    assert indexed(r"\log\sigma^2", "1", "d") == r"\log\sigma_{1,d}^2"
    assert latex_of_name("x_m") == "x_m"
    assert latex_of_name("rate") == r"\mathrm{rate}"


def test_a_power_of_a_parameter_that_has_one_is_in_brackets() -> None:
    variance = Parameter("v", "positive", r"\sigma^2")
    assert TextbookPrinter([variance]).doprint(variance.symbol**2) == r"(\sigma^2)^2"


LETTERS = {r"\mu_1": 0.7, r"\sigma_1": 1.3, r"\mu_2": -0.4, r"\sigma_2": 0.6, "x": 2.1}
AT = {m1: 0.7, s1: 1.3, m2: -0.4, s2: 0.6, x: 2.1}


def _expressions(seed: int, count: int) -> list[sp.Expr]:
    """Random expressions of the kinds that derivations are made of."""
    draw = random.Random(seed)
    atoms = [m1, s1, m2, s2, x, sp.Integer(2), sp.Rational(1, 2), sp.Rational(-3, 2), sp.pi, sp.EulerGamma, sp.E]
    shapes = [
        lambda a, b: a + b,
        lambda a, b: a - b,
        lambda a, b: a * b,
        lambda a, b: a / (s1 + b**2),
        lambda a, b: (a - b) ** 2 / s2,
        lambda a, b: sp.log(s1 + a**2) * b,
        lambda a, b: sp.exp(-((a - b) ** 2) / (2 * s1)),
        lambda a, b: sp.sqrt(1 + a**2) / sp.sqrt(2 * sp.pi) * b,
        lambda a, b: sp.digamma(s1 + 1) * a - sp.loggamma(s2 + 2) * b,
        lambda a, b: sp.Abs(a - b) / s1,
        lambda a, b: (a / 2 + b) / s2,
        lambda a, b: -(a + b) * sp.log(s1 / s2),
        lambda a, b: a * sp.gamma(s1 + 1) - b / 2 - sp.Rational(1, 2),
    ]
    pool = list(atoms)
    for shape in itertools.islice(itertools.cycle(shapes), count):
        pool.append(shape(draw.choice(pool), draw.choice(pool)))
    return [e for e in pool[len(atoms) :] if len(str(e)) < 250]


@pytest.mark.parametrize("seed", range(3))
def test_what_is_printed_has_the_value_of_the_expression(seed: int, value_of: Value) -> None:
    compared = 0
    for expression in _expressions(seed, 40):
        expected = sp.N(expression.subs(AT), 20)
        if not expected.is_Float or abs(expected) > 1e6:
            continue
        printed = PRINTER.doprint(expression)
        assert value_of(printed, LETTERS) == pytest.approx(float(expected), rel=1e-9, abs=1e-9), printed
        compared += 1
    assert compared > 15


def test_the_reader_of_these_tests_sees_a_wrong_sign(value_of: Value) -> None:
    right, wrong = r"\frac{1}{2}(x - \mu_1)", r"\frac{1}{2}(x + \mu_1)"
    assert value_of(right, LETTERS) == pytest.approx(0.7)
    assert value_of(wrong, LETTERS) != pytest.approx(0.7)
