"""Generated functions run at points, near equality, at random and far apart, against references of many digits."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from types import ModuleType
from typing import Any

import mpmath as mp
import sympy as sp

from symkl.codegen.accuracy import allowed, lost_by, promised_of
from symkl.codegen.program import Branch, Program
from symkl.codegen.reading import Broken
from symkl.codegen.running import all_in_one_pass, gradient, values
from symkl.codegen.stable.kernels.kernel import taken_apart
from symkl.codegen.stable.kernels.together import Together
from symkl.codegen.stable.measure import Point, exact_value, exact_values, float_value, points

__all__ = ["compare"]

#: how many points of each kind a function is run at, and the seed, which is not that of the search for forms
_EACH, _SEED = 12, 2026
#: where no accuracy is promised, values agree at least to so many units in the last place
_ROUGHLY = 2**30
#: a derivative, of which nothing is promised, may lose this, or so many times what its form does
_LOOSE, _SLACK = 2**20, 64


def compare(program: Program, backend: str, module: ModuleType) -> None:
    """That the module's function of the program is as exact as it promises, and its derivatives alike.

    So it is with its one pass for many numbers, where it has one. Raises Broken with the point where it is not.
    """
    cases, what = list(_cases(program)), f"{program.name} in {backend}"
    _compare_cases(program, backend, module, cases, what)
    if hasattr(module, f"_{program.name}_each"):
        with all_in_one_pass(module):
            _compare_cases(program, backend, module, cases, f"{what}, in one pass,")


def _compare_cases(
    program: Program, backend: str, module: ModuleType, cases: Iterable[tuple[Branch, Sequence[Point]]], what: str
) -> None:
    function = getattr(module, program.name)
    for branch, at in cases:
        columns = [[p[a.symbol] for p in at] for a in program.arguments]
        found = values(backend, function, columns)
        bound = promised_of(program, branch)
        _compare(program, branch, what, at, (branch.closed, branch.value, found), bound)
        if not branch.slopes:
            continue
        slopes = gradient(backend, function, columns)
        for argument, form, slope in zip(program.arguments, branch.slopes, slopes, strict=True):
            told = f"the derivative of {what} by {argument.name}"
            _compare(program, branch, told, at, (sp.diff(branch.closed, argument.symbol), form, slope), None)


def _cases(program: Program) -> Iterator[tuple[Branch, Sequence[Point]]]:
    """Each branch with points at which it is the one that counts."""
    symbols, before = [a.symbol for a in program.arguments], list[Branch]()
    for branch in program.branches:
        if branch.closed is not None and branch.closed != sp.oo:
            pairs = [(x, y) for x, y in program.pairs if (x.free_symbols | y.free_symbols) <= set(symbols)]
            at = [p for p in points(symbols, pairs, _SEED, _EACH) if _inside(program, branch, before, p)]
            if at:
                yield branch, at
        before.append(branch)


def _inside(program: Program, branch: Branch, before: Iterable[Branch], at: Point) -> bool:
    if any(all(_true(c, at) for c in other.conditions) for other in before):
        return False
    return all(_true(c, at) for c in (*program.constraints, *branch.conditions))


def _true(condition: sp.Basic, at: Point) -> bool:
    left, right = (exact_value(side, at) for side in condition.args)
    return bool(condition.func(int(mp.sign(left - right)), 0))


def _compare(
    program: Program,
    branch: Branch,
    what: str,
    at: Sequence[Point],
    sides: tuple[sp.Expr, sp.Expr, Sequence[float]],
    promise: int | None,
) -> None:
    """`sides` are the truth, the form that is computed, and what was computed; no `promise`: it is a derivative's."""
    truth, form, found = sides
    for value, true, point in zip(found, exact_values(truth, at), at, strict=True):
        if true is None:
            continue
        error, bound = _units(value, true), float(promise or 0)
        if error > bound:
            # an exponential amplifies the rounding of its argument and what kernels lose in there, a sum of both signs
            # that of its terms; how far the model is off at one point says no more than the size
            model = 2 * max(_units(_modelled(program, form, point, lost), true) for lost in (None, lost_by))
            size = allowed(program, form, model, branch.nonnegative and form == branch.value)
            # where nothing of the value is left, it is small beside what was added up
            rough = _ROUGHLY * math.ulp(max(1.0, abs(float(true)))) / math.ulp(float(true))
            bound = max(bound, rough if size is None else size if promise else max(_LOOSE, _SLACK * size))
        if error > bound:
            told = ", ".join(f"{a.name}={point[a.symbol]!r}" for a in program.arguments)
            raise Broken(
                f"{what} is {value!r} at {told}, where {mp.nstr(true, 17)} is right: "
                f"{error:.3g} units in the last place off, where {bound:g} would do"
            )


def _modelled(program: Program, form: sp.Expr, point: Point, lost: Callable[[Any], float] | None) -> float:
    """The form with every operation exact and rounded once; with `lost`, off by half of what it may lose besides."""
    at = dict(point)
    tuples: dict[sp.Expr, sp.Expr] = {}
    for assignment in (*program.assignments, *program.later):
        if isinstance(assignment.value, Together):
            tuples[assignment.name] = assignment.value
        else:
            at[assignment.name] = float_value(taken_apart(assignment.value.xreplace(tuples)), at, lost)
    return float_value(taken_apart(form.xreplace(tuples)), at, lost)


def _units(value: float, true: Any) -> float:
    """How far a value is off, in units in the last place of the true one."""
    return float(abs(mp.mpf(value) - true) / math.ulp(float(true))) if math.isfinite(value) else math.inf
