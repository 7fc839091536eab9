"""How a result was checked, in words."""

from __future__ import annotations

from symkl.model import Check, Verdict
from symkl.writeup.escape import escaped

__all__ = ["NOTES", "evidence"]

_METHODS = {
    "kernel": "exact reduction to the same normal form",
    "enclosure": "rigorous ball enclosures of the defining integral",
    "quadrature": "plain quadrature or summation of the density itself",
    "property": "property",
}
_VERDICTS = {
    "proved": r"\textbf{proved}",
    "numeric": r"\textbf{numerically confirmed}",
    "unknown": r"\textbf{undecided}",
    "failed": r"\textbf{refuted}",
}

NOTES = (
    r"The mark beside a line of a proof says how that line was checked: $\checkmark$ reduced to zero exactly, "
    r"$\approx$ agrees with numbers, ? undecided, $\times$ refuted. \emph{Proved} means: the two sides of every line have one "
    "normal form, every condition follows from the domains or is stated, and the defining integral, evaluated without use "
    "of the derivation, agrees. It is relative to the cited integrals and to the computer algebra used.",
)


def evidence(verdict: Verdict) -> str:
    """`proved; rigorous ball enclosures (5 points, 30 digits); ...`, as LaTeX."""
    parts = [_VERDICTS[verdict.kind], *(_check(c) for c in verdict.checks)]
    text = "; ".join(parts)
    if verdict.note:
        text += f" ({escaped(verdict.note)})"
    if verdict.counterexample is not None:
        at = ", ".join(f"{name} = {value}" for name, value in verdict.counterexample.at)
        text += escaped(
            f"; at {at} it gives {verdict.counterexample.given}, the defining integral {verdict.counterexample.true}"
        )
    return text + "."


def _check(check: Check) -> str:
    words = _METHODS.get(check.method, escaped(check.method))
    details = []
    if check.points:
        details.append(f"{check.points} point{'s' if check.points != 1 else ''}")
    if check.digits is not None:
        details.append(f"{check.digits} digits")
    if check.note:
        details.append(escaped(check.note))
    outcome = {True: "", False: r" \emph{does not agree}", None: r" \emph{could not be run}"}[check.passed]
    return words + outcome + (f" ({', '.join(details)})" if details else "")
