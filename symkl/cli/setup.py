"""From the common options to the settings, and to the families that a command sees."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from symkl.cli.options import Common
from symkl.cli.terminal import note
from symkl.errors import BadInput, Location
from symkl.settings import SECONDS, Settings

if TYPE_CHECKING:
    from symkl.library import Library

__all__ = ["definition_files", "open_library", "settings"]


def settings(common: Common, jobs: int | None = None, digits: int = 30) -> Settings:
    """What the options amount to."""
    from symkl.workers import cpus

    if common.templates is not None and not common.templates.is_dir():
        raise BadInput(
            "there is no such folder", Location(str(common.templates), "--templates"), "name a folder of templates"
        )
    return Settings(
        digits=digits,
        seed=common.seed,
        seconds=SECONDS if common.timeout is None else common.timeout,
        templates=common.templates,
        cache=not common.no_cache,
        processes=jobs or cpus(),
        limited=common.timeout is not None,
    )


def open_library(common: Common, paths: Sequence[Path] = ()) -> Library:
    """The families that the command sees; what shadows what is told on stderr."""
    from symkl import pipeline

    for path in common.extra:
        if not path.is_file():
            raise BadInput("there is no such file", Location(str(path), "--with"), "name a definition file")
    library = pipeline.read(paths, common.extra)
    for line in library.notes:
        note(f"note: {line}", common.quiet)
    return library


def definition_files(paths: Sequence[Path] | None) -> list[Path]:
    """The definition files meant on the command line; the built-in ones where it names none."""
    from symkl import resources
    from symkl.build.sources import toml_files

    return toml_files(paths or [resources.derivations()])
