"""Claims by names and texts: enough to look them up in the store, to schedule and to print them, without SymPy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from symkl.sources import Source, Stated
from symkl.store import Key, digest, engine

__all__ = [
    "Request",
    "all_requests",
    "checks_key",
    "derivation_key",
    "known_requests",
    "standard_requests",
    "stated_forms",
]


@dataclass(frozen=True)
class Request:
    """A claim: its quantity, the families' names, and the texts of `of` and `where`."""

    quantity: str
    p: str
    q: str | None = None
    of: str | None = None
    where: tuple[tuple[str, str], ...] = ()

    @property
    def id(self) -> str:
        """As `Claim.id`: `kl:Normal:Gamma`."""
        return ":".join([self.quantity, self.p, *([self.q] if self.q else [])])

    @property
    def title(self) -> str:
        """In words that a person reads: `KL(Normal || Gamma) where mu_2 = 0`."""
        head = {
            "entropy": f"H({self.p})",
            "cross_entropy": f"H({self.p}, {self.q})",
            "kl": f"KL({self.p} || {self.q})",
            "expectation": f"E_{self.p}[{self.of}]",
        }[self.quantity]
        tail = ", ".join(f"{name} = {value}" for name, value in self.where)
        return f"{head} where {tail}" if tail else head

    @property
    def bindings(self) -> list[str]:
        """`where` as the command line writes it."""
        return [f"{name}={value}" for name, value in self.where]


def _request(stated: Stated, p: str) -> Request:
    return Request(stated.quantity, p, stated.other, stated.of, stated.where)


def known_requests(family: Source) -> list[Request]:
    """The claims that the known forms of a family's file are about, each once."""
    return list(dict.fromkeys(_request(stated, family.name) for stated in family.known))


def stated_forms(request: Request, family: Source) -> list[Stated]:
    """The known forms, in the first family's file, of exactly this claim."""
    return [stated for stated in family.known if _asked(_request(stated, family.name)) == _asked(request)]


def _asked(request: Request) -> list[object]:
    """What is asked, without regard to spaces and to the order of `where`."""
    of = None if request.of is None else "".join(request.of.split())
    where = sorted((name, "".join(value.split())) for name, value in request.where)
    return [request.quantity, request.p, request.q, of, where]


def all_requests(names: Sequence[str]) -> list[Request]:
    """Every entropy and every ordered pair's KL, by the first family."""
    found = []
    for p in names:
        found.append(Request("entropy", p))
        found += [Request("kl", p, q) for q in names]
    return found


def standard_requests(family: Source, others: Iterable[str]) -> list[Request]:
    """What a build derives for a family: its entropy, its cross-entropy and KL with itself, the KL against the others,
    what the known forms are about, and the cross-entropy with each family that they name; each once, in that order.
    """
    name = family.name
    named = dict.fromkeys(stated.other for stated in family.known if stated.other is not None and stated.other != name)
    found = [Request("entropy", name), Request("cross_entropy", name, name), Request("kl", name, name)]
    found += [Request(quantity, name, other) for other in named for quantity in ("cross_entropy", "kl")]
    found += [Request("kl", name, other) for other in others]
    return list(dict.fromkeys([*found, *known_requests(family)]))


def derivation_key(request: Request, visible: Mapping[str, Source]) -> Key:
    """Under which the store keeps a derivation: by the definitions, by the known forms of this claim, which give its
    last step, and by what is asked of them.
    """
    return Key(digest(["derivation", *_definitions(request, visible)]), _stamp("derive"))


def checks_key(request: Request, visible: Mapping[str, Source], oracle: Sequence[int]) -> Key:
    """Under which it keeps what was found out about the derivation, with the oracle's settings."""
    return Key(digest(["checks", *_definitions(request, visible), list(oracle)]), _stamp("verify"))


@cache
def _stamp(stage: str) -> str:
    return digest(engine(stage))


def _definitions(request: Request, visible: Mapping[str, Source]) -> list[object]:
    families = [visible[name] for name in (request.p, request.q) if name is not None]
    forms = [
        stated.text for stated in families[0].known if (stated.quantity, stated.other) == (request.quantity, request.q)
    ]
    return [*_asked(request), [[family.name, family.core] for family in families], forms]
