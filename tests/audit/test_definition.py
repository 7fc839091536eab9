"""Values at the ends of the parameters' domains, beside sums and integrals written out here."""

from __future__ import annotations

import mpmath as mp
import pytest
import sympy as sp

from symkl.audit.definition import by_definition
from symkl.library import Library
from symkl.model import claim

HALF = sp.Rational(1, 2)


def _value(families: Library, quantity: str, names: str, **at: object) -> object:
    members = [families.family(name) for name in names.split()]
    asked = claim(quantity, *members)
    return by_definition(asked, {p.symbol: sp.sympify(at[p.full_name]) for p in asked.parameters})


@pytest.mark.parametrize(
    ("names", "at", "true"),
    [
        ("Poisson Poisson", {"lam_1": 0, "lam_2": 2}, 2),  # log(1/e^-2)
        ("Poisson Poisson", {"lam_1": 2, "lam_2": 0}, mp.inf),
        ("Poisson Poisson", {"lam_1": 0, "lam_2": 0}, 0),
        ("Binomial Binomial", {"n_1": 5, "p_1": 1, "n_2": 5, "p_2": HALF}, 5 * mp.log(2)),
        ("Binomial Binomial", {"n_1": 5, "p_1": HALF, "n_2": 5, "p_2": 1}, mp.inf),
        ("Binomial Binomial", {"n_1": 0, "p_1": HALF, "n_2": 5, "p_2": HALF}, 5 * mp.log(2)),
        ("Geometric Geometric", {"p_1": 1, "p_2": 1}, 0),
        ("Geometric Geometric", {"p_1": 1, "p_2": HALF}, mp.log(2)),
        ("Geometric Geometric", {"p_1": HALF, "p_2": 1}, mp.inf),
        ("Bernoulli Bernoulli", {"p_1": 1, "p_2": 0}, mp.inf),
        ("Bernoulli Poisson", {"p_1": 1, "lam_2": 2}, 2 - mp.log(2)),
        ("Poisson Bernoulli", {"lam_1": 0, "p_2": HALF}, mp.log(2)),
    ],
)
def test_divergences_of_point_masses(families: Library, names: str, at: dict[str, object], true: object) -> None:
    found = _value(families, "kl", names, **at)
    assert found == true or abs(found - true) < 1e-14  # type: ignore[operator]


@pytest.mark.parametrize(("a", "b"), [(0, sp.oo), (-sp.oo, 3), (-sp.oo, sp.oo), (8, sp.oo)])
def test_entropies_of_a_normal_that_is_cut_off_at_one_end(families: Library, a: sp.Expr, b: sp.Expr) -> None:
    found = _value(families, "entropy", "TruncatedNormal", mu=0, sigma=1, a=a, b=b)
    lower, upper = (-mp.inf if e == -sp.oo else mp.inf if e == sp.oo else mp.mpf(int(e)) for e in (a, b))
    with mp.workdps(40):
        mass = mp.quad(mp.npdf, [lower, upper] if lower else [0, 5, upper])
        true = -mp.quad(lambda x: mp.npdf(x) / mass * (mp.log(mp.npdf(x)) - mp.log(mass)), [lower, min(upper, 12)])
        assert abs(found - true) < 1e-9  # type: ignore[operator]


@pytest.mark.parametrize(
    ("names", "at"),
    [
        ("Uniform", {"a": -sp.oo, "b": 3}),
        ("Normal", {"mu": 0, "sigma": 0}),
        ("Geometric", {"p": 0}),
        ("Logarithmic", {"p": 1}),
    ],
)
def test_what_is_no_distribution_has_no_value(families: Library, names: str, at: dict[str, object]) -> None:
    assert _value(families, "entropy", names, **at) is None
