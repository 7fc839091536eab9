"""Gradients of the generated PyTorch functions by autograd: right, finite, accurate near equality."""

from __future__ import annotations

import math
import warnings
from types import ModuleType

import mpmath as mp
import pytest
import torch

CASES = {
    "kl_normal_normal": (0.3, 1.2, -0.4, 0.7),
    "kl_normal_normal__variance": (0.3, 1.2, -0.4, 0.7),
    "kl_normal_normal__log_variance": (0.3, 1.2, -0.4, 0.7),
    "kl_lognormal_lognormal": (0.3, 1.2, -0.4, 0.7),
    "kl_exponential_exponential": (1.2, 0.2),
    "kl_gamma_gamma": (1.2, 0.7, 2.3, 1.1),
    "kl_laplace_laplace": (0.3, 1.2, -0.4, 0.7),
    "kl_gumbel_gumbel": (0.3, 1.2, -0.4, 0.7),
    "kl_poisson_poisson": (1.2, 3.7),
    "kl_bernoulli_bernoulli": (0.2, 0.7),
    "kl_bernoulli_bernoulli__logit": (0.2, -1.7),
    "kl_normal_laplace": (0.3, 1.2, -0.4, 0.7),
    "kl_laplace_normal": (0.3, 1.2, -0.4, 0.7),
    "kl_gumbel_normal": (0.3, 1.2, -0.4, 0.7),
    "kl_exponential_gamma": (1.2, 0.7, 2.3),
    "entropy_gamma": (1.2, 0.7),
    "entropy_bernoulli": (0.2,),
}


def leaves(values: tuple[float, ...]) -> list[torch.Tensor]:
    return [torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in values]


@pytest.mark.parametrize("name", sorted(CASES))
def test_gradients_agree_with_differences(torch_module: ModuleType, name: str) -> None:
    assert torch.autograd.gradcheck(getattr(torch_module, name), leaves(CASES[name]))


@pytest.mark.parametrize("name", ["kl_normal_normal", "kl_gamma_gamma", "kl_bernoulli_bernoulli"])
def test_second_derivatives_agree_with_differences(torch_module: ModuleType, name: str) -> None:
    assert torch.autograd.gradgradcheck(getattr(torch_module, name), leaves(CASES[name]))


@pytest.mark.parametrize("name", sorted(n for n, v in CASES.items() if n.startswith("kl") and len(v) % 2 == 0))
def test_at_equality_within_a_family_the_gradient_is_zero(torch_module: ModuleType, name: str) -> None:
    first, second = name.removeprefix("kl_").split("__")[0].split("_")
    if first != second:
        return
    half = CASES[name][: len(CASES[name]) // 2]
    arguments = leaves(half + half)
    getattr(torch_module, name)(*arguments).backward()
    assert [float(a.grad) for a in arguments] == [0.0] * len(arguments)


@pytest.mark.parametrize("distance", [1e-2, 1e-5, 1e-8])
def test_near_equality_the_gradient_of_the_normal_divergence_keeps_its_digits(
    torch_module: ModuleType, distance: float
) -> None:
    values = (0.3, 1.25 * (1 + distance), 0.3 + distance, 1.25)
    arguments = leaves(values)
    torch_module.kl_normal_normal(*arguments).backward()
    with mp.workdps(50):
        m1, s1, m2, s2 = (mp.mpf(v) for v in values)
        truth = ((m1 - m2) / s2**2, (s1 - s2) * (s1 + s2) / (s1 * s2**2))
        for argument, true in zip(arguments[:2], truth, strict=True):
            assert abs(mp.mpf(float(argument.grad)) - true) <= 8 * math.ulp(float(true))


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("kl_normal_normal", (0.0, 1e-30, 0.0, 1.0)),
        ("kl_normal_normal", (0.0, 1e150, 0.0, 1e-2)),
        ("kl_laplace_laplace", (0.0, 1e-30, 5.0, 1.0)),
        ("kl_laplace_laplace", (0.0, 1e-200, 5.0, 1.0)),
        ("kl_gamma_gamma", (1e-8, 1.0, 1e6, 1.0)),
        ("kl_gamma_gamma", (1e6, 1.0, 1e-8, 1.0)),
        ("kl_gumbel_gumbel", (0.0, 1e-3, 0.0, 5.0)),
        ("kl_bernoulli_bernoulli", (1e-300, 0.5)),
        ("kl_bernoulli_bernoulli__logit", (-700.0, 700.0)),
        ("kl_normal_normal__log_variance", (0.0, -600.0, 0.0, 3.0)),
        ("kl_poisson_poisson", (1e-300, 3.0)),
    ],
)
def test_far_from_equality_gradients_are_finite(torch_module: ModuleType, name: str, values: tuple[float, ...]) -> None:
    arguments = leaves(values)
    getattr(torch_module, name)(*arguments).backward()
    assert all(math.isfinite(float(a.grad)) for a in arguments)


def test_a_batch_with_equal_and_distant_members_has_finite_gradients(torch_module: ModuleType) -> None:
    sigma = torch.tensor([1.0, 1.0 + 1e-9, 5.0, 1e-5], dtype=torch.float64, requires_grad=True)
    torch_module.kl_normal_normal(0.0, sigma, 0.0, 1.0, event_ndims=1).backward()
    assert torch.isfinite(sigma.grad).all()
    assert float(sigma.grad[0]) == 0.0


def test_gradients_reach_float32_parameters(torch_module: ModuleType) -> None:
    mu = torch.zeros(3, requires_grad=True)
    torch_module.kl_normal_normal(mu, torch.ones(3), 1.0, 2.0, event_ndims=1).backward()
    assert mu.grad.dtype == torch.float32
    assert torch.allclose(mu.grad, torch.full((3,), -0.25))


def test_a_function_is_traced_as_one_graph_without_breaks(torch_module: ModuleType) -> None:
    arguments = [torch.tensor(CASES["kl_normal_normal"][i], dtype=torch.float64).expand(4).clone() for i in range(4)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        compiled = torch.compile(torch_module.kl_normal_normal, backend="eager", fullgraph=True)
        found = compiled(*arguments)
    assert torch.equal(found, torch_module.kl_normal_normal(*arguments))
