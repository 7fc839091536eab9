"""Reports: what is bad is shown to be bad, what is good good."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest

from symkl.library import Library
from symkl.measure.accuracy import Prepared, measured, prepare
from symkl.measure.charts import accuracy_panels, draw, speed_panels
from symkl.measure.child import Child
from symkl.measure.speed import timed
from symkl.measure.tables import accuracy_tables, number, speed_tables
from symkl.resources import loader
from symkl.settings import Settings
from symkl.workers import Crew

TEXTBOOK = """
import numpy as np
def kl_exponential_exponential(lam_1, lam_2):
    return np.log(lam_1) - np.log(lam_2) + lam_2 / lam_1 - 1
"""


def no_bar(total: int) -> Callable[[str], None]:
    return lambda name: None


@pytest.fixture(scope="module")
def child() -> Iterator[Child]:
    with Child() as one:
        yield one


@pytest.fixture(scope="module")
def exponential(proved: Callable[..., tuple]) -> Prepared:
    with Crew(1) as crew:
        [found] = prepare([proved("Exponential")], ["numpy"], ["float64"], 30, Settings(), crew, no_bar)
    return found


@pytest.fixture(scope="module")
def report(exponential: Prepared, library: Library, child: Child) -> dict:
    return measured([exponential], library, ["numpy"], child, no_bar)


def results(report: dict, who: str) -> dict[str, dict]:
    return {row["regime"]: row for row in report["results"] if row["who"] == who}


def test_a_generated_function_is_shown_to_be_good(report: dict) -> None:
    rows = results(report, "symkl numpy")
    assert list(rows) == ["1e-01", "1e-02", "1e-04", "1e-08", "1e-12", "random", "extreme"]
    for row in rows.values():
        assert row["value"]["points"] == 30
        assert row["value"]["max"] <= 4
        assert row["value"]["negative"] == row["value"]["nan"] == row["value"]["infinite"] == 0
        assert row["slopes"] is None


def test_the_textbook_form_is_shown_to_be_bad_and_its_negative_values_are_counted(
    exponential: Prepared, library: Library, child: Child
) -> None:
    module = replace(exponential.module, sources={"numpy": TEXTBOOK})
    rows = results(measured([replace(exponential, module=module)], library, ["numpy"], child, no_bar), "symkl numpy")
    assert rows["1e-12"]["value"]["max"] > 1e12
    worst = rows["1e-12"]["worst"]
    first, second = map(float, worst["at"])
    assert float(worst["truth"]) == pytest.approx(((second - first) / first) ** 2 / 2, rel=1e-11)
    assert abs(float(worst["value"]) - float(worst["truth"])) > 1e-18
    namespace = {np.__name__: np}
    exec(TEXTBOOK, namespace)
    for part in exponential.samples:
        with np.errstate(all="ignore"):
            values = namespace["kl_exponential_exponential"](*map(np.array, part.columns))
        assert rows[part.regime.name]["value"]["negative"] == (values < 0).sum()
    assert sum(row["value"]["negative"] for row in rows.values()) > 0
    assert rows["random"]["value"]["median"] < 10


def test_what_people_use_is_measured_beside_it_with_its_gradient(report: dict) -> None:
    rows = results(report, "torch.distributions")
    assert rows["1e-08"]["value"]["max"] > 1e10
    assert rows["1e-08"]["slopes"]["max"] > 1e4
    assert rows["1e-08"]["slopes"]["points"] == 60
    worst = rows["1e-08"]["worst_slope"]
    first, second = map(float, worst["at"])
    expected = [(first - second) / first**2, (second - first) / (first * second)][worst["by"]]
    assert float(worst["truth"]) == pytest.approx(expected, rel=1e-12)
    assert abs(float(worst["value"]) / expected - 1) == pytest.approx(rows["1e-08"]["slopes"]["max"] * 2**-53, rel=1.0)
    assert rows["1e-01"]["worst_slope"]["by"] in (0, 1)
    assert results(report, "symkl numpy")["1e-08"]["worst_slope"] is None


def test_what_cannot_be_measured_is_left_out_and_said(exponential: Prepared, library: Library, child: Child) -> None:
    module = replace(exponential.module, sources={"numpy": "raise OSError('no such library')"})
    said = measured([replace(exponential, module=module)], library, ["numpy"], child, no_bar)
    assert not results(said, "symkl numpy")
    assert "Exponential, symkl numpy: OSError: no such library" in said["missing"]
    assert results(said, "torch.distributions")


def test_a_regime_without_truths_is_said_not_shown_as_nothing(
    exponential: Prepared, library: Library, child: Child
) -> None:
    near, *others = exponential.samples
    fewer = [replace(near, values=[None, *near.values[1:]]), replace(others[0], values=[None] * 30)]
    none = replace(others[1], columns=[[], []], values=[], slopes=[])
    said = measured([replace(exponential, samples=(*fewer, none, others[2]))], library, ["numpy"], child, no_bar)
    assert [line for line in said["missing"] if line.startswith("Exponential, float64")] == [
        "Exponential, float64 1e-01: the true value is not known at 1 of 30 points",
        "Exponential, float64 1e-02: the true value is known at none of 30 points",
        "Exponential, float64 1e-04: no point was found",
    ]


def test_a_case_without_code_is_left_out_and_said(proved: Callable[..., tuple]) -> None:
    case, verified = proved("Exponential")
    open_ = replace(verified, derivation=replace(verified.derivation, status="none", cases=()))
    with Crew(1) as crew:
        [found] = prepare([(case, open_)], ["numpy"], ["float64"], 1, Settings(), crew, no_bar, "points")
    assert found.module.sources == {}
    assert any("Exponential, its code: " in line and "no closed form" in line for line in found.lost)


def test_a_package_that_is_not_installed_is_named(
    exponential: Prepared, library: Library, child: Child, monkeypatch: pytest.MonkeyPatch
) -> None:
    from symkl.measure import subjects

    monkeypatch.setitem(subjects.PACKAGES, "numpy", ("a_library_that_nobody_has",))
    said = measured([exponential], library, ["numpy"], child, no_bar)
    assert "symkl numpy: a_library_that_nobody_has is not installed" in said["missing"]


def test_speeds_are_ratios_to_one_base_with_plain_additions_beside_them(
    exponential: Prepared, library: Library, child: Child
) -> None:
    part = next(sample for sample in exponential.samples if sample.regime.kind == "random")
    one = replace(exponential, samples=(part,))
    report = timed([one], library, ["numpy"], [1, 1000], child, no_bar, compiled=False)
    rows = {(row["mode"], row["size"], row["who"]): row for row in report["results"]}
    assert rows["forward", 1000, "torch.distributions"]["ratio"] == 1
    assert rows["forward and backward", 1, "torch.distributions"]["seconds"] > 0
    assert ("forward and backward", 1, "symkl numpy") not in rows
    # to add two arrays is less work than any divergence of them
    adding, ours = (rows["forward", 1000, who] for who in ("adding the arguments", "symkl numpy"))
    assert adding["seconds"] < ours["seconds"]
    assert ours["ratio"] == pytest.approx(
        rows["forward", 1000, "torch.distributions"]["seconds"] / ours["seconds"], abs=1e-3
    )
    [forward, backward] = speed_tables(report)
    assert not any("e+" in cell for line in forward[2] for cell in line)
    assert forward[1] == ["who", "1", "1000"]
    assert "symkl numpy" not in [line[0] for line in backward[2]]
    ElementTree.fromstring(draw(speed_panels(report), "Times as fast", loader()))


def test_tables_have_a_line_for_everyone(report: dict) -> None:
    tables = accuracy_tables(report)
    assert [title.partition(":")[0] for title, _, _ in tables] == ["KL, float64", "gradient, float64"]
    _, header, lines = tables[0]
    assert header[2:] == [
        "1e-01",
        "1e-02",
        "1e-04",
        "1e-08",
        "1e-12",
        "random",
        "extreme",
        "negative",
        "nan",
        "infinite",
    ]
    assert [line[1] for line in lines][:2] == ["symkl numpy", "torch.distributions"]
    assert {len(line) for line in lines} == {len(header)}


@pytest.mark.parametrize(
    ("value", "text"), [(0.512, "0.5"), (9.96, "10.0"), (47.3, "47"), (23456.0, "2e4"), (8e18, "8e18"), (None, "inf")]
)
def test_numbers_in_tables_are_short(value: float | None, text: str) -> None:
    assert number(value) == text


def test_a_chart_is_an_svg_with_a_line_for_everyone(report: dict) -> None:
    root = ElementTree.fromstring(draw(accuracy_panels(report), "Errors <&>", loader()))
    names = {row["who"] for row in report["results"]}
    lines = [e for e in root.iter() if e.tag.endswith("polyline")]
    assert len(lines) == len(names)
    assert names <= {e.text for e in root.iter() if e.tag.endswith("text")}
    assert all(len(line.get("points", "").split()) == 7 for line in lines)
