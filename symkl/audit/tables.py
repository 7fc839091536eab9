"""An audit as a table: rows of text for whoever prints them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from symkl.audit.findings import Finding, worst_of
from symkl.audit.report import Audit

__all__ = ["HEADER", "lines_late", "lines_left_out", "rows", "summary"]

HEADER = ["what", "kind", "points", "worst", "given", "true", "error"]
#: so many names of what was left out for one reason are told
_NAMED = 12


def rows(found: Audit, *, everything: bool = False) -> list[list[str]]:
    """For each subject and kind of finding: at how many points, and the worst; where digits are lost if wanted."""
    lines = []
    for one in found.audited:
        for worst in worst_of(one.findings):
            if everything or worst.severity == "wrong":
                count = sum(finding.kind == worst.kind for finding in one.findings)
                lines.append(
                    [
                        one.subject.title,
                        worst.kind,
                        str(count),
                        _place(worst),
                        _short(worst.given),
                        _short(worst.true),
                        _error(worst),
                    ]
                )
    return lines


def _place(finding: Finding) -> str:
    if finding.regime == "arrays":
        return f"arrays of {' and '.join(dict.fromkeys(value for _, value in finding.at))}"
    values = ", ".join(f"{name} = {_short(value)}" for name, value in finding.at)
    return (
        f"{values} ({finding.note})" if finding.note and finding.regime in ("near", "touching", "outside") else values
    )


def _short(text: str) -> str:
    """A number to eight digits; words cut short."""
    try:
        value = float(text)
    except ValueError:
        return text if len(text) <= 60 else f"{text[:57]}..."
    return f"{value:.8g}" if math.isfinite(value) else text


def _error(finding: Finding) -> str:
    if finding.absolute is None:
        return ""
    if finding.relative is None or finding.kind in ("negative", "loses digits"):
        return f"{finding.absolute:.1e}, {finding.ulp:.0e} ULP"
    return f"{finding.absolute:.1e}, {finding.relative:.0e} of it"


def summary(found: Audit) -> str:
    """How much was audited, and how much of that is wrong."""
    count = {q: sum(one.subject.quantity == q for one in found.audited) for q in ("kl", "entropy")}
    wrong = sum(any(f.severity == "wrong" for f in one.findings) for one in found.audited)
    digits = sum(any(f.severity == "digits" for f in one.findings) for one in found.audited)
    points, known = (sum(getattr(one, name) for one in found.audited) for name in ("points", "known"))
    much = f"{count['kl']} divergences and {count['entropy']} entropies at {points} points, the truth known at {known}"
    which = f"wrong somewhere: {wrong}; digits lost: {digits}; left out: {len(found.left_out)}"
    return f"{found.library} {found.version}: {much}; {which}"


def lines_left_out(left: Sequence[tuple[str, str]]) -> list[str]:
    """For each reason what was left out for it."""
    by_reason: dict[str, list[str]] = {}
    for what, why in left:
        by_reason.setdefault(why, []).append(what)
    found = []
    for why, names in by_reason.items():
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        found.append(f"not audited, {why}: {', '.join(names[:_NAMED])}{more}")
    return found


def lines_late(found: Audit) -> list[str]:
    """Which calls had no answer in time."""
    return [f"no answer in time to {one.late} of the calls of {one.subject.title}" for one in found.audited if one.late]
