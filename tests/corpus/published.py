"""Formulas as people write them, each with a sibling in which a mistake was made: `published.toml`.

An entry: `about` (the quantity and the families, of the built-in ones), `where`, `map`, `units` and `dims` as
`symkl check` takes them, `latex`, `broken` (what stands in it once, and what stands there in the wrong sibling), `says`
(a part of the diagnosis of that), `at` (the parameters and the value there, by quadrature or summation). An entry with
a `file` is the text of a file of that name, in which the formula has the `label`.
"""

from __future__ import annotations

import tempfile
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import mpmath as mp
import sympy as sp

from symkl.check.latex import Given, given_in
from symkl.language import load_family, read_bindings
from symkl.language.latex import Source, expanded, find_formula
from symkl.model import Claim, claim

__all__ = ["ENTRIES", "claim_of", "given", "points", "wrong"]

HERE = Path(__file__).parent
DERIVATIONS = HERE.parents[1] / "derivations"
ENTRIES: dict[str, dict[str, Any]] = {
    entry["id"]: entry for entry in tomllib.loads((HERE / "published.toml").read_text(encoding="utf-8"))["formula"]
}


@cache
def _claim(about: tuple[str, ...], where: tuple[str, ...]) -> Claim:
    members = [load_family(DERIVATIONS / f"{name.lower()}.toml") for name in about[1:]]
    bare = claim(about[0], *members)
    bound = read_bindings(where, {parameter.full_name: parameter.symbol for parameter in bare.parameters})
    return claim(about[0], *members, where=bound)


def claim_of(entry: dict[str, Any]) -> Claim:
    """What the formula is about."""
    return _claim(tuple(entry["about"]), tuple(entry.get("where", ())))


def wrong(entry: dict[str, Any]) -> str:
    """The LaTeX of the sibling with a mistake."""
    old, new = entry["broken"]
    if entry["latex"].count(old) != 1:
        raise ValueError(f"{entry['id']}: {old!r} does not stand once in the formula")
    return str(entry["latex"].replace(old, new))


def given(entry: dict[str, Any], latex: str) -> Given:
    """The LaTeX, read as `symkl check` reads it."""
    about, options = claim_of(entry), (entry.get("map", []), entry.get("units", "nats"), entry.get("dims", "none"))
    if "file" not in entry:
        return given_in(about, expanded(Source(latex)), *options)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / entry["file"]
        path.write_text(latex, encoding="utf-8")
        found = find_formula(path, entry["label"], None)
    return given_in(about, expanded(found.source, found.macros), *options, found.focus)


def points(entry: dict[str, Any], about: Claim) -> list[tuple[dict[sp.Symbol, sp.Rational], mp.mpf]]:
    """The parameters and the value of each of the entry's points."""
    symbols = {parameter.full_name: parameter.symbol for parameter in about.parameters}
    found = []
    for row in entry["at"]:
        at = {symbols[name]: sp.Rational(value) for name, value in row.items() if name != "value"}
        found.append((at, mp.mpf(row["value"])))
    return found
