"""`NAME=EXPR` options: which parameters they fix or tie, and that a value lies in its parameter's domain."""

from __future__ import annotations

import pytest
import sympy as sp

from symkl.errors import BadInput
from symkl.language import read_bindings, read_point
from symkl.model import symbol

NAMES = {
    name: symbol(name, domain)
    for name, domain in {
        "mu_1": "real", "mu_2": "real", "sigma_1": "positive", "sigma_2": "positive", "p_1": "unit", "p_2": "unit",
        "n_1": "positive_integer", "k_1": "integer", "t_1": "nonnegative",
    }.items()
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("mu_2=0", sp.S.Zero),
        ("mu_2 = -1.5", sp.Rational(-3, 2)),
        ("mu_2=mu_1", NAMES["mu_1"]),
        ("sigma_2=1", sp.S.One),
        ("sigma_2=2*sigma_1", 2 * NAMES["sigma_1"]),
        ("sigma_2=exp(mu_1)", sp.exp(NAMES["mu_1"])),
        ("sigma_2=sqrt(2)", sp.sqrt(2)),
        ("p_2=1/2", sp.Rational(1, 2)),
        ("p_2=1 - p_1", 1 - NAMES["p_1"]),
        ("p_2=1/(1 + exp(-mu_1))", 1 / (1 + sp.exp(-NAMES["mu_1"]))),
        ("n_1=3", sp.Integer(3)),
        ("k_1=-2", sp.Integer(-2)),
        ("t_1=0", sp.S.Zero),
    ],
)
def test_a_value_inside_the_domain_is_taken(text: str, value: sp.Expr) -> None:
    assert read_bindings([text], NAMES) == ((text.partition("=")[0].strip(), value),)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("sigma_2=-1", "sigma_2 must be positive, and -1 is not"),
        ("sigma_2=0", "must be positive, and 0 is not"),
        ("sigma_2=oo", "must be positive, and oo is not"),
        ("sigma_2=log(1/2)", "must be positive"),
        ("sigma_2=mu_1", "must be positive, and mu_1 is not (try mu_1 = -2)"),
        ("sigma_2=sigma_1 - 1", "must be positive"),
        ("p_2=0", "must be between 0 and 1, and 0 is not"),
        ("p_2=1", "must be between 0 and 1"),
        ("p_2=1.5", "must be between 0 and 1, and 3/2 is not"),
        ("p_2=2*p_1", "must be between 0 and 1, and 2*p_1 is not"),
        ("n_1=0", "must be a positive integer, and 0 is not"),
        ("n_1=2.5", "must be a positive integer"),
        ("k_1=1/2", "must be an integer"),
        ("k_1=k_1", "is itself replaced"),
        ("t_1=-0.1", "must be nonnegative"),
        ("mu_2=oo", "must be a real number"),
        ("mu_2", "not of the form NAME=EXPR"),
        ("mu_2=", "empty"),
        ("mu_2=1=2", "'='"),
        ("mu=1", "unknown parameter 'mu'"),
        ("sgima_1=1", "did you mean 'sigma_1'?"),
        ("mu_2=nu_1", "unknown symbol 'nu_1'"),
    ],
)
def test_a_value_outside_the_domain_is_refused_with_its_option(text: str, words: str) -> None:
    with pytest.raises(BadInput, match="--where") as refused:
        read_bindings([text], NAMES)
    assert words in str(refused.value)


def test_a_parameter_is_given_once_and_names_no_other_that_is_given() -> None:
    with pytest.raises(BadInput, match="given twice"):
        read_bindings(["mu_2=0", "mu_2=1"], NAMES)
    with pytest.raises(BadInput, match="itself replaced"):
        read_bindings(["mu_1=mu_2", "mu_2=1"], NAMES)


def test_a_point_gives_every_parameter_an_exact_number() -> None:
    names = {name: NAMES[name] for name in ("mu_1", "sigma_1")}
    point = read_point(["sigma_1=0.1", "mu_1=-2/3"], names)
    assert point == {NAMES["mu_1"]: sp.Rational(-2, 3), NAMES["sigma_1"]: sp.Rational(1, 10)}
    with pytest.raises(BadInput, match="'sigma_1' has no value"):
        read_point(["mu_1=1"], names)
    with pytest.raises(BadInput, match="not a decimal or a fraction"):
        read_point(["mu_1=1", "sigma_1=sqrt(2)"], names)
