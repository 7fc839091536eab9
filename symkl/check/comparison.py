"""A foreign formula judged: proved where it can be, else compared with the defining integral."""

from __future__ import annotations

from typing import Any

from symkl.check.branches import finite_elsewhere, where_infinite
from symkl.check.diagnosis import diagnosis
from symkl.check.formula import DIMENSIONS, Formula
from symkl.language import to_text
from symkl.model import Counterexample, Derivation, Judged, Known
from symkl.verify import judge

__all__ = ["comparison", "undecided"]

_WORDS = {"proved": "correct", "numeric": "correct", "failed": "wrong", "unknown": "undecided"}


def comparison(derivation: Derivation, formula: Formula, dims: str, vouched: bool = False) -> dict[str, Any]:
    """What `symkl check --json` prints; `vouched` says that the derivation has been proved."""
    judged = _judge(derivation, formula, vouched)
    verdict = judged.verdict
    if verdict.kind in ("proved", "numeric"):
        elsewhere = finite_elsewhere(derivation, formula.per_dimension)
        if elsewhere is not None:
            return _answer(derivation, formula, "wrong", False, elsewhere, where_infinite(derivation))
    counter = verdict.counterexample
    wrong = verdict.kind == "failed"
    if wrong:
        proved = any(c.method == "enclosure" and c.passed is False for c in verdict.checks)
    else:
        proved = verdict.kind == "proved"
    words = diagnosis(derivation, formula, dims) if wrong else verdict.note
    return _answer(derivation, formula, _WORDS[verdict.kind], proved, counter, words)


def _answer(
    derivation: Derivation, formula: Formula, verdict: str, proved: bool, counter: Counterexample | None, words: str
) -> dict[str, Any]:
    return {
        "verdict": verdict,
        "evidence": "proved" if proved else "numeric",
        "derived": None if derivation.result is None else to_text(derivation.result),
        "given": formula.text,
        "counterexample": None
        if counter is None
        else {"at": dict(counter.at), "given": counter.given, "true": counter.true},
        "diagnosis": words,
    }


def undecided(given: str, why: str) -> dict[str, Any]:
    """The same of a formula of which nothing was found out, and why."""
    found = {"verdict": "undecided", "evidence": "numeric", "derived": None, "given": given}
    return {**found, "counterexample": None, "diagnosis": why}


def _judge(derivation: Derivation, formula: Formula, vouched: bool) -> Judged:
    """The verdict on the formula; one that names D must be right for one, two and three dimensions."""
    sizes = (1, 2, 3) if formula.per_dimension.has(DIMENSIONS) else (1,)
    for size in sizes:
        claim = derivation.claim
        known = Known(
            quantity=claim.quantity,
            other=claim.q.family.name if claim.q else None,
            formula=formula.per_dimension.subs(DIMENSIONS, size),
            text=formula.text,
            source="--formula",
            field="--formula",
            where=claim.where,
            units=formula.units,
            of=claim.of,
        )
        judged = judge(known, claim, derivation, vouched=vouched)
        if judged.verdict.kind in ("failed", "unknown"):
            break
    return judged
