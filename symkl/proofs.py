"""What is known of a claim: its heads, which say what came of each stage, and what its bodies say.

Only who wants to see how something was found reads a body, so that a run over thousands of claims of which none has
changed is short.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from symkl.errors import SymklError
from symkl.library import Library
from symkl.requests import Request, stated_forms

if TYPE_CHECKING:
    from symkl.model import Claim, Verified

__all__ = ["Head", "Proof", "known_rows", "read_proof"]

Head = Mapping[str, Any]


@dataclass(frozen=True)
class Proof:
    """What is known of a claim: what came of deriving it and of verifying that, or the error or the bug in the way.

    `derived` has "status", "reason", "otherwise", "seconds"; `checked` has "verdict", "note", "known" and "seconds".
    Each is None as long as that stage is open. `deriving` and `verifying` are the seconds that this run took for it,
    `cached` says that nothing had to be done.
    """

    request: Request
    derived: Head | None = None
    checked: Head | None = None
    error: SymklError | None = None
    bug: str = ""
    deriving: float = 0.0
    verifying: float = 0.0
    cached: bool = False

    @property
    def seconds(self) -> float:
        """What this run took for both stages."""
        return self.deriving + self.verifying

    @property
    def status(self) -> str | None:
        """One of the statuses of a derivation; None where there is none yet."""
        return None if self.derived is None else self.derived["status"]

    @property
    def verdict(self) -> str | None:
        """One of the verdicts; None where it has not been verified."""
        return None if self.checked is None else self.checked["verdict"]

    @property
    def why(self) -> str:
        """What there is to say about the status or the verdict, in words."""
        found = (self.derived or {}).get("reason") or (self.checked or {}).get("note") or ""
        return str(found)

    @property
    def given_up(self) -> bool:
        """Whether it could not be derived within the limits."""
        return self.derived is not None and "limit" in self.derived


def known_rows(proof: Proof, library: Library) -> list[dict[str, Any]]:
    """The known forms of a claim with their verdicts, as `symkl verify --json` prints them.

    Each is unknown where the claim was given up; there are none where something was in the way.
    """
    if proof.checked is None:
        return []
    request, said = proof.request, {row["field"]: row for row in proof.checked["known"]}
    return [
        {
            "id": request.id,
            "quantity": request.quantity,
            "p": request.p,
            "q": request.q,
            "field": stated.field,
            "formula": stated.formula,
            "source": stated.source,
            "verdict": said.get(stated.field, {}).get("verdict", "unknown"),
            "counterexample": said.get(stated.field, {}).get("counterexample"),
        }
        for stated in stated_forms(request, library.sources[request.p])
    ]


def read_proof(claim: Claim, derived: Head, derivation: bytes, checked: Head, checks: bytes) -> Verified:
    """What heads and bodies say. Raises `Unreadable` where they are not about this claim."""
    from symkl.model import Derivation, Verdict, Verified
    from symkl.store.records import read_checks, read_derivation

    if derivation:
        made = read_derivation(derivation, claim, derived["seconds"])
    else:
        made = Derivation(claim, "none", None, (), reason=derived["reason"], seconds=derived["seconds"])
    if checks:
        return read_checks(checks, made)
    note = checked.get("note", "") or ("" if checked else "it has not been verified")
    return Verified(made, Verdict("unknown", note=note))
