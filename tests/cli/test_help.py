"""What `symkl --help` costs and loads."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
ENV = {**os.environ, "PYTHONPATH": str(ROOT)}


def _seconds(command: Sequence[str]) -> float:
    begun = time.perf_counter()
    subprocess.run(command, env=ENV, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - begun


def test_help_costs_at_most_25_bare_starts_of_the_interpreter() -> None:
    # in turn, so that another load of the machine weighs on both alike
    pairs = [
        (_seconds([sys.executable, "-c", "pass"]), _seconds([sys.executable, "-m", "symkl", "--help"]))
        for _ in range(5)
    ]
    bare, full = (statistics.median(column) for column in zip(*pairs, strict=True))
    assert full <= 25 * bare


def test_help_of_every_command_loads_neither_sympy_nor_numpy() -> None:
    commands = ["", "build", "list", "derive", "verify", "check", "code", "eval", "new", "accuracy", "bench"]
    script = (
        "import sys\n"
        "from symkl.cli.app import app\n"
        f"for name in {commands!r}:\n"
        "    try:\n"
        "        app([*name.split(), '--help'])\n"
        "    except SystemExit as end:\n"
        "        assert not end.code, name\n"
        "heavy = {'sympy', 'numpy', 'flint', 'mpmath', 'jinja2', 'torch', 'jax', 'scipy'} & set(sys.modules)\n"
        "sys.exit(f'loaded {sorted(heavy)}' if heavy else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], env=ENV, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_importing_symkl_loads_nothing_heavy_and_its_names_are_there_on_demand() -> None:
    script = (
        "import sys, symkl\n"
        "assert not {'sympy', 'typer', 'symkl.model'} & set(sys.modules)\n"
        "assert set(dir(symkl)) >= {'kl', 'entropy', 'check', 'load', 'BadInput'}\n"
        "import symkl.check.formula\n"
        "from symkl.check import comparison\n"
        "assert callable(symkl.kl) and callable(symkl.check) and symkl.check.__module__ == 'symkl.api'\n"
        "try:\n"
        "    symkl.nothing\n"
        "except AttributeError:\n"
        "    sys.exit(0)\n"
        "sys.exit('an unknown name was found')\n"
    )
    done = subprocess.run([sys.executable, "-c", script], env=ENV, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_version_is_shown_by_the_program_and_by_every_command(symkl: Callable[..., object]) -> None:
    import tomllib

    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    for arguments in (["--version"], ["list", "--version"], ["derive", "--version"]):
        ran = symkl(*arguments)
        assert (ran.code, ran.out) == (0, f"symkl {wanted}\n")  # type: ignore[attr-defined]
