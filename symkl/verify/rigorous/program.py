"""A straight-line program on complex balls."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flint import acb

__all__ = ["Program"]

Step = tuple[int, Callable[..., acb], tuple[int, ...]]


class Program:
    """A compiled expression: `program(ball, analytic)` encloses its values on the ball, or gives a non-finite ball.

    With `analytic=True` a finite answer also says that the expression is analytic on the ball.
    """

    def __init__(self) -> None:
        self.values: list[acb | None] = [None]
        self.steps: list[Step] = []
        self.result = 0

    def __call__(self, point: acb, analytic: bool = False) -> acb:
        values = list(self.values)
        values[0] = point
        for slot, operation, args in self.steps:
            values[slot] = operation(analytic, *[values[i] for i in args])
        found = values[self.result]
        assert found is not None
        return found

    def hold(self, value: acb) -> int:
        self.values.append(value)
        return len(self.values) - 1

    def add(self, operation: Callable[..., acb], args: Sequence[int]) -> int:
        known = [self.values[i] for i in args]
        if all(value is not None for value in known):
            return self.hold(operation(False, *known))
        self.values.append(None)
        self.steps.append((len(self.values) - 1, operation, tuple(args)))
        return len(self.values) - 1
