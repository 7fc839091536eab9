"""A derivation is a chain: it sets out from the density, each step follows the one before, it ends at the result."""

import ast
from pathlib import Path

import pytest
import sympy as sp

import symkl.derive
from symkl.derive import derive
from symkl.model import Expectation, claim
from symkl.model.inert import CrossEntropy, Density, Divergence, Entropy, Law


@pytest.fixture(scope="module")
def normal(strangers):
    return derive(claim("kl", strangers["Gauss"], strangers["Gauss"]))


def test_taking_the_logarithm_of_the_density_is_the_first_step(normal):
    first, second = normal.steps[:2]
    assert first.before == Density(Law("p"), normal.claim.p.variable)
    assert (second.before, second.rule) == (sp.log(first.before), "logarithm")


def test_the_board_shows_entropy_then_cross_entropy_then_their_difference(normal):
    order = [s.before.func for s in normal.steps if s.before.func in (Entropy, CrossEntropy, Divergence)]
    assert order == [Entropy, CrossEntropy, Divergence]


def test_the_two_facts_are_lemmas_with_proofs_of_their_own(normal):
    x = normal.claim.p.variable
    mu, sigma = (parameter.symbol for parameter in normal.claim.p.parameters)
    lemmas = {lemma.statement.body: lemma for lemma in normal.lemmas}
    assert lemmas[sp.Integer(1)].value == 1
    assert lemmas[x - mu].value == 0
    assert lemmas[(x - mu) ** 2].value == sigma**2
    assert all(lemma.steps[0].before == lemma.statement for lemma in normal.lemmas)
    assert all(lemma.steps[-1].after == lemma.value for lemma in normal.lemmas)


def test_every_chain_is_linked_and_the_last_ends_at_the_result(normal):
    opens = (Entropy, CrossEntropy, Divergence, Density, sp.log)
    for one, two in zip(normal.steps, normal.steps[1:], strict=False):
        assert one.after == two.before or isinstance(two.before, opens)
    assert normal.steps[-1].after == normal.result


def test_every_lemma_that_is_cited_is_there(strangers):
    for name in ("Gauss", "TwoSided", "Extreme", "Counts"):
        derivation = derive(claim("kl", strangers[name], strangers[name]))
        statements = {lemma.statement for lemma in derivation.lemmas}
        assert {cited for step in derivation.steps for cited in step.cites} <= statements


def test_the_house_form_is_taken_only_when_it_is_equal(strangers):
    from dataclasses import replace

    from symkl.model import Known

    family = strangers["Gauss"]
    sigma = family.parameters[1].symbol
    right = sp.log(2 * sp.pi * sp.E * sigma**2) / 2
    for form, shown in ((right, True), (right + 1, False)):
        known = Known("entropy", None, form, str(form), "a book", "known[1]")
        found = derive(claim("entropy", replace(family, known=(known,))))
        assert (found.result == form) is shown
        assert (found.steps[-1].rule == "house_form") is shown


def test_each_rule_says_what_it_rewrites():
    folder = Path(symkl.derive.__file__).parent / "rules"
    for module in folder.glob("[a-z]*.py"):
        docstring = ast.get_docstring(ast.parse(module.read_text(encoding="utf-8")))
        assert docstring is not None, module
        assert " => " in docstring, module


def test_the_inert_expectation_does_not_depend_on_its_variable():
    x, a = sp.Symbol("x", real=True), sp.Symbol("a", positive=True)
    assert Expectation(a * x, x, Law("p")).free_symbols == {a}
