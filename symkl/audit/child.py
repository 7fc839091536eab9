"""In the process that imports the library: what it has, and what it answers, each call limited in time."""

from __future__ import annotations

import math
import signal
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from types import FrameType
from typing import Any

from symkl.audit.libraries import Call, Library, NotThere, Refused

__all__ = ["answers", "survey"]


class _Late(BaseException):
    """The time is up: no library may take it for an error of its own."""


def survey(library: Library, classes: tuple[str, ...]) -> dict[str, Any]:
    """What the library has, as JSON."""
    warnings.simplefilter("ignore")
    return asdict(library.survey(classes))


def answers(library: Library, calls: Sequence[Call], seconds: float) -> list[dict[str, Any]]:
    """For each call one of {"shape", "values"}, {"refused"}, {"not there"}, {"raises"} and {"late"}, as JSON."""
    warnings.simplefilter("ignore")  # those of foreign libraries are not for our user
    return [_answer(library, call, seconds) for call in calls]


def _answer(library: Library, call: Call, seconds: float) -> dict[str, Any]:
    try:
        with _limited(seconds):
            found = library.compute(call)
    except _Late:
        return {"late": seconds}
    except Refused as why:
        return {"refused": _line(why)}
    except NotThere as why:
        return {"not there": _line(why)}
    except Exception as why:  # noqa: BLE001  # whatever a library raises is an answer
        return {"raises": f"{type(why).__name__}: {_line(why)}"}
    return {"shape": list(found.shape), "values": [v if math.isfinite(v) else repr(v) for v in found.values]}


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    """Raises `_Late` in the block once it has taken so many seconds of CPU time and Python has the word again."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise _Late

    former = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, former)


def _line(why: Exception) -> str:
    """The error's first line that says something, cut short."""
    lines = [line.strip() for line in str(why).splitlines() if line.strip()]
    return lines[0][:160] if lines else ""
