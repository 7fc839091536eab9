"""The user's function run on numbers, in float64, in the shapes that it takes."""

from __future__ import annotations

import random
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy as sp

from symkl.trace.refusal import in_words, line_of
from symkl.trace.user.absent import is_there

__all__ = ["SIZES", "NoNumber", "Run", "Runs", "described", "differs", "run", "watched"]

#: the lengths of axes where it is run
SIZES = {"N": 2, "D": 3}
#: so many calls with the same numbers in each element
_EQUAL = 6


class NoNumber(Exception):
    """What the function gives is no number or array of numbers: what it is, in words, and whether it is several."""

    def __init__(self, what: str, several: bool = False) -> None:
        super().__init__(what)
        self.several = several


@dataclass(frozen=True)
class Run:
    """One call: the points in the arguments' elements (row by row), and the elements of what came out."""

    points: list[int]
    values: list[str]
    shape: list[int]


@dataclass(frozen=True)
class Runs:
    """Calls with arguments of those axes; `coarse` says that it computes in less than float64.

    `raised` is the error of the first call that gave no value, as text; such calls are left out.
    """

    framework: str
    axes: tuple[str, ...]
    sizes: tuple[int, ...]
    calls: list[Run]
    coarse: bool
    raised: str = ""


def run(
    calling: Callable[[Mapping[str, int]], Callable[..., Any]],
    arguments: Sequence[sp.Expr],
    points: Sequence[Mapping[sp.Symbol, sp.Expr]],
    frameworks: Sequence[str],
    shapes: Sequence[tuple[str, ...]],
    alone: bool,
) -> tuple[list[Runs], str]:
    """The calls for each shape with which it runs, and where there is none, why: with numbers of the likeliest library.

    `calling` gives the function where the axes have these sizes. With `alone`, each call is about one point. Raises
    `NoNumber`.
    """
    rows = {i: [_number(a, point) for a in arguments] for i, point in enumerate(points)}
    table = {i: [n for n in row if n is not None] for i, row in rows.items() if None not in row}
    reason = "" if points else "no values of the parameters could be found to run it at"
    if points and not table:
        reason = "what its arguments are said to be is no real number at any of the points"
    for framework in frameworks if table else ():
        found = []
        for axes in shapes:
            sizes = tuple(1 if alone else SIZES[axis] for axis in axes)
            try:
                call = calling(dict(zip(axes, sizes, strict=True)))
                found.append(_calls(call, table, framework, axes, sizes))
            except NoNumber:
                raise
            except (Exception, SystemExit) as error:  # noqa: BLE001  # the function is anyone's
                where = line_of(error)
                reason = reason or f"{where}: {in_words(error)}".removeprefix(": ")
        if found:
            return found, ""
    return [], reason


def _number(argument: sp.Expr, point: Mapping[sp.Symbol, sp.Expr]) -> float | int | None:
    """What the argument is there; None where that is no real number: `log(alpha - 1)` need not be one."""
    value = argument.xreplace(dict(point))
    if value.is_Integer:
        return int(value)
    number = sp.N(value, 20)
    return float(number) if number.is_extended_real else None


def _calls(
    call: Callable[..., Any],
    table: Mapping[int, Sequence[float | int]],
    framework: str,
    axes: tuple[str, ...],
    sizes: tuple[int, ...],
) -> Runs:
    size, own = int(np.prod(sizes)), list(table)
    width = len(table[own[0]])
    groups = [[i] * size for i in own[:_EQUAL]] if size > 1 else []
    groups += [[own[(i + j) % len(own)] for j in range(size)] for i in range(0, len(own), size)]
    calls, coarse, failures = [], False, list[Exception]()
    for group in groups:
        try:
            values = _called(call, [[table[i][k] for i in group] for k in range(width)], framework, sizes)
        except NoNumber:
            raise
        except Exception as error:  # noqa: BLE001  # it may refuse what it is given there, or what comes out
            failures.append(error)
            continue
        coarse = coarse or values.dtype in (np.float32, np.float16)
        calls.append(Run(group, [repr(float(v)) for v in values.ravel()], list(values.shape)))
    if not calls:
        raise failures[0]
    raised = f"{line_of(failures[0])}: {in_words(failures[0])}" if failures else ""
    return Runs(framework, axes, sizes, calls, coarse, raised)


def _called(call: Callable[..., Any], rows: list[list[float | int]], framework: str, sizes: tuple[int, ...]) -> Any:
    made = [_argument(row, framework, sizes) for row in rows]
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return _array(call(*made))


def _argument(row: list[float | int], framework: str, sizes: tuple[int, ...]) -> Any:
    if framework == "torch":
        import torch

        return torch.tensor(row, dtype=torch.float64).reshape(sizes)
    if framework == "jax":
        import jax.numpy as jnp

        return jnp.asarray(row, dtype=jnp.float64).reshape(sizes)
    if not sizes:
        return np.float64(row[0]) if isinstance(row[0], float) else row[0]
    return np.array(row, dtype=np.float64).reshape(sizes)


def _array(found: Any) -> Any:
    """What came out as an array of NumPy's. Raises `NoNumber` where it is none."""
    if found is None:
        raise NoNumber("nothing (does it `return`?)")
    if isinstance(found, str | bytes | dict | tuple | list | set):
        raise NoNumber(described(found), several=isinstance(found, dict | tuple | list))
    if hasattr(found, "detach"):
        found = found.detach().cpu().double() if str(found.dtype) == "torch.bfloat16" else found.detach().cpu()
    array = np.asarray(found)
    if array.dtype.kind not in "biuf":
        raise NoNumber(f"a {type(found).__name__ if array.dtype.kind == 'O' else array.dtype.name}, not a number")
    return array


def described(found: Any) -> str:
    """In words, several things that came out in the place of a number."""
    names = list(found) if isinstance(found, dict) else list(getattr(found, "_fields", ()))
    of = f" of {', '.join(map(str, names[:8]))}" if names else f" of {len(found)}" if isinstance(found, tuple) else ""
    return f"a {type(found).__name__}{of}, not a number"


@contextmanager
def watched() -> Iterator[Callable[[], bool]]:
    """Within it, a call says whether random numbers have been drawn since it was entered."""
    drawn: list[bool] = []
    numbers: Any = np.random
    make, kind = numbers.default_rng, numbers.RandomState

    def noting(*given: Any, **named: Any) -> Any:
        drawn.append(True)
        return make(*given, **named)

    def begin(self: Any, *given: Any, **named: Any) -> None:
        drawn.append(True)
        kind.__init__(self, *given, **named)

    numbers.default_rng, numbers.RandomState = noting, type("RandomState", (kind,), {"__init__": begin})
    before = _states()
    try:
        yield lambda: bool(drawn) or _states() != before
    finally:
        numbers.default_rng, numbers.RandomState = make, kind


def _states() -> list[str]:
    """The states of the generators that all code of a process shares."""
    found = [str(random.getstate()), str(_bits(np.random.get_state(legacy=False)))]
    if "torch" in sys.modules and is_there("torch"):
        found.append(str(hash(bytes(sys.modules["torch"].get_rng_state().tolist()))))
    return found


def _bits(state: Any) -> tuple[bytes, int]:
    return state["state"]["key"].tobytes(), state["state"]["pos"]


def differs(one: Sequence[Runs], two: Sequence[Runs]) -> bool:
    """Whether a second round of the same calls gave other values."""
    return [[c.values for c in r.calls] for r in one] != [[c.values for c in r.calls] for r in two]
