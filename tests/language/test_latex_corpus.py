"""The LaTeX of published formulas against the same formulas in symkl's notation, at the corpus' points.

`latex_corpus.json` has for each entry what its own symbols are called in the definition (`map`), and one place at which
it is broken; and what is said of entries that hold what no closed form holds.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import mpmath as mp
import pytest
import sympy as sp
from corpus import convert, judging

from symkl.check.latex import given_in
from symkl.errors import BadInput
from symkl.language import parse
from symkl.language.latex import Source
from symkl.model import Claim

pytestmark = pytest.mark.sample(3)

HERE = Path(__file__).parent


DATA = json.loads((HERE / "latex_corpus.json").read_text())
ENTRIES = {entry["id"]: entry for entry in convert.entries() if entry.get("latex")}


def about(entry: Any, folder: Path) -> tuple[Claim, sp.Expr]:
    """What the entry is about, and its formula in symkl's notation, both in the names of its definition."""
    claim, form = judging.claim_and_form(entry, folder)
    return claim, form.formula


def points(entry: Any, claim: Claim) -> list[dict[sp.Symbol, sp.Rational]]:
    """The corpus' points, in the claim's parameters."""
    members = convert.converted(entry)
    assert members.files
    laws = [law for law in (entry["p"], entry["q"]) if law]
    shared = len(laws) == 2 and convert._generic(laws[0]) is not None and laws[0]["family"] == laws[1]["family"]
    shared = shared and convert._generic(laws[0]) == convert._generic(laws[1])
    names: dict[str, str] = {}
    for index, law in enumerate(laws, start=1):
        for own, name in convert._member(entry, law, "P", shared=shared).names.items():
            names.setdefault(own, f"{name}_{index}" if len(laws) == 2 else name)
    symbols = {parameter.full_name: parameter.symbol for parameter in claim.parameters}
    return [
        {symbols[names[own]]: sp.Rational(str(value)) for own, value in row["point"].items() if names[own] in symbols}
        for row in entry["points"]
    ]


def value(form: sp.Expr, at: dict[sp.Symbol, sp.Rational]) -> mp.mpf:
    return mp.mpf(str(sp.N(form.xreplace(at), 20)))


def read(entry: Any, claim: Claim, latex: str, names: list[str]) -> sp.Expr:
    formula = given_in(claim, Source(latex), names, entry["units"], "none").formulas[-1]
    assert formula is not None
    return formula.per_dimension


def test_every_univariate_entry_with_latex_is_here() -> None:
    assert {row["id"] for row in [*DATA["read"], *DATA["refused"]]} == set(ENTRIES)


@pytest.mark.parametrize("row", DATA["read"], ids=lambda row: row["id"])
def test_the_latex_has_the_value_of_the_formula_and_its_broken_sibling_has_not(row: Any, tmp_path: Path) -> None:
    entry = ENTRIES[row["id"]]
    claim, formula = about(entry, tmp_path)
    old, new = row["broken"]
    assert entry["latex"].count(old) == 1
    made = read(entry, claim, entry["latex"], row["map"])
    broken = read(entry, claim, entry["latex"].replace(old, new), row["map"])
    where = points(entry, claim)
    wanted = [value(formula, at) for at in where]
    with mp.workdps(20):
        assert all(abs(value(made, at) - one) < 1e-15 * (1 + abs(one)) for at, one in zip(where, wanted, strict=True))
        assert any(abs(value(broken, at) - one) > 1e-4 * (1 + abs(one)) for at, one in zip(where, wanted, strict=True))


@pytest.mark.parametrize("row", DATA["refused"], ids=lambda row: row["id"])
def test_what_is_no_closed_form_is_refused_at_its_column(row: Any, tmp_path: Path) -> None:
    entry = ENTRIES[row["id"]]
    claim, _ = about(entry, tmp_path)
    with pytest.raises(BadInput) as refused:
        given_in(claim, Source(entry["latex"]), (), entry["units"], "none")
    assert refused.value.what.startswith(row["says"])
    assert refused.value.where.column == row["column"]


def test_entries_agree_with_a_text_that_the_parser_reads(tmp_path: Path) -> None:
    """What is shown as "read as" is symkl's own notation: reading it again gives the same."""
    entry = ENTRIES["norm-kl"]
    claim, _ = about(entry, tmp_path)
    given = given_in(claim, Source(entry["latex"]), (), "nats", "none")
    formula = given.formulas[-1]
    assert formula is not None
    assert parse(formula.text, {p.full_name: p.symbol for p in claim.parameters}) == formula.per_dimension
