"""Claims to verdicts: what the store holds is read, all else is derived and verified in limited child processes."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from symkl import pipeline
from symkl.claims import forms_of
from symkl.errors import BadInput, Location, SymklError
from symkl.language import to_text
from symkl.library import Library
from symkl.model import Claim, Derivation, Family, Judged, Verdict, Verified
from symkl.settings import Settings
from symkl.store import Store, digest, engine, store_folder
from symkl.store.records import from_record, to_record
from symkl.store.trees import Unreadable
from symkl.workers import Crew, Job, Outcome

__all__ = [
    "Proof",
    "check_foreign",
    "check_normalised",
    "claim_key",
    "judged_forms",
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
    families = [claim.p.family, *([claim.q.family] if claim.q else [])]
    return digest(
        {
            "claim": claim.id,
            "of": None if claim.of is None else to_text(claim.of),
            "where": [[name, to_text(value)] for name, value in claim.where],
            "definitions": [[family.name, family.digest] for family in families],
            "oracle": [settings.digits, settings.seed],
            "engine": engine(),
        }
    )


def prove_one(claim: Claim, foreign: Collection[str], settings: Settings) -> Verified:
    """One claim, for a command that shows it. Raises what deriving raises; a bug as `RuntimeError`."""
    with Crew(1) as crew:
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


def limited(run: Callable[..., Any], arguments: tuple[Any, ...], settings: Settings) -> tuple[Any, str]:
    """`run(*arguments)` in a child process with limits: its value, or why it was given up. Raises what it raises."""
    with Crew(1) as crew:
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
    store = open_store(settings)
    proofs: list[Proof | None] = [_recall(store, claim, settings) for claim in claims]
    for proof in proofs:
        if proof is not None:
            done(proof)
    missing = [i for i, proof in enumerate(proofs) if proof is None]

    def keep(at: int, outcome: Outcome) -> None:
        proof = _proof(claims[missing[at]], outcome)
        if outcome.value is not None and proof.verified is not None and _lasting(proof.verified):
            store.put(claim_key(proof.claim, settings), outcome.value)
        proofs[missing[at]] = proof
        done(proof)

    if len(missing) == 1 and not _is_foreign(claims[missing[0]], foreign) and not settings.limited:
        begun = time.monotonic()
        value = _prove(claims[missing[0]], settings)
        keep(0, Outcome(value=value, seconds=time.monotonic() - begun))
    elif missing:
        jobs = [
            Job(claims[i].id, _prove, (claims[i], settings), settings.seconds, claims[i].p.family.name) for i in missing
        ]
        crew.work(jobs, keep)
    return [proof for proof in proofs if proof is not None]


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


def check_foreign(library: Library, claims: Sequence[Claim], settings: Settings) -> None:
    """Refuse, as `BadInput`, a foreign density in these claims that does not integrate to 1; say to what it does."""
    used = {d.family.name: d.family for claim in claims for d in (claim.p, claim.q) if d is not None}
    check_normalised([family for name, family in used.items() if name in library.foreign], settings)


def check_normalised(families: Sequence[Family], settings: Settings) -> None:
    """Refuse, as `BadInput`, a foreign density that is shown not to integrate to 1, and say what it integrates to."""
    store = open_store(settings)
    base = {"engine": engine(), "settings": replace(settings, templates=None).__repr__(), "what": "normalisation"}
    asked = {f.name: digest({**base, "name": f.name, "definition": f.digest}) for f in families}
    pending = [f for f in families if store.get(asked[f.name]) != "one"]
    jobs = [Job(f.name, _normalisation, (f, settings), settings.seconds) for f in pending]
    with Crew(settings.processes) as crew:
        outcomes = crew.work(jobs)
    for family, outcome in zip(pending, outcomes, strict=True):
        if outcome.error is not None:
            raise outcome.error
        if outcome.bug:
            raise RuntimeError(outcome.bug)
        if outcome.value == "one":
            store.put(asked[family.name], "one")
        elif outcome.value is not None:
            field = "family.density" if family.density is not None else "family.log_density"
            raise BadInput(outcome.value, Location(family.origin, field), "correct the density, or its support")


def _normalisation(family: Family, settings: Settings) -> str | None:
    return pipeline.normalised(family, settings)
