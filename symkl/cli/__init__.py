"""The command line. It knows the pipeline alone, and imports it inside each command: `--help` stays cheap."""

from __future__ import annotations

import io
import os
import sys

__all__ = ["main"]


def main() -> None:
    """Run `symkl` with the process's arguments, and exit with the code that DESIGN's list gives."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # a terminal that cannot show an accent gets an escape in its place, not a crash
            stream.reconfigure(errors="backslashreplace")
    # what SymPy remembers of each of its functions (1,000 results if nothing is said): a tenth less time for deriving
    os.environ.setdefault("SYMPY_CACHE_SIZE", "20000")
    try:
        from symkl.cli.app import app

        app()
    except KeyboardInterrupt:
        sys.exit(130)
