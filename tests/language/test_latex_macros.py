r"""The commands that authors define: what they become, where what comes of them stands, and what is refused."""

from __future__ import annotations

from itertools import pairwise

import pytest

from symkl.errors import BadInput
from symkl.language.latex import Source, expanded, find_formula
from symkl.macros import macros_in

DEFINITIONS = r"""
\newcommand{\KL}[2]{D_{\mathrm{KL}}(#1\,\|\,#2)}
\newcommand*\half{\frac{1}{2}}
\renewcommand{\phi}{\varphi}
\providecommand{\var}[1][1]{\sigma_{#1}^2}
\def\s{\sigma}
\def\ratio#1#2{\frac{#1}{#2}}
\DeclareMathOperator{\Ei}{Ei}
\DeclareMathOperator*\argmax{arg\,max}
\DeclarePairedDelimiter{\abs}{\lvert}{\rvert}
\let\eps\varepsilon
\newcommand{\gap}{\abs{\mu_1-\mu_2}}
\newcommand{\twice}{2} \newcommand{\twice}{3}
"""

EXPANDED = {
    r"\KL{p}{q} = a": r"D_{\mathrm{KL}}(p\,\|\,q) = a",
    r"\KL pq": r"D_{\mathrm{KL}}(p\,\|\,q)",
    r"\half x": r"\frac{1}{2} x",
    r"\s x + \s{}y": r"\sigma x + \sigma{}y",
    r"\ratio{\s}x": r"\frac{\sigma}{x}",
    r"\ratio\s\half": r"\frac{\sigma}{\frac{1}{2}}",
    r"\var + \var[2] + \var[\s]": r"\sigma_{1}^2 + \sigma_{2}^2 + \sigma_{\sigma}^2",
    r"\abs{x} \abs*{x} \abs[\big]{x}": r"\lvert x \rvert \lvert x \rvert \lvert x \rvert",
    r"\abs{\abs{x}-1}": r"\lvert \lvert x \rvert-1 \rvert",
    r"\phi": r"\varphi",
    r"\eps\gap": r"\varepsilon\lvert \mu_1-\mu_2 \rvert",
    r"\Ei(x)": r"\operatorname{Ei}(x)",
    r"\sigma x": r"\sigma x",
    r"\twice": r"\twice",
    r"\newcommand{\own}{3} \own a": " " * 21 + "3 a",
}


@pytest.mark.parametrize("latex", EXPANDED)
def test_macros_are_put_in(latex: str) -> None:
    assert expanded(Source(latex), macros_in(DEFINITIONS)).text == EXPANDED[latex]


def test_a_letter_after_a_macro_is_no_part_of_the_command_that_it_ends_with() -> None:
    macros = macros_in(r"\newcommand{\b}[1]{\mathbf#1}\newcommand{\g}{\gamma}\newcommand{\h}[1]{\g#1}")
    assert expanded(Source(r"\b x"), macros).text == r"\mathbf x"
    assert expanded(Source(r"\h{x}"), macros).text == r"\gamma x"


def test_each_character_knows_where_it_comes_from() -> None:
    source = Source(r"1 + \ratio{\s}{\foo}", field="--latex")
    found = expanded(source, macros_in(DEFINITIONS))
    assert found.text == r"1 + \frac{\sigma}{\foo}"
    columns = [found.line_and_column(found.text.index(part))[1] for part in ("1", r"\frac", r"\sigma", r"\foo")]
    assert columns == [1, 5, 12, 16]
    assert found.line_and_column(len(found.text)) == (1, len(source.text) + 1)


#: each stands twice in the one before, and the last for nothing
DOUBLED = "".join(rf"\def\{one}{{\{two}\{two}}}" for one, two in pairwise("abcdefghijklmn")) + r"\def\n{}\a"
REFUSED = {
    r"\KL{p}": (6, r"the command '\KL' has 1 of its 2 arguments"),
    r"{\KL p}": (6, r"the command '\KL' has 1 of its 2 arguments"),
    DOUBLED: (None, "the formula gets too long with its macros"),
}


@pytest.mark.parametrize("latex", REFUSED)
def test_what_cannot_be_put_in_is_refused(latex: str) -> None:
    with pytest.raises(BadInput) as refused:
        expanded(Source(latex), macros_in(DEFINITIONS))
    column, words = REFUSED[latex]
    assert refused.value.what == words
    assert column is None or refused.value.where.column == column


def test_a_macro_within_itself_stays_as_it_is() -> None:
    assert expanded(Source(r"\phi"), macros_in(r"\let\old\phi \renewcommand{\phi}{\old}")).text == r"\phi"


def test_a_formula_in_a_file_comes_with_the_macros_of_the_file(tmp_path) -> None:
    path = tmp_path / "x.tex"
    path.write_text("\\newcommand{\\half}{\\frac12}% \\newcommand{\\no}{0}\n\\[ \\half \\no \\]\n", encoding="utf-8")
    found = find_formula(path, None, None)
    assert [macro.name for macro in found.macros] == ["half"]
    assert expanded(found.source, found.macros).text == r"\[ \frac12 \no \]"
