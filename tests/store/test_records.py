"""What is recorded is read back exactly; what was not recorded is not read."""

from __future__ import annotations

import json

import pytest
import sympy as sp

from symkl import pipeline
from symkl.library import Library
from symkl.model import Expectation, Law, symbol
from symkl.settings import Settings
from symkl.store.records import from_record, to_record
from symkl.store.trees import Unreadable, from_tree, to_tree

x, s, u = sp.Symbol("x", real=True), symbol("s", "positive"), symbol("u", "unit")
k = sp.Dummy("k", integer=True, nonnegative=True)


@pytest.fixture(scope="module")
def library() -> Library:
    return pipeline.read()


@pytest.mark.parametrize(
    "expression",
    [
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
        sp.E * sp.pi,
        sp.true,
    ],
    ids=str,
)
def test_an_expression_comes_back_as_it_was_unevaluated_forms_and_domains_included(expression: sp.Basic) -> None:
    back = from_tree(json.loads(json.dumps(to_tree(expression))))
    assert back == expression
    assert to_tree(back) == to_tree(expression)


@pytest.mark.parametrize(
    "tree", [["eval", 1], ["=exec", 1], ["Lambda", 1], [], None, 1.5, ["Symbol"], {"e": 1}, "x", ["Law"]]
)
def test_a_tree_with_anything_else_in_it_is_refused(tree: object) -> None:
    with pytest.raises((Unreadable, ValueError, IndexError, TypeError)):
        from_tree(tree)


def test_an_unknown_head_is_not_recorded() -> None:
    with pytest.raises(Unreadable, match="Lambda"):
        to_tree(sp.Lambda(x, x**2))


def test_a_verified_derivation_comes_back_equal(library: Library) -> None:
    claim = pipeline.claim(library, "kl", "Exponential", "Gamma")
    verified = pipeline.prove(claim, Settings())
    record = json.loads(json.dumps(to_record(verified)))
    families = {name: library.families[name] for name in ("Exponential", "Gamma")}
    assert from_record(record, families, claim.p.family) == verified


def test_a_record_of_something_else_is_refused(library: Library) -> None:
    family = library.families["Exponential"]
    for record in (
        None,
        [],
        {},
        {"@": "Path", "x": 1},
        {"@": "Verdict", "kind": "proved"},
        {"@": "Family", "name": "None"},
    ):
        with pytest.raises(Unreadable):
            from_record(record, {"Exponential": family}, family)
