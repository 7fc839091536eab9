"""How a result was checked, in words."""

from __future__ import annotations

from collections.abc import Callable

from symkl.model import Check, Verdict
from symkl.writeup.escape import escaped

__all__ = ["NOTES", "evidence", "verdict_words"]

_METHODS = {
    "kernel": "normal form",
    "enclosure": "ball enclosure",
    "quadrature": "quadrature",
    "property": "property",
}
_VERDICTS = {
    "proved": r"proved~$\proved$",
    "numeric": r"numeric~$\numeric$",
    "unknown": r"undecided~$\unknown$",
    "failed": r"\textbf{refuted}~$\failed$",
}

NOTES = (
    r"The mark beside a line says how that line was checked: $\checkmark$ its two sides have one normal form, "
    r"$\approx$ they agree in numbers, ? undecided, $\times$ refuted; a line without a mark is a general argument. "
    r"\emph{Proved} means that every marked line holds exactly, that every condition follows from the parameters' "
    "domains or is stated, and that the defining integral or sum, evaluated without use of the derivation, agrees. It "
    "is relative to the cited theorems and to the computer algebra. A ball enclosure is a rigorous bound on the "
    "integral at one point; quadrature estimates it from the density as given. The points are rational numbers, drawn "
    "pseudo-randomly from the parameters' domains.",
)


def verdict_words(verdict: Verdict) -> str:
    """The verdict with its mark, as LaTeX."""
    return _VERDICTS[verdict.kind]


def evidence(verdict: Verdict, lettered: Callable[[str], str] = str) -> str:
    """`every one of 8 steps is proved; ball enclosure, 5 points to 30 digits; ...`, as LaTeX.

    `lettered` puts the write-up's letters for a lone p and q.
    """
    parts = [_check(c, lettered) for c in verdict.checks]
    if verdict.note and not any(verdict.note == check.note for check in verdict.checks):
        parts.append(lettered(escaped(verdict.note)))
    if verdict.counterexample is not None:
        at = ", ".join(f"{name} = {value}" for name, value in verdict.counterexample.at)
        given, true = verdict.counterexample.given, verdict.counterexample.true
        parts.append(escaped(f"at {at} it gives {given}, the defining integral {true}"))
    return "; ".join(dict.fromkeys(parts)) or "--"


def _check(check: Check, lettered: Callable[[str], str]) -> str:
    note = lettered(escaped(check.note.replace(">=", "\u2265")))
    if check.passed is None:
        return f"{_METHODS.get(check.method, escaped(check.method))} undecided" + (f" ({note})" if note else "")
    if check.method in ("kernel", "property") and note:
        words = note
    else:
        words = _METHODS.get(check.method, escaped(check.method))
    if check.points:
        words += f", {check.points} point{'s' if check.points != 1 else ''}"
    if check.digits is not None:
        words += f" to {check.digits} digits"
    return words if check.passed else rf"{words}: \emph{{disagrees}}" + (f" ({note})" if note != words else "")
