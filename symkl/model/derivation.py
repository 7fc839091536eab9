"""A derivation as data: steps, lemmas, cases. Rendering and checking are elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from symkl.model.claim import Claim
from symkl.model.inert import Expectation

__all__ = ["STATUSES", "Case", "Derivation", "Lemma", "Step"]

STATUSES = ("closed", "infinite", "conditional", "none")


@dataclass(frozen=True)
class Step:
    """`before = after` by `rule` (the name of a module in `derive/rules`), with the reason in words.

    `because` is plain text: one short clause without a full stop and without formulas. `cites` holds the statements of
    the lemmas used. A change of variable, rule "chart", has in `substitution` the old variable and what takes its
    place, once a piece of the range.
    """

    before: sp.Expr
    after: sp.Expr
    rule: str
    because: str
    cites: tuple[Expectation, ...] = ()
    substitution: tuple[tuple[sp.Symbol, sp.Expr], ...] = ()


@dataclass(frozen=True)
class Lemma:
    """`statement = value` under `conditions`: an expectation under p, with a derivation of its own.

    `value` is None where the expectation resisted; `method` says in words which chart and which masters were used.
    """

    statement: Expectation
    value: sp.Expr | None
    conditions: tuple[sp.Basic, ...]
    method: str
    masters: tuple[str, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Case:
    """The value under the conjunction of `when` (empty: always)."""

    when: tuple[sp.Basic, ...]
    value: sp.Expr


@dataclass(frozen=True)
class Derivation:
    """How a claim was derived, and what came out.

    `status`: "closed" (one value everywhere on the parameters' domains), "conditional" (a value where `conditions`
    hold, `otherwise` elsewhere: "oo", "undefined" or "unknown"), "infinite" (`reason` says why), "none" (`reason`
    names the lemma that resisted; `result` then holds it as an inert expectation).
    `parts` of a KL: the derivations of its cross-entropy and its entropy; their steps are part of `steps`.
    """

    claim: Claim
    status: str
    result: sp.Expr | None
    steps: tuple[Step, ...]
    lemmas: tuple[Lemma, ...] = ()
    conditions: tuple[sp.Basic, ...] = ()
    cases: tuple[Case, ...] = ()
    otherwise: str | None = None
    reason: str = ""
    parts: tuple[Derivation, ...] = ()
    seconds: float = 0.0

    @property
    def values(self) -> tuple[Case, ...]:
        """The cases in the order in which they are tried; where the result is the only one, that."""
        if self.cases or self.result is None:
            return self.cases
        return (Case(self.conditions, self.result),)

    @property
    def masters(self) -> tuple[str, ...]:
        """The names of the cited theorems, each once, in the order of first use."""
        return tuple(dict.fromkeys(name for lemma in self.lemmas for name in lemma.masters))
