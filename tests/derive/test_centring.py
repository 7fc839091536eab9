"""What p is written about, its averages are expanded about: decided from the log-density, whatever its family is."""

import pytest
import sympy as sp

from symkl.derive import derive
from symkl.language import load_families
from symkl.model import claim
from symkl.verify.steps import check_steps
from tests.derive.toml import written

MORE = {
    "AboutThree": ("s: positive", "-oo, oo", "exp(-(x - 3)**2/(2*s**2))/(s*sqrt(2*pi))"),
    "AboutZero": ("s: positive", "-oo, oo", "exp(-x**2/(2*s**2))/(s*sqrt(2*pi))"),
    "Shifted": ("m: real, lam: positive", "m, oo", "lam*exp(-lam*(x - m))"),
    "HeavyTail": ("m: real, g: positive", "-oo, oo", "1/(pi*g*(1 + ((x - m)/g)**2))"),
}


@pytest.fixture(scope="module")
def families(strangers, tmp_path_factory):
    folder = tmp_path_factory.mktemp("more")
    for name, given in MORE.items():
        (folder / f"{name.lower()}.toml").write_text(written(name, *given), encoding="utf-8")
    return strangers | load_families(sorted(folder.glob("*.toml")))


def said(derivation):
    """What the lemmas state: text of the statistic -> text of the value."""
    return {str(lemma.statement.body): str(lemma.value) for lemma in derivation.lemmas[1:]}


@pytest.mark.parametrize(
    ("name", "lemmas"),
    [
        ("Gauss", {"(-mu + x)**2": "sigma**2"}),
        ("GaussPrecision", {"(-m + x)**2": "1/tau"}),
        ("LogGauss", {"-mu + log(x)": "0", "(-mu + log(x))**2": "sigma**2"}),
        ("Extreme", {"-mu + x": "EulerGamma*beta", "exp(-(-mu + x)/beta)": "1"}),
        ("AboutThree", {"(x - 3)**2": "s**2"}),
        ("AboutZero", {"x**2": "s**2"}),
        ("Shifted", {"-m + x": "1/lam"}),
    ],
)
def test_an_entropy_rests_on_the_averages_about_the_centre(families, name, lemmas):
    found = derive(claim("entropy", families[name]))
    assert said(found) == lemmas
    assert found.status == "closed"
    assert check_steps(found).all_proved


@pytest.mark.parametrize(
    ("p", "q", "first", "second"),
    [
        ("Gauss", "Gauss", "0", "sigma_1**2"),
        ("TwoSided", "Gauss", "0", "2*b_1**2"),
        ("Sech", "Gauss", "0", "pi**2*s_1**2/3"),
        ("Extreme", "Gauss", "EulerGamma*beta_1", "beta_1**2*(EulerGamma**2 + pi**2/6)"),
    ],
)
def test_a_square_about_another_place_is_expanded_about_the_first_centre(families, p, q, first, second):
    found = derive(claim("kl", families[p], families[q]))
    lemmas = said(found)
    assert lemmas["-mu_1 + x"] == first
    assert sp.expand(sp.sympify(lemmas["(-mu_1 + x)**2"]) - sp.sympify(second)) == 0
    assert "x" not in lemmas
    assert "x**2" not in lemmas
    assert [step.rule for step in found.steps].count("centring") == 1
    assert check_steps(found).all_proved


def test_what_is_written_about_the_centre_already_is_not_expanded(families):
    for name in ("Gauss", "LogGauss", "Extreme"):
        assert "centring" not in [step.rule for step in derive(claim("entropy", families[name])).steps]


def test_the_result_comes_out_in_the_distance_of_the_centres(families):
    found = derive(claim("cross_entropy", families["Gauss"], families["Gauss"]))
    (mu_1, sigma_1), (mu_2, sigma_2) = ([p.symbol for p in d.parameters] for d in (found.claim.p, found.claim.q))
    quadratic = (sigma_1**2 + (mu_1 - mu_2) ** 2) / (2 * sigma_2**2)
    assert quadratic in found.result.args


@pytest.mark.parametrize("p", ["GammaRate", "AboutZero"])
def test_without_a_centre_moments_stay_as_they_are(families, p):
    found = derive(claim("kl", families[p], families["Gauss"]))
    assert {"x", "x**2"} <= set(said(found))
    assert "centring" not in [step.rule for step in found.steps]


@pytest.mark.parametrize(("of", "lemmas"), [("x", {"x"}), ("x**2", {"x**2"}), ("(x-mu)**2", {"(-mu + x)**2"})])
def test_a_moment_is_averaged_as_it_was_asked_for_unless_that_is_longer(families, of, lemmas):
    family = families["Gauss"]
    x, mu = family.variable, family.parameters[0].symbol
    body = {"x": x, "x**2": x**2, "(x-mu)**2": (x - mu) ** 2}[of]
    assert set(said(derive(claim("expectation", family, of=body)))) == lemmas


def test_what_is_not_finite_about_the_centre_is_left_as_it_is(families):
    found = derive(claim("cross_entropy", families["HeavyTail"], families["Gauss"]))
    assert {"x", "x**2"} <= set(said(found))
    assert found.status != "closed"
    assert derive(claim("kl", families["HeavyTail"], families["Gauss"])).status == "infinite"
