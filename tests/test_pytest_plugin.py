"""Known forms as tests of pytest's own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from .cli.conftest import RAYLEIGH

ROOT = Path(__file__).parents[1]
FORMS = """
[[known]]
quantity = "entropy"
formula = "1 + log(s/sqrt(2)) + EulerGamma/2"
source = "right"

[[known]]
quantity = "expectation"
of = "x**2"
formula = "3*s**2"
source = "wrong"
"""


def _pytest(folder: Path, *options: str) -> tuple[int, str]:
    env = {**os.environ, "PYTHONPATH": str(ROOT), "SYMKL_CACHE_DIR": str(folder / "store")}
    command = [sys.executable, "-m", "pytest", "-p", "symkl.pytest_plugin", "-q", "-p", "no:cacheprovider", *options]
    env["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_a_wrong_form_fails_and_a_right_one_passes(tmp_path: Path) -> None:
    (tmp_path / "rayleigh.toml").write_text(RAYLEIGH + FORMS)
    (tmp_path / "other.toml").write_text("[tool]\nname = 'not symkl'\n")
    code, said = _pytest(tmp_path, "--symkl")
    assert code == 1
    assert "1 failed, 1 passed" in said
    assert "the defining integral" in said


def test_without_the_option_no_definition_is_touched(tmp_path: Path) -> None:
    (tmp_path / "rayleigh.toml").write_text(RAYLEIGH + FORMS)
    code, said = _pytest(tmp_path)
    assert code == 5, said


def test_a_definition_that_cannot_be_read_is_an_error_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "rayleigh.toml").write_text(RAYLEIGH.replace("x*exp", "y*exp") + FORMS)
    code, said = _pytest(tmp_path, "--symkl")
    assert code == 2
    assert "family.density, column 1" in said
