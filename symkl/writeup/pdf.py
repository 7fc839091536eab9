"""LaTeX to PDF: by TeX where it is installed, else through pandoc and Typst."""

from __future__ import annotations

from jinja2 import BaseLoader

from symkl.errors import SymklError, ToolMissing
from symkl.writeup.tex import tex_engine, tex_pdf
from symkl.writeup.typst import typst_available, typst_pdf

__all__ = ["build_pdf", "pdf_engine"]


def pdf_engine() -> str | None:
    """The engine that `build_pdf` takes by itself: "tex", "typst", or None where neither is installed."""
    if tex_engine():
        return "tex"
    return "typst" if typst_available() else None


def build_pdf(source: str, loader: BaseLoader, *, engine: str | None = None, timeout: float = 120.0) -> bytes:
    """The PDF of a LaTeX document written by this package.

    `engine` is "tex", "typst" or None (the first that is there). The same source and engine give the same bytes.
    Raises ToolMissing where the engine is not there.
    """
    chosen = engine or pdf_engine()
    if chosen == "tex":
        try:
            return tex_pdf(source, timeout=timeout)
        except SymklError as wrong:
            # a TeX installation that lacks one of the common packages is no TeX installation for us
            if engine is not None or ".sty' not found" not in str(wrong) or not typst_available():
                raise
            return typst_pdf(source, loader, timeout=timeout)
    if chosen == "typst":
        return typst_pdf(source, loader, timeout=timeout)
    if chosen is None:
        raise ToolMissing("no PDF engine: install TeX (pdflatex), or pip install 'symkl[pdf]'")
    raise ValueError(f"unknown PDF engine {chosen!r}: it is 'tex' or 'typst'")
