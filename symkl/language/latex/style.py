"""Where the reading of a formula is a convention: the usual one, and the others that its author may have meant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

__all__ = ["USUAL", "Style", "other_styles"]


@dataclass(frozen=True)
class Style:
    r"""How far things reach.

    `log_reach`: a logarithm without a bracket is of the whole product ("product") or of its first factor ("factor");
    with "beyond", a bracket right after `\ln` does not end it either, so that `\ln (a) b` is the log of the product.
    `log_power`: `\ln(x)^2` is the log of a power ("inside") or the power of a log ("outside").
    `slash`: `a/2b` divides by the whole product ("product") or by its first factor ("factor").
    """

    log_reach: str = "product"
    log_power: str = "inside"
    slash: str = "product"


USUAL = Style()


def other_styles() -> Iterator[Style]:
    """Every style but the usual one, those nearest to it first."""
    made = [
        Style(*chosen)
        for chosen in product(("product", "factor", "beyond"), ("inside", "outside"), ("product", "factor"))
    ]
    yield from sorted(made, key=_distance)[1:]


def _distance(style: Style) -> int:
    return sum(getattr(style, field) != getattr(USUAL, field) for field in ("log_reach", "log_power", "slash"))
