"""What is recorded is read back exactly; what was not recorded is not read."""

from __future__ import annotations

import json
import zlib
from dataclasses import replace

import pytest
import sympy as sp

from symkl import pipeline
from symkl.library import Library
from symkl.model import Expectation, Law, Verified, symbol
from symkl.settings import Settings
from symkl.store import Unreadable
from symkl.store.records import read_checks, read_derivation, write_checks, write_derivation
from symkl.store.trees import Reader, Writer

x, s, u = sp.Symbol("x", real=True), symbol("s", "positive"), symbol("u", "unit")
k = sp.Dummy("k", integer=True, nonnegative=True)


@pytest.fixture(scope="module")
def library() -> Library:
    return pipeline.read()


@pytest.fixture(scope="module")
def verified(library: Library) -> Verified:
    return pipeline.prove(pipeline.claim(library, "kl", "Exponential", "Gamma"), Settings())


EXPRESSIONS = [
    sp.Integer(2) ** 200,
    sp.Rational(-1, 3),
    sp.oo,
    -sp.oo,
    sp.exp(-(x**2)) / s + u,
    sp.Mul(2, s + 1, evaluate=False),
    sp.log(sp.Mul(s, u, evaluate=False), evaluate=False),
    sp.Integral(sp.exp(-x / s), (x, 0, sp.oo)),
    sp.Sum(s**k / sp.factorial(k), (k, 0, sp.oo)),
    sp.Piecewise((s, s < 1), (sp.oo, True)),
    Expectation(sp.Abs(x - s), x, Law("p")),
    sp.And(s < 1, u > sp.Rational(1, 2)),
    sp.polygamma(0, s) + sp.loggamma(s) + sp.EulerGamma,
    sp.besseli(0, s) + sp.polylog(2, u) + sp.uppergamma(s, u),
    sp.E * sp.pi,
    sp.true,
]


@pytest.mark.parametrize("expression", EXPRESSIONS, ids=str)
def test_an_expression_comes_back_as_it_was_unevaluated_forms_and_domains_included(expression: sp.Basic) -> None:
    writer = Writer()
    at = writer.put(expression)
    back = Reader(json.loads(json.dumps(writer.nodes))).get(at)
    assert back == expression
    again = Writer()
    again.put(back)
    assert again.nodes == writer.nodes


def test_what_stands_in_several_places_is_written_once() -> None:
    writer = Writer()
    writer.put(sp.exp(x / s) + sp.log(x / s))
    before = len(writer.nodes)
    writer.put(sp.sin(x / s))
    assert len(writer.nodes) == before + 1


@pytest.mark.parametrize(
    "node",
    [["eval", 0], ["=exec", 0], ["Lambda", 0], ["log", 1], ["log", -1], ["log", "0"], [], None, 1.5, ["Symbol"],
     {"e": 1}, "x", ["Law"], ["Law", 3], ["constant", "zero"], ["Symbol", "a", {"real": "maybe"}, 1]],
)  # fmt: skip
def test_a_node_with_anything_else_in_it_is_refused(node: object) -> None:
    with pytest.raises(Unreadable):
        Reader(["1", node]).get(1)


def test_an_unknown_head_is_not_recorded() -> None:
    with pytest.raises(Unreadable, match="Lambda"):
        Writer().put(sp.Lambda(x, x**2))


def test_a_derivation_and_its_checks_come_back_equal(verified: Verified) -> None:
    derivation = verified.derivation
    body = write_derivation(derivation)
    assert read_derivation(body, derivation.claim, derivation.seconds) == derivation
    assert write_derivation(replace(derivation, seconds=1.0)) == body
    assert read_checks(write_checks(verified), derivation) == verified


def test_a_lemma_that_is_cited_again_is_the_same_object_and_takes_no_room(verified: Verified) -> None:
    derivation = verified.derivation
    back = read_derivation(write_derivation(derivation), derivation.claim)
    cross = back.parts[0]
    shared = [lemma for lemma in back.lemmas if any(lemma is other for other in cross.lemmas)]
    assert shared
    alone = replace(derivation, parts=())
    assert len(write_derivation(derivation)) < 1.5 * len(write_derivation(alone))


def test_a_record_of_something_else_is_refused(library: Library, verified: Verified) -> None:
    claim = verified.derivation.claim
    body = write_derivation(verified.derivation)
    forged = [
        {},
        {"nodes": [], "objects": [], "root": {"verdict": 1}},
        {"nodes": [], "objects": [["Path", "x"]], "root": {}},
        {"nodes": [], "objects": [], "root": {"claim": {"e": 0}}},
        {"nodes": [], "objects": [], "root": {"claim": {"family": "Normal"}}},
        {"nodes": [], "objects": [], "root": {"claim": {"known": "known[99]"}}},
    ]
    for wrong in (b"", b"garbage", body[:-9], *(zlib.compress(json.dumps(part).encode()) for part in forged)):
        with pytest.raises(Unreadable):
            read_derivation(wrong, claim)
        with pytest.raises(Unreadable):
            read_checks(wrong, verified.derivation)
    with pytest.raises(Unreadable):
        read_checks(body, verified.derivation)
