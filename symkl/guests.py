"""A Python process of its own for the user's code, limited in time and in memory, which may print, hang and die there.

It begins afresh, and is not forked: what the user's code imports (PyTorch, JAX) may run threads here already. The
memory is limited in the child. Nothing that it sends is unpickled: questions and answers are lines of JSON.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import subprocess
import sys
import time
from collections.abc import Mapping
from typing import Any, Self

from symkl.workers import Outcome, outcome_of

__all__ = ["Guest"]

#: it looks for symkl where we do, whatever else lies in the folder in which it is started
_CHILD = "import sys; sys.path[:] = eval"  # set below
#: libraries compute on the CPU, in double precision, with one thread
_ENVIRONMENT = {"JAX_ENABLE_X64": "1", "JAX_PLATFORMS": "cpu", "OMP_NUM_THREADS": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}


class Guest:
    """The process, from its first question to the end of the `with` block; one that was lost is started again.

    `quiet` drops what the user's code prints; else it goes to stderr.
    """

    def __init__(self, quiet: bool = False) -> None:
        self._quiet = quiet
        self._process: subprocess.Popen[bytes] | None = None
        self._unread = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def ask(self, question: Mapping[str, Any], seconds: float) -> Outcome:
        """What it answers, in the time given; `lost` says what it was doing where it gave none."""
        begun, doing = time.monotonic(), "starting"
        process = self._started()
        assert process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(json.dumps(question).encode() + b"\n")
            process.stdin.flush()
        while True:
            line = self._line(process, begun + seconds - time.monotonic())
            spent = time.monotonic() - begun
            if line is None:
                self.end()
                return Outcome(lost=f"{doing} was not done in the {seconds:g} s given", seconds=spent)
            if not line:
                code = process.wait()
                self.end()
                how = f"signal {-code}" if code < 0 else f"exit code {code}"
                return Outcome(lost=f"{doing} ended the process ({how})", died=True, seconds=spent)
            said = json.loads(line)
            if "doing" in said:
                doing = said["doing"]
            else:
                return outcome_of(said, spent)

    def end(self) -> None:
        """Stop the process, whatever it does."""
        process, self._process, self._unread = self._process, None, b""
        if process is not None:
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    with contextlib.suppress(BrokenPipeError):
                        stream.close()

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self.end()
            here = [path or os.getcwd() for path in sys.path]
            theirs = list(dict.fromkeys([os.getcwd(), *here]))
            self._process = subprocess.Popen(
                [sys.executable, "-c", _CHILD, json.dumps(here), json.dumps(theirs)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL if self._quiet else None,
                env={**os.environ, **_ENVIRONMENT},
            )
        return self._process

    def _line(self, process: subprocess.Popen[bytes], seconds: float) -> bytes | None:
        """The next line; empty where there will be none, None where the time is over."""
        assert process.stdout is not None
        end = time.monotonic() + seconds
        with selectors.DefaultSelector() as waiting:
            waiting.register(process.stdout, selectors.EVENT_READ)
            while b"\n" not in self._unread:
                left = end - time.monotonic()
                if left <= 0 or not waiting.select(left):
                    return None
                more = os.read(process.stdout.fileno(), 1 << 16)
                if not more:
                    return b""
                self._unread += more
        line, _, self._unread = self._unread.partition(b"\n")
        return line
