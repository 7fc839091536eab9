"""The accuracy that a generated function promises, from what its form and its kernels lose."""

from __future__ import annotations

import math

import sympy as sp

from symkl.codegen.program import Branch, Program
from symkl.codegen.stable import kernels as k
from symkl.codegen.stable.kernels import together

__all__ = ["allowed", "lost_by", "promised", "promised_of", "told"]

#: what a kernel or a library function loses at most, in units in the last place; those not named, `_USUAL`
_LOST: dict[object, float] = {
    k.BinetGap: 40,
    k.BetaGap: 40,
    k.Binet: 30,
    k.BinetSlope: 8,
    k.LogGamma: 10,
    k.GammaGap: 12,
    k.PoweredGammaGap: 60,
    k.BinetRise: 20,
    k.DigammaRise: 12,
    k.UpperGammaGap: 24,
    k.SoftplusGap: 8,
    k.LogSeriesGap: 16,
    k.RampGap: 10,
    k.CrossingGap: 16,
    k.BellGap: 16,
    k.BellOverhang: 16,
    together.BellSlopes: 16,
    together.BellOverhangSlopes: 24,
    k.BesselGap: 24,
    k.BesselLack: 6,
    k.BesselRatioSlope: 8,
    k.BesselRatioRise: 8,
    sp.erfc: 60,
    sp.gamma: 300,
    sp.polygamma: 100,
    sp.besseli: 30,
    sp.besselk: 30,
    sp.zeta: 30,
    sp.Ei: 20,
    sp.loggamma: 10,
    k.Digamma: 20,
}
_USUAL = 4.0
#: a form that loses more than this in exact operations is not one to promise anything of
_MOST = 2.0**20


def promised(program: Program) -> int | None:
    """A power of two: so many units in the last place at most, in every branch; None where nothing is promised."""
    found = [promised_of(program, branch) for branch in program.branches if branch.value != sp.oo]
    return None if None in found else max((n for n in found if n is not None), default=None)


def promised_of(program: Program, branch: Branch) -> int | None:
    """What one branch promises, by what its form was seen to lose."""
    return allowed(program, branch.value, branch.error, branch.nonnegative)


def allowed(program: Program, form: sp.Expr, error: float, nonnegative: bool) -> int | None:
    """A power of two, of units in the last place, from what a form was seen to lose and its least exact operation.

    Where terms of both signs are added up, the form loses digits of each operation alike. None where it loses most.
    """
    if not error <= _MOST:
        return None
    parts = [form, *(a.value for a in (*program.assignments, *program.later))]
    heads = {node.func for part in parts for node in sp.preorder_traversal(part) if node.free_symbols}
    operation = max(map(lost_by, heads), default=0.0)
    lost = error + operation / 2 * (1.0 if nonnegative else max(1.0, 2 * error))
    return max(4, 2 ** math.ceil(math.log2(max(lost, 1.0))))


def lost_by(operation: object) -> float:
    """What a kernel or a library function loses at most, in units in the last place."""
    return _LOST.get(operation, _USUAL if operation in _KERNELS else 0.0)


def told(program: Program) -> str:
    """The promise in words; nothing where every value is infinite."""
    if all(branch.value == sp.oo for branch in program.branches):
        return ""
    most = promised(program)
    if most is None:
        return "Accuracy: nothing is promised, the formula loses digits as it stands"
    more = []
    nodes = [node for e in program.expressions for node in sp.preorder_traversal(e)]
    inlined = {a.name: a.value for a in program.assignments}
    if any(
        isinstance(node, (sp.exp, sp.gamma))
        or (node.is_Pow and node.exp.free_symbols)
        or (isinstance(node, k.ExpGap) and node.args[0].xreplace(inlined).has(k.Kernel))
        for node in nodes
    ):
        more.append("an exponential amplifies the rounding of what it is taken of")
    if not all(branch.nonnegative for branch in program.branches):
        more.append("terms of both signs nearly cancel")
    exception = f"; more where {' or '.join(more)}" if more else ""
    return f"Accuracy: {most} units in the last place in float64{exception}"


_KERNELS = frozenset(getattr(k, name) for name in k.__all__ if isinstance(getattr(k, name), type))
