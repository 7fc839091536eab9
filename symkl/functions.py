"""A user's function held against a claim: one process runs it, another judges what it gave."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from symkl.proving import limited
from symkl.store import file_digest

if TYPE_CHECKING:
    from symkl.guests import Guest
    from symkl.model import Verified
    from symkl.settings import Settings
    from symkl.workers import Crew

__all__ = ["answer_about"]


def answer_about(
    function: str,
    verified: Verified,
    names: Sequence[str],
    units: str,
    dims: str,
    settings: Settings,
    crew: Crew,
    guest: Guest,
) -> dict[str, Any]:
    """What `symkl check --json` prints about the function, and `files`. Raises `BadInput` where it cannot be used."""
    from symkl import pipeline
    from symkl.check import undecided

    asked, lost = limited(pipeline.ask, (verified, function, names, dims, settings.seed), settings, crew)
    files: dict[str, str] = {}
    found: dict[str, Any] = {}
    if not lost:
        outcome = guest.ask(asked, settings.seconds())
        if outcome.error is not None:
            raise outcome.error
        if outcome.bug:
            raise RuntimeError(outcome.bug)
        lost = outcome.lost
        if not lost:
            files = {path: file_digest(Path(path)) for path in outcome.value["files"]}
            found, lost = limited(pipeline.judge_function, (verified, asked, outcome.value, units), settings, crew)
    return {**(undecided(function, lost) if lost else found), "files": files}
