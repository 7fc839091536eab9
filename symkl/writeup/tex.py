"""LaTeX to PDF by an installed TeX engine: without shell escape, in a folder of its own, the same bytes each time."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from symkl.errors import SymklError, ToolMissing

__all__ = ["ENGINES", "tex_engine", "tex_pdf"]

ENGINES = ("latexmk", "pdflatex", "tectonic")
_COMMANDS = {
    "latexmk": [
        "-pdf",
        "-norc",
        "-interaction=nonstopmode",
        "-halt-on-error",
        "-pdflatex=pdflatex -no-shell-escape %O %S",
    ],
    "pdflatex": ["-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error"],
    "tectonic": ["--untrusted", "--chatter", "minimal"],
}
_PASSES = {"pdflatex": 3}


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
        command = [program, *_COMMANDS[name], "page.tex"]
        for _ in range(_PASSES.get(name, 1)):
            _run(command, folder, timeout)
        return (Path(folder) / "page.pdf").read_bytes()


def _run(command: list[str], folder: str, timeout: float) -> None:
    # openin_any=p: \input and \openin reach nothing above the folder; the date makes the bytes a function of the source
    limits = {
        "openin_any": "p",
        "openout_any": "p",
        "SOURCE_DATE_EPOCH": "0",
        "FORCE_SOURCE_DATE": "1",
        "TEXMFOUTPUT": folder,
    }
    try:
        done = subprocess.run(
            command, cwd=folder, env={**os.environ, **limits}, capture_output=True, timeout=timeout, check=False
        )
    except subprocess.TimeoutExpired as late:
        raise SymklError(f"{Path(command[0]).name} took longer than {timeout:g} s") from late
    if done.returncode != 0:
        lines = done.stdout.decode("utf-8", "replace").splitlines()
        wrong = next((i for i, line in enumerate(lines) if line.startswith("!")), max(0, len(lines) - 3))
        raise SymklError(f"{Path(command[0]).name} failed: {' '.join(lines[wrong : wrong + 3])}")
