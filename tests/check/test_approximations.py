"""Formulas with rounded numbers or with guards, and formulas that hold only where parameters are tied."""

from pathlib import Path

import pytest
import sympy as sp

from symkl.check import comparison, read_formula
from symkl.derive import derive
from symkl.language import load_family
from symkl.model import claim

DERIVATIONS = Path(__file__).parents[2] / "derivations"
#: (log(2*pi) + 1)/2, to ten places
HALF_LOG = "1.4189385332"


def family(name):
    return load_family(DERIVATIONS / f"{name}.toml")


@pytest.fixture(scope="module")
def entropy():
    return derive(claim("entropy", family("normal")))


@pytest.fixture(scope="module")
def divergence():
    normal = family("normal")
    return derive(claim("kl", normal, normal))


def found(derivation, formula):
    answer = comparison(derivation, read_formula(derivation.claim, formula, (), "nats", "none"), "none")
    return answer["verdict"], answer["evidence"], answer["diagnosis"]


@pytest.mark.parametrize("number", [HALF_LOG, "1.4189385", "1.418939", "1.418938"])
def test_a_rounded_or_cut_number_is_correct_and_never_proved(entropy, number):
    verdict, evidence, words = found(entropy, f"log(sigma) + {number}")
    assert (verdict, evidence) == ("correct", "numeric")
    assert words == f"an approximation: {number} taken for rounded"


@pytest.mark.parametrize("number", ["1.4189387", "1.4189435", "1.418941", "1.4189", "1.42", "709469/500000 + 1/1000"])
def test_a_number_that_is_off_by_more_than_its_last_place_is_wrong(entropy, number):
    assert found(entropy, f"log(sigma) + {number}")[0] == "wrong"


GUARDED = "(mu_1 - mu_2)**2/(2*{square}) + sigma_1**2/(2*{square}) - 1/2 + log(sigma_2) - log(sigma_1{guard})"


def test_a_guard_is_correct_and_never_proved(divergence):
    for square, guard in (
        ("(sigma_2**2 + 1e-8)", ""),
        ("sigma_2**2", " + 1e-12"),
        ("(sigma_2**2 + 1e-8)", " + 1e-9"),
        ("sigma_2**2", " + 1e-6"),
    ):
        verdict, evidence, words = found(divergence, GUARDED.format(square=square, guard=guard))
        assert (verdict, evidence) == ("correct", "numeric")
        assert words.startswith("an approximation: equal to the truth without the term 1.00e-")


@pytest.mark.parametrize("guard", [" + 1e-3", " + 0.1", " * 1e-8"])
def test_a_guard_that_is_none_is_wrong(divergence, guard):
    assert found(divergence, GUARDED.format(square="sigma_2**2", guard=guard))[0] == "wrong"


def test_a_wrong_formula_is_not_saved_by_a_guard(divergence):
    right = GUARDED.format(square="(sigma_2**2 + 1e-8)", guard="")
    for old, new in (("- 1/2", "- 1/3"), ("/(2*", "/("), ("- log(sigma_1)", "+ log(sigma_1)")):
        assert old in right
        assert found(divergence, right.replace(old, new))[0] == "wrong"


@pytest.mark.parametrize("extra", ["(mu_1 - mu_2)**2*1e-9", "0.00001*mu_1", "(sigma_1 - sigma_2)**2*0.0000123"])
def test_a_tiny_term_is_neither_a_guard_nor_a_rounding_of_nothing(divergence, extra):
    right = GUARDED.format(square="sigma_2**2", guard="")
    assert found(divergence, right)[0] == "correct"
    assert found(divergence, f"{right} + {extra}")[0] == "wrong"


def test_what_holds_for_tied_parameters_alone_is_wrong_where_nothing_ties_them():
    lomax = family("lomax")
    formula = "log(alpha_1/alpha_2) + alpha_2/alpha_1 - 1"
    tie = (("lam_2", sp.Symbol("lam_1", positive=True)),)
    verdict, _, words = found(derive(claim("kl", lomax, lomax)), formula)
    assert verdict == "wrong"
    assert words == "it is right where lam_2 = lam_1, and nothing ties them: give --where"
    assert found(derive(claim("kl", lomax, lomax, where=tie)), formula)[:2] == ("correct", "proved")


STANDARD = (("mu_2", sp.Integer(0)), ("sigma_2", sp.Integer(1)))


@pytest.mark.parametrize(
    ("quantity", "formula", "verdict"),
    [
        ("kl", "(mu_1**2 + sigma_1**2)/(2*(1 + 1e-12)) - log(sigma_1) - 1/2", "correct"),
        ("kl", "(mu_1**2 + sigma_1**2)/(2*(1 + 1e-8)) - log(sigma_1) - 1/2 + log(1 + 1e-8)", "correct"),
        ("kl", "(mu_1**2 + sigma_1**2)/(2*(1 + 3e-5)) - log(sigma_1) - 1/2", "wrong"),
        ("kl", "(mu_1**2 + sigma_1**2)/(2*(1 + 1e-12)) - log(sigma_1) - 1/3", "wrong"),
        ("entropy", "-p*log(p + 1e-8) - (1 - p)*log(1 - p + 1e-8)", "correct"),
        ("entropy", "-p*log(p + 1e-8) - (1 - p)*log(2 - p + 1e-8)", "wrong"),
        ("entropy", "-p*log(p) - (1 - p)*log(1 - p + 1e-4)", "wrong"),
    ],
)
def test_a_guard_that_a_number_has_taken_in_is_one(quantity, formula, verdict):
    normal, bernoulli = family("normal"), family("bernoulli")
    asked = claim("kl", normal, normal, where=STANDARD) if quantity == "kl" else claim("entropy", bernoulli)
    answer = found(derive(asked), formula)
    assert answer[0] == verdict
    if verdict == "correct":
        assert answer[1] == "numeric"
        assert "without the term 1.00e-" in answer[2]


def test_a_bound_that_hardly_ever_takes_hold_is_correct_and_never_proved(divergence):
    right = GUARDED.format(square="Max(sigma_2, 1e-6)**2", guard="")
    assert found(divergence, right) == ("correct", "numeric", "equal to the truth wherever no bound takes hold (1e-06)")
    wrong = right.replace("- 1/2", "- 1/3")
    assert found(divergence, wrong)[0] == "wrong"
    assert found(divergence, GUARDED.format(square="Max(sigma_2, 1)**2", guard=""))[0] == "wrong"
