"""What the store knows about the visible families, as `symkl list --json` prints it."""

from __future__ import annotations

from typing import Any

from symkl.library import Library
from symkl.proving import key_of, open_store
from symkl.settings import Settings
from symkl.store import Store

__all__ = ["overview"]

SCHEMA = 1


def overview(library: Library, settings: Settings) -> dict[str, Any]:
    """Families, pairs and entropies; status and verdict are None where nothing has been derived yet."""
    store = open_store(settings)
    families = list(library.families.values())
    return {
        "schema": SCHEMA,
        "families": [{"name": f.name, "parameters": [p.name for p in f.parameters], "kind": f.kind} for f in families],
        "pairs": [
            {"p": p.name, "q": q.name, **_found(store, key_of("kl", p, q, settings))}
            for p in families
            for q in families
        ],
        "entropies": [{"p": p.name, **_found(store, key_of("entropy", p, None, settings))} for p in families],
    }


def _found(store: Store, key: str) -> dict[str, str | None]:
    record = store.get(key)
    if record is None:
        return {"status": None, "verdict": None}
    try:
        return {"status": record["derivation"]["status"], "verdict": record["verdict"]["kind"]}
    except (KeyError, TypeError):
        return {"status": None, "verdict": None}
