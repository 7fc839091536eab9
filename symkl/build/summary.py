"""A piece's line in the summary, and what was wrong with it, in words."""

from __future__ import annotations

from collections.abc import Sequence

from symkl.proving import Proof
from symkl.report import claim_title, trouble, worst_verdict

__all__ = ["summary_of", "troubles_of"]

_STATUS = {"closed": "closed form", "conditional": "by cases", "infinite": "oo", "none": "no closed form"}


def summary_of(proofs: Sequence[Proof]) -> dict[str, str]:
    """The entropy's status, the KL's from its own kind, how many pairs, and the worst verdict of all."""
    kl = [p for p in proofs if p.claim.quantity == "kl" and not p.claim.where]
    own = [p for p in kl if p.claim.q is not None and p.claim.q.family.name == p.claim.p.family.name]
    entropy = [p for p in proofs if p.claim.quantity == "entropy" and not p.claim.where]
    verdicts = [p.verified.verdict.kind if p.verified else "unknown" for p in proofs]
    verdicts += [judged.verdict.kind for p in proofs if p.verified for judged in p.verified.known]
    return {
        "entropy": _status(entropy),
        "KL": _status(own or kl[:1]),
        "pairs": str(len(kl)),
        "verdict": worst_verdict(verdicts),
    }


def _status(proofs: Sequence[Proof]) -> str:
    if not proofs:
        return "-"
    verified = proofs[0].verified
    return "not derived" if verified is None else _STATUS[verified.derivation.status]


def troubles_of(proofs: Sequence[Proof]) -> list[tuple[int, str]]:
    """Exit codes and lines for all that is failed, unknown or broken."""
    found = []
    for proof in proofs:
        code, line = trouble(proof.claim, proof.error, proof.bug)
        if line:
            found.append((code, line))
        if proof.verified is not None:
            title = claim_title(proof.claim)
            kind = proof.verified.verdict.kind
            if kind in ("failed", "unknown"):
                note = proof.verified.derivation.reason or proof.verified.verdict.note
                found.append((1 if kind == "failed" else 3, f"{title}: {kind}{': ' + note if note else ''}"))
            for judged in proof.verified.known:
                if judged.verdict.kind in ("failed", "unknown"):
                    place = f"{proof.claim.p.family.origin}: {judged.known.field}"
                    code = 1 if judged.verdict.kind == "failed" else 3
                    found.append(
                        (code, f"{place}: the known form of {title} is {judged.verdict.kind}: {judged.known.text}")
                    )
    return found
