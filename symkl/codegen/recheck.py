"""Generated text checked again: read back to an expression and proved, and run against references of many digits.

What is checked is the text of the module and not the program that it was made from: a slip of the printer, of a
backend's spelling, of a template or of a kernel ends here.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from types import ModuleType
from typing import Any

import jinja2
import mpmath as mp
import sympy as sp

from symkl.algebra import assuming, holds, is_zero
from symkl.codegen.accuracy import promised_of
from symkl.codegen.emission import emit
from symkl.codegen.program import Branch, Program
from symkl.codegen.running import called, loaded, traced_back
from symkl.codegen.stable.form import proved_equal
from symkl.codegen.stable.kernels import Kernel
from symkl.codegen.stable.measure import Point, exact_value, exact_values, float_value, points
from symkl.errors import SymklError
from symkl.trace import Untraceable, recognised

__all__ = ["Broken", "checked_module", "recheck"]

_TOLD = "Re-verified: this code was read back, proved equal to the formula, and run against 60-digit references"

#: how many points of each kind a function is run at, and the seed, which is not that of the search for forms
_EACH, _SEED = 12, 2026
#: where no accuracy is promised, values agree at least to so many units in the last place
_ROUGHLY = 2.0**30


class Broken(SymklError):
    """Generated code that is not what was derived: a bug in symkl."""


def checked_module(programs: Sequence[Program], backend: str, loader: jinja2.BaseLoader, title: str) -> str:
    """As `emit`, the text checked again, which its docstrings say."""
    told = [replace(p, documentation=replace(p.documentation, rechecked=_TOLD)) for p in programs]
    text = emit(told, backend, loader, title)
    recheck(told, backend, text)
    return text


def recheck(programs: Sequence[Program], backend: str, text: str) -> None:
    """Reads each function of the module back, proves it equal to the closed form, and runs it at points.

    Raises Broken where a function is not what was derived, or less accurate than its docstring says. The library of
    the backend must be installed.
    """
    with loaded(text) as module:
        for program in programs:
            _prove(program, backend, module)
            _run(program, backend, module)


def _prove(program: Program, backend: str, module: ModuleType) -> None:
    try:
        found = traced_back(backend, module, program.name, [a.symbol for a in program.arguments])
    except Untraceable as error:
        raise Broken(f"{program.name} in {backend} cannot be read back: {error}") from error
    found = recognised(found, _constants(program))
    before: list[sp.Basic] = []
    for branch in program.branches:
        if branch.closed is None:
            continue
        where = f" where {sp.And(*branch.conditions)}" if branch.conditions else ""
        with assuming((*program.constraints, *branch.conditions)):
            value = _without_clip(_settled(found, before), program.clipped)
            if not (_differences_right(value) and _same(value, branch.closed)):
                raise Broken(f"{program.name} in {backend} is not shown to be its formula{where}: it reads {value}")
        before.append(sp.And(*branch.conditions))
    if all(branch.conditions for branch in program.branches):
        with assuming(program.constraints):
            otherwise = _settled(found, before)
        if otherwise != (sp.oo if program.otherwise == "inf" else sp.nan):
            raise Broken(f"{program.name} in {backend} is {otherwise} where no case holds, not {program.otherwise}")


def _constants(program: Program) -> list[sp.Expr]:
    """The constants of the program, which code holds as the floats nearest to them."""
    found: dict[sp.Expr, None] = {}

    def collect(e: sp.Basic) -> None:
        if isinstance(e, sp.Expr) and not e.free_symbols and not e.is_Rational and e.is_finite:
            found.setdefault(e)
            found.setdefault(abs(e))
            return
        for a in e.args:
            collect(a)

    for expression in program.expressions:
        collect(expression)
    return list(found)


def _settled(e: sp.Expr, excluded: Iterable[sp.Basic]) -> sp.Expr:
    """The case of a selection that holds under the assumptions, where the conditions excluded do not."""
    if not isinstance(e, sp.Piecewise):
        return e.func(*(_settled(a, excluded) for a in e.args)) if e.has(sp.Piecewise) else e
    for value, condition in e.args:
        if condition in excluded:
            continue
        known = holds(condition)
        if known is None:
            return e
        if known:
            return _settled(value, excluded)
    return e


def _without_clip(value: sp.Expr, clipped: bool) -> sp.Expr:
    """`max(v, 0) => v` for a divergence, which is never negative: only rounding could make it so."""
    if clipped and isinstance(value, sp.Max) and sp.S.Zero in value.args:
        return sp.Max(*(a for a in value.args if a != 0))
    return value


def _differences_right(value: sp.Expr) -> bool:
    """Whether each kernel that takes two quantities and their difference is given that."""
    for kernel in value.atoms(Kernel):
        if len(kernel.args) == 3:
            x, y, difference = kernel.args
            signs = (1, -1) if kernel.definition().has(difference) else (1,)
            if not any(is_zero(difference - sign * (x - y)) for sign in signs):
                return False
    return True


def _same(value: sp.Expr, closed: sp.Expr) -> bool:
    if closed == sp.oo or value == closed:
        return bool(value == closed)
    return proved_equal(value, closed)


def _run(program: Program, backend: str, module: ModuleType) -> None:
    symbols = [a.symbol for a in program.arguments]
    before: list[Branch] = []
    for branch in program.branches:
        if branch.closed is not None and branch.closed != sp.oo:
            pairs = [(x, y) for x, y in program.pairs if (x.free_symbols | y.free_symbols) <= set(symbols)]
            at = [p for p in points(symbols, pairs, _SEED, _EACH) if _inside(program, branch, before, p)]
            truths = exact_values(branch.closed, at)
            tried = [(p, true) for p, true in zip(at, truths, strict=True) if true is not None]
            if tried:
                _compared(program, branch, backend, module, tried)
        before.append(branch)


def _inside(program: Program, branch: Branch, before: Iterable[Branch], at: Point) -> bool:
    if any(all(_true(c, at) for c in other.conditions) for other in before):
        return False
    return all(_true(c, at) for c in (*program.constraints, *branch.conditions))


def _true(condition: sp.Basic, at: Point) -> bool:
    if condition in (sp.true, sp.false):
        return bool(condition)
    left, right = (exact_value(side, at) for side in condition.args)
    return bool(condition.func(sp.sign(sp.Float(str(left - right), 30)), 0))


def _compared(
    program: Program, branch: Branch, backend: str, module: ModuleType, tried: Sequence[tuple[Point, Any]]
) -> None:
    columns = [[p[a.symbol] for p, _ in tried] for a in program.arguments]
    values = called(backend, getattr(module, program.name), columns)
    for value, (point, true) in zip(values, tried, strict=True):
        error = _units(value, true)
        bound = promised_of(program, branch)
        if bound is not None and error > bound:
            # an exponential amplifies the rounding of its argument, a sum of both signs that of its terms, and how
            # far the model is off at one point says no more than the size
            bound = promised_of(program, branch, 2 * _units(_modelled(program, branch, point), true))
        if error > (bound or _ROUGHLY):
            told = ", ".join(f"{a.name}={point[a.symbol]!r}" for a in program.arguments)
            raise Broken(
                f"{program.name} in {backend} gives {value!r} at {told}, where {mp.nstr(true, 17)} is right: "
                f"{error:.3g} units in the last place off, more than the {bound or _ROUGHLY:g} that are promised"
            )


def _modelled(program: Program, branch: Branch, point: Point) -> float:
    """The value of the program with every operation exact and rounded once."""
    at = dict(point)
    for assignment in program.assignments:
        at[assignment.name] = float_value(assignment.value, at)
    return float_value(branch.value, at)


def _units(value: float, true: Any) -> float:
    """How far a value is off, in units in the last place of the true one."""
    return float(abs(mp.mpf(value) - true) / math.ulp(float(true))) if math.isfinite(value) else math.inf
