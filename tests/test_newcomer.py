"""A new user's repository with right and wrong formulas: pytest, the Action and the pre-commit hook point at the wrong
ones, and at no other.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import yaml

ROOT = Path(__file__).parents[1]
ACTION = ROOT / ".github/actions/check"

LOSSES = '''
"""Losses of a model."""

import math

import numpy as np
import symkl

STANDARD = {"mu_2": 0, "sigma_2": 1}


@symkl.claims("kl", "Normal", "Normal", mu_1="mu", sigma_1="exp(logvar/2)", mu_2=0, sigma_2=1, dims="sum")
def to_standard_normal(mu, logvar):
    """KL(q || p) of a batch.

    symkl: kl Normal Normal --where mu_2=0 --where sigma_2=1: (mu_1**2 + sigma_1**2 - 1)/2 - log(sigma_1)
    """
    return -0.5 * np.sum(1 + logvar - mu**2 - np.exp(logvar))


@symkl.claims("kl", "Normal", "Normal", mu_1="mu", sigma_1="exp(logvar/2)", mu_2=0, sigma_2=1, dims="sum")
def with_a_bracket_in_the_wrong_place(mu, logvar):
    return -0.5 * np.sum(1 + logvar - (mu**2 - np.exp(logvar)))  # wrong


@symkl.claims("entropy", "Exponential", lam="1/scale")
def entropy_of_waiting(scale):
    return 1 + math.log(scale)
'''
README = """
# A model

```symkl kl Exponential Exponential
log(lam_1/lam_2) + lam_2/lam_1 - 1
```

The entropy, in bits:

<!-- symkl: entropy Exponential --units bits -->
$$
1 - \\log_2 \\lambda  % wrong
$$
"""
PAPER = r"""
\documentclass{article}
\begin{document}
% symkl: kl Normal Normal
\begin{equation}
  \log\frac{\sigma_2}{\sigma_1} + \frac{\sigma_1^2 + (\mu_1 - \mu_2)^2}{2\sigma_2^2} - \frac12
\end{equation}
% symkl: kl Normal Normal
\begin{equation}
  \log\frac{\sigma_2}{\sigma_1} + \frac{\sigma_1^2 + (\mu_1 - \mu_2)^2}{2\sigma_2} - \frac12 % wrong
\end{equation}
\end{document}
"""
TORCH = '''
"""The same loss for tensors."""

import symkl
import torch


@symkl.claims("kl", "Normal", "Normal", mu_1="mu", sigma_1="exp(logvar/2)", mu_2=0, sigma_2=1, dims="sum")
def right(mu, logvar):
    return -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp(), dim=-1)


@symkl.claims("kl", "Normal", "Normal", mu_1="mu", sigma_1="exp(logvar/2)", mu_2=0, sigma_2=1, dims="sum")
def wrong(mu, logvar):
    return -0.5 * torch.mean(1 + logvar - mu.pow(2) - logvar.exp(), dim=-1)  # wrong
'''
FILES = {"src/losses.py": LOSSES, "README.md": README, "paper.tex": PAPER}
CORRECTIONS = {
    "(mu**2 - np.exp(logvar)))": "mu**2 - np.exp(logvar))",
    r"1 - \log_2": r"\log_2 e - \log_2",
    r"{2\sigma_2}": r"{2\sigma_2^2}",
}
OTHERS = {"pyproject.toml": "[project]\nname = 'model'\n", "src/other.py": "raise SystemExit('never imported')\n"}


def _wrong(files: Mapping[str, str]) -> set[tuple[str, int]]:
    """Files and lines of the formulas that are wrong."""
    lines = ((name, number, line) for name, text in files.items() for number, line in enumerate(text.split("\n"), 1))
    return {(name, number) for name, number, line in lines if re.search("[#%] wrong$", line)}


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The newcomer's repository, and a store beside it."""
    folder = tmp_path_factory.mktemp("newcomer") / "model"
    for name, text in {**FILES, **OTHERS}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def _run(command: list[str], folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """A command in the repository, with `symkl` on the path as pip would have put it there."""
    scripts = folder.parent / "bin"
    scripts.mkdir(exist_ok=True)
    script = scripts / "symkl"
    script.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m symkl "$@"\n')
    script.chmod(0o755)
    env = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PATH": f"{scripts}:{Path(sys.executable).parent}:{os.environ['PATH']}",
        "SYMKL_CACHE_DIR": str(folder.parent / "store"),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    return subprocess.run(command, cwd=folder, env={**env, **more}, capture_output=True, text=True, check=False)


def _pytest(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-p", "symkl.pytest_plugin", "-p", "no:cacheprovider", *options]
    return _run(command, folder)


def _pointed_at(text: str) -> set[tuple[str, int]]:
    """Files and lines that are named as an editor reads them."""
    return {(name, int(line)) for name, line in re.findall(r"^(\S+?):(\d+):\d+: ", text, re.MULTILINE)}


def test_pytest_points_at_the_wrong_ones(repository: Path) -> None:
    done = _pytest(repository, "--junit-xml", "../junit.xml", "-q")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "3 failed, 5 passed" in done.stdout
    assert _pointed_at(done.stdout) == _wrong(FILES)
    assert "Traceback" not in done.stdout
    suite = ET.parse(repository.parent / "junit.xml").getroot()[0]
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("8", "3", "0")
    told = "\n".join(failure.get("message", "") for failure in suite.iter("failure"))
    assert _pointed_at(told) == _wrong(FILES)


def test_pytest_in_several_processes_points_at_the_same(repository: Path) -> None:
    done = _pytest(repository, "-p", "xdist", "-n", "2", "-q")
    assert (done.returncode, "3 failed, 5 passed" in done.stdout) == (1, True)
    assert _pointed_at(done.stdout) == _wrong(FILES)


def _action() -> list[dict[str, object]]:
    """The steps of the Action that are shell lines."""
    action = yaml.safe_load((ACTION / "action.yml").read_text("utf-8"))
    assert action["runs"]["using"] == "composite"
    return [step for step in action["runs"]["steps"] if "run" in step]


def _environment(step: dict[str, object], folder: Path) -> dict[str, str]:
    """What GitHub would make of the step's environment where the user sets no input."""
    action = yaml.safe_load((ACTION / "action.yml").read_text("utf-8"))
    values = {f"inputs.{name}": said["default"] for name, said in action["inputs"].items()}
    values["runner.temp"] = str(folder.parent)
    given = dict(step.get("env", {}))  # type: ignore[call-overload]  # what YAML holds
    filled = {k: re.sub(r"\$\{\{ (\S+) \}\}", lambda found: values[found[1]], text) for k, text in given.items()}
    return {**filled, "GITHUB_ACTION_PATH": str(ACTION)}


def test_the_action_verifies_and_points_at_the_wrong_ones(repository: Path) -> None:
    [verify] = [step for step in _action() if step["name"] == "Verify"]
    environment = {**_environment(verify, repository), "SYMKL_CACHE_DIR": str(repository.parent / "store")}
    done = _run(["bash", "-eo", "pipefail", "-c", str(verify["run"])], repository, **environment)
    assert done.returncode == 1, done.stdout + done.stderr
    log = json.loads((repository / "symkl.sarif").read_text())
    places = [result["locations"][0]["physicalLocation"] for result in log["runs"][0]["results"]]
    assert {(p["artifactLocation"]["uri"], p["region"]["startLine"]) for p in places} == _wrong(FILES)
    suite = ET.parse(repository / "symkl.xml").getroot()
    assert (suite.get("tests"), suite.get("failures")) == ("8", "3")
    matcher = json.loads((ACTION / "matcher.json").read_text())["problemMatcher"][0]
    assert f"::add-matcher::{ACTION}/matcher.json" in done.stdout
    assert f"::remove-matcher owner={matcher['owner']}::" in done.stdout
    [pattern] = matcher["pattern"]
    matched = [re.match(pattern["regexp"], line) for line in (done.stdout + done.stderr).split("\n")]
    assert {(m[pattern["file"]], int(m[pattern["line"]])) for m in matched if m} == _wrong(FILES)


def test_no_input_of_the_action_is_put_into_its_shell_lines() -> None:
    assert all("${{" not in str(step["run"]) for step in _action())


@pytest.mark.slow
def test_the_action_installs_the_symkl_that_it_came_with_and_its_plugin(repository: Path, tmp_path: Path) -> None:
    [install] = [step for step in _action() if step["name"] == "Install symkl"]
    into = {"PIP_TARGET": str(tmp_path), "PIP_NO_DEPS": "1", "PIP_NO_BUILD_ISOLATION": "0", "PYTHONPATH": ""}
    lines = str(install["run"])
    done = _run(["bash", "-eo", "pipefail", "-c", lines], repository, **_environment(install, repository), **into)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "symkl/_derivations/normal.toml").is_file()
    assert (tmp_path / "bin/symkl").is_file()
    # and pytest finds the plugin by itself
    found = {"PYTHONPATH": str(tmp_path), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": ""}
    done = _run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"], repository, **found)
    assert "3 failed, 5 passed" in done.stdout, done.stdout + done.stderr
    assert _pointed_at(done.stdout) == _wrong(FILES)


def test_the_pre_commit_hook_points_at_the_wrong_ones(repository: Path) -> None:
    [hook] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    assert (hook["id"], hook["language"], hook["pass_filenames"]) == ("symkl", "python", False)
    done = _run([*shlex.split(hook["entry"]), *hook["args"]], repository)
    assert done.returncode == 1, done.stdout + done.stderr
    assert _pointed_at(done.stderr) == _wrong(FILES)


def test_without_the_wrong_ones_all_is_well(repository: Path, tmp_path: Path) -> None:
    for name, text in FILES.items():
        path = tmp_path / "model" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        for wrong, right in CORRECTIONS.items():
            text = text.replace(wrong, right)
        path.write_text(text)
    done = _run(["symkl", "verify", "."], tmp_path / "model", SYMKL_CACHE_DIR=str(repository.parent / "store"))
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""


@pytest.mark.slow
def test_a_wrong_loss_for_tensors_is_pointed_at(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "losses.py").write_text(TORCH)
    done = _pytest(folder, "-q")
    assert (done.returncode, "1 failed, 1 passed" in done.stdout) == (1, True), done.stdout
    assert _pointed_at(done.stdout) == _wrong({"losses.py": TORCH})
    assert "mean" in done.stdout
