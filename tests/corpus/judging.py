"""An entry of the corpus through symkl, as `symkl verify` takes a definition file: read, derive, verify, judge."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from corpus import convert

from symkl import pipeline
from symkl.library import Library
from symkl.model import Claim, Judged, Known
from symkl.reading import claim_of, forms_of
from symkl.requests import known_requests
from symkl.settings import Settings

__all__ = ["claim_and_form", "judged", "library_of"]

_SETTINGS = Settings(cache=False)


def library_of(files: dict[str, str], folder: Path) -> Library:
    """The families of these definition files."""
    paths = []
    for name, text in files.items():
        paths.append(folder / name)
        paths[-1].write_text(text, encoding="utf-8")
    return pipeline.read(paths)


def claim_and_form(entry: Any, folder: Path) -> tuple[Claim, Known]:
    """What the entry is about, and its formula, read from definition files. Raises `BadInput`."""
    definition = convert.converted(entry)
    library = library_of(definition.files, folder)
    [source] = [source for source in library.files if source.path.name == definition.first]
    [request] = known_requests(library.sources[source.name])
    about = claim_of(request, library)
    [form] = forms_of(about)
    return about, form


def judged(entry: Any) -> Judged:
    """The entry's formula with its verdict."""
    with tempfile.TemporaryDirectory() as made:
        about, _ = claim_and_form(entry, Path(made))
        [form] = pipeline.prove(about, _SETTINGS).known
        return form
