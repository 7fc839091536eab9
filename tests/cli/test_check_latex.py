"""`symkl check --latex`: what it prints, from where it takes the formula, and its exit codes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import Ran

Run = Callable[..., Ran]
ABOUT = ("check", "entropy", "Exponential")
TEX = r"""\begin{align}
  h(X) &= -\int p(x) \ln p(x) \, dx \\
       &= 1 - \ln\lambda \label{eq:right}
\end{align}
\begin{equation} h(X) = 1 + \ln\lambda \label{eq:wrong} \end{equation}
"""


@pytest.fixture
def paper(tmp_path: Path) -> str:
    path = tmp_path / "paper.tex"
    path.write_text(TEX)
    return str(path)


def test_it_says_how_a_formula_was_read(symkl: Run) -> None:
    ran = symkl(*ABOUT, "--latex", r"h(X) = 1 - \ln\lambda")
    assert ran.code == 0
    assert ran.out.splitlines()[:3] == ["correct (proved)", r"  given:   1 - \ln\lambda", "  read as: 1 - log(lam)"]


def test_a_derivation_in_a_file_is_shown_line_by_line(symkl: Run, paper: str) -> None:
    ran = symkl(*ABOUT, "--latex", paper, "--label", "eq:right")
    assert ran.code == 0
    assert "  line 2, column 11: not read: -\\int p(x) \\ln p(x) \\, dx (an integral stands here)" in ran.out
    assert "  line 3, column 11: correct: 1 - log(lam)" in ran.out


def test_a_wrong_one_is_found_by_its_line(symkl: Run, paper: str) -> None:
    ran = symkl(*ABOUT, "--latex", paper, "--line", "5", "--json")
    found = json.loads(ran.out)
    assert (ran.code, found["verdict"], found["line"], found["read"]) == (1, "wrong", 5, "1 + log(lam)")
    assert set(found["counterexample"]) == {"at", "given", "true"}
    assert [set(row) for row in found["lines"]] == [
        {"line", "column", "given", "read", "verdict", "counterexample", "diagnosis"}
    ]


REFUSED = {
    (r"1 - \ln\mu",): "--latex, column 8: 'mu' is not known here",
    (r"1 - \ln\lambda", "--line", "3"): "there is no such file; --line looks into a file",
    ("missing.tex",): "missing.tex: --latex: there is no such file",
    (r"1 - \ln(\lambda",): "--latex, column 8: this '(' is not closed",
    ("1 -\n \\ln\\mu",): "--latex, line 2, column 5: 'mu' is not known here",
    ("",): "there is nothing to check",
}


@pytest.mark.parametrize("options", REFUSED, ids=str)
def test_what_cannot_be_read_ends_with_2_and_its_place(symkl: Run, options: tuple[str, ...]) -> None:
    ran = symkl(*ABOUT, "--latex", *options)
    assert ran.code == 2
    assert REFUSED[options] in ran.err


def test_labels_are_of_files(symkl: Run, paper: str) -> None:
    assert symkl(*ABOUT, "--latex", paper).code == 2
    assert (
        "no formula has the label 'eq:rigth'; did you mean 'eq:right'?"
        in symkl(*ABOUT, "--latex", paper, "--label", "eq:rigth").err
    )
    assert symkl(*ABOUT, "--formula", "1", "--label", "x").code == 2
