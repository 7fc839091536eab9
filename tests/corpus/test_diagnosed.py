"""The corpus's wrong formulas are wrong for `check` too, and their mistakes are named."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

import pytest
from corpus import convert, judging

from symkl.check import Formula, comparison
from symkl.derive import derive

#: labelled wrong, and equal to the divergence all the same, by the corpus's own reference values
RIGHT = {"ericjang-draw"}
WRONG = {entry["id"]: entry for entry in convert.entries() if not entry["correct"] and entry["id"] not in RIGHT}
#: what a person would say of it
NAMED = {
    "stdlib-binomial": "the entropy of a normal distribution of the same variance",
    "scipydoc-logistic": "1/2 times the truth",
    "gil-gumbel-printed": "the term (mu_1 - mu_2)/b_2 is missing; it is right only where mu_1 = mu_2",
    "imathworks-laplace": "right only where mu_1 = mu_2",
    "mathnet-pareto-de": "its sign is wrong",
    "gae-tf": "its sign is wrong",
    "julia-exp-kl": "this is KL(q, p), not KL(p, q)",
    "julia-uniform-OLD": "the term 1 should not be there in b - a + 1",
    "statrs-geometric-OLD": "it is in bits, not in nats",
    "caglar-bern-kl": "log(p_2) should be p_1*log(p_2)",
    "flux-vae-1": "logsig_1**2 should be -2*logsig_1",
    "karen-bcdl-2": "it stands there 2 times",
    "a3c-mujoco-entropy": "its sign is wrong, and besides: log(sigma_sq + 2*pi) should be log(2*pi*sigma_sq)",
    "andrewspano-vae": "right if std stands for 2*log(std)",
    "spinup-categorical-kl": "this is KL(q, p), not KL(p, q)",
    "bayesiancnn-order": "this is KL(q, p), not KL(p, q)",
    "gumbel-vae-OLD": "off by the constant -log(2) - 1/2",
}
SAMPLE = ["julia-exp-kl", "caglar-bern-kl", "flux-vae-1", "andrewspano-vae", "gumbel-vae-OLD"]


@cache
def answered(name: str):
    with tempfile.TemporaryDirectory() as folder:
        about, known = judging.claim_and_form(WRONG[name], Path(folder))
    return comparison(derive(about), Formula(known.text, known.formula, known.units), "none")


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in SAMPLE else pytest.mark.sweep) for name in sorted(NAMED)]
)
def test_the_mistake_is_named(name):
    answer = answered(name)
    assert answer["verdict"] == "wrong"
    assert NAMED[name] in answer["diagnosis"]


@pytest.mark.sweep
def test_nine_of_ten_have_a_diagnosis():
    answers = [answered(name) for name in WRONG]
    assert {answer["verdict"] for answer in answers} == {"wrong"}
    assert sum(bool(answer["diagnosis"]) for answer in answers) >= 0.9 * len(answers)
