"""Generated modules as they are checked in: compared, and executed. `pytest --update` rewrites them."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import jinja2
import pytest
import sympy as sp

from symkl.codegen import BACKENDS, emit, lower
from symkl.language import to_text
from symkl.model import Verified

GOLDEN = Path(__file__).parents[1] / "golden" / "code"
STANDARD = (("mu_2", sp.S.Zero), ("sigma_2", sp.S.One))
#: file stem: claims, each with its parametrisations
MODULES = {
    "normal": [
        (("entropy", "Normal"), (None,)),
        (("cross_entropy", "Normal", "Normal"), (None,)),
        (("kl", "Normal", "Normal"), (None, "variance", "log_variance")),
    ],
    "vae": [(("kl", "Normal", "Normal", STANDARD), ("log_variance",))],
    "bernoulli": [(("entropy", "Bernoulli"), (None,)), (("kl", "Bernoulli", "Bernoulli"), (None, "logit"))],
    "gamma": [(("kl", "Gamma", "Gamma"), (None,))],
    "mixed": [(("kl", "Normal", "Laplace"), (None,)), (("kl", "Normal", "Gamma"), (None,))],
}


@pytest.mark.parametrize("backend", ["jax", "numba", "numpy", "torch"])
@pytest.mark.parametrize("stem", sorted(MODULES))
def test_the_generated_module_is_the_one_that_is_checked_in(
    stem: str, backend: str, verified: Callable[..., Verified], loader: jinja2.BaseLoader, update: bool
) -> None:
    slopes = BACKENDS[backend].SLOPES
    programs = [
        lower(verified(*about), way, way, to_text, slopes=slopes) for about, ways in MODULES[stem] for way in ways
    ]
    source = emit(programs, backend, loader, f"{stem.capitalize()}: a golden module of the tests.")
    path = GOLDEN / f"{stem}_{backend}.py"
    if update:
        path.write_text(source, encoding="utf-8")
    assert source == path.read_text(encoding="utf-8")


#: function: arguments, value by the textbook
VALUES = {
    "normal": [
        ("kl_normal_normal", (0.5, 2.0, 0.0, 1.0), 0.5 * (0.25 + 4 - 1 - math.log(4))),
        ("kl_normal_normal__variance", (0.5, 4.0, 0.0, 1.0), 0.5 * (0.25 + 4 - 1 - math.log(4))),
        ("kl_normal_normal__log_variance", (0.5, math.log(4), 0.0, 0.0), 0.5 * (0.25 + 4 - 1 - math.log(4))),
        ("entropy_normal", (0.0, 1.0), 0.5 * math.log(2 * math.pi * math.e)),
        ("cross_entropy_normal_normal", (0.0, 1.0, 0.0, 1.0), 0.5 * math.log(2 * math.pi * math.e)),
    ],
    "vae": [("kl_normal_normal__log_variance", (0.5, math.log(4)), 0.5 * (0.25 + 4 - 1 - math.log(4)))],
    "bernoulli": [
        ("entropy_bernoulli", (0.5,), math.log(2)),
        ("kl_bernoulli_bernoulli", (0.5, 0.25), 0.5 * math.log(4 / 3)),
        ("kl_bernoulli_bernoulli__logit", (0.0, -math.log(3)), 0.5 * math.log(4 / 3)),
    ],
    # shapes 1 and 1: two exponential distributions of rates 2 and 3
    "gamma": [("kl_gamma_gamma", (1.0, 2.0, 1.0, 3.0), math.log(2 / 3) + 3 / 2 - 1)],
    "mixed": [
        (
            "kl_normal_laplace",
            (0.0, 1.0, 0.0, 1.0),
            math.log(2) + math.sqrt(2 / math.pi) - 0.5 * math.log(2 * math.pi) - 0.5,
        ),
        ("kl_normal_gamma", (0.0, 1.0, 1.0, 1.0), math.inf),
    ],
}


@pytest.mark.parametrize("backend", ["numpy", "torch", "jax", pytest.param("numba", marks=pytest.mark.slow)])
@pytest.mark.parametrize("stem", sorted(VALUES))
def test_a_checked_in_module_runs_and_gives_the_textbooks_values(
    stem: str, backend: str, imported: Callable[[str, str], ModuleType]
) -> None:
    module = imported((GOLDEN / f"{stem}_{backend}.py").read_text(encoding="utf-8"), f"golden_{stem}_{backend}")
    assert sorted(module.__all__) == sorted({name for name, *_ in VALUES[stem]})
    for name, arguments, value in VALUES[stem]:
        assert float(getattr(module, name)(*arguments)) == pytest.approx(
            value, rel=1e-14 if backend == "numpy" else 1e-6
        )


def test_no_golden_is_left_over() -> None:
    assert {p.name for p in GOLDEN.glob("*.py")} == {
        f"{s}_{b}.py" for s in MODULES for b in ("jax", "numba", "numpy", "torch")
    }
