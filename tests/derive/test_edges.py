"""Existence, inclusion, cases, ties and removable singularities, on the families that come with symkl."""

from pathlib import Path

import mpmath as mp
import pytest
import sympy as sp

from symkl.derive import derive
from symkl.language import load_families
from symkl.model import claim
from symkl.verify import evaluate

pytestmark = pytest.mark.sample(3)

FOLDER = Path(__file__).parents[2] / "derivations"
NAMES = (
    "Binomial NegativeBinomial ContinuousBernoulli Uniform Beta Pareto StudentT Normal GeneralizedPareto Exponential "
    "Gamma InverseGamma Laplace Triangular Cauchy HalfCauchy VonMises InverseGaussian Levy Logistic Gumbel LogLogistic "
    "Lomax Gompertz Arcsine Semicircle TruncatedNormal Zeta Bernoulli Kumaraswamy"
).split()


@pytest.fixture(scope="module")
def families():
    every = [path for path in sorted(FOLDER.glob("*.toml")) if path.stem != "vae"]
    return load_families([FOLDER / f"{name.lower()}.toml" for name in NAMES], every)


def kl(families, p, q):
    return derive(claim("kl", families[p], families[q]))


def shown(conditions):
    return {str(condition) for condition in conditions}


def at(derivation, **numbers):
    point = {p.symbol: sp.Rational(numbers[p.full_name]) for p in derivation.claim.parameters}
    found = evaluate(derivation.claim, point, 20, derivation)
    return found.value, found


@pytest.mark.parametrize(
    ("p", "q", "conditions"),
    [
        ("StudentT", "Normal", {"nu_1 > 2"}),
        ("StudentT", "Laplace", {"nu_1 > 1"}),
        ("LogLogistic", "Laplace", {"beta_1 > 1"}),
        ("GeneralizedPareto", "AsymmetricLaplace", {"xi_1 < 1"}),
        ("Pareto", "Exponential", {"alpha_1 > 1"}),
        ("Lomax", "Gamma", {"alpha_1 > 1"}),
        ("LogLogistic", "Exponential", {"beta_1 > 1"}),
        ("InverseGamma", "Gamma", {"alpha_1 > 1"}),
        ("Gamma", "InverseGamma", {"alpha_1 > 1"}),
        ("Exponential", "Gompertz", {"lam_1 > b_2"}),
        ("Logistic", "Gumbel", {"beta_2 > s_1"}),
        ("Uniform", "Beta", {"a_1 >= 0", "b_1 <= 1"}),
        ("Uniform", "Uniform", {"a_1 >= a_2", "b_2 >= b_1"}),
        ("Uniform", "Pareto", {"a_1 >= x_m_2"}),
        ("Pareto", "Pareto", {"x_m_1 >= x_m_2"}),
        ("Beta", "Uniform", {"a_2 <= 0", "b_2 >= 1"}),
        ("Arcsine", "Uniform", {"a_1 >= a_2", "b_2 >= b_1"}),
        ("Arcsine", "Arcsine", {"a_1 >= a_2", "b_2 >= b_1"}),
        ("Arcsine", "Gamma", {"a_1 >= 0"}),
    ],
)
def test_a_divergence_exists_where_its_conditions_say_and_is_infinite_elsewhere(families, p, q, conditions):
    found = kl(families, p, q)
    assert (found.status, shown(found.conditions), found.otherwise) == ("conditional", conditions, "oo")


@pytest.mark.parametrize(
    ("p", "q"), [("Cauchy", "Normal"), ("Cauchy", "Laplace"), ("Levy", "Exponential"), ("HalfCauchy", "Gamma"),
                 ("StudentT", "Gumbel"), ("Pareto", "Gompertz"), ("Exponential", "InverseGamma")]
)  # fmt: skip
def test_a_tail_that_is_too_heavy_makes_it_infinite_with_a_reason(families, p, q):
    found = kl(families, p, q)
    assert (found.status, found.result) == ("infinite", sp.oo)
    assert "log(p/q) grows like" in found.reason


@pytest.mark.parametrize(
    ("p", "q", "numbers"),
    [
        ("StudentT", "Normal", {"nu_1": "3/2", "mu_1": 0, "sigma_1": 1, "mu_2": 1, "sigma_2": 2}),
        ("StudentT", "Laplace", {"nu_1": "3/4", "mu_1": 0, "sigma_1": 1, "mu_2": 1, "b_2": 2}),
        ("LogLogistic", "Laplace", {"alpha_1": 1, "beta_1": "2/3", "mu_2": 1, "b_2": 2}),
        ("Frechet", "Laplace", {"m_1": 0, "s_1": 1, "alpha_1": "1/2", "mu_2": 1, "b_2": 2}),
        ("Pareto", "Exponential", {"x_m_1": 1, "alpha_1": "1/2", "lam_2": 1}),
        ("Gamma", "InverseGamma", {"alpha_1": "1/2", "beta_1": 1, "alpha_2": 2, "beta_2": 1}),
        ("Lomax", "Gamma", {"alpha_1": "3/4", "lam_1": 1, "alpha_2": 2, "beta_2": 1}),
        ("Logistic", "Gumbel", {"mu_1": 0, "s_1": 3, "mu_2": 0, "beta_2": 2}),
        ("Exponential", "Gompertz", {"lam_1": 1, "eta_2": 1, "b_2": 2}),
        ("Uniform", "Beta", {"a_1": "-1/2", "b_1": "1/2", "alpha_2": 2, "beta_2": 2}),
        ("Pareto", "Pareto", {"x_m_1": 1, "alpha_1": 2, "x_m_2": 2, "alpha_2": 3}),
        ("Arcsine", "Gamma", {"a_1": "-1/2", "b_1": 1, "alpha_2": 2, "beta_2": 1}),
        ("Arcsine", "Beta", {"a_1": "1/2", "b_1": 2, "alpha_2": 2, "beta_2": 1}),
    ],
)
def test_outside_the_conditions_no_continuation_gives_a_finite_value(families, p, q, numbers):
    assert at(kl(families, p, q), **numbers)[0] == "oo"


@pytest.mark.parametrize(
    ("family", "tie"),
    [("Binomial", "n"), ("NegativeBinomial", "r"), ("Kumaraswamy", "a"), ("Levy", "mu"), ("HyperbolicSecant", "sigma")],
)
def test_what_closes_under_a_tie_says_so(families, family, tie):
    found = kl(families, family, family)
    assert found.status == "conditional"
    assert shown(found.conditions) == {f"Eq({tie}_2, {tie}_1)"}
    assert found.otherwise == "unknown"


def test_two_logistics_of_one_scale_and_two_places_are_closed(families):
    found = kl(families, "Logistic", "Logistic")
    (gap,) = (c for c in found.conditions if isinstance(c, sp.Ne))
    assert {s.name for s in gap.free_symbols} == {"mu_1", "mu_2"}
    value, checked = at(found, mu_1="1/3", s_1="1/2", mu_2=-1, s_2="1/2")
    d = (mp.mpf(1) / 3 + 1) / mp.mpf("0.5")
    density = lambda z: mp.exp(-z) / (1 + mp.exp(-z)) ** 2  # noqa: E731
    gain = lambda z: d + 2 * (mp.log1p(mp.exp(-z - d)) - mp.log1p(mp.exp(-z)))  # noqa: E731
    expected = mp.quad(lambda z: density(z) * gain(z), [-60, -5, 0, 5, 60])
    assert mp.almosteq(mp.mpf(value), expected, rel_eps=mp.mpf("1e-12"))
    assert checked.certified


def test_under_the_tie_the_divergence_of_two_binomials_is_closed(families):
    tied = derive(claim("kl", families["Binomial"], families["Binomial"], where=(("n_2", sp.Symbol("n_1", integer=True, positive=True)),)))  # fmt: skip  # noqa: E501
    assert tied.status == "closed"


def test_a_singularity_that_is_removable_has_its_limit_as_a_case(families):
    found = kl(families, "ContinuousBernoulli", "Exponential")
    assert found.status == "closed"
    [(when, value)] = [(c.when, c.value) for c in found.cases if any(isinstance(w, sp.Eq) for w in c.when)]
    lam = sp.Symbol("lam_2", positive=True)
    assert shown(when) == {"Eq(lam_1, 1/2)"}
    assert sp.simplify(value - (lam / 2 - sp.log(lam))) == 0  # what a uniform density on (0, 1) gives


@pytest.mark.parametrize(("first", "second"), [("1/2", "1/3"), ("1/3", "1/2")])
def test_continuous_bernoulli_at_one_half_is_the_uniform_density(families, first, second):
    value, _ = at(kl(families, "ContinuousBernoulli", "ContinuousBernoulli"), lam_1=first, lam_2=second)

    def log(x, lam):
        return mp.mpf(0) if lam == mp.mpf("0.5") else x * mp.log(lam) + (1 - x) * mp.log(1 - lam) + mp.log(2 * mp.atanh(1 - 2 * lam) / (1 - 2 * lam))  # fmt: skip  # noqa: E501

    one, two = (mp.mpf(sp.Rational(t).p) / sp.Rational(t).q for t in (first, second))
    expected = mp.quad(lambda x: mp.exp(log(x, one)) * (log(x, one) - log(x, two)), [0, 1])
    assert mp.almosteq(mp.mpf(value), expected, rel_eps=mp.mpf("1e-10"))


def test_a_kink_inside_and_outside_a_bounded_support_gives_a_case_each(families):
    found = kl(families, "Uniform", "Laplace")
    assert found.status == "closed"
    assert len(found.cases) == 3
    for mu in ("-2", "1/4", "5"):
        value, checked = at(found, a_1=0, b_1=1, mu_2=mu, b_2=2)
        m = sp.Rational(mu)
        inner = sp.integrate(sp.Abs(sp.Symbol("x", real=True) - m), (sp.Symbol("x", real=True), 0, 1))
        assert mp.almosteq(mp.mpf(value), mp.log(4) + mp.mpf(sp.N(inner)) / 2, rel_eps=mp.mpf("1e-12"))
        assert checked.certified


@pytest.mark.parametrize(
    ("p", "q"), [("Cauchy", "Cauchy"), ("VonMises", "VonMises"), ("InverseGaussian", "InverseGaussian"),
                 ("HalfCauchy", "HalfCauchy"), ("Gumbel", "Normal"), ("InverseGaussian", "Gamma"), ("Zeta", "Zeta"),
                 ("Exponential", "Laplace"), ("Gamma", "Laplace"), ("Beta", "Laplace"), ("Exponential", "Lomax"),
                 ("Semicircle", "Normal"), ("TruncatedNormal", "Normal"), ("Triangular", "Normal"),
                 ("Gumbel", "Laplace"), ("Gompertz", "Laplace"), ("Nakagami", "AsymmetricLaplace"),
                 ("GeneralizedNormal", "Laplace"), ("Arcsine", "Gumbel"), ("Semicircle", "Moyal"),
                 ("Bernoulli", "Binomial")]
)  # fmt: skip
def test_pairs_beyond_the_tables_of_libraries_are_closed(families, p, q):
    assert kl(families, p, q).status == "closed"


def test_the_divergence_of_two_cauchys_is_the_one_of_chyzak_and_nielsen(families):
    found = kl(families, "Cauchy", "Cauchy")
    value, checked = at(found, x0_1="1/3", gamma_1=2, x0_2=-1, gamma_2="1/2")
    expected = mp.log(((2 + mp.mpf("0.5")) ** 2 + (mp.mpf(4) / 3) ** 2) / (4 * 2 * mp.mpf("0.5")))
    assert mp.almosteq(mp.mpf(value), expected, rel_eps=mp.mpf("1e-15"))
    assert checked.certified


@pytest.mark.parametrize("q", ["Beta", "BetaPrime", "FisherSnedecor", "GeneralizedPareto", "Lindley", "Lomax"])
def test_a_continuous_bernoulli_closes_but_where_it_is_uniform(families, q):
    found = kl(families, "ContinuousBernoulli", q)
    assert found.status == "conditional"
    assert "Ne(lam_1, 1/2)" in shown(found.conditions)
    assert found.otherwise == "unknown"


@pytest.mark.parametrize("p", ["StudentT", "Logistic", "Kumaraswamy"])
def test_what_has_no_closed_form_names_the_lemma_that_resisted(families, p):
    q = {"StudentT": "StudentT", "Logistic": "Cauchy", "Kumaraswamy": "Beta"}[p]
    found = kl(families, p, q)
    assert found.status == "none"
    assert found.reason.startswith("no closed form found for E[")
