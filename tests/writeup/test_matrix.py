"""The table of all pairs: its size, its signs, and that it fits its sheet."""

from __future__ import annotations

import re

import pytest
from jinja2 import FileSystemLoader

from symkl.writeup import build_pdf, write_matrix

LEGEND = (("+", "closed form"), ("o", "infinite"), ("?", "not decided"))


def _rows(latex: str) -> list[list[str]]:
    return [line.removesuffix(r" \\").split(" & ") for line in latex.splitlines() if re.match(r"\d+ & ", line)]


def test_a_cell_stands_in_its_row_and_column(loader: FileSystemLoader) -> None:
    latex = write_matrix(["A_1", "B"], [["+", "o"], ["?", "+"]], LEGEND, loader=loader)
    assert _rows(latex) == [["1", r"A\_1", r"$\bullet$", r"$\infty$"], ["2", "B", "?", r"$\bullet$"]]
    assert r"\rotatebox{90}{A\_1} & \rotatebox{90}{B}" in latex


def test_the_legend_counts_and_names_only_the_signs_that_are_there(loader: FileSystemLoader) -> None:
    latex = write_matrix(["A", "B"], [["+", "o"], ["o", "+"]], LEGEND, loader=loader)
    assert "closed form: 2" in latex
    assert "infinite: 2" in latex
    assert "not decided" not in latex


def test_a_row_of_another_length_than_the_names_is_an_error(loader: FileSystemLoader) -> None:
    with pytest.raises(ValueError, match="zip"):
        write_matrix(["A", "B"], [["+", "o"]], LEGEND, loader=loader)


@pytest.mark.parametrize(("count", "paper"), [(3, "a4paper"), (57, "a3paper")])
def test_the_table_has_a_sheet_that_it_fits(count: int, paper: str, loader: FileSystemLoader) -> None:
    names = [f"GeneralizedExtremeValue{i}" for i in range(count)]
    latex = write_matrix(names, [["o"] * count] * count, LEGEND, loader=loader)
    assert rf"\documentclass[{paper},landscape" in latex
    assert build_pdf(latex, loader).startswith(b"%PDF")
