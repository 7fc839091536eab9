"""Calls of a user's function on numbers: what each element that came out was made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any

import mpmath as mp

__all__ = ["Calls", "Element", "read_calls"]


@dataclass(frozen=True)
class Element:
    """A number that came out, the points that its part of the arguments held, and the axes that it was summed over."""

    value: mp.mpf
    points: tuple[int, ...]
    over: tuple[str, ...]

    @property
    def alike(self) -> bool:
        """Whether all elements of the arguments were the same."""
        return len(set(self.points)) == 1


@dataclass(frozen=True)
class Calls:
    """The calls with arguments of one shape; `elements` is None where the shape of what came out is not known."""

    axes: tuple[str, ...]
    sizes: Mapping[str, int]
    elements: Sequence[Element] | None
    shape: tuple[int, ...]
    coarse: bool


def read_calls(said: Sequence[Mapping[str, Any]]) -> list[Calls]:
    """What the other process sent, one a shape of the arguments."""
    found = []
    for runs in said:
        axes, sizes = tuple(runs["axes"]), tuple(runs["sizes"])
        shapes = [tuple(call["shape"]) for call in runs["calls"]]
        left = [_left(shape, axes, sizes) for shape in shapes]
        elements = [
            element
            for call, kept in zip(runs["calls"], left, strict=True)
            for element in _elements(call, axes, sizes, kept or ())
            if None not in left
        ]
        known = None if None in left else elements
        found.append(Calls(axes, dict(zip(axes, sizes, strict=True)), known, shapes[0], runs["coarse"]))
    return found


def _left(shape: Sequence[int], axes: Sequence[str], sizes: Sequence[int]) -> tuple[str, ...] | None:
    """The axes of what came out, which are some of the arguments' in their order; None where they are not."""
    lengths = [size for size in shape if size != 1]
    left = [axis for axis, size in zip(axes, sizes, strict=True) if size in lengths]
    own = [size for axis, size in zip(axes, sizes, strict=True) if axis in left]
    return tuple(left) if own == lengths else None


def _elements(
    call: Mapping[str, Any], axes: Sequence[str], sizes: Sequence[int], left: Sequence[str]
) -> Iterator[Element]:
    places = dict(zip(product(*(range(size) for size in sizes)), call["points"], strict=True))
    kept = [i for i, axis in enumerate(axes) if axis in left]
    over = tuple(axis for axis in axes if axis not in left)
    outcomes = list(product(*(range(sizes[i]) for i in kept)))
    assert len(outcomes) == len(call["values"]) == prod(sizes[i] for i in kept)
    for outcome, value in zip(outcomes, call["values"], strict=True):
        own = [point for place, point in places.items() if tuple(place[i] for i in kept) == outcome]
        yield Element(mp.mpf(value), tuple(own), over)
