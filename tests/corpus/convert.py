"""Published formulas as definition files: what a person would write down who wants one verified.

An entry of `formulas.json` gives the log-densities with the entry's own names in them, `ki` and `kj` for the `k` of the
two members of a pair. A family is written in the density's names where that can be seen from the entry; a pair within
one family then needs one file. Else each member gets a file of its own, in the names of the entry.
"""

from __future__ import annotations

import json
import keyword
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["CORPUS", "Definition", "Member", "converted", "entries", "statistic"]

CORPUS = Path(__file__).parent / "formulas.json"
Entry = Mapping[str, Any]

#: what an entry of the kind "expectation" is an expectation of; entries say it in LaTeX alone
_OF = {"gam-logmean": "log(x)", "chi2-momraw": "x**m", "norm-mgf": "exp(t*x)"}
#: ends that were cut off for the quadrature behind the reference values
_ENDS = {"-30": "-oo"}
_KEYWORDS = {"lambda": "lam"}
_TAKEN = set(
    "log exp sqrt loggamma digamma polygamma erf erfc Ei expint besseli besselk uppergamma polylog factorial binomial "
    "cos sin cosh sinh tanh atan atanh Min Max Abs Piecewise Sum Integral Rational Eq Ne E pi oo EulerGamma x".split()
)
_NAME = re.compile(r"\b[A-Za-z_]\w*\b(?!\s*\()")
_QUANTITIES = {"entropy": "entropy", "cross_entropy": "cross_entropy", "kl": "kl"}


@dataclass(frozen=True)
class Member:
    """One distribution of an entry: its family's name, and its file's name for each of the entry's names."""

    family: str
    names: dict[str, str]
    log_density: str
    support: tuple[str, str]
    discrete: bool


@dataclass(frozen=True)
class Definition:
    """The definition files of an entry by their names; `first` holds the known form."""

    files: dict[str, str]
    first: str
    correct: bool


def entries(multivariate: bool = False) -> list[Entry]:
    """The entries, those about vectors or those about numbers."""
    with CORPUS.open(encoding="utf-8") as file:
        return [entry for entry in json.load(file) if entry["multivariate"] is multivariate]


def statistic(entry: Entry) -> str | None:
    """What the expectation is of; None of an entropy or a pair."""
    centred = "(x - Expectation(x))"
    match entry["kind"]:
        case "mean":
            return "x"
        case "variance":
            return f"{centred}**2"
        case "skewness":
            return f"{centred}**3/Expectation({centred}**2)**(3/2)"
        case "expectation":
            return _OF[entry["id"]]
    return None


def converted(entry: Entry) -> Definition:
    """The entry as definition files, with its formula as a known form of the first."""
    p, q = entry["p"], entry["q"]
    if q is None:
        members = [_member(entry, p, "P", shared=False)]
    else:
        shared = _generic(p) is not None and _generic(p) == _generic(q) and p["family"] == q["family"]
        members = [_member(entry, p, "P", shared=shared), _member(entry, q, "P" if shared else "Q", shared=shared)]
    texts = {f"{member.family.lower()}.toml": _family_text(entry, member) for member in reversed(members)}
    first = f"{members[0].family.lower()}.toml"
    texts[first] += _known_text(entry, members, statistic(entry))
    return Definition(texts, first, entry["correct"])


def _generic(law: Entry) -> tuple[str, ...] | None:
    """The log-density and the support in the family's own names; None where a parameter is fixed or named twice."""
    values = [str(value) for value in law["params"].values()]
    if len(set(values)) < len(values) or not all(value.isidentifier() for value in values):
        return None
    back = dict(zip(values, law["params"], strict=True))
    return tuple(_renamed(text, back) for text in (law["logpdf"], *law["support"]))


def _member(entry: Entry, law: Entry, stem: str, *, shared: bool) -> Member:
    if shared:
        names = {value: _safe(name) for name, value in law["params"].items()}
    else:
        present = _words(law["logpdf"], *law["support"])
        own = [name for name in entry["param_ranges"] if name in present]
        if entry["q"] is None:  # what only the statistic or the formula has is a parameter as well
            own += [name for name in entry["param_ranges"] if name not in present]
        names = {name: _safe(name) for name in own}
    ends = [_ENDS.get(str(end), str(end)) for end in law["support"]]
    lower, upper = (_renamed(end, names) for end in ends)
    name = stem + "".join(word.capitalize() for word in re.split(r"[^A-Za-z0-9]+", law["family"]))
    return Member(name, names, _renamed(law["logpdf"], names), (lower, upper), bool(law["discrete"]))


def _words(*texts: str) -> set[str]:
    return {word for text in texts for word in _NAME.findall(str(text))}


def _renamed(text: str, names: Mapping[str, str]) -> str:
    return _NAME.sub(lambda found: names.get(found.group(), found.group()), str(text))


def _safe(name: str) -> str:
    """The name, or one near it where it means something else in a definition file."""
    name = _KEYWORDS.get(name, name)
    return f"{name}_" if name in _TAKEN or keyword.iskeyword(name) else name


def _domain(span: list[Any]) -> str:
    if span[0] == "int":
        return "positive_integer" if span[1] > 0 else "integer"
    low, high = span
    if low > 0 and high < 1:
        return "unit"
    return "positive" if low > 0 else "real"


def _family_text(entry: Entry, member: Member) -> str:
    lines = [
        "format = 1",
        "[family]",
        f"name = {json.dumps(member.family)}",
        f'kind = "{"discrete" if member.discrete else "continuous"}"',
        f"support = {json.dumps(list(member.support))}",
        f"constraints = {json.dumps(_constraints(member))}",
        f"log_density = {json.dumps(member.log_density)}",
        "[family.parameters]",
    ]
    lines += [f'{new} = {{ domain = "{_domain(entry["param_ranges"][old])}" }}' for old, new in member.names.items()]
    return "\n".join(lines) + "\n"


def _constraints(member: Member) -> list[str]:
    """Where a density has a case below a parameter, the parameter lies inside the support."""
    inner = [name for name in re.findall(r"\bx<=?(\w+)", member.log_density.replace(" ", "")) if not name.isdigit()]
    lower, upper = member.support
    return [text for name in dict.fromkeys(inner) for text in (f"{lower} < {name}", f"{name} < {upper}")]


def _known_text(entry: Entry, members: list[Member], of: str | None) -> str:
    names = dict(members[0].names)
    ties: dict[str, str] = {}
    if len(members) == 2:
        names = {old: f"{new}_1" for old, new in members[0].names.items()}
        for old, new in members[1].names.items():
            if old in names:
                ties[f"{new}_2"] = names[old]
            else:
                names[old] = f"{new}_2"
    lines = ["[[known]]", f'quantity = "{_QUANTITIES.get(entry["kind"], "expectation")}"']
    if len(members) == 2:
        lines.append(f"other = {json.dumps(members[1].family)}")
    if of is not None:
        lines.append(f"of = {json.dumps(of)}")
    if ties:
        lines.append("where = { " + ", ".join(f"{name} = {json.dumps(value)}" for name, value in ties.items()) + " }")
    lines += [
        f"formula = {json.dumps(_renamed(entry['formula'], names))}",
        f"source = {json.dumps(entry['source'])}",
        f'units = "{entry["units"]}"',
    ]
    return "\n".join(lines) + "\n"
