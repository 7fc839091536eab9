"""What a decorator or a marker said, as a claim about a function."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from symkl.checking import Question
from symkl.errors import BadInput, Location
from symkl.marks.mark import Mark
from symkl.places import Place

__all__ = ["claim_of_function"]

_OWN = ("of", "where", "map", "units", "dims", "definitions", "function")
_CHOICES = {"units": ("nats", "bits"), "dims": ("none", "sum", "mean")}


def claim_of_function(
    given: Sequence[Any], keywords: Mapping[str, Any], function: str, arguments: Sequence[str], name: str, place: Place
) -> Mark:
    """The claim that `given` and `keywords` make about `function`, which is `path.py:name` and takes the arguments."""
    try:
        return _claim(given, keywords, function, arguments, name, place)
    except BadInput as error:
        return Mark(name, place, refusal=error)


def _claim(
    given: Sequence[Any], keywords: Mapping[str, Any], function: str, arguments: Sequence[str], name: str, place: Place
) -> Mark:
    if not 2 <= len(given) <= 3 or not all(given[:2]) or not all(isinstance(word, str | None) for word in given):
        what = "a claim names a quantity and one or two families, as texts"
        raise BadInput(what, None, 'write: claims("kl", "Normal", "Normal", mu_1="mu")')
    said = {key: keywords[key] for key in _OWN if key in keywords}
    for key, choices in _CHOICES.items():
        if said.get(key, choices[0]) not in choices:
            raise BadInput(f"{said[key]!r} is not known here", Location(field=key), f"write {' or '.join(choices)}")
    quantity, p, q = (*given, None)[:3]
    question = Question(
        quantity,
        p,
        q,
        "function",
        _text(said, "function") or function,
        _text(said, "of"),
        _pairs(said.get("map", ()), "map"),
        _pairs(said.get("where", ()), "where"),
        said.get("units", "nats"),
        said.get("dims", "none"),
        tuple((key, _number(value, key)) for key, value in keywords.items() if key not in _OWN),
        tuple(arguments),
    )
    return Mark(name, place, question, definitions=_files(said, place.path))


def _text(said: Mapping[str, Any], key: str) -> str | None:
    value = said.get(key)
    if value is None or isinstance(value, str):
        return value
    raise BadInput(f"expected a text, found {value!r}", Location(field=key))


def _number(value: Any, key: str) -> str:
    """A formula, or a number as its formula."""
    if isinstance(value, str):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return repr(value)
    raise BadInput(f"expected a formula in quotes or a number, found {value!r}", Location(field=key))


def _pairs(value: Any, key: str) -> tuple[str, ...]:
    """A mapping, or a sequence of texts, as `NAME=EXPR` texts."""
    if isinstance(value, Mapping):
        return tuple(f"{name}={_number(text, key)}" for name, text in value.items())
    if isinstance(value, str):
        return (value,)
    if isinstance(value, (list, tuple)) and all(isinstance(text, str) for text in value):
        return tuple(value)
    raise BadInput(f"expected a mapping, found {value!r}", Location(field=key), f'write {key}={{"mu_2": "0"}}')


def _files(said: Mapping[str, Any], path: Path) -> tuple[Path, ...]:
    value = said.get("definitions", ())
    files = (value,) if isinstance(value, str) else value
    if not isinstance(files, (list, tuple)) or not all(isinstance(file, str) for file in files):
        raise BadInput(f"expected names of files, found {value!r}", Location(field="definitions"))
    return tuple(path.parent / file for file in files)
