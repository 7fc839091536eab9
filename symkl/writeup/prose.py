"""A document's prose: a small part of Markdown as LaTeX. No raw TeX comes through."""

from __future__ import annotations

import re
from collections.abc import Callable

from symkl.errors import BadInput
from symkl.writeup.escape import escaped

__all__ = ["inline", "prose"]

_INLINE = re.compile(r"\$([^$\n]+)\$|`([^`\n]+)`|\*\*([^*\n]+)\*\*|\*([^*\n]+)\*")


def prose(text: str, typeset: Callable[[str], str]) -> tuple[str, ...]:
    """Paragraphs of LaTeX.

    Known are `*emphasis*`, `**strong**`, code in back-quotes, lists of `- ` lines and `$formula$`: `typeset` turns a
    formula in the expression parser's text syntax into LaTeX. A backslash is refused (BadInput).
    """
    if "\\" in text:
        raise BadInput("a backslash in a document's text", todo="documents hold Markdown without raw TeX")
    return tuple(_block(block, typeset) for block in re.split(r"\n\s*\n", text.strip()) if block.strip())


def _block(block: str, typeset: Callable[[str], str]) -> str:
    lines = block.strip().splitlines()
    if all(line.lstrip().startswith(("- ", "  ")) for line in lines) and lines[0].lstrip().startswith("- "):
        items = re.split(r"(?:^|\n)\s*- ", block.strip())
        body = "\n".join(r"\item " + inline(" ".join(item.split()), typeset) for item in items if item.strip())
        return "\\begin{itemize}\n" + body + "\n\\end{itemize}"
    return inline(" ".join(block.split()), typeset)


def inline(text: str, typeset: Callable[[str], str]) -> str:
    """One paragraph's words as LaTeX."""
    out, at = "", 0
    for found in _INLINE.finditer(text):
        formula, code, strong, emphasis = found.groups()
        out += escaped(text[at : found.start()])
        if formula is not None:
            out += f"${typeset(formula)}$"
        elif code is not None:
            out += rf"\texttt{{{escaped(code)}}}"
        elif strong is not None:
            out += rf"\textbf{{{inline(strong, typeset)}}}"
        else:
            out += rf"\emph{{{inline(emphasis, typeset)}}}"
        at = found.end()
    return out + escaped(text[at:])
