"""What the store knows about the visible families, as `symkl list` prints it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from symkl.library import Library
from symkl.proofs import Proof
from symkl.proving import Proving
from symkl.requests import Request, all_requests
from symkl.settings import Settings

__all__ = ["LEGEND", "NOT_YET", "cells", "matrix", "overview", "sign"]

SCHEMA = 1

#: the sign of a pair that has not been derived
NOT_YET = "."

_SIGNS = {"closed": "+", "conditional": "c", "infinite": "o", "none": "-", None: NOT_YET}

#: what the signs of a matrix mean
LEGEND = (
    ("+", "closed form"),
    ("c", "closed form under conditions"),
    ("o", "infinite"),
    ("-", "no closed form"),
    (NOT_YET, "not derived yet"),
    ("?", "not decided"),
    ("!", "failed"),
)


def overview(library: Library, settings: Settings) -> dict[str, Any]:
    """Families, pairs and entropies; status and verdict are None where nothing has been derived or verified yet."""
    names = list(library.sources)
    # what was given up is shown too, however short the time that it had
    known = Proving(all_requests(names), library, replace(settings, timeout=0.0)).known()
    return {
        "schema": SCHEMA,
        "families": [
            {"name": name, "parameters": list(source.parameters), "kind": source.kind}
            for name, source in library.sources.items()
        ],
        "pairs": [{"p": p, "q": q, **_found(known, Request("kl", p, q))} for p in names for q in names],
        "entropies": [{"p": p, **_found(known, Request("entropy", p))} for p in names],
    }


def _found(known: Mapping[Request, Proof], request: Request) -> dict[str, str | None]:
    return {"status": known[request].status, "verdict": known[request].verdict}


def sign(status: str | None, verdict: str | None) -> str:
    """A pair in one character of `LEGEND`."""
    if verdict == "failed":
        return "!"
    return "?" if verdict == "unknown" and status != "none" else _SIGNS[status]


def matrix(data: Mapping[str, Any], width: int) -> list[str]:
    """Every pair, P down and Q across, as lines of at most `width` characters where that can be."""
    names = [family["name"] for family in data["families"]]
    numbers = [str(i) for i in range(1, len(names) + 1)]
    digits = len(numbers[-1]) if numbers else 1
    heads = [f"{number:>{digits}} {name}" for number, name in zip(numbers, names, strict=True)]
    longest = max(map(len, heads), default=0)
    between = " " if longest + 2 * len(names) <= width else ""
    across = [" " * longest + " " + between.join(number.rjust(digits)[i] for number in numbers) for i in range(digits)]
    rows = [f"{head.ljust(longest)} {between.join(row)}" for head, row in zip(heads, cells(data), strict=True)]
    return [line.rstrip() for line in (*across, *rows)]


def cells(data: Mapping[str, Any]) -> list[list[str]]:
    """The sign of each pair, a row for each first family."""
    names = [family["name"] for family in data["families"]]
    signs = {(pair["p"], pair["q"]): sign(pair["status"], pair["verdict"]) for pair in data["pairs"]}
    return [[signs[p, q] for q in names] for p in names]
