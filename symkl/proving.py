"""Claims to derivations and verdicts: what the store holds is taken, all else is worked on in limited child processes.

A proof is known by its heads, which say what came of each stage, and by its bodies in the store, which say how. Only
who wants to see how reads a body, so that a run over thousands of claims of which none has changed is short.
"""

from __future__ import annotations

import base64
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import replace as changed
from typing import TYPE_CHECKING, Any

from symkl.errors import SymklError
from symkl.library import Library
from symkl.requests import Request, checks_key, derivation_key, stated_forms
from symkl.settings import Settings
from symkl.store import Key, Store, Unreadable, store_folder
from symkl.workers import Crew, Job, Outcome, shared

if TYPE_CHECKING:
    from symkl.model import Claim, Derivation, Verified

__all__ = ["Proof", "Proving", "known_rows", "limited", "open_store", "prove_all", "prove_one", "read_proof"]

Head = Mapping[str, Any]
#: the stages, in their order
DERIVE, VERIFY = "derive", "verify"


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


def open_store(settings: Settings) -> Store:
    """The user's store, or one that lasts for this run."""
    return Store(store_folder() if settings.cache else None)


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
            Job(request.title, _print, (request, *self._packed(request)), self._seconds, request.p) for request in there
        ]
        return [outcome.value for outcome in crew.work(jobs) if outcome.value is not None]

    def _packed(self, request: Request) -> tuple[Head, str]:
        derived, derivation, _, _ = self.bodies(request)
        return derived, base64.b64encode(derivation).decode()

    def _job(self, proof: Proof) -> Job:
        request = proof.request
        if proof.derived is None:
            return Job(request.title, _derive, (request,), self._seconds, request.p, (request, DERIVE))
        held = self._store.get(self._derivation_key(request))
        body = "" if held is None else base64.b64encode(held[1]).decode()
        arguments = (request, body, proof.derived["sum"], self._settings)
        return Job(request.title, _verify, arguments, self._seconds, request.p, (request, VERIFY))

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
        return checks_key(request, self._library.sources, (self._settings.digits, self._settings.seed))


def _lost_derivation(why: str, seconds: float) -> dict[str, Any]:
    return {"status": "none", "reason": f"given up: {why}", "otherwise": None, "seconds": round(seconds, 3)}


def _lost_checks(why: str, seconds: float) -> dict[str, Any]:
    return {"verdict": "unknown", "note": why, "known": [], "seconds": round(seconds, 3)}


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


#: in a child: what it derived last, which it need not read when it is to verify it
_LATEST: OrderedDict[str, Derivation] = OrderedDict()
_MOST = 128


def _derive(request: Request) -> dict[str, Any]:
    """In a child: derive."""
    from symkl import pipeline
    from symkl.reading import claim_of
    from symkl.store.records import write_derivation

    derivation = pipeline.derive(claim_of(request, shared()))
    body = write_derivation(derivation)
    head = {
        "status": derivation.status,
        "reason": derivation.reason,
        "otherwise": derivation.otherwise,
        "seconds": round(derivation.seconds, 3),
        "sum": _sum(body),
    }
    _LATEST[f"{request}{head['sum']}"] = derivation
    if len(_LATEST) > _MOST:
        _LATEST.popitem(last=False)
    return {"head": head, "body": base64.b64encode(body).decode()}


def _verify(request: Request, body: str, derived: str, settings: Settings) -> dict[str, Any]:
    """In a child: verify what was derived, and judge the known forms."""
    import time

    from symkl import pipeline
    from symkl.reading import claim_of
    from symkl.report import counterexample_data
    from symkl.store.records import read_derivation, write_checks

    begun = time.perf_counter()
    derivation = _LATEST.pop(f"{request}{derived}", None)
    if derivation is None:
        claim = claim_of(request, shared())
        derivation = read_derivation(base64.b64decode(body), claim) if body else pipeline.derive(claim)
    verified = pipeline.judge(pipeline.verify(derivation, settings))
    checks = write_checks(verified)
    head = {
        "verdict": verified.verdict.kind,
        "note": verified.verdict.note,
        "known": [
            {
                "field": judged.known.field,
                "verdict": judged.verdict.kind,
                "counterexample": counterexample_data(judged.verdict.counterexample),
            }
            for judged in verified.known
        ],
        "seconds": round(time.perf_counter() - begun, 3),
        "of": derived,
        "sum": _sum(checks),
    }
    return {"head": head, "body": base64.b64encode(checks).decode()}


def _print(request: Request, derived: Head, body: str) -> dict[str, Any]:
    """In a child: a derivation as JSON prints it."""
    from symkl.reading import claim_of
    from symkl.report import derivation_data

    found = read_proof(claim_of(request, shared()), derived, base64.b64decode(body), {}, b"")
    return {**derivation_data(found), "verdict": None, "note": None}


def _sum(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:32]
