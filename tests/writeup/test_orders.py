"""The cases of a lemma are printed in the parameters' own letters, and each names when it holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import sympy as sp

from symkl.model import Lemma, Verified
from symkl.writeup.orders import named_cases


@pytest.fixture(scope="module")
def lemma(verified: Callable[..., Verified]) -> Lemma:
    """E[|x - m|] under an asymmetric law: a value on either side of the first law's kink."""
    derivation = verified("kl", "asymmetriclaplace", "laplace").derivation
    return next(lemma for lemma in derivation.lemmas if any(step.substitution for step in lemma.steps[:1]))


def _distances(expression: sp.Basic) -> set[str]:
    return {s.name for s in expression.free_symbols if s.name.startswith("d_")}


def test_no_distance_is_left_and_each_case_is_named(lemma: Lemma) -> None:
    assert any(_distances(step.after) for step in lemma.steps)
    steps, holds = named_cases(lemma.steps)
    assert not any(_distances(step.before) | _distances(step.after) for step in steps)
    assert not any(_distances(new) for step in steps for _, new in step.substitution)
    assert len(holds) == 2
    begins = [i for i, step in enumerate(lemma.steps) if step.rule == "definition"]
    assert sorted(holds) == begins
    assert all(steps[i].before == lemma.statement for i in begins)


def test_a_case_holds_where_its_distance_is_not_negative_and_says_the_same_as_before(lemma: Lemma) -> None:
    steps, holds = named_cases(lemma.steps)
    put: dict[sp.Symbol, sp.Expr] = {}
    for i, (old, new) in enumerate(zip(lemma.steps, steps, strict=True)):
        if i in holds:
            put = dict(old.substitution)
            [(kink, place)] = put.items()
            [gap] = [s for s in place.free_symbols if _distances(s)]
            for distance in (sp.Rational(1, 2), sp.Integer(3)):
                values = {s: sp.Integer(2) for s in place.free_symbols - {gap}}
                there = {**values, kink: place.subs({**values, gap: distance})}
                assert all(c.subs(there) == sp.true for c in holds[i])
                beyond = {**values, kink: place.subs({**values, gap: -distance})}
                assert any(c.subs(beyond) == sp.false for c in holds[i])
        if i < len(steps) - 1:
            assert (new.after.subs(put) - old.after).expand() == 0


def test_steps_without_cases_and_substitutions_of_another_make_stay_as_they_are(lemma: Lemma) -> None:
    plain = [replace(step, substitution=()) for step in lemma.steps]
    assert named_cases(plain) == (plain, {})
    x, u = sp.symbols("x u", positive=True)
    odd = [replace(lemma.steps[0], substitution=((x, 2 * u),)), *lemma.steps[1:2]]
    assert named_cases(odd) == (odd, {})
