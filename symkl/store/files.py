"""The store: what has been derived and verified, kept from one run to the next.

It lies in `$SYMKL_CACHE_DIR`, else in `symkl` under `$XDG_CACHE_HOME` or `~/.cache`. A file that cannot be read, was
cut short or holds something else is as good as none. Losing the store costs time and nothing else.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["PART", "Store", "digest", "replace", "store_folder"]

#: how the name of a file ends that is not whole yet
PART = ".part"


def store_folder() -> Path:
    """Where the store lies."""
    own = os.environ.get("SYMKL_CACHE_DIR")
    if own:
        return Path(own)
    xdg = os.environ.get("XDG_CACHE_HOME", "")
    # the XDG rules: a relative path there is to be ignored
    return (Path(xdg) if Path(xdg).is_absolute() else Path.home() / ".cache") / "symkl"


def digest(value: Any) -> str:
    """The SHA-256 of a value that JSON can hold."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


def replace(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: beside its place, then renamed over it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name[:40]}.", suffix=PART, dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        umask = os.umask(0)
        os.umask(umask)
        Path(name).chmod(0o666 & ~umask)  # mkstemp makes files that only the owner may read
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


@dataclass(frozen=True)
class Store:
    """A folder of JSON files, or none (then nothing is ever found, and nothing kept)."""

    folder: Path | None

    def _path(self, key: str) -> Path:
        assert self.folder is not None
        return self.folder / key[:2] / f"{key}.json"

    def get(self, key: str) -> Any | None:
        """What was put under the key; None where nothing was, or where the file is damaged."""
        if self.folder is None:
            return None
        try:
            held = json.loads(self._path(key).read_bytes())
            return held["value"] if held["key"] == key and held["digest"] == digest(held["value"]) else None
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None

    def put(self, key: str, value: Any) -> None:
        """Keep a value. A store that cannot be written is no error: the next run derives again."""
        if self.folder is None:
            return
        held = {"key": key, "digest": digest(value), "value": value}
        with contextlib.suppress(OSError):
            replace(self._path(key), json.dumps(held, sort_keys=True, separators=(",", ":")).encode())
