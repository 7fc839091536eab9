"""Products of which no part leaves the range of numbers before the whole does."""

from __future__ import annotations

import math
from collections.abc import Callable
from types import ModuleType

import jax
import jinja2
import mpmath as mp
import numpy as np
import pytest
import sympy as sp
import torch

from symkl.codegen import BACKENDS, emit, lower
from symkl.codegen.products import kept_whole
from symkl.codegen.stable.kernels import QuotientOfProducts, expand_kernels
from symkl.model import Verified, symbol

A, B, C = (symbol(name, "positive") for name in "abc")
X, Y = (symbol(name, "real") for name in "xy")
#: of mu_1, lam_1, mu_2, lam_2: a difference over its own term alone is no number
EXTREME = [
    (3.388e229, 1.459e18, 7.52e-140, 2.55e-222),
    (9.466e112, 1.143e112, 2.317e-283, 4.125e-275),
    (1.654e249, 9.881e-06, 2.685e-205, 6.075e-277),
    (1.017e175, 2.767e246, 3.546e-120, 7.925e-237),
    (1.6e-276, 5.248e-246, 1.191e-277, 3.196e-246),
    (1e300, 1e250, 1e100, 1e250),
]


def inverse_gaussian(mu_1: mp.mpf, lam_1: mp.mpf, mu_2: mp.mpf, lam_2: mp.mpf) -> tuple[mp.mpf, list[mp.mpf]]:
    """The divergence and its derivatives."""
    d = mu_1 - mu_2
    value = (lam_2 * d**2 / (mu_1 * mu_2**2) + lam_2 / lam_1 - 1 - mp.log(lam_2 / lam_1)) / 2
    by_means = lam_2 * d * (mu_1 + mu_2) / (2 * mu_1**2 * mu_2**2), -lam_2 * d / mu_2**3
    by_first, by_second = (lam_1 - lam_2) / (2 * lam_1**2), (d**2 / (mu_1 * mu_2**2) + 1 / lam_1 - 1 / lam_2) / 2
    return value, [by_means[0], by_first, by_means[1], by_second]


def close(found: float, truth: mp.mpf) -> bool:
    if abs(truth) > mp.mpf(2) ** 1024:
        return found == math.copysign(math.inf, truth)
    return bool(abs(mp.mpf(found) - truth) <= 4 * math.ulp(float(truth)))


def called(module: ModuleType, backend: str) -> np.ndarray:
    columns = zip(*EXTREME, strict=True)
    arrays = {"torch": torch.tensor, "jax": jax.numpy.asarray}.get(backend, np.array)
    with jax.enable_x64(True):
        return np.asarray(module.kl_inversegaussian_inversegaussian(*(arrays(np.array(c)) for c in columns)))


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_product_is_a_number_where_its_parts_are_none(
    verified: Callable[..., Verified],
    loader: jinja2.BaseLoader,
    imported: Callable[[str, str], ModuleType],
    backend: str,
) -> None:
    program = lower(verified("kl", "InverseGaussian", "InverseGaussian"), slopes=BACKENDS[backend].SLOPES)
    module = imported(emit([program], backend, loader), f"products_{backend}")
    with mp.workdps(60):
        truths = [inverse_gaussian(*map(mp.mpf, at)) for at in EXTREME]
        assert all(map(close, called(module, backend).tolist(), (value for value, _ in truths)))
        if backend == "torch":
            leaves = [torch.tensor(c, dtype=torch.float64, requires_grad=True) for c in zip(*EXTREME, strict=True)]
            found = torch.autograd.grad(module.kl_inversegaussian_inversegaussian(*leaves).sum(), leaves)
            for by, slopes in enumerate(found):
                assert all(map(close, slopes.tolist(), (slopes[by] for _, slopes in truths))), by


@pytest.mark.parametrize(
    "product",
    [
        3 * C * (A - B) ** 2 / (2 * A * B**2),
        -C * (A - B) / B**3,
        C * (A - B) * (A + B) / (2 * A**2 * B**2),
        -((A - B) ** 2) / (2 * A**2 * B),
    ],
)
def test_what_is_divided_by_its_own_terms_is_kept_whole(product: sp.Expr) -> None:
    found = kept_whole(X + product)
    assert not (found - X).as_independent(*found.atoms(QuotientOfProducts))[0].free_symbols
    assert sp.simplify(expand_kernels(found) - X - product) == 0
    assert all(len(kernel.args) == 6 for kernel in found.atoms(QuotientOfProducts))


@pytest.mark.parametrize(
    "product",
    [
        (A - B) / B**2,  # in this order no part is larger than the whole
        (X - Y) ** 2 / B**2,
        C * (A - B) ** 3 / (A * B**2),
        (X - Y) ** 2 * C / (A * B**2),
        C * (A - B) / (A * C**2) * X,
        (A - B) * C / (A + B) ** 3,
    ],
)
def test_other_products_are_left(product: sp.Expr) -> None:
    assert kept_whole(X + product) == X + product
