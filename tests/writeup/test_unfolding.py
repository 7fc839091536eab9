"""Long values by cases become rows; short ones, and those inside an integral, stay behind their brace."""

from __future__ import annotations

import pytest

from symkl.writeup.unfolding import unfolded

LONG = " + ".join(rf"\log(a + {i})" for i in range(90))
WHEN = r"& \text{if } a < b \\ "


def cases(value: str) -> str:
    return rf"\begin{{cases}} {value} {WHEN}{value} & \text{{otherwise}} \end{{cases}}"


def test_each_case_has_its_condition_and_the_whole_formula() -> None:
    rows = unfolded(r"c - " + cases(LONG), 30.0)
    assert rows is not None
    heads = [i for i, row in enumerate(rows) if row.endswith(r"\text{:}")]
    assert [rows[i] for i in heads] == [r"\quad \text{if } a < b\text{:}", r"\quad \text{otherwise}\text{:}"]
    for i in heads:
        assert rows[i + 1].startswith(r"\quad = c - ")
    assert not any(r"\begin" in row for row in rows)
    assert sum(row.count(r"\log") for row in rows) == 180


@pytest.mark.parametrize("latex", [cases("x"), LONG, r"\int_0^1 " + cases(LONG) + r"\,dx", cases(LONG) + cases("x")])
def test_what_is_short_or_stands_inside_something_stays(latex: str) -> None:
    assert unfolded(latex, 30.0) is None
