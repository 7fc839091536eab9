"""What was built from what: read before a build, to see what is still good, and written after it."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import PurePath

from symkl.build.folder import MANIFEST, Folder

__all__ = ["Entry", "complaints", "fresh", "load", "removed", "save"]

SCHEMA = 3


@dataclass(frozen=True)
class Entry:
    """One definition's share: the key of its sources, its outputs with their digests, and its line in the summary.

    `origin` is the definition's path as the user gave it, empty for what comes with symkl. `good` says that
    nothing broke and nothing is missing: only what is good is left as it is by the next build, which tells its
    `troubles` (exit codes and lines: what is wrong or undecided; 0 for a note) again. `signs` has, of a family, the
    sign of the KL against each other family.
    """

    key: str
    origin: str = ""
    outputs: dict[str, str] = field(default_factory=dict)
    summary: dict[str, str] = field(default_factory=dict)
    signs: dict[str, str] = field(default_factory=dict)
    good: bool = True
    troubles: list[tuple[int, str]] = field(default_factory=list)


def load(folder: Folder) -> dict[str, Entry]:
    """The entries by name; none where there is no manifest that can be read."""
    try:
        held = json.loads(folder.path(MANIFEST).read_bytes())
        if held["schema"] != SCHEMA:
            return {}
        return {name: _entry(raw) for name, raw in held["entries"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def _entry(raw: Mapping[str, object]) -> Entry:
    told = [(int(code), line) for code, line in raw.get("troubles", ())]  # type: ignore[attr-defined]  # checked below
    entry = replace(Entry(**raw), troubles=told)  # type: ignore[arg-type]
    texts = [entry.key, entry.origin, *(line for _, line in told)]
    for held in (entry.outputs, entry.summary, entry.signs):
        texts += [*held, *held.values()]
    if not all(isinstance(text, str) for text in texts) or not isinstance(entry.good, bool):
        raise TypeError("a manifest holds texts")
    return entry


def save(folder: Folder, entries: Mapping[str, Entry]) -> None:
    """Write the manifest: sorted, so that its bytes are a function of the entries."""
    held = {"schema": SCHEMA, "entries": {name: asdict(entry) for name, entry in entries.items()}}
    folder.write(MANIFEST, (json.dumps(held, indent=1, sort_keys=True) + "\n").encode())


def fresh(folder: Folder, entry: Entry | None, key: str) -> bool:
    """Whether an entry is good, made from these very sources, and its files on disk are those it made."""
    return (
        entry is not None
        and entry.good
        and entry.key == key
        and all(folder.digest(name) == wanted for name, wanted in entry.outputs.items())
    )


def removed(entries: Mapping[str, Entry], wanted: Collection[str], folders: Collection[str]) -> list[str]:
    """The names of entries whose definition is gone: it lay in one of the folders asked for, and is not wanted.

    The folder "" stands for the definitions that come with symkl.
    """
    return sorted(
        name
        for name, entry in entries.items()
        if name not in wanted and (PurePath(entry.origin).parent.as_posix() if entry.origin else "") in folders
    )


def complaints(
    folder: Folder, entries: Mapping[str, Entry], keys: Mapping[str, str], gone: Collection[str]
) -> list[str]:
    """What `--check` finds wrong, a line each. `gone` are the entries whose definition is no more."""
    found = []
    for name, key in sorted(keys.items()):
        entry = entries.get(name)
        if entry is None:
            found.append(f"missing: {name} has not been built")
            continue
        if entry.key != key:
            files = ", ".join(sorted(entry.outputs)) or "nothing"
            found.append(f"stale: {name} has changed since its outputs were made ({files})")
        elif any(code for code, _ in entry.troubles) or not entry.good:
            found.append(f"stale: {name} was not built without complaint")
        for output, wanted in sorted(entry.outputs.items()):
            actual = folder.digest(output)
            if actual is None:
                found.append(f"missing: {output} (of {name})")
            elif actual != wanted:
                found.append(f"stale: {output} (of {name}) is not what was written")
    ours = {output for name, entry in entries.items() if name not in gone for output in entry.outputs}
    return found + [f"extra: {name}" for name in folder.names() if name not in ours]
