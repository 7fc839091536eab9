"""Claims are found where they stand, with the line and the column of their formulas; what cannot be read is told."""

from __future__ import annotations

import random
import textwrap
import time
from pathlib import Path

import pytest

from symkl.marks.files import marks_of, split_paths
from symkl.marks.mark import Mark

pytestmark = pytest.mark.sample(3)


def _read(folder: Path, name: str, text: str) -> list[Mark]:
    path = folder / name
    path.write_text(textwrap.dedent(text).lstrip("\n"), encoding="utf-8")
    return marks_of(path)


def _shown(mark: Mark) -> str:
    """The characters of the file that the claim takes for its formula."""
    assert mark.formula is not None
    line, column = mark.place.line, mark.place.column
    return mark.place.path.read_text("utf-8").split("\n")[line - 1][column - 1 :]


DOCSTRINGS = '''
    """Losses.

    symkl: kl Normal Normal --where mu_2=0: log(a)
    """

    def f(x):
        r"""What f does.

        .. symkl: entropy Normal --map "v = sigma**2": \\frac12 \\log(2\\pi e v)
            + 0
        symkl: kl Poisson Poisson
            --units bits --dims sum --latex:
            a

        """

    class C:
        """symkl: entropy Gamma: $a$"""
'''


def test_docstrings_of_modules_functions_and_classes(tmp_path: Path) -> None:
    one, two, three, four = _read(tmp_path, "a.py", DOCSTRINGS)
    assert one.question is not None
    assert (one.question.quantity, one.question.p, one.question.q) == ("kl", "Normal", "Normal")
    assert (one.question.where, one.question.kind, one.question.text) == (("mu_2=0",), "formula", "log(a)")
    assert _shown(one) == "log(a)"
    assert two.question is not None
    assert (two.question.kind, two.question.names) == ("latex", ("v = sigma**2",))
    assert two.question.text.split() == [r"\frac12", r"\log(2\pi", "e", "v)", "+", "0"]
    assert _shown(two).startswith(r"\frac12")
    assert three.question is not None
    assert (three.question.units, three.question.dims, three.question.kind) == ("bits", "sum", "latex")
    assert _shown(three) == "a"
    assert four.question is not None
    assert (four.question.kind, four.question.text) == ("latex", "a")


COMMENTS = r'''
    """ä symkl: is not at the beginning of the line."""

    def f(x):
        """\
        symkl: entropy Normal: \\frac12 a
        symkl: entropy Normal: \frac12 b
        """
        # symkl: entropy Gamma --map a=k:
        #     log(a)
        # and what is said besides
        return x  # symkl: entropy Shown: 1

    def g():
        "symkl: entropy Poisson: c"
'''


def test_comments_and_docstrings_that_are_not_raw(tmp_path: Path) -> None:
    one, two, three, four = _read(tmp_path, "a.py", COMMENTS)
    assert one.question is not None
    assert (one.question.text, one.question.kind, _shown(one)) == ("\\frac12 a", "latex", "\\frac12 a")
    assert "put r before its quotes" in str(two.refusal)
    assert (two.place.line, two.place.column) == (6, 28)
    assert three.question is not None
    assert (three.question.text, three.question.names, _shown(three)) == ("log(a)", ("a=k",), "log(a)")
    assert four.question is not None
    assert (four.question.p, four.question.text, four.place.column) == ("Poisson", "c", 30)


def test_a_place_in_a_later_line_of_a_formula(tmp_path: Path) -> None:
    [mark] = _read(tmp_path, "a.py", '"""symkl: entropy Normal:\n    log(a)\n      + bad\n"""\n')
    assert mark.formula is not None
    assert mark.formula.place(mark.formula.text.index("bad")) == (3, 9)


DECORATED = """
    import pytest
    import symkl as s
    from symkl import claims as stated

    @s.claims("kl", "Normal", "Normal", mu_1="mu", mu_2=0, where={"sigma_2": "1"}, dims="sum", definitions="own.toml")
    def f(mu, logvar=0, *, scale=1):
        def inner():
            return 2
        return mu

    class C:
        @stated("entropy", "Normal", map={"v": "sigma**2"}, units="bits")
        def g(self, v):
            if v:
                return 1
            return 2

    @pytest.mark.symkl("entropy", "Poisson")
    @other.claims("not ours")
    async def h(lam): ...
"""


def test_decorators_and_markers_under_any_name_of_theirs(tmp_path: Path) -> None:
    f, g, h = _read(tmp_path, "a.py", DECORATED)
    assert (f.name, f.place.line, f.place.column) == ("f", 9, 12)
    assert f.question is not None
    assert f.question.text == f"{tmp_path / 'a.py'}:f"
    assert (f.question.kind, f.question.dims) == ("function", "sum")
    assert f.question.parameters == (("mu_1", "mu"), ("mu_2", "0"))
    assert (f.question.where, f.question.arguments) == (("sigma_2=1",), ("mu", "logvar", "scale"))
    assert f.definitions == (tmp_path / "own.toml",)
    assert (g.name, g.place.line) == ("C.g", 13)
    assert g.question is not None
    assert (g.question.names, g.question.units) == (("v=sigma**2",), "bits")
    assert (h.name, h.place.line) == ("h", 20)


@pytest.mark.parametrize(
    ("text", "said", "place"),
    [
        ("@symkl.claims\ndef f(x): return x\n", "this claims nothing", (2, 2)),
        ('@symkl.claims("kl")\ndef f(x): return x\n', "a claim names a quantity", (2, 2)),
        ('@symkl.claims("kl", P)\ndef f(x): return x\n', "P is no value yet", (2, 21)),
        ('@symkl.claims("kl", "P", **k)\ndef f(x): return x\n', "write the keywords out", (2, 28)),
        ('@symkl.claims("kl", "P", units="bytes")\ndef f(x): return x\n', "units: 'bytes' is not known", (2, 2)),
        ('@symkl.claims("kl", "P", mu=[1])\ndef f(x): return x\n', "mu: expected a formula", (2, 2)),
        ('@symkl.claims("kl", "P", where=3)\ndef f(x): return x\n', "where: expected a mapping", (2, 2)),
        ('def g():\n    @symkl.claims("kl", "P")\n    def f(x): return x\n', "within another one", (3, 6)),
        ("@symkl.claims(\ndef f(x): return x\n", "this is not Python", (2, 14)),
    ],
)
def test_a_decorator_that_cannot_be_read_is_told_with_its_place(
    text: str, said: str, place: tuple[int, int], tmp_path: Path
) -> None:
    [mark] = _read(tmp_path, "a.py", f"import symkl\n{text}")
    assert mark.question is None
    assert said in str(mark.refusal)
    assert (mark.place.line, mark.place.column) == place


def test_a_file_that_is_not_python_and_claims_nothing_is_passed_over(tmp_path: Path) -> None:
    assert _read(tmp_path, "a.py", "print 'symkl'\n") == []


def test_claims_in_python_files_are_read_without_running_them(tmp_path: Path) -> None:
    trap = f'open({str(tmp_path / "ran")!r}, "w")\nraise SystemExit\n'
    marks = _read(
        tmp_path, "a.py", f'"""symkl: entropy Normal: 1"""\n{trap}@symkl.claims("kl", "P", "Q")\ndef f(): ...\n'
    )
    assert len(marks) == 2
    assert not (tmp_path / "ran").exists()


MARKDOWN = """
    # Title

    ```symkl kl Normal Normal --where mu_2=0
    log(a)
      + b
    ```

    > ~~~ symkl entropy Normal
    > \\frac12
    > ~~~

    ```symkl
    entropy Gamma --units bits:
      a
    ```

    ````
    ```symkl entropy Shown
    only shown
    ```
    <!-- symkl: entropy Shown: 1 -->
    ````

    <!-- symkl: entropy Poisson -->
    Text, and $inline$.

    $$
    \\lambda
    $$

    <!-- symkl: entropy Laplace
         --map b=b -->
    ```math
    1 + \\log 2b
    ```

    <!-- symkl: entropy Cauchy: log(4) -->

    <!-- symkl: entropy Levy --> \\[ d \\]
"""


def test_markdown_blocks_and_comments(tmp_path: Path) -> None:
    marks = _read(tmp_path, "a.md", MARKDOWN)
    texts = [(m.question.p, m.question.kind, m.question.text) for m in marks if m.question is not None]
    assert texts == [
        ("Normal", "formula", "log(a)\n  + b"),
        ("Normal", "latex", "\\frac12"),
        ("Gamma", "formula", "a"),
        ("Poisson", "latex", "\\lambda"),
        ("Laplace", "latex", "1 + \\log 2b"),
        ("Cauchy", "formula", "log(4)"),
        ("Levy", "latex", "d"),
    ]
    assert [_shown(m) for m in marks] == ["log(a)", "\\frac12", "a", "\\lambda", "1 + \\log 2b", "log(4) -->", "d \\]"]
    assert [m.name for m in marks][:2] == ["kl Normal Normal", "entropy Normal"]


def test_how_a_formula_is_written_may_be_said(tmp_path: Path) -> None:
    text = "```symkl entropy Normal --latex\na^2\n```\n\n```symkl entropy Normal\na^2\n```\n"
    one, two = _read(tmp_path, "a.md", text)
    assert one.question is not None
    assert two.question is not None
    assert (one.question.kind, two.question.kind) == ("latex", "formula")


def test_a_label_is_that_of_an_equation_and_not_of_a_formula_of_ones_own(tmp_path: Path) -> None:
    text = "$$ a \\label{one} $$\n\n$$ b $$\n\n<!-- symkl: entropy Normal --label one -->\n"
    [mark] = _read(tmp_path, "a.md", text)
    assert mark.question is not None
    assert mark.question.text == "a \\label{one}"
    for text in (
        "```symkl entropy Normal --label one\na\n```\n",
        "<!-- symkl: entropy Normal --label one: a -->\n$$ a \\label{one} $$",
    ):
        [mark] = _read(tmp_path, "a.md", text)
        assert "this claim has its own formula" in str(mark.refusal)


def test_a_comment_without_an_equation_after_it_is_told(tmp_path: Path) -> None:
    [mark] = _read(tmp_path, "a.md", "$$ before $$\n\n  <!-- symkl: entropy Poisson -->\n")
    assert "no formula" in str(mark.refusal)
    assert (mark.place.line, mark.place.column) == (3, 15)


TEX = r"""
    \begin{verbatim}
    % symkl: entropy Shown
    \end{verbatim}
    % symkl: kl Normal Normal
    %    --where mu_2=0
    The divergence $D$ is
    % \[ not this \]
    \begin{align*} \label{eq:one}
      D &= \log a % a comment
    \end{align*}
    \[ b \]
      %% symkl: entropy Gamma
    $$ c $$
    % symkl: entropy Normal --label eq:one
    % symkl: entropy Normal --label eq:two
    % symkl: entropy Exponential: 1 - log(lam)
"""


def test_latex_comments_are_about_the_next_equation_or_that_with_a_label(tmp_path: Path) -> None:
    one, two, three, four, five = _read(tmp_path, "a.tex", TEX)
    assert one.question is not None
    assert one.question.where == ("mu_2=0",)
    assert one.question.text.split() == [r"\begin{align*}", r"\label{eq:one}", "D", "&=", r"\log", "a", r"\end{align*}"]
    assert (two.question and two.question.text, _shown(two)) == ("c", "c $$")
    assert three.question is not None
    assert three.question.text == one.question.text
    assert str(four.refusal) == "no equation has the label 'eq:two'; did you mean 'eq:one'?"
    assert four.place.line == 15
    assert five.question is not None
    assert (five.question.kind, five.question.text) == ("formula", "1 - log(lam)")


RST = """
    .. symkl: entropy Normal

    The entropy is

    .. math::
       :label: one

       a

    .. symkl: entropy Normal --label one
    .. symkl: entropy Gamma: log(k)
"""


def test_comments_in_restructured_text_and_docstrings_are_about_the_next_equation(tmp_path: Path) -> None:
    one, two, three = _read(tmp_path, "a.rst", RST)
    assert one.question is not None
    assert two.question is not None
    assert (one.question.kind, one.question.text, one.place.line) == ("latex", "a", 8)
    assert two.question.text == "a"
    assert (three.question and three.question.text, _shown(three)) == ("log(k)", "log(k)")
    text = 'def f():\n    r"""F.\n\n' + textwrap.indent(textwrap.dedent(RST), "    ") + '"""\n'
    one, two, three = _read(tmp_path, "a.py", text)
    assert one.question is not None
    assert (one.question.kind, one.question.text, one.place.line, one.place.column) == ("latex", "a", 12, 8)


@pytest.mark.parametrize(
    ("head", "said", "column"),
    [
        ("kl", "a claim names a quantity and a family", 10),
        ("kl A B C", "'C' is a word too many", 17),
        ("kl A --maps x=y", "there is no option --maps; did you mean '--map'?", 15),
        ("kl A --units bytes", "--units is not 'bytes'; write nats or bits", 15),
        ("kl A --units bits --units=nats", "--units is given twice", 28),
        ("kl A --where", "--where has no value", 15),
        ('kl A --where "', "--where has no value", 15),
    ],
)
def test_a_line_that_cannot_be_read_is_told_with_its_column(head: str, said: str, column: int, tmp_path: Path) -> None:
    [mark] = _read(tmp_path, "a.md", f"```symkl {head}\n1\n```\n")
    assert said in str(mark.refusal)
    assert (mark.place.line, mark.place.column) == (1, column)


def test_second_claims_of_one_name_have_names_of_their_own(tmp_path: Path) -> None:
    marks = _read(tmp_path, "a.tex", "% symkl: entropy Normal: 1\n% symkl: entropy Normal: 1\n")
    assert [mark.name for mark in marks] == ["entropy Normal", "entropy Normal (2)"]


def test_a_folder_stands_for_what_is_below_it_but_for_what_tools_put_there(tmp_path: Path) -> None:
    for name in (
        "a.py",
        "b/c.md",
        "b/own.toml",
        "pyproject.toml",
        ".git/x.py",
        "env/pyvenv.cfg",
        "env/y.py",
        "build/z.md",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("[family]" if "own" in name else "")
    definitions, others = split_paths([tmp_path, tmp_path / "a.py"])
    assert definitions == [tmp_path / "b/own.toml"]
    assert others == [tmp_path / "a.py", tmp_path / "b/c.md"]


@pytest.mark.parametrize(
    ("name", "said"), [("no", "no such file"), ("a.rs", "end in '.rs'"), ("empty", "holds no file")]
)
def test_paths_that_cannot_be_used_are_told(name: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "a.rs").write_text("")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match=said):
        split_paths([tmp_path / name])


@pytest.mark.parametrize(
    ("name", "text"),
    [("a.py", DOCSTRINGS), ("b.py", DECORATED), ("c.py", COMMENTS), ("a.md", MARKDOWN), ("a.tex", TEX), ("a.rst", RST)],
)
def test_whatever_stands_in_a_file_is_a_claim_or_a_refusal_at_a_place_in_it(
    name: str, text: str, tmp_path: Path
) -> None:
    draw = random.Random(name)
    path = tmp_path / name
    pieces = ["\n", " ", "\x0c", "\x00", *"symkl: ` ``` $$ \\ % \" ' --map = : é <!-- -->".split()]
    read = 0
    for _ in range(400):
        changed = textwrap.dedent(text)
        for _ in range(draw.randint(1, 6)):
            begin = draw.randrange(len(changed))
            end = begin + draw.choice([0, 0, 1, 3, 30])
            changed = changed[:begin] + draw.choice([*pieces, changed[end : end + 20]]) + changed[end:]
        path.write_bytes(changed.encode())
        for mark in marks_of(path):
            assert (mark.question is None) == (mark.refusal is not None)
            assert mark.place.path == path
            assert 1 <= mark.place.line <= changed.count("\n") + changed.count("\x0c") + 1
            assert mark.place.column >= 1
            assert mark.name
            read += mark.question is not None
    assert read > 20


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.tex", "% symkl: entropy Normal\n" + r"\[ " * 100_000),
        ("a.tex", "% symkl: entropy Normal\n" + r"\( " * 100_000 + "\n\n\\)"),
        ("a.tex", "% symkl: entropy Normal\n" + r"\$ " * 100_000),
        ("a.tex", "% symkl: entropy Normal\n" + r"\% " * 100_000),
        ("a.tex", "% symkl: entropy Normal\n" + "\\begin{align}\n" * 30_000),
        ("a.tex", "\\begin{comment}\\end{comment}\n" * 10_000 + "% symkl: entropy Normal\n"),
        ("a.tex", "% symkl: entropy Normal\n\\[ a \\]\n" * 2_000),
        ("a.md", "<!-- symkl: " * 30_000),
        ("a.md", "```math\n" * 40_000 + "<!-- symkl: entropy Normal -->"),
        ("a.md", "~~~\n```\n" * 30_000 + "```symkl"),
        ("a.rst", ".. symkl: entropy Normal\n" + ".. math::\n\n  a\n" * 20_000),
        ("a.py", '"""symkl: entropy Normal: 1"""\n' + "x = '\\\\\\\\'\n" * 20_000),
        ("a.py", '@symkl.claims("entropy", "Normal")\ndef f(x):\n    return ' + "+".join("x" * 20_000)),
        ("a.py", '@symkl.claims("entropy", ' + "+".join("x" * 5_000) + ")\ndef f(x): ..."),
        ("a.py", "@" + ".".join("a" * 5_000) + '\ndef f(x):\n    "symkl: entropy Normal: 1"'),
        ("a.py", '"""symkl: entropy Normal: ' + "(" * 50_000 + '"""'),
        ("a.py", "symkl: " + "(" * 50_000),
    ],
    ids=lambda value: str(value)[:30],
)
def test_no_text_takes_long_to_be_read(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    begun = time.process_time()
    assert all((mark.question is None) == (mark.refusal is not None) for mark in marks_of(tmp_path / name))
    assert time.process_time() - begun < 5
