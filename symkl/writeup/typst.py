"""LaTeX to PDF with nothing but wheels: pandoc turns the source into Typst, Typst sets it. Same bytes each time."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from jinja2 import BaseLoader, Environment

from symkl.errors import SymklError, ToolMissing

__all__ = ["typst_available", "typst_pdf", "typst_source"]


def typst_available() -> bool:
    """Whether both wheels, `pypandoc_binary` and `typst`, can be imported."""
    try:
        import pypandoc  # noqa: F401
        import typst  # noqa: F401
    except ImportError:
        return False
    return True


def typst_pdf(source: str, loader: BaseLoader, *, timeout: float = 120.0) -> bytes:
    """The PDF of a LaTeX document; `loader` finds `typst/filter.lua` and `typst/page.typ`.

    Raises ToolMissing without the wheels, SymklError with the complaint of pandoc or Typst.
    """
    if not typst_available():
        raise ToolMissing("the wheels pypandoc_binary and typst are not installed (pip install 'symkl[pdf]')")
    import typst

    text = typst_source(source, loader, timeout=timeout)
    with tempfile.TemporaryDirectory(prefix="symkl-typst-") as root:  # nothing but the page can be read
        page = Path(root) / "page.typ"
        page.write_text(text, encoding="utf-8")
        try:
            made = typst.compile(str(page), root=root, format="pdf", ignore_system_fonts=True, timestamp=0)
        except Exception as wrong:  # the wheel's own class, whose name has changed between versions
            raise SymklError(f"Typst failed: {wrong}") from wrong
    assert isinstance(made, bytes)
    return made


def typst_source(source: str, loader: BaseLoader, *, timeout: float = 120.0) -> str:
    """A LaTeX document of this package as Typst."""
    import pypandoc

    environment = Environment(autoescape=True)
    with tempfile.TemporaryDirectory(prefix="symkl-typst-") as name:
        folder = Path(name)
        for file in ("filter.lua", "page.typ"):
            text, _, _ = loader.get_source(environment, f"typst/{file}")
            (folder / file).write_text(text, encoding="utf-8")
        (folder / "page.tex").write_text(source, encoding="utf-8")
        # macros stay as they are in formulas: the filter knows the few that the templates define
        command = [
            pypandoc.get_pandoc_path(),
            "--sandbox",
            "--fail-if-warnings",
            "--from=latex-latex_macros",
            "--to=typst",
            "--wrap=none",
            "--lua-filter=filter.lua",
            "--template=page.typ",
            "page.tex",
        ]
        try:
            done = subprocess.run(command, cwd=folder, capture_output=True, timeout=timeout, check=False)
        except subprocess.TimeoutExpired as late:
            raise SymklError(f"pandoc took longer than {timeout:g} s") from late
    if done.returncode != 0:
        raise SymklError(f"pandoc failed: {done.stderr.decode('utf-8', 'replace').strip()}")
    return done.stdout.decode("utf-8")
