"""Foreign densities are shown to integrate to 1 before anything is derived from them."""

from __future__ import annotations

from collections.abc import Sequence

from symkl import pipeline
from symkl.errors import BadInput, Location
from symkl.library import Library
from symkl.model import Claim, Family
from symkl.proving import open_store
from symkl.settings import Settings
from symkl.store import digest, engine
from symkl.workers import Crew, Job

__all__ = ["check_foreign"]


def check_foreign(library: Library, claims: Sequence[Claim], settings: Settings, crew: Crew) -> None:
    """Refuse, as `BadInput`, a foreign density, in these claims or in the files given, that does not integrate to 1."""
    used = {item.name: item for item in library.given if isinstance(item, Family)}
    used |= {d.family.name: d.family for claim in claims for d in (claim.p, claim.q) if d is not None}
    check_normalised([family for name, family in used.items() if name in library.foreign], settings, crew)


def check_normalised(families: Sequence[Family], settings: Settings, crew: Crew) -> None:
    """Refuse, as `BadInput`, a foreign density that is shown not to integrate to 1, and say what it integrates to."""
    store = open_store(settings)
    base = {"engine": engine(), "seed": settings.seed, "what": "normalisation"}
    asked = {f.name: digest({**base, "name": f.name, "definition": f.digest}) for f in families}
    pending = [f for f in families if store.get(asked[f.name]) != "one"]
    jobs = [Job(f.name, _normalisation, (f, settings), settings.seconds) for f in pending]
    for family, outcome in zip(pending, crew.work(jobs), strict=True):
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
