"""What each write-up holds: all of a family's divergences, those with a value in full, the rest in a list."""

from __future__ import annotations

from pathlib import Path

import pytest

from symkl import pipeline, resources
from symkl.build.keys import keys, others_of, shared_by_all
from symkl.build.outputs import split
from symkl.build.pieces import pieces
from symkl.library import Library, glance
from symkl.proofs import Proof
from symkl.requests import Request, standard_requests

FAMILY = """\
format = 1
[family]
name = "{name}"
support = ["0", "oo"]
density = "exp(-x/s)/s"
[family.parameters]
s = {{ domain = "positive" }}
"""
KNOWN = '[[known]]\nquantity = "kl"\nother = "{other}"\nformula = "log(s_2/s_1) + s_1/s_2 - 1"\nsource = "somebody"\n'


@pytest.fixture
def builtin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three families that come with symkl; A has a known form about B."""
    folder = tmp_path / "derivations"
    folder.mkdir()
    for name in "ABC":
        known = KNOWN.format(other="B") if name == "A" else ""
        (folder / f"{name}.toml").write_text(FAMILY.format(name=name) + known)
    monkeypatch.setattr(resources, "derivations", lambda: folder)
    return folder


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(FAMILY.format(name="Mine") + KNOWN.format(other="C"))
    return path


def _library(*paths: Path) -> Library:
    found = glance(paths)
    assert found is not None
    return found


def test_a_family_of_ours_is_set_against_all_of_ours_one_of_the_users_against_what_is_given(
    builtin: Path, mine: Path
) -> None:
    one = _library(builtin / "A.toml")
    assert others_of(one.sources["A"], one) == ["A", "B", "C"]
    users = _library(mine)
    assert others_of(users.sources["Mine"], users) == ["Mine"]
    both = _library(mine, builtin / "A.toml")
    assert others_of(both.sources["Mine"], both) == ["A", "Mine"]
    assert others_of(both.sources["A"], both) == ["A", "B", "C", "Mine"]


def test_what_is_asked_of_a_family_is_its_own_then_what_is_published_then_the_rest_each_once(builtin: Path) -> None:
    library = _library(builtin / "A.toml")
    found = standard_requests(library.sources["A"], others_of(library.sources["A"], library))
    assert [request.id for request in found] == [
        "entropy:A", "cross_entropy:A:A", "kl:A:A", "cross_entropy:A:B", "kl:A:B", "kl:A:C",
    ]  # fmt: skip


def test_code_is_made_of_what_is_its_own_and_of_what_is_published(builtin: Path) -> None:
    [piece] = pieces(pipeline.read([builtin / "A.toml"]))
    assert {request.id for request in piece.requests} - {request.id for request in piece.coded} == {"kl:A:C"}


def test_divergences_without_a_value_are_listed_with_their_reason_and_all_else_is_shown() -> None:
    own = Request("kl", "A", "A")
    proofs = [
        Proof(Request("entropy", "A"), {"status": "none", "reason": "it resists"}),
        Proof(own, {"status": "infinite", "reason": "its tail"}),
        Proof(Request("kl", "A", "C"), {"status": "none", "reason": "E[log(x)] resists"}),
        Proof(Request("kl", "A", "B"), {"status": "infinite", "reason": "mass below 0"}),
        Proof(Request("kl", "A", "D"), {"status": "conditional", "reason": ""}),
        Proof(Request("kl", "A", "E"), bug="ZeroDivisionError"),
        Proof(Request("expectation", "A", of="x"), {"status": "closed", "reason": ""}),
    ]
    shown, listed = split(proofs)
    assert [request.id for request in shown] == ["entropy:A", "kl:A:A", "kl:A:D", "expectation:A"]
    assert listed == [
        ("B", "infinite", "mass below 0"), ("C", "none", "E[log(x)] resists"), ("E", "none", ""),
    ]  # fmt: skip


def test_a_key_changes_with_another_familys_density_but_not_with_its_known_forms(builtin: Path) -> None:
    def key() -> str:
        library = _library(*sorted(builtin.iterdir()))
        return keys(library.files, library, shared_by_all(None, {}))["A"]

    first = key()
    path = builtin / "C.toml"
    path.write_text(path.read_text() + KNOWN.format(other="A"))
    assert key() == first
    path.write_text(path.read_text().replace("exp(-x/s)/s", "s*exp(-x*s)"))
    assert key() != first
    second = key()
    own = builtin / "A.toml"
    own.write_text(own.read_text().replace("somebody", "somebody else"))
    assert key() != second
