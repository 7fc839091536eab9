"""Brackets, and what stands between two factors."""

from __future__ import annotations

import re
from collections.abc import Sequence

__all__ = ["bracketed", "cases", "enlarged", "gap", "is_tall", "one_fraction"]

_TALL = ("\\frac", "\\int", "\\sum", "\\begin", "\\binom", "\\left")


def is_tall(latex: str) -> bool:
    latex = latex.replace(r"\left|", "|").replace(r"\right|", "|")  # these are as high as what they hold
    return any(command in latex for command in _TALL)


def bracketed(latex: str, marks: str = "()") -> str:
    """Round brackets (or `marks`) of the height of what they hold."""
    if is_tall(latex):
        return rf"\left{marks[0]}{latex}\right{marks[1]}"
    return f"{marks[0]}{latex}{marks[1]}"


def cases(rows: Sequence[str]) -> str:
    r"""Rows `value & condition` behind one brace; with fractions they have the size of a display, and room."""
    if any(r"\frac" in row for row in rows):
        return r"\begin{cases} " + r" \\[2ex] ".join(map(enlarged, rows)) + r" \end{cases}"
    return r"\begin{cases} " + r" \\ ".join(rows) + r" \end{cases}"


def enlarged(latex: str) -> str:
    r"""With the fractions that stand in no other formula in the size of a display: `\frac => \dfrac`."""
    depth, out = 0, ""
    for part in re.split(r"(\\frac|[{}])", latex):
        depth += (part == "{") - (part == "}")
        out += r"\dfrac" if part == r"\frac" and depth == 0 else part
    return out


def one_fraction(latex: str) -> bool:
    r"""Whether the text is `\\frac{..}{..}` and nothing behind it."""
    depth, groups = 0, 0
    for i, char in enumerate(latex):
        depth += (char == "{") - (char == "}")
        if char == "}" and depth == 0:
            groups += 1
            if groups == 2:
                return i == len(latex) - 1
    return False


def gap(before: str, after: str, blank: str = "") -> str:
    r"""What stands between two factors: a blank behind a command (`\pi\sigma` needs none), `\cdot` between digits."""
    if not before:
        return ""
    if (before[-1].isdigit() and after[0].isdigit()) or (before[-1] == "}" and after[0].isdigit()):
        return r" \cdot "
    if after.startswith((r"\mathbb", r"\KL")):
        return r"\,"
    if before[-1].isalpha() and after[0].isalpha():
        return " "
    if before.endswith("]") or (before.startswith(r"\log") and after.startswith("(")):
        return r"\,"
    return ""
