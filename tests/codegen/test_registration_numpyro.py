"""Modules that register with NumPyro: its own `kl_divergence` calls what was generated."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from types import ModuleType

import jax
import jax.numpy as jnp
import jinja2
import pytest
from numpyro.distributions import Bernoulli, Gumbel, Logistic, Normal, Uniform
from numpyro.distributions.kl import kl_divergence

from symkl.codegen import emit, registrations
from symkl.language import to_text
from symkl.model import Verified

PAIRS = (("Normal", "Normal"), ("Uniform", "Uniform"), ("Bernoulli", "Bernoulli"))


@pytest.fixture(scope="module")
def registered(
    verified: Callable[..., Verified], loader: jinja2.BaseLoader, imported: Callable[[str, str], ModuleType]
) -> Iterator[ModuleType]:
    found = [r for pair in PAIRS for r in registrations(verified("kl", *pair), "numpyro", to_text, slopes=True)]
    programs = list({r.program.name: r.program for r in found}.values())
    kept = dict(kl_divergence.funcs)
    yield imported(emit(programs, "jax", loader, "Registered.", found), "registered_numpyro")
    kl_divergence.funcs = kept
    kl_divergence.reorder()
    kl_divergence._cache.clear()


def test_what_has_no_function_is_still_refused(registered: ModuleType) -> None:
    with pytest.raises(NotImplementedError):
        kl_divergence(Logistic(0.0, 1.0), Gumbel(0.0, 1.0))


def test_a_pair_that_numpyro_lacks_is_there(registered: ModuleType) -> None:
    assert float(kl_divergence(Uniform(0.0, 1.0), Uniform(0.0, 2.0))) == pytest.approx(math.log(2), rel=1e-6)
    assert float(kl_divergence(Uniform(0.0, 2.0), Uniform(0.0, 1.0))) == math.inf


def test_a_pair_that_numpyro_has_is_exact_near_equality(registered: ModuleType) -> None:
    found = kl_divergence(Normal(0.0, 1.0), Normal(1e-5, 1.0))
    assert float(found) == pytest.approx(5e-11, rel=1e-6, abs=0.0)


def test_probabilities_and_logits_are_classes_of_their_own(registered: ModuleType) -> None:
    third = math.log(0.25 / 0.75)
    for p in (Bernoulli(probs=0.5), Bernoulli(logits=0.0)):
        for q in (Bernoulli(probs=0.25), Bernoulli(logits=third)):
            assert float(kl_divergence(p, q)) == pytest.approx(math.log(4 / 3) / 2, rel=1e-5)
    assert float(kl_divergence(Bernoulli(probs=0.0), Bernoulli(probs=0.25))) == pytest.approx(-math.log1p(-0.25))


def test_shapes_events_and_transformations_are_numpyros(registered: ModuleType) -> None:
    assert kl_divergence(Normal(jnp.zeros((3, 1)), 1.0), Normal(jnp.ones(2), 2.0)).shape == (3, 2)
    assert kl_divergence(Normal(0.0, 1.0).expand([3]), Normal(1.0, 1.0)).tolist() == [0.5] * 3
    assert float(kl_divergence(Normal(jnp.zeros(3), 1.0).to_event(1), Normal(jnp.ones(3), 1.0).to_event(1))) == 1.5

    def loss(mean: jax.Array) -> jax.Array:
        return kl_divergence(Normal(mean, 1.0), Normal(0.0, 2.0))

    assert float(jax.grad(loss)(0.5)) == 0.125
    assert float(jax.jit(loss)(0.5)) == pytest.approx(math.log(2) + 1.25 / 8 - 0.5, rel=1e-6)
