"""Where in somebody's LaTeX a thing stands, and the refusals that say so."""

from __future__ import annotations

from dataclasses import dataclass

from symkl.errors import BadInput, Location

__all__ = ["NotRead", "Source"]


class NotRead(BadInput):
    """A side of an equation that holds what no closed form holds, such as an integral: passed over in a derivation."""


@dataclass(frozen=True)
class Source:
    """A piece of LaTeX: `text` stands in `file` (or in the option or field `field`), from line `line` on.

    `indent` is how much of the file's first line stands before it. Where commands were put into `original`, `origin` is
    for each character where in that it comes from.
    """

    text: str
    file: str = ""
    field: str = "--latex"
    line: int = 1
    indent: int = 0
    original: Source | None = None
    origin: tuple[int, ...] = ()

    def line_and_column(self, index: int) -> tuple[int, int]:
        """The line and the column, both counted from 1, of a character of the text."""
        if self.original is not None:
            return self.original.line_and_column(self.place(index))
        before = self.text[:index]
        lines = before.count("\n")
        column = len(before) - (before.rfind("\n") + 1) + 1
        return self.line + lines, column + (0 if lines else self.indent)

    def place(self, index: int) -> int:
        """Where in what the author wrote the character with that index stands."""
        if self.original is None:
            return index
        return self.origin[index] if index < len(self.origin) else len(self.original.text)

    def at(self, index: int) -> Location:
        line, column = self.line_and_column(index)
        if self.file:
            return Location(self.file, f"line {line}", column)
        one_line = "\n" not in (self.text if self.original is None else self.original.text)
        return Location(field=self.field if one_line else f"{self.field}, line {line}", column=column)

    def refusal(self, what: str, index: int, todo: str = "") -> BadInput:
        return BadInput(what, self.at(index), todo)

    def not_read(self, what: str, index: int) -> NotRead:
        return NotRead(what, self.at(index), "write the closed form")
