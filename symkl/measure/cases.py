"""What is measured: a KL divergence, and how its families are called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from symkl.errors import BadInput, Location
from symkl.library import Library
from symkl.requests import Request

__all__ = ["VAE", "Case", "read_cases"]


@dataclass(frozen=True)
class Case:
    """A request, and the parametrisation under which both families are called (None: their own parameters)."""

    request: Request
    way: str | None = None

    @property
    def title(self) -> str:
        """The family's name alone, where it is one family against itself, else both; then what is fixed."""
        request = self.request
        name = request.p if request.p == request.q else f"{request.p} || {request.q}"
        called = f"{name} by {self.way}" if self.way else name
        return ", ".join([called, *(f"{parameter} = {value}" for parameter, value in request.where)])


#: what a variational autoencoder adds to its loss, as it is written by hand everywhere
VAE = Case(Request("kl", "Normal", "Normal", None, (("mu_2", "0"), ("sigma_2", "1"))), "log_variance")


def read_cases(texts: Sequence[str], library: Library) -> list[Case]:
    """`NAME` is a family against itself, `P:Q` a pair; without any, the families that a framework has as well.

    Where a case that is also written by hand is of the same families, it comes along.
    """
    pairs = [_pair(text) for text in texts] or [
        (name, name) for name in library.sources if library.family(name).classes
    ]
    found = []
    for p, q in dict.fromkeys(pairs):
        library.family(p), library.family(q)
        found.append(Case(Request("kl", p, q)))
        if (p, q) == (VAE.request.p, VAE.request.q):
            found.append(VAE)
    return found


def _pair(text: str) -> tuple[str, str]:
    names = text.split(":")
    if len(names) > 2 or not all(names):
        raise BadInput(f"'{text}' is neither a family nor a pair", Location(field="FAMILY"), "write NAME or P:Q")
    return names[0], names[-1]
