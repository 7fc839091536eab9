"""From the common options to the settings, and to the families that a command sees."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from symkl.cli.options import Common
from symkl.cli.terminal import note
from symkl.errors import BadInput, Location
from symkl.settings import Settings

if TYPE_CHECKING:
    from symkl.library import Library
    from symkl.model import Claim, Verified
    from symkl.workers import Crew

__all__ = ["definition_files", "open_library", "prove_one", "settings"]


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
        timeout=common.timeout,
        templates=common.templates,
        cache=not common.no_cache,
        processes=jobs or cpus(),
    )


def open_library(common: Common, paths: Sequence[Path] = ()) -> Library:
    """The families that the command sees; what shadows what is told on stderr."""
    from symkl.library import read_library

    for path in common.extra:
        if not path.is_file():
            raise BadInput("there is no such file", Location(str(path), "--with"), "name a definition file")
    library = read_library(paths, common.extra)
    for line in library.notes:
        note(f"note: {line}", common.quiet)
    return library


def prove_one(library: Library, claim: Claim, chosen: Settings, crew: Crew) -> Verified:
    """A claim derived and verified, for a command that shows it; foreign densities are looked at first."""
    from symkl.foreign import check_foreign
    from symkl.proving import prove_one
    from symkl.reading import request_of

    request = request_of(claim)
    check_foreign(library, [request], chosen, crew)
    return prove_one(request, library, chosen, crew)


def definition_files(paths: Sequence[Path] | None) -> list[Path]:
    """The definition files meant on the command line; the built-in ones where it names none."""
    from symkl import resources
    from symkl.sources import toml_files

    return toml_files(paths or [resources.derivations()])
