"""A Python process of its own for the user's code, limited in time and in memory, which may print, hang and die there.

It begins afresh, and is not forked: what the user's code imports (PyTorch, JAX) may run threads here already. The
memory is limited in the child. Nothing that it sends is unpickled: questions and answers are lines of JSON.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from symkl.workers import Outcome, outcome_of

__all__ = ["Guest"]

#: it looks for modules where we do: first those of symkl, later, in `main`, the user's
_CHILD = (
    "import json, sys; paths = json.loads(sys.argv[1]); sys.path[:] = paths; "
    "from symkl.trace.user.child import main; main(paths)"
)
#: the seconds that it may take to start, on a machine that has other work
_START, _STARTING = 60.0, "starting the process for the function"
#: libraries compute on the CPU, in double precision, with one thread, and leave functions as Python what they are
_ENVIRONMENT = {
    "JAX_ENABLE_X64": "1",
    "JAX_PLATFORMS": "cpu",
    "OMP_NUM_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "NUMBA_DISABLE_JIT": "1",
    "PYTORCH_JIT": "0",
    "TORCH_COMPILE_DISABLE": "1",
}


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
        begun, doing = time.monotonic(), _STARTING
        process = self._started()
        assert process.stdin is not None
        self._unread = b""
        with contextlib.suppress(BrokenPipeError):
            asked = {"question": dict(question), "seconds": seconds}
            process.stdin.write(json.dumps(asked).encode() + b"\n")
            process.stdin.flush()
        while True:
            given = max(seconds, _START) if doing == _STARTING else seconds
            line = self._line(process, begun + given - time.monotonic())
            spent = time.monotonic() - begun
            if line is None:
                self.end()
                return Outcome(lost=f"{doing} was not done in the {given:g} s given", seconds=spent)
            if not line:
                code = process.wait()
                self.end()
                how = f"signal {-code}" if code < 0 else f"exit code {code}"
                return Outcome(lost=f"{doing} ended the process ({how})", died=True, seconds=spent)
            said = json.loads(line)
            if "doing" in said:
                begun = time.monotonic() if doing == _STARTING else begun
                doing = said["doing"]
            else:
                return outcome_of(said, spent)

    def end(self) -> None:
        """Stop the process, whatever it does."""
        process, self._process, self._unread = self._process, None, b""
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # with the processes that the user's code has started
            process.wait()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    with contextlib.suppress(BrokenPipeError):
                        stream.close()

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self.end()
            paths = [str(Path(path).absolute()) for path in sys.path]
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", _CHILD, json.dumps(paths)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL if self._quiet else None,
                env={**os.environ, **_ENVIRONMENT},
                start_new_session=True,
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
