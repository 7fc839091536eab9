"""LaTeX to PDF by an installed TeX engine: without shell escape, in a folder of its own, the same bytes each time."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from symkl.errors import SymklError, ToolMissing

__all__ = ["ENGINES", "tex_engine", "tex_pdf"]

#: pdflatex is run by ourselves as often as it needs; latexmk would do the same with the same pdflatex, more slowly
ENGINES = ("pdflatex", "tectonic")
_OPTIONS = {
    "pdflatex": ["-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error"],
    "tectonic": ["--untrusted", "--chatter", "minimal"],
}
_MOST_PASSES = 5


def tex_engine() -> str | None:
    """The first TeX engine on the search path, or None."""
    return next((name for name in ENGINES if shutil.which(name)), None)


def tex_pdf(source: str, *, engine: str | None = None, timeout: float = 120.0) -> bytes:
    """The PDF of a LaTeX document. Raises ToolMissing without an engine, SymklError with TeX's own complaint."""
    name = engine or tex_engine()
    program = shutil.which(name) if name else None
    if name is None or program is None:
        raise ToolMissing(f"no TeX engine found (looked for {', '.join(ENGINES)})")
    with tempfile.TemporaryDirectory(prefix="symkl-tex-") as folder:
        (Path(folder) / "page.tex").write_text(source, encoding="utf-8")
        if name == "pdflatex":
            _passes([program, *_OPTIONS[name]], Path(folder), timeout)
        else:
            _run([program, *_OPTIONS[name], "page.tex"], folder, timeout)
        return (Path(folder) / "page.pdf").read_bytes()


def _passes(command: list[str], folder: Path, timeout: float) -> None:
    """Run until the references in the .aux file stand still: the first time without writing pages."""
    _run([*command, "-draftmode", "page.tex"], str(folder), timeout)
    for _ in range(_MOST_PASSES):
        before = (folder / "page.aux").read_bytes()
        _run([*command, "page.tex"], str(folder), timeout)
        if (folder / "page.aux").read_bytes() == before:
            return


def _run(command: list[str], folder: str, timeout: float) -> None:
    limits = {
        "openin_any": "p",  # \input and \openin reach nothing above the folder
        "openout_any": "p",
        "TEXMFOUTPUT": folder,
        "SOURCE_DATE_EPOCH": "0",  # no dates: the bytes are a function of the source
        "FORCE_SOURCE_DATE": "1",
    }
    environment = {**os.environ, **limits}
    try:
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, timeout=timeout, check=False)
    except subprocess.TimeoutExpired as late:
        raise SymklError(f"{Path(command[0]).name} took longer than {timeout:g} s") from late
    if done.returncode != 0:
        lines = done.stdout.decode("utf-8", "replace").splitlines()
        wrong = next((i for i, line in enumerate(lines) if line.startswith("!")), max(0, len(lines) - 3))
        raise SymklError(f"{Path(command[0]).name} failed: {' '.join(lines[wrong : wrong + 3])}")
