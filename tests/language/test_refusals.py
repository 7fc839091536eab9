"""Formulas of strangers: what is not a formula is refused at once, with one sentence, and nothing is executed."""

from __future__ import annotations

import time

import pytest

from symkl.errors import BadInput
from symkl.language import parse
from symkl.model import symbol

NAMES = {name: symbol(name, "real") for name in ("a", "b", "x")} | {"sigma": symbol("sigma", "positive")}

REFUSED = [
    ('__import__("os")', 12, "text in quotes"),
    ("__import__(os)", 1, "unknown function '__import__'"),
    ("a.real", 2, "attribute access"),
    ("().__class__", 3, "attribute access"),
    ("1..real", 3, "attribute access"),
    ("a[0]", 2, "subscripts"),
    ("'a'", 1, "text in quotes"),
    ("f'{a}'", 2, "text in quotes"),
    ("lambda: a", 1, "keyword"),
    ("[a for a in b]", 1, "lists"),
    ("{a}", 1, "braces"),
    ("a if a else b", 3, "keyword"),
    ("(a := 3)", 4, "':'"),
    ("a ^ 2", 3, "write '**'"),
    ("a = b", 3, "'='"),
    ("a; b", 2, "';'"),
    ("a @ b", 3, "'@'"),
    ("a % b", 3, "'%'"),
    ("a # b", 3, "'#'"),
    ("\\log a", 1, "TeX"),
    ("a!", 2, "factorial"),
    ("\uff41 + 1", 1, "printable ASCII"),
    ("a\x00", 2, "printable ASCII"),
    ("sgima", 1, "did you mean 'sigma'"),
    ("ln(a)", 1, "write log"),
    ("print(a)", 1, "unknown function"),
    ("eval(a)", 1, "unknown function 'eval'"),
    ("log", 1, "is a function"),
    ("Piecewise((1, a < Piecewise((a, a < b), (b, True))), (2, True))", 19, "cannot be compared"),
    ("a b", 3, "operator is missing"),
    ("2 a", 3, "operator is missing"),
    ("2a", 1, "write '*'"),
    ("(a)(b)", 4, "operator is missing"),
    ("a(b)", 1, "is not a function"),
    ("log(a)(b)", 7, "operator is missing"),
    ("log(a, b)", 1, "takes 1 argument"),
    ("log(*a)", 1, "stars"),
    ("log(x=a)", 6, "'='"),
    ("", None, "empty"),
    (" \n", None, "empty"),
    ("a +", 3, "incomplete"),
    ("a + * b", 5, "operator too many"),
    ("(a", 1, "never closed"),
    ("a) + (b", 2, "closes no bracket"),
    ("a, b", 1, "comma"),
    ("0x10", 1, "operator"),
    ("1_000", 1, "operator"),
    ("1j", 1, "operator"),
    ("1/0", 3, "no value"),
    ("a/(b - b)", 4, "no value"),
    ("oo - oo", 1, "no value"),
    ("sqrt(-1)", None, "not real"),
    ("log(-2)", None, "not real"),
    ("sqrt(-2) < a", 1, "value is needed"),
    ("Piecewise((1, sqrt(-2) < a), (2, True))", 15, "not defined"),
    ("Piecewise(1, 2)", 11, "pairs"),
    ("Sum(a, k)", 1, "write Sum(f, (k, lo, hi))"),
    ("Sum(1, (k, 0, 10**9))", 15, None),
    ("Sum(a, (pi, 0, 1))", 13, "constant"),
    ("gamma(loggamma(a))", 7, "special function"),
    ("exp(oo)", 5, "infinity"),
    ("9**9**9**9", 4, "1000"),
    ("(9**99)**99", 1, "too large"),
    ("2**0.0000001", 1, "1000"),
    ("a**100000", 1, "1000"),
    ("(a + b)**300", 1, "64"),
    ("((a + b)**60)**60", 1, "64"),
    ("sqrt(" * 40 + "a" + ")" * 40, None, "exponent"),
    ("factorial(10**9)", 11, "1000"),
    ("gamma(10**7)", 7, "1000"),
    ("gamma(a + 10**7)", 7, "1000"),
    ("gamma(log(exp(9999)))", 7, "1000"),
    ("gamma(sqrt(10**14))", 7, "1000"),
    ("gamma(10**7 + a - a)", 7, "1000"),
    ("zeta(100000)", 6, "30"),
    ("binomial(a, 10**6)", 13, "30"),
    ("polygamma(10**6, a)", 11, "30"),
    ("polygamma(a, 2)", 11, "whole number"),
    ("zeta_derivative(a, 2)", 17, "order of zeta_derivative must be a whole number"),
    ("zeta_derivative(1, 100000)", 20, "30"),
    ("exp(exp(exp(9)))", 5, "10000"),
    ("1e999", 1, "power of ten"),
    ("1" * 200, 1, "digits"),
    ("a" * 100, 1, "characters"),
    ("*".join(["9**999"] * 1000), None, "too long"),
    ("(" * 5000 + "a" + ")" * 5000, None, "characters"),
    ("(" * 4000 + "a" + ")" * 4000, 61, "nested more than 60"),
    ("(" * 10000, 61, "nested more than 60"),
    ("-" * 9000 + "a", None, "at most 5000"),
    ("**".join(["a"] * 2000), None, "nested"),
    ("**".join(["a"] * 3000), None, "at most 5000"),
    ("+".join(["a"] * 5000), None, "at most 5000"),
    ("a" * 1_000_000, None, "1000000 characters"),
]


@pytest.mark.parametrize(("text", "column", "words"), REFUSED, ids=[text[:24] for text, _, _ in REFUSED])
def test_a_text_that_is_no_formula_is_refused_at_once(text: str, column: int | None, words: str | None) -> None:
    start = time.perf_counter()
    with pytest.raises(BadInput) as refused:
        parse(text, NAMES)
    assert time.perf_counter() - start < 1
    message = str(refused.value)
    assert "\n" not in message
    assert len(message) < 250
    if words is not None:
        assert words in message
        assert column is None or refused.value.where.column == column


def test_something_that_is_no_text_is_refused() -> None:
    with pytest.raises(BadInput, match="found int"):
        parse(3, NAMES)  # type: ignore[arg-type]


def test_a_formula_close_to_every_bound_is_read() -> None:
    assert parse("(" * 40 + "a" + ")" * 40, NAMES) == NAMES["a"]
    assert parse("gamma(a + 999)*exp(9999*a)*(a + b)**60", NAMES).free_symbols == {NAMES["a"], NAMES["b"]}
    assert parse("9" * 90, NAMES) == 10**90 - 1
