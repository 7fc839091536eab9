"""Derivatives in forward mode of the generated PyTorch functions, alone and before or after those in reverse."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import jinja2
import pytest
import torch
from torch.autograd import forward_ad

from symkl.codegen import emit, lower
from symkl.model import Verified

#: torch's own, where forward mode begins
pytestmark = [
    pytest.mark.sample(3),
    pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated:DeprecationWarning"),
]

CASES = {
    "kl_normal_normal": (0.3, 1.2, -0.4, 0.7),
    "kl_gamma_gamma": (1.2, 0.7, 2.3, 1.1),
    "kl_bernoulli_bernoulli": (0.2, 0.7),
    "kl_poisson_poisson": (1.2, 3.7),
}
EACH = (0, 1, 2, 3)


def leaves(values: tuple[float, ...]) -> list[torch.Tensor]:
    return [torch.tensor([v, 1.1 * v], dtype=torch.float64, requires_grad=True) for v in values]


def numbers(values: tuple[float, ...]) -> list[torch.Tensor]:
    return [torch.tensor(v, dtype=torch.float64) for v in values]


@pytest.mark.parametrize("event_ndims", [0, 1])
@pytest.mark.parametrize("name", sorted(CASES))
def test_derivatives_in_forward_mode_agree_with_differences(
    torch_module: ModuleType, name: str, event_ndims: int
) -> None:
    function = getattr(torch_module, name)
    assert torch.autograd.gradcheck(
        lambda *a: function(*a, event_ndims=event_ndims), leaves(CASES[name]), check_forward_ad=True
    )


def test_a_wrong_derivative_is_seen(
    verified: Callable[..., Verified], loader: jinja2.BaseLoader, imported: Callable[[str, str], ModuleType]
) -> None:
    text = emit([lower(verified("kl", "Poisson", "Poisson"), slopes=True)], "torch", loader)
    assert "slope * step for" in text
    broken = imported(text.replace("slope * step for", "1.1 * slope * step for"), "wrong_in_forward_mode")
    arguments = leaves(CASES["kl_poisson_poisson"])
    assert torch.autograd.gradcheck(broken.kl_poisson_poisson, arguments)
    with pytest.raises(RuntimeError, match="computed with forward mode"):
        torch.autograd.gradcheck(broken.kl_poisson_poisson, arguments, check_forward_ad=True)


@pytest.mark.parametrize("name", ["kl_normal_normal", "kl_gamma_gamma", "kl_bernoulli_bernoulli"])
def test_second_derivatives_agree_with_differences(torch_module: ModuleType, name: str) -> None:
    assert torch.autograd.gradgradcheck(getattr(torch_module, name), leaves(CASES[name]), check_fwd_over_rev=True)


@pytest.mark.parametrize("inner", [torch.func.jacfwd, torch.func.jacrev])
@pytest.mark.parametrize("outer", [torch.func.jacfwd, torch.func.jacrev])
def test_functions_of_derivatives_go_together(
    torch_module: ModuleType, inner: Callable[..., Callable[..., object]], outer: Callable[..., Callable[..., object]]
) -> None:
    mu_1, sigma_1, mu_2, sigma_2 = CASES["kl_normal_normal"]
    d, s2 = mu_1 - mu_2, sigma_2**2
    across, own = -2 * d / (sigma_2 * s2), -2 * sigma_1 / (sigma_2 * s2)
    truth = [
        [1 / s2, 0, -1 / s2, across],
        [0, 1 / s2 + sigma_1**-2, 0, own],
        [-1 / s2, 0, 1 / s2, -across],
        [across, own, -across, 3 * (d**2 + sigma_1**2) / s2**2 - 1 / s2],
    ]
    found = outer(inner(torch_module.kl_normal_normal, EACH), EACH)(*numbers(CASES["kl_normal_normal"]))
    for row, true in zip(found, truth, strict=True):
        assert [float(v) for v in row] == pytest.approx(true, rel=1e-12, abs=1e-14)


def test_a_gradient_in_reverse_moves_with_its_arguments(torch_module: ModuleType) -> None:
    arguments = leaves(CASES["kl_gamma_gamma"])
    with forward_ad.dual_level():
        duals = [forward_ad.make_dual(a, torch.ones_like(a)) for a in arguments]
        gradient = torch.autograd.grad(torch_module.kl_gamma_gamma(*duals).sum(), duals)
        moved = [forward_ad.unpack_dual(g).tangent for g in gradient]
    again = torch.autograd.grad(torch_module.kl_gamma_gamma(*arguments).sum(), arguments, create_graph=True)
    truth = torch.autograd.grad(sum(g.sum() for g in again), arguments)
    for found, true in zip(moved, truth, strict=True):
        torch.testing.assert_close(found, true, rtol=1e-12, atol=0.0)
