"""`judge`: a published closed form against what was derived, and against the defining integral."""

from __future__ import annotations

from dataclasses import replace

import sympy as sp

from symkl.algebra import assuming, is_zero, standing
from symkl.model import Check, Claim, Counterexample, Derivation, Judged, Known, Parameter, Verdict
from symkl.verify.bounds import boundless, bounds, listed
from symkl.verify.evidence import by_enclosure, by_quadrature
from symkl.verify.infinite import by_support, diverging
from symkl.verify.numbers import ball_of, decimal
from symkl.verify.points import Point, draw, shown
from symkl.verify.rounding import by_rounding, guardless, guards, roundings

__all__ = ["UNITS", "judge", "judge_form"]

#: the value of one unit in nats
UNITS: dict[str, sp.Expr] = {"nats": sp.Integer(1), "bits": sp.log(2)}

#: the points at which a form is held against the integral that is the same expression as a proved result
_VOUCHED = 2


def judge(
    known: Known,
    claim: Claim,
    derivation: Derivation | None = None,
    *,
    digits: int = 30,
    points: int = 8,
    plain_points: int = 2,
    seed: int = 0,
    vouched: bool = False,
) -> Judged:
    """The known form, converted to nats, with its verdict; `claim` is the one that it is about, its `where` applied.

    `vouched` says that the derived result has been proved, its own oracle included: a form that is seen to be the same
    expression is then held against the integral at two points, and not by quadrature.
    """
    form = known.formula.subs(_fixed(claim), simultaneous=True)
    verdict = judge_form(
        form,
        UNITS[known.units],
        claim,
        derivation,
        digits=digits,
        points=points,
        plain_points=plain_points,
        seed=seed,
        vouched=vouched,
    )
    return Judged(known, verdict)


def judge_form(
    form: sp.Expr,
    unit: sp.Expr,
    claim: Claim,
    derivation: Derivation | None,
    *,
    digits: int = 30,
    points: int = 8,
    plain_points: int = 2,
    seed: int = 0,
    vouched: bool = False,
) -> Verdict:
    """`form * unit` against the derived result (then the verdict may be "proved") and against the defining integral."""
    if derivation is not None and derivation.status == "infinite" and form not in (sp.oo, -sp.oo):
        return _against_infinity(form, claim, plain_points, seed)
    conditions = derivation.conditions if derivation is not None else ()
    if any(isinstance(condition, sp.Eq) for condition in conditions):
        # derived for parameters that are tied, and the form does not say that they are
        derivation, conditions = None, tuple(c for c in conditions if not isinstance(c, sp.Eq))
    inside = draw(claim, points, seed, conditions)
    if form in (sp.oo, -sp.oo):
        return _infinity(form, claim, inside)
    kernel = _kernel(form * unit, claim, derivation)
    short = vouched and kernel.passed
    balls = by_enclosure(form, claim, inside[:_VOUCHED] if short else inside, digits, unit)
    others = () if short and balls.check.passed else (by_quadrature(form, claim, inside[:plain_points], unit),)
    checks = (kernel, balls.check, *(other.check for other in others))
    for evidence in (balls, *others):
        if evidence.counterexample is not None:
            wrong = Verdict("failed", checks, evidence.counterexample)
            return _approximation(form, unit, claim, derivation, inside, digits) or wrong
    ran = any(check.passed for check in checks[1:])
    kind = "proved" if kernel.passed and ran else "numeric" if ran else "unknown"
    note = _unbounded(form, unit, claim, derivation) or kernel.note if kind == "numeric" else balls.check.note
    return Verdict(kind, checks, note="" if kind == "proved" else note)


def _unbounded(form: sp.Expr, unit: sp.Expr, claim: Claim, derivation: Derivation | None) -> str:
    """In words, that a form is the derived result wherever its bounds do not take hold, if it is."""
    free = boundless(form)
    if free == form or not _kernel(free * unit, claim, derivation).passed:
        return ""
    return f"equal to the truth wherever no bound takes hold ({listed(bounds(form))})"


def _approximation(
    form: sp.Expr, unit: sp.Expr, claim: Claim, derivation: Derivation | None, inside: list[Point], digits: int
) -> Verdict | None:
    """The verdict on a form that differs from the truth by the rounding of its numbers, or by a guard; else None."""
    bare = guardless(form)
    if bare != form:
        found = judge_form(bare, unit, claim, derivation, digits=digits)
        size = ", ".join(str(sp.Float(tiny, 3)) for tiny in sorted(guards(form), key=abs))
        note = f"an approximation: equal to the truth without the term {size}" + ("; " if found.note else "")
        return replace(found, kind="numeric", note=note + found.note) if found.kind in ("proved", "numeric") else None
    if not roundings(form):
        return None
    check = by_rounding(form * unit, claim, inside, digits)
    return Verdict("numeric", (check,), note=check.note) if check.passed else None


def _infinity(form: sp.Expr, claim: Claim, inside: list[Point]) -> Verdict:
    """The form `oo` (or `-oo`): proved where p is shown to have mass where q has none."""
    found = diverging(claim, inside, form)
    if found.counterexample is not None:
        return Verdict("failed", (found.check,), found.counterexample, found.check.note)
    support = by_support(claim)
    if support is not None:
        return Verdict("proved", (support, found.check))
    return Verdict("numeric" if found.check.passed else "unknown", (found.check,), note=found.check.note)


def _kernel(form: sp.Expr, claim: Claim, derivation: Derivation | None) -> Check:
    if derivation is None or derivation.result is None:
        return Check("kernel", None, note="nothing closed was derived to compare it with")
    with assuming((*standing(claim), *derivation.conditions)):
        same = is_zero(form - derivation.result)
    if same:
        return Check("kernel", True, note="the difference from the derived result is 0 in normal form")
    return Check("kernel", None, note="the normal form does not decide whether it equals the derived result")


def _against_infinity(form: sp.Expr, claim: Claim, plain_points: int, seed: int) -> Verdict:
    """A finite form for what is infinite: wrong as soon as the oracle agrees that it is infinite."""
    for point in draw(claim, plain_points, seed):
        found = diverging(claim, [point])
        value = ball_of(form, point, 20)
        if found.check.passed and value is not None:
            counterexample = Counterexample(shown(point), decimal(value), "oo")
            return Verdict("failed", (found.check,), counterexample, found.check.note)
    return Verdict("unknown", note="the form could not be evaluated, or the integral not seen to diverge")


def _fixed(claim: Claim) -> dict[sp.Basic, sp.Expr]:
    """What the claim's `where` says, for a formula that still names a fixed parameter."""
    names = dict(claim.where)
    found: dict[sp.Basic, sp.Expr] = {}
    for member in (claim.p, claim.q):
        if member is not None:
            index = "" if claim.q is None else "1" if member.role == "p" else "2"
            for old in member.family.parameters:
                new = Parameter(old.name, old.domain, index=index)
                if new.full_name in names:
                    found[new.symbol] = names[new.full_name]
    return found
