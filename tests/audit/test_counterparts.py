"""The tables about libraries: what stands there is there, and nothing stands there twice."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

from symkl.audit import counterparts as module
from symkl.audit.child import survey
from symkl.audit.counterparts import counterparts, left_out
from symkl.audit.known import LIBRARIES
from symkl.language.tables import read_toml
from symkl.library import Library, read_library

HERE = Path(module.__file__).parent


@pytest.mark.parametrize("name", LIBRARIES)
def test_what_is_left_out_is_there_and_is_no_counterpart(
    families: Library, apart: Callable[..., dict[str, list[str]]], name: str
) -> None:
    if find_spec(LIBRARIES[name].package) is None:
        pytest.skip(f"{name} is not installed")
    mapped = {made.name for made in counterparts(name, families)}
    there = set(apart(survey, LIBRARIES[name], ())["classes"])
    rows = read_toml(HERE / "left_out.toml").table(name)
    told = [entry for reason in rows.data for entry in rows.list(reason)]
    assert len(told) == len(set(told))
    assert set(told) <= there - mapped
    assert mapped <= there


def test_a_class_that_nobody_has_heard_of_has_no_family() -> None:
    assert left_out("torch", ["Unheard", "Dirichlet"]) == {
        "Unheard": "symkl has no such family",
        "Dirichlet": "it is a vector",
    }


def test_every_family_that_is_here_for_audits_alone_is_asked_for(families: Library) -> None:
    asked = {made.family.name for made in counterparts("scipy", families)}
    own = {read_toml(path).table("family").text("name") for path in (HERE / "families").glob("*.toml")}
    assert own <= asked
    assert not own & set(families.sources)


def test_a_users_family_takes_no_place_in_our_tables(tmp_path: Path) -> None:
    path = tmp_path / "normal.toml"
    path.write_text(
        'format = 1\n[family]\nname = "Normal"\nsupport = ["-oo", "oo"]\ndensity = "exp(-x**2/(2*v))/sqrt(2*pi*v)"\n'
        '[family.parameters]\nv = { domain = "positive" }\n'
    )
    theirs = counterparts("scipy", read_library([], [path]))
    assert "norm" not in {made.name for made in theirs}
    assert "cauchy" in {made.name for made in theirs}
