"""`symkl accuracy` and `symkl bench`: what they print and write, and what they refuse."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

Run = Callable[..., object]


def test_accuracy_prints_tables_and_writes_json_and_a_plot(symkl: Run, here: Path) -> None:
    arguments = ["Exponential", "--backend", "numpy", "--dtype", "float64", "--points", 3]
    ran = symkl("accuracy", *arguments, "--json", "a.json", "--plot", "a.svg", "-j", 1)
    assert ran.code == 0, ran.err
    assert "KL, float64: largest / median error in ULP" in ran.out
    assert "symkl numpy" in ran.out
    assert "2 references agree with a quadrature of the density" in ran.err
    report = json.loads((here / "a.json").read_text("utf-8"))
    assert report["schema"] == 1
    assert report["machine"]["processor"]
    assert {row["case"] for row in report["results"]} == {"Exponential"}
    ElementTree.parse(here / "a.svg")


def test_bench_prints_ratios(symkl: Run, here: Path) -> None:
    arguments = ["Exponential", "--backend", "numpy", "--sizes", "1,1e3", "--dtype", "float32", "--json", "b.json"]
    ran = symkl("bench", *arguments, "-j", 1)
    assert ran.code == 0, ran.err
    assert "Exponential, float32, forward: times as fast as torch.distributions" in ran.out
    rows = json.loads((here / "b.json").read_text("utf-8"))["results"]
    assert {row["size"] for row in rows} == {1, 1000}
    assert "symkl torch" not in {row["who"] for row in rows}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["accuracy", "Normall"], "did you mean 'Normal'?"),
        (["accuracy", "Normal:Gamma:Beta"], "'Normal:Gamma:Beta' is neither a family nor a pair"),
        (["accuracy", "--backend", "nunpy"], "did you mean 'numpy'?"),
        (["accuracy", "--dtype", "float16"], "'float16' is not known here"),
        (["accuracy", "--plot", "a.gif"], "let the name end in .svg"),
        (["bench", "--sizes", "1,many"], "'many' is no size"),
        (["bench", "--sizes", "0"], "'0' is no size"),
        (["bench", "--sizes", "nan"], "'nan' is no size"),
    ],
)
def test_what_cannot_be_measured_is_refused_in_one_line(symkl: Run, arguments: list[str], said: str) -> None:
    ran = symkl(*arguments)
    assert ran.code == 2
    assert said in ran.err
    assert ran.err.count("\n") == 1


def test_a_pair_without_a_finite_divergence_is_told(symkl: Run) -> None:
    ran = symkl("accuracy", "Normal:Exponential", "-j", 1)
    assert ran.code == 2
    assert "no closed form to measure" in ran.err
    assert "nothing to measure" in ran.err
