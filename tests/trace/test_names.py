"""What the names of a function's arguments stand for, and which library a function is for."""

from __future__ import annotations

import math
from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest
import sympy as sp
import torch
from scipy import special

from symkl.errors import BadInput
from symkl.language import load_family
from symkl.model import Verdict, Verified, claim
from symkl.pipeline import ask, derive
from symkl.trace import Untraceable
from symkl.trace.choices import either_way
from symkl.trace.numpy import traced
from symkl.trace.user.names import Names
from symkl.trace.user.question import Question
from symkl.trace.user.tracing import likely

from .rows import X, Y

DERIVATIONS = Path(__file__).parents[2] / "derivations"
NORMAL = load_family(DERIVATIONS / "normal.toml")
MU1, MU2 = sp.Symbol("mu_1", real=True), sp.Symbol("mu_2", real=True)
S1, S2 = sp.Symbol("sigma_1", positive=True), sp.Symbol("sigma_2", positive=True)


def names(*maps, where=(), dims="none", q=NORMAL):
    derivation = derive(claim("kl" if q else "entropy", NORMAL, q, None, where))
    return Names(Question(**ask(Verified(derivation, Verdict("unknown")), "a.py:f", maps, dims, 0)))


def test_a_parameter_is_known_by_its_name_however_it_is_written():
    of = names().of
    for name in ("mu_1", "mu1", "Mu_1", "MU1"):
        assert of(name) == {name: MU1}
    assert of("sigma2") == {"sigma2": S2}
    assert of("logvar_2") == {"logvar_2": 2 * sp.log(S2)}
    assert of("log_var1") == {"log_var1": 2 * sp.log(S1)}


def test_what_may_be_either_of_two_is_neither():
    of = names().of
    for name in ("mu", "logvar", "sigma", "loc", "scale", "x", "tau_1", "sigma_3", "std1"):
        assert of(name) == {}


def test_where_the_other_is_fixed_a_bare_name_is_the_one_that_is_left():
    of = names(where=(("mu_2", sp.Integer(0)), ("sigma_2", sp.Integer(1)))).of
    assert of("mu") == {"mu": MU1}
    assert of("logvar") == {"logvar": 2 * sp.log(S1)}
    assert of("sigma2") == {"sigma2": 1}
    of = names(where=(("mu_1", MU2),)).of
    assert of("mu") == {"mu": MU2}
    assert of("mu_1") == {"mu_1": MU2}


def test_a_map_wins_and_may_have_parts():
    of = names("mu_1=mu_2", "q.mu=mu_1", "q.s=2*sigma_1").of
    assert of("mu_1") == {"mu_1": MU2}
    assert of("q") == {"q.mu": MU1, "q.s": 2 * S1}


def test_lengths_of_axes_have_names_where_there_are_axes():
    assert names("n=N", "k=2*D", dims="sum").of("k") == {"k": 2 * sp.Symbol("D", integer=True, positive=True)}
    with pytest.raises(BadInput, match="unknown symbol 'N'"):
        names("n=N")


@pytest.mark.parametrize("text", ["v", "v 1=mu_1", "=mu_1", "v=", "v=sigma", "v=__import__('os')", ".v=mu_1"])
def test_a_map_that_cannot_be_read_is_refused_with_its_place(text):
    with pytest.raises(BadInput, match="--map"):
        names(text)


def test_a_map_given_twice_is_refused():
    with pytest.raises(BadInput, match="explained twice"):
        names("v=mu_1", "v=mu_2")


def by_torch(x):
    return torch.exp(x)


def by_numpy(x):
    return special.gammaln(x) + np.log(x)


def by_jax(x):
    return jnp.exp(x)


def by_methods(x: torch.Tensor):
    return x.exp()


def test_a_function_is_for_the_library_that_it_names():
    assert likely(by_torch)[0] == likely(by_methods)[0] == "torch"
    assert likely(by_numpy)[0] == "numpy"
    assert likely(by_jax)[0] == "jax"
    assert all(sorted(likely(f)) == ["jax", "numpy", "torch"] for f in (by_torch, by_numpy, by_jax))


def choosing(x, y):
    if x > y:
        return math.log(x) if x > 2 else x
    try:
        return y if x <= y and not x > y else -1
    except Exception:  # noqa: BLE001  # as code does that is sure of itself
        return -2


def test_all_ways_through_a_function_are_cases():
    found = either_way(lambda: traced(choosing, [X, Y]), lambda _: None)
    inner = sp.Piecewise((sp.log(X), X > 2), (X, True), evaluate=False)
    assert found == sp.Piecewise((inner, X > Y), (Y, True), evaluate=False)
    assert either_way(lambda: traced(choosing, [X, Y]), lambda condition: condition == (X > Y) or None) == inner


def test_a_function_with_too_many_ways_is_refused():
    def many(x):
        return sum(x if x > i else 1 for i in range(10))

    with pytest.raises(Untraceable, match="chooses too often"):
        either_way(lambda: traced(many, [X]), lambda _: None)
