"""The command line. It knows the pipeline alone, and imports it inside each command: `--help` stays cheap."""

from __future__ import annotations

import sys

__all__ = ["main"]


def main() -> None:
    """Run `symkl` with the process's arguments, and exit with the code that DESIGN's list gives."""
    try:
        from symkl.cli.app import app

        app()
    except KeyboardInterrupt:
        sys.exit(130)
