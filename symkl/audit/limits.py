"""A time limit on what is done in this process, where the work comes back to Python now and then."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["Late", "limited"]


class Late(BaseException):
    """The time is up: no library may take it for an error of its own."""


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raises `Late` in the block once it has taken so many seconds of CPU time."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise Late

    former = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, former)
