"""`symkl build` as a whole: what it writes, when it does nothing, and what is left when it is killed."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from symkl import pipeline
from symkl.model import Verified
from symkl.settings import Settings

from .conftest import RAYLEIGH, Ran, definition

LIGHT = ["--formats", "tex,numpy"]
STAGES = r"deriving [0-9.]+ s, verifying [0-9.]+ s, writing [0-9.]+ s"
Start = Callable[..., subprocess.Popen[str]]


def _tree(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_a_build_writes_each_format_then_nothing_until_something_changes(
    symkl: Callable[..., Ran], rayleigh: Path, here: Path
) -> None:
    ran = symkl("build", "rayleigh.toml", *LIGHT)
    assert ran.code == 0, ran.err
    first = _tree(here / "build")
    assert sorted(first) == ["manifest.json", "numpy/rayleigh.py", "rayleigh.tex"]
    assert b"KL" in first["rayleigh.tex"]

    ran = symkl("build", "rayleigh.toml", *LIGHT)
    assert ran.code == 0
    assert "nothing to do" in ran.err
    assert "unchanged" in ran.out
    assert symkl("build", "rayleigh.toml", *LIGHT, "--check").code == 0

    rayleigh.write_text(RAYLEIGH + "# a remark\n")
    ran = symkl("build", "rayleigh.toml", *LIGHT, "--check")
    assert ran.code == 1
    assert "stale: Rayleigh" in ran.out
    assert _tree(here / "build") == first

    (here / "build" / "rayleigh.tex").write_text("spoilt")
    (here / "build" / "mine.txt").write_text("not symkl's")
    ran = symkl("build", "rayleigh.toml", *LIGHT)
    assert ran.code == 0
    after = _tree(here / "build")
    assert after.pop("mine.txt") == b"not symkl's"
    assert {k: v for k, v in after.items() if k != "manifest.json"} == {
        k: v for k, v in first.items() if k != "manifest.json"
    }
    ran = symkl("build", "rayleigh.toml", *LIGHT, "--check")
    assert (ran.code, ran.out) == (1, "extra: mine.txt\n")


def test_outputs_of_a_definition_that_is_gone_are_removed_and_others_left(
    symkl: Callable[..., Ran], here: Path
) -> None:
    folder = here / "own"
    folder.mkdir()
    (folder / "a.toml").write_text(RAYLEIGH)
    (folder / "b.toml").write_text(definition(name='name = "Second"'))
    light = ["--formats", "tex"]
    assert symkl("build", folder, *light).code == 0
    assert sorted(_tree(here / "build")) == ["manifest.json", "matrix.tex", "rayleigh.tex", "second.tex"]
    (folder / "b.toml").unlink()
    assert symkl("build", folder, *light, "--check").code == 1
    assert symkl("build", folder, *light).code == 0
    assert sorted(_tree(here / "build")) == ["manifest.json", "rayleigh.tex"]
    assert symkl("build", folder, *light, "--check").code == 0


def test_one_bad_definition_among_good_ones_stops_the_build_before_anything_is_written(
    symkl: Callable[..., Ran], here: Path
) -> None:
    (here / "a.toml").write_text(RAYLEIGH)
    (here / "b.toml").write_text(definition(name='name = "Other"', density='density = "nonsense(x)"'))
    ran = symkl("build", "a.toml", "b.toml")
    assert ran.code == 2
    assert "b.toml: family.density" in ran.err
    assert not (here / "build").exists()


def test_a_wrong_known_form_fails_the_build_every_time_and_the_others_are_built(
    symkl: Callable[..., Ran], here: Path
) -> None:
    known = '[[known]]\nquantity = "entropy"\nformula = "log(s)"\nsource = "nobody"\n'
    (here / "a.toml").write_text(RAYLEIGH + known)
    (here / "b.toml").write_text(definition(name='name = "Fine"'))
    for _ in range(2):
        ran = symkl("build", "a.toml", "b.toml", "--formats", "tex")
        assert ran.code == 1
        assert "known[1]" in ran.err
        assert "failed" in ran.err
        assert (here / "build" / "fine.tex").exists()


def test_a_write_up_has_every_other_family_and_the_summary_counts_them(
    symkl: Callable[..., Ran], few: Path, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write_up(title: str, results: Sequence[Verified], settings: Settings, others: Sequence[Any] = ()) -> str:
        listed = (str((claim.id, *why)) for claim, *why in others)
        return "\n".join([title, *(r.derivation.claim.id for r in results), *listed])

    monkeypatch.setattr(pipeline, "write_up", write_up)
    (few / "poisson.toml").unlink()
    ran = symkl("build", "--formats", "tex")
    assert ran.code == 0, ran.err
    lines = (here / "build" / "exponential.tex").read_text().splitlines()
    assert lines == ["Exponential", "entropy:Exponential", "kl:Exponential:Exponential", "kl:Exponential:Normal"]
    _, *shown, other = (here / "build" / "normal.tex").read_text().splitlines()
    assert shown == ["entropy:Normal", "kl:Normal:Normal"]
    assert other.startswith("('kl:Normal:Exponential', 'infinite', 'p gives positive probability")
    rows = {line.split()[0]: line.split() for line in ran.out.splitlines()}
    assert rows["all"][:-1] == ["all", "3", "0", "1", "0", "proved"]
    assert [line for line in ran.out.splitlines() if re.match(STAGES, line)]
    assert rows["built"][:5] == ["built", "2", "of", "2", "definitions"]
    known = {(p["p"], p["q"]): p for p in json.loads(symkl("list", "--json").out)["pairs"]}
    assert {pair["verdict"] for pair in known.values()} == {"proved"}
    assert "nothing to do" in symkl("build", "--formats", "tex").err

    path = few / "normal.toml"
    path.write_text(path.read_text() + '\n[[known]]\nquantity = "entropy"\nformula = "0"\nsource = "nobody"\n')
    for expected in ("built 1 of 2", "nothing to do"):
        ran = symkl("build", "--formats", "tex")
        assert ran.code == 1
        assert expected in ran.out + ran.err
        assert "the known form of H(Normal) is failed: 0" in ran.err


@pytest.fixture
def two(few: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two families in the place of all that come with symkl; their write-ups are next to nothing."""
    monkeypatch.setattr(pipeline, "write_up", lambda title, *_: title)
    (few / "poisson.toml").unlink()
    return few


def _rows(latex: Path) -> list[list[str]]:
    return [re.findall(r"\d+|\w+|\$.*?\$", line) for line in latex.read_text().splitlines() if re.match(r"\d+ &", line)]


def test_the_table_of_all_pairs_is_a_document_of_the_build(
    symkl: Callable[..., Ran], two: Path, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build, table = ("build", "--formats", "tex"), here / "build" / "matrix.tex"
    assert symkl(*build).code == 0
    assert _rows(table) == [
        ["1", "Exponential", r"$\bullet$", r"$\bullet$"],
        ["2", "Normal", r"$\infty$", r"$\bullet$"],
    ]
    assert "nothing to do" in symkl(*build).err
    assert symkl(*build, "--check").code == 0

    table.write_text("spoilt")
    assert "matrix.tex (of matrix) is not what was written" in symkl(*build, "--check").out
    ran = symkl(*build)
    assert (ran.code, len(_rows(table))) == (0, 2)
    assert "built 0 of 2 definitions" in ran.out

    definition_of_normal = two / "normal.toml"
    definition_of_normal.write_text(definition_of_normal.read_text() + "# a remark\n")
    monkeypatch.setattr(pipeline, "tabulate", lambda *_: "not to be made again: no sign has changed")
    assert "built 1 of 2 definitions" in symkl(*build).out
    assert len(_rows(table)) == 2

    assert symkl(*build, "--only", "Normal").code == 0
    assert table.exists()
    definition_of_normal.unlink()
    assert "extra: matrix.tex" in symkl(*build, "--check").out
    assert symkl(*build).code == 0
    assert not table.exists()


def test_a_table_that_cannot_be_made_is_told_the_rest_is_built_and_the_next_build_tries_again(
    symkl: Callable[..., Ran], two: Path, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumbling(*_: object) -> str:
        raise ZeroDivisionError("oh")

    with monkeypatch.context() as now:
        now.setattr(pipeline, "tabulate", stumbling)
        ran = symkl("build", "--formats", "tex")
    assert ran.code == 5
    assert "error: matrix.tex: this is a bug in symkl (ZeroDivisionError: oh)" in ran.err
    assert (here / "build" / "normal.tex").exists()
    ran = symkl("build", "--formats", "tex")
    assert (ran.code, ran.err.count("error")) == (0, 0)
    assert (here / "build" / "matrix.tex").exists()


@pytest.mark.sweep
@pytest.mark.slow
def test_two_builds_under_different_hash_seeds_are_the_same_bytes(process: Start, here: Path, tmp_path: Path) -> None:
    (here / "rayleigh.toml").write_text(RAYLEIGH)
    trees = []
    for seed in ("0", "1"):
        run = process(
            "build", "rayleigh.toml", "-o", f"out{seed}", PYTHONHASHSEED=seed, SYMKL_CACHE_DIR=str(tmp_path / seed)
        )
        assert run.wait() == 0, run.communicate()
        run.communicate()
        trees.append(_tree(here / f"out{seed}"))
    assert trees[0] == trees[1]
    assert "rayleigh.pdf" in trees[0]


@pytest.mark.sweep
@pytest.mark.slow
def test_a_build_from_the_store_is_the_same_bytes_as_one_without(
    symkl: Callable[..., Ran], rayleigh: Path, here: Path
) -> None:
    assert symkl("build", rayleigh, *LIGHT, "-o", "fresh").code == 0
    assert symkl("build", rayleigh, *LIGHT, "-o", "stored").code == 0
    assert symkl("build", rayleigh, *LIGHT, "-o", "none", "--no-cache").code == 0
    assert _tree(here / "fresh") == _tree(here / "stored") == _tree(here / "none")


@pytest.mark.sweep
@pytest.mark.slow
def test_a_killed_build_leaves_no_half_file_and_the_next_one_finishes(process: Start, here: Path) -> None:
    (here / "a.toml").write_text(RAYLEIGH)
    (here / "b.toml").write_text(definition(name='name = "Second"'))
    whole = process("build", "a.toml", "b.toml", *LIGHT, "-o", "whole", "--no-cache")
    whole.communicate()
    assert whole.returncode == 0
    wanted = _tree(here / "whole")
    for delay in (2.0, 5.0):
        run = process("build", "a.toml", "b.toml", *LIGHT, "-o", "killed", "--no-cache")
        time.sleep(delay)
        run.send_signal(signal.SIGKILL)
        run.communicate()
        found = _tree(here / "killed") if (here / "killed").exists() else {}
        for name, content in found.items():
            if name != "manifest.json" and not name.endswith(".part"):
                assert content == wanted[name]
        shutil.rmtree(here / "killed", ignore_errors=True)
    last = process("build", "a.toml", "b.toml", *LIGHT, "-o", "killed", "--no-cache")
    last.communicate()
    assert last.returncode == 0
    assert _tree(here / "killed") == wanted


def _wait_for_a_child(pid: int) -> None:
    """Until then it imports, and Python itself ends otherwise when it is interrupted in the midst of an import."""
    end = time.monotonic() + 60
    while time.monotonic() < end and not Path(f"/proc/{pid}/task/{pid}/children").read_text().strip():
        time.sleep(0.1)
    time.sleep(0.3)


@pytest.mark.slow
def test_an_interrupted_build_ends_at_once_with_130_and_leaves_no_child(here: Path) -> None:
    (here / "a.toml").write_text(RAYLEIGH)
    command = [sys.executable, "-m", "symkl", "build", "a.toml", "--no-cache"]
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    run = subprocess.Popen(command, cwd=here, env=env, text=True, stderr=subprocess.PIPE, start_new_session=True)
    _wait_for_a_child(run.pid)
    os.killpg(run.pid, signal.SIGINT)
    _, said = run.communicate(timeout=20)
    assert (run.returncode, said) == (130, "interrupted\n")
    for _ in range(100):
        try:
            os.killpg(run.pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
    pytest.fail("a child is left")


@pytest.mark.parametrize("damage", [lambda whole: whole[:-5000], lambda whole: b"no database" * 500, lambda whole: b""])
def test_a_corrupt_store_is_ignored_and_rebuilt(
    damage: Callable[[bytes], bytes], symkl: Callable[..., Ran], rayleigh: Path, tmp_path: Path
) -> None:
    arguments = ["derive", "entropy", "Rayleigh", "--with", rayleigh, "--format", "json"]
    first = json.loads(symkl(*arguments).out)
    [path] = (tmp_path / "store").iterdir()
    path.write_bytes(damage(path.read_bytes()))
    for _ in range(2):
        again = json.loads(symkl(*arguments).out)
        assert (again["result"], again["verdict"]) == (first["result"], "proved")
    assert path.read_bytes().startswith(b"SQLite format 3")


def test_a_family_that_takes_too_long_is_unknown_and_not_remembered(symkl: Callable[..., Ran], rayleigh: Path) -> None:
    arguments = ["derive", "entropy", "Rayleigh", "--with", rayleigh, "--format", "json"]
    ran = symkl(*arguments, "--timeout", "0.05")
    assert ran.code == 3
    assert json.loads(ran.out)["verdict"] == "unknown"
    assert "0.05 s" in json.loads(ran.out)["reason"]
    ran = symkl(*arguments)
    assert (ran.code, json.loads(ran.out)["verdict"]) == (0, "proved")
