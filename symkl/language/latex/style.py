"""Where the reading of a formula is a convention: the usual one, and the others that its author may have meant."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import product

__all__ = ["USUAL", "Style", "other_styles"]


@dataclass(frozen=True)
class Style:
    r"""How far things reach.

    `log_reach`: a logarithm without a bracket is of the whole product ("product") or of its first factor ("factor");
    with "beyond", a bracket right after `\ln` does not end it either, so that `\ln (a) b` is the log of the product.
    `log_power`: `\ln(x)^2` is the log of a power ("inside") or the power of a log ("outside"); the other way round for
    `\log{\left(x\right)}^2`, as SymPy prints the power of a log.
    `slash`: `a/2b` divides by the whole product ("product") or by its first factor ("factor"); brackets and functions
    beside it are divided by only with "run".
    """

    log_reach: str = "product"
    log_power: str = "inside"
    slash: str = "product"


USUAL = Style()


def other_styles(decided: Collection[str]) -> Iterator[Style]:
    """Every style that differs from the usual one in the fields `decided` alone, those nearest to it first."""
    choices = [values if name in decided else values[:1] for name, values in _CHOICES.items()]
    made = [Style(**dict(zip(_CHOICES, chosen, strict=True))) for chosen in product(*choices)]
    yield from sorted(made, key=_distance)[1:]


def _distance(style: Style) -> int:
    return sum(getattr(style, name) != values[0] for name, values in _CHOICES.items())


_CHOICES = {
    "log_reach": ("product", "factor", "beyond"),
    "log_power": ("inside", "outside"),
    "slash": ("product", "factor", "run"),
}
