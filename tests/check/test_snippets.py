"""Public code: what is right is correct, what is wrong is wrong, and whoever says so has run it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .snippets import FAMILIES, SNIPPETS

pytestmark = pytest.mark.sample(3)

CORPUS = json.loads((Path(__file__).parents[1] / "corpus" / "formulas.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("snippets")
    for name, text in FAMILIES.items():
        (made / name).write_text(text, encoding="utf-8")
    for snippet in SNIPPETS:
        (made / f"{snippet.id.replace('-', '_')}.py").write_text(snippet.code, encoding="utf-8")
    return made


def test_all_public_code_of_the_corpus_is_here_with_its_verdict():
    known = {e["id"]: e["correct"] for e in CORPUS if e["origin"] == "code" and not e["multivariate"]}
    here = {snippet.id: snippet.correct for snippet in SNIPPETS}
    assert {name: here.get(name) for name in known} == known
    assert sum(not correct for name, correct in here.items() if name not in known) >= 12


@pytest.mark.slow
@pytest.mark.parametrize("snippet", SNIPPETS, ids=lambda snippet: snippet.id)
def test_code_gets_the_verdict_that_it_deserves(judged, folder, snippet):
    answer = judged(
        f"{folder / snippet.id.replace('-', '_')}.py:{snippet.name}",
        *snippet.claim,
        where=snippet.where,
        names=snippet.names,
        dims=snippet.dims,
        units=snippet.units,
        files=tuple(str(folder / name) for name in FAMILIES if Path(name).stem == snippet.claim[1].lower()),
    )
    assert answer["verdict"] == ("correct" if snippet.correct else "wrong"), answer
    assert (answer["counterexample"] is None) == snippet.correct
