"""Wrong formulas, each with the mistake that was made on purpose."""

from pathlib import Path

import pytest
import sympy as sp

from symkl.check import comparison, read_formula
from symkl.derive import derive
from symkl.language import load_family, read_bindings
from symkl.model import claim

DERIVATIONS = Path(__file__).parents[2] / "derivations"
TRUTH = "log(sigma_2/sigma_1) + (sigma_1**2 + (mu_1 - mu_2)**2)/(2*sigma_2**2) - 1/2"


@pytest.fixture(scope="module")
def normal():
    return load_family(DERIVATIONS / "normal.toml")


@pytest.fixture(scope="module")
def kl(normal):
    return derive(claim("kl", normal, normal))


def found(kl, formula, units="nats"):
    return comparison(kl, read_formula(kl.claim, formula, (), units, "none"), "none")


def test_a_right_formula_is_correct_and_proved(kl):
    answer = found(kl, TRUTH)
    assert (answer["verdict"], answer["evidence"], answer["diagnosis"]) == ("correct", "proved", "")


MISTAKES = {
    f"({TRUTH})/log(2)": "in bits, not in nats",
    f"-({TRUTH})": "sign is wrong",
    f"({TRUTH})/2": "1/2 times the truth",
    f"({TRUTH})/784": "1/784 times the truth",
    f"({TRUTH})*0.1234567": "0.1234567 times the truth",
    TRUTH.replace("/(2*sigma_2**2)", "/(2*sigma_2**2 + 1e-4)"): "without what is added to keep it finite (0.0001)",
    f"Max(1, {TRUTH})": "right wherever no bound takes hold (1)",
    TRUTH.replace("sigma_1**2 +", "Max(sigma_1, 1/2)**2 + 0.001 +"): "takes hold (0.5), and without the terms 0.001",
    TRUTH.replace("(sigma_1**2 + (mu_1 - mu_2)**2)", "(sigma_1**2 - (mu_1 - mu_2)**2)"): "sign",
    TRUTH.replace(" - 1/2", ""): "off by the constant 1/2",
    TRUTH.replace(" - 1/2", " + log(2*pi)/2 - 1/2"): "off by the constant log(2*pi)/2",
    TRUTH.replace("_1", "_0").replace("_2", "_1").replace("_0", "_2"): "exchanged",
    TRUTH.replace("sigma_1**2", "sigma_1")
    .replace("sigma_2**2", "sigma_2")
    .replace("log(sigma_2/sigma_1)", "log(sigma_2/sigma_1)/2"): "its square",
    TRUTH.replace("sigma_2", "(1/sigma_2)").replace("sigma_1", "(1/sigma_1)"): "its inverse",
    TRUTH.replace("sigma_2", "(1/sigma_2)"): "right if sigma_2 stands for 1/sigma_2",
    TRUTH.replace(" + (mu_1 - mu_2)**2", ""): "(mu_1 - mu_2)**2/(2*sigma_2**2) is missing",
    TRUTH.replace("log(sigma_2/sigma_1)", "log(sigma_1/sigma_2)"): "sign of the term log(sigma_1/sigma_2) is wrong",
    TRUTH.replace("log(sigma_2/sigma_1)", "2*log(sigma_2/sigma_1)"): "stands there 2 times",
    "log(2*pi*sigma_2**2)/2 + (sigma_1**2 + (mu_1 - mu_2)**2)/(2*sigma_2**2)": "this is the cross-entropy",
    "log(2*pi*E*sigma_1**2)/2": "this is the entropy of the first",
    f"{TRUTH} + log(2*pi*E*sigma_1**2)": "the sign of the entropy is wrong",
    f"-({TRUTH}) - log(2*pi*E*sigma_1**2)": "the sign of the cross-entropy is wrong",
}


@pytest.mark.parametrize(("formula", "words"), sorted(MISTAKES.items()))
def test_a_usual_mistake_is_named(kl, formula, words):
    answer = found(kl, formula)
    assert answer["verdict"] == "wrong"
    assert words in answer["diagnosis"]
    assert answer["counterexample"]["given"] != answer["counterexample"]["true"]


def test_nats_given_as_bits_are_named(kl):
    assert "in nats, not in bits" in found(kl, TRUTH, "bits")["diagnosis"]


def test_an_unusual_mistake_is_wrong_without_a_diagnosis(kl):
    answer = found(kl, "mu_1**2*sigma_1 + mu_2*log(1 + sigma_1*sigma_2)")
    assert answer["verdict"] == "wrong"
    assert answer["diagnosis"] == ""


def test_a_formula_that_is_not_real_is_wrong(kl):
    answer = found(kl, "log(-sigma_1)")
    assert answer["verdict"] == "wrong"
    assert "I" in answer["counterexample"]["given"]


def test_a_mean_over_dimensions_for_a_sum_and_a_sum_for_a_mean_are_named(kl):
    for dims, formula, words in (
        ("sum", TRUTH, "does not grow with D"),
        ("mean", f"D*({TRUTH})", "this is the sum over the dimensions, not the mean"),
    ):
        answer = comparison(kl, read_formula(kl.claim, formula, (), "nats", dims), dims)
        assert answer["verdict"] == "wrong"
        assert words in answer["diagnosis"]
        right = formula if dims == "mean" and formula == TRUTH else f"D*({TRUTH})" if dims == "sum" else TRUTH
        assert comparison(kl, read_formula(kl.claim, right, (), "nats", dims), dims)["verdict"] == "correct"


@pytest.mark.parametrize(
    ("name", "quantity", "formula", "words"),
    [
        (
            "gamma",
            "entropy",
            "log(beta) + loggamma(alpha) + (1 - alpha)*digamma(alpha) + alpha",
            "right if beta stands for 1/beta",
        ),
        ("gamma", "entropy", "-log(beta) + loggamma(alpha) + alpha", "the term"),
        ("geometric", "entropy", "-log(1 - p) - p*log(p)/(1 - p)", "right if p stands for 1 - p"),
        ("geometric", "expectation", "1/p - 1 + 1", "does it count from 0 or from 1?"),
        (
            "poisson",
            "kl",
            "lam_1*log(lam_1/lam_2) + lam_1 - lam_2",
            "signs of the terms lam_1 and -lam_2 are wrong",
        ),
        ("bernoulli", "entropy", "-p*log(p) - (1 - p)*log(p)", "log(1 - p)"),
        ("gumbel", "entropy", "log(beta) + 1.5772", "right with EulerGamma (0.577215664902) to more digits"),
        ("laplace", "kl", "log(b_2/b_1) + b_1/b_2 - 1", "right only where mu_1 = mu_2"),
    ],
)
def test_mistakes_in_other_families_are_named(name, quantity, formula, words):
    family = load_family(DERIVATIONS / f"{name}.toml")
    of = family.variable if quantity == "expectation" else None
    derivation = derive(claim(quantity, family, family if quantity == "kl" else None, of))
    answer = comparison(derivation, read_formula(derivation.claim, formula, (), "nats", "none"), "none")
    assert answer["verdict"] == "wrong"
    assert words in answer["diagnosis"]


def test_a_formula_that_is_infinite_in_places_is_wrong(kl):
    for condition in ("sigma_1 < 1", "mu_1 < 2"):
        answer = found(kl, f"Piecewise(({TRUTH}, {condition}), (oo, True))")
        assert answer["diagnosis"] == "it is right where it is a number, and for other parameters it is none"
        assert (answer["verdict"], answer["counterexample"]["given"]) == ("wrong", "oo")
    assert found(kl, f"Piecewise(({TRUTH}, sigma_1 > 0), (oo, True))")["verdict"] == "correct"


@pytest.mark.parametrize(
    ("name", "quantity", "formula", "words"),
    [
        # the shape is a whole number, which may be the same at many points
        ("erlang", "entropy", "(1 + k)*digamma(k) + log(gamma(k)/lam) + k", "the sign of the term k is wrong in k + 1"),
        # where p_1 = p_2 the logarithm is zero
        ("geometric", "kl", "log(p_1/p_2) + log((1 - p_1)/(1 - p_2))/p_1", "1/p_1 should be 1/p_1 - 1"),
        ("weibull", "entropy", "EulerGamma*(1 - 1/k) + log(lam*k) + 1", "k should be 1/k in k*lam"),
        ("pareto", "entropy", "log(x_m/alpha*exp(1 - 1/alpha))", "the sign of the term 1/alpha is wrong"),
        ("levy", "entropy", "c*(1 + 3*EulerGamma + log(16*pi*c**2))/2", "it is c times the truth"),
        (
            "poisson",
            "entropy",
            "lam*(1 + log(lam)) + exp(-lam)*Sum(lam**k*log(factorial(k))/factorial(k), (k, 0, oo))",
            "the sign of the term log(lam) is wrong",
        ),
        (
            "poisson",
            "entropy",
            "lam*(1 - log(lam)) - exp(-lam)*Sum(lam**k*log(factorial(k))/factorial(k), (k, 0, oo))",
            "S is the sum in it",
        ),
    ],
)
def test_one_changed_part_is_found(name, quantity, formula, words):
    family = load_family(DERIVATIONS / f"{name}.toml")
    derivation = derive(claim(quantity, family, family if quantity == "kl" else None))
    answer = comparison(derivation, read_formula(derivation.claim, formula, (), "nats", "none"), "none")
    assert answer["verdict"] == "wrong"
    assert words in answer["diagnosis"]


def test_the_arguments_exchanged_are_seen_where_one_distribution_is_fixed(normal):
    fixed = (("mu_2", sp.Integer(0)), ("sigma_2", sp.Integer(1)))
    derivation = derive(claim("kl", normal, normal, where=fixed))
    for formula, words in (
        ("log(sigma_1) + (1 + mu_1**2)/(2*sigma_1**2) - 1/2", "this is KL(q, p), not KL(p, q)"),
        ("1/2 - log(sigma_1) - (1 + mu_1**2)/(2*sigma_1**2)", "this is minus KL(q, p), not KL(p, q)"),
    ):
        assert words in found(derivation, formula)["diagnosis"]
    assert "KL(q, p)" not in found(derivation, "log(sigma_1) + (2 + mu_1**2)/(2*sigma_1**2) - 1/2")["diagnosis"]


def test_a_term_that_a_beta_function_hides_is_missed():
    beta = load_family(DERIVATIONS / "beta.toml")
    kl = derive(claim("kl", beta, beta))
    rest = "(alpha_1-alpha_2)*digamma(alpha_1) + (beta_1-beta_2)*digamma(beta_1)"
    rest += " + (alpha_2-alpha_1+beta_2-beta_1)*digamma(alpha_1+beta_1)"
    logs = "loggamma(alpha_2) + loggamma(beta_2) - log(beta(alpha_1, beta_1))"
    assert found(kl, f"{logs} - loggamma(alpha_2+beta_2) + {rest}")["verdict"] == "correct"
    assert "the term -loggamma(alpha_2 + beta_2) is missing" in found(kl, f"{logs} + {rest}")["diagnosis"]


def test_a_formula_may_name_what_the_claim_fixes(normal):
    bare = claim("kl", normal, normal)
    names = {parameter.full_name: parameter.symbol for parameter in bare.parameters}
    kl = derive(claim("kl", normal, normal, where=read_bindings(("mu_2=0", "sigma_2=1"), names)))
    assert found(kl, TRUTH)["verdict"] == "correct"
    assert found(kl, f"({TRUTH})*sigma_2/2")["verdict"] == "wrong"
    mapped = read_formula(kl.claim, "log(w/v)/2 + (v + (mu_1 - mu_2)**2)/(2*w) - 1/2", MAPPED, "nats", "none")
    assert comparison(kl, mapped, "none")["verdict"] == "correct"
    assert "it is 0" in found(kl, "0*sigma_2")["diagnosis"]


MAPPED = ("v=sigma_1**2", "w=sigma_2**2")
