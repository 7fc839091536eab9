"""The kernels in JAX: what the compiler makes of them, and their derivatives, which have rules of their own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import jax
import jax.numpy as jnp
import jinja2
import mpmath as mp
import numpy as np
import pytest

from symkl.codegen import Program, emit, lower
from symkl.model import Verified

pytestmark = pytest.mark.sample(3)

GAMMA = (1.3, 2.1, 0.7, 1.9)
#: kernel: its value as a function of the two numbers that it compares
COMPARED: dict[str, Callable[[Any, Any], Any]] = {
    "_log_gap": lambda a, b: a / b - 1 - mp.log(a / b),
    "_log_ratio": lambda a, b: mp.log(a / b),
    "_binet_rise": lambda b, a: mp.digamma(b) - mp.digamma(a) - mp.log(b / a),
}
PAIRS = [(b * ratio, b) for b in (0.3, 2.0, 60.0) for ratio in (1e-3, 0.55, 1 - 1e-3, 1 + 1e-6, 1.9, 2.1, 300.0)]


@pytest.fixture(autouse=True)
def in_float64() -> Iterator[None]:
    with jax.enable_x64(True):
        yield


@pytest.fixture(scope="module")
def gamma(verified: Callable[..., Verified]) -> Program:
    return lower(verified("kl", "Gamma", "Gamma"), slopes=True)


@pytest.fixture(scope="module")
def module(gamma: Program, loader: jinja2.BaseLoader, imported: Callable[[str, str], ModuleType]) -> ModuleType:
    return imported(emit([gamma], "jax", loader), "gamma_in_jax")


def loops(module: ModuleType, name: str) -> int:
    """How many loops over the arguments are compiled, when these are of float32 and float64 is there."""
    columns = [jnp.ones(1000, jnp.float32)] * 4
    compiled = jax.jit(getattr(module, name)).lower(*columns).compile().as_text()
    return len(re.findall(r" (?:fusion|call)\(", compiled[compiled.index("ENTRY") :]))


def test_a_divergence_of_normals_is_one_loop_without_a_logarithm(
    verified: Callable[..., Verified],
    loader: jinja2.BaseLoader,
    imported: Callable[[str, str], ModuleType],
    with_slip: Callable[..., ModuleType],
) -> None:
    program = lower(verified("kl", "Normal", "Normal"), slopes=True)
    module = imported(emit([program], "jax", loader), "normal_in_jax")
    columns = [jnp.ones(1000, jnp.float32)] * 4
    assert "stablehlo.log" not in jax.jit(module.kl_normal_normal).lower(*columns).as_text()
    assert loops(module, "kl_normal_normal") == 1
    # a quotient that is used twice is computed in a loop of its own
    split = with_slip(program, "jax", "log_gap", "s = _over(half, half + unit)", "s = half / (half + unit)")
    assert loops(split, "kl_normal_normal") > 1


def worst_slope(module: ModuleType, name: str) -> float:
    """The largest relative error of a kernel's derivatives by either number, the difference moving with it."""
    kernel, errors = getattr(module, name), []
    for pair in PAIRS:
        found = jax.grad(lambda x, y: kernel(x, y, x - y), (0, 1))(*pair)
        with mp.workdps(60):
            for i, orders in enumerate(((1, 0), (0, 1))):
                truth = mp.diff(COMPARED[name], tuple(map(mp.mpf, pair)), orders)
                errors.append(float(abs((mp.mpf(float(found[i])) - truth) / truth)))
    return max(errors)


@pytest.mark.parametrize("name", sorted(COMPARED))
def test_the_derivatives_of_a_kernel_are_those_of_its_value(module: ModuleType, name: str) -> None:
    assert worst_slope(module, name) < 1e-14


@pytest.mark.parametrize(
    ("kernel", "old", "new"),
    [
        ("log_gap", "step - x * step_b", "step - 1.0001 * x * step_b"),
        ("log_gap", "_over(a, b) * step_b", "x * step_b"),
        ("log_ratio", "_over(step - x * step_b, a)", "_over(step, a)"),
        ("binet_rise", "step_b * _trigamma", "1.0001 * step_b * _trigamma"),
    ],
)
def test_a_wrong_rule_is_seen(
    gamma: Program, with_slip: Callable[..., ModuleType], kernel: str, old: str, new: str
) -> None:
    assert worst_slope(with_slip(gamma, "jax", kernel, old, new), f"_{kernel}") > 1e-10


@pytest.mark.sweep
def test_second_derivatives_of_a_divergence_of_gammas_are_short_and_right(
    module: ModuleType, references: ModuleType
) -> None:
    hessian = jax.jit(jax.jacrev(jax.grad(module.kl_gamma_gamma, (0, 1, 2, 3)), (0, 1, 2, 3)))
    lowered = hessian.lower(*GAMMA)
    # what takes the compiler minutes has ten times as many lines
    assert len(lowered.as_text().splitlines()) < 2500
    found = np.array(lowered.compile()(*map(jnp.float64, GAMMA)))
    with mp.workdps(60):
        for i in range(4):
            for j in range(4):
                orders = tuple((k == i) + (k == j) for k in range(4))
                truth = mp.diff(references.gamma, tuple(map(mp.mpf, GAMMA)), orders)
                assert found[i, j] == pytest.approx(float(truth), rel=1e-12, abs=1e-14)
