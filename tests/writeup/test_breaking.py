from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import pytest
import sympy as sp

from symkl.writeup import TextbookPrinter
from symkl.writeup.breaking import broken, even, wrapped
from symkl.writeup.widths import formula_width, nodes, text_width

Value = Callable[[str, Mapping[str, float]], float]
a, b, c = sp.symbols("a b c", positive=True)
PRINTER = TextbookPrinter()
LONG = sp.Add(*(a**i * sp.log(b + i) / (c + i) for i in range(1, 12)))


def _joined(lines: list[str]) -> str:
    """The formula that the lines make up, its bracket marks plain again."""
    text = " ".join(re.sub(r"^\\q+uad \{\}", "", line) for line in lines)
    return re.sub(r"\\[bB]ig[lr]", "", text)


def test_a_formula_that_fits_is_left_alone() -> None:
    latex = PRINTER.doprint(sp.log(a / b))
    assert broken(latex, 20) == [latex]


@pytest.mark.parametrize("room", [12.0, 20.0, 32.0])
def test_no_line_is_wider_than_the_room(room: float) -> None:
    lines = broken(PRINTER.doprint(LONG), room)
    assert len(lines) > 1
    assert all(formula_width(even(line)) <= room for line in lines)


def test_a_formula_without_any_place_for_a_cut_stays_whole() -> None:
    assert len(broken(r"\alpha\beta\gamma\delta\epsilon", 1.0)) == 1


def test_later_lines_begin_with_a_sign() -> None:
    assert all(re.match(r"\\quad \{\} [-+]", line) for line in broken(PRINTER.doprint(LONG), 16)[1:])


def test_cuts_do_not_change_the_value(value_of: Value) -> None:
    latex = PRINTER.doprint(LONG)
    names = {"a": 0.9, "b": 1.7, "c": 2.3}
    assert value_of(_joined(broken(latex, 14)), names) == pytest.approx(value_of(latex, names))


def test_a_wide_bracket_is_opened_and_a_wide_numerator_brought_behind_its_fraction(value_of: Value) -> None:
    names = {"a": 0.9, "b": 1.7, "c": 2.3}
    for expression in (
        c * sp.Add(*(a**i + b**i for i in range(2, 9))),
        sp.Add(*(a**i + b**i for i in range(2, 9))) / c,
    ):
        latex = PRINTER.doprint(expression)
        lines = broken(latex, 14)
        assert len(lines) > 1
        assert all(formula_width(even(line)) <= 14 for line in lines)
        assert value_of(_joined(lines), names) == pytest.approx(float(expression.subs({a: 0.9, b: 1.7, c: 2.3})))


def test_the_last_line_is_not_a_lone_number_where_another_cut_avoids_it() -> None:
    lines = broken(PRINTER.doprint(sp.log(a) + sp.log(b) + sp.log(c) + 1), 8.5)
    assert formula_width(lines[-1]) > 3


def test_an_unbalanced_formula_is_refused() -> None:
    with pytest.raises(ValueError, match="unbalanced"):
        nodes(r"\frac{a}{b")


@pytest.mark.parametrize(
    ("latex", "points"),
    # widths of \hbox{$\displaystyle ..$} in Computer Modern at 10 pt, as TeX reports them
    [
        (r"\log\frac{\sigma_2}{\sigma_1} + \frac{\sigma_1^2 + (\mu_1 - \mu_2)^2}{2\sigma_2^2} - \frac{1}{2}", 129.72),
        (r"\mathbb{E}_{x\sim q}[x^2]", 37.62),
        (r"\int_{-\infty}^{\infty} p(x)\,dx", 53.06),
        (r"\frac{1}{\sqrt{2\pi}\sigma_1}\exp\left(-\frac{(x - \mu_1)^2}{2\sigma_1^2}\right)", 116.22),
        (r"(\alpha_1 - \alpha_2)\psi(\alpha_1) - \log\Gamma(\alpha_1)", 119.02),
    ],
)
def test_widths_are_near_those_of_tex_and_not_below(latex: str, points: float) -> None:
    assert points <= 10 * formula_width(latex) <= 1.2 * points


def test_words_are_wrapped_to_the_room() -> None:
    lines = wrapped("the values of the expectations and the linearity of the integral", 12)
    assert len(lines) > 1
    assert all(text_width(line) <= 12 for line in lines)
