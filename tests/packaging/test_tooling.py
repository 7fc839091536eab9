"""The rules that tools hold: import directions, types, style."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def _tool(*command: str) -> tuple[int, str]:
    done = subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_imports_run_one_way() -> None:
    code, said = _tool("-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache")
    assert code == 0, said
    assert "4 kept, 0 broken" in said


@pytest.mark.slow
def test_symkl_is_typed_strictly() -> None:
    code, said = _tool("-m", "mypy", "--no-incremental")
    assert code == 0, said


def test_ruff_finds_nothing() -> None:
    code, said = _tool("-m", "ruff", "check", "--no-cache", ".")
    assert code == 0, said
