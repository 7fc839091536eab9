"""The manifest knows what is fresh; the output folder keeps what is written inside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from symkl.build.folder import MANIFEST, Folder
from symkl.build.manifest import Entry, complaints, fresh, load, removed, save
from symkl.errors import BadInput


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "build")


def _entry(folder: Folder, *names: str, key: str = "k", origin: str = "", good: bool = True) -> Entry:
    return Entry(
        key, origin, {name: folder.write(name, name.encode()) for name in names}, {"verdict": "proved"}, good=good
    )


def test_what_is_saved_is_loaded(folder: Folder) -> None:
    entries = {
        "A": _entry(folder, "a.tex", "numpy/a.py"),
        "B": Entry("other", "x/b.toml", signs={"A": "+"}, good=False),
    }
    save(folder, entries)
    assert load(folder) == entries


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"schema": 1, "entries": {}}',
        '{"schema": 3, "entries": {"A": {"key": 1}}}',
        '{"schema": 3, "entries": {"A": {"key": "", "signs": {"B": 1}}}}',
        '{"schema": 3, "entries": {"A": {"key": "", "outputs": {"../x": 1}}}}',
        '{"schema": 3, "entries": {"A": {"key": "", "troubles": [[1, 2]]}}}',
    ],
)
def test_a_manifest_that_cannot_be_read_is_as_good_as_none(text: str, folder: Folder) -> None:
    folder.write("a.tex", b"")
    folder.path(MANIFEST).write_text(text)
    assert load(folder) == {}


def test_an_entry_is_fresh_until_its_key_or_one_of_its_files_changes(folder: Folder) -> None:
    entry = _entry(folder, "a.tex", "b.tex")
    assert fresh(folder, entry, "k")
    assert not fresh(folder, entry, "another key")
    assert not fresh(folder, None, "k")
    folder.path("b.tex").write_text("changed")
    assert not fresh(folder, entry, "k")
    folder.remove("b.tex")
    assert not fresh(folder, entry, "k")
    assert not fresh(folder, _entry(folder, "a.tex", good=False), "k")


def test_check_names_the_stale_the_missing_and_the_extra(folder: Folder) -> None:
    entries = {"A": _entry(folder, "a.tex"), "B": _entry(folder, "b.tex"), "C": _entry(folder, "c.tex", key="old")}
    keys = {"A": "k", "B": "k", "C": "k", "D": "k"}
    folder.path("a.tex").write_text("changed")
    folder.remove("b.tex")
    folder.write("sub/own.txt", b"")
    found = complaints(folder, entries, keys, ())
    assert [line.split(":")[0] for line in found] == ["stale", "missing", "stale", "missing", "extra"]
    for line, name in zip(found, ("a.tex", "b.tex", "C", "D", "sub/own.txt"), strict=True):
        assert name in line


def test_check_finds_nothing_where_all_is_well_and_calls_outputs_of_removed_definitions_extra(folder: Folder) -> None:
    entries = {"A": _entry(folder, "a.tex"), "B": _entry(folder, "b.tex")}
    assert complaints(folder, entries, {"A": "k", "B": "k"}, ()) == []
    assert complaints(folder, entries, {"A": "k"}, ["B"]) == ["extra: b.tex"]


def test_an_entry_is_gone_only_if_its_own_folder_was_asked_for(folder: Folder) -> None:
    entries = {"A": Entry("k"), "B": Entry("k", "own/b.toml"), "C": Entry("k", "c.toml")}
    assert removed(entries, {"A"}, {""}) == []
    assert removed(entries, set(), {""}) == ["A"]
    assert removed(entries, {"A"}, {"own"}) == ["B"]
    assert removed(entries, {"A"}, {"."}) == ["C"]


@pytest.mark.parametrize("name", ["../x", "a/../../x", "..", "", "/etc/x"])
def test_nothing_is_written_outside_the_folder(name: str, folder: Folder) -> None:
    folder.write("a", b"")
    with pytest.raises(BadInput, match="outside"):
        folder.write(name, b"")


def test_nothing_is_written_through_a_link_that_leads_outside(folder: Folder, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    folder.write("a", b"")
    (folder.root / "numpy").symlink_to(outside)
    with pytest.raises(BadInput, match="link"):
        folder.write("numpy/a.py", b"")
    (folder.root / "b").symlink_to(outside / "b")
    folder.write("b", b"new")
    assert list(outside.iterdir()) == []
    assert (folder.root / "b").read_bytes() == b"new"


def test_the_folder_itself_may_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    Folder(tmp_path / "link").write("a", b"1")
    assert (tmp_path / "real" / "a").read_bytes() == b"1"


def test_sweeping_removes_half_written_files_alone(folder: Folder) -> None:
    folder.write("numpy/a.py", b"")
    folder.path("numpy/.a.py.x8k2.part").write_bytes(b"half")
    folder.path("own.part").write_bytes(b"the user's")
    folder.sweep()
    assert folder.names() == ["numpy/a.py", "own.part"]


def test_removing_the_last_file_removes_its_sub_folder_but_never_the_folder(folder: Folder) -> None:
    folder.write("numpy/a.py", b"")
    folder.write("numpy/b.py", b"")
    folder.remove("numpy/a.py")
    assert folder.names() == ["numpy/b.py"]
    folder.remove("numpy/b.py")
    assert folder.root.is_dir()
    assert list(folder.root.iterdir()) == []
