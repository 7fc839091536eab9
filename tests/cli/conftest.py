"""Runs of the command line, in this process or in one of their own, each in a folder of its own with an empty store."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from symkl import resources

ROOT = Path(__file__).parents[2]

RAYLEIGH = """\
format = 1
[family]
name = "Rayleigh"
variable = "x"
kind = "continuous"
support = ["0", "oo"]
density = "x*exp(-x**2/(2*s**2))/s**2"
[family.parameters]
s = { domain = "positive" }
"""


@dataclass(frozen=True)
class Ran:
    """What a run left behind."""

    code: int
    out: str
    err: str


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder, and an empty store beside it."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("SYMKL_CACHE_DIR", str(tmp_path / "store"))
    return folder


@pytest.fixture
def symkl(here: Path) -> Callable[..., Ran]:
    """Run a command in this process."""
    from symkl.cli.app import app

    def run(*arguments: object) -> Ran:
        result = CliRunner().invoke(app, [str(a) for a in arguments])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return Ran(result.exit_code, result.stdout, result.stderr)

    return run


@pytest.fixture
def process(here: Path) -> Callable[..., subprocess.Popen[str]]:
    """Start `python -m symkl` in a process of its own."""

    def start(*arguments: object, **more: str) -> subprocess.Popen[str]:
        env = {**os.environ, "PYTHONPATH": str(ROOT), **more}
        command = [sys.executable, "-m", "symkl", *map(str, arguments)]
        return subprocess.Popen(command, cwd=here, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    return start


@pytest.fixture
def rayleigh(here: Path) -> Path:
    """A family that symkl has never seen, with nothing but its density."""
    path = here / "rayleigh.toml"
    path.write_text(RAYLEIGH)
    return path


FEW = ("exponential", "normal", "poisson")


@pytest.fixture
def few(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three families in the place of all that come with symkl, each with its first known form alone."""
    folder = tmp_path / "derivations"
    folder.mkdir()
    for name in FEW:
        text = (ROOT / "derivations" / f"{name}.toml").read_text()
        head, *forms = text.split("[[known]]")
        kept = [form for form in forms if "other" not in form]
        (folder / f"{name}.toml").write_text("[[known]]".join([head, *kept[:1]]))
    monkeypatch.setattr(resources, "derivations", lambda: folder)
    return folder


def definition(**changed: str) -> str:
    """The Rayleigh definition with some of its lines changed."""
    lines = []
    for line in RAYLEIGH.splitlines():
        key = line.partition(" ")[0]
        lines.append(changed.get(key, line))
    return "\n".join(lines) + "\n"
