"""A piece's line in the summary, and what was wrong with it, in words."""

from __future__ import annotations

from collections.abc import Sequence

from symkl.build.plan import origin
from symkl.library import Library
from symkl.overview import sign
from symkl.proofs import Proof, known_rows
from symkl.tally import STATUSES
from symkl.trouble import trouble, worst_verdict

__all__ = ["COLUMNS", "signs_of", "summary_of", "total", "troubles_of"]

_STATUS = {"closed": "closed form", "conditional": "by cases", "infinite": "oo", "none": "no closed form"}

#: the columns of the summary after the name
COLUMNS = ("entropy", "KL", *STATUSES, "verdict")


def summary_of(proofs: Sequence[Proof]) -> dict[str, str]:
    """The entropy's status, that of the KL within the family, how many KLs have which status, the worst verdict."""
    kl = [p for p in proofs if p.request.quantity == "kl" and not p.request.where]
    own = [p for p in kl if p.request.q == p.request.p]
    entropy = [p for p in proofs if p.request.quantity == "entropy" and not p.request.where]
    verdicts = [p.verdict for p in proofs if p.status not in (None, "none") and p.verdict is not None]
    verdicts += [row["verdict"] for p in proofs if p.checked is not None for row in p.checked["known"]]
    return {
        "entropy": _status(entropy),
        "KL": _status(own or kl[:1]),
        **{status: str(sum(p.status == status for p in kl)) for status in STATUSES},
        "verdict": worst_verdict(verdicts),
    }


def signs_of(proofs: Sequence[Proof]) -> dict[str, str]:
    """How the KL against each family came out, in a character."""
    plain = [p for p in proofs if p.request.quantity == "kl" and p.request.q is not None and not p.request.where]
    return {str(p.request.q): sign(p.status, p.verdict) for p in plain}


def _status(proofs: Sequence[Proof]) -> str:
    if not proofs:
        return "-"
    return _STATUS.get(proofs[0].status or "", "not derived")


def total(summaries: Sequence[dict[str, str]]) -> dict[str, str]:
    """The counts of all pieces together, and the worst of their verdicts."""
    counts = {status: str(sum(int(summary.get(status, 0)) for summary in summaries)) for status in STATUSES}
    return {**counts, "verdict": worst_verdict(summary["verdict"] for summary in summaries if "verdict" in summary)}


def troubles_of(proofs: Sequence[Proof], library: Library) -> list[tuple[int, str]]:
    """Exit codes and lines for all that is failed, unknown or broken; what has no closed form is no trouble."""
    found = []
    for proof in proofs:
        code, line = trouble(proof)
        if line:
            found.append((code, line))
        title, verdict = proof.request.title, proof.verdict
        if proof.given_up:
            found.append((3, f"{title}: {proof.why}"))
        elif verdict in _CODES and proof.status != "none":
            found.append((_CODES[verdict], f"{title}: {verdict}{': ' + proof.why if proof.why else ''}"))
        for row in known_rows(proof, library):
            if row["verdict"] in _CODES:
                path = library.sources[proof.request.p].path
                place = f"{origin(path) or path.name}: {row['field']}"
                line = f"{place}: the known form of {title} is {row['verdict']}: {row['formula']}"
                found.append((_CODES[row["verdict"]], line))
    return found


_CODES = {"failed": 1, "unknown": 3}
