"""The ways in which public code writes losses: what is right is correct, and what was changed in it is told."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest

from .manners import MANNERS

pytestmark = pytest.mark.sample(3)

CASES = [
    pytest.param(manner, right, id=f"{manner.id}-{'right' if right else 'wrong'}", marks=[] if manner.often else sweep)
    for sweep in ([pytest.mark.sweep],)
    for manner in MANNERS
    for right in (True, False)
]


@pytest.mark.parametrize(("manner", "right"), CASES)
def test_a_manner_of_writing_is_judged_and_its_mistake_named(judged, tmp_path, manner, right):
    assert manner.code.count(manner.old) == 1
    code = manner.code if right else manner.code.replace(manner.old, manner.new)
    (tmp_path / "losses.py").write_text(code, encoding="utf-8")
    answer = judged(
        f"{tmp_path}/losses.py:{manner.name}",
        *manner.claim,
        where=manner.where,
        names=manner.names,
        dims=manner.dims,
        units=manner.units,
    )
    assert answer["verdict"] == ("correct" if right else "wrong"), answer
    if right:
        assert answer["counterexample"] is None
        return
    assert manner.words in answer["diagnosis"], answer
    counter = answer["counterexample"]
    assert all(math.isfinite(Fraction(value)) for value in counter["at"].values())
    assert counter["given"] != counter["true"]
