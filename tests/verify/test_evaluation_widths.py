"""A ball that holds the integral certifies a value only as far as it fixes it."""

from __future__ import annotations

from pathlib import Path

import pytest
import sympy as sp
from flint import arb

from symkl.derive import derive
from symkl.language import load_family
from symkl.model import claim
from symkl.verify import evaluate, evaluation
from symkl.verify.rigorous.enclosure import Enclosure

EXPONENTIAL = load_family(Path(__file__).parents[2] / "derivations" / "exponential.toml")
ABOUT = claim("entropy", EXPONENTIAL)
AT = {ABOUT.parameters[0].symbol: sp.Integer(1)}


@pytest.mark.parametrize(("radius", "certified"), [(1e-30, True), (1e-3, None), (1e100, None)])
@pytest.mark.parametrize("closed", [True, False])
def test_a_wide_enclosure_certifies_nothing(
    monkeypatch: pytest.MonkeyPatch, radius: float, certified: bool | None, closed: bool
) -> None:
    derivation = derive(ABOUT) if closed else None
    monkeypatch.setattr(evaluation, "enclosed", lambda *_: Enclosure(arb(1, radius)))
    found = evaluate(ABOUT, AT, 20, derivation)
    assert found.certified is certified
    assert float(found.value or 0) == pytest.approx(1)
    assert bool(found.note) == (certified is None)


def test_an_enclosure_elsewhere_contradicts_the_closed_form(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluation, "enclosed", lambda *_: Enclosure(arb(2, 1e-30)))
    assert evaluate(ABOUT, AT, 20, derive(ABOUT)).certified is False
