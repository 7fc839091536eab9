"""TOML files as tables whose every access is checked, so that each refusal can name the file and the dotted field."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from symkl.errors import BadInput, Location, nearest

__all__ = ["MAX_BYTES", "Table", "digest", "formula_text", "plain_text", "printable", "read_toml"]

MAX_BYTES = 1_000_000  # of one file
_CONTROL = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")  # Unicode categories that can hide or reorder text
_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


def read_toml(path: Path) -> Table:
    """The file as a table; BadInput where it cannot be read, is too long, or is not TOML."""
    where = Location(str(path))
    try:
        if not path.is_file():
            raise BadInput("is a directory, not a file" if path.is_dir() else "there is no such file", where)
        if path.stat().st_size > MAX_BYTES:
            raise BadInput(f"the file has {path.stat().st_size} bytes; at most {MAX_BYTES} are read", where)
        return Table(tomllib.loads(path.read_text(encoding="utf-8")), where)
    except OSError as error:
        raise BadInput(f"the file cannot be read: {error.strerror}", where) from None
    except UnicodeDecodeError as error:
        raise BadInput(f"the file is not UTF-8 (byte {error.start + 1})", where) from None
    except tomllib.TOMLDecodeError as error:
        raise _broken(str(error), where) from None
    except BadInput:
        raise
    except (ValueError, RecursionError, MemoryError):
        raise BadInput("the file holds a number that is too long, or is nested too deeply", where) from None


def _broken(message: str, where: Location) -> BadInput:
    found = _PLACE.search(message)
    what = f"broken TOML: {_PLACE.sub('', message)}"
    todo = "a key stands there for the second time" if "overwrite" in message or "declare" in message else ""
    if found is None or found.group(1) is None:
        return BadInput(f"{what} at the end of the file" if found else what, where, todo)
    return BadInput(what, Location(where.file, f"line {found.group(1)}", int(found.group(2))), todo)


class Table:
    """A TOML table and where it stands."""

    def __init__(self, data: Any, where: Location) -> None:
        if not isinstance(data, dict):
            raise BadInput(f"expected a table, found {_kind(data)}", where)
        self.data, self.where = data, where

    def at(self, key: str) -> Location:
        return replace(self.where, field=f"{self.where.field}.{key}" if self.where.field else key)

    def __contains__(self, key: str) -> bool:
        return key in self.data

    def check_keys(self, required: Iterable[str], optional: Iterable[str] = ()) -> None:
        """Refuse unknown keys, with the nearest known one, and missing ones."""
        required = list(required)
        known = [*required, *optional]
        for key in self.data:
            if key not in known:
                advice = nearest(key, known) or f"known here: {', '.join(known)}"
                raise BadInput(f"unknown key '{printable(key)}'", self.where, advice)
        for key in required:
            if key not in self.data:
                raise BadInput(f"the key '{key}' is missing", self.where)

    def text(self, key: str, default: str | None = None, longest: int = 200) -> str:
        """A string without control characters; `default` where the key is absent."""
        if key not in self.data and default is not None:
            return default
        return plain_text(self.data[key], self.at(key), longest)

    def formula(self, key: str) -> str:
        """A string for the expression parser, which checks it; a whole number is taken as its digits."""
        return formula_text(self.data[key], self.at(key))

    def choice(self, key: str, choices: Sequence[str], default: str | None = None) -> str:
        value = self.text(key, default)
        if value not in choices:
            advice = nearest(value, choices) or f"one of {', '.join(choices)}"
            raise BadInput(f"'{value}' is not known here", self.at(key), advice)
        return value

    def table(self, key: str) -> Table:
        """The table under that key, empty where the key is absent."""
        return Table(self.data.get(key, {}), self.at(key))

    def tables(self, key: str) -> list[Table]:
        """The tables of an array `[[key]]`, counted from 1 in their field; none where the key is absent."""
        return [Table(item, self.at(f"{key}[{i}]")) for i, item in enumerate(self.list(key), start=1)]

    def list(self, key: str) -> list[Any]:
        value = self.data.get(key, [])
        if not isinstance(value, list):
            raise BadInput(f"expected a list, found {_kind(value)}", self.at(key))
        return value


def digest(file: Table) -> str:
    """SHA-256 of what the file says: comments and spacing are nothing to it, the order of the keys is."""
    return hashlib.sha256(json.dumps(file.data, ensure_ascii=True, default=str).encode()).hexdigest()


def formula_text(value: object, where: Location) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise BadInput(f"expected a formula in quotes, found {_kind(value)}", where)
    return value


def plain_text(value: object, where: Location, longest: int, allowed: str = "") -> str:
    """A string of bounded length without control characters other than those in `allowed`."""
    if not isinstance(value, str):
        raise BadInput(f"expected text in quotes, found {_kind(value)}", where)
    if len(value) > longest:
        raise BadInput(f"the text has {len(value)} characters; at most {longest} are allowed", where)
    for index, character in enumerate(value):
        if unicodedata.category(character) in _CONTROL and character not in allowed:
            place = replace(where, column=index + 1)
            raise BadInput(f"the control character {character!a} is not allowed in text", place)
    return value


def printable(key: str) -> str:
    """A key of somebody's file, fit for an error message."""
    return ascii(key[:60])[1:-1]


def _kind(value: object) -> str:
    names = {bool: "true or false", int: "a whole number", float: "a decimal number", str: "text", list: "a list",
             dict: "a table"}  # fmt: skip
    return names.get(type(value), "a date or time")
