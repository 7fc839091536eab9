"""A claim as it stands in a file."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

from symkl.checking import Question
from symkl.errors import BadInput, SymklError
from symkl.marks.passage import Passage
from symkl.places import Place

__all__ = ["Mark"]

#: how an error names a line of a Python file, and a formula, or a line of it
_LINE = re.compile(r"(.+):(\d+)")
_FIELD = re.compile(r"--(?:formula|latex)(?:, line (\d+))?")


@dataclass(frozen=True)
class Mark:
    """A claim, or the refusal of what cannot be read as one.

    `name` is how people know it: the function's name, or the claim with its line. `place` is where the formula stands,
    and `formula` its text there; a function has none. `definitions` are files with families that the claim is about,
    `beside` the file and the name of the function that it stands beside.
    """

    name: str
    place: Place
    question: Question | None = None
    refusal: SymklError | None = None
    formula: Passage | None = None
    definitions: tuple[Path, ...] = ()
    beside: tuple[str, str] | None = None

    def placed(self, error: SymklError) -> tuple[Place, str]:
        """The place in the file that an error about this claim means, and what it says beside that."""
        if not isinstance(error, BadInput):
            return self.place, str(error)
        line = _LINE.fullmatch(error.where.file)
        if line is not None and Path(line[1]).name == self.place.path.name:
            return replace(self.place, line=int(line[2]), column=1), str(BadInput(error.what, None, error.todo))
        found = _FIELD.fullmatch(error.where.field)
        if found is None or self.formula is None:
            return self.place, str(error)
        return self.row(int(found[1] or 1), error.where.column or 1), str(BadInput(error.what, None, error.todo))

    def row(self, line: int, column: int) -> Place:
        """The place in the file of a line and a column of the formula; a column may run on over lines."""
        if self.formula is None:
            return self.place
        begin = sum(len(row) + 1 for row in self.formula.text.split("\n")[: line - 1])
        number, column = self.formula.place(begin + column - 1)
        return replace(self.place, line=number, column=column)
