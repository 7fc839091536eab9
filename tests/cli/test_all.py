"""Every entropy and every pair at once: what is kept, what is done again, what one claim can do to the others."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from symkl import pipeline
from symkl.language import Shelf, definition
from symkl.model import Claim, Derivation

from .conftest import ROOT, Ran

Run = Callable[..., Ran]


def _stand_in(hangs: str = "", breaks: str = "") -> Callable[[Claim], Derivation]:
    """In the place of the engine: no pair has a closed form, one of them is never done, one is a bug."""

    def derive(claim: Claim) -> Derivation:
        if claim.id == hangs:
            time.sleep(60)
        if claim.id == breaks:
            raise ZeroDivisionError("oh")
        return Derivation(claim, "none", None, (), reason="a stand-in")

    return derive


def _never(*_: object) -> Any:
    raise AssertionError("this was not to be done")


def _pairs(symkl: Run) -> dict[tuple[str, str], tuple[str | None, str | None]]:
    data = json.loads(symkl("list", "--json").out)
    assert set(data) == {"schema", "families", "pairs", "entropies"}
    return {(pair["p"], pair["q"]): (pair["status"], pair["verdict"]) for pair in data["pairs"]}


def test_deriving_and_verifying_are_two_stages_and_nothing_is_done_twice(
    symkl: Run, few: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = symkl("derive", "--all")
    assert ran.code == 0, ran.err
    assert [line.split() for line in ran.out.splitlines()[1:3]] == [
        ["entropies", "3", "2", "0", "0", "1", "0"],
        ["pairs", "9", "4", "0", "5", "0", "0"],
    ]
    assert re.search(r"derived 12 claims in [0-9.]+ s \([0-9.]+ s of CPU\)$", ran.out, re.MULTILINE)
    assert re.search(r"^deriving [0-9.]+ s", ran.out, re.MULTILINE)
    assert "verifying" not in ran.out
    known = _pairs(symkl)
    assert {verdict for _, verdict in known.values()} == {None}
    assert None not in {status for status, _ in known.values()}

    monkeypatch.setattr(pipeline, "derive", _never)
    ran = symkl("verify", "--all")
    assert "errors" in ran.out
    assert re.search(r"verified \d+ claims in", ran.out)
    assert re.search(r"^verifying [0-9.]+ s", ran.out, re.MULTILINE)
    known = _pairs(symkl)
    assert {verdict for _, verdict in known.values()} == {"proved"}

    monkeypatch.setattr(pipeline, "verify", _never)
    monkeypatch.setattr(Shelf, "__getitem__", _never)
    for command in (["derive", "--all"], ["verify", "--all"], ["list"], ["list", "--matrix"]):
        ran = symkl(*command)
        assert ran.code == 0, ran.err
        if command[-1] == "--all":
            assert "of them from the store" in ran.out
            assert "verifying" not in ran.out


def test_verify_all_derives_what_has_not_been_derived(symkl: Run, few: Path) -> None:
    (few / "normal.toml").unlink()
    ran = symkl("verify", "--all", "-q")
    assert ran.code == 0, ran.err
    assert re.search(r"^deriving [0-9.]+ s, verifying [0-9.]+ s", ran.out, re.MULTILINE)
    assert set(_pairs(symkl).values()) >= {("closed", "proved"), ("infinite", "proved")}


def test_derive_all_as_json_has_every_claim_and_no_verdict(symkl: Run, few: Path) -> None:
    data = json.loads(symkl("derive", "--all", "--format", "json").out)
    assert [d["id"] for d in data[:2]] == ["entropy:Exponential", "kl:Exponential:Exponential"]
    assert len(data) == 12
    assert {d["verdict"] for d in data} == {None}
    single = json.loads(symkl("derive", "kl", "Exponential", "Exponential", "--format", "json").out)
    assert data[1]["result"] == single["result"]
    assert [step["after"] for step in data[1]["steps"]] == [step["after"] for step in single["steps"]]


def test_a_claim_that_hangs_is_given_up_and_the_others_go_on(
    symkl: Run, few: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "derive", _stand_in(hangs="kl:Exponential:Normal"))
    ran = symkl("derive", "--all", "--timeout", "1", "-j", "2")
    assert ran.code == 0
    assert "derived 12 claims" in ran.out
    assert "given up for want of time or memory: KL(Exponential || Normal);" in ran.err
    known = _pairs(symkl)
    assert {status for status, _ in known.values()} == {"none"}

    begun = time.monotonic()
    ran = symkl("derive", "--all", "--timeout", "1")
    assert "12 of them from the store" in ran.out
    assert time.monotonic() - begun < 1

    monkeypatch.setattr(pipeline, "derive", _stand_in())
    ran = symkl("derive", "--all", "--timeout", "2")
    assert "11 of them from the store" in ran.out
    assert "given up" not in ran.err


def test_a_bug_in_one_claim_is_told_does_not_stop_the_others_and_is_tried_again(
    symkl: Run, few: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "derive", _stand_in(breaks="kl:Normal:Poisson"))
    ran = symkl("derive", "--all")
    assert ran.code == 5
    assert "error: KL(Normal || Poisson): this is a bug in symkl (ZeroDivisionError: oh)" in ran.err
    assert ran.out.splitlines()[2].split()[-1] == "1"
    known = _pairs(symkl)
    assert [pair for pair, (status, _) in known.items() if status is None] == [("Normal", "Poisson")]
    monkeypatch.setattr(pipeline, "derive", _stand_in())
    assert "11 of them from the store" in symkl("derive", "--all").out


def test_a_change_of_one_file_is_a_change_of_its_claims_alone(
    symkl: Run, few: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "derive", _stand_in())
    symkl("derive", "--all")
    path = few / "normal.toml"
    whole = path.read_text()
    form = '\n[[known]]\nquantity = "kl"\nother = "Poisson"\nformula = "oo"\nsource = "nobody"\n'
    path.write_text(whole + form)
    assert "11 of them from the store" in symkl("derive", "--all").out
    path.write_text("# a remark\n" + whole)
    assert "12 of them from the store" in symkl("derive", "--all").out
    path.write_text(whole.replace('doc = "mean"', 'doc = "the mean"'))
    changed = [pair for pair, (status, _) in _pairs(symkl).items() if status is None]
    assert all("Normal" in pair for pair in changed)
    assert len(changed) == 5
    assert ", 6 of them from the store" in symkl("derive", "--all").out


def test_a_definition_that_is_wrong_is_refused_when_it_is_used_and_when_it_is_verified(symkl: Run, few: Path) -> None:
    path = few / "poisson.toml"
    path.write_text(re.sub(r"(?m)^(log_)?density = .*$", 'density = "x*nonsense"', path.read_text()))
    assert symkl("derive", "kl", "Exponential", "Normal", "-q").code == 0
    assert symkl("list").code == 0
    for command in (
        ["derive", "kl", "Exponential", "Poisson"],
        ["derive", "--all"],
        ["verify"],
        ["verify", path],
        ["build", "--formats", "tex"],
    ):
        ran = symkl(*command)
        assert ran.code == 2, command
        assert "poisson.toml: family.density, column" in ran.err


def test_a_known_form_about_a_family_that_is_not_there_is_refused_with_its_place(symkl: Run, few: Path) -> None:
    path = few / "poisson.toml"
    form = '\n[[known]]\nquantity = "kl"\nother = "Nobody"\nformula = "0"\nsource = "nobody"\n'
    path.write_text(path.read_text() + form)
    for command in (["verify"], ["verify", "--all"], ["derive", "entropy", "Poisson"]):
        ran = symkl(*command)
        assert ran.code == 2
        assert "unknown family 'Nobody'" in ran.err
        assert "poisson.toml" in ran.err


def test_a_pair_takes_the_reading_of_its_two_files_alone(symkl: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    real = definition._family

    def spy(table: Any) -> Any:
        read.append(table.data["name"])
        return real(table)

    monkeypatch.setattr(definition, "_family", spy)
    assert symkl("derive", "kl", "Normal", "Gamma", "-q").code == 0
    assert sorted(read) == ["Gamma", "Normal"]


def test_a_list_of_all_families_loads_no_sympy(here: Path) -> None:
    script = (
        "import sys\nfrom symkl.cli.app import app\n"
        "for arguments in (['list'], ['list', '--json'], ['list', '--matrix']):\n"
        "    try:\n        app(arguments)\n"
        "    except SystemExit as end:\n        assert not end.code\n"
        "sys.exit('sympy was loaded' if 'sympy' in sys.modules else 0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={"PYTHONPATH": str(ROOT)},
        cwd=here,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_the_matrix_of_all_families_is_at_most_140_wide_and_explains_itself(symkl: Run) -> None:
    lines = symkl("list", "--matrix").out.splitlines()
    names = [f["name"] for f in json.loads(symkl("list", "--json").out)["families"]]
    assert max(map(len, lines)) <= 140
    assert "o infinite" in lines[-1]
    rows = lines[-1 - len(names) : -1]
    assert [row.split()[1] for row in rows] == names
    assert {len(row.split()) for row in rows} == {len(names) + 2}


def test_the_matrix_as_latex_has_a_row_and_a_column_for_each_family(symkl: Run, few: Path) -> None:
    symkl("derive", "--all", "-q")
    text = symkl("list", "--matrix", "--format", "latex").out
    rows = [line for line in text.splitlines() if line.endswith(r" \\") and line[0].isdigit()]
    assert [row.removesuffix(r" \\").split(" & ") for row in rows] == [
        ["1", "Exponential", r"$\bullet$", r"$\bullet$", r"$\infty$"],
        ["2", "Normal", r"$\infty$", r"$\bullet$", r"$\infty$"],
        ["3", "Poisson", r"$\infty$", r"$\infty$", r"$\bullet$"],
    ]
    assert symkl("list", "--format", "latex").code == 2


@pytest.mark.parametrize(
    ("status", "verdict", "expected"),
    [("closed", "proved", "+"), ("closed", None, "+"), ("conditional", "numeric", "c"), ("infinite", "proved", "o"),
     ("none", "unknown", "-"), (None, None, "."), ("closed", "unknown", "?"), ("infinite", "failed", "!")],
)  # fmt: skip
def test_a_pair_in_one_character(status: str | None, verdict: str | None, expected: str) -> None:
    from symkl.overview import LEGEND, sign

    assert sign(status, verdict) == expected
    assert expected in dict(LEGEND)
