"""What the user sees: tables and colours in a terminal, plain text in a pipe.

Text from definitions is data: it is printed with `markup=False` (rich would swallow `[x**2]`), and control characters,
which could drive a terminal, are taken out.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console
    from rich.progress import Progress

__all__ = ["STYLES", "Bar", "clean", "complain", "note", "progress", "show_json", "show_table", "write", "write_module"]

STYLES = {
    "proved": "bold green",
    "correct": "bold green",
    "numeric": "cyan",
    "unknown": "yellow",
    "undecided": "yellow",
    "failed": "bold red",
    "wrong": "bold red",
}


def _console(error: bool = False) -> Console:
    from rich.console import Console

    return Console(stderr=error, markup=False, highlight=False, emoji=False, soft_wrap=True)


def _print(text: str, style: str | None, error: bool = False) -> None:
    """A line, styled where a person looks at it; rich is not even loaded for a pipe."""
    stream = sys.stderr if error else sys.stdout
    if stream.isatty():
        _console(error).print(clean(text), style=style)
    else:
        stream.write(clean(text) + "\n")


def clean(text: str) -> str:
    """The text without control characters, tabs and line ends excepted."""
    return "".join(c for c in text if c in "\n\t" or (c.isprintable() or c == " "))


def write(text: str, style: str | None = None) -> None:
    """Print a line to stdout."""
    _print(text, style)


def complain(text: str) -> None:
    """Print a line to stderr, in red where that is a terminal and it is an error."""
    _print(text, "red" if text.startswith("error") else None, error=True)


def note(text: str, quiet: bool = False) -> None:
    """Print a remark to stderr, unless the user asked for silence."""
    if not quiet:
        _print(text, "dim", error=True)


def show_json(value: Any) -> None:
    """Print a value as JSON to stdout, never coloured or wrapped."""
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def show_table(header: Sequence[str], rows: Sequence[Sequence[str]], title: str = "") -> None:
    """Print a table: drawn with rich in a terminal, aligned columns in a pipe. Verdicts are coloured."""
    rows = [[clean(cell) for cell in row] for row in rows]
    if not sys.stdout.isatty():
        widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
        for row in (header, *rows):
            line = "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True))
            sys.stdout.write(line.rstrip() + "\n")
        return
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(title=clean(title) or None, box=box.SIMPLE_HEAD, title_justify="left")
    for name in header:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell, style=STYLES.get(cell.split(" ")[0], "")) for cell in row))
    _console().print(table, soft_wrap=False)


class Bar:
    """A progress bar, or none. It has no thread of its own: `pulse`, called now and then, keeps its clock going."""

    def __init__(self, bar: Progress | None = None, what: str = "") -> None:
        self._bar = bar
        self._task = None if bar is None else bar.add_task(what, total=None, now="")
        self._next = 0.0

    def begin(self, total: int) -> Callable[[str], None]:
        """Tell it how much there is to do; what to call, with its name, as each piece is done."""
        bar, task = self._bar, self._task
        if bar is None or task is None:
            return lambda name: None
        bar.update(task, total=total, completed=0)
        return lambda name: bar.update(task, advance=1, now=clean(name))

    def pulse(self) -> None:
        """Draw it, unless that has just been done."""
        if self._bar is not None and time.monotonic() >= self._next:
            self._bar.refresh()
            self._next = time.monotonic() + 0.1


@contextmanager
def progress(what: str, quiet: bool) -> Iterator[Bar]:
    """A progress bar on stderr while the block runs, where stderr is a terminal."""
    if quiet or not sys.stderr.isatty():
        yield Bar()
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[now]}", markup=False),
    )
    # children are forked while it runs: it must not run in a thread
    with Progress(*columns, console=_console(error=True), transient=True, auto_refresh=False) as bar:
        yield Bar(bar, what)


def write_module(text: str, output: Path | None, quiet: bool) -> None:
    """Write source code to a file, or to stdout: in colour in a terminal, byte by byte in a pipe."""
    if output is not None:
        from symkl.store import replace

        replace(output, text.encode())
        note(f"wrote {output}", quiet)
        return
    if not sys.stdout.isatty():
        sys.stdout.write(text)
        return
    from rich.syntax import Syntax

    _console().print(Syntax(text, "python", background_color="default"))
