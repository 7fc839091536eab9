"""The closed forms that are measured: those that were proved, and why others are left out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from symkl.foreign import check_foreign
from symkl.library import Library
from symkl.measure.cases import Case
from symkl.model import Verified
from symkl.proving import prove_all
from symkl.settings import Settings
from symkl.trouble import trouble
from symkl.workers import Crew

__all__ = ["prove_cases"]

_SOUND = ("proved", "numeric")
_CLOSED = ("closed", "conditional")


def prove_cases(
    cases: Sequence[Case],
    library: Library,
    settings: Settings,
    crew: Crew,
    begin: Callable[[int], Callable[[str], None]],
) -> tuple[list[tuple[Case, Verified]], list[str]]:
    """The cases that have a closed form to generate code from, and a line about each of the others."""
    requests = list(dict.fromkeys(case.request for case in cases))
    check_foreign(library, requests, settings, crew)
    tick = begin(len(requests))
    proving = prove_all(requests, library, settings, crew, lambda proof: tick(proof.request.title))
    found, lost = [], []
    for case in cases:
        proof = proving.proofs[case.request]
        if proof.verdict in _SOUND and proof.status in _CLOSED:
            found.append((case, proving.verified(case.request)))
        else:
            why = trouble(proof)[1] or f"{proof.status}, {proof.verdict}{f': {proof.why}' if proof.why else ''}"
            lost.append(f"{case.title}: no closed form to measure ({why})")
    return found, lost
