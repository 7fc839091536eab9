"""What the commands answer: results, JSON, exit codes, and what a pipe gets."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import mpmath as mp
import pytest

from .conftest import RAYLEIGH, Ran

Run = Callable[..., Ran]
WRONG = '[[known]]\nquantity = "entropy"\nformula = "1 + log(s/sqrt(2)) - EulerGamma/2"\nsource = "a sign is wrong"\n'
RIGHT = '[[known]]\nquantity = "entropy"\nformula = "1 + log(s/sqrt(2)) + EulerGamma/2"\nsource = "Papoulis"\n'


def test_a_derivation_as_json_has_the_promised_keys_and_a_chain_of_proved_steps(symkl: Run) -> None:
    ran = symkl("derive", "kl", "Exponential", "Exponential", "--format", "json")
    data = json.loads(ran.out)
    assert ran.code == 0
    assert {
        "schema", "id", "quantity", "p", "q", "status", "result", "cases", "otherwise", "conditions", "verdict",
        "steps", "lemmas", "masters", "seconds",
    } <= set(data)  # fmt: skip
    assert data["id"] == "kl:Exponential:Exponential"
    assert (data["status"], data["verdict"]) == ("closed", "proved")
    assert data["steps"][-1]["after"] == data["result"]
    assert {"rule", "before", "after", "because", "verdict"} == set(data["steps"][0])
    assert {step["verdict"] for step in data["steps"]} == {"proved"}
    assert {"statement", "value", "conditions", "method", "verdict", "steps"} == set(data["lemmas"][0])


def test_a_check_verifies_at_few_points_alone_and_verify_takes_no_such_verdict_for_its_own(symkl: Run) -> None:
    ask = ("entropy", "Exponential", "--format", "json")
    assert symkl("check", *ask[:2], "--formula", "1 - log(lam)").code == 0
    derived = json.loads(symkl("derive", *ask).out)
    assert 8 in [check["points"] for check in derived["evidence"]]


def test_an_infinite_divergence_is_oo_with_its_reason_and_exit_code_0(symkl: Run) -> None:
    ran = symkl("derive", "kl", "Normal", "Gamma", "--format", "json")
    data = json.loads(ran.out)
    assert ran.code == 0
    assert (data["status"], data["result"]) == ("infinite", "oo")
    assert data["reason"]


def test_an_entropy_without_a_closed_form_says_so_and_exits_with_0(symkl: Run) -> None:
    ran = symkl("derive", "entropy", "Poisson", "--format", "json")
    data = json.loads(ran.out)
    assert (ran.code, data["status"]) == (0, "none")
    assert "no closed form" in data["reason"]
    assert "Expectation(" in data["result"]


def test_expectations_in_text_output_keep_their_brackets_and_data_are_not_markup(symkl: Run) -> None:
    ran = symkl("derive", "expectation", "Exponential", "--of", "x**2")
    assert ran.code == 0
    assert "E_Exponential[x**2]" in ran.out
    assert "[lemma, proved]" in ran.out
    assert "\x1b" not in ran.out


def test_verify_judges_the_known_forms_of_the_given_file_alone(symkl: Run, here: Path) -> None:
    (here / "own.toml").write_text(RAYLEIGH + RIGHT)
    ran = symkl("verify", "own.toml", "--json")
    rows = json.loads(ran.out)
    assert ran.code == 0
    assert [(row["id"], row["verdict"], row["counterexample"]) for row in rows] == [
        ("entropy:Rayleigh", "proved", None)
    ]
    assert {"id", "quantity", "p", "q", "source", "verdict", "counterexample"} <= set(rows[0])


def test_a_wrong_known_form_is_failed_with_a_counterexample_that_holds(symkl: Run, here: Path) -> None:
    (here / "own.toml").write_text(RAYLEIGH + RIGHT + WRONG)
    ran = symkl("verify", "own.toml", "--json", "--junit", "report.xml")
    assert ran.code == 1
    right, wrong = json.loads(ran.out)
    assert (right["verdict"], wrong["verdict"]) == ("proved", "failed")
    found = wrong["counterexample"]
    s = (
        mp.mpf(mp.fraction(*map(int, (found["at"]["s"] + "/1").split("/")[:2])))
        if "/" in found["at"]["s"]
        else mp.mpf(found["at"]["s"])
    )
    density = lambda x: x / s**2 * mp.exp(-(x**2) / (2 * s**2))  # noqa: E731
    truth = mp.quad(lambda x: -density(x) * mp.log(density(x)), [0, s, 5 * s, 20 * s])
    assert abs(mp.mpf(found["true"]) - truth) < 1e-8
    assert abs(mp.mpf(found["given"]) - truth) > 0.1
    suite = ET.parse(here / "report.xml").getroot()
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("2", "1", "0")
    text = symkl("verify", "own.toml")
    assert text.code == 1
    assert "known[2]" in text.err


@pytest.mark.parametrize(
    ("formula", "options", "code", "verdict"),
    [
        ("log(lam_1/lam_2) + lam_2/lam_1 - 1", [], 0, "correct"),
        ("log(a/b) + b/a - 1", ["--map", "a=lam_1", "--map", "b=lam_2"], 0, "correct"),
        ("(log(lam_1/lam_2) + lam_2/lam_1 - 1)/log(2)", ["--units", "bits"], 0, "correct"),
        ("(log(lam_1/lam_2) + lam_2/lam_1 - 1)/log(2)", [], 1, "wrong"),
        ("D*(log(lam_1/lam_2) + lam_2/lam_1 - 1)", ["--dims", "sum"], 0, "correct"),
        ("log(lam_1/lam_2) + lam_2/lam_1 - 1", ["--dims", "sum"], 1, "wrong"),
        ("log(lam_1/lam_2) + lam_2/lam_1 - 1", ["--dims", "mean"], 0, "correct"),
        ("log(lam_2/lam_1) + lam_1/lam_2 - 1", [], 1, "wrong"),
        ("log(lam_1/lam_2) + lam_2/lam_1 - 1", ["--where", "lam_1=1"], 0, "correct"),
        ("lam_2/lam_1 - 1", ["--where", "lam_1=1"], 1, "wrong"),
        ("lam_2/lam_3 - 1", ["--where", "lam_1=1"], 2, ""),
    ],
)
def test_a_formula_is_checked_in_its_own_names_units_and_dimensions(
    formula: str, options: list[str], code: int, verdict: str, symkl: Run
) -> None:
    ran = symkl("check", "kl", "Exponential", "Exponential", "--formula", formula, *options, "--json")
    assert ran.code == code, ran.err
    if code != 2:
        data = json.loads(ran.out)
        assert data["verdict"] == verdict
        assert {"verdict", "evidence", "derived", "given", "counterexample", "diagnosis"} <= set(data)
        assert (data["counterexample"] is None) == (verdict == "correct")


def test_code_is_written_to_a_pipe_byte_by_byte_and_computes_the_divergence(symkl: Run, here: Path) -> None:
    ran = symkl("code", "numpy", "kl", "Exponential", "Exponential")
    assert ran.code == 0
    assert symkl("code", "numpy", "kl", "Exponential", "Exponential", "-o", "own.py").code == 0
    assert (here / "own.py").read_text() == ran.out
    assert "import symkl" not in ran.out
    names: dict[str, Callable[..., float]] = {}
    exec(compile(ran.out, "own.py", "exec"), names)
    assert math.isclose(names["kl_exponential_exponential"](2.0, 3.0), math.log(2 / 3) + 3 / 2 - 1, rel_tol=1e-14)


def test_no_code_is_made_where_there_is_no_closed_form(symkl: Run) -> None:
    ran = symkl("code", "numpy", "entropy", "Poisson")
    assert ran.code == 1
    assert ran.out == ""
    assert "no code" in ran.err


def test_eval_gives_as_many_digits_as_were_asked_for(symkl: Run) -> None:
    ran = symkl("eval", "kl", "Exponential", "Exponential", "--at", "lam_1=2", "--at", "lam_2=3", "--digits", "40")
    assert ran.code == 0
    mp.mp.dps = 60
    assert abs(mp.mpf(ran.out.strip()) - (mp.log(mp.mpf(2) / 3) + mp.mpf(1) / 2)) < mp.mpf(10) ** -39
    mp.mp.dps = 15


def test_several_values_after_one_at_are_all_taken(symkl: Run) -> None:
    separate = symkl("eval", "entropy", "Normal", "--at", "mu=0", "--at", "sigma=3", "-q")
    together = symkl("eval", "entropy", "Normal", "--at", "mu=0", "sigma=3", "-q")
    assert separate.code == 0
    assert together == separate


def test_list_tells_what_has_been_derived_and_null_for_the_rest(symkl: Run, rayleigh: Path) -> None:
    before = json.loads(symkl("list", "--json").out)
    assert before["schema"] == 1
    assert {"name": "Exponential", "parameters": ["lam"], "kind": "continuous"} in before["families"]
    assert {(pair["status"], pair["verdict"]) for pair in before["pairs"]} == {(None, None)}
    assert len(before["pairs"]) == len(before["families"]) ** 2
    symkl("derive", "kl", "Exponential", "Exponential")
    after = json.loads(symkl("list", "--json").out)
    known = [pair for pair in after["pairs"] if pair["status"]]
    assert known == [{"p": "Exponential", "q": "Exponential", "status": "closed", "verdict": "proved"}]
    assert "Rayleigh" in symkl("list", "--with", rayleigh).out
    assert "closed" in symkl("list", "--matrix").out


def test_a_new_definition_works_as_it_stands_and_is_never_overwritten(symkl: Run, here: Path) -> None:
    assert symkl("new", "Mine").code == 0
    ran = symkl("derive", "entropy", "Mine", "--with", "Mine.toml", "-q")
    assert (ran.code, "proved" in ran.out) == (0, True)
    (here / "Mine.toml").write_text("precious")
    assert symkl("new", "Mine").code == 2
    assert (here / "Mine.toml").read_text() == "precious"


def test_the_standard_normal_prior_is_one_where_away(symkl: Run) -> None:
    ran = symkl("derive", "kl", "Normal", "Normal", "--where", "mu_2=0", "--where", "sigma_2=1", "--format", "json")
    data = json.loads(ran.out)
    assert data["where"] == {"mu_2": "0", "sigma_2": "1"}
    assert data["verdict"] == "proved"
    assert "mu_2" not in data["result"]
