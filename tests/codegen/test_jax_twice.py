"""JAX: derivatives worked out again with twice the digits where the terms of a sum nearly cancel."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import ModuleType

import jax
import jax.numpy as jnp
import jinja2
import mpmath as mp
import pytest
import sympy as sp

from symkl.codegen import Program, emit, lower
from symkl.codegen.stable.measure import exact_value, settled_value
from symkl.model import Verified
from symkl.trace.jax import in_float64

#: points near equality where a derivative of the divergence crosses zero
CROSSING = {
    "Gumbel": (0.7155676430779246, 0.152224270833923, 0.764527535865855, 0.17019650922558294),
    "Gamma": (5.324113367804572, 1.6433098660469931, 5.324743155083374, 1.6435219443064593),
    "Laplace": (1.7629421605051008, 0.2867156270776236, 1.641523154031331, 0.31095869959890604),
}
#: one far from equality where nothing is left of the terms of one
CROSSING_FAR = (3.0, 2.0, -4e3, 1e-20)
FAR = (0.3, 1.2, -2.4, 3.7)
NUMBERS = (0.51, 0.9, 1.4616, 7.7)
KNOWN: dict[str, tuple[Callable[..., object], Callable[[mp.mpf], mp.mpf]]] = {
    "exp": (lambda m, x: m._exp_twice(x), mp.exp),
    "log": (lambda m, x: m._log_twice(x), mp.log),
    "abs": (lambda m, x: m._abs_twice(-x), abs),
    "loggamma": (lambda m, x: m._polygamma_twice(-1, x), mp.loggamma),
    "loggamma, large": (lambda m, x: m._polygamma_twice(-1, x * 2.0**99), lambda x: mp.loggamma(x * 2**99)),
    "digamma": (lambda m, x: m._polygamma_twice(0, x), mp.digamma),
    "trigamma": (lambda m, x: m._polygamma_twice(1, x), lambda x: mp.polygamma(1, x)),
    "quotient": (lambda m, x: (2.0 - 1.0 / x) / (x + 3.0) - x / 3.0, lambda x: (2 - 1 / x) / (x + 3) - x / 3),
    "product": (lambda m, x: x * (x + 1.0) * m._Twice(*m._LOG_TWO_TWICE), lambda x: x * (x + 1) * mp.log(2)),
}


@pytest.fixture(autouse=True)
def _in_float64() -> Iterator[None]:
    with in_float64():
        yield


@pytest.fixture(scope="module")
def laplace(verified: Callable[..., Verified]) -> Program:
    return lower(verified("kl", "Laplace", "Laplace"), slopes=True)


@pytest.fixture(scope="module")
def module(
    verified: Callable[..., Verified],
    laplace: Program,
    loader: jinja2.BaseLoader,
    imported: Callable[[str, str], ModuleType],
) -> ModuleType:
    others = [lower(verified("kl", name, name), slopes=True) for name in ("Gamma", "Gumbel")]
    return imported(emit([laplace, *others], "jax", loader), "generated_jax_twice")


@pytest.fixture
def another(
    laplace: Program, loader: jinja2.BaseLoader, imported: Callable[[str, str], ModuleType]
) -> Iterator[ModuleType]:
    """A module of its own, not compiled yet, to change something in."""
    made = imported(emit([laplace], "jax", loader), "generated_jax_laplace")
    yield made
    jax.clear_caches()


def gradient(module: ModuleType, name: str) -> Callable[..., tuple[jax.Array, ...]]:
    function = getattr(module, f"kl_{name.lower()}_{name.lower()}")
    return jax.grad(lambda *a: function(*a).sum(), argnums=(0, 1, 2, 3))


def worst(program: Program, found: tuple[jax.Array, ...], at: tuple[float, ...]) -> float:
    """The largest error of the derivatives at a point, in units in the last place."""
    closed = program.branches[0].closed
    point = {a.symbol: v for a, v in zip(program.arguments, at, strict=True)}
    exact = [settled_value(sp.diff(closed, a.symbol), point) for a in program.arguments]
    return max(
        float(abs(mp.mpf(float(x)) - true) / mp.ldexp(1, mp.frexp(true)[1] - 53))
        for x, true in zip(found, exact, strict=True)
    )


@pytest.mark.sample(4)
@pytest.mark.parametrize("name", sorted(KNOWN))
def test_a_function_is_known_to_twice_the_digits(name: str, module: ModuleType) -> None:
    function, exact = KNOWN[name]
    high = jnp.asarray(NUMBERS)
    low = high * jnp.asarray([1.0, -0.7, 0.3, 0.0]) * 2.0**-54
    found = jax.jit(lambda high, low: function(module, module._Twice(high, low)))(high, low)
    with mp.workdps(60):
        for i in range(len(NUMBERS)):
            true = exact(mp.mpf(float(high[i])) + mp.mpf(float(low[i])))
            assert abs(mp.mpf(float(found.high[i])) + mp.mpf(float(found.low[i])) - true) <= 1e-29 * max(1, abs(true))


@pytest.mark.parametrize(
    "name", ["Laplace", *(pytest.param(name, marks=pytest.mark.sweep) for name in ("Gamma", "Gumbel"))]
)
def test_a_derivative_that_crosses_zero_near_equality_keeps_its_digits(
    name: str, module: ModuleType, verified: Callable[..., Verified]
) -> None:
    program, at = lower(verified("kl", name, name), slopes=True), CROSSING[name]
    assert worst(program, jax.jit(gradient(module, name))(*map(jnp.float64, at)), at) <= 4


def test_a_derivative_that_is_far_less_than_its_terms_keeps_its_digits(module: ModuleType, laplace: Program) -> None:
    assert worst(laplace, jax.jit(gradient(module, "Laplace"))(*map(jnp.float64, CROSSING_FAR)), CROSSING_FAR) <= 4


def test_it_is_this_that_makes_them_so(another: ModuleType, laplace: Program) -> None:
    at = CROSSING["Laplace"]
    another._refined = lambda slopes, *_: slopes  # type: ignore[attr-defined]
    assert worst(laplace, gradient(another, "Laplace")(*map(jnp.float64, at)), at) > 4


def test_what_is_more_than_rounding_is_not_taken(another: ModuleType, laplace: Program) -> None:
    twice, at = another._kl_laplace_laplace_twice, CROSSING["Laplace"]
    another._kl_laplace_laplace_twice = lambda *x: [s * (1 + 1e-8) for s in twice(*x)]  # type: ignore[attr-defined]
    assert 4 < worst(laplace, gradient(another, "Laplace")(*map(jnp.float64, at)), at) < 100


def test_each_place_is_settled_by_itself_also_where_they_are_mapped_over(module: ModuleType, laplace: Program) -> None:
    points = [CROSSING["Laplace"] if i % 3 else FAR for i in range(7)]
    columns = [jnp.asarray(column) for column in zip(*points, strict=True)]
    together = jax.jit(gradient(module, "Laplace"))(*columns)
    mapped = jax.jit(jax.vmap(gradient(module, "Laplace")))(*columns)
    for found in (together, mapped):
        for i, at in enumerate(points):
            assert worst(laplace, tuple(column[i] for column in found), at) <= 4


def test_more_places_than_are_worked_out_at_a_time_are_all_settled(another: ModuleType, laplace: Program) -> None:
    another._AT_A_TIME = 3  # type: ignore[attr-defined]
    at = CROSSING["Laplace"]
    found = gradient(another, "Laplace")(*(jnp.full(8, x) for x in at))
    assert all(worst(laplace, tuple(column[i] for column in found), at) <= 4 for i in range(8))


def test_of_nothing_there_is_nothing(module: ModuleType) -> None:
    assert [x.shape for x in gradient(module, "Laplace")(*[jnp.zeros((0, 3))] * 4)] == [(0, 3)] * 4


def test_nothing_is_watched_where_no_parameters_are_seen_to_be_close(
    verified: Callable[..., Verified], loader: jinja2.BaseLoader
) -> None:
    kl = verified("kl", "Normal", "Normal")
    assert "_refined(" not in emit([lower(kl, "log_variance", "log_variance", slopes=True)], "jax", loader)
    assert "_refined(" in emit([lower(kl, "variance", "variance", slopes=True)], "jax", loader)


def test_second_derivatives_are_those_of_the_plain_sums(module: ModuleType, laplace: Program) -> None:
    at, step = CROSSING["Laplace"], 2.0**-20
    slope = sp.diff(laplace.branches[0].closed, laplace.arguments[3].symbol)

    def exact(position: int, off: float) -> mp.mpf:
        values = (v + off if i == position else v for i, v in enumerate(at))
        return exact_value(slope, {a.symbol: v for a, v in zip(laplace.arguments, values, strict=True)}, 40)

    function = jax.grad(module.kl_laplace_laplace, argnums=3)
    found = jax.jit(jax.grad(function, argnums=(0, 1, 2, 3)))(*map(jnp.float64, at))
    for i, second in enumerate(found):
        assert float(second) == pytest.approx(float(exact(i, step) - exact(i, -step)) / (2 * step), rel=1e-6)
