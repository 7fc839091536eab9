"""The progress bar: on stderr, in a terminal, for who wants it, and without a thread, since children are forked."""

from __future__ import annotations

import io
import sys
import threading

import pytest

from symkl.cli import terminal


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def stderr(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Put a terminal in the place of stderr: in the test itself, since pytest has put its own there by then."""
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    return stream


def _run(quiet: bool) -> int:
    with terminal.progress("deriving", quiet) as bar:
        tick = bar.begin(2)
        tick("KL(A || B[x])")
        bar.pulse()
        return threading.active_count()


def test_a_terminal_sees_how_far_it_is_and_no_thread_draws_it(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = stderr(monkeypatch)
    before = threading.active_count()
    assert _run(quiet=False) == before
    assert "deriving" in screen.getvalue()
    assert "1/2" in screen.getvalue()
    assert "KL(A || B[x])" in screen.getvalue()


def test_who_wants_quiet_and_a_pipe_see_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = stderr(monkeypatch)
    _run(quiet=True)
    assert screen.getvalue() == ""
    pipe = io.StringIO()
    monkeypatch.setattr(sys, "stderr", pipe)
    _run(quiet=False)
    assert pipe.getvalue() == ""


def test_it_is_not_drawn_at_every_step(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = stderr(monkeypatch)
    with terminal.progress("deriving", quiet=False) as bar:
        tick = bar.begin(10_000)
        for i in range(2000):
            tick(str(i))
            bar.pulse()
        drawn = screen.getvalue().count("deriving")
    assert 1 <= drawn < 100
