"""Exit codes and messages where something goes wrong that is not the user's fault."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from symkl.cli import command
from symkl.cli.codes import worst
from symkl.cli.options import Common
from symkl.cli.terminal import clean
from symkl.errors import BadInput, Location, NotYet, ToolMissing


def _raising(error: BaseException) -> Callable[..., int]:
    def run(common: Common) -> int:
        raise error

    return run


BUG = "error: this is a bug in symkl (ZeroDivisionError: oh); run it again with -v to see where, and please report it"
WRONG = BadInput("it is wrong", Location("a.toml", "family.name", 3), "mend it")


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (WRONG, 2, "error: a.toml: family.name, column 3: it is wrong; mend it"),
        (NotYet("not yet"), 2, "error: not yet"),
        (ToolMissing("no TeX"), 4, "error: no TeX"),
        (FileNotFoundError(2, "No such file", "x.toml"), 2, "error: x.toml: No such file"),
        (KeyboardInterrupt(), 130, "interrupted"),
        (ZeroDivisionError("oh"), 5, BUG),
    ],
)
def test_every_error_is_one_line_and_an_exit_code(
    error: BaseException, code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.guarded(_raising(error), Common(), {}) == code
    assert capsys.readouterr().err == said + "\n"


def test_a_bug_shows_where_it_is_with_v(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.guarded(_raising(ZeroDivisionError("oh")), Common(verbose=True), {}) == 5
    assert "Traceback" in capsys.readouterr().err


def test_of_several_exit_codes_the_gravest_counts() -> None:
    order = [2, 1, 4, 3, 5, 0]
    for a, b in itertools.combinations(order, 2):
        assert worst([b, a, b]) == a
    assert worst([]) == 0


@pytest.mark.slow
def test_a_reader_that_goes_away_is_no_error(here: Path) -> None:
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = f"{sys.executable} -m symkl list --json | head -n 1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], env=env, cwd=here, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "{\n", "")


@pytest.mark.slow
def test_a_terminal_without_accents_gets_escapes(here: Path) -> None:
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-m", "symkl", "derive", "kl", "Norm\u00e9", "Normal"]
    done = subprocess.run(command, env=env, cwd=here, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "Norm\\xe9" in done.stderr


def test_control_characters_never_reach_the_terminal() -> None:
    assert clean("a\x1b[31mb\x07c\u202ed\ne\tf\u2028") == "a[31mbcd\ne\tf"
    assert clean("Rényi, ψ(α) [x**2]") == "Rényi, ψ(α) [x**2]"
