"""What README.md tells a newcomer is true."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "README.md").read_text("utf-8")
STRANGER = next(block for block in re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL) if 'name = "GumbelMin"' in block)
KNOWN = """
[[known]]
quantity = "entropy"
formula = "1 + log(b) - EulerGamma"
source = "a sign is wrong here"
"""
LOSSES = next(block for block in re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL) if "@symkl.claims" in block)
PAPER = next(block for block in re.findall(r"```latex\n(.*?)```", TEXT, re.DOTALL) if "eq:kl" in block)
FILES = {
    "losses.py": LOSSES,
    "paper.tex": PAPER,
    "GumbelMin.toml": STRANGER,
    "wrong.toml": STRANGER + KNOWN,
    "double.toml": STRANGER.replace('density = "exp', 'density = "2*exp'),
    "typo.toml": STRANGER.replace("))/b", "))/sgima"),
}
BLOCKS = re.findall(r"```console\n(.*?)```", TEXT, re.DOTALL)
EVERY = re.findall(r"^\$ symkl (.*)\n((?:(?!\$ ).*\n)*)", "\n".join(BLOCKS), re.MULTILINE)
#: what these print is a machine's: the page shows what one machine printed
MEASURED = [command for command, _ in EVERY if command.startswith(("accuracy", "audit", "bench"))]
COMMANDS = [(command, shown) for command, shown in EVERY if command not in MEASURED]


@pytest.mark.parametrize("name", ["main-job", "tests"])
def test_the_two_lines_for_newcomers_are_one_line_each_where_ci_looks_for_them(name: str) -> None:
    [line] = re.findall(rf"<!-- ci: {name} -->\n```sh\n(.*)\n```", TEXT)
    assert line.startswith("python3 -m venv ")


def test_links_and_pictures_lead_to_files() -> None:
    targets = [t for t in re.findall(r"\]\(([^)#]+)\)", TEXT) if not t.startswith("http")]
    assert targets
    assert [t for t in targets if not (ROOT / t).exists()] == []


@pytest.mark.parametrize("command", MEASURED)
def test_a_measurement_that_the_page_shows_can_be_asked_for(command: str) -> None:
    from symkl.cli.app import app

    name, *arguments = shlex.split(command)
    found = typer.main.get_command(app).commands[name].make_context(name, arguments)
    assert found.params


def test_the_page_shows_all_measurements() -> None:
    assert {command.split()[0] for command in MEASURED} == {"accuracy", "audit", "bench"}


@pytest.mark.slow
@pytest.mark.parametrize(("command", "shown"), COMMANDS, ids=[c for c, _ in COMMANDS])
def test_a_command_of_the_tour_gives_what_the_tour_shows(
    command: str, shown: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from symkl.cli.app import app

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SYMKL_CACHE_DIR", str(tmp_path / "store"))
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    result = CliRunner().invoke(app, shlex.split(command))
    assert result.exit_code in (0, 1, 2), result.output
    if command.startswith(("list", "build")):
        return  # what these say depends on what was derived before, and on the time it took
    assert (result.stdout + result.stderr).split() == shown.split()
