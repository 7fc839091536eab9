"""Formulas found in files: by label, by line, or because there is one alone; and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from symkl.errors import BadInput
from symkl.language.latex import find_formula

Write = Callable[[str, str], Path]


@pytest.fixture
def file(tmp_path: Path) -> Write:
    def made(name: str, text: str) -> Path:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path / name

    return made


TEX = r"""\documentclass{article}
% \begin{equation} no \label{eq:none} \end{equation}
Of $\sigma$ there are 50\% too many. \verb|$|
\begin{verbatim}
$no$
\end{verbatim}
\begin{equation}\label{eq:first}
  a = b % \label{eq:comment}
\end{equation}
\begin{align}
  c &= d \label{eq:second} \\
  e &= f \label{eq:third}
\end{align}
\[ g \]
"""

MARKDOWN = r"""# Notes
One $a$ and $b$ on a line, and \(c\) on none.

It is $d + e$.
$$
f
$$ {#eq:f}

```math
g = h
```

```python
price = "$5 or $6"
```
"""

PYTHON = '''def f(x):
    """The value.

    .. math::
       :label: kl

       \\\\log\\\\frac{a}{b}
         + c

    done
    """


def g(x):
    r"""As :math:`\\log a` says, or $\\sigma$."""
'''

FOUND = {
    ("x.tex", "eq:first", None): "a = b",
    ("x.tex", "eq:second", None): "c &= d",
    ("x.tex", None, 8): "a = b",
    ("x.tex", None, 12): "c &= d",
    ("x.tex", None, 14): r"\[ g \]",
    ("x.md", None, 4): "$d + e$",
    ("x.md", "eq:f", None): "f",
    ("x.md", None, 6): "f",
    ("x.md", None, 10): "g = h",
    ("x.py", "kl", None): r"\log \frac{a}{b}",
    ("x.py", None, 8): "+ c",
}
TEXTS = {"x.tex": TEX, "x.md": MARKDOWN, "x.py": PYTHON}


@pytest.mark.parametrize("which", FOUND, ids=str)
def test_a_formula_is_found_by_its_label_or_its_line(file: Write, which: tuple[str, str | None, int | None]) -> None:
    name, label, line = which
    found = find_formula(file(name, TEXTS[name]), label, line).source
    assert FOUND[which] in found.text
    assert found.file.endswith(name)
    # what stands at its place in the file is what it says
    rows = TEXTS[name].replace("\\\\\\\\", "\\\\").split("\n")
    first = found.text.split("\n")[0]
    if name != "x.py":
        assert rows[found.line - 1][found.indent :].startswith(first.rstrip())


def test_a_place_in_the_formula_is_one_in_the_file(file: Write) -> None:
    found = find_formula(file("x.tex", TEX), "eq:third", None)
    assert found.focus is not None
    number, column = found.source.line_and_column(found.source.text.index("f \\label"))
    assert TEX.split("\n")[number - 1][column - 1 :].startswith("f \\label")
    assert found.source.line_and_column(found.focus)[0] == 12
    assert str(found.source.at(0)).endswith("x.tex: line 10, column 1")


def test_doubled_backslashes_are_single_ones_unless_the_string_is_raw(file: Write) -> None:
    text = find_formula(file("x.py", PYTHON), "kl", None).source.text
    assert "\\\\" not in text
    assert r"\log" in text
    raw = PYTHON.replace('"""The', 'r"""The')
    assert "\\\\log" in find_formula(file("raw.py", raw), "kl", None).source.text


REFUSED = {
    ("x.tex", "eq:frist", None): "no formula has the label 'eq:frist'",
    ("x.tex", "eq:none", None): "no formula has the label 'eq:none'",
    ("x.tex", "eq:comment", None): "no formula has the label 'eq:comment'",
    ("x.tex", None, 5): "there is no formula on line 5",
    ("x.tex", None, 99): "the file has no line 99",
    ("x.tex", None, None): "there are 3 formulas in this file",
    ("x.md", None, 3): "there is no formula on line 3",
    ("x.md", None, 2): "there are 3 formulas on line 2",
    ("x.md", "f", None): "no formula has the label 'f'",
}


@pytest.mark.parametrize("which", REFUSED, ids=str)
def test_what_is_not_one_formula_is_refused(file: Write, which: tuple[str, str | None, int | None]) -> None:
    name, label, line = which
    with pytest.raises(BadInput) as refused:
        find_formula(file(name, TEXTS[name]), label, line)
    assert refused.value.what == REFUSED[which]
    assert refused.value.where.file.endswith(name)


def test_files_that_cannot_be_read_are_refused(tmp_path: Path) -> None:
    for data, words in ((b"\xff\xfe$a$", "not UTF-8"), (b"no formula", "no formula in this file"), (b"", "no formula")):
        (tmp_path / "x.md").write_bytes(data)
        with pytest.raises(BadInput, match=words):
            find_formula(tmp_path / "x.md", None, None)
    (tmp_path / "x.md").write_bytes(b"$" * 1_000_001)
    with pytest.raises(BadInput, match="1000001 bytes"):
        find_formula(tmp_path / "x.md", None, None)


def test_the_only_formula_of_a_file_needs_no_label(file: Write) -> None:
    assert find_formula(file("a.md", "It is $a + b$ here."), None, None).source.text == "$a + b$"
    assert find_formula(file("b.md", "With $x$: $$a + b$$"), None, None).source.text == "$$a + b$$"
