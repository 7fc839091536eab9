"""`symkl verify` on code and text: what is wrong is told with its place, to people, in JUnit and in SARIF."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from symkl.findings import Finding
from symkl.places import Place, known_place
from symkl.sarif import sarif_log

from .conftest import RAYLEIGH, Ran

Run = Callable[..., Ran]
PAPER = """\
# Paper

```symkl kl Exponential Exponential --map a=lam_1 --map b=lam_2
log(a/b) + b/a - 1
```

The other way round it is

```symkl kl Exponential Exponential --map a=lam_1 --map b=lam_2
log(b/a)
  + a/b - 1
```

```symkl entropy Exponential
1 -
  log(lamb)
```
"""
#: what the schema of SARIF 2.1.0 requires of each object, and of what type the properties are
REQUIRED: dict[str, dict[str, type]] = {
    "sarifLog": {"version": str, "runs": list},
    "run": {"tool": dict},
    "tool": {"driver": dict},
    "toolComponent": {"name": str},
    "reportingDescriptor": {"id": str},
    "result": {"message": dict},
    "message": {"text": str},
    "region": {"startLine": int, "startColumn": int},
    "artifactLocation": {"uri": str},
}
LEVELS = {"none", "note", "warning", "error"}


def _has(kind: str, thing: dict[str, Any]) -> dict[str, Any]:
    for name, cls in REQUIRED[kind].items():
        assert isinstance(thing.get(name), cls), (kind, name)
    return thing


def _results(text: bytes) -> list[dict[str, Any]]:
    """The results of a log that is held against the schema's requirements."""
    log = _has("sarifLog", json.loads(text))
    assert log["version"] == "2.1.0"
    [run] = log["runs"]
    driver = _has("toolComponent", _has("tool", _has("run", run)["tool"])["driver"])
    rules = [_has("reportingDescriptor", rule)["id"] for rule in driver["rules"]]
    assert len(set(rules)) == len(rules)
    for result in run["results"]:
        _has("message", _has("result", result)["message"])
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] in LEVELS
        [location] = result["locations"]
        physical = location["physicalLocation"]
        assert not _has("artifactLocation", physical["artifactLocation"])["uri"].startswith(("/", ".."))
        region = _has("region", physical["region"])
        assert region["startLine"] >= 1
        assert region["startColumn"] >= 1
        assert all(isinstance(value, str) for value in result["partialFingerprints"].values())
    return list(run["results"])


def test_wrong_claims_in_text_are_told_with_their_places(symkl: Run, here: Path) -> None:
    (here / "paper.md").write_text(PAPER)
    ran = symkl("verify", ".", "--sarif", "out.sarif", "--junit", "out.xml")
    assert ran.code == 2
    assert "paper.md:10:1: kl Exponential Exponential (2): wrong for KL(Exponential || Exponential)" in ran.err
    assert "the two arguments are exchanged" in ran.err
    assert "paper.md:16:7: entropy Exponential: unknown symbol 'lamb'; did you mean 'lam'?" in ran.err
    wrong, unread = _results((here / "out.sarif").read_bytes())
    assert (wrong["ruleId"], unread["ruleId"]) == ("wrong-formula", "unreadable-claim")
    place = wrong["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "paper.md"
    assert place["region"] == {"startLine": 10, "startColumn": 1}
    assert unread["locations"][0]["physicalLocation"]["region"] == {"startLine": 16, "startColumn": 7}
    suite = ET.parse(here / "out.xml").getroot()
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("3", "1", "1")
    assert [case.get("line") for case in suite] == ["4", "10", "16"]
    [failure] = suite.iter("failure")
    assert "log(b/a) + a/b - 1" in str(failure.text)


def test_a_right_paper_is_all_right_and_its_rows_are_those_of_known_forms(symkl: Run, here: Path) -> None:
    (here / "paper.md").write_text("\n".join(PAPER.split("\n")[:5]))
    ran = symkl("verify", "paper.md", "--json", "--sarif", "out.sarif")
    assert ran.code == 0
    [row] = json.loads(ran.out)
    assert {"id", "quantity", "p", "q", "source", "verdict", "counterexample"} <= set(row)
    assert (row["id"], row["verdict"], row["line"]) == ("kl:Exponential:Exponential", "proved", 4)
    assert _results((here / "out.sarif").read_bytes()) == []


def test_claims_see_the_families_beside_them_and_those_that_they_name(symkl: Run, here: Path) -> None:
    (here / "families").mkdir()
    (here / "families/rayleigh.toml").write_text(RAYLEIGH.replace("Rayleigh", "Own"))
    claim = "% symkl: entropy Own{}: 1 + log(s/sqrt(2)) {} EulerGamma/2\n"
    (here / "own.tex").write_text(claim.format(" --with families/rayleigh.toml", "+"))
    (here / "not.tex").write_text(claim.format("", "-"))
    assert symkl("verify", "own.tex").code == 0
    ran = symkl("verify", "not.tex")
    assert (ran.code, "there is no family 'Own'" in ran.err) == (2, True)
    ran = symkl("verify", "not.tex", "families")
    assert (ran.code, "not.tex:1:23: entropy Own: wrong" in ran.err) == (1, True)
    assert symkl("verify", "not.tex", "--with", "families/rayleigh.toml").code == 1
    (here / "own.tex").write_text(claim.format(" --with no.toml", "+"))
    ran = symkl("verify", "own.tex")
    assert (ran.code, "there is no file" in ran.err) == (2, True)


TEX = r"""
The divergence of two exponentials is
% symkl: kl Exponential Exponential
\begin{align}
  D &= \log\lambda_1 - \log\lambda_2 + \frac{\lambda_2}{\lambda_1} - 1 \\ % right
    &= \log\frac{\lambda_2}{\lambda_1} + \frac{\lambda_2}{\lambda_1} - 1
\end{align}
% symkl: entropy Exponential
\[ 1 - \log\kappa \]
% symkl: entropy Exponential --map "\kappa=lam"
\[ 1 - \log\kappa \]
"""


def test_of_a_derivation_in_latex_the_wrong_line_is_told(symkl: Run, here: Path) -> None:
    (here / "paper.tex").write_text(TEX)
    ran = symkl("verify", "paper.tex", "--sarif", "out.sarif", "--json")
    assert ran.code == 2
    wrong, unread = _results((here / "out.sarif").read_bytes())
    line = TEX.split("\n").index(r"    &= \log\frac{\lambda_2}{\lambda_1} + \frac{\lambda_2}{\lambda_1} - 1") + 1
    assert wrong["locations"][0]["physicalLocation"]["region"]["startLine"] == line
    assert "line " not in wrong["message"]["text"]
    region = unread["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": line + 3, "startColumn": TEX.split("\n")[line + 2].index("\\kappa") + 1}
    assert [row["verdict"] for row in json.loads(ran.out)] == ["failed", "unusable", "proved"]


FUNCTIONS = """
import symkl
open("ran", "w").close()

@symkl.claims("entropy", "Exponential")
def h(lam):
    return 1 - lam**0 * no_such_name

@symkl.claims("entropy", "Exponential", lam="1/scale")
def k(scale, base):
    return 1
"""


def test_functions_are_run_unless_they_are_left_out(symkl: Run, here: Path) -> None:
    (here / "losses.py").write_text(FUNCTIONS)
    ran = symkl("verify", "losses.py", "--no-functions")
    assert (ran.code, ran.out) == (0, "")
    assert not (here / "ran").exists()
    ran = symkl("verify", "losses.py", "--json")
    assert (here / "ran").exists()
    assert ran.code == 2
    assert [(row["verdict"], row["line"]) for row in json.loads(ran.out)] == [("unknown", 7), ("unusable", 9)]


def test_a_wrong_known_form_has_the_line_of_its_formula(symkl: Run, here: Path) -> None:
    forms = """
[[known]]
quantity = "entropy"
# [[known]]
# formula = "not here"
source = "[[known]] formula = 'not here'"
formula = "1 + log(s/sqrt(2)) - EulerGamma/2"  # wrong
"""
    (here / "own.toml").write_text(RAYLEIGH + forms)
    ran = symkl("verify", "own.toml", "--sarif", "out.sarif")
    line = len((RAYLEIGH + forms).split("\n")) - 1
    assert (ran.code, f"own.toml:{line}:11: known[1]: wrong for H(Rayleigh)" in ran.err) == (1, True)
    [result] = _results((here / "out.sarif").read_bytes())
    assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": line, "startColumn": 11}
    (here / "own.toml").write_text("# another line\n" + RAYLEIGH + forms)
    assert f"own.toml:{line + 1}:11:" in symkl("verify", "own.toml").err


def test_a_definition_that_cannot_be_read_is_in_the_report(symkl: Run, here: Path) -> None:
    (here / "own.toml").write_text(RAYLEIGH.replace("x*exp", "y*exp"))
    ran = symkl("verify", ".", "--sarif", "out.sarif")
    assert ran.code == 2
    [result] = _results((here / "out.sarif").read_bytes())
    assert result["ruleId"] == "unreadable-claim"
    assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": 7, "startColumn": 11}


def test_places_of_known_forms_in_the_definitions_that_come_with_symkl() -> None:
    from symkl import resources
    from symkl.sources import sources

    for source in sources(sorted(resources.derivations().glob("*.toml"))) or []:
        lines = source.path.read_text("utf-8").split("\n")
        for stated in source.known:
            place = known_place(source.path, stated.field)
            assert lines[place.line - 1][place.column - 1 :].strip("\"'").startswith(stated.formula[:20])


@pytest.mark.parametrize("path", ["a b/ü.md", "../outside.md"])
def test_paths_in_a_log_are_uris(path: str, tmp_path: Path) -> None:
    place = Place(tmp_path / "root" / path, 1)
    log = sarif_log([Finding("a", "b", "c", "d", "e", place, "failed")], tmp_path / "root")
    uri = json.loads(log)["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == "a%20b/%C3%BC.md" if "a b" in path else uri.startswith("file:///")


def test_only_what_is_not_right_is_in_a_log(tmp_path: Path) -> None:
    place = Place(tmp_path / "a.md", 1)
    verdicts = ("proved", "numeric", "failed", "unknown", "unusable")
    log = sarif_log([Finding("a", "b", "c", "d", "e", place, v, why="why") for v in verdicts], tmp_path)
    assert [result["level"] for result in _results(log)] == ["error", "warning", "error"]
