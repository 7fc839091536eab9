"""Modules that register with a framework: its own `kl_divergence` calls what was generated."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from types import ModuleType

import jinja2
import pytest
import torch
from torch import Tensor
from torch.distributions import (
    Bernoulli,
    Cauchy,
    Chi2,
    Gamma,
    Independent,
    InverseGamma,
    Laplace,
    Normal,
    Pareto,
    Weibull,
    kl,
    kl_divergence,
)

from symkl.codegen import emit, registrations
from symkl.language import to_text
from symkl.model import Verified

PAIRS = (
    ("Normal", "Normal"),
    ("Normal", "Gamma"),
    ("Cauchy", "Cauchy"),
    ("Gamma", "Gamma"),
    ("InverseGamma", "InverseGamma"),
    ("Bernoulli", "Bernoulli"),
    ("Pareto", "Pareto"),
    ("Weibull", "Weibull"),
)


def t(*values: float) -> Tensor:
    return torch.tensor(values, dtype=torch.float64)


@pytest.fixture(scope="module")
def source(verified: Callable[..., Verified], loader: jinja2.BaseLoader) -> str:
    found = [r for pair in PAIRS for r in registrations(verified("kl", *pair), "torch", to_text)]
    programs = list({r.program.name: r.program for r in found}.values())
    return emit(programs, "torch", loader, "Registered.", found)


@pytest.fixture
def before() -> Iterator[None]:
    """What is registered is put back afterwards."""
    kept = dict(kl._KL_REGISTRY)
    yield
    kl._KL_REGISTRY.clear()
    kl._KL_REGISTRY.update(kept)
    kl._KL_MEMOIZE.clear()


@pytest.fixture
def registered(before: None, source: str, imported: Callable[[str, str], ModuleType]) -> ModuleType:
    return imported(source, "registered_torch")


def test_before_the_import_torch_has_nothing_for_some_and_noise_for_others(before: None) -> None:
    with pytest.raises(NotImplementedError):
        kl_divergence(Weibull(t(2.0), t(1.0)), Weibull(t(3.0), t(1.0)))
    assert float(kl_divergence(Normal(t(0.0), t(1.0)), Normal(t(1e-9), t(1.0)))) == 0.0


def test_a_pair_that_torch_lacks_is_there(registered: ModuleType) -> None:
    # shapes of 1: exponential distributions of 1/x with rates 2 and 3
    found = kl_divergence(InverseGamma(t(1.0), t(2.0)), InverseGamma(t(1.0), t(3.0)))
    assert float(found) == pytest.approx(math.log(2 / 3) + 1.5 - 1, rel=1e-14)
    found = kl_divergence(Weibull(t(2.0), t(1.0)), Weibull(t(3.0), t(1.0)))
    assert float(found) == pytest.approx(math.log(3 / 2) + 2 / 3 - 1, rel=1e-14)


def test_a_pair_that_torch_has_is_exact_near_equality(registered: ModuleType) -> None:
    found = float(kl_divergence(Normal(t(0.0), t(1.0)), Normal(t(1e-9), t(1.0))))
    assert found == pytest.approx(5e-19, rel=1e-15, abs=0.0)


def test_where_nothing_cancels_torch_says_the_same(
    before: None, source: str, imported: Callable[[str, str], ModuleType]
) -> None:
    pairs = [
        (Normal(t(0.0, 1.0), t(1.0, 2.0)), Normal(t(1.0, -3.0), t(3.0, 0.5))),
        (Gamma(t(2.0), t(3.0)), Gamma(t(0.5), t(1.0))),
        (Cauchy(t(0.5), t(1.0)), Cauchy(t(-0.25), t(3.0))),
        (Chi2(t(3.0)), Chi2(t(5.0))),
        (Gamma(t(2.0), t(3.0)), Chi2(t(5.0))),
        (Bernoulli(t(0.3)), Bernoulli(logits=t(1.0))),
        (Bernoulli(logits=t(-2.0)), Bernoulli(t(0.6))),
        (Pareto(t(3.0), t(2.0)), Pareto(t(2.0), t(5.0))),
    ]
    theirs = [kl_divergence(p, q) for p, q in pairs]
    imported(source, "registered_after")
    for (p, q), value in zip(pairs, theirs, strict=True):
        assert torch.allclose(kl_divergence(p, q), value, rtol=1e-12), (p, q)
    # a pair that the module has no function for is still torch's own
    assert float(kl_divergence(Laplace(t(0.0), t(1.0)), Laplace(t(0.0), t(1.0)))) == 0.0


def test_a_support_that_is_not_covered_gives_infinity_in_the_batch_shape(registered: ModuleType) -> None:
    found = kl_divergence(Normal(t(0.0, 1.0), 1.0), Gamma(t(1.0, 1.0)[:, None].expand(2, 1), t(1.0)))
    assert found.tolist() == [[math.inf] * 2] * 2
    found = kl_divergence(Pareto(t(1.0, 2.0), t(3.0)), Pareto(t(2.0, 1.0), t(3.0)))
    assert found.tolist() == [math.inf, pytest.approx(3 * math.log(2), rel=1e-14)]


def test_batch_shapes_broadcast_and_events_are_torchs(registered: ModuleType) -> None:
    p = Normal(torch.zeros(4, 1, 3, dtype=torch.float64), 2.0)
    q = Normal(torch.zeros(5, 3, dtype=torch.float64), 1.0).expand((4, 5, 3))
    assert kl_divergence(p, q).shape == (4, 5, 3)
    one = kl_divergence(Normal(t(0.0), 2.0), Normal(t(0.0), 1.0))
    summed = kl_divergence(Independent(p, 1), Independent(q, 1))
    assert summed.shape == (4, 5)
    assert torch.allclose(summed, 3 * one, rtol=1e-14)


def test_gradients_reach_the_fields(registered: ModuleType) -> None:
    loc, scale = t(0.5).requires_grad_(), t(2.0).requires_grad_()
    kl_divergence(Normal(loc, scale), Normal(t(0.0), t(1.0))).sum().backward()
    assert loc.grad.tolist() == [pytest.approx(0.5, rel=1e-14)]
    assert scale.grad.tolist() == [pytest.approx(2.0 - 0.5, rel=1e-14)]


def test_probabilities_and_logits_are_taken_as_they_were_given(registered: ModuleType) -> None:
    p = Bernoulli(t(0.0, 1.0))
    _ = p.logits  # torch computes and keeps them, clamped
    assert kl_divergence(p, Bernoulli(t(0.25, 0.25))).tolist() == [-math.log1p(-0.25), -math.log(0.25)]
    far, farther = Bernoulli(logits=t(40.0)), Bernoulli(logits=t(50.0))
    _ = far.probs  # rounds to 1
    # the mass at 0 is exp(-40) and exp(-50)
    assert float(kl_divergence(far, farther)) == pytest.approx(
        math.exp(-40) * (10 - 1 + math.exp(-10)), rel=1e-9, abs=0.0
    )


def test_the_domains_are_checked_where_the_distributions_check_them(registered: ModuleType) -> None:
    # said at each: torch.compile, once used, has turned torch's default off
    q = Normal(t(0.0), t(1.0), validate_args=True)
    p = Normal(t(0.0), t(1.0), validate_args=True)
    p.scale = q.scale = t(-1.0)
    assert math.isnan(float(kl_divergence(p, q)))
    for distribution in (p, q):
        distribution._validate_args = False
    assert float(kl_divergence(p, q)) == 0.0


def test_the_module_says_what_it_does_on_import(registered: ModuleType) -> None:
    assert "Importing the module registers them" in (registered.__doc__ or "")
    assert "kl_cauchy_cauchy" in registered.__all__
    assert not any(name.startswith("_register") for name in registered.__all__)
