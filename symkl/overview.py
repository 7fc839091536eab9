"""What the store knows about the visible families, as `symkl list --json` prints it."""

from __future__ import annotations

from typing import Any

from symkl import model
from symkl.library import Library
from symkl.proving import claim_key, open_store
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
            {"p": p.name, "q": q.name, **_found(model.claim("kl", p, q), store, settings)}
            for p in families
            for q in families
        ],
        "entropies": [{"p": p.name, **_found(model.claim("entropy", p), store, settings)} for p in families],
    }


def _found(claim: model.Claim, store: Store, settings: Settings) -> dict[str, str | None]:
    record = store.get(claim_key(claim, settings))
    if record is None:
        return {"status": None, "verdict": None}
    try:
        return {"status": record["derivation"]["status"], "verdict": record["verdict"]["kind"]}
    except (KeyError, TypeError):
        return {"status": None, "verdict": None}
