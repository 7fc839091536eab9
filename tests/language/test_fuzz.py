"""Texts that nobody wrote: they are read or refused, soon, and nothing in them is executed.

More of them: `pytest tests/language/test_fuzz.py --sweep -m sweep`.
"""

from __future__ import annotations

import builtins
import string
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import sympy as sp
import sympy.physics.units  # SymPy reads its own names with what the texts must not reach
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sympy.parsing import sympy_parser

from symkl.errors import SymklError
from symkl.language import load_family, parse
from symkl.language.functions import CONSTANTS, FUNCTIONS, SPECIAL_FORMS
from symkl.model import symbol

DERIVATIONS = Path(__file__).parents[2] / "derivations"
NAMES = {name: symbol(name, "real") for name in ("a", "x")} | {"sigma": symbol("sigma", "positive")}
#: one text may take so long (on a machine that has other work); a hang would take for ever
SECONDS = 20

FEW = settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
MANY = settings(FEW, max_examples=5000)

numbers = st.one_of(
    st.integers(-(10**6), 10**6).map(str),
    st.sampled_from(
        ["0", "1/2", "0.5", "1e300", "1e-300", "10**9", "9" * 90, "1e309", "0x10", "1_0", "007", "2.", ".5", "1j"]
    ),
)
names = st.sampled_from(
    [*NAMES, *CONSTANTS, *FUNCTIONS, *SPECIAL_FORMS, "lambda", "None", "True", "mu", "__class__", "oo"]
)
symbols = st.sampled_from([*NAMES, "pi", "E", "EulerGamma", "oo", "zoo"])


def _joined(children: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    operators = st.sampled_from([" + ", " - ", "*", "/", "**", "//", "^", " < ", " and ", ",", "=", "@", "."])
    return st.one_of(
        st.tuples(children, operators, children).map("".join),
        children.map(lambda inner: f"({inner})"),
        children.map(lambda inner: f"-{inner}"),
        st.tuples(names, st.lists(children, max_size=3).map(", ".join)).map(lambda call: f"{call[0]}({call[1]})"),
        st.tuples(children, children).map(lambda two: f"Sum({two[0]}, (k, 0, {two[1]}))"),
        st.tuples(children, children).map(lambda two: f"Piecewise(({two[0]}, a < {two[1]}), ({two[1]}, True))"),
    )


formulas = st.recursive(st.one_of(numbers, symbols, names), _joined, max_leaves=12)
scraps = st.text(st.sampled_from(string.printable + "\\{}_^é\u2212\uff41\x00"), max_size=60)


@st.composite
def spoiled(draw: st.DrawFn, texts: st.SearchStrategy[str]) -> str:
    """A text with a few characters changed, doubled or left out."""
    text = draw(texts)
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(text)))
        text = text[:at] + draw(scraps)[:3] + text[at + draw(st.integers(0, 2)) :]
    return text


class Executed(BaseException):
    """A text was handed to something that executes it."""


def _guarded(read: Callable[[str], object], text: str) -> object:
    """What reading gives, None where it is refused; nothing may be executed on the way, and it must be over soon."""

    def unless_own(run: Callable[..., object]) -> Callable[..., object]:
        """Python itself executes code of modules that are imported meanwhile."""

        def guarded(code: object, *rest: object, **named: object) -> object:
            if isinstance(code, str) and (code.strip() in text or text.strip() in code):
                raise Executed(text)
            return run(code, *rest, **named)

        return guarded

    def refuse(*_: object, **__: object) -> object:
        raise Executed(text)

    begun = time.process_time()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(builtins, "eval", unless_own(eval))
        patch.setattr(builtins, "exec", unless_own(exec))
        patch.setattr(sympy_parser, "parse_expr", refuse)
        try:
            found, error = read(text), None
        except SymklError as refused:
            found, error = None, refused
    assert time.process_time() - begun < SECONDS
    assert error is None or (str(error) and "\n" not in str(error))
    return found


def _read(text: str) -> sp.Expr:
    return parse(text, NAMES, variable=NAMES["x"])


def _is_read_or_refused(text: str) -> None:
    made = _guarded(_read, text)
    assert made is None or (isinstance(made, sp.Expr) and made.free_symbols <= set(NAMES.values()))


@FEW
@given(st.one_of(formulas, spoiled(formulas), scraps))
def test_a_formula_is_read_or_refused(text):
    _is_read_or_refused(text)


@pytest.mark.sweep
@MANY
@given(st.one_of(formulas, spoiled(formulas), scraps))
def test_five_thousand_formulas_are_read_or_refused(text):
    _is_read_or_refused(text)


def test_texts_that_execute_would_be_noticed():
    with pytest.raises(Executed):
        _guarded(sp.sympify, "1 + 1")
    with pytest.raises(Executed):
        _guarded(lambda text: eval(text), "1 + 1")


def test_some_of_the_texts_are_formulas():
    """The fuzz is not all noise, of which everything is refused."""
    seen = []

    @settings(FEW, max_examples=300)
    @given(formulas)
    def run(text):
        seen.append(_guarded(_read, text) is not None)

    run()
    assert 0.1 < sum(seen) / len(seen) < 0.9


def _definition(text: str, folder: Path) -> None:
    path = folder / "strange.toml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    _guarded(lambda _: load_family(path), text)


definitions = st.sampled_from(
    [(DERIVATIONS / f"{name}.toml").read_text() for name in ("normal", "poisson", "triangular")]
)
fields = st.sampled_from(
    ["name", "variable", "support", "kind", "log_density", "density", "constraints", "domain", "formula"]
)
values = st.one_of(
    formulas.map(lambda text: f'"{text}"'),
    st.sampled_from(['["0"]', '["0", "oo", "1"]', "3", "true", '""', "[]", "{}", "1979-05-27", "nan", '"\\u0000"']),
)


@st.composite
def altered(draw: st.DrawFn) -> str:
    """A definition with the value of a field exchanged."""
    lines = draw(definitions).splitlines()
    field = draw(fields)
    places = [i for i, line in enumerate(lines) if line.startswith(f"{field} =")]
    if places:
        lines[draw(st.sampled_from(places))] = f"{field} = {draw(values)}"
    return "\n".join(lines) + "\n"


@settings(FEW, max_examples=60)
@given(st.one_of(spoiled(definitions), altered()))
def test_a_definition_is_read_or_refused(tmp_path_factory, text):
    _definition(text, tmp_path_factory.getbasetemp())


@pytest.mark.sweep
@settings(FEW, max_examples=1500)
@given(st.one_of(spoiled(definitions), altered()))
def test_many_definitions_are_read_or_refused(tmp_path_factory, text):
    _definition(text, tmp_path_factory.getbasetemp())
