"""The table of all pairs: of which families it is, and when it must be made again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from symkl.build.manifest import Entry
from symkl.build.table import signs, table_key, tabled
from symkl.errors import BadInput
from symkl.sources import Source

ENTRIES = {
    "A": Entry("k", signs={"A": "+", "B": "o"}),
    "B": Entry("k", signs={"A": "c", "B": "?", "Elsewhere": "+"}),
}


def _source(name: str, *, is_family: bool = True) -> Source:
    return Source(name, Path(f"{name}.toml"), is_family, "digest")


def test_the_families_are_in_it_in_their_order_and_documents_are_not() -> None:
    found = [_source("B"), _source("paper", is_family=False), _source("A")]
    assert tabled(found, ("tex", "numpy")) == ("B", "A")
    assert tabled(found, ("pdf",)) == ("B", "A")


def test_there_is_none_of_one_family_nor_where_nothing_is_typeset() -> None:
    assert tabled([_source("A"), _source("paper", is_family=False)], ("tex",)) == ()
    assert tabled([_source("A"), _source("B")], ("numpy", "torch")) == ()


def test_a_definition_may_bear_its_name_only_where_there_is_none() -> None:
    with pytest.raises(BadInput, match="like the table of all pairs"):
        tabled([_source("A"), _source("B"), _source("matrix", is_family=False)], ("tex",))
    with pytest.raises(BadInput, match="like the table of all pairs"):
        tabled([_source("A"), _source("Matrix")], ("tex",))
    assert tabled([_source("Matrix")], ("tex",)) == ()


def test_a_pair_that_no_entry_tells_of_has_not_been_derived() -> None:
    assert signs(["A", "B", "C"], ENTRIES) == [["+", "o", "."], ["c", "?", "."], [".", ".", "."]]


def test_its_key_changes_with_a_sign_of_its_own_with_a_family_and_with_the_rest_and_with_nothing_else() -> None:
    key = table_key(["A", "B"], ENTRIES, {"templates": "t"})
    told = replace(ENTRIES["B"], key="other", summary={"verdict": "numeric"}, signs={"A": "c", "B": "?"})
    assert table_key(["A", "B"], {**ENTRIES, "B": told}, {"templates": "t"}) == key
    changed = replace(ENTRIES["B"], signs={"A": "c", "B": "+"})
    assert table_key(["A", "B"], {**ENTRIES, "B": changed}, {"templates": "t"}) != key
    assert table_key(["B", "A"], ENTRIES, {"templates": "t"}) != key
    assert table_key(["A", "B", "C"], ENTRIES, {"templates": "t"}) != key
    assert table_key(["A", "B"], ENTRIES, {"templates": "u"}) != key
