"""The reason of a derivation that has no value: its formulas, which are plain text, are marked for typesetting."""

from __future__ import annotations

import re

__all__ = ["marked"]

_BOUND = re.compile(r"(values (?:below|above) )([^,$]+)(, where)")


def marked(reason: str) -> str:
    """`E[log(x)]` => `$E[log(x)]$`, and a bound of a support in `$..$`; what has a `$` already is kept."""
    if "$" in reason:
        return reason
    out, at = "", 0
    while (begin := reason.find("E[", at)) >= 0:
        end = _closing(reason, begin + 1)
        if end is None or (begin and reason[begin - 1].isalnum()):
            break
        out += f"{reason[at:begin]}${reason[begin : end + 1]}$"
        at = end + 1
    return _BOUND.sub(r"\1$\2$\3", out + reason[at:])


def _closing(text: str, opening: int) -> int | None:
    depth = 0
    for i in range(opening, len(text)):
        depth += (text[i] in "[(") - (text[i] in "])")
        if depth == 0:
            return i
    return None
