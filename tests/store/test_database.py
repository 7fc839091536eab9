"""The store keeps what it was given, and is as good as empty where it was damaged."""

from __future__ import annotations

import logging
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from symkl.store import Key, Store, store_folder
from symkl.store import database as module

KEY, OTHER = Key("slot", "version"), Key("other", "version")


def test_what_is_put_is_got_and_nothing_else(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.put(KEY, {"a": [1, "2", None]}, b"body")
    for again in (store, Store(tmp_path)):
        assert again.head(KEY) == {"a": [1, "2", None]}
        assert again.get(KEY) == ({"a": [1, "2", None]}, b"body")
        assert again.head(OTHER) is again.get(OTHER) is None


def test_what_two_versions_found_lies_side_by_side(tmp_path: Path) -> None:
    store, newer = Store(tmp_path), Key("slot", "newer")
    store.put(KEY, "old")
    assert store.head(newer) is None
    store.put(newer, "new")
    store.put(newer, "newest")
    assert (store.head(KEY), store.head(newer)) == ("old", "newest")


@pytest.mark.parametrize(("column", "value"), [("body", b"bodz"), ("head", '"heal"'), ("head", "{"), ("sum", "x")])
def test_a_changed_record_is_as_good_as_none_and_is_replaced(column: str, value: object, tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.put(KEY, "head", b"body")
    with closing(sqlite3.connect(tmp_path / module.FILE)) as other, other:
        other.execute(f"UPDATE records SET {column} = ?", (value,))
    assert store.get(KEY) is None
    store.put(KEY, "head", b"body")
    assert store.get(KEY) == ("head", b"body")


@pytest.mark.parametrize("damage", ["truncate", "overwrite", "garbage"])
def test_a_damaged_file_is_started_afresh_with_a_note(
    damage: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = Store(tmp_path)
    for i in range(200):
        store.put(Key(f"slot {i}", ""), "head", os.urandom(1000))
    store.close()
    path = tmp_path / module.FILE
    whole = path.read_bytes()
    path.write_bytes(
        {
            "truncate": whole[:10_000],
            "overwrite": whole[:5000] + os.urandom(len(whole) - 5000),
            "garbage": os.urandom(9000),
        }[damage]
    )
    with caplog.at_level(logging.WARNING):
        again = Store(tmp_path)
        found = [again.get(Key(f"slot {i}", "")) for i in range(200)]
        again.put(KEY, "head", b"body")
    assert None in found
    assert all(one is None or len(one[1]) == 1000 for one in found)
    assert Store(tmp_path).get(KEY) == ("head", b"body")
    assert "started afresh" in caplog.text


def test_an_empty_file_and_one_of_another_layout_are_filled(tmp_path: Path) -> None:
    (tmp_path / module.FILE).write_bytes(b"")
    Store(tmp_path).put(KEY, "head")
    with closing(sqlite3.connect(tmp_path / module.FILE)) as other, other:
        other.execute("PRAGMA user_version = 99")
    assert Store(tmp_path).head(KEY) is None
    Store(tmp_path).put(KEY, "head")
    assert Store(tmp_path).head(KEY) == "head"


def test_without_a_folder_and_without_the_right_to_write_it_lasts_for_the_run(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("here is no folder")
    for folder in (None, blocked):
        store = Store(folder)
        store.put(KEY, 1, b"body")
        assert store.get(KEY) == (1, b"body")
        assert Store(folder).get(KEY) is None
    assert blocked.read_text() == "here is no folder"


def test_only_the_latest_records_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST", 10)
    store = Store(tmp_path)
    for i in range(30):
        store.put(Key(f"slot {i}", ""), i)
    again = Store(tmp_path)
    assert [i for i in range(30) if again.head(Key(f"slot {i}", "")) is not None] == list(range(20, 30))


def test_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    script = (
        "import sys\nfrom pathlib import Path\nfrom symkl.store import Key, Store\n"
        "store = Store(Path(sys.argv[1]))\n"
        "for i in range(100):\n    store.put(Key(f'{sys.argv[2]} {i}', ''), i, b'x' * 500)\n"
        "assert store._beside is None\n"
    )
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    running = [
        subprocess.Popen([sys.executable, "-c", script, str(tmp_path), name], env=env) for name in ("a", "b", "c")
    ]
    assert [process.wait() for process in running] == [0, 0, 0]
    store = Store(tmp_path)
    assert all(store.get(Key(f"{name} {i}", "")) == (i, b"x" * 500) for name in "abc" for i in range(100))


def test_the_store_lies_where_the_environment_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SYMKL_CACHE_DIR", str(tmp_path / "own"))
    assert store_folder() == tmp_path / "own"
    monkeypatch.delenv("SYMKL_CACHE_DIR")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert store_folder() == tmp_path / "symkl"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert store_folder() == tmp_path / "home" / ".cache" / "symkl"
