"""The commands, put together."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from symkl.cli import accuracy, audit, bench, build, check, code, derive, evaluate, listing, new, verify
from symkl.cli.command import command
from symkl.cli.options import show_version

__all__ = ["app"]

app = typer.Typer(
    name="symkl",
    help="Entropy, cross-entropy and KL divergence from a log-density: proved closed forms, write-ups and code.",
    no_args_is_help=True,
    add_completion=False,
    # plain text in a pipe; rich is only loaded for a person to look at
    rich_markup_mode="rich" if sys.stdout.isatty() else None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

command(app, "build", build.build)
command(app, "list", listing.listing)
command(app, "derive", derive.derive)
command(app, "verify", verify.verify)
command(app, "check", check.check)
command(app, "code", code.code)
command(app, "eval", evaluate.evaluate)
command(app, "new", new.new)
command(app, "accuracy", accuracy.accuracy)
command(app, "bench", bench.bench)
command(app, "audit", audit.audit)


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Entropy, cross-entropy and KL divergence from a log-density: proved closed forms, write-ups and code."""
