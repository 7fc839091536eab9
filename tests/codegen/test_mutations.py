"""The accuracy tests can fail: a kernel that is broken on purpose is seen."""

from __future__ import annotations

import random
from collections.abc import Callable
from types import ModuleType

import mpmath as mp
import numpy as np
import pytest

from symkl.codegen import lower
from symkl.model import Verified

#: template, what is changed in it, into what: each the kind of slip that a later edit could make
SLIPS = [
    ("log_gap", "series *= z", "series *= 0.99995 * z"),
    ("log_gap", "exponent = bits >> 52", "exponent = bits >> 53"),
    ("log_gap", "near *= s", "near = y - np.log1p(y)"),
    ("log_gap", "x - _log_quotient(a, b)", "x - np.log1p(x)"),
    ("plus_log_gap", "log *= 0.5 * factor", "log *= 0.0"),
    ("plus_log_gap", "_total(v, factor * _log_gap", "_total(v, 0.99 * factor * _log_gap"),
    ("log_ratio", "2.0 * np.log(np.sqrt(a)", "np.log(np.sqrt(a)"),
]


@pytest.mark.parametrize(("kernel", "old", "new"), SLIPS)
def test_a_broken_kernel_loses_digits_that_the_accuracy_tests_count(
    kernel: str,
    old: str,
    new: str,
    verified: Callable[..., Verified],
    with_slip: Callable[..., ModuleType],
    references: ModuleType,
) -> None:
    program = lower(verified("kl", "Normal", "Normal"))
    assert worst(with_slip(program, "numpy", kernel, old, old), references) <= 4
    assert worst(with_slip(program, "numpy", kernel, old, new), references) > 4


def worst(module: ModuleType, references: ModuleType) -> float:
    rng = random.Random(8)
    points = [(0.0, 1e-200, 0.0, 1e200), (0.0, 1e-17, 0.0, 1.0), (0.0, 1e-9, 0.0, 1.0)]
    for distance in (1e-1, 1e-3, 1e-8):
        for _ in range(30):
            mu, sigma = rng.uniform(-2, 2), rng.uniform(0.2, 3)
            points.append((mu, sigma * (1 + distance * rng.uniform(0.5, 1)), mu + distance * rng.uniform(-1, 1), sigma))
    found = 0.0
    for point in points:
        truth = references.at_50_digits(references.KL["kl_normal_normal"], *point)
        value = float(module.kl_normal_normal(*point))
        with mp.workdps(50):
            error = abs(mp.mpf(value) - truth) if np.isfinite(value) else mp.inf
            found = max(found, float(error / mp.mpf(float(np.spacing(float(truth))))))
    return found
