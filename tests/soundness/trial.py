"""Mutants of known forms put before the judge: `PYTHONPATH=. python tests/soundness/trial.py [FAMILY...]` counts them.

The claim is derived once and the form that the mutants are made of is judged first, so that they share the enclosures
of the defining integral. A mutant that equals the form after all, in numbers, is dropped: that the forms themselves are
right is tested elsewhere, by independent quadrature (`tests/derivations`, and the references of `tests/corpus`).
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

import sympy as sp

from symkl.derive import derive
from symkl.language import is_document, load_families
from symkl.model import Claim, Derivation, Family, Known, claim
from symkl.verify.known import UNITS, judge_form
from symkl.verify.points import draw

__all__ = ["DERIVATIONS", "Trial", "of_claim", "of_family"]

DERIVATIONS = Path(__file__).resolve().parents[2] / "derivations"
ORACLE = {"digits": 20, "points": 2, "plain_points": 1}
#: the points at which a mutant is compared with its form are not those of the judge
_SEED, _POINTS = 7, 4


@dataclass
class Trial:
    """What became of the mutants of some forms."""

    made: int = 0
    equal: int = 0
    valueless: int = 0
    looked_at_again: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    means: Counter[str] = field(default_factory=Counter)
    accepted: list[str] = field(default_factory=list)
    proved_zero: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    refused_forms: list[str] = field(default_factory=list)

    @property
    def wrong(self) -> int:
        return self.made - self.equal

    def add(self, other: Trial) -> None:
        self.made += other.made
        self.equal += other.equal
        self.valueless += other.valueless
        self.looked_at_again += other.looked_at_again
        self.verdicts += other.verdicts
        self.means += other.means
        for name in ("accepted", "proved_zero", "unknown", "refused_forms"):
            getattr(self, name).extend(getattr(other, name))


def claims_of(family: Family, families: dict[str, Family]) -> Iterator[tuple[Claim, list[Known]]]:
    """The claims that the family's known forms are about, each with its forms; what is infinite is left out."""
    found: dict[Claim, list[Known]] = {}
    for known in family.known:
        if known.formula.is_finite is not False and not known.formula.has(sp.Sum, sp.Integral):
            other = families[known.other] if known.other else None
            found.setdefault(claim(known.quantity, family, other, known.of, known.where), []).append(known)
    yield from found.items()


def of_family(family: Family, families: dict[str, Family], mutation: ModuleType, each: int) -> Trial:
    """The mutants of the family's known forms, so many of each form."""
    total = Trial()
    for about, forms in claims_of(family, families):
        derivation = derive(about)
        for known in forms:
            total.add(of_claim(about, derivation, known, mutation, each))
    return total


def of_claim(about: Claim, derivation: Derivation, known: Known, mutation: ModuleType, each: int) -> Trial:
    """The mutants of one form."""
    trial, unit, form = Trial(), UNITS[known.units], known.formula
    name = f"{about.id} {known.field}"
    if judge_form(form, unit, about, derivation, **ORACLE).kind not in ("proved", "numeric"):
        trial.refused_forms.append(name)
    points = draw(about, _POINTS, _SEED, derivation.conditions)
    wrong = list(mutation.mutants(form, _groups(about)))
    for words, mutant in mutation.chosen(wrong, each, f"{name}:{form}"):
        trial.made += 1
        different = mutation.differs(mutant, form, points)
        if different is False:
            trial.equal += 1
            continue
        trial.valueless += different is None
        verdict = judge_form(mutant, unit, about, derivation, **ORACLE)
        if verdict.kind in ("proved", "numeric"):  # at a few points two forms may agree: sigma and sigma**2 at 1
            trial.looked_at_again += 1
            verdict = judge_form(mutant, unit, about, derivation)
        trial.verdicts[verdict.kind] += 1
        said = f"{name}: {words}: {mutant}"
        if verdict.kind in ("proved", "numeric"):
            trial.accepted.append(said)
        if verdict.kind == "unknown":
            trial.unknown.append(f"{said} ({verdict.note})")
        if any(check.method == "kernel" and check.passed for check in verdict.checks):
            trial.proved_zero.append(said)
        if verdict.counterexample is not None:
            trial.means[next((check.method for check in verdict.checks if check.passed is False), "divergence")] += 1
    return trial


def _groups(about: Claim) -> dict[str, tuple[sp.Symbol, ...]]:
    found: dict[str, tuple[sp.Symbol, ...]] = {}
    for parameter in about.parameters:
        found[parameter.name] = (*found.get(parameter.name, ()), parameter.symbol)
    return found


def main(chosen: list[str]) -> None:
    sys.path.insert(0, str(Path(__file__).parent))
    import mutants

    families = load_families(path for path in sorted(DERIVATIONS.glob("*.toml")) if not is_document(path))
    total = Trial()
    for name, family in families.items():
        if chosen and name not in chosen:
            continue
        begun = time.process_time()
        trial = of_family(family, families, mutants, 8)
        total.add(trial)
        seconds = time.process_time() - begun
        print(f"{name:24} {trial.made:5} {trial.equal:4} {dict(trial.verdicts)} {seconds:.1f} s", flush=True)  # noqa: T201
        for kind in ("accepted", "proved_zero", "unknown", "refused_forms"):
            for said in getattr(trial, kind):
                print(f"    {kind}: {said}", flush=True)  # noqa: T201
    print(total.made, total.equal, total.valueless, total.looked_at_again, total.verdicts, total.means)  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])
