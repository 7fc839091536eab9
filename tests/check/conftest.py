"""Functions held against claims: derived once, and run by one process for a whole module."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from symkl import pipeline
from symkl.guests import Guest
from symkl.model import Verdict, Verified

SECONDS = 60.0


@cache
# that what is derived of built-in families is true is what other tests find out
def derived(quantity: str, p: str, q: str | None, where: tuple[str, ...], files: tuple[str, ...]) -> Verified:
    library = pipeline.read((), [Path(file) for file in files])
    return Verified(pipeline.derive(pipeline.claim(library, quantity, p, q, None, where)), Verdict("proved"))


@pytest.fixture(scope="module")
def guest() -> Iterator[Guest]:
    """The process that runs the functions of a test module."""
    with Guest(quiet=True) as found:
        yield found


@pytest.fixture(scope="module")
def judged(guest: Guest) -> Callable[..., dict[str, Any]]:
    """What `symkl check --json` says of a function: `judged("file.py:name", "kl", "Normal", "Normal", ...)`."""

    def judge(
        target: str,
        quantity: str,
        p: str,
        q: str | None = None,
        where: tuple[str, ...] = (),
        names: tuple[str, ...] = (),
        dims: str = "none",
        units: str = "nats",
        files: tuple[str, ...] = (),
    ) -> dict[str, Any]:
        verified = derived(quantity, p, q, where, files)
        asked = pipeline.ask(verified, target, names, dims, 0)
        outcome = guest.ask(json.loads(json.dumps(asked)), SECONDS)
        if outcome.error is not None:
            raise outcome.error
        assert not outcome.bug, outcome.bug
        if outcome.lost:
            return {"verdict": "undecided", "diagnosis": outcome.lost}
        return dict(pipeline.judge_function(verified, asked, outcome.value, units))

    return judge
