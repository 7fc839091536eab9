"""`symkl new`: a definition file to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from symkl.cli.options import Common
from symkl.cli.terminal import note, write
from symkl.errors import BadInput, Location

__all__ = ["new"]


def new(
    common: Common,
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="The family's name, such as Rayleigh.", show_default=False)
    ],
) -> int:
    """Write NAME.toml, a definition to fill in, into the current folder."""
    from symkl import pipeline
    from symkl.store import replace

    text = pipeline.start(name)
    path = Path(f"{name}.toml")
    if path.exists() or path.is_symlink():
        raise BadInput("this file is there already", Location(str(path)), "remove it, or choose another name")
    replace(path, text.encode())
    write(str(path))
    note(f"write its density, then try: symkl derive entropy {name} --with {path}", common.quiet)
    return 0
