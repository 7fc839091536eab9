"""A derivation as text, for people in a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from symkl.cli.terminal import STYLES, write

__all__ = ["show_derivation"]

Data = dict[str, Any]


def show_derivation(title: str, data: Data, quiet: bool = False, verbose: bool = False) -> None:
    """Print a derivation, as `report.derivation_data` gives it: the result; unless quiet, its steps, its lemmas and how
    it was checked; with `verbose` the steps of the lemmas as well.
    """
    _headline(title, data)
    if quiet:
        return
    if data["steps"]:
        write("\nDerivation", "bold")
        _steps(data["steps"])
    for number, lemma in enumerate(data["lemmas"], start=1):
        when = f" if {' and '.join(lemma['conditions'])}" if lemma["conditions"] else ""
        write(f"\nLemma {number}: {lemma['statement']} = {lemma['value'] or 'no closed form'}{when}", "bold")
        write(f"  {lemma['method']}  [{lemma['verdict']}]", _style(lemma["verdict"]))
        if verbose:
            _steps(lemma["steps"])
    write("\nHow it was checked", "bold")
    for line in _checks(data):
        write(f"  {line}")
    for known in data["known"]:
        write(f"  {known['field']}, {known['source']}: {known['verdict']}", _style(known["verdict"]))
    if not verbose and data["lemmas"]:
        write("\n-v shows the proofs of the lemmas", "dim")


def _headline(title: str, data: Data) -> None:
    write(title, "bold")
    for case in data["cases"]:
        write(f"  = {case['value']}{'   if ' + ' and '.join(case['when']) if case['when'] else ''}")
    if not data["cases"] and data["result"] is not None:
        write(f"  = {data['result']}")
        if data["conditions"]:
            write(f"  if {' and '.join(data['conditions'])}")
    if data["otherwise"]:
        write(f"  otherwise {data['otherwise']}")
    if data["reason"]:
        write(f"  {data['reason']}")
    status = "no closed form; as it stands" if data["status"] == "none" and data["result"] else data["status"]
    write(f"  {status}, {data['verdict']}", STYLES.get(data["verdict"]))


def _steps(steps: Sequence[Data]) -> None:
    last = None
    for step in steps:
        if step["before"] != last:
            write(f"    {step['before']}")
        write(f"      = {step['after']}")
        write(f"        {step['because']}  [{step['rule']}, {step['verdict']}]", _style(step["verdict"]))
        last = step["after"]


def _style(verdict: str) -> str:
    """What is as it should be stays in the background."""
    return STYLES[verdict] if verdict in ("failed", "unknown") else "dim"


def _checks(data: Data) -> list[str]:
    words = {True: "passed", False: "FAILED", None: "could not be run"}
    lines = []
    for check in data["evidence"]:
        points = f", {check['points']} points" if check["points"] else ""
        digits = f", {check['digits']} digits" if check["digits"] is not None else ""
        remark = f": {check['note']}" if check["note"] else ""
        lines.append(f"{check['method']}: {words[check['passed']]}{points}{digits}{remark}")
    if data["note"]:
        lines.append(data["note"])
    found = data["counterexample"]
    if found is not None:
        at = ", ".join(f"{name} = {value}" for name, value in found["at"].items())
        lines.append(f"counterexample: at {at} it gives {found['given']}, the defining integral {found['true']}")
    return lines or ["not checked"]
