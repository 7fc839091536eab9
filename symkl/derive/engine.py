"""`derive`: a claim to its derivation, from the densities alone."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import lru_cache

import sympy as sp

from symkl.algebra import assuming, equal, holds, log_density, standing
from symkl.algebra.conditions import without_implied
from symkl.algebra.signs import bearing_on
from symkl.algebra.tidy import gathered, tidy
from symkl.derive.average import Average, average
from symkl.derive.growth import infinite_kl, infinite_unless
from symkl.derive.removable import with_limits
from symkl.derive.rules import cancellation, definition, difference, house_form, logarithm, simplification
from symkl.derive.support import inclusion
from symkl.model import Case, Claim, Derivation, Distribution, Expectation, Law, Lemma, Step
from symkl.model import claim as make_claim
from symkl.model.inert import CrossEntropy, Entropy, expectations

__all__ = ["derive"]


def derive(claim: Claim) -> Derivation:
    """The derivation of a claim. Never guesses: what has no closed form has status "none" and says what resisted."""
    start = time.perf_counter()
    with assuming(standing(claim)):
        made = with_limits(_BY_QUANTITY[claim.quantity](claim))
    return replace(made, seconds=time.perf_counter() - start)


def _log_steps(dist: Distribution) -> tuple[Step, ...]:
    value = gathered(log_density(dist))
    if dist.density is not None:
        return logarithm.apply(dist, dist.density, value)
    return (definition.log_density(dist, value),)


def _minus_log(claim: Claim, dist: Distribution, first: Step, *, part: bool = False) -> Derivation:
    """-E_p[log of the density of dist], the chain set out from by `first`."""
    logs = _log_steps(dist)
    written = -Expectation(logs[-1].after, claim.p.variable, Law(claim.p.role))
    steps = (*logs, first, Step(first.after, written, "logarithm", "the log-density put in"))
    found = average(claim.p, -log_density(dist), written, part=part)
    return _finish(claim, found, steps)


def _finish(claim: Claim, found: Average, steps: tuple[Step, ...]) -> Derivation:
    steps = (*steps, *found.steps)
    if found.divergent:
        names = ", ".join(f"E[{lemma.statement.body}]" for lemma in found.divergent)
        if found.infinite:
            return Derivation(
                claim,
                "infinite",
                sp.oo,
                steps,
                found.lemmas,
                reason=f"{names} is infinite and enters with positive weight",
            )
        return Derivation(
            claim, "none", None, steps, found.lemmas, otherwise="undefined", reason=f"{names} is not finite"
        )
    if found.value is None:  # not reached: a finite average has a value
        raise AssertionError(claim.id)
    if found.resisted:
        names = ", ".join(f"E[{lemma.statement.body}]" for lemma in found.resisted)
        return Derivation(
            claim,
            "none",
            found.value,
            steps,
            found.lemmas,
            found.conditions,
            reason=f"no closed form found for {names}",
        )
    return _closed(claim, found.value, steps, found.lemmas, found.conditions, found.otherwise)


def _closed(
    claim: Claim,
    value: sp.Expr,
    steps: tuple[Step, ...],
    lemmas: tuple[Lemma, ...],
    conditions: tuple[sp.Basic, ...],
    otherwise: str | None,
) -> Derivation:
    steps += _house_form(claim, value)
    value = steps[-1].after
    status = "conditional" if conditions else "closed"
    cases = _cases(value, conditions)
    return Derivation(claim, status, value, steps, lemmas, conditions, cases, otherwise if conditions else None)


def _cases(value: sp.Expr, conditions: tuple[sp.Basic, ...]) -> tuple[Case, ...]:
    if not value.has(sp.Piecewise):
        return (Case(conditions, value),)
    found: list[Case] = []
    before: list[sp.Basic] = []
    for branch, when in sp.piecewise_fold(value).args:
        here = sp.Not(sp.Or(*before)) if when == sp.true else when
        found.append(Case((*conditions, *sp.And.make_args(here)), branch))
        before.append(when)
    return tuple(found)


def _house_form(claim: Claim, value: sp.Expr) -> tuple[Step, ...]:
    """The first published form of this claim that is proved equal, as the last step: for print, never for the proof."""
    other = claim.q.family.name if claim.q else None
    for known in claim.p.family.known:
        same = (known.quantity, known.other, known.of, known.units) == (claim.quantity, other, claim.of, "nats")
        if same and dict(known.where) == dict(claim.where) and equal(value, known.formula):
            return house_form.apply(value, known.formula)
    return ()


def _entropy(claim: Claim) -> Derivation:
    return _entropy_of(claim, bearing_on(parameter.symbol for parameter in claim.p.parameters))


@lru_cache(maxsize=128)
def _entropy_of(claim: Claim, _: tuple[sp.Basic, ...]) -> Derivation:
    return _minus_log(claim, claim.p, definition.entropy(claim.p))


def _cross_entropy(claim: Claim, *, part: bool = False) -> Derivation:
    assert claim.q is not None
    inside = inclusion(claim.p, claim.q)
    if inside.holds is False:
        if claim.p.kind != claim.q.kind:
            return Derivation(claim, "none", None, (), otherwise="undefined", reason=inside.reason)
        return Derivation(claim, "infinite", sp.oo, (), reason=inside.reason)
    with assuming(dict.fromkeys((*inside.conditions, *inside.ends))):
        made = _minus_log(claim, claim.q, definition.cross_entropy(claim.p, claim.q), part=part)
    return _under(made, inside.conditions)


def _under(made: Derivation, conditions: tuple[sp.Basic, ...]) -> Derivation:
    """The same under the conditions that one support lies in the other; outside them it is infinite."""
    if not conditions or made.status == "infinite":
        return made
    everything = without_implied((*conditions, *made.conditions))
    otherwise = "oo" if made.otherwise in (None, "oo") else made.otherwise
    cases = tuple(Case((*conditions, *case.when), case.value) for case in made.cases)
    status = "conditional" if made.status == "closed" else made.status
    return replace(made, status=status, conditions=everything, cases=cases, otherwise=otherwise)


def _kl(claim: Claim) -> Derivation:
    made = _difference(claim)
    assert claim.q is not None
    if made.status == "conditional":
        return replace(made, otherwise=_outside(made, claim.p, claim.q))
    if made.status != "none":
        return made
    tied = _tied(claim) if claim.p.family == claim.q.family else None
    if tied is not None:
        return tied
    unless = infinite_unless(claim.p, claim.q)
    if unless:
        return replace(made, conditions=without_implied((*made.conditions, *unless)), otherwise="oo")
    return made


def _outside(made: Derivation, p: Distribution, q: Distribution) -> str:
    """What the divergence is outside the conditions: infinite where a support or a tail says so, else not known."""
    unless = infinite_unless(p, q) or ()
    known = (*inclusion(p, q).conditions, *unless)
    bounds = [c for c in made.conditions if not isinstance(c, sp.Ne)]
    return "oo" if all(c in known or holds(c, known) for c in bounds) else "unknown"


def _tied(claim: Claim) -> Derivation | None:
    """The divergence where one parameter is shared, if that closes it: what resists then cancels."""
    assert claim.q is not None
    for one, two in zip(claim.p.parameters, claim.q.parameters, strict=False):
        if one.name != two.name:
            continue
        where = (*claim.where, (two.full_name, one.symbol))
        narrower = make_claim("kl", claim.p.family, claim.q.family, where=where)
        with assuming(standing(narrower)):
            made = _difference(narrower)
        if made.status in ("closed", "conditional") and made.result != 0:
            conditions = (sp.Eq(two.symbol, one.symbol), *made.conditions)
            cases = tuple(Case((conditions[0], *case.when), case.value) for case in made.cases)
            return replace(
                made,
                claim=claim,
                status="conditional",
                conditions=conditions,
                cases=cases,
                otherwise="unknown",
                reason=f"closed under the tie {two.full_name} = {one.full_name}",
                parts=(made,),
            )
    return None


def _difference(claim: Claim) -> Derivation:
    assert claim.q is not None
    reason = infinite_kl(claim.p, claim.q)
    if reason:
        return Derivation(claim, "infinite", sp.oo, (), reason=reason)
    cross = _cross_entropy(Claim("cross_entropy", claim.p, claim.q, where=claim.where), part=True)
    own = _entropy(Claim("entropy", claim.p, where=claim.where))
    p, q = Law(claim.p.role), Law(claim.q.role)
    opening = definition.divergence(claim.p, claim.q)
    lemmas = _merged(own.lemmas, cross.lemmas)
    parts = (cross, own)
    if cross.status == "infinite" and own.status in ("closed", "conditional"):
        reason = f"the cross-entropy is infinite ({cross.reason}) and the entropy finite"
        return Derivation(
            claim, "infinite", sp.oo, (*own.steps, *cross.steps, opening), lemmas, reason=reason, parts=parts
        )
    if cross.result is None or own.result is None:
        reason = cross.reason or own.reason
        return Derivation(claim, "none", None, (*own.steps, *cross.steps, opening), lemmas, reason=reason, parts=parts)
    together = difference.apply(opening.after, {CrossEntropy(p, q): cross.result, Entropy(p): own.result})
    stays = set(expectations(cross.result)) ^ set(expectations(own.result))  # what only one of the two has
    inside = inclusion(claim.p, claim.q)
    with assuming(dict.fromkeys((*inside.conditions, *inside.ends))):
        value = together.after if stays else tidy(together.after)
    left = expectations(value)
    if expectations(cross.result) and not left:
        together = cancellation.apply(together)
    steps = (*own.steps, *cross.steps, opening, together, *simplification.apply(together.after, value))
    conditions = without_implied((*cross.conditions, *own.conditions))
    if left:
        reason = "no closed form found for " + ", ".join(f"E[{e.body}]" for e in left)
        return Derivation(claim, "none", value, steps, lemmas, conditions, reason=reason, parts=parts)
    otherwise = "oo" if cross.otherwise in (None, "oo") and own.otherwise is None else "unknown"
    made = _closed(claim, value, steps, lemmas, conditions, otherwise)
    return replace(made, parts=parts)


def _merged(*groups: tuple[Lemma, ...]) -> tuple[Lemma, ...]:
    found = {lemma.statement: lemma for group in groups for lemma in group}
    return tuple(found.values())


def _expectation(claim: Claim) -> Derivation:
    assert claim.of is not None
    inert = Expectation(claim.of, claim.p.variable, Law(claim.p.role))
    return _finish(claim, average(claim.p, claim.of, inert, moment=True), ())


_BY_QUANTITY = {"entropy": _entropy, "cross_entropy": _cross_entropy, "kl": _kl, "expectation": _expectation}
