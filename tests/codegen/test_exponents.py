"""Exponents of which both terms are too large for numbers."""

from __future__ import annotations

import math
from collections.abc import Callable
from types import ModuleType

import jax
import jinja2
import numpy as np
import pytest
import sympy as sp
import torch

from symkl.codegen import emit, lower
from symkl.codegen.exponents import settled
from symkl.codegen.reading import _differences_right
from symkl.codegen.stable.kernels import ExpM1, FarExponent, GammaGap, GivenExpM1, expand_kernels
from symkl.model import Verified, symbol

A, B = (symbol(name, "positive") for name in "ab")
U, V = (symbol(name, "real") for name in "uv")
GAP = GammaGap(A / B + 1, sp.Integer(2), (A - B) / B)
EXPONENT = GAP - (U - V) / B
#: of a location, a scale, another location and scale: the ratio of the scales and the step over the second are infinite
EXTREME = [(5.929e296, 8.354e286, 5.677e234, 8.744e-188), (-1.515e121, 2.853e214, -1.483e276, 2.189e-207)]
#: what the derivatives by the locations are times the second scale
FAMILIES = {"Moyal": 0.5, "Gumbel": 1.0}


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("backend", ["torch", "jax"])
def test_the_derivative_by_a_location_is_a_number_where_both_terms_of_an_exponent_are_none(
    verified: Callable[..., Verified],
    loader: jinja2.BaseLoader,
    imported: Callable[[str, str], ModuleType],
    backend: str,
    family: str,
) -> None:
    program = lower(verified("kl", family, family), slopes=True)
    module = imported(emit([program], backend, loader), f"exponents_{backend}_{family.lower()}")
    function, columns = getattr(module, program.name), list(zip(*EXTREME, strict=True))
    if backend == "torch":
        leaves = [torch.tensor(c, dtype=torch.float64, requires_grad=True) for c in columns]
        found = [g.numpy() for g in torch.autograd.grad(function(*leaves).sum(), leaves)]
    else:
        with jax.enable_x64(True):
            arrays = [jax.numpy.asarray(np.array(c)) for c in columns]
            found = [np.asarray(g) for g in jax.grad(lambda *x: function(*x).sum(), argnums=(0, 1, 2, 3))(*arrays)]
    # the exponential itself is 0
    truth = [FAMILIES[family] / at[3] for at in EXTREME]
    assert found[0] == pytest.approx(truth, rel=1e-15)
    assert found[2] == pytest.approx([-t for t in truth], rel=1e-15)


@pytest.mark.parametrize("backend", ["torch", "jax"])
def test_the_larger_term_decides(
    verified: Callable[..., Verified],
    loader: jinja2.BaseLoader,
    imported: Callable[[str, str], ModuleType],
    backend: str,
) -> None:
    program = lower(verified("kl", "Moyal", "Moyal"), slopes=True)
    module = imported(emit([program], backend, loader), f"larger_{backend}")
    # log(3e400) is 922.1, and 921.1*3e200 the first term times b
    columns = np.array(
        [(math.nan, 3e200, s, 1e-200) for s in (2.75e203, 2.77e203, -1e300)]
        + [(2.5, 3e200, 1e300, 1e-200), (math.nan, math.nan, 1e300, 1e-200)]
    ).T
    with jax.enable_x64(True):
        arrays = [torch.tensor(c) if backend == "torch" else jax.numpy.asarray(c) for c in columns]
        found = np.asarray(module._far_exponent(*arrays))
    assert found[:4].tolist() == [math.inf, -math.inf, math.inf, 2.5]
    assert math.isnan(found[4])


def test_an_exponent_with_two_such_terms_is_told_what_they_are_made_of() -> None:
    told = FarExponent(EXPONENT, A, U - V, B)
    assert settled(V * ExpM1(EXPONENT)) == V * ExpM1(told)
    assert settled(GivenExpM1(EXPONENT, sp.exp(EXPONENT))) == GivenExpM1(told, sp.exp(EXPONENT))
    assert expand_kernels(told) == expand_kernels(EXPONENT)
    for other in (GAP, (U - V) / B, GAP - (U - V) / A, GAP - U / B):
        assert settled(ExpM1(other)) == ExpM1(other)


def test_what_is_told_beside_an_exponent_is_read_back() -> None:
    assert _differences_right(FarExponent(EXPONENT, A, U - V, B))
    for a, s, b in ((A, V - U, B), (A, 2 * (U - V), B), (U, U - V, B), (A, U - V, A)):
        assert not _differences_right(FarExponent(EXPONENT, a, s, b))
