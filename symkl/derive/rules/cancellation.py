"""`H(p, q) - H(p)`, both with `E[t]` => their values without it: what has no closed form drops out."""

from __future__ import annotations

from dataclasses import replace

from symkl.model import Step

__all__ = ["apply"]

NAME = "cancellation"


def apply(difference: Step) -> Step:
    """The difference of two values, both of which hold an expectation without a closed form."""
    because = "the two values derived above; the expectation without a closed form cancels"
    return replace(difference, rule=NAME, because=because)
