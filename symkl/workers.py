"""Work in child processes that are limited in time and in memory, and killed where they run past either.

Definitions come from strangers, and a bounded formula can still hang the algebra. What a child sends back is JSON
text: nothing that it sends is unpickled. Where the system can, children are forked: what has been imported and read by
then need not be imported and read again.
"""

from __future__ import annotations

import contextlib
import gc
import json
import multiprocessing
import os
import resource
import signal
import sys
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, Self

from symkl.errors import BadInput, Location, SymklError

__all__ = ["MEMORY", "Crew", "Job", "Outcome", "answered", "cpus", "outcome_of", "shared"]

#: bytes of address space that a child may take beside what it begins with
MEMORY = 4 << 30

#: bytes that a child may hold between two jobs; one that holds more is replaced
_HELD = 1 << 30

#: how much longer than its limit a job may take by the clock, on a machine that has other work
_PATIENCE = 4

#: how often a caller who wants to show the time is called, in seconds
_PULSE = 0.5


@dataclass(frozen=True)
class Job:
    """`run(*arguments)` gives a value that JSON can hold; `run` is a module's function.

    `seconds` is its time limit: of CPU time where the system tells it, so that what comes out does not depend on what
    else the machine does, else by the clock.
    Jobs of one `group` go to one child as far as possible: what it has worked out for one, it remembers for the next.
    `about` is for whoever gave the job, to know it by.
    """

    name: str
    run: Callable[..., Any]
    arguments: tuple[Any, ...]
    seconds: float
    group: str = ""
    about: Any = None


@dataclass(frozen=True)
class Outcome:
    """What became of a job: its value, or the error it raised, or why it was given up (`lost`).

    `died` says of what was lost that no limit of ours ended it: another try may come out otherwise.
    """

    value: Any = None
    error: SymklError | None = None
    bug: str = ""
    lost: str = ""
    died: bool = False
    seconds: float = 0.0


def cpus() -> int:
    """How many CPUs this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def shared() -> Any:
    """In a child: what its crew was told that all children need."""
    return _SHARED[0]


_SHARED: list[Any] = [None]


class Crew:
    """At most `processes` children, which stay for the next jobs until the `with` block ends.

    `pulse` is called at least twice a second while work goes on. `fresh` children are not forked: for work that uses
    libraries with threads of their own, which a fork does not take along.
    """

    def __init__(self, processes: int, pulse: Callable[[], None] = lambda: None, *, fresh: bool = False) -> None:
        self.processes, self.pulse, self._fresh = processes, pulse, fresh
        self._children: list[_Child] = []
        self._shared: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for child in self._children:
            child.kill()
        self._children = []

    def share(self, value: Any) -> None:
        """Give all children this value: `shared()` there. Those that know another one are replaced."""
        if value is not self._shared:
            self.__exit__()
            self._shared = value

    def work(
        self, jobs: Sequence[Job], done: Callable[[Job, Outcome], Iterable[Job] | None] = lambda job, outcome: None
    ) -> list[Outcome]:
        """Do the jobs; the outcomes stand in the jobs' order.

        `done` hears of each as it comes, and may give more jobs to do, whose outcomes follow.
        """
        outcomes: list[Outcome | None] = [None] * len(jobs)
        waiting = _Waiting(enumerate(jobs))
        left = len(jobs)
        while left:
            self._children = [c for c in self._children if c.alive]
            while len(self._children) < min(self.processes, left):
                self._children.append(_Child(self._shared, self._fresh))
            for idle in [c for c in self._children if c.job is None]:
                if waiting:
                    idle.start(*waiting.next(idle.group, {c.group for c in self._children if c.job is not None}))
            busy = [c for c in self._children if c.job is not None]
            wait([c.pipe for c in busy], max(0.0, min(_PULSE, *(c.deadline - time.monotonic() for c in busy))))
            self.pulse()
            for child in busy:
                outcome = child.outcome()
                if outcome is not None:
                    outcomes[child.index] = outcome
                    left -= 1
                    for more in done(child.ended(), outcome) or ():
                        waiting.add(len(outcomes), more)
                        outcomes.append(None)
                        left += 1
        return [o for o in outcomes if o is not None]


class _Waiting:
    """Jobs that wait, by group, the groups in the order in which they came."""

    def __init__(self, jobs: Iterable[tuple[int, Job]]) -> None:
        self._groups: dict[str, deque[tuple[int, Job]]] = {}
        for index, job in jobs:
            self.add(index, job)

    def __bool__(self) -> bool:
        return bool(self._groups)

    def add(self, index: int, job: Job) -> None:
        self._groups.setdefault(job.group, deque()).append((index, job))

    def next(self, own: str, others: set[str]) -> tuple[int, Job]:
        """The next job of one's own group, else of a group that is nobody's, else of the one with most left to do."""
        if own in self._groups:
            return self._take(own)
        free = next((group for group in self._groups if group not in others), None)
        if free is not None:
            return self._take(free)
        return self._take(max(self._groups, key=lambda group: len(self._groups[group])))

    def _take(self, group: str) -> tuple[int, Job]:
        jobs = self._groups[group]
        taken = jobs.popleft()
        if not jobs:
            del self._groups[group]
        return taken


class _Child:
    """A process that does one job at a time."""

    def __init__(self, share: Any, fresh: bool) -> None:
        methods = multiprocessing.get_all_start_methods()
        # macOS lists it too, but its system libraries may not be forked
        method = "fork" if "fork" in methods and sys.platform != "darwin" and not fresh else "spawn"
        context: Any = multiprocessing.get_context(method)
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs, self.pipe, share), daemon=True)
        self.process.start()
        theirs.close()
        self.alive = True
        self.job: Job | None = None
        self.index, self.group = -1, ""
        self.begun = self.deadline = self.spent = 0.0

    def start(self, index: int, job: Job) -> None:
        self.index, self.job, self.group = index, job, job.group
        self.begun, self.spent = time.monotonic(), _cpu_seconds(self.process.pid, 0.0)
        self.deadline = self.begun + job.seconds
        with contextlib.suppress(BrokenPipeError):  # a child that has died is noticed in `outcome`
            self.pipe.send((job.run, job.arguments, job.seconds))

    def ended(self) -> Job:
        """The job that was on; from now on there is none."""
        job, self.job = self.job, None
        assert job is not None
        return job

    def outcome(self) -> Outcome | None:
        """The outcome of the job that is on, once there is one."""
        assert self.job is not None
        seconds = time.monotonic() - self.begun
        if self.pipe.poll():
            try:
                said = json.loads(self.pipe.recv_bytes())
            except (EOFError, OSError, ValueError):
                self.kill()
                why = "the process that worked on it died, perhaps for want of memory"
                return Outcome(lost=why, died=True, seconds=seconds)
            if said["held"] > _HELD:
                self.kill()
            return outcome_of(said, seconds)
        if time.monotonic() < self.deadline:
            return None
        left = self.job.seconds - (_cpu_seconds(self.process.pid, seconds + self.spent) - self.spent)
        if left > 0 and seconds < _PATIENCE * self.job.seconds:
            self.deadline = time.monotonic() + max(left, 0.01)
            return None
        self.kill()
        return Outcome(lost=f"not done in the {self.job.seconds:g} s given", seconds=seconds)

    def kill(self) -> None:
        self.alive = False
        self.process.kill()
        self.process.join()
        self.pipe.close()


def _cpu_seconds(pid: int | None, otherwise: float) -> float:
    """The CPU time that a process has taken, where the system tells it of others."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        return otherwise


def outcome_of(said: dict[str, Any], seconds: float) -> Outcome:
    """What a child's answer says."""
    if "value" in said:
        return Outcome(value=said["value"], seconds=seconds)
    if "lost" in said:
        return Outcome(lost=said["lost"], seconds=seconds)
    if "bug" in said:
        return Outcome(bug=said["bug"], seconds=seconds)
    if "what" in said:
        place = Location(said["file"], said["field"], said["column"])
        return Outcome(error=BadInput(said["what"], place, said["todo"]), seconds=seconds)
    error = SymklError(said["message"])
    error.exit_code = said["exit_code"]
    return Outcome(error=error, seconds=seconds)


def _serve(pipe: Connection, parents: Connection, share: Any) -> None:
    """The child: do what arrives, until the pipe closes."""
    parents.close()  # were the parent's end open here too, the parent's death would go unnoticed
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle: it kills its children
    _SHARED[0] = share
    gc.freeze()  # what comes from the parent stays as it is: collecting it would copy it
    inherited = _most_held()
    with contextlib.suppress(ValueError, OSError):  # a limit may be lower already, or unknown to this system
        most = MEMORY + _address_space()
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    while True:
        try:
            run, arguments, seconds = pipe.recv()
        except EOFError:
            return
        # Were the parent killed, nobody would watch the clock: the system stops a child that runs on.
        spent = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
        resource.setrlimit(resource.RLIMIT_CPU, (int(spent + seconds) + 5, resource.RLIM_INFINITY))
        answer = answered(run, arguments)
        answer["held"] = _most_held() - inherited
        pipe.send_bytes(json.dumps(answer).encode())


def _address_space() -> int:
    """The bytes of address space that this process has, where the system tells it; a child begins with its parent's."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return 0


def _most_held() -> int:
    """The bytes that this process has held at most; a child begins with what its parent holds."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def answered(run: Callable[..., Any], arguments: tuple[Any, ...]) -> dict[str, Any]:
    """In a child: what a job gives, or what it raises, as JSON can hold it."""
    try:
        return {"value": run(*arguments)}
    except BadInput as error:
        at = error.where
        return {"what": error.what, "todo": error.todo, "file": at.file, "field": at.field, "column": at.column}
    except SymklError as error:
        return {"message": str(error), "exit_code": error.exit_code}
    except MemoryError:
        return {"lost": f"it wanted more than {MEMORY >> 30} GiB of memory"}
    except RecursionError:
        return {"lost": "it nests too deeply"}
    except Exception:  # noqa: BLE001  # a child must answer, whatever happens; the parent reports it as a bug
        return {"bug": traceback.format_exc()}
