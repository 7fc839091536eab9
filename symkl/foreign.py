"""What the user's own files say is looked at before anything is derived from it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from symkl.errors import BadInput, Location
from symkl.library import Library
from symkl.proving import open_store
from symkl.requests import Request
from symkl.settings import Settings
from symkl.sources import Source
from symkl.store import Key, digest, engine
from symkl.workers import Crew, Job

if TYPE_CHECKING:
    from symkl.model import Family

__all__ = ["check_files", "check_foreign"]


def check_files(library: Library, settings: Settings) -> None:
    """Read the given files in earnest, unless that has been done. Raises `BadInput` where one cannot be used."""
    store = open_store(settings)
    for source in library.files:
        others = {stated.other for stated in source.known} & set(library.sources)
        said = [source.digest, sorted(library.sources[name].core for name in others if name)]
        key = Key(digest(["can be read", *said]), digest(engine("derive")))
        if store.head(key) is None:
            _read(source, library)
            store.put(key, "yes")


def _read(source: Source, library: Library) -> None:
    from symkl.language import load_document

    if source.is_family:
        library.family(source.name)
    else:
        load_document(source.path)


def check_foreign(library: Library, requests: Iterable[Request], settings: Settings, crew: Crew) -> None:
    """Refuse, as `BadInput`, a foreign density, asked for or in a given file, that does not integrate to 1."""
    used = dict.fromkeys(source.name for source in library.files if source.is_family)
    used |= dict.fromkeys(name for request in requests for name in (request.p, request.q) if name is not None)
    asked = {name: _key(library.sources[name], settings) for name in used if name in library.foreign}
    store = open_store(settings)
    pending = [library.family(name) for name, key in asked.items() if store.head(key) != "one"]
    jobs = [Job(family.name, _normalisation, (family, settings), settings.seconds()) for family in pending]
    for family, outcome in zip(pending, crew.work(jobs), strict=True):
        if outcome.error is not None:
            raise outcome.error
        if outcome.bug:
            raise RuntimeError(outcome.bug)
        if outcome.value == "one":
            store.put(asked[family.name], "one")
        elif outcome.value is not None:
            field = "family.density" if family.density is not None else "family.log_density"
            raise BadInput(outcome.value, Location(family.origin, field), "correct the density, or its support")


def _key(source: Source, settings: Settings) -> Key:
    return Key(digest(["normalisation", source.name, source.core, settings.seed]), digest(engine("verify")))


def _normalisation(family: Family, settings: Settings) -> str | None:
    from symkl import pipeline

    return pipeline.normalised(family, settings)
