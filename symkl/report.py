"""Derivations and verdicts as the data that `--format json` and `--json` print. Expressions are text."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

import sympy as sp

from symkl.language import to_text
from symkl.model import Claim, Counterexample, Derivation, Judged, Step, Verdict, Verified

__all__ = [
    "SCHEMA",
    "claim_title",
    "counterexample_data",
    "derivation_data",
    "known_data",
    "status_word",
]

SCHEMA = 1


def _text(expression: sp.Basic | None) -> str | None:
    return None if expression is None else to_text(expression)


def claim_title(claim: Claim) -> str:
    """The claim in words that a person reads: `KL(Normal || Gamma) where mu_2 = 0`."""
    p = claim.p.family.name
    q = claim.q.family.name if claim.q else ""
    of = _text(claim.of)
    head = {
        "entropy": f"H({p})",
        "cross_entropy": f"H({p}, {q})",
        "kl": f"KL({p} || {q})",
        "expectation": f"E_{p}[{of}]",
    }[claim.quantity]
    tail = ", ".join(f"{name} = {to_text(value)}" for name, value in claim.where)
    return f"{head} where {tail}" if tail else head


def derivation_data(verified: Verified) -> dict[str, Any]:
    """The derivation as `symkl derive --format json` prints it."""
    d = verified.derivation
    claim = d.claim
    return {
        "schema": SCHEMA,
        "id": claim.id,
        "quantity": claim.quantity,
        "p": claim.p.family.name,
        "q": claim.q.family.name if claim.q else None,
        "of": _text(claim.of),
        "where": {name: to_text(value) for name, value in claim.where},
        "status": d.status,
        "result": _text(d.result),
        "cases": [{"when": [to_text(c) for c in case.when], "value": to_text(case.value)} for case in d.cases],
        "otherwise": d.otherwise,
        "conditions": [to_text(c) for c in d.conditions],
        "reason": d.reason or None,
        "verdict": verified.verdict.kind,
        "evidence": _evidence(verified.verdict),
        "counterexample": counterexample_data(verified.verdict.counterexample),
        "note": verified.verdict.note or None,
        "steps": _steps(d.steps, verified.steps),
        "lemmas": _lemmas(verified),
        "masters": list(d.masters),
        "known": [known_data(claim, judged) for judged in verified.known],
        "seconds": round(d.seconds, 3),
    }


def _steps(steps: Sequence[Step], verdicts: Sequence[Verdict]) -> list[dict[str, Any]]:
    return [
        {
            "rule": step.rule,
            "before": to_text(step.before),
            "after": to_text(step.after),
            "because": step.because,
            "verdict": verdict.kind if verdict else "unknown",
        }
        for step, verdict in zip_longest(steps, verdicts[: len(steps)])
    ]


def _lemmas(verified: Verified) -> list[dict[str, Any]]:
    rows = zip_longest(verified.derivation.lemmas, verified.lemmas, verified.lemma_steps)
    return [
        {
            "statement": to_text(lemma.statement),
            "value": _text(lemma.value),
            "conditions": [to_text(c) for c in lemma.conditions],
            "method": lemma.method,
            "verdict": verdict.kind if verdict else "unknown",
            "steps": _steps(lemma.steps, steps or ()),
        }
        for lemma, verdict, steps in rows
    ]


def _evidence(verdict: Verdict) -> list[dict[str, Any]]:
    return [
        {"method": c.method, "passed": c.passed, "points": c.points, "digits": c.digits, "note": c.note}
        for c in verdict.checks
    ]


def counterexample_data(found: Counterexample | None) -> dict[str, Any] | None:
    """A counterexample as JSON holds it."""
    return None if found is None else {"at": dict(found.at), "given": found.given, "true": found.true}


def known_data(claim: Claim, judged: Judged) -> dict[str, Any]:
    """A known form of a derivation, with its verdict."""
    return {
        "id": claim.id,
        "quantity": claim.quantity,
        "p": claim.p.family.name,
        "q": claim.q.family.name if claim.q else None,
        "field": judged.known.field,
        "formula": judged.known.text,
        "source": judged.known.source,
        "verdict": judged.verdict.kind,
        "counterexample": counterexample_data(judged.verdict.counterexample),
    }


def status_word(derivation: Derivation) -> str:
    """The result in a word or a formula, for a table."""
    if derivation.status in ("closed", "conditional") and derivation.result is not None:
        return to_text(derivation.result)
    return {"infinite": "oo", "conditional": "by cases", "none": "no closed form"}.get(
        derivation.status, derivation.status
    )
