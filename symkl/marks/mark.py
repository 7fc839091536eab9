"""A claim as it stands in a file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from symkl.checking import Question
from symkl.errors import BadInput, Location, SymklError
from symkl.findings import Place
from symkl.marks.passage import Passage

__all__ = ["Mark"]


@dataclass(frozen=True)
class Mark:
    """A claim, or the refusal of what cannot be read as one.

    `name` is how people know it: the function's name, or the claim with its line. `place` is where the formula stands,
    and `formula` its text there; a function has none. `definitions` are files with families that the claim is about.
    """

    name: str
    place: Place
    question: Question | None = None
    refusal: SymklError | None = None
    formula: Passage | None = None
    definitions: tuple[Path, ...] = ()

    def placed(self, error: SymklError) -> tuple[Place, str]:
        """The place in the file that an error about this claim means, and what it says beside that."""
        where = error.where if isinstance(error, BadInput) else Location()
        if self.formula is None or where.column is None or where.field not in ("--formula", "--latex"):
            return self.place, str(error)
        assert isinstance(error, BadInput)
        line, column = self.formula.place(where.column - 1)
        return replace(self.place, line=line, column=column), str(BadInput(error.what, None, error.todo))
