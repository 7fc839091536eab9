"""In the process that imports the library: what it has, and what it answers, each call limited in time."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from symkl.audit.libraries import Call, Library, NotThere, Refused
from symkl.audit.limits import Late, limited

__all__ = ["answers", "survey"]

#: after so many calls without an answer in time no more are made
_PATIENCE = 2


def survey(library: Library, classes: tuple[str, ...]) -> dict[str, Any]:
    """What the library has, as JSON."""
    warnings.simplefilter("ignore")
    return asdict(library.survey(classes))


def answers(library: Library, calls: Sequence[Call], seconds: float) -> list[dict[str, Any]]:
    """For each call one of {"shape", "values"}, {"refused"}, {"not there"}, {"raises"} and {"late"}, as JSON."""
    warnings.simplefilter("ignore")  # those of foreign libraries are not for our user
    found: list[dict[str, Any]] = []
    for call in calls:
        if sum("late" in one for one in found) < _PATIENCE:
            found.append(_answer(library, call, seconds))
        else:
            found.append({"late": seconds})
    return found


def _answer(library: Library, call: Call, seconds: float) -> dict[str, Any]:
    try:
        with limited(seconds):
            found = library.compute(call)
    except Late:
        return {"late": seconds}
    except Refused as why:
        return {"refused": _line(why)}
    except NotThere as why:
        return {"not there": _line(why)}
    except Exception as why:  # noqa: BLE001  # whatever a library raises is an answer
        return {"raises": f"{type(why).__name__}: {_line(why)}"}
    return {"shape": list(found.shape), "values": [v if math.isfinite(v) else repr(v) for v in found.values]}


def _line(why: Exception) -> str:
    """The error's first line that says something, cut short."""
    lines = [line.strip() for line in str(why).splitlines() if line.strip()]
    return lines[0][:160] if lines else ""
