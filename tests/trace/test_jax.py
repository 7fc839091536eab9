"""JAX functions to expressions."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import jax.scipy.special as js
import pytest
import sympy as sp
from jax import lax

from symkl.model import symbol
from symkl.trace import Untraceable
from symkl.trace.jax import in_place_of_series, named, traced
from symkl.trace.meanings import ALIASES

from .rows import ARGUMENTS, X, Y, names_in, value

pytestmark = pytest.mark.sample(3)

MU, LOGVAR = symbol("mu", "real"), symbol("logvar", "real")
D = sp.Symbol("D", integer=True, positive=True)
EACH = (MU**2 + sp.exp(LOGVAR) - 1 - LOGVAR) / 2
#: series and rational approximations in the jaxpr, or an argument that must be a number
LEFT_OUT = {"i0", "i1", "i0e", "i1e", "betaln", "beta", "gamma", "expi", "heaviside", "remainder", "cbrt", "entr"}
LEFT_OUT |= {"rel_entr", "kl_div", "logit", "log2", "log10", "exp2", "float_power", "positive", "loggamma", "polygamma"}
LOOSE = {"zeta": 1e-9}


def library(name):
    home = next(h for h in (jnp, js, jax.nn) if hasattr(h, name))
    return getattr(home, name)


@pytest.mark.parametrize("name", names_in(jnp, js, jax.nn, also=lambda n: n not in LEFT_OUT))
def test_a_row_of_the_table_is_what_the_library_computes(name):
    arguments = ARGUMENTS[ALIASES.get(name, name)]
    found = traced(lambda *x: library(name)(*x), [X, Y][: len(arguments)])
    with jax.enable_x64(True):
        true = float(library(name)(*(jnp.float64(x) for x in arguments)))
    assert value(found, arguments) == pytest.approx(true, rel=LOOSE.get(name, 1e-13), abs=1e-15)


def test_an_argument_that_must_be_a_number_stays_one():
    assert traced(lambda x: js.polygamma(1, x), [X]) == sp.polygamma(1, X)


VAE_LINES = [
    lambda mu, logvar: -0.5 * jnp.sum(1 + logvar - mu**2 - jnp.exp(logvar)),
    jax.jit(lambda mu, logvar: 0.5 * jnp.sum(jnp.square(mu) + jnp.exp(logvar) - 1.0 - logvar, axis=-1)),
    lambda mu, logvar: jnp.mean(0.5 * (mu * mu + jnp.exp(logvar) - 1.0 - logvar)) * mu.shape[-1],
]


@pytest.mark.parametrize("line", VAE_LINES)
def test_the_line_of_a_variational_autoencoder_is_read(line):
    assert sp.expand(traced(line, [MU, LOGVAR], (1009,)) - D * EACH) == 0


def test_compiled_functions_and_those_with_derivatives_of_their_own_are_read_through():
    @jax.custom_jvp
    def own(x):
        return jnp.exp(x) + 1

    own.defjvp(lambda p, t: (own(p[0]), t[0]))

    @jax.jit
    def inner(x, y):
        return jnp.where(x > y, own(x), lax.select(x == y, x, y))

    cases = sp.Piecewise((X, sp.Eq(X, Y)), (Y, True), evaluate=False)
    found = traced(lambda x, y: inner(x, y) + 1, [X, Y])
    assert found == sp.Piecewise((sp.exp(X) + 1, X > Y), (cases, True), evaluate=False) + 1


def test_a_function_of_ones_own_is_not_taken_for_the_library_s_of_that_name():
    @jax.jit
    def softplus(x):
        return jnp.exp(x)

    assert traced(lambda x: softplus(x), [X]) == sp.exp(X)
    assert traced(lambda x: jax.nn.softplus(x), [X]) == sp.log(1 + sp.exp(X))


def test_a_product_of_vectors_is_a_sum_and_one_of_sums_is_refused():
    found = traced(lambda x, y: jnp.dot(x, y) + x @ x - 0.5 / x.size, [X, Y], (1009,))
    assert sp.expand(found - D * X * Y - D * X**2 + 1 / (2 * D)) == 0
    for function in (lambda x, y: x.sum() * y.sum(), lambda x, y: x.sum() * x.sum(), lambda x, y: 1 / x.sum()):
        with pytest.raises(Untraceable, match="a sum over an axis"):
            traced(function, [X, Y], (1009,))


@pytest.mark.sweep
def test_what_jax_computes_by_series_may_keep_its_name():
    [names] = in_place_of_series().values()
    for name, arguments in {"betaln": (1.7, 0.6), "i0e": (0.37,), "expi": (0.37,), "entr": (0.37,)}.items():
        found = traced(names[name], [X, Y][: len(arguments)])
        with jax.enable_x64(True):
            true, same = (float(function(*arguments)) for function in (getattr(js, name), names[name]))
        assert value(found, arguments) == pytest.approx(true, rel=1e-13)
        assert same == true
    assert traced(names["betaln"], [X, Y]) == sp.loggamma(X) + sp.loggamma(Y) - sp.loggamma(X + Y)


def test_a_named_function_stays_by_its_name():
    head = sp.Function("head")
    inner = named(head)
    assert traced(lambda x, y: 2 * inner(x, y - x), [X, Y]) == 2 * head(X, Y - X)


def deciding(x):
    return x if x[0] > 1 else 1 - x


def plain(x):
    return float(jnp.sum(x))


def unknown(x):
    return jnp.cumsum(x)


def centred(x):
    return jnp.sum(x - jnp.mean(x))


def loop(x):
    return lax.fori_loop(0, 3, lambda i, y: y * 2.0, x)


def table(x):
    return x * jnp.arange(1009.0)


def failing(x):
    return jnp.sum(x, axis=3)


@pytest.mark.parametrize(
    ("function", "why"),
    [
        (deciding, "decides by a value"),
        (plain, "decides by a value, or turns one into a plain number"),
        (unknown, "primitive 'cumsum', which has no meaning"),
        (centred, "a sum over an axis"),
        (loop, "primitive '(while|scan)', which has no meaning"),
        (table, "primitive 'iota'|different numbers"),
        (failing, "ValueError"),
    ],
)
def test_what_cannot_be_said_is_refused_with_its_line(function, why):
    with pytest.raises(Untraceable, match=why) as caught:
        traced(function, [X], (1009,))
    assert caught.value.where.file.startswith("test_jax.py:")
