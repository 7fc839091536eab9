"""Claims to derivations and verdicts: what the store holds is taken, the rest is worked on in limited children."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace as changed
from typing import TYPE_CHECKING, Any

from symkl.library import Library
from symkl.proof_jobs import derive_one, print_one, verify_one
from symkl.proofs import Head, Proof, read_proof
from symkl.requests import Request, checks_key, derivation_key
from symkl.settings import Settings
from symkl.store import Key, Store, Unreadable, store_folder
from symkl.workers import Crew, Job, Outcome

if TYPE_CHECKING:
    from symkl.model import Verified

__all__ = ["Proving", "limited", "open_store", "prove_all", "prove_one"]

#: the stages, in their order
DERIVE, VERIFY = "derive", "verify"


def open_store(settings: Settings) -> Store:
    """The user's store, or one that lasts for this run."""
    return Store(store_folder() if settings.cache else None)


def limited(run: Callable[..., Any], arguments: tuple[Any, ...], settings: Settings, crew: Crew) -> tuple[Any, str]:
    """`run(*arguments)` in a child process with limits: its value, or why it was given up. Raises what it raises."""
    [outcome] = crew.work([Job(run.__name__, run, arguments, settings.seconds())])
    if outcome.error is not None:
        raise outcome.error
    if outcome.bug:
        raise RuntimeError(outcome.bug)
    return outcome.value, outcome.lost


def prove_one(request: Request, library: Library, settings: Settings, crew: Crew) -> Verified:
    """One claim, for a command that shows it. Raises what deriving raises; a bug as `RuntimeError`."""
    for afresh in (False, True):
        proving = Proving([request], library, settings, afresh=afresh)
        crew.share(library)
        crew.work(proving.begin(), proving.accept)
        proof = proving.proofs[request]
        if proof.error is not None:
            raise proof.error
        if proof.bug:
            raise RuntimeError(proof.bug)
        try:
            return proving.verified(request)
        except Unreadable:
            continue  # the store lost it meanwhile, or holds what is damaged
    raise RuntimeError("what was written to the store cannot be read back")


def prove_all(
    requests: Sequence[Request],
    library: Library,
    settings: Settings,
    crew: Crew,
    done: Callable[[Proof], None] = lambda proof: None,
    stage: str = VERIFY,
) -> Proving:
    """Take each claim as far as `stage`, "derive" or "verify"; `done` hears of each as it is there."""
    proving = Proving(requests, library, settings, stage)
    for proof in proving.proofs.values():
        done(proof)
    crew.share(library)

    def accept(job: Job, outcome: Outcome) -> Iterable[Job]:
        more = proving.accept(job, outcome)
        if not more:
            done(proving.proofs[job.about[0]])
        return more

    crew.work(proving.begin(), accept)
    return proving


class Proving:
    """Claims on their way to proofs: `proofs` holds those that are there, first of all what the store has."""

    def __init__(
        self,
        requests: Sequence[Request],
        library: Library,
        settings: Settings,
        stage: str = VERIFY,
        *,
        afresh: bool = False,
    ) -> None:
        self._library, self._settings, self._stage = library, settings, stage
        self._store = open_store(settings)
        self.requests = list(dict.fromkeys(requests))
        self._seconds = settings.seconds(len(self.requests))
        self._open = {request: Proof(request) if afresh else self._recalled(request) for request in self.requests}
        self.proofs = {request: proof for request, proof in self._open.items() if self._is_whole(proof)}
        self._open = {request: proof for request, proof in self._open.items() if request not in self.proofs}

    @property
    def pending(self) -> list[Request]:
        """The claims that are not there yet."""
        return list(self._open)

    def known(self) -> dict[Request, Proof]:
        """What is known of each claim by now."""
        return {**self._open, **self.proofs}

    def begin(self) -> list[Job]:
        """The jobs to begin with. Raises `BadInput` where a definition that they need cannot be used."""
        if self._open:
            # what is imported and read before children are forked, they have
            from symkl import derive, pipeline  # noqa: F401
            from symkl.verify import verdict  # noqa: F401
        for request in self._open:
            for name in (request.p, request.q):
                if name is not None:
                    self._library.family(name)
        return [self._job(proof) for proof in self._open.values()]

    def accept(self, job: Job, outcome: Outcome) -> list[Job]:
        """Take the outcome of a job; what is to be done next about the claim, nothing where its proof is there."""
        request, stage = job.about
        proof = self._open[request]
        if stage == DERIVE:
            proof = changed(proof, deriving=proof.deriving + outcome.seconds, cached=False)
        else:
            proof = changed(proof, verifying=proof.verifying + outcome.seconds, cached=False)
        if outcome.error is not None or outcome.bug:
            proof = changed(proof, error=outcome.error, bug=outcome.bug)
        elif stage == DERIVE:
            proof = changed(proof, derived=self._keep(self._derivation_key(request), outcome, _lost_derivation))
        else:
            head = self._keep(self._checks_key(request), outcome, _lost_checks)
            proof = changed(proof, checked=head)
        if proof.error is not None or proof.bug or self._is_whole(proof):
            del self._open[request]
            self.proofs[request] = self._rounded(proof)
            return []
        self._open[request] = proof
        return [self._job(proof)]

    def bodies(self, request: Request) -> tuple[Head, bytes, Head, bytes]:
        """Heads and bodies of the derivation and of its checks, for `read_proof`; `b""` where there is none.

        Raises `Unreadable` where the store holds them no more.
        """
        proof = self.proofs[request]
        found: list[Any] = []
        for key, head in ((self._derivation_key, proof.derived), (self._checks_key, proof.checked)):
            if head is None or "sum" not in head:
                found += [head or {}, b""]
                continue
            held = self._store.get(key(request))
            if held is None or held[0]["sum"] != head["sum"]:
                raise Unreadable(f"{request.title} is not in the store any more")
            found += [head, held[1]]
        derived, derivation, checked, checks = found
        return derived, derivation, checked, checks

    def verified(self, request: Request) -> Verified:
        """The derivation with its verdicts; without any where it has not been verified."""
        from symkl.reading import claim_of

        return read_proof(claim_of(request, self._library), *self.bodies(request))

    def printed(self, crew: Crew) -> list[dict[str, Any]]:
        """What came out, in the claims' order, as `symkl derive --format json` prints it; verdicts are None."""
        there = [request for request in self.requests if self.proofs[request].derived is not None]
        jobs = [
            Job(request.title, print_one, (request, *self._packed(request)), self._seconds, request.p)
            for request in there
        ]
        return [outcome.value for outcome in crew.work(jobs) if outcome.value is not None]

    def _packed(self, request: Request) -> tuple[Head, str]:
        derived, derivation, _, _ = self.bodies(request)
        return derived, base64.b64encode(derivation).decode()

    def _job(self, proof: Proof) -> Job:
        request = proof.request
        if proof.derived is None:
            return Job(request.title, derive_one, (request,), self._seconds, request.p, (request, DERIVE))
        held = self._store.get(self._derivation_key(request))
        body = "" if held is None else base64.b64encode(held[1]).decode()
        arguments = (request, body, proof.derived["sum"], self._settings)
        return Job(request.title, verify_one, arguments, self._seconds, request.p, (request, VERIFY))

    def _keep(self, key: Key, outcome: Outcome, lost: Callable[[str, float], dict[str, Any]]) -> Head:
        """The head of what came out, kept in the store with its body if another run would find the same."""
        if outcome.value is None:
            head = {**lost(outcome.lost, outcome.seconds), "limit": self._seconds}
            if not outcome.died:
                self._store.put(key, head)
            return head
        head, body = outcome.value["head"], base64.b64decode(outcome.value["body"])
        if head.get("verdict") == "unknown":
            head["limit"] = self._seconds
        self._store.put(key, head, body)
        return dict(head)

    def _recalled(self, request: Request) -> Proof:
        if any(name is not None and name not in self._library.sources for name in (request.p, request.q)):
            self._library.family(request.p)  # a known form about a family that is not there is refused with its place
            self._library.family(request.q or request.p)
        derived = self._taken(self._store.head(self._derivation_key(request)))
        if derived is None or self._stage == DERIVE:
            return Proof(request, derived, cached=derived is not None)
        checked = self._taken(self._store.head(self._checks_key(request)))
        if checked is not None and checked.get("of") not in (None, derived.get("sum")):
            checked = None
        return self._rounded(Proof(request, derived, checked, cached=True))

    def _taken(self, head: Any) -> Head | None:
        """A head from the store, unless this run would try for longer."""
        return head if isinstance(head, dict) and not self._seconds > head.get("limit", self._seconds) else None

    def _is_whole(self, proof: Proof) -> bool:
        return proof.derived is not None and (self._stage == DERIVE or proof.checked is not None or proof.given_up)

    def _rounded(self, proof: Proof) -> Proof:
        """What could not be derived in time has a verdict without being verified."""
        if proof.given_up and self._stage == VERIFY and proof.checked is None:
            return changed(proof, checked=_lost_checks(str(proof.why), 0.0))
        return proof

    def _derivation_key(self, request: Request) -> Key:
        return derivation_key(request, self._library.sources)

    def _checks_key(self, request: Request) -> Key:
        oracle = (self._settings.digits, self._settings.seed, self._settings.points)
        return checks_key(request, self._library.sources, oracle)


def _lost_derivation(why: str, seconds: float) -> dict[str, Any]:
    return {"status": "none", "reason": f"given up: {why}", "otherwise": None, "seconds": round(seconds, 3)}


def _lost_checks(why: str, seconds: float) -> dict[str, Any]:
    return {"verdict": "unknown", "note": why, "known": [], "seconds": round(seconds, 3)}
