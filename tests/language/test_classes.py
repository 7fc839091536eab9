"""`[[family.classes]]`: what is read, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from symkl.errors import BadInput
from symkl.language import load_family

HEAD = """\
format = 1
[family]
name = "Spread"
support = ["0", "oo"]
density = "exp(-x/s)/s"
parameters = { s = { domain = "positive" } }
parametrisations = { rate = { parameters = { lam = { domain = "positive" } }, where = { s = "1/lam" } } }
"""


def written(folder: Path, entry: str) -> Path:
    path = folder / "spread.toml"
    path.write_text(f"{HEAD}\n[[family.classes]]\n{entry}\n", encoding="utf-8")
    return path


def test_a_class_is_one_counterpart_in_each_library(tmp_path: Path) -> None:
    path = written(tmp_path, 'in = ["torch", "numpyro"]\nname = "Exponential"\nas = "rate"\nfields = { lam = "rate" }')
    found = load_family(path).classes
    assert [c.framework for c in found] == ["torch", "numpyro"]
    assert {(c.name, c.parametrisation, c.fields) for c in found} == {("Exponential", "rate", (("lam", "rate"),))}


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ('in = ["torhc"]\nname = "A"\nfields = { s = "scale" }', r"'torhc' is not known here; did you mean 'torch'"),
        ('in = []\nname = "A"\nfields = { s = "scale" }', "each library is named once"),
        ('in = ["torch", "torch"]\nname = "A"\nfields = { s = "scale" }', "each library is named once"),
        ('in = "torch"\nname = "A"\nfields = { s = "scale" }', "expected a list"),
        ('in = ["torch"]\nname = "os.system"\nfields = { s = "scale" }', "cannot be the name of a class"),
        ('in = ["torch"]\nname = "A"\nfields = { s = "scale)" }', "cannot be the name of a parameter"),
        ('in = ["torch"]\nname = "A"\nfields = { s = "lambda" }', "keyword"),
        ('in = ["torch"]\nname = "A"\nfields = { t = "scale" }', "'t' is not a parameter here"),
        ('in = ["torch"]\nname = "A"\nfields = { }', "the parameter 's' has no field"),
        ('in = ["torch"]\nname = "A"\nas = "rat"\nfields = { s = "scale" }', "no parametrisation 'rat'; did you mean"),
        ('in = ["torch"]\nname = "A"\nas = "rate"\nfields = { s = "scale" }', "'s' is not a parameter here"),
        ('in = ["torch"]\nname = "A"\nfield = { s = "scale" }', "unknown key 'field'; did you mean 'fields'"),
    ],
)
def test_what_cannot_be_used_is_refused(entry: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=message) as refused:
        load_family(written(tmp_path, entry))
    assert "family.classes[1]" in str(refused.value)


def test_two_parameters_under_one_field_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path, 'in = ["torch"]\nname = "A"\nfields = { s = "scale", t = "scale" }')
    text = path.read_text(encoding="utf-8").replace(
        '{ s = { domain = "positive" } }', '{ s = { domain = "positive" }, t = { domain = "positive" } }'
    )
    path.write_text(text.replace("parametrisations", "# "), encoding="utf-8")
    with pytest.raises(BadInput, match="the field 'scale' is two parameters"):
        load_family(path)
