"""What is numba's own: compiled once, in vectors for many elements, without a branch, without a warning."""

from __future__ import annotations

import math
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import jinja2
import mpmath as mp
import numpy as np
import pytest

from symkl.codegen import emit, lower
from symkl.model import Verified

MANY = 5000  # more than the elements that are computed one by one


@pytest.fixture(scope="module")
def module(
    verified: Callable[..., Verified], loader: jinja2.BaseLoader, imported: Callable[[str, str], ModuleType]
) -> ModuleType:
    programs = [lower(verified("kl", name, name)) for name in ("Normal", "Exponential")]
    return imported(emit(programs, "numba", loader), "few_in_numba")


def errors(module: ModuleType, references: ModuleType, name: str, points: list[tuple[float, ...]]) -> list[float]:
    """Units in the last place, with few arguments and with many; infinite where the value is, or is negative."""
    columns = [np.array(column) for column in zip(*points, strict=True)]
    function, found = getattr(module, name), []
    for values in (function(*columns), function(*(np.resize(c, MANY) for c in columns))[: len(points)]):
        for value, point in zip(values, points, strict=True):
            truth = references.at_50_digits(references.KL[name], *point)
            if float(truth) == math.inf:
                found.append(0.0 if value == math.inf else math.inf)
                continue
            with mp.workdps(60):
                error = abs(mp.mpf(float(value)) - truth) if 0.0 <= value < math.inf else mp.inf
                found.append(float(error / math.ulp(float(truth))))
    return found


def normal_points() -> list[tuple[float, ...]]:
    rng, points = random.Random(11), []
    for distance in (1e-1, 1e-3, 1e-6, 1e-9, 1e-12):
        for _ in range(20):
            mu, sigma = rng.uniform(-3, 3), math.exp(rng.uniform(-2, 2))
            near = [x * (1 + distance * rng.uniform(0.5, 1.5) * rng.choice((-1, 1))) for x in (mu, sigma)]
            points.append((*near, mu, sigma))
    points += [
        (rng.gauss(0, 2), math.exp(rng.gauss(0, 2)), rng.gauss(0, 2), math.exp(rng.gauss(0, 2))) for _ in range(200)
    ]
    # ratios about those at which another formula takes over
    points += [(0.0, ratio * (1 + d), 0.0, 1.0) for ratio in (0.5, 2 / 3, 1.5, 2.0) for d in (-1e-9, 0.0, 1e-9)]
    for _ in range(100):
        exponent = rng.uniform(-300, 300)
        other = min(300.0, max(-300.0, exponent + rng.uniform(-150, 150)))
        points.append((0.0, 10.0**exponent, 0.0, 10.0**other))
    return [*points, (0.0, 5e-324, 0.0, 1.0), (0.0, 5e-324, 0.0, 1e308), (0.0, 1e-310, 0.0, 3e-320)]


def test_a_kl_keeps_its_digits_near_equality_at_random_and_at_extreme_scales(
    module: ModuleType, references: ModuleType
) -> None:
    assert max(errors(module, references, "kl_normal_normal", normal_points())) <= 4
    scales = [(s, t) for _, s, _, t in normal_points()]
    assert max(errors(module, references, "kl_exponential_exponential", scales)) <= 5


@pytest.mark.parametrize(
    ("kernel", "old", "new"),
    [
        ("log_parts", "2.0 * z * (even", "1.9999 * z * (even"),
        ("log_parts", "d > -0.5 * b", "d > -0.99 * b"),
        ("log_parts", "rise - k * {{", "rise - 1.00000000000001 * k * {{"),
        ("ratio_parts", "a < 1e-290", "a < 0.0"),
    ],
)
def test_a_broken_kernel_is_seen(
    kernel: str,
    old: str,
    new: str,
    verified: Callable[..., Verified],
    with_slip: Callable[..., ModuleType],
    references: ModuleType,
) -> None:
    broken = with_slip(lower(verified("kl", "Normal", "Normal")), "numba", kernel, old, new)
    assert max(errors(broken, references, "kl_normal_normal", normal_points())) > 4


def test_arrays_of_any_layout_give_the_values_that_their_elements_give(module: ModuleType) -> None:
    rng = np.random.default_rng(3)
    mu, sigma = rng.normal(size=(90, 80)), np.exp(rng.normal(size=(90, 80)))
    whole = module.kl_normal_normal(mu, sigma, 0.5, 2.0)
    each = [
        [module.kl_normal_normal(*pair, 0.5, 2.0) for pair in zip(m, s, strict=True)]
        for m, s in zip(mu[:3], sigma[:3], strict=True)
    ]
    assert whole.shape == (90, 80)
    assert np.allclose(whole[:3], each, rtol=1e-15, atol=0.0)
    assert np.array_equal(module.kl_normal_normal(mu.T, sigma.T, 0.5, [2.0]), whole.T)
    assert np.array_equal(module.kl_normal_normal(mu[::2, ::3], sigma[::2, ::3], 0.5, 2.0), whole[::2, ::3])
    assert np.array_equal(module.kl_normal_normal(np.asfortranarray(mu), sigma, np.full(80, 0.5), 2.0), whole)
    rows = module.kl_normal_normal(mu[:, :1], 1.0, mu[0], np.exp(mu[:, :1]))
    assert np.array_equal(rows[5], module.kl_normal_normal(mu[5, 0], 1.0, mu[0], math.exp(mu[5, 0])))
    assert module.kl_normal_normal(np.empty((0, 3)), 1.0, 0.0, 1.0).shape == (0, 3)


def test_threads_give_the_same_values(module: ModuleType) -> None:
    rng = np.random.default_rng(4)
    mu, sigma = rng.normal(size=200_001), np.exp(rng.normal(size=200_001))
    alone = module.kl_normal_normal(mu, sigma, 0.0, 1.0)
    assert np.array_equal(module.kl_normal_normal(mu, sigma, 0.0, 1.0, parallel=True), alone)


@pytest.mark.parametrize("size", [3, MANY])
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_the_dtype_of_the_arguments_is_the_dtype_of_the_result(module: ModuleType, dtype: str, size: int) -> None:
    rate = np.full(size, 0.1, dtype)
    found = module.kl_exponential_exponential(rate, np.full(size, 0.25, dtype))
    exact = module.kl_exponential_exponential(rate.astype(float), 0.25)
    assert found.dtype == dtype
    assert np.array_equal(found, exact.astype(dtype))
    mixed = module.kl_exponential_exponential(rate, 0.1)
    assert mixed.dtype == dtype
    assert np.array_equal(
        mixed, module.kl_exponential_exponential(float(rate[0]), 0.1).astype(dtype) * np.ones(size, dtype)
    )


@pytest.mark.parametrize("size", [2, MANY])
def test_limits_infinities_and_nan_come_without_a_warning(module: ModuleType, size: int) -> None:
    points = [
        ((0.0, 0.0, 0.0, 1.0), math.inf),
        ((0.0, 1.0, 0.0, 0.0), math.inf),
        ((0.0, 1.0, 3.0, 0.0), math.inf),
        ((1e200, 1.0, 0.0, 1.0), math.inf),
        ((0.0, -1.0, 0.0, 1.0), math.nan),
        ((math.nan, 1.0, 0.0, 1.0), math.nan),
        ((0.0, math.nan, 0.0, 1.0), math.nan),
        ((0.3, 0.7, 0.3, 0.7), 0.0),
    ]
    with np.errstate(all="raise"):
        for point, value in points:
            found = module.kl_normal_normal(*(np.full(size, x) for x in point))
            assert np.array_equal(found, np.full(size, value), equal_nan=True), point
    assert np.geterr()["divide"] != "raise"


def test_what_is_no_real_number_is_refused(module: ModuleType) -> None:
    for wrong in (np.array([1j]), np.array(["x"]), [None]):
        with pytest.raises(TypeError, match="real numbers"):
            module.kl_exponential_exponential(wrong, np.array([1.0]))


def test_a_module_is_formatted(programs: list, loader: jinja2.BaseLoader, tmp_path: Path) -> None:
    """Lines of code that an expression makes too long are the printer's, in every backend: here are short ones."""
    short = [p for p in programs if p.name in ("kl_normal_normal", "kl_exponential_exponential", "entropy_normal")]
    path = tmp_path / "formatted.py"
    path.write_text(emit(short, "numba", loader), encoding="utf-8")
    options = ["--isolated", "--line-length", "120", "--diff", str(path)]
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "format", *options], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("backend", ["numba", "torch"])
def test_the_machine_code_that_is_kept_serves_a_module_under_each_of_its_names(
    verified: Callable[..., Verified], loader: jinja2.BaseLoader, tmp_path: Path, backend: str
) -> None:
    folder = tmp_path / "pack" / "age"
    folder.mkdir(parents=True)
    program = lower(verified("kl", "Normal", "Normal"), slopes=True)
    (folder / "closed.py").write_text(emit([program], backend, loader), encoding="utf-8")
    ones = {"numba": "import numpy; one = numpy.ones(70_000)", "torch": "import torch; one = torch.ones(70_000)"}
    call = f"import sys; sys.path.insert(0, '.'); {ones[backend]}; print(float(kl(one, one, 2 * one, one)[-1]))"

    def run(way: str, where: Path) -> int:
        """Calls the function that is got this way, and counts the files of machine code afterwards."""
        script = f"import sys; sys.path.insert(0, '.'); {way}; {call}"
        done = subprocess.run([sys.executable, "-c", script], cwd=where, capture_output=True, text=True, check=False)
        assert (done.stdout.strip(), done.stderr) == ("0.5", "")
        return len(list((folder / "__pycache__").glob("*.nbc")))

    name = "kl_normal_normal as kl"
    first = run(f"from closed import {name}", folder)
    assert first > 0
    assert run(f"from pack.age.closed import {name}", tmp_path) == 2 * first
    assert run(f"from closed import {name}", folder) == 2 * first
    by_path = (
        "import importlib.util as u; s = u.spec_from_file_location('none', 'closed.py'); m = u.module_from_spec(s)"
    )
    for _ in range(2):  # what cannot be found by its name keeps nothing
        assert run(f"{by_path}; s.loader.exec_module(m); kl = m.kl_normal_normal", folder) == 2 * first
