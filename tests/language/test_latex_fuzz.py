"""LaTeX that nobody wrote: it is read or refused with a place, soon, whatever it is.

More of it: `pytest tests/language/test_latex_fuzz.py --sweep -m sweep`.
"""

from __future__ import annotations

import string
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from symkl.check.latex import given_in, other_readings
from symkl.errors import BadInput
from symkl.language import load_family
from symkl.language.latex import Source, find_formula
from symkl.model import claim

NORMAL = load_family(Path(__file__).parents[2] / "derivations" / "normal.toml")
DIVERGENCE = claim("kl", NORMAL, NORMAL)
#: one text may take so long (on a machine that has other work); a hang would take for ever
SECONDS = 20
FEW = settings(max_examples=250, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
MANY = settings(FEW, max_examples=10000)

atoms = st.sampled_from(
    r"\sigma_1 \sigma^2_2 \mu_q \mu' \sigma_{q}^{2} 1 2 .5 10^6 e \pi \gamma x \lambda H_n \infty \frac12 D K \alpha "
    r"\sigma^{(1)} x_{\min} log sigma np \psi_1 \boldsymbol\mu \mathrm{min} \hat\mu \Phi".split()
)
functions = st.sampled_from(
    r"\ln \log \log_2 \exp \Gamma \psi \psi' \sqrt \operatorname{erf} \max \cosh \left( \int \mathrm{Ei} \ln^2".split()
)
joints = st.sampled_from(["+", "-", r"\cdot ", "/", " ", "", "=", "^", "_", ",", r" \\ &= "])


def _joined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    two = st.tuples(inner, inner)
    return st.one_of(
        st.tuples(
            inner, st.sampled_from(["+", "-", r"\cdot ", "/", " ", "", "=", "^", "_", ",", r" \\ &= "]), inner
        ).map("".join),
        st.tuples(st.sampled_from("() [] \\{\\} || {}".split()), inner).map(
            lambda made: f"{made[0][: len(made[0]) // 2]}{made[1]}{made[0][len(made[0]) // 2 :]}"
        ),
        st.tuples(
            functions,
            inner,
        ).map(" ".join),
        st.tuples(st.sampled_from([r"\ln", r"\Gamma", r"\psi", "B", r"\varphi", "I_0", "KL", "H"]), inner).map(
            lambda made: f"{made[0]}({made[1]})"
        ),
        two.map(lambda made: f"\\frac{{{made[0]}}}{{{made[1]}}}"),
        two.map(lambda made: f"{{{made[0]} \\over {made[1]}}}"),
        two.map(lambda made: f"({made[0]})^{{{made[1]}}}"),
        two.map(lambda made: f"\\sum_{{j=1}}^{{{made[0]}}} {made[1]}"),
        two.map(lambda made: f"D_{{KL}}(p\\|q) = {made[0]} = {made[1]}"),
        inner.map(lambda made: f"\\begin{{align}} {made} \\end{{align}}"),
    )


formulas = st.recursive(atoms, _joined, max_leaves=12)
scraps = st.text(st.sampled_from(string.printable + "\\\\\\{}{}_^_^$&é\u2212\u03c3\u00b2\uff41\x00"), max_size=40)


@st.composite
def spoiled(draw: st.DrawFn) -> str:
    """A formula with a few characters changed, doubled or left out."""
    text = draw(formulas)
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(text)))
        text = text[:at] + draw(scraps)[:3] + text[at + draw(st.integers(0, 2)) :]
    return text


latex = st.one_of(formulas, spoiled(), scraps)


def reads_or_refuses(text: str, dims: str) -> None:
    started = time.process_time()
    try:
        found = given_in(DIVERGENCE, Source(text), (), "nats", dims)
        for index, formula in enumerate(found.formulas):
            if formula is not None:
                assert formula.text
                other_readings(found, index)
    except BadInput as refusal:
        column = refusal.where.column or 0
        if not 1 <= column <= len(text) + 1:
            pytest.fail(f"{refusal} is said of {text!r}")
    assert time.process_time() - started < SECONDS


@FEW
@given(latex, st.sampled_from(["none", "sum"]))
def test_any_text_is_read_or_refused_with_a_column(text: str, dims: str) -> None:
    reads_or_refuses(text, dims)


@pytest.mark.sweep
@MANY
@given(latex, st.sampled_from(["none", "sum"]))
def test_thousands_of_texts_are_read_or_refused_with_a_column(text: str, dims: str) -> None:
    reads_or_refuses(text, dims)


pieces = st.one_of(latex.map(lambda text: f"${text}$"), scraps, st.just("\n"), st.just("```math\n"))


@FEW
@given(st.lists(pieces, max_size=6), st.sampled_from([".tex", ".md", ".py"]), st.integers(1, 4))
def test_any_file_has_a_formula_on_a_line_or_has_not(
    tmp_path_factory: pytest.TempPathFactory, parts: list[str], suffix: str, line: int
) -> None:
    path = tmp_path_factory.mktemp("fuzz") / f"notes{suffix}"
    path.write_text("".join(parts), encoding="utf-8")
    try:
        assert find_formula(path, None, line).source.text is not None
    except BadInput as refusal:
        if refusal.where.file != str(path):
            pytest.fail(str(refusal))


SLOW = {
    "many open brackets": "(" * 9000,
    "many bars": "|" * 9000,
    "many scripts": "a_1^2" * 1900,
    "many braces": "{" * 5000 + "}" * 4999,
    "many fractions": r"\frac" * 1900,
    "many logarithms": r"\ln" * 3000,
    "many rows": r"a\\" * 3000,
    "many equals": "=" * 9000,
    "many sums": r"\sum_j" * 1500,
    "many letters": "abcdefgh" * 1200,
    "many brackets in a row": "(a)" * 3000,
    "many minus signs": "-" * 9000,
    "many primes": "a" + "'" * 9000,
    "many environments": r"\begin{align}" * 700,
    "a large power": "9^{9^{9^{9}}}",
    "a large factorial": r"\Gamma(10^{9})",
    "many divisions": "a/" * 4000 + "a",
    "many powers": "(a)" + "^2" * 4000,
    "many factorials": "a" + "!^2" * 3000,
    "many functions": r"\cosh" * 1500,
    "a long product": r"\ln " + "a" * 9000,
    "a deep tower": "2^{" * 60 + "2" + "}" * 60,
}


@pytest.mark.parametrize("name", SLOW)
def test_long_texts_of_one_kind_take_no_long_time(name: str) -> None:
    with pytest.raises(BadInput):
        given_in(DIVERGENCE, Source(SLOW[name]), (), "nats", "none")
    started = time.process_time()
    reads_or_refuses(SLOW[name], "none")
    assert time.process_time() - started < 5
