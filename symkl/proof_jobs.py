"""Deriving, verifying and printing one claim, as a job in a child process: plain data in, heads and bodies out."""

from __future__ import annotations

import base64
import hashlib
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from symkl.proofs import Head, read_proof
from symkl.requests import Request
from symkl.settings import Settings
from symkl.workers import shared

if TYPE_CHECKING:
    from symkl.model import Derivation

__all__ = ["derive_one", "print_one", "verify_one"]

#: in a child: what it derived last, which it need not read when it is to verify it
_LATEST: OrderedDict[str, Derivation] = OrderedDict()
_MOST = 128


def derive_one(request: Request) -> dict[str, Any]:
    """In a child: derive."""
    from symkl import pipeline
    from symkl.reading import claim_of
    from symkl.store.records import write_derivation

    derivation = pipeline.derive(claim_of(request, shared()))
    body = write_derivation(derivation)
    head = {
        "status": derivation.status,
        "reason": derivation.reason,
        "otherwise": derivation.otherwise,
        "seconds": round(derivation.seconds, 3),
        "sum": _sum(body),
    }
    _LATEST[f"{request}{head['sum']}"] = derivation
    if len(_LATEST) > _MOST:
        _LATEST.popitem(last=False)
    return {"head": head, "body": base64.b64encode(body).decode()}


def verify_one(request: Request, body: str, derived: str, settings: Settings) -> dict[str, Any]:
    """In a child: verify what was derived, and judge the known forms."""
    import time

    from symkl import pipeline
    from symkl.reading import claim_of
    from symkl.report import counterexample_data
    from symkl.store.records import read_derivation, write_checks

    begun = time.perf_counter()
    derivation = _LATEST.pop(f"{request}{derived}", None)
    if derivation is None:
        claim = claim_of(request, shared())
        derivation = read_derivation(base64.b64decode(body), claim) if body else pipeline.derive(claim)
    verified = pipeline.judge(pipeline.verify(derivation, settings), settings)
    checks = write_checks(verified)
    head = {
        "verdict": verified.verdict.kind,
        "note": verified.verdict.note,
        "known": [
            {
                "field": judged.known.field,
                "verdict": judged.verdict.kind,
                "counterexample": counterexample_data(judged.verdict.counterexample),
            }
            for judged in verified.known
        ],
        "seconds": round(time.perf_counter() - begun, 3),
        "of": derived,
        "sum": _sum(checks),
    }
    return {"head": head, "body": base64.b64encode(checks).decode()}


def print_one(request: Request, derived: Head, body: str) -> dict[str, Any]:
    """In a child: a derivation as JSON prints it."""
    from symkl.reading import claim_of
    from symkl.report import derivation_data

    found = read_proof(claim_of(request, shared()), derived, base64.b64decode(body), {}, b"")
    return {**derivation_data(found), "verdict": None, "note": None}


def _sum(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:32]
