"""The process in which a user's functions are imported and run: it reads questions and writes answers, a line each.

What the user's code prints goes to stderr, what it reads is empty, and the memory that it may take is limited.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from symkl.trace.user.target import is_own
from symkl.workers import answered

__all__ = ["main"]

#: bytes of memory that the user's code may take
_MEMORY = 8 << 30


def main(paths: list[str]) -> None:
    """Serve until there are no more questions; `paths` is where modules are looked for, after the current folder."""
    questions, answers = _streams()
    from symkl.trace.user.answering import answer

    paths = list(dict.fromkeys([str(Path.cwd()), *paths]))
    with contextlib.suppress(ValueError, OSError):  # a limit may be lower already, or unknown to this system
        resource.setrlimit(resource.RLIMIT_DATA, (_MEMORY, _MEMORY))

    def write(said: dict[str, Any]) -> None:
        answers.write(json.dumps(said) + "\n")
        answers.flush()

    for line in questions:
        asked = json.loads(line)
        _limit(asked["seconds"])
        with _visiting(paths):
            write(answered(answer, (asked["question"], lambda doing: write({"doing": doing}))))


def _limit(seconds: float) -> None:
    """Were the parent killed, nobody would watch the clock: the system stops a child that runs on."""
    spent = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (int(spent + seconds) + 5, resource.RLIM_INFINITY))


@contextlib.contextmanager
def _visiting(paths: list[str]) -> Iterator[None]:
    """The user's modules are forgotten afterwards: those of another folder may have the same names."""
    before, sys.path[:] = set(sys.modules), paths
    try:
        yield
    finally:
        for name in set(sys.modules) - before:
            if is_own(sys.modules[name]):
                del sys.modules[name]


def _streams() -> tuple[IO[str], IO[str]]:
    """Our own way in and out, before the user's code has the usual ones."""
    questions, answers = os.fdopen(os.dup(0), encoding="utf-8"), os.fdopen(os.dup(1), "w", encoding="utf-8")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return questions, answers
