"""The store: what has been derived and verified, kept from one run to the next in one SQLite file.

It lies in `$SYMKL_CACHE_DIR`, else in `symkl` under `$XDG_CACHE_HOME` or `~/.cache`. A record that was cut short or
changed is as good as none; a file that is no database any more is started afresh. Losing the store costs time and
nothing else.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import sqlite3
from pathlib import Path
from typing import Any, NamedTuple

__all__ = ["FILE", "Key", "Store", "Unreadable", "store_folder"]

FILE = "store.sqlite3"
_SCHEMA = 2
#: how many records are kept, those written last; all pairs of 57 families are some 7,000
_MOST = 30_000
_TABLE = """
CREATE TABLE IF NOT EXISTS records (slot TEXT, stamp TEXT, sum TEXT, head TEXT, body BLOB, PRIMARY KEY (slot, stamp))
"""


class Unreadable(ValueError):
    """A record that does not hold what it should: another version's, damaged, or forged."""


class Key(NamedTuple):
    """What a record answers (`slot`), and which versions answered it (`stamp`)."""

    slot: str
    stamp: str


def store_folder() -> Path:
    """Where the store lies."""
    own = os.environ.get("SYMKL_CACHE_DIR")
    if own:
        return Path(own)
    xdg = os.environ.get("XDG_CACHE_HOME", "")
    # the XDG rules: a relative path there is to be ignored
    return (Path(xdg) if Path(xdg).is_absolute() else Path.home() / ".cache") / "symkl"


class Store:
    """Records by key: a `head` that JSON can hold, for a glance, and a `body`. Without a folder: for this run alone."""

    def __init__(self, folder: Path | None) -> None:
        self._path = None if folder is None else folder / FILE
        self._connection: sqlite3.Connection | None = None
        self._beside: Store | None = None

    def head(self, key: Key) -> Any | None:
        """The head of the record; None where there is none."""
        row = self._row("SELECT head FROM records WHERE slot = ? AND stamp = ?", key)
        with contextlib.suppress(ValueError, TypeError, RecursionError):
            return None if row is None else json.loads(row[0])
        return None

    def get(self, key: Key) -> tuple[Any, bytes] | None:
        """The head and the body of the record; None where there is none, or where it is damaged."""
        row = self._row("SELECT head, body, sum FROM records WHERE slot = ? AND stamp = ?", key)
        with contextlib.suppress(ValueError, TypeError, AttributeError):
            if row is not None and row[2] == _sum(row[0], row[1]):
                return json.loads(row[0]), row[1]
        return None

    def put(self, key: Key, head: Any, body: bytes = b"") -> None:
        """Keep a record: for this run alone where the store cannot be written, which is no error."""
        text = json.dumps(head, separators=(",", ":"))
        row = (key.slot, key.stamp, _sum(text, body), text, body)
        try:
            self._execute("INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?, ?)", row)
        except sqlite3.OperationalError:
            self._beside = self._beside or Store(None)
            self._beside.put(key, head, body)

    def _row(self, query: str, key: Key) -> Any:
        found = self._beside and self._beside._row(query, key)
        with contextlib.suppress(sqlite3.OperationalError):
            found = found or self._execute(query, key)
        return found

    def close(self) -> None:
        """Let the file go."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def __del__(self) -> None:
        with contextlib.suppress(sqlite3.Error, AttributeError):
            self.close()

    def _execute(self, query: str, values: tuple[Any, ...]) -> Any:
        """Raises `OperationalError`: there is no such folder, no right to write, another process holds on to it."""
        try:
            self._connection = self._connection or self._opened()
            return self._connection.execute(query, values).fetchone()
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:
            self._start_afresh()
            self._connection = self._opened()
            return self._connection.execute(query, values).fetchone()

    def _opened(self) -> sqlite3.Connection:
        if self._path is not None:
            with contextlib.suppress(OSError):
                self._path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self._path or ":memory:", timeout=20, isolation_level=None)
        try:
            # each record is its own transaction; after a power cut the file may be damaged, which is noticed
            connection.execute("PRAGMA synchronous = OFF")
            if connection.execute("PRAGMA user_version").fetchone()[0] not in (0, _SCHEMA):
                connection.execute("DROP TABLE records")
            connection.execute(_TABLE)
            connection.execute(f"PRAGMA user_version = {_SCHEMA}")
            connection.execute("DELETE FROM records WHERE rowid <= (SELECT max(rowid) FROM records) - ?", (_MOST,))
        except sqlite3.OperationalError:
            pass  # it may be read all the same
        except sqlite3.DatabaseError:
            connection.close()
            raise
        return connection

    def _start_afresh(self) -> None:
        self.close()
        if self._path is not None:
            logging.getLogger(__name__).warning("note: the store %s was damaged and is started afresh", self._path)
            with contextlib.suppress(OSError):
                self._path.unlink()


def _sum(head: str, body: bytes) -> str:
    return hashlib.sha256(head.encode() + b"\0" + body).hexdigest()
