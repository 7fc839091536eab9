"""What is true at a point: by the closed form that was proved, else by the defining integral or sum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import mpmath as mp
import sympy as sp
from flint import arb

from symkl.audit.definition import by_definition
from symkl.audit.domains import defined, family_point
from symkl.audit.limits import Late, limited
from symkl.audit.points import Place
from symkl.audit.subjects import Subject
from symkl.measure.exact import Exact
from symkl.model import Verified
from symkl.verify.integral import enclosed, estimated, violation
from symkl.verify.numbers import agreement, decimal, exact

__all__ = ["Truth", "confirmed", "truths"]

#: digits that a truth is handed on with, and that are asked of the integral where there is no closed form
_KEPT, _DIGITS = 40, 25
#: seconds that a truth may take, and how many may be given up before no more are sought
_SECONDS, _PATIENCE = 5.0, 3
_SOUND = ("proved", "numeric")
#: digits to which a form and a ball must agree
_AGREED = 12
#: digits of a plain quadrature, beyond what doubles can give, and what it may be away from a form that it confirms
_PLAIN, _TOLERANCE = 20, 1e-8


@dataclass(frozen=True)
class Truth:
    """A value as a decimal string, "oo", or None where it is not known.

    `origin`: "closed form", "support" (p has mass where q has none), "divergence", "integral" (a rigorous enclosure of
    the defining one), "sum" or "quadrature" (where none can be had), or "definition" (sums and quadratures of the
    densities at the ends of the parameters' domains).
    """

    value: str | None
    origin: str = ""

    @property
    def number(self) -> Any:
        """As an mpmath number."""
        assert self.value is not None
        with mp.workdps(_KEPT):
            return mp.inf if self.value == "oo" else mp.mpf(self.value)


def truths(subject: Subject, verified: Verified | None, places: Sequence[Place]) -> list[dict[str, Any]]:
    """For a child process: the truth at each point, JSON that `Truth(**...)` takes."""
    sound = verified if verified is not None and verified.verdict.kind in _SOUND else None
    form = None
    if sound is not None and sound.derivation.status in ("closed", "conditional"):
        form = Exact(subject.claim, sound.derivation, subject.signature)
    found, late = list[dict[str, Any]](), 0
    for place in places:
        said = {"value": None, "origin": ""}
        if late < _PATIENCE:
            try:
                with limited(_SECONDS):
                    said = _truth(subject, sound, form, place)
            except Late:
                late += 1
        found.append(said)
    return found


def _truth(subject: Subject, sound: Verified | None, form: Exact | None, place: Place) -> dict[str, Any]:
    at = {p.symbol: v for p, v in zip(subject.signature.parameters, place.values, strict=True)}
    own = family_point(subject, at)
    if not defined(subject, at):
        return _said(by_definition(subject.claim, own), "definition")
    if violation(subject.claim, own) is not None:
        return {"value": "oo", "origin": "support"}
    if form is not None and form.holds(at):
        value = form.value(at)
        if value is not None:
            return _said(value, "closed form")
    elif sound is not None and _is_infinite(sound):
        return {"value": "oo", "origin": "divergence"}
    return _by_integral(subject, own)


def _is_infinite(sound: Verified) -> bool:
    """Whether the value is infinite where no case holds."""
    return sound.derivation.status == "infinite" or sound.derivation.otherwise == "oo"


def _by_integral(subject: Subject, own: dict[sp.Symbol, sp.Expr]) -> dict[str, Any]:
    """By a rigorous enclosure; else by adding up the terms of a sum, or by a quadrature that finds the mass to be 1."""
    ball = _ball(subject, own)
    if ball is not None:
        return {"value": decimal(ball, _DIGITS), "origin": "integral"}
    if subject.claim.p.kind != "discrete":
        return _said(by_definition(subject.claim, own), "quadrature")
    found = estimated(subject.claim, own)
    return {"value": decimal(found.value, 12) if found.status == "value" else None, "origin": "sum"}


def _ball(subject: Subject, own: dict[sp.Symbol, sp.Expr]) -> arb | None:
    """A rigorous enclosure of the defining integral, None where there is none or it is wide."""
    ball = enclosed(subject.claim, own, _DIGITS).ball
    return ball if ball is not None and agreement(ball, ball).digits >= _AGREED else None


def _said(value: Any, origin: str) -> dict[str, Any]:
    if value is None:
        return {"value": None, "origin": ""}
    return {"value": "oo" if mp.isinf(value) else mp.nstr(value, _KEPT), "origin": origin}


def confirmed(subject: Subject, place: Place, truth: Truth) -> bool | None:
    """For a child process: whether the defining integral agrees with the truth; None where it cannot say."""
    at = {p.symbol: v for p, v in zip(subject.signature.parameters, place.values, strict=True)}
    if not defined(subject, at) or truth.value is None:
        return None
    own = family_point(subject, at)
    ball = _ball(subject, own)
    if ball is not None:
        return truth.value != "oo" and agreement(exact(truth.number), ball).digits >= _AGREED
    found = estimated(subject.claim, own, _PLAIN)
    if found.status != "value":
        return None
    return truth.value != "oo" and bool(abs(found.value - truth.number) <= _TOLERANCE * (1 + abs(truth.number)))
