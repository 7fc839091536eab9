"""Claims to verdicts: what the store holds is read, all else is derived and verified in limited child processes."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sympy import Expr

from symkl import pipeline
from symkl.claims import forms_of
from symkl.errors import SymklError
from symkl.language import to_text
from symkl.model import Claim, Derivation, Family, Judged, Verdict, Verified
from symkl.settings import Settings
from symkl.store import Store, digest, engine, store_folder
from symkl.store.records import from_record, to_record
from symkl.store.trees import Unreadable
from symkl.workers import Crew, Job, Outcome

__all__ = [
    "Proof",
    "Proving",
    "claim_key",
    "judged_forms",
    "key_of",
    "limited",
    "open_store",
    "prove_all",
    "prove_one",
]


@dataclass(frozen=True)
class Proof:
    """What became of a claim: `verified`, or the error that deriving raised, or a bug's traceback."""

    claim: Claim
    verified: Verified | None = None
    error: SymklError | None = None
    bug: str = ""
    seconds: float = 0.0
    cached: bool = False


def open_store(settings: Settings) -> Store:
    """The user's store, or one that keeps nothing."""
    return Store(store_folder() if settings.cache else None)


def claim_key(claim: Claim, settings: Settings) -> str:
    """The store's key for a claim: the definitions, what is asked of them, the oracle's settings, the versions."""
    return key_of(claim.quantity, claim.p.family, claim.q.family if claim.q else None, settings, claim.of, claim.where)


def key_of(
    quantity: str,
    p: Family,
    q: Family | None,
    settings: Settings,
    of: Expr | None = None,
    where: tuple[tuple[str, Expr], ...] = (),
) -> str:
    """The same without the claim, which takes longer to put together than to look up."""
    return digest(
        {
            "claim": quantity,
            "of": None if of is None else to_text(of),
            "where": [[name, to_text(value)] for name, value in where],
            "definitions": [[family.name, family.digest] for family in (p, q) if family is not None],
            "oracle": [settings.digits, settings.seed],
            "engine": engine(),
        }
    )


def prove_one(claim: Claim, foreign: Collection[str], settings: Settings, crew: Crew) -> Verified:
    """One claim, for a command that shows it. Raises what deriving raises; a bug as `RuntimeError`."""
    proof = prove_all([claim], foreign, settings, crew)[0]
    if proof.error is not None:
        raise proof.error
    if proof.verified is None:
        raise RuntimeError(proof.bug)
    return proof.verified


def judged_forms(verified: Verified) -> tuple[Judged, ...]:
    """The known forms of a claim with their verdicts; each of them unknown where the claim was given up."""
    return verified.known or tuple(
        Judged(form, Verdict("unknown", note=verified.verdict.note)) for form in forms_of(verified.derivation.claim)
    )


def limited(run: Callable[..., Any], arguments: tuple[Any, ...], settings: Settings, crew: Crew) -> tuple[Any, str]:
    """`run(*arguments)` in a child process with limits: its value, or why it was given up. Raises what it raises."""
    [outcome] = crew.work([Job(run.__name__, run, arguments, settings.seconds)])
    if outcome.error is not None:
        raise outcome.error
    if outcome.bug:
        raise RuntimeError(outcome.bug)
    return outcome.value, outcome.lost


def prove_all(
    claims: Sequence[Claim],
    foreign: Collection[str],
    settings: Settings,
    crew: Crew,
    done: Callable[[Proof], None] = lambda proof: None,
) -> list[Proof]:
    """A proof for each claim, in their order; `done` hears of each as it is ready.

    A single built-in claim is worked on here; foreign families, and many claims, by the crew, with limits.
    """
    proving = Proving(claims, settings)
    for proof in proving.proofs.values():
        done(proof)
    here = len(proving.jobs) == 1 and not settings.limited and not _is_foreign(proving.missing[0], foreign)
    if here:
        begun = time.monotonic()
        value = _prove(proving.missing[0], settings)
        done(proving.accept(0, Outcome(value=value, seconds=time.monotonic() - begun)))
    else:
        crew.work(proving.jobs, lambda at, outcome: done(proving.accept(at, outcome)))
    return [proving.proofs[claim] for claim in claims]


class Proving:
    """Claims on their way to proofs: `proofs` holds what the store has, `jobs` what is left to do for `missing`."""

    def __init__(self, claims: Sequence[Claim], settings: Settings) -> None:
        self._store, self._settings = open_store(settings), settings
        recalled = [_recall(self._store, claim, settings) for claim in claims]
        self.proofs = {proof.claim: proof for proof in recalled if proof is not None}
        self.missing = [claim for claim in dict.fromkeys(claims) if claim not in self.proofs]
        # what is worked out for a family serves all its claims: they go to one child
        self.jobs = [Job(c.id, _prove, (c, settings), settings.seconds, c.p.family.name) for c in self.missing]

    def accept(self, at: int, outcome: Outcome) -> Proof:
        """Take the outcome of `jobs[at]`, and keep it in the store if it would come out the same again."""
        proof = _proof(self.missing[at], outcome)
        if outcome.value is not None and proof.verified is not None and _lasting(proof.verified):
            self._store.put(claim_key(proof.claim, self._settings), outcome.value)
        self.proofs[proof.claim] = proof
        return proof


def _prove(claim: Claim, settings: Settings) -> Any:
    return to_record(pipeline.prove(claim, settings))


def _is_foreign(claim: Claim, foreign: Collection[str]) -> bool:
    return claim.p.family.name in foreign or (claim.q is not None and claim.q.family.name in foreign)


def _lasting(verified: Verified) -> bool:
    """What another run would find again: all but verdicts that time or a missing oracle left open."""
    return verified.verdict.kind != "unknown" or verified.derivation.status == "none"


def _recall(store: Store, claim: Claim, settings: Settings) -> Proof | None:
    record = store.get(claim_key(claim, settings)) if store.folder is not None else None
    if record is None:
        return None
    try:
        verified = _read(claim, record)
    except Unreadable:
        return None
    return Proof(claim, verified, cached=True) if verified.derivation.claim == claim else None


def _read(claim: Claim, record: Any) -> Verified:
    families = {d.family.name: d.family for d in (claim.p, claim.q) if d is not None}
    return from_record(record, families, claim.p.family)


def _proof(claim: Claim, outcome: Outcome) -> Proof:
    if outcome.lost:
        derivation = Derivation(claim, "none", None, (), reason=f"not derived: {outcome.lost}", seconds=outcome.seconds)
        return Proof(claim, Verified(derivation, Verdict("unknown", note=outcome.lost)), seconds=outcome.seconds)
    if outcome.error is not None or outcome.bug:
        return Proof(claim, None, outcome.error, outcome.bug, outcome.seconds)
    return Proof(claim, _read(claim, outcome.value), seconds=outcome.seconds)
