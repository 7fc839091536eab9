"""Bessel functions and sines with twice the digits, and the derivatives that are worked out again of them."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import jinja2
import mpmath as mp
import pytest
import torch

from symkl.codegen import emit, lower
from symkl.model import Verified

STARTS = (1e-200, 1e-3, 0.7, 8.0, 31.9, 32.0, 50.0, 1e3, 1e8)
#: where the derivative by the first concentration, or that by the second one, crosses zero
CROSSING = (
    (-0.844, 4.274, -0.9767, 4.31188),
    (0.9305, 2.102, -0.1642, 4.58834),
    (0.3, 50.0, 0.1, 51.01687),
    (0.3, 2.0, 0.1, 1.9148),
)


@pytest.fixture(scope="module")
def module(
    verified: Callable[..., Verified], loader: jinja2.BaseLoader, imported: Callable[[str, str], ModuleType]
) -> ModuleType:
    program = lower(verified("kl", "VonMises", "VonMises"), slopes=True)
    return imported(emit([program], "torch", loader), "circular_twice")


def in_full(x: object) -> mp.mpf:
    with mp.workdps(60):
        return mp.mpf(float(x.high)) + mp.mpf(float(x.low))


def ratio(x: mp.mpf) -> mp.mpf:
    return mp.besseli(1, x) / mp.besseli(0, x)


def slopes(module: ModuleType, at: tuple[float, ...]) -> list[float]:
    leaves = [torch.tensor([v], dtype=torch.float64, requires_grad=True) for v in at]
    module.kl_vonmises_vonmises(*leaves).sum().backward()
    return [float(leaf.grad) for leaf in leaves]


def worst(found: list[float], at: tuple[float, ...]) -> float:
    """The largest error of the derivatives, in units in the last place."""
    with mp.workdps(60):
        m_1, k_1, m_2, k_2 = map(mp.mpf, at)
        a, step, versine = ratio(k_1), mp.sin(m_1 - m_2), 1 - mp.cos(m_1 - m_2)
        own = (1 - a / k_1 - a * a) * (versine * k_2 + k_1 - k_2)
        true = [k_2 * a * step, own, -k_2 * a * step, a * versine + ratio(k_2) - a]
        return max(float(abs(x - t) / mp.ldexp(1, mp.frexp(t)[1] - 53)) for x, t in zip(found, true, strict=True))


@pytest.mark.parametrize("step", [1e-12, 0.3, 2.0, 40.0])
def test_bessel_functions_and_their_differences_are_known_to_twice_the_digits(module: ModuleType, step: float) -> None:
    with mp.workdps(60):
        for start in STARTS:
            a, b = (module._Twice(torch.tensor(x, dtype=torch.float64)) for x in (start, start + step))
            exact, other = ratio(mp.mpf(start)), ratio(mp.mpf(start + step))
            steep = 1 - exact / mp.mpf(start) - exact**2 if start > 1e-100 else mp.mpf(1) / 2
            found, lack, slope = map(in_full, module._bessel_twice(a))
            assert abs(found - exact) <= 1e-31 * exact, start
            assert abs(lack - (1 - exact)) <= 1e-29 * (1 - exact), start
            assert abs(slope - steep) <= 1e-27 * steep, start
            assert abs(in_full(module._bessel_ratio_slope_twice(a, a)) - start * steep) <= 1e-27 * start * steep, start
            rise = in_full(module._bessel_ratio_rise_twice(b, a, b - a))
            assert abs(rise - (other - exact)) <= 2e-31 * min(other, 40 * (1 - exact)), start
            assert in_full(module._bessel_ratio_twice(a)) == found, start


@pytest.mark.parametrize("y", [0.0, 1e-9, -2.9, 77.0])
def test_a_sine_of_a_difference_is_known_to_twice_the_digits(module: ModuleType, y: float) -> None:
    with mp.workdps(60):
        for x in (-3.1, -1e-8, 0.3, 1.5707963, 3.14159265, 9.0, 1e4):
            first, second = (module._Twice(torch.tensor(v, dtype=torch.float64)) for v in (x, y))
            step = mp.mpf(x) - mp.mpf(y)
            sine, versine, within = mp.sin(step), 1 - mp.cos(step), 2e-31 * abs(step)
            assert abs(in_full(module._sine_of_step_twice(first, second)) - sine) <= within, x
            found = in_full(module._versine_twice(first, second))
            assert abs(found - versine) <= 2 * within * mp.sqrt(versine), x


@pytest.mark.parametrize("at", CROSSING)
def test_a_derivative_that_crosses_zero_keeps_its_digits(
    module: ModuleType, monkeypatch: pytest.MonkeyPatch, at: tuple[float, ...]
) -> None:
    assert worst(slopes(module, at), at) <= 4
    # it is this that makes them so
    monkeypatch.setattr(module, "_refined", lambda slopes, *_: slopes)
    assert worst(slopes(module, at), at) > 6


def test_what_is_more_than_rounding_is_not_taken(module: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    twice, at = module._kl_vonmises_vonmises_twice, CROSSING[0]
    with monkeypatch.context() as patch:
        patch.setattr(module, "_refined", lambda slopes, *_: slopes)
        plain = slopes(module, at)
    monkeypatch.setattr(module, "_kl_vonmises_vonmises_twice", lambda *x: [s * -1e8 for s in twice(*x)])
    assert slopes(module, at) == plain


@pytest.mark.parametrize("mu", [1e21, 1e300])
def test_angles_so_large_that_no_digits_are_left_keep_what_they_have(module: ModuleType, mu: float) -> None:
    assert all(abs(x) < 1e3 for x in slopes(module, (mu, 2.0, 0.3, 5.0)))
