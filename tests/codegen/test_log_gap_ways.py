"""The gap of a logarithm where less of it is wanted: beside other terms in NumPy, in float32 when torch.compile traces.

Each way is held against the definition in 40 digits, and broken to see that it is.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from types import ModuleType

import mpmath as mp
import numpy as np
import pytest
import torch

from symkl.codegen import Program, lower
from symkl.model import Verified

#: a/b: near 1, on both sides of the bounds, and far
RATIOS = [1.0 + s * 10.0**-e for e in range(1, 16, 2) for s in (-1.0, 0.7, 1.0)]
RATIOS += [0.501, 0.499, 0.26, 0.24, 0.1, 1.1e-9, 3.3e-15, 1e-40, 1.25, 1.41, 1.42, 2.0, 3.5, 1e3, 1e17, 1e200]


@pytest.fixture(scope="module")
def program(verified: Callable[..., Verified]) -> Program:
    return lower(verified("kl", "Normal", "Normal"))


def gap(a: float, b: float) -> mp.mpf:
    ratio = mp.mpf(a) / mp.mpf(b)
    return ratio - 1 - mp.log(ratio)


def pairs() -> list[tuple[float, float]]:
    return [(b * ratio, b) for b in (1.0, 0.7, 3e-5, 1e90) for ratio in RATIOS]


def units(found: Sequence[float], true: Sequence[mp.mpf], dtype: type = np.float64) -> float:
    """The largest error in units in the last place of what is right."""
    with mp.workdps(40):
        return max(
            0.0 if x == t else float(abs(mp.mpf(float(x)) - t) / mp.mpf(float(np.spacing(dtype(float(t))))))
            for x, t in zip(found, true, strict=True)
        )


def beside(module: ModuleType, value: float, factor: float) -> float:
    """The largest error of the sum over all pairs at once, and of each by itself."""
    with mp.workdps(40):
        true = [mp.mpf(value) + mp.mpf(factor) * gap(a, b) for a, b in pairs()]
    a, b = (np.array(column) for column in zip(*pairs(), strict=True))
    with np.errstate(all="ignore"):
        whole = module._plus_log_gap(np.full(a.shape, value), factor, a, b, a - b)
        single = [module._plus_log_gap(np.array([value]), factor, *np.array([[x], [y], [x - y]])) for x, y in pairs()]
    assert np.array_equal(whole, np.concatenate(single))
    return units(whole, true)


@pytest.mark.parametrize("value", [0.0, 1e-20, 1e-3, 0.2, 1.0, 40.0, 1e300])
@pytest.mark.parametrize("factor", [1.0, 0.5, 3.0])
def test_a_gap_beside_other_terms_is_as_exact_as_the_sum_shows(
    value: float, factor: float, program: Program, with_slip: Callable[..., ModuleType]
) -> None:
    module = with_slip(program, "numpy", "plus_log_gap", "ratio -= log", "ratio -= log")
    assert beside(module, value, factor) <= 4.0


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("log *= 0.5 * factor", "log *= 0.05 * factor"),
        ("ratio *= factor", "ratio *= 1.0"),
        ("ratio -= log", "ratio += 0.0"),
    ],
)
def test_a_bound_that_is_wrong_is_seen(
    old: str, new: str, program: Program, with_slip: Callable[..., ModuleType]
) -> None:
    module = with_slip(program, "numpy", "plus_log_gap", old, new)
    assert max(beside(module, value, 0.5) for value in (1e-20, 0.2)) > 4.0


def test_what_is_added_to_broadcasts_and_may_be_infinite(
    program: Program, with_slip: Callable[..., ModuleType]
) -> None:
    module = with_slip(program, "numpy", "plus_log_gap", "ratio -= log", "ratio -= log")
    a, b = np.array([1.0, 2.0, 3.0]), np.array([2.0])
    value = np.asfortranarray([[0.1, 0.2, math.inf], [0.3, 0.4, 0.5]])
    with np.errstate(all="ignore"):
        found = module._plus_log_gap(value, 1.0, a, b, a - b)
        none = module._plus_log_gap(np.array([math.nan, 0.0, math.inf]), 1.0, a, np.zeros(3), a)
    expected = [[v + float(gap(x, 2.0)) for v, x in zip(row, a, strict=True)] for row in value.tolist()]
    np.testing.assert_allclose(found, expected, rtol=1e-15)
    assert np.array_equal(none, np.full(3, math.inf))


def traced(module: ModuleType, arguments: Sequence[torch.Tensor]) -> torch.Tensor:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.compiler.reset()
        return torch.compile(module.kl_normal_normal, backend="eager", fullgraph=True)(*arguments)


def in_float32() -> tuple[list[torch.Tensor], list[mp.mpf]]:
    """Arguments with one mean, and what is right for them as they are rounded."""
    scales = [(a, b) for a, b in pairs() if 1e-30 < a < 1e30 and b < 1e30]
    a, b = (torch.tensor(column, dtype=torch.float32) for column in zip(*scales, strict=True))
    with mp.workdps(40):
        true = [gap(x, y) + (mp.mpf(x) / mp.mpf(y) - 1) ** 2 / 2 for x, y in zip(a.tolist(), b.tolist(), strict=True)]
    return [torch.zeros_like(a), a, torch.zeros_like(b), b], true


def test_what_torch_compiles_for_float32_is_rounded_once(
    program: Program, with_slip: Callable[..., ModuleType]
) -> None:
    module = with_slip(program, "torch", "log_gap_of_bits", "_TWICE_ATANH[:6]", "_TWICE_ATANH[:6]")
    arguments, true = in_float32()
    found = traced(module, arguments)
    assert found.dtype == torch.float32
    assert units(found.tolist(), true, np.float32) <= 0.51
    # a number beside them, and one that float32 cannot hold
    beside = [arguments[0], arguments[1], 0.0, 1e-3]
    assert torch.equal(traced(module, beside), module.kl_normal_normal(*beside))
    tiny = [arguments[0], arguments[1] * 0 + 1.5, 0.0, 1e-200]
    assert torch.equal(traced(module, tiny), torch.full_like(arguments[0], math.inf))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("_TWICE_ATANH[:6]", "_TWICE_ATANH[:1]"),
        ("0x3FE6A09E667F3BCD", "0x3FD6A09E667F3BCD"),
        ("torch.where(power == 0, x, ", "torch.where(power == 9, x, "),
        ("(x - y) - power", "(x - y) + power"),
    ],
)
def test_a_slip_in_what_is_compiled_for_float32_is_seen(
    old: str, new: str, program: Program, with_slip: Callable[..., ModuleType]
) -> None:
    module = with_slip(program, "torch", "log_gap_of_bits", old, new)
    arguments, true = in_float32()
    assert units(traced(module, arguments).tolist(), true, np.float32) > 0.51


def test_a_trace_in_float32_leaves_the_digits_of_float64_alone(
    program: Program, with_slip: Callable[..., ModuleType]
) -> None:
    module = with_slip(program, "torch", "log_gap_of_bits", "_TWICE_ATANH[:6]", "_TWICE_ATANH[:6]")
    arguments, _ = in_float32()
    double = [x.double() for x in arguments]
    expected = module.kl_normal_normal(*double)
    traced(module, arguments)
    assert not module._TRACED.single
    torch.testing.assert_close(traced(module, double), expected, rtol=1e-15, atol=0.0)
    assert torch.equal(module.kl_normal_normal(*double), expected)


def in_blocks(module: ModuleType) -> float:
    """The largest error in float32 of what is not traced: those that are near and far together, and those far alone."""
    arguments, true = in_float32()
    far = [i for i, t in enumerate(true) if t > 1e-3]
    errors = [
        units(module.kl_normal_normal(*(x[at] for x in arguments)).tolist(), [true[i] for i in at], np.float32)
        for at in (list(range(len(true))), far)
    ]
    return max(errors)


@pytest.mark.parametrize(
    ("old", "new", "right"),
    [
        ("size.amin() > 1e-6", "size.amin() > 1e-6", True),
        ("(0.5 - x", "(0.49999 - x", False),
        ("size < 1e-3", "size < 0.5", False),
        ("torch.sub(step, log, out=log)", "torch.sub(step, log, alpha=1.000001, out=log)", False),
    ],
)
def test_what_is_rounded_to_float32_in_blocks_is_rounded_once(
    old: str, new: str, right: bool, verified: Callable[..., Verified], with_slip: Callable[..., ModuleType]
) -> None:
    program = lower(verified("kl", "Normal", "Normal"), slopes=True)
    error = in_blocks(with_slip(program, "torch", "log_gap", old, new))
    assert error <= 0.51 if right else error > 0.51


@pytest.mark.parametrize(("new", "right"), [("inside.all()", True), ("inside.any()", False)])
def test_a_ratio_that_is_no_number_beside_one_that_is_has_its_gap(
    new: str, right: bool, verified: Callable[..., Verified], with_slip: Callable[..., ModuleType]
) -> None:
    program = lower(verified("kl", "Gamma", "Exponential"), slopes=True)
    module = with_slip(program, "torch", "product_gap", "inside.all()", new)
    arguments = (torch.tensor(x, dtype=torch.float64) for x in ([1.0, 1.0], [1e200, 1.0], [1e-200, 2.0]))
    found = module.kl_gamma_exponential(*arguments).tolist()
    assert (found == pytest.approx([400.0 * math.log(10.0) - 1.0, 1.0 - math.log(2.0)], rel=1e-15)) == right


@pytest.mark.parametrize("count", [(1, 1, 1, 5), (1, 5, 1, 1), (5, 1, 1, 1), (1, 1, 5, 1), (5, 5, 5, 1), (1, 5, 1, 5)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_sums_in_place_take_arguments_of_any_shapes_and_leave_them_as_they_are(
    count: Sequence[int], dtype: torch.dtype, verified: Callable[..., Verified], with_slip: Callable[..., ModuleType]
) -> None:
    program = lower(verified("kl", "Normal", "Normal"), slopes=True)
    module = with_slip(program, "torch", "log_gap", "size < 1e-3", "size < 1e-3")
    given = [torch.linspace(0.5, 2.5, n, dtype=dtype) + i for i, n in enumerate(count)]
    single, full = ([x.clone().requires_grad_() for x in xs] for xs in (given, torch.broadcast_tensors(*given)))
    found, expected = (module.kl_normal_normal(*arguments) for arguments in (single, full))
    assert torch.equal(found, expected)
    found.sum().backward()
    expected.sum().backward()
    for x, y, z in zip(single, full, given, strict=True):
        torch.testing.assert_close(x.grad, y.grad.sum_to_size(x.shape))
        assert torch.equal(x, z)
