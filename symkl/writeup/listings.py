"""Divergences that have no section: the infinite ones and those without a closed form, by the reason."""

from __future__ import annotations

from collections.abc import Sequence

from symkl.model import Claim
from symkl.writeup.content import Listing
from symkl.writeup.escape import escaped
from symkl.writeup.notation import Notation
from symkl.writeup.theorem import Context, sentence

__all__ = ["Other", "counted", "listings"]

#: a divergence, its status, and the reason
Other = tuple[Claim, str, str]

_NONE = "no closed form found for "
_GIVEN_UP = "given up: "


def listings(others: Sequence[Other], context: Context) -> tuple[Listing, ...]:
    """A table for each of the two kinds that there is one of."""
    p, q = context.symbols
    infinite = _rows(others, "infinite", context)
    open_ = _rows(others, "none", context)
    made = []
    if infinite:
        words = rf"The divergence ${_divergence(context)}$ is infinite against these families ${q}$."
        made.append(Listing("Infinite divergences", words, ("Why", "Against"), infinite))
    if open_:
        words = (
            rf"For these families ${q}$ no closed form of ${_divergence(context)}$ was found, and none is claimed not "
            rf"to exist. The expectations under ${p}$ that resisted:"
        )
        made.append(Listing("Divergences without a closed form", words, ("What resisted", "Against"), open_))
    return tuple(made)


def counted(shown: int, others: Sequence[Other]) -> str:
    """How many divergences against other families have which status, in words."""
    infinite = sum(status == "infinite" for _, status, _ in others)
    parts = [(shown, "in closed form"), (infinite, "infinite"), (len(others) - infinite, "without a closed form")]
    said = ", ".join(f"{count} {words}" for count, words in parts if count)
    return f"Of the divergences against {shown + len(others)} other families, these are: {said}."


def _divergence(context: Context) -> str:
    return r"\KL({}\,\|\,{})".format(*context.symbols)


def _rows(others: Sequence[Other], status: str, context: Context) -> tuple[tuple[str, str], ...]:
    found: dict[str, list[str]] = {}
    for claim, _, reason in (other for other in others if other[1] == status):
        notation = Notation(claim, context.symbols)
        words = reason.removeprefix(_NONE)
        if reason.startswith(_GIVEN_UP):
            words = f"the derivation was given up: {reason.removeprefix(_GIVEN_UP)}"
        said = context.words(words, notation, ())
        name = escaped(claim.q.family.name) if claim.q is not None else ""
        found.setdefault(said if reason.startswith(_NONE) else sentence(said), []).append(name)
    ordered = sorted(found.items(), key=lambda row: (-len(row[1]), row[1]))
    return tuple((said, ", ".join(names)) for said, names in ordered)
