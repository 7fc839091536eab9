"""Text out of a file that remembers where it stands there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

__all__ = ["Passage", "lines_of"]


@dataclass(frozen=True)
class Passage:
    """Lines joined by line ends; `starts` has the line and the column (from 1) of the first character of each."""

    text: str
    starts: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, rows: Iterable[tuple[int, int, str]]) -> Self:
        """From (line, column, text) of each of its lines."""
        rows = list(rows)
        return cls("\n".join(text for _, _, text in rows), tuple((line, column) for line, column, _ in rows))

    @property
    def line(self) -> int:
        """The line in the file on which it begins."""
        return self.place(0)[0]

    @property
    def column(self) -> int:
        """The column in the file at which it begins."""
        return self.place(0)[1]

    def place(self, index: int) -> tuple[int, int]:
        """Line and column, in the file, of the character with that index."""
        index = max(0, min(index, len(self.text)))
        row = self.text.count("\n", 0, index)
        line, column = self.starts[row]
        return line, column + index - (self.text.rfind("\n", 0, index) + 1)

    def part(self, begin: int, end: int | None = None) -> Passage:
        """The characters from `begin` to `end`, without the blanks around them."""
        end = len(self.text) if end is None else end
        piece = self.text[begin:end]
        begin += len(piece) - len(piece.lstrip())
        piece = piece.strip()
        first = self.text.count("\n", 0, begin)
        rows = piece.count("\n") + 1
        return Passage(piece, (self.place(begin), *self.starts[first + 1 : first + rows]))


def lines_of(text: str) -> list[tuple[int, int, str]]:
    """The lines of a file, each as (line, column 1, text)."""
    return [(number, 1, line.rstrip("\r")) for number, line in enumerate(text.split("\n"), start=1)]
