"""Equations in rows: which sides are read, what goes on with the row before, what is passed over and why."""

from __future__ import annotations

import pytest

from symkl.errors import BadInput
from symkl.language.latex import Asked, Reading, Source, Vocabulary, read_latex, read_name

NAMES = ("a", "b", "sigma", "mu")
WORDS = Vocabulary((), {read_name(name, Source(name))[0]: name for name in NAMES})


def reading(latex: str, quantity: str = "kl", focus: int | None = None) -> Reading:
    return read_latex(Source(latex), WORDS, Asked(quantity, "x", focus=focus))


def sides(latex: str, quantity: str = "kl", focus: int | None = None) -> list[str]:
    found = reading(latex, quantity, focus)
    return [line.written.text if line.written else f"not read: {line.reason}" for line in found.lines]


ALIGN = r"""\begin{align}
  D_{\mathrm{KL}}(p\,\|\,q) &= \int p(x) \log\frac{p(x)}{q(x)} \,dx \nonumber \\
  &= \mathbb{E}_p[\log p] - \log b \\[2pt]
  &= \log a  % a remark
     - \log b \\
  &\quad {} + \sigma \label{eq:last}.
\end{align}"""


def test_every_side_is_a_line_and_what_holds_an_integral_or_an_expectation_is_not_read() -> None:
    assert sides(ALIGN) == [
        "not read: an integral stands here",
        "not read: an expectation stands here",
        "log(a) - log(b) + sigma",
    ]


def test_each_line_knows_where_it_stands() -> None:
    found = reading(ALIGN)
    assert [found.source.line_and_column(line.start) for line in found.lines] == [(2, 32), (3, 6), (4, 6)]


ROWS = {
    r"\begin{aligned} KL &= a \\ &= b \end{aligned}": ["a", "b"],
    r"\begin{eqnarray*} KL & = & a \\ & = & b \end{eqnarray*}": ["a", "b"],
    r"KL = a \\ + b \\ = \sigma": ["a + b", "sigma"],
    r"KL = a \\ - b": ["a - b"],
    r"KL = a + \\ b": ["a + b"],
    r"KL \\ = a": ["a"],
    r"{\displaystyle {\begin{aligned} KL &= a \\ &= {\frac {a}{b}} \end{aligned}}}": ["a", "a/b"],
    r"{a} = {b}": ["a", "b"],
    r"KL = a, \quad \sigma > 0 \\ = b, \; b \ge 1": ["a", "b"],
    r"{\begin{matrix} KL = a \\ {}+ b \quad {\scriptstyle {\text{(nats)}}} \end{matrix}}": ["a + b"],
    r"\begin{array}{rcl} KL & = & a \\ & = & b \end{array}": ["a", "b"],
    r"KL = \log{\Bigl (}a{\Bigr )}\mu": ["log(a)*mu"],
    r"{\rm KL}(p\|q) &= a": ["a"],
    r"-{\mathrm{KL}} = a": ["-a"],
    r"KL &= a & + b && \\ &= \sigma": ["a + b", "sigma"],
    r"KL = a \\ \cdot b": ["a*b"],
    r"KL &= \left[ a \right. \\ &\left. + b \right] \mu": ["(a + b)*mu"],
    r"a = b = \sigma": ["a", "b", "sigma"],
    r"KL = a && \text{(by the above)} \\ = b && \text{(at last)}": ["a", "b"],
    r"\begin{equation}\begin{split} KL &= a \\ &= b \end{split}\end{equation}": ["a", "b"],
    r"KL = a, \\ = b.": ["a", "b"],
    r"-KL = a \\ = b": ["-a", "-b"],
    r"KL = D(p\|q) = a": ["not read: this is the quantity itself", "a"],
    r"L = -D(p\|q) = a": ["not read: this is the quantity itself", "-a"],
    r"a + b = -D(p\|q)": ["-(a + b)", "not read: this is the quantity itself"],
    r"a = KL = b": ["a", "not read: this is the quantity itself", "b"],
    r"L = \int f = a": ["not read: an integral stands here", "a"],
    r"KL = \int_0^1 x\,dx = a": ["not read: an integral stands here", "a"],
    r"KL = \log x = a": ["not read: the variable 'x' of the densities stands here", "a"],
    r"H(p) &= a \\ KL &= b": ["not read: the left-hand side is an entropy, and what is checked is a divergence", "b"],
    r"KL &= a \mu \\ \mathcal{L} &= b": ["a*mu", "not read: this equation is about something else"],
    r"KL &= a \\ -KL &= b": ["a", "-b"],
}


@pytest.mark.parametrize("latex", ROWS)
def test_rows_are_put_together(latex: str) -> None:
    assert sides(latex) == ROWS[latex]


REFUSED = {
    r"KL = a = \int f": (10, "an integral stands here"),
    r"KL = a \\ = c": (13, "'c' is not known here"),
    "KL = ": (5, "a side of this equation is empty"),
    "KL = = a": (9, "a side of this equation is empty"),
    r"a \\ b": (6, "a second formula begins here"),
    r"KL = a \quad H = b": (14, "'H' is not known here"),
    r"KL = -D(p\|q) = a": (6, "the quantity stands here with one sign"),
    r"L = 2 D_{KL}(p\|q) = a": (5, "what 'L' is cannot be told"),
    r"L = \mathbb{E}[f] - D_{KL}(p\|q) = a": (5, "what 'L' is cannot be told"),
    r"L = H(p,q) - H(p) = a": (5, "what 'L' is cannot be told"),
    r"D_{KL}(p\|q) = KL": (16, "only the quantity stands here"),
    r"H(p) = a": (1, "the left-hand side is an entropy, and what is checked is a divergence"),
    r"\mathrm{Var}(X) = a": (1, "the left-hand side is an expectation, and what is checked is a divergence"),
    r"H(p,q) = a": (1, "the left-hand side is a cross-entropy, and what is checked is a divergence"),
    r"2 KL = a": (1, "what the left-hand side is cannot be told: a divergence stands here"),
    r"\int p\log p = a": (1, "what the left-hand side is cannot be told: an integral stands here"),
    r"KL = a, b = \mu > 1": (17, "an inequality or an arrow is not checked"),
    r"KL \le a": (4, "an inequality or an arrow is not checked"),
    r"KL \approx a \neq b": (14, "an inequality or an arrow is not checked"),
    "": (1, "there is no formula here"),
    "KL = a...": (7, "reading stops at '.'"),
    "KL = a + ...": (10, "reading stops at '.'"),
    r"KL = \begin{matrix} a \\ b \end{matrix}": (6, "the environment 'matrix' is not read"),
    r"\begin{matrix} a & b \end{matrix}": (18, "an alignment mark or the end of a row parts two factors"),
    r"\begin{align}\end{align}": (1, "there is no formula here"),
}


@pytest.mark.parametrize("latex", REFUSED)
def test_what_is_no_chain_of_equations_is_refused_where_it_ends(latex: str) -> None:
    with pytest.raises(BadInput) as refused:
        sides(latex)
    column, words = REFUSED[latex]
    assert refused.value.what.startswith(words)
    assert refused.value.where.column == column


def test_one_of_several_equations_is_chosen_by_a_place_in_it() -> None:
    latex = "KL &= a \\\\\n KL &= b \\\\\n KL &= \\mu"
    for focus, wanted in ((0, "a"), (latex.index("b"), "b"), (len(latex), "mu")):
        found = sides(latex, focus=focus)
        assert wanted in found
        assert found.count("not read: another equation is asked for") == 2


def test_the_equation_that_is_chosen_must_be_about_the_quantity() -> None:
    latex = "H(p) &= a \\\\\n KL &= b"
    assert "b" in sides(latex, focus=len(latex))
    with pytest.raises(BadInput, match="the left-hand side is an entropy"):
        sides(latex, focus=2)
