"""What comes of an audit: per subject what is wrong, and the whole as JSON."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from symkl.audit.findings import SEVERITY, Finding
from symkl.audit.subjects import Subject

__all__ = ["SCHEMA", "Audit", "Audited", "report"]

#: the form of the report; another number where it changes
SCHEMA = 1


@dataclass(frozen=True)
class Audited:
    """A subject with at how many points it has an answer, at how many of these the truth is known, and what is wrong.

    `refused` is how many points the library does not accept, `late` how many calls had no answer in time.
    """

    subject: Subject
    points: int
    known: int
    refused: int
    late: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Audit:
    """What was audited, what was left out and why, and where our own truth is not what a quadrature says."""

    library: str
    version: str
    audited: tuple[Audited, ...]
    left_out: tuple[tuple[str, str], ...]
    apart: tuple[str, ...] = ()


def report(found: Audit, seed: int) -> dict[str, Any]:
    """The audit as JSON."""
    kinds = Counter(finding.kind for one in found.audited for finding in one.findings)
    return {
        "schema": SCHEMA,
        "library": found.library,
        "version": found.version,
        "seed": seed,
        "audited": [_row(one) for one in found.audited],
        "left_out": [{"id": what, "why": why} for what, why in found.left_out],
        "apart": list(found.apart),
        "summary": {
            "audited": len(found.audited),
            "points": sum(one.points for one in found.audited),
            "known": sum(one.known for one in found.audited),
            "refused": sum(one.refused for one in found.audited),
            "late": sum(one.late for one in found.audited),
            "wrong": sum(any(f.severity == "wrong" for f in one.findings) for one in found.audited),
            "findings": {kind: kinds[kind] for kind in SEVERITY if kinds[kind]},
        },
    }


def _row(one: Audited) -> dict[str, Any]:
    return {
        "id": one.subject.id,
        "quantity": one.subject.quantity,
        "p": one.subject.first.title,
        "q": one.subject.second.title if one.subject.second else None,
        "families": [side.family.name for side in (one.subject.first, one.subject.second) if side],
        "points": one.points,
        "known": one.known,
        "refused": one.refused,
        "late": one.late,
        "findings": [
            {
                "kind": f.kind,
                "severity": f.severity,
                "regime": f.regime,
                "note": f.note,
                "at": dict(f.at),
                "given": f.given,
                "true": f.true,
                "origin": f.origin,
                "absolute": f.absolute,
                "relative": f.relative,
                "ulp": f.ulp,
                "confirmed": f.confirmed,
            }
            for f in one.findings
        ],
    }
