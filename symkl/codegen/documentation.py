"""What a generated function says about itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import sympy as sp

from symkl.codegen.arguments import Signature
from symkl.codegen.cases import Case
from symkl.codegen.program import Documentation
from symkl.model import Claim, Verdict, Verified

__all__ = ["documentation"]

_TITLES = {"entropy": "Entropy", "cross_entropy": "Cross-entropy", "kl": "KL divergence"}
_METHODS = {
    "kernel": "proved by symbolic algebra",
    "enclosure": "enclosed rigorously",
    "quadrature": "compared with quadrature of the defining integral or sum",
    "property": "properties",
}


def documentation(
    verified: Verified, chosen: Signature, parts: Sequence[Case], text: Callable[[sp.Expr], str]
) -> Documentation:
    """The pieces of the docstring: formula, conditions, verdict, sources, and how exact the form is."""
    derivation, claim = verified.derivation, verified.derivation.claim
    forms = [part.form for part in parts]
    notes = [derivation.reason] if derivation.status == "infinite" and derivation.reason else []
    if any(not form.rearranged for form in forms):
        notes.append("No rearranged form could be proved equal: this is the closed form as derived")
    if claim.quantity == "kl" and not all(form.nonnegative for form in forms):
        notes.append("The form is not a sum of non-negative terms: a result below 0 by rounding is set to 0")
    conditions = [_relation(c, text) for c in map(chosen.put, derivation.conditions) if _remains(c, parts)]
    sources = [judged.known.source for judged in verified.known if judged.verdict.kind in ("proved", "numeric")]
    return Documentation(
        title=_title(claim, text),
        formula=_formula(derivation.result, chosen, text),
        conditions=tuple(conditions),
        otherwise={"oo": "infinite", "undefined": "undefined (nan)", "unknown": "not known (nan)"}.get(
            derivation.otherwise or "", ""
        ),
        verdict=_verdict(verified.verdict),
        sources=tuple(dict.fromkeys(sources)),
        notes=tuple(notes),
    )


def _remains(condition: sp.Basic, parts: Sequence[Case]) -> bool:
    """Whether a case still asks for it: that two parameters differ, a form may not."""
    return not isinstance(condition, sp.Ne) or any(condition in part.when for part in parts)


def _title(claim: Claim, text: Callable[[sp.Expr], str]) -> str:
    p = claim.p.family.name
    if claim.q is None:
        told = f"{_TITLES[claim.quantity]} of {p}"
    elif claim.quantity == "kl":
        told = f"{_TITLES[claim.quantity]} KL({p} || {claim.q.family.name})"
    else:
        told = f"{_TITLES[claim.quantity]} H({p}, {claim.q.family.name})"
    bound = ", ".join(f"{name} = {text(value)}" for name, value in claim.where)
    return f"{told} where {bound}, in nats." if bound else f"{told}, in nats."


def _formula(result: sp.Expr | None, chosen: Signature, text: Callable[[sp.Expr], str]) -> str:
    if result is None or result == sp.oo:
        return "oo"
    return text(result.subs(chosen.substitution, simultaneous=True))


def _relation(condition: sp.Basic, text: Callable[[sp.Expr], str]) -> str:
    if len(condition.args) == 2 and hasattr(condition, "rel_op"):
        return f"{text(condition.args[0])} {condition.rel_op} {text(condition.args[1])}"
    return str(condition)


def _verdict(verdict: Verdict) -> str:
    told = []
    for check in verdict.checks:
        if not check.passed:
            continue
        words = _METHODS.get(check.method, check.method)
        if check.method == "property" and check.note:
            words = check.note
        elif check.points:
            words += f" at {check.points} points"
            words += f" to {check.digits} digits" if check.digits else ""
        told.append(words)
    return f"{verdict.kind} ({'; '.join(told)})" if told else verdict.kind
