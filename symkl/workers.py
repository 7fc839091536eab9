"""Work in child processes that are limited in time and in memory, and killed where they run past either.

Definitions come from strangers, and a bounded formula can still hang the algebra. What a child sends back is JSON
text: nothing that it sends is unpickled.
"""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import resource
import signal
import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any, Self

from symkl.errors import BadInput, Location, SymklError

__all__ = ["MEMORY", "Crew", "Job", "Outcome", "cpus"]

#: bytes of address space that a child may take
MEMORY = 4 << 30


@dataclass(frozen=True)
class Job:
    """`run(*arguments)` gives a value that JSON can hold; `run` is a module's function, `seconds` its time limit.

    Jobs of one `group` go to one child as far as possible: what it has worked out for one, it remembers for the next.
    """

    name: str
    run: Callable[..., Any]
    arguments: tuple[Any, ...]
    seconds: float
    group: str = ""


@dataclass(frozen=True)
class Outcome:
    """What became of a job: its value, or the error it raised, or why it was given up (`lost`)."""

    value: Any = None
    error: SymklError | None = None
    bug: str = ""
    lost: str = ""
    seconds: float = 0.0


def cpus() -> int:
    """How many CPUs this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Crew:
    """At most `processes` children, which stay for the next jobs until the `with` block ends."""

    def __init__(self, processes: int) -> None:
        self.processes = processes
        self._children: list[_Child] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for child in self._children:
            child.kill()
        self._children = []

    def work(
        self, jobs: Sequence[Job], done: Callable[[int, Outcome], Iterable[Job] | None] = lambda i, o: None
    ) -> list[Outcome]:
        """Do the jobs; the outcomes stand in the jobs' order.

        `done` hears of each as it comes, and may give more jobs to do, which are counted on from the last.
        """
        outcomes: list[Outcome | None] = [None] * len(jobs)
        waiting = list(enumerate(jobs))
        while None in outcomes:
            self._children = [c for c in self._children if c.alive]
            while len(self._children) < min(self.processes, outcomes.count(None)):
                self._children.append(_Child())
            for idle in [c for c in self._children if c.job is None]:
                if waiting:
                    idle.start(*self._next(waiting, idle))
            busy = [c for c in self._children if c.job is not None]
            wait([c.pipe for c in busy], max(0.0, min(c.deadline for c in busy) - time.monotonic()))
            for child in busy:
                outcome = child.outcome()
                if outcome is not None:
                    outcomes[child.index] = outcome
                    child.job = None
                    for job in done(child.index, outcome) or ():
                        waiting.append((len(outcomes), job))
                        outcomes.append(None)
        return [o for o in outcomes if o is not None]

    def _next(self, waiting: list[tuple[int, Job]], child: _Child) -> tuple[int, Job]:
        """The job for an idle child: of its own group, else of a group that is nobody's, else the first."""
        others = {c.group for c in self._children if c is not child}
        best = min(
            range(len(waiting)), key=lambda i: (waiting[i][1].group != child.group, waiting[i][1].group in others, i)
        )
        return waiting.pop(best)


class _Child:
    """A process that does one job at a time."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs,), daemon=True)
        self.process.start()
        theirs.close()
        self.alive = True
        self.job: Job | None = None
        self.index, self.group = -1, ""
        self.begun = self.deadline = 0.0

    def start(self, index: int, job: Job) -> None:
        self.index, self.job, self.group = index, job, job.group
        self.begun = time.monotonic()
        self.deadline = self.begun + job.seconds
        with contextlib.suppress(BrokenPipeError):  # a child that has died is noticed in `outcome`
            self.pipe.send((job.run, job.arguments, job.seconds))

    def outcome(self) -> Outcome | None:
        """The outcome of the job that is on, once there is one."""
        assert self.job is not None
        seconds = time.monotonic() - self.begun
        if self.pipe.poll():
            try:
                said = json.loads(self.pipe.recv_bytes())
            except (EOFError, OSError, ValueError):
                self.kill()
                return Outcome(lost="the process that worked on it died, perhaps for want of memory", seconds=seconds)
            return _read(said, seconds)
        if time.monotonic() >= self.deadline:
            self.kill()
            return Outcome(lost=f"not done in the {self.job.seconds:g} s given", seconds=seconds)
        return None

    def kill(self) -> None:
        self.alive = False
        self.process.kill()
        self.process.join()
        self.pipe.close()


def _read(said: dict[str, Any], seconds: float) -> Outcome:
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


def _serve(pipe: Connection) -> None:
    """The child: do what arrives, until the pipe closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle: it kills its children
    with contextlib.suppress(ValueError, OSError):  # a limit may be lower already, or unknown to this system
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    while True:
        try:
            run, arguments, seconds = pipe.recv()
        except EOFError:
            return
        # Were the parent killed, nobody would watch the clock: the system stops a child that runs on.
        spent = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
        resource.setrlimit(resource.RLIMIT_CPU, (int(spent + seconds) + 5, resource.RLIM_INFINITY))
        pipe.send_bytes(json.dumps(_answer(run, arguments)).encode())


def _answer(run: Callable[..., Any], arguments: tuple[Any, ...]) -> dict[str, Any]:
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
