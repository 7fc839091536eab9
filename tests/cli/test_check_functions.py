"""`symkl check --function`, from the command line to the exit code."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import Ran

Run = Callable[..., Ran]
CODE = """
import math

print("importing")


def right(lam):
    print("running")
    return 1 - math.log(lam)


def wrong(lam):
    return 1 + math.log(lam)


def noise(lam):
    import random

    return random.random()


def unnamed(rate):
    return 1 - math.log(rate)


"""


@pytest.fixture
def losses(here: Path) -> Path:
    path = here / "losses.py"
    path.write_text(CODE, encoding="utf-8")
    return path


@pytest.mark.slow
def test_what_a_function_prints_does_not_spoil_the_answer(process, losses: Path) -> None:
    for name, code, verdict in (("right", 0, "correct"), ("wrong", 1, "wrong"), ("noise", 3, "undecided")):
        started = process("check", "entropy", "Exponential", "--function", f"losses:{name}", "--json")
        out, err = started.communicate(timeout=300)
        answer = json.loads(out)
        assert (started.returncode, answer["verdict"]) == (code, verdict)
        assert "importing" in err
        keys = {"verdict", "evidence", "derived", "given", "counterexample", "diagnosis", "notes", "arguments"}
        assert keys <= set(answer)
        assert "files" not in answer


def test_in_words_it_is_said_what_the_function_was_read_as(symkl: Run, losses: Path) -> None:
    ran = symkl("check", "entropy", "Exponential", "--function", f"{losses}:unnamed", "--map", "rate=lam", "-q")
    assert ran.code == 0
    assert "correct (proved)" in ran.out
    assert "read as: 1 - log(lam)" in ran.out
    assert "note: with rate = lam" in ran.out


@pytest.mark.parametrize(
    ("function", "words"),
    [
        ("losses.py:unnamed", "losses.py:22: the argument 'rate' of 'unnamed' is none of the parameters (lam)"),
        ("losses.py:absent", "there is no 'absent' in losses.py"),
        ("nowhere.py:right", "nowhere.py: --function: there is no such file"),
        ("nowhere:right", "there is no module 'nowhere'"),
        ("losses.py", "is not of the form MODULE:NAME or FILE.py:NAME"),
        ("losses.py:right.left", "there is no 'left' in right"),
        ("losses.py:math", "'math' is a module, which cannot be called"),
    ],
)
def test_what_cannot_be_used_is_one_sentence_and_exit_code_2(
    symkl: Run, losses: Path, function: str, words: str
) -> None:
    ran = symkl("check", "entropy", "Exponential", "--function", function, "-q")
    assert ran.code == 2
    assert words in ran.err
    assert ran.err.count("\n") == 1


def test_a_map_that_explains_no_argument_is_refused(symkl: Run, losses: Path) -> None:
    ran = symkl("check", "entropy", "Exponential", "--function", f"{losses}:unnamed", "--map", "rat=lam", "-q")
    assert ran.code == 2
    assert "rate" in ran.err


def test_a_function_that_hangs_is_undecided_in_the_time_given(symkl: Run, losses: Path) -> None:
    losses.write_text("while True:\n    pass\n", encoding="utf-8")
    symkl("derive", "entropy", "Exponential")
    ran = symkl("check", "entropy", "Exponential", "--function", f"{losses}:right", "--timeout", "4", "-q")
    assert ran.code == 3
    assert "importing it was not done in the 4 s given" in ran.out


def test_the_help_says_that_a_function_is_code(symkl: Run) -> None:
    said = " ".join(symkl("check", "--help").out.replace("│", " ").split())
    assert "It is code: it is imported and run" in said
