"""What was found out about a claim, a step or a known form, and how."""

from __future__ import annotations

from dataclasses import dataclass

from symkl.model.derivation import Derivation
from symkl.model.family import Known

__all__ = ["VERDICTS", "Check", "Counterexample", "Judged", "Verdict", "Verified"]

VERDICTS = ("proved", "numeric", "unknown", "failed")


@dataclass(frozen=True)
class Counterexample:
    """Parameters (name, decimal string) at which two values (decimal strings, nats) differ."""

    at: tuple[tuple[str, str], ...]
    given: str
    true: str


@dataclass(frozen=True)
class Check:
    """One kind of evidence.

    `method`: "kernel" (normal form), "enclosure" (rigorous ball), "quadrature" (plain quadrature or summation),
    "property" (such as KL(p, p) = 0). `points` tried, `digits` of agreement (the least over the points; None for a
    proof), `passed` True, False or None (could not be run), `note` in words.
    """

    method: str
    passed: bool | None
    points: int = 0
    digits: int | None = None
    note: str = ""


@dataclass(frozen=True)
class Verdict:
    """One of `VERDICTS`, the checks it rests on, and a counterexample where it is "failed"."""

    kind: str
    checks: tuple[Check, ...] = ()
    counterexample: Counterexample | None = None
    note: str = ""


@dataclass(frozen=True)
class Judged:
    """A known form and its verdict."""

    known: Known
    verdict: Verdict


@dataclass(frozen=True)
class Verified:
    """A derivation with the verdict on its result, on each of its steps, and on each lemma and its steps.

    `steps[i]` belongs to `derivation.steps[i]`; `lemmas[i]` and `lemma_steps[i][j]` to `derivation.lemmas[i]` and its
    step j; `known` holds the family file's known forms of this claim.
    """

    derivation: Derivation
    verdict: Verdict
    steps: tuple[Verdict, ...] = ()
    lemmas: tuple[Verdict, ...] = ()
    lemma_steps: tuple[tuple[Verdict, ...], ...] = ()
    known: tuple[Judged, ...] = ()
