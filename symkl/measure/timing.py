"""Times of several functions in one run, in turn: CPU time, which another load of the machine hardly changes.

The process has one CPU and one thread to compute in, so that this is what the clock would show on an idle machine.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping

__all__ = ["medians"]

Action = Callable[[], object]
#: seconds that a measured batch of calls takes at least, and calls in one at most
_BATCH, _CALLS = 0.01, 100_000


def medians(actions: Mapping[str, Action], repetitions: int = 5) -> dict[str, float]:
    """Seconds a call of each: the median over `repetitions`, in each of which all take their turn."""
    calls = {name: _calls(action) for name, action in actions.items()}
    found: dict[str, list[float]] = {name: [] for name in actions}
    for _ in range(repetitions):
        for name, action in actions.items():
            found[name].append(_seconds(action, calls[name]) / calls[name])
    return {name: statistics.median(times) for name, times in found.items()}


def _calls(action: Action) -> int:
    """How many calls make a batch: found by doubling, which also warms up."""
    action()
    calls = 1
    while calls < _CALLS:
        took = _seconds(action, calls)
        if took >= _BATCH:
            break
        calls = min(_CALLS, max(2 * calls, int(calls * _BATCH / max(took, 1e-7))))
    return calls


def _seconds(action: Action, calls: int) -> float:
    begun = time.process_time()
    for _ in range(calls):
        action()
    return time.process_time() - begun
