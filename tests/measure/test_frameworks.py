"""Values and slopes come out of each framework alike, in both dtypes."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator

import pytest

from symkl.codegen import BACKENDS
from symkl.measure.child import Child, TimesOf, ValuesOf
from symkl.measure.frameworks import ARRAYS_OF, PACKAGES
from symkl.measure.subjects import generated

SOURCE = "def product(x, y):\n    return x * x * y\n"


@pytest.fixture(scope="module")
def child() -> Iterator[Child]:
    with Child() as one:
        yield one


def test_every_backend_can_be_measured() -> None:
    assert set(BACKENDS) <= set(ARRAYS_OF) == set(PACKAGES)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("backend", ["numpy", "torch", "jax"])
def test_values_and_slopes(child: Child, backend: str, dtype: str) -> None:
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    answer = child.ask(ValuesOf(generated(backend, SOURCE, "product"), [[1.5, 0.1], [2.0, 4.0]], dtype, True))
    tolerance = 1e-15 if dtype == "float64" else 1e-7
    assert answer["values"] == pytest.approx([4.5, 0.04], rel=tolerance)
    # 0.1 is another number in each dtype
    assert (answer["values"][1] == pytest.approx(0.04, rel=1e-14)) is (dtype == "float64")
    if backend == "numpy":
        assert answer["slopes"] is None
    else:
        assert answer["slopes"][0] == pytest.approx([6.0, 0.8], rel=tolerance)
        assert answer["slopes"][1] == pytest.approx([2.25, 0.01], rel=tolerance)


def test_what_fails_does_not_keep_others_from_being_timed(child: Child) -> None:
    bad = generated("torch", "def product(x, y):\n    raise ValueError('no\\nway')\n", "product")
    good = generated("numpy", SOURCE, "product")
    answer = child.ask(TimesOf([bad, good], [[1.0, 2.0], [3.0, 4.0]], "float64", 10, False))
    assert answer["missing"] == {"symkl torch": "ValueError: no"}
    assert set(answer["seconds"]) == {"symkl numpy", "adding the arguments", "copying one argument"}
    assert all(seconds > 0 for seconds in answer["seconds"].values())
