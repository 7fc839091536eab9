"""Derivations, and the checks of them, as bytes and back.

The families are not part of a record, and the claim in outline only: whoever reads it has them. All else is written
out field by field, so that a new field of the model needs no change here; what stands in several places (a lemma of a
cross-entropy is one of the divergence as well) is written once.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import sympy as sp

from symkl import model
from symkl.model import Claim, Derivation, Family, Judged, Known, Verdict, Verified
from symkl.store.database import Unreadable
from symkl.store.trees import Reader, Writer

__all__ = ["read_checks", "read_derivation", "write_checks", "write_derivation"]

_TYPES: dict[str, Any] = {
    name: getattr(model, name)
    for name in ("Case Check Claim Counterexample Derivation Distribution Judged Lemma Parameter Step Verdict".split())
}
_NAMES = {cls: name for name, cls in _TYPES.items()}


@dataclass(frozen=True)
class _Checks:
    """What a `Verified` has beyond its derivation."""

    verdict: Verdict
    steps: tuple[Verdict, ...]
    lemmas: tuple[Verdict, ...]
    lemma_steps: tuple[tuple[Verdict, ...], ...]
    known: tuple[Judged, ...]


def write_derivation(derivation: Derivation) -> bytes:
    """The derivation, without the seconds that it took."""
    record = _Record(derivation.claim)
    root = {f.name: record.value(getattr(derivation, f.name)) for f in fields(derivation) if f.name != "seconds"}
    return record.packed(root)


def read_derivation(body: bytes, claim: Claim, seconds: float = 0.0) -> Derivation:
    """The derivation of this claim that was recorded. Raises `Unreadable` where the bytes hold anything else."""
    read, root = _unpacked(body, claim)
    try:
        return Derivation(**{name: read.value(value) for name, value in root.items()}, seconds=seconds)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Unreadable(f"{type(error).__name__}: {error}") from error


def write_checks(verified: Verified) -> bytes:
    """What the verified derivation has beyond the derivation."""
    record = _Record(verified.derivation.claim)
    return record.packed({f.name: record.value(getattr(verified, f.name)) for f in fields(_Checks)})


def read_checks(body: bytes, derivation: Derivation) -> Verified:
    """The derivation with the checks of it that were recorded. Raises `Unreadable` where they are something else."""
    read, root = _unpacked(body, derivation.claim)
    try:
        checks = _Checks(**{name: read.value(value) for name, value in root.items()})
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Unreadable(f"{type(error).__name__}: {error}") from error
    if not isinstance(checks.verdict, Verdict):
        raise Unreadable("there is no verdict")
    return Verified(derivation, **{f.name: getattr(checks, f.name) for f in fields(_Checks)})


class _Record:
    """What is being written: `objects` refer to expressions by `{"e": number}`, to each other by `{"o": number}`."""

    def __init__(self, claim: Claim) -> None:
        self._claim = claim
        self._trees = Writer()
        self._objects: list[Any] = []
        self._numbers: dict[int, int] = {}

    def packed(self, root: Any) -> bytes:
        held = {"nodes": self._trees.nodes, "objects": self._objects, "root": root}
        return zlib.compress(json.dumps(held, separators=(",", ":")).encode())

    def value(self, value: Any) -> Any:
        if value is None or isinstance(value, (str, bool, int, float)):
            return value
        if isinstance(value, tuple):
            return [self.value(v) for v in value]
        if isinstance(value, sp.Basic):
            return {"e": self._trees.put(value)}
        if isinstance(value, Family):
            return {"family": value.name}
        if isinstance(value, Known):
            return {"known": value.field}
        if isinstance(value, Claim) and value == _outlined(self._claim, value.quantity, value.q is not None):
            return {"claim": value.quantity, "pair": value.q is not None}
        return {"o": self._object(value)}

    def _object(self, value: Any) -> int:
        name = _NAMES.get(type(value))
        if name is None or not is_dataclass(value):
            raise Unreadable(f"a {type(value).__name__} has no place in a record")
        number = self._numbers.get(id(value))
        if number is None:
            made = [name, *(self.value(getattr(value, f.name)) for f in fields(value))]
            number = self._numbers[id(value)] = len(self._objects)
            self._objects.append(made)
        return number


class _Reading:
    """What is being read, for the claim that it is about."""

    def __init__(self, nodes: list[Any], objects: Sequence[Any], claim: Claim) -> None:
        self._claim = claim
        self._trees = Reader(nodes)
        self._families = {d.family.name: d.family for d in (claim.p, claim.q) if d is not None}
        self._known = {known.field: known for known in claim.p.family.known}
        self._made: list[Any] = []
        for name, *values in objects:
            self._made.append(_TYPES[name](*(self.value(v) for v in values)))

    def value(self, part: Any) -> Any:
        if isinstance(part, list):
            return tuple(self.value(p) for p in part)
        if not isinstance(part, dict):
            return part
        if "e" in part:
            return self._trees.get(part["e"])
        if "o" in part:
            return self._made[part["o"]]
        if "claim" in part:
            return _outlined(self._claim, part["claim"], part["pair"])
        if "known" in part:
            return self._known[part["known"]]
        return self._families[part["family"]]


def _unpacked(body: bytes, claim: Claim) -> tuple[_Reading, dict[str, Any]]:
    try:
        held = json.loads(zlib.decompress(body))
        return _Reading(held["nodes"], held["objects"], claim), dict(held["root"])
    except Unreadable:
        raise
    except (zlib.error, KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError) as error:
        raise Unreadable(f"{type(error).__name__}: {error}") from error


def _outlined(claim: Claim, quantity: str, pair: bool) -> Claim:
    """The claim itself, or one of those that a divergence is put together from."""
    of = claim.of if quantity == claim.quantity else None
    return Claim(quantity, claim.p, claim.q if pair else None, of, claim.where)
