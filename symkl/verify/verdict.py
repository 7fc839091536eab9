"""`verify`: a derivation to its verdict. "proved" is what the kernel proved and the oracle did not contradict."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

import sympy as sp

from symkl.algebra import holds, standing
from symkl.model import Check, Derivation, Expectation, Verdict, Verified
from symkl.verify.evidence import Evidence, by_enclosure, by_quadrature
from symkl.verify.infinite import beyond, by_inequality, by_support, by_tails, diverging
from symkl.verify.numbers import truth
from symkl.verify.points import Point, draw
from symkl.verify.properties import properties
from symkl.verify.steps import StepVerdicts, check_steps

__all__ = ["verify"]


def verify(
    derivation: Derivation, *, digits: int = 30, points: int = 8, plain_points: int = 2, seed: int = 0
) -> Verified:
    """Check every step by the kernel, and the result against the defining integral at rational points.

    `points` are enclosed by rigorous balls to `digits` digits, `plain_points` integrated plainly; all are drawn from
    the parameters' domains by `seed`, inside the derivation's conditions (and one outside, where there are any).
    """
    steps = check_steps(derivation)
    if derivation.status == "infinite":
        verdict = _infinite(derivation, steps, plain_points, seed)
    elif derivation.result is None:
        verdict = _undefined(derivation, plain_points, seed)
    elif derivation.result.has(Expectation):
        verdict = _identity(derivation, steps, seed)
    else:
        verdict = _finite(derivation, steps, digits, points, plain_points, seed)
    return Verified(derivation, verdict, steps.steps, steps.lemmas, steps.lemma_steps)


def _finite(
    derivation: Derivation, steps: StepVerdicts, digits: int, points: int, plain_points: int, seed: int
) -> Verdict:
    claim, result = derivation.claim, derivation.result
    assert result is not None
    kernel = _kernel(derivation, steps)
    inside = _inside(derivation, points, seed)
    balls = by_enclosure(result, claim, inside, digits)
    plain = by_quadrature(result, claim, inside[:plain_points])
    found = [balls, plain, *properties(derivation, inside)]
    if derivation.otherwise == "oo" and any(not isinstance(c, sp.Ne) for c in derivation.conditions):
        found.append(beyond(claim, draw(claim, 1, seed, _bounds(derivation.conditions), outside=True)))
    checks = (kernel, *(evidence.check for evidence in found))
    broken = _broken(found)
    if broken is not None:
        return Verdict("failed", checks, broken.counterexample)
    if kernel.passed and (balls.check.passed or plain.check.passed):
        return Verdict("proved", checks, note=_shortfall(balls.check, plain.check, digits, points, plain_points))
    if balls.check.passed or plain.check.passed:
        return Verdict("numeric", checks, note=kernel.note)
    return Verdict("unknown", checks, note=balls.check.note or plain.check.note)


def _inside(derivation: Derivation, points: int, seed: int) -> list[Point]:
    """Points inside the conditions, some of them in each of the cases."""
    found = draw(derivation.claim, points, seed, derivation.conditions)
    cases = [case.when for case in derivation.cases if case.when]
    if len(cases) < 2 or not found:
        return found
    for case in cases:
        found += draw(derivation.claim, -(-points // len(cases)), seed, (*derivation.conditions, *case))
    kept = [point for at, point in enumerate(found) if point not in found[:at]]
    each = [[point for point in kept if all(truth(c, point) for c in case)] for case in cases]
    ordered = [point for group in zip_longest(*each) for point in group if point is not None]
    return (ordered or kept)[:points]


def _bounds(conditions: Sequence[sp.Basic]) -> list[sp.Basic]:
    """The conditions less those that only take out removable singularities."""
    return [condition for condition in conditions if not isinstance(condition, sp.Ne)]


def _shortfall(balls: Check, plain: Check, digits: int, points: int, plain_points: int) -> str:
    """What of the evidence that was asked for there is not."""
    missing = []
    if balls.points < points or (balls.digits or 0) < digits:
        missing.append(f"enclosed at {balls.points} of {points} points, to {balls.digits or 0} digits of {digits}")
    if plain.points < plain_points:
        missing.append(f"integrated plainly at {plain.points} of {plain_points} points")
    return "; ".join(missing)


def _identity(derivation: Derivation, steps: StepVerdicts, seed: int) -> Verdict:
    """A result that is stated in expectations without a closed form: the steps, and one point in double precision."""
    assert derivation.result is not None
    kernel = _kernel(derivation, steps)
    plain = by_quadrature(derivation.result, derivation.claim, draw(derivation.claim, 1, seed, derivation.conditions))
    if plain.counterexample is not None:
        return Verdict("failed", (kernel, plain.check), plain.counterexample)
    kind = "unknown" if not plain.check.passed else "proved" if kernel.passed else "numeric"
    note = "an identity; what it is stated in has no closed form here"
    return Verdict(kind, (kernel, plain.check), note=note if plain.check.passed else plain.check.note)


def _broken(found: Sequence[Evidence]) -> Evidence | None:
    return next((evidence for evidence in found if evidence.check.passed is False), None)


def _kernel(derivation: Derivation, steps: StepVerdicts) -> Check:
    """Every step proved, and every lemma's conditions either plain from the domains or stated on the claim."""
    if not derivation.steps or not steps.all_proved:
        open_steps = sum(verdict.kind != "proved" for verdict in steps.steps)
        return Check("kernel", None, note=f"{open_steps} of {len(steps.steps)} steps are not proved")
    given = (*standing(derivation.claim), *derivation.conditions)
    for lemma in derivation.lemmas:
        for condition in lemma.conditions:
            if lemma.value is not None and condition not in given and holds(condition, given) is not True:
                return Check("kernel", None, note=f"the condition {condition} of a lemma is not discharged")
    return Check("kernel", True, note=f"every one of {len(steps.steps)} steps is proved")


def _infinite(derivation: Derivation, steps: StepVerdicts, plain_points: int, seed: int) -> Verdict:
    claim = derivation.claim
    points = draw(claim, plain_points, seed)
    support = by_support(claim)
    found = None if support is not None else by_inequality(claim, points)
    seen = Evidence(found) if found is not None else diverging(claim, points, derivation.result or sp.oo)
    if seen.counterexample is not None:
        return Verdict("failed", (seen.check,), seen.counterexample)
    upwards = derivation.result in (None, sp.oo)
    proof = support or (by_tails(claim) if upwards else None) or _kernel(derivation, steps)
    checks = (proof, seen.check)
    if proof.passed and (seen.check.passed or support is not None):
        return Verdict("proved", checks, note=support.note if support is not None else derivation.reason)
    return Verdict("numeric" if seen.check.passed else "unknown", checks, note=seen.check.note)


def _undefined(derivation: Derivation, plain_points: int, seed: int) -> Verdict:
    claim = derivation.claim
    if derivation.otherwise != "undefined":
        return Verdict("unknown", note=derivation.reason)
    if claim.q is not None and claim.p.kind != claim.q.kind:
        return Verdict("proved", (Check("kernel", True, note=derivation.reason),), note=derivation.reason)
    found = diverging(claim, draw(claim, plain_points, seed), None)
    if found.counterexample is not None:
        return Verdict("failed", (found.check,), found.counterexample)
    kind = "numeric" if found.check.passed else "unknown"
    return Verdict(kind, (found.check,), note=found.check.note or derivation.reason)
