"""`@symkl.claims`: a claim beside the function that it is about."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

__all__ = ["RECORD", "claims"]

#: the attribute of a function that holds what was claimed of it: arguments and keywords, a pair for each claim
RECORD = "__symkl_claims__"

_F = TypeVar("_F", bound=Callable[..., Any])


def claims(
    quantity: str = "",
    p: str = "",
    q: str | None = None,
    /,
    *,
    of: str | None = None,
    where: Mapping[str, object] | Sequence[str] = (),
    map: Mapping[str, str] | Sequence[str] = (),  # noqa: A002  # it is `--map`
    units: str = "nats",
    dims: str = "none",
    definitions: str | Sequence[str] = (),
    **parameters: object,
) -> Callable[[_F], _F]:
    """Claim that the function computes this quantity: `pytest` and `symkl verify` then hold it against the truth.

    A keyword says what a parameter of the distributions is, in the function's arguments or as a number; arguments that
    are called like parameters need none::

        @symkl.claims("kl", "Normal", "Normal", mu_1="mu", sigma_1="exp(logvar/2)", mu_2=0, sigma_2=1, dims="sum")
        def divergence(mu, logvar):
            return -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())

    `map` says it the other way round, as `symkl check --map` does: `map={"logvar": "2*log(sigma_1)"}`. `where` fixes
    or ties parameters, `definitions` names files with families, relative to the function's file; the rest is as on the
    command line. Nothing is computed or checked here: the function gets a record, and is returned as it is. A
    claim that is wrong, or cannot be read, fails as a test.
    """
    given: dict[str, object] = {"of": of, "where": where, "map": map, "units": units, "dims": dims}
    record = ((quantity, p, q), {**given, "definitions": definitions, **parameters})

    def mark(function: _F) -> _F:
        setattr(function, RECORD, (*getattr(function, RECORD, ()), record))
        return function

    return mark
