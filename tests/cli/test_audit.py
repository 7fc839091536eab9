"""`symkl audit`: what it prints, its exit codes, and what it refuses."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable

import pytest

Run = Callable[..., object]


def test_what_is_wrong_is_a_table_and_exit_code_1(symkl: Run) -> None:
    ran = symkl("audit", "torch", "--only", "kl:Poisson:Poisson", "-j", 1)
    assert ran.code == 1, ran.err
    header, *rows, summary = ran.out.splitlines()
    assert header.split() == ["what", "kind", "points", "worst", "given", "true", "error"]
    assert any(row.startswith("Poisson || Poisson  nan ") and "rate_1 = 0" in row for row in rows)
    assert not any("loses digits" in row for row in rows)
    assert summary.startswith("torch 2")
    assert "1 divergences and 0 entropies" in summary


def test_json_has_every_finding(symkl: Run) -> None:
    ran = symkl("audit", "torch", "--only", "kl:Poisson:Poisson", "--json", "-q", "-j", 1)
    assert ran.code == 1
    assert ran.err == ""
    said = json.loads(ran.out)
    assert (said["library"], said["schema"]) == ("torch", 1)
    [row] = said["audited"]
    assert row["id"] == "kl:Poisson:Poisson"
    assert {"nan", "loses digits"} <= {finding["kind"] for finding in row["findings"]}
    assert all(set(finding["at"]) == {"rate_1", "rate_2"} for finding in row["findings"])


def test_all_right_is_exit_code_0(symkl: Run) -> None:
    ran = symkl("audit", "scipy", "--only", "norm", "-j", 1)
    assert ran.code == 0, ran.out
    assert "wrong somewhere: 0" in ran.out


def test_a_library_that_is_not_installed_is_exit_code_4(symkl: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *more: None if name == "numpyro" else found(name, *more)
    )
    ran = symkl("audit", "numpyro")
    assert ran.code == 4
    assert ran.err == "error: numpyro is not installed; install it with: pip install numpyro\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["torhc"], "LIBRARY: 'torhc' is not known here; did you mean 'torch'?"),
        (["tensorflow"], "there are torch, numpyro, scipy"),
        (["scipy", "--only", "Normal"], "--only: nothing in scipy fits 'Normal'; give a class"),
    ],
)
def test_what_cannot_be_audited_is_refused_in_one_line(symkl: Run, arguments: list[str], said: str) -> None:
    ran = symkl("audit", *arguments, "-q")
    assert ran.code == 2
    assert said in ran.err
    assert ran.err.count("\n") == 1
