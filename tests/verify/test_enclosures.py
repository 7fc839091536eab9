"""Balls around 1, E[x] and the entropy of each built-in family, against numbers known from elsewhere."""

import mpmath as mp
import pytest
import sympy as sp
from flint import arb, ctx

from symkl.model import claim
from symkl.verify.integral import weight_of
from symkl.verify.numbers import exact
from symkl.verify.rigorous import enclose

from .conftest import make

R = sp.Rational


def series(term):
    return mp.fsum(term(mp.mpf(k)) for k in range(200))


def poisson_entropy(lam):
    def term(k):
        log_mass = k * mp.log(lam) - lam - mp.loggamma(k + 1)
        return -mp.exp(log_mass) * log_mass

    return series(term)


#: family -> (parameters, mean, entropy): textbook forms (Cover & Thomas; Johnson, Kotz & Balakrishnan), by mpmath
FACTS = {
    "Normal": (
        {"mu": R(3, 2), "sigma": R(2, 3)},
        lambda mu, sigma: mu,
        lambda mu, sigma: mp.log(2 * mp.pi * mp.e * sigma**2) / 2,
    ),
    "LogNormal": (
        {"mu": R(-1, 2), "sigma": R(3, 4)},
        lambda mu, sigma: mp.exp(mu + sigma**2 / 2),
        lambda mu, sigma: mu + mp.log(2 * mp.pi * mp.e * sigma**2) / 2,
    ),
    "Laplace": ({"mu": R(-4, 3), "b": R(5, 2)}, lambda mu, b: mu, lambda mu, b: 1 + mp.log(2 * b)),
    "Gumbel": (
        {"mu": R(1, 3), "beta": R(7, 5)},
        lambda mu, beta: mu + beta * mp.euler,
        lambda mu, beta: mp.log(beta) + mp.euler + 1,
    ),
    "Poisson": ({"lam": R(7, 3)}, lambda lam: lam, poisson_entropy),
    "Bernoulli": ({"p": R(2, 7)}, lambda p: p, lambda p: -p * mp.log(p) - (1 - p) * mp.log(1 - p)),
}
RATES = {
    "Exponential": lambda rate: (1 / rate, 1 - mp.log(rate)),
    "Gamma": lambda a, b: (a / b, a - mp.log(b) + mp.loggamma(a) + (1 - a) * mp.digamma(a)),
}


def numbers(point):
    return {name: mp.mpf(int(value.p)) / int(value.q) for name, value in point.items()}


def at(dist, values):
    return {p.symbol: values[p.name] for p in dist.parameters}


def holds(ball, value, digits=30):
    """The ball holds the number (up to the number's own rounding) and is narrow."""
    with ctx.workprec(300):
        return (ball - exact(value)).abs_lower() < arb(10) ** -(digits + 6) and ball.rad() < arb(10) ** -digits


def of(dist, weight, values, digits=32):
    found = enclose(dist, weight, at(dist, values), digits)
    assert found.ball is not None, found.reason
    return found.ball


@pytest.mark.parametrize("name", sorted(FACTS))
def test_the_balls_hold_one_the_mean_and_the_entropy(built_in, name):
    point, mean, entropy = FACTS[name]
    about = claim("entropy", built_in[name])
    with mp.workdps(45):
        values = numbers(point)
        assert holds(of(about.p, sp.S.One, point), mp.mpf(1))
        assert holds(of(about.p, about.p.variable, point), mean(**values))
        assert holds(of(about.p, weight_of(about), point), entropy(**values))


@pytest.mark.parametrize("name", sorted(RATES))
def test_the_balls_hold_the_mean_and_entropy_by_rate_and_shape(built_in, name):
    about = claim("entropy", built_in[name])
    point = dict(zip((p.name for p in about.p.parameters), (R(5, 2), R(3, 4)), strict=False))
    with mp.workdps(45):
        mean, entropy = RATES[name](*numbers(point).values())
        assert holds(of(about.p, sp.S.One, point), mp.mpf(1))
        assert holds(of(about.p, about.p.variable, point), mean)
        assert holds(of(about.p, weight_of(about), point), entropy)


def test_a_ball_does_not_hold_a_wrong_value(built_in):
    about = claim("entropy", built_in["Normal"])
    ball = of(about.p, weight_of(about), {"mu": R(0), "sigma": R(1)})
    with mp.workdps(45):
        assert not holds(ball, mp.log(2 * mp.pi * mp.e) / 2 + mp.mpf(10) ** -28)


def test_singular_ends_are_enclosed():
    arcsine = claim("entropy", make(lambda x: 1 / (sp.pi * sp.sqrt(x * (1 - x))), 0, 1))
    with mp.workdps(45):
        assert holds(of(arcsine.p, sp.S.One, {}), mp.mpf(1))
        assert holds(of(arcsine.p, weight_of(arcsine), {}), mp.log(mp.pi / 4))


def test_heavy_tails_are_enclosed(cauchy):
    about = claim("entropy", cauchy)
    with mp.workdps(45):
        assert holds(of(about.p, weight_of(about), {"m": R(-7, 3), "s": R(1, 5)}), mp.log(4 * mp.pi / 5))


def test_pieces_of_a_density_are_integrated_one_by_one():
    hat = claim("entropy", make(lambda x: sp.Piecewise((1 + x, x < 0), (1 - x, True)), -1, 1))
    with mp.workdps(45):
        assert holds(of(hat.p, sp.S.One, {}), mp.mpf(1))
        assert holds(of(hat.p, weight_of(hat), {}), mp.mpf(1) / 2)


def test_a_kink_that_only_one_piece_has_is_found_there():
    dist = claim("entropy", make(lambda x: sp.exp(-sp.Abs(x)) / 2, -sp.oo, sp.oo)).p
    x = dist.variable
    weight = sp.Abs(sp.Piecewise((x + sp.Rational(5, 2), x < -1), (-x - 3, True)))  # bends at -5/2, and jumps at -1
    with mp.workdps(45):
        left = mp.quad(lambda t: abs(t + 2.5) * mp.exp(t) / 2, [-mp.inf, -2.5, -1])
        right = mp.quad(lambda t: (t + 3) * mp.exp(-abs(t)) / 2, [-1, 0, mp.inf])
        assert holds(of(dist, weight, {}), left + right)


def test_a_kink_of_the_weight_elsewhere_than_that_of_the_density(built_in):
    dist = claim("entropy", built_in["Laplace"]).p
    ball = of(dist, sp.Abs(dist.variable - 2), {"mu": R(0), "b": R(1)})
    with mp.workdps(45):
        assert holds(ball, 2 + mp.exp(-2))


def test_far_and_narrow_mass_is_found(built_in):
    dist = claim("entropy", built_in["Normal"]).p
    with mp.workdps(45):
        assert holds(of(dist, dist.variable, {"mu": R(1000), "sigma": R(1, 100)}), mp.mpf(1000), 25)


def test_a_sum_over_all_integers_is_enclosed():
    two_sided = make(lambda x: sp.Rational(1, 3) * sp.Rational(1, 2) ** sp.Abs(x), -sp.oo, sp.oo, kind="discrete")
    dist = claim("entropy", two_sided).p
    with mp.workdps(45):
        assert holds(of(dist, sp.S.One, {}), mp.mpf(1))
        assert holds(of(dist, dist.variable**2, {}), mp.mpf(4))


def test_a_tail_that_falls_like_a_power_hardly_above_one_is_followed_far_out(built_in):
    """E|x - c|**b under a Levy density, whose integrand falls like x**(b - 3/2): mu + s/z**2 has it, z normal."""
    levy = built_in["Levy"]
    about = claim("expectation", levy, of=sp.Abs(levy.variable - R(8, 7)) ** R(3, 7))
    at = {p.symbol: {"mu": R(-2, 7), "c": R(1, 5)}[p.name] for p in about.p.parameters}
    ball = enclose(about.p, about.of, at).ball
    with mp.workdps(40), ctx.workprec(150):
        mu, c, kink = -mp.mpf(2) / 7, mp.mpf(1) / 5, mp.mpf(8) / 7

        def integrand(u):  # z = u**7 takes the singularity at 0 away
            z = u**7
            return 2 * mp.npdf(z) * abs((mu - kink) * z**2 + c) ** (mp.mpf(3) / 7) * 7

        root = (c / (kink - mu)) ** (mp.mpf(1) / 14)
        true = exact(mp.quad(integrand, [0, root / 2, root, 2 * root, 1, 1.5, 2]))
        assert (ball - true).abs_lower() < arb("1e-28")
        assert ball.rad() < arb("1e-28")
        assert (ball - true - arb("1e-25")).abs_lower() > arb("1e-26")


def test_the_least_of_two_exponentials_changes_over_where_their_exponents_meet():
    laplace = make(
        lambda x, b: sp.Min(sp.exp((x - 1) / b), sp.exp(-(x - 1) / b)) / (2 * b), -sp.oo, sp.oo, "b: positive"
    )
    dist = claim("entropy", laplace).p
    with mp.workdps(45):
        assert holds(of(dist, sp.S.One, {"b": R(3, 7)}), mp.mpf(1))
        assert holds(of(dist, dist.variable**2, {"b": R(3, 7)}), 1 + 2 * (mp.mpf(3) / 7) ** 2)
        assert not holds(of(dist, dist.variable**2, {"b": R(3, 7)}), 1 + 2 * (mp.mpf(3) / 7) ** 2 + mp.mpf("1e-20"))
