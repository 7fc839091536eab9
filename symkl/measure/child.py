"""The one process that imports frameworks: a fresh one, on one CPU, that answers questions until it is let go."""

from __future__ import annotations

import importlib
import multiprocessing
import os
import tempfile
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Self

from symkl.errors import SymklError
from symkl.measure.frameworks import framework
from symkl.measure.subjects import Subject, build
from symkl.measure.timing import medians

__all__ = ["Child", "TimesOf", "ValuesOf", "VersionsOf"]

#: for libraries that read how many threads they may have when they are imported
_ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "NUMBA_NUM_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
}


@dataclass(frozen=True)
class ValuesOf:
    """What does a subject return for these columns, and what are its slopes?

    The answer has "values" and "slopes" (None without derivatives), or "missing", why there are none.
    """

    subject: Subject
    columns: Sequence[Sequence[float]]
    dtype: str
    slopes: bool

    def answer(self, folder: Path) -> dict[str, Any]:
        frame = framework(self.subject.framework)
        function, arrays = build(self.subject, folder), frame.arrays(self.columns, self.dtype)
        slopes = frame.slopes(function, arrays) if self.slopes else None
        return {"values": frame.values(function, arrays), "slopes": slopes}


@dataclass(frozen=True)
class TimesOf:
    """What does a call of each subject take, on `size` of the points that the columns hold, in any order?

    The answer has "seconds" by subject, and "missing", why others have none.
    """

    subjects: Sequence[Subject]
    columns: Sequence[Sequence[float]]
    dtype: str
    size: int
    backward: bool

    def answer(self, folder: Path) -> dict[str, Any]:
        numpy = importlib.import_module("numpy")
        chosen = numpy.random.default_rng(0).integers(len(self.columns[0]), size=self.size)
        columns = [numpy.asarray(column, dtype=self.dtype)[chosen] for column in self.columns]
        actions, missing = {}, {}
        for subject in self.subjects:
            try:
                frame = framework(subject.framework)
                action = frame.action(build(subject, folder), frame.arrays(columns, self.dtype), backward=self.backward)
                if action is not None:
                    action()
                    actions[subject.name] = action
            except Exception as why:  # noqa: BLE001  # whatever a library raises, the others are still measured
                missing[subject.name] = _said(why)
        if not self.backward:
            actions |= _baselines(numpy, columns)
        return {"seconds": medians(actions), "missing": missing}


@dataclass(frozen=True)
class VersionsOf:
    """The versions of these packages that are installed."""

    packages: Sequence[str]

    def answer(self, folder: Path) -> dict[str, Any]:
        return {name: str(importlib.import_module(name).__version__) for name in self.packages}


Question = ValuesOf | TimesOf | VersionsOf


class Child:
    """The process, for as long as the `with` block lasts. `pulse` is called while an answer is waited for."""

    def __init__(self, pulse: Callable[[], None] = lambda: None) -> None:
        self._pulse = pulse
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pipe.close()
        self._process.join(2)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()

    def ask(self, question: Question) -> dict[str, Any]:
        """The answer; {"missing": why} where the question raised anything."""
        try:
            self._pipe.send(question)
            while not self._pipe.poll(0.2):
                self._pulse()
            answer: dict[str, Any] = self._pipe.recv()
        except (EOFError, OSError):
            raise SymklError("the process that measures died, perhaps for want of memory; name fewer things") from None
        return answer


def _serve(pipe: Connection) -> None:
    """The process: answer what is asked, until the pipe closes."""
    os.environ.update(_ONE_THREAD)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    warnings.simplefilter("ignore")  # those of foreign libraries are not for our user
    with tempfile.TemporaryDirectory(prefix="symkl-") as folder:
        while True:
            try:
                question: Question = pipe.recv()
            except EOFError:
                return
            try:
                answer = question.answer(Path(folder))
            except Exception as why:  # noqa: BLE001  # whatever a library raises is an answer: it cannot do this
                answer = {"missing": _said(why)}
            pipe.send(answer)


def _said(why: Exception) -> str:
    """The error as one short line."""
    first = (str(why).strip().splitlines() or [""])[0][:120]
    return f"{type(why).__name__}: {first}" if first else type(why).__name__


def _baselines(numpy: Any, columns: Sequence[Any]) -> dict[str, Callable[[], object]]:
    """The least that any such function costs: to read the arguments and to write one array."""
    block, out = 32_768, numpy.empty_like(columns[0])

    def add() -> None:
        for start in range(0, len(out), block):
            piece = slice(start, start + block)
            numpy.copyto(out[piece], columns[0][piece])
            for column in columns[1:]:
                numpy.add(out[piece], column[piece], out=out[piece])

    return {"adding the arguments": add, "copying one argument": lambda: numpy.copyto(out, columns[0])}
