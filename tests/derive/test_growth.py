"""Where tails make a divergence infinite: conditions by theory, each with a numerical look on both sides of it."""

import random

import mpmath as mp
import pytest
import sympy as sp

from symkl.derive.growth import divergence, infinite_kl, infinite_unless
from symkl.language import load_families
from symkl.library import read_library
from symkl.model import claim
from symkl.verify.points import draw

pytestmark = pytest.mark.sample(3)

ALWAYS, NEVER = "always", "never"
#: p, q, where the divergence is finite as far as the tails go
PAIRS = """
Cauchy | Normal | never
Cauchy | Laplace | never
Cauchy | Gumbel | never
Cauchy | Moyal | never
Cauchy | Logistic | never
Cauchy | HyperbolicSecant | never
Cauchy | AsymmetricLaplace | never
Cauchy | Cauchy | always
Cauchy | StudentT | always
Cauchy | GeneralizedNormal | beta_2 < 1
HalfCauchy | Exponential | never
HalfCauchy | Rayleigh | never
HalfCauchy | Weibull | k_2 < 1
HalfCauchy | LogNormal | always
Levy | Gamma | never
Levy | Normal | never
Levy | Pareto | always
Levy | Weibull | 2*k_2 < 1
StudentT | Normal | nu_1 > 2
StudentT | Laplace | nu_1 > 1
StudentT | Gumbel | never
StudentT | GeneralizedNormal | nu_1 > beta_2
StudentT | Cauchy | always
Pareto | LogNormal | always
Pareto | Exponential | alpha_1 > 1
Pareto | HalfNormal | alpha_1 > 2
Pareto | Gompertz | never
Pareto | Weibull | alpha_1 > k_2
Pareto | Levy | x_m_1 > mu_2
Pareto | InverseGamma | always
Lomax | Gamma | alpha_1 > 1
Lomax | InverseGamma | never
LogNormal | Gumbel | always
LogNormal | Normal | always
LogNormal | Gompertz | never
LogNormal | InverseGamma | always
Logistic | Moyal | sigma_2 > s_1
Logistic | Normal | always
Laplace | Gumbel | beta_2 > b_1
Laplace | Moyal | sigma_2 > b_1
AsymmetricLaplace | Gumbel | beta_2*lam_1 > kappa_1
HyperbolicSecant | Gumbel | pi*beta_2 > 2*sigma_1
Normal | Gumbel | always
Normal | Laplace | always
Gumbel | Moyal | always
Gumbel | Normal | always
Gamma | InverseGamma | alpha_1 > 1
Gamma | Gompertz | beta_1 > b_2
Gamma | Levy | (alpha_1 > 1) | (mu_2 < 0)
Gamma | Frechet | (alpha_1 > alpha_2) | (m_2 < 0)
Gamma | LogNormal | always
Exponential | InverseGamma | never
Exponential | Weibull | always
Beta | Levy | (alpha_1 > 1) | (mu_2 < 0)
Beta | InverseGaussian | alpha_1 > 1
Beta | Beta | always
Chi | InverseGamma | k_1 > 1
Chi2 | Gompertz | 2*b_2 < 1
Erlang | InverseGamma | k_1 > 1
Nakagami | InverseChi2 | 2*m_1 > 1
LogLogistic | Frechet | (beta_1 > alpha_2) | (m_2 < 0)
BetaPrime | InverseGaussian | (alpha_1 > 1) & (beta_1 > 1)
FisherSnedecor | Maxwell | d2_1 > 4
Frechet | Gamma | alpha_1 > 1
InverseGamma | Normal | alpha_1 > 2
InverseGaussian | Gompertz | lam_1 >= 2*b_2*mu_1**2
InverseGaussian | InverseGamma | always
GeneralizedPareto | Laplace | xi_1 < 1
GeneralizedExtremeValue | Normal | 2*xi_1 < 1
GeneralizedNormal | Gumbel | (beta_1 > 1) | (Eq(beta_1, 1) & (beta_2 > alpha_1))
Uniform | Levy | a_1 > mu_2
Uniform | Frechet | (a_1 > m_2) | (alpha_2 < 1)
Uniform | InverseGamma | a_1 > 0
Uniform | Beta | always
Uniform | Kumaraswamy | always
Uniform | Semicircle | always
Triangular | Frechet | (a_1 > m_2) | (alpha_2 < 2)
Triangular | Triangular | always
VonMises | Levy | mu_2 + pi < 0
Arcsine | Arcsine | always
Zeta | Poisson | s_1 > 2
Zeta | Geometric | s_1 > 2
Zeta | NegativeBinomial | s_1 > 2
Zeta | Zeta | always
Logarithmic | Poisson | always
Logarithmic | Zeta | always
Geometric | Poisson | always
Poisson | Geometric | always
NegativeBinomial | Poisson | always
"""
TABLE = [tuple(part.strip() for part in line.split("|", 2)) for line in PAIRS.split("\n") if line]
#: s runs up to twice these, x being about exp(s) far out or exp(-s) from an end
REACHES = (96, 32, 12, 6, 4.5, 2, 1)


@pytest.fixture(scope="module")
def families():
    return read_library().families


def pair(families, first, second):
    made = claim("kl", families[first], families[second])
    return made, made.p, made.q


def inside(p, q):
    return [sp.Le(q.support[0], p.support[0]), sp.Ge(q.support[1], p.support[1])]


def exponential(value):
    if mp.mag(value) > 20000:
        raise OverflowError
    return mp.exp(value)


def logarithm(dist, point):
    x = sp.Symbol("x")
    given = dist.log_density if dist.log_density is not None else dist.density
    function = sp.lambdify(x, given.subs(point).subs(dist.variable, x), [{"exp": exponential}, "mpmath"])
    return function if dist.log_density is not None else lambda value: mp.log(mp.re(function(value)))


def look(p, q, point):
    """What integrals of p*log(p/q) over stretches far out in the tails of p seem to do at these parameters."""
    log_p, log_q = logarithm(p, point), logarithm(q, point)
    kinds = set()
    for end, side in zip((sp.sympify(e).subs(point) for e in p.support), (1, -1), strict=True):
        if end.is_infinite or p.kind == "continuous":
            kinds.add(look_at(log_p, log_q, end, side, (30,) if p.kind == "discrete" else REACHES))
    return "oo" if "oo" in kinds else kinds.pop()


def look_at(log_p, log_q, end, side, reaches):
    for top in reaches:
        try:
            near, far = (stretch(log_p, log_q, end, side, start) for start in (mp.mpf(top) / 4, mp.mpf(top)))
        except OverflowError:
            continue
        settles = abs(far) < abs(near) or abs(far) < mp.mpf(10) ** -30  # where it does not, far is 4 times near or more
        return "finite" if settles else "oo" if far > 0 else "-oo"
    raise AssertionError("out of reach")


def stretch(log_p, log_q, end, side, start):
    """The integral over start < s < 2*start, by the midpoint rule."""
    total = mp.mpf(0)
    with mp.workprec(200 if end.is_infinite else 400):
        for j in range(6):
            s = start * (1 + mp.mpf(2 * j + 1) / 12)
            if end.is_infinite:
                x, measure = (1 if end > 0 else -1) * mp.exp(s), s
            else:
                x, measure = mp.mpf(sp.N(end, 120)) + side * mp.exp(-s), -s
            value = log_p(x)
            total += exponential(value + measure) * (value - log_q(x)) * start / 6
    return total


def test_the_look_sees_both_kinds(families):
    _, p, q = pair(families, "StudentT", "Normal")
    nu, mu_1, sigma_1 = (parameter.symbol for parameter in p.parameters)
    mu_2, sigma_2 = (parameter.symbol for parameter in q.parameters)
    point = {mu_1: sp.Integer(0), sigma_1: sp.Integer(1), mu_2: sp.Integer(1), sigma_2: sp.Integer(2)}
    assert look(p, q, {**point, nu: sp.Rational(5, 2)}) == "finite"
    assert look(p, q, {**point, nu: sp.Integer(2)}) == "oo"
    assert look(p, q, {**point, nu: sp.Rational(3, 2)}) == "oo"


def test_the_table_is_long_enough():
    assert len({row[:2] for row in TABLE}) == len(TABLE) >= 60


@pytest.mark.parametrize(("first", "second", "expected"), TABLE, ids=lambda text: text if text.isalpha() else "")
def test_a_pair(families, first, second, expected):
    made, p, q = pair(families, first, second)
    found = divergence(p, q)
    unless = infinite_unless(p, q)
    if expected == ALWAYS:
        assert (found.infinite, found.finite, unless) == (sp.false, sp.true, None)
    elif expected == NEVER:
        assert (found.infinite, found.finite, unless) == (sp.true, sp.false, None)
    else:
        assert str(sp.And(*unless)) == str(found.finite) == expected
    assert (infinite_kl(p, q) is not None) == (expected == NEVER)
    for region, kind in ((found.finite, "finite"), (found.infinite, "oo")):
        if region == sp.false:
            continue
        wanted = [c for c in (*inside(p, q), region) if c != sp.true]
        for point in draw(made, 1, conditions=wanted):
            assert look(p, q, point) == kind, point


def test_both_sides_of_a_condition_are_looked_at(families):
    seen = 0
    for first, second, expected in TABLE:
        if expected in (ALWAYS, NEVER) or "Eq" in expected:
            continue
        made, p, q = pair(families, first, second)
        found = divergence(p, q)
        seen += bool(draw(made, 1, conditions=[*inside(p, q), found.finite])) and bool(
            draw(made, 1, conditions=[*inside(p, q), found.infinite])
        )
    assert seen >= 25


def test_a_family_is_never_infinitely_far_from_itself(families):
    for name in families:
        _, p, q = pair(families, name, name)
        assert divergence(p, q).infinite == sp.false, name


def test_the_reason_names_the_growth_and_the_end(families):
    _, p, q = pair(families, "Cauchy", "Gumbel")
    assert infinite_kl(p, q) == "log(p/q) grows like exp(-x/beta_2) near -oo, too fast for the tail of p"
    _, p, q = pair(families, "Levy", "Normal")
    assert infinite_kl(p, q) == "log(p/q) grows like x**2 near oo, too fast for the tail of p"


def test_a_support_that_sticks_out_is_not_a_matter_of_tails(families):
    _, p, q = pair(families, "Normal", "Gamma")
    assert infinite_kl(p, q) == "p gives positive probability to values below 0, where q has none"


def test_answers_drawn_from_all_pairs_agree_with_the_look(families):
    dice = random.Random(20261122)
    names = sorted(families)
    seen = {"finite": 0, "oo": 0}
    for _ in range(60):
        made, p, q = pair(families, dice.choice(names), dice.choice(names))
        found = divergence(p, q)
        if "probability" in found.reason:
            continue
        for region, kind in ((found.finite, "finite"), (found.infinite, "oo")):
            if region != sp.false:
                wanted = [c for c in (*inside(p, q), region) if c != sp.true]
                for point in draw(made, 1, seed=1, conditions=wanted):
                    assert look(p, q, point) == kind, (made.id, point)
                    seen[kind] += 1
    assert seen["finite"] >= 15
    assert seen["oo"] >= 5


STRANGERS = {
    "SkewNormal": (
        "alpha: real, sigma: positive",
        "exp(-x**2/(2*sigma**2))/(sigma*sqrt(2*pi))*(1 + erf(alpha*x/(sigma*sqrt(2))))",
    ),
    "Quartic": ("a: positive", "2*sqrt(sqrt(a))/gamma(1/4)*exp(-a*x**4)"),
    "LogTail": ("c: positive", "c/(1 + Abs(x))/(1 + log(1 + Abs(x)))**(1 + c)/2"),
}


@pytest.fixture(scope="module")
def strangers(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tails")
    for name, (parameters, density) in STRANGERS.items():
        pairs = [part.strip().split(": ") for part in parameters.split(",")]
        lines = [
            "format = 1",
            "[family]",
            f'name = "{name}"',
            'variable = "x"',
            'kind = "continuous"',
            'support = ["-oo", "oo"]',
            f'density = "{density}"',
            "[family.parameters]",
            *(f'{key} = {{ domain = "{domain}" }}' for key, domain in pairs),
        ]
        (folder / f"{name.lower()}.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return load_families(sorted(folder.glob("*.toml")))


def test_densities_that_no_file_defines(strangers, families):
    everything = {**families, **strangers}
    cases = {
        ("SkewNormal", "Gumbel"): ALWAYS,
        ("SkewNormal", "Quartic"): ALWAYS,
        ("Normal", "SkewNormal"): ALWAYS,
        ("Laplace", "SkewNormal"): ALWAYS,
        ("Cauchy", "SkewNormal"): NEVER,
        ("StudentT", "Quartic"): "nu_1 > 4",
        ("LogTail", "Normal"): NEVER,
        ("LogTail", "LogTail"): ALWAYS,
        ("LogTail", "Cauchy"): "c_1 > 1",
    }
    for (first, second), expected in cases.items():
        _, p, q = pair(everything, first, second)
        found = divergence(p, q)
        if expected == NEVER:
            assert found.infinite == sp.true, (first, second)
        elif expected == ALWAYS:
            assert found.finite == sp.true, (first, second)
        else:
            assert str(found.finite) == expected, (first, second)
