"""symkl finds its definitions and templates however it was installed: from a wheel, an sdist, an editable install."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHOW = (
    "import json, symkl.resources as r; from symkl import pipeline; "
    "print(json.dumps([str(r.derivations()), str(r.templates()), sorted(pipeline.read().families), r.version()]))"
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what belongs to the project, without caches and builds."""
    folder = tmp_path_factory.mktemp("clone") / "symkl"
    wanted = ("symkl", "derivations", "templates", "tests", ".ci")
    for name in wanted:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md"):
        shutil.copy(ROOT / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def built(clone: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a wheel and an sdist."""
    folder = tmp_path_factory.mktemp("dist")
    _run([sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(clone)])
    return folder


def _run(command: list[str], cwd: Path | None = None, **env: str) -> str:
    clean = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}
    done = subprocess.run(command, cwd=cwd, env={**clean, **env}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _shown(text: str) -> tuple[Path, Path, list[str], str]:
    import json

    derivations, templates, families, version = json.loads(text)
    return Path(derivations), Path(templates), families, version


def _check(text: str, inside: Path, names: Mapping[str, str], families: list[str]) -> None:
    derivations, templates, found, version = _shown(text)
    assert derivations == inside / names["derivations"]
    assert templates == inside / names["templates"]
    assert found == families
    assert version


BESIDE = {"derivations": "symkl/_derivations", "templates": "symkl/_templates"}
AT_ROOT = {"derivations": "derivations", "templates": "templates"}


@pytest.fixture(scope="module")
def families() -> list[str]:
    from symkl import pipeline

    return sorted(pipeline.read().families)


def test_a_wheel_carries_its_data_and_its_licence(built: Path, tmp_path: Path, families: list[str]) -> None:
    [wheel] = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        archive.extractall(tmp_path / "site")
    assert "symkl/py.typed" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not [name for name in names if name.startswith("tests")]
    for kind in ("derivations", "templates"):
        wanted = {p.relative_to(ROOT / kind).as_posix() for p in (ROOT / kind).rglob("*") if p.is_file()}
        assert {n.removeprefix(f"symkl/_{kind}/") for n in names if n.startswith(f"symkl/_{kind}/")} == wanted
    site = (tmp_path / "site").resolve()
    _check(_run([sys.executable, "-c", SHOW], cwd=tmp_path, PYTHONPATH=str(site)), site, BESIDE, families)


def test_an_unpacked_sdist_finds_its_data_and_its_tests(built: Path, tmp_path: Path, families: list[str]) -> None:
    [sdist] = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    [folder] = tmp_path.iterdir()
    assert (folder / "tests" / "conftest.py").is_file()
    folder = folder.resolve()
    _check(_run([sys.executable, "-c", SHOW], cwd=tmp_path, PYTHONPATH=str(folder)), folder, AT_ROOT, families)


@pytest.mark.sweep
def test_an_editable_install_reads_the_checkout_and_not_its_stale_copy(
    clone: Path, tmp_path: Path, families: list[str]
) -> None:
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / "bin" / "python"
    site = Path(_run([str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]).strip())
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    _run([str(python), "-m", "pip", "install", "-q", "--no-deps", "--no-build-isolation", "-e", str(clone)])
    shutil.copy(clone / "derivations" / "exponential.toml", clone / "derivations" / "later.toml")
    text = (clone / "derivations" / "later.toml").read_text().replace('name = "Exponential"', 'name = "Later"')
    (clone / "derivations" / "later.toml").write_text(text.partition("[[known]]")[0])
    try:
        shown = _run([str(python), "-c", SHOW], cwd=tmp_path)
    finally:
        (clone / "derivations" / "later.toml").unlink()
    _check(shown, clone.resolve(), AT_ROOT, sorted([*families, "Later"]))


def test_a_pyproject_of_another_project_is_not_taken_for_symkls(built: Path, tmp_path: Path) -> None:
    [wheel] = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "other"\nversion = "9"\n')
    (tmp_path / "derivations").mkdir()
    shutil.rmtree(tmp_path / "symkl" / "_derivations")
    script = (
        "import symkl.resources as r\n"
        "try:\n"
        "    print(r.derivations())\n"
        "except Exception as error:\n"
        "    print(type(error).__name__, r.version())\n"
    )
    said = _run([sys.executable, "-c", script], cwd=tmp_path, PYTHONPATH=str(tmp_path))
    assert said.startswith("ToolMissing 0.")
