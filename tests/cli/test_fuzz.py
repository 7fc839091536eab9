"""`symkl check` of texts that nobody wrote ends with one of the stated exit codes, whatever they are.

More of them: `pytest tests/cli/test_fuzz.py --sweep -m sweep`.
"""

from __future__ import annotations

import json
import string
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .conftest import Ran

Run = Callable[..., Ran]
FEW = settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
MANY = settings(FEW, max_examples=250)

atoms = st.sampled_from(
    ["lam", "log(lam)", "1", "2", "1/2", "pi", "E", "exp(lam)", "gamma(lam)", "oo", "0", "1e-9", "D"]
)
texts = st.one_of(
    st.recursive(
        atoms,
        lambda inner: st.one_of(
            st.tuples(inner, st.sampled_from([" + ", " - ", "*", "/", "**"]), inner).map("".join),
            inner.map(lambda text: f"({text})"),
            st.tuples(st.sampled_from(["log", "sqrt", "exp", "digamma", "Abs", "erf"]), inner).map(
                "{0[0]}({0[1]})".format
            ),
        ),
        max_leaves=8,
    ),
    st.text(st.sampled_from(string.printable + "\\é\u2212"), max_size=30),
)
others = st.lists(
    st.sampled_from(
        ["--units", "bits", "--dims", "sum", "--map", "v=lam**2", "--map", "=", "--where", "lam=2", "--where", "x"]
    ),
    max_size=4,
)


def answers(symkl: Run, text: str, more: list[str]) -> None:
    ran = symkl("check", "entropy", "Exponential", f"--formula={text}", "--json", "--timeout", "5", *more)
    assert ran.code in (0, 1, 2, 3)
    if ran.code == 2:
        assert ran.err.strip()
        assert "Traceback" not in ran.err
    else:
        assert json.loads(ran.out)["verdict"] == {0: "correct", 1: "wrong", 3: "undecided"}[ran.code]


@FEW
@given(texts, others)
def test_a_check_ends_with_a_stated_exit_code(symkl: Run, text: str, more: list[str]) -> None:
    answers(symkl, text, more)


@pytest.mark.sweep
@MANY
@given(texts, others)
def test_hundreds_of_checks_end_with_a_stated_exit_code(symkl: Run, text: str, more: list[str]) -> None:
    answers(symkl, text, more)
