"""Options that every command takes, and those that several share."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["COMMON", "Common", "Format", "Jobs", "P", "Q", "Quantity", "Where", "show_version"]


@dataclass(frozen=True)
class Common:
    """What `--with`, `--templates`, `--timeout`, `--seed`, `--no-cache`, `-q` and `-v` said."""

    extra: list[Path] = field(default_factory=list)
    templates: Path | None = None
    timeout: float | None = None
    seed: int = 0
    no_cache: bool = False
    quiet: bool = False
    verbose: bool = False


class Format(StrEnum):
    """How something is printed."""

    text = "text"
    json = "json"
    latex = "latex"


def show_version(asked: bool) -> None:
    """Print the version and stop, where `--version` was given."""
    if asked:
        from symkl.resources import version

        typer.echo(f"symkl {version()}")
        raise typer.Exit


_EVERYWHERE = "Everywhere"

#: option name -> (type, default), in the order in which the help shows them
COMMON: dict[str, tuple[object, object]] = {
    "extra": (
        Annotated[
            list[Path] | None,
            typer.Option("--with", metavar="FILE.toml", help="Bring in a foreign family.", rich_help_panel=_EVERYWHERE),
        ],
        None,
    ),
    "templates": (
        Annotated[
            Path | None,
            typer.Option(
                "--templates",
                metavar="DIR",
                help="Templates that take the built-in ones' place, file by file.",
                rich_help_panel=_EVERYWHERE,
            ),
        ],
        None,
    ),
    "timeout": (
        Annotated[
            float | None,
            typer.Option(
                "--timeout", metavar="S", min=0.01, help="Seconds that one claim may take.", rich_help_panel=_EVERYWHERE
            ),
        ],
        None,
    ),
    "seed": (
        Annotated[
            int, typer.Option("--seed", help="Where the oracle's random points begin.", rich_help_panel=_EVERYWHERE)
        ],
        0,
    ),
    "no_cache": (
        Annotated[
            bool, typer.Option("--no-cache", help="Neither read nor fill the store.", rich_help_panel=_EVERYWHERE)
        ],
        False,
    ),
    "quiet": (
        Annotated[bool, typer.Option("--quiet", "-q", help="Results and errors only.", rich_help_panel=_EVERYWHERE)],
        False,
    ),
    "verbose": (
        Annotated[
            bool, typer.Option("--verbose", "-v", help="Say more; a bug shows where.", rich_help_panel=_EVERYWHERE)
        ],
        False,
    ),
    "version": (
        Annotated[
            bool,
            typer.Option(
                "--version",
                callback=show_version,
                is_eager=True,
                help="Show the version and exit.",
                rich_help_panel=_EVERYWHERE,
            ),
        ],
        False,
    ),
}

Quantity = Annotated[
    str, typer.Argument(metavar="QUANTITY", help="entropy, cross_entropy, kl or expectation.", show_default=False)
]
P = Annotated[str, typer.Argument(metavar="P", help="The family that is averaged over.", show_default=False)]
Q = Annotated[str | None, typer.Argument(metavar="[Q]", help="The other family.", show_default=False)]
Where = Annotated[
    list[str] | None,
    typer.Option("--where", metavar="NAME=EXPR", help="Fix or tie a parameter, such as mu_2=0 (repeatable)."),
]
Jobs = Annotated[int | None, typer.Option("--jobs", "-j", min=1, metavar="N", help="Processes (default: one a CPU).")]
