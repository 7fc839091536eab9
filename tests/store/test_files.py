"""The store keeps what it was given, and is as good as empty where it was damaged."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from symkl.store import Store, digest, replace, store_folder

KEY = "ab" + "0" * 62


def test_what_is_put_is_got_and_nothing_else(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.put(KEY, {"a": [1, "2", None]})
    assert store.get(KEY) == {"a": [1, "2", None]}
    assert store.get("cd" + KEY[2:]) is None


@pytest.mark.parametrize("damage", ["truncate", "flip", "empty", "garbage", "another"])
def test_a_damaged_file_is_as_good_as_none_and_is_replaced(damage: str, tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.put(KEY, {"value": 12345})
    [path] = list(tmp_path.rglob("*.json"))
    whole = path.read_bytes()
    path.write_bytes(
        {
            "truncate": whole[: len(whole) // 2],
            "flip": whole.replace(b"12345", b"12346"),
            "empty": b"",
            "garbage": os.urandom(64),
            "another": b'{"key": "x", "value": 1, "digest": "y"}',
        }[damage]
    )
    assert store.get(KEY) is None
    store.put(KEY, {"value": 12345})
    assert store.get(KEY) == {"value": 12345}


def test_without_a_folder_nothing_is_kept() -> None:
    store = Store(None)
    store.put(KEY, 1)
    assert store.get(KEY) is None


def test_a_store_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("here is no folder")
    store = Store(blocked)
    store.put(KEY, 1)
    assert store.get(KEY) is None


def test_a_write_that_fails_leaves_the_old_file_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x"
    replace(path, b"old")
    monkeypatch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        replace(path, b"new")
    assert [p.name for p in tmp_path.iterdir()] == ["x"]
    assert path.read_bytes() == b"old"


def test_files_are_made_with_the_rights_that_the_umask_leaves(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        replace(tmp_path / "x", b"")
    finally:
        os.umask(before)
    assert (tmp_path / "x").stat().st_mode & 0o777 == 0o640


def test_the_store_lies_where_the_environment_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SYMKL_CACHE_DIR", str(tmp_path / "own"))
    assert store_folder() == tmp_path / "own"
    monkeypatch.delenv("SYMKL_CACHE_DIR")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert store_folder() == tmp_path / "symkl"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert store_folder() == tmp_path / "home" / ".cache" / "symkl"


def test_a_digest_depends_on_every_value_and_not_on_the_order_of_keys() -> None:
    assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})
    assert digest({"a": 1}) != digest({"a": "1"}) != digest({"a": 2})
