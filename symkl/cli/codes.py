"""Exit codes: 2 unusable input, 1 wrong or stale, 4 a tool is missing, 3 undecided, 5 a bug in symkl, 0 all right."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from symkl.cli.terminal import complain
from symkl.trouble import trouble

if TYPE_CHECKING:
    from symkl.proofs import Proof

__all__ = ["EXIT", "tell_trouble", "worst"]

#: what a verdict means for the exit code; the others mean 0
EXIT = {"failed": 1, "unknown": 3}

#: from the gravest to the best
_ORDER = (2, 1, 4, 3, 5, 0)


def worst(codes: Iterable[int]) -> int:
    """The exit code that stands for several."""
    return min(codes, key=_ORDER.index, default=0)


def tell_trouble(proof: Proof) -> int:
    """Say on stderr what kept a claim from a result, if anything did; the exit code for it."""
    code, line = trouble(proof)
    if line:
        complain(line)
    return code
