"""Public code with one thing changed: whatever gives other values than the right code is not called correct."""

from __future__ import annotations

import json
import math
import random

import pytest

from symkl import pipeline

from .conftest import SECONDS, derived
from .mutants import mutants
from .snippets import FAMILIES, SNIPPETS

#: so many mutants of each right snippet, chosen by chance
EACH = 12
RIGHT = [s for s in SNIPPETS if s.correct]


def values(outcome):
    """What a function gave, call by call; None where it could not be run."""
    if outcome.value is None or not outcome.value["runs"] or outcome.value["noisy"]:
        return None
    return [
        (tuple(runs["axes"]), call["shape"], [float(v) for v in call["values"]])
        for runs in outcome.value["runs"]
        for call in runs["calls"]
    ]


def same(one, two):
    """Whether both gave the same, or one the sum over a batch of two where the other gave the mean."""
    if one is None or two is None:
        return False
    axes = {row[0] for row in one} & {row[0] for row in two}  # another axis may be there in fewer shapes
    one, two = ([row for row in rows if row[0] in axes] for rows in (one, two))
    if not axes or [row[:2] for row in one] != [row[:2] for row in two]:
        return False
    rows = list(zip(one, two, strict=True))
    return any(
        all(equal(a, b, batch if "N" in a[0] and a[1] in ([], [1]) else 1) for a, b in rows) for batch in (1, 2, 0.5)
    )


def equal(one, two, factor):
    pairs = zip(one[2], two[2], strict=True)
    return all(math.isclose(a * factor, b, rel_tol=1e-7, abs_tol=1e-9) or a == b for a, b in pairs)


@pytest.mark.sweep
@pytest.mark.parametrize("snippet", RIGHT, ids=lambda snippet: snippet.id)
def test_no_mutant_of_public_code_is_accepted(guest, tmp_path, snippet):
    for name, text in FAMILIES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    q = snippet.claim[2] if len(snippet.claim) > 2 else None
    verified = derived(*snippet.claim[:2], q, snippet.where, tuple(str(tmp_path / name) for name in FAMILIES))
    asked = json.loads(
        json.dumps(pipeline.ask(verified, f"{tmp_path}/right.py:{snippet.name}", snippet.names, snippet.dims, 0))
    )
    (tmp_path / "right.py").write_text(snippet.code, encoding="utf-8")
    right = values(guest.ask(asked, SECONDS))
    assert right is not None
    found = list(dict.fromkeys(mutants(snippet.code)))
    chosen = random.Random(snippet.id).sample(found, min(EACH, len(found)))
    wrong = 0
    for number, code in enumerate(chosen):
        path = tmp_path / f"mutant_{number}.py"
        path.write_text(code, encoding="utf-8")
        asked["target"] = f"{path}:{snippet.name}"
        outcome = guest.ask(asked, SECONDS)
        if outcome.value is None or same(right, values(outcome)):
            continue
        verdict = pipeline.judge_function(verified, asked, outcome.value, snippet.units)["verdict"]
        assert verdict != "correct", code
        wrong += verdict == "wrong"
    assert wrong
