"""What the process that runs a user's function is asked, as JSON holds it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Question"]


@dataclass(frozen=True)
class Question:
    """`free` are the claim's parameters as (name, index, domain), `fixed` those that `where` gives a value, with it.

    `ways` are what the parameters may be called by: (name, domain, index, parameter, its value in terms of that name).
    `names` explains arguments (`--map`), `given` is what holds of the parameters, `points` are where the function is
    to be run.
    """

    target: str
    free: Sequence[Sequence[str]]
    fixed: Sequence[Sequence[str]]
    ways: Sequence[Sequence[str]]
    names: Sequence[str]
    dims: str
    given: Sequence[str]
    points: Sequence[dict[str, str]]
