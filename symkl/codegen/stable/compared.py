"""Kernels that compare two quantities, and which of their arguments is the difference of which."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from symkl.algebra import is_zero
from symkl.codegen.stable import kernels as k
from symkl.codegen.stable.kernels import Kernel, expand_kernels

__all__ = ["DIFFERENCES", "LESS_ONE", "differences_right", "same_by_kernels"]

#: the arguments (x, y, d) of a kernel, by their positions, of which d must be x - y
DIFFERENCES: dict[type[Kernel], tuple[tuple[int, int, int], ...]] = {
    **dict.fromkeys((k.LogGap, k.LogMean, k.GammaGap, k.BinetGap, k.SoftplusGap, k.SinhcGap), ((0, 1, 2),)),
    **dict.fromkeys((k.LogRatio, k.LogRatioSum, k.LogGammaSum, k.LogOddsRise, k.ReciprocalStep), ((0, 1, 2),)),
    **dict.fromkeys((k.DigammaRise, k.LogGammaRise, k.BinetRise, k.SigmoidRise, k.LangevinRise), ((0, 1, 2),)),
    **dict.fromkeys((k.LogSeriesGap, k.LogSeriesRise, k.BesselGap, k.BesselRatioRise), ((0, 1, 2),)),
    k.EntropyGap: ((1, 0, 2),),
    k.BetaGap: ((0, 2, 4), (1, 3, 5)),
    k.PoweredGammaGap: ((0, 1, 3),),
    **dict.fromkeys((k.RampGap, k.RampLogMean), ((0, 1, 3),)),
    **dict.fromkeys((k.CrossingGap, k.CrossingLogMean), ((0, 1, 4), (2, 3, 5))),
    **dict.fromkeys((k.BellGap, k.BellStart, k.BellEnd), ((2, 4, 6), (3, 5, 7))),
    **dict.fromkeys((k.BellByOwnCentre, k.BellByOwnScale), ((2, 4, 6), (3, 5, 7))),
    **dict.fromkeys((k.BellByOtherCentre, k.BellByOtherScale), ((2, 4, 6), (3, 5, 7))),
}
#: those (x, d) of which d must be x - 1
LESS_ONE: dict[type[Kernel], tuple[tuple[int, int], ...]] = {
    k.UpperGammaGap: ((0, 2),),
    k.PoweredGammaGap: ((2, 4),),
    k.GivenLogGamma: ((0, 1),),
    k.ProductRise: ((0, 2), (1, 3)),
}


def differences_right(form: sp.Expr) -> bool:
    """Whether in each kernel what stands for a difference is one."""
    return all(is_zero(expand_kernels(rest)) for kernel in form.atoms(Kernel) for rest in _rests(kernel))


def _rests(kernel: Kernel) -> Iterator[sp.Expr]:
    """What is 0 where all that stands for a difference is one."""
    for x, y, d in DIFFERENCES.get(type(kernel), ()):
        yield kernel.args[d] - (kernel.args[x] - kernel.args[y])
    for x, d in LESS_ONE.get(type(kernel), ()):
        yield kernel.args[d] - (kernel.args[x] - 1)


def same_by_kernels(one: sp.Expr, other: sp.Expr) -> bool:
    """Whether both are linear in the same kernels of rational arguments, with the same coefficients: that is quick.

    False where they are of another kind, or in doubt.
    """
    known: dict[sp.Expr, sp.Symbol] = {}

    def named(kernel: sp.Expr) -> sp.Symbol:
        return known.setdefault(kernel.func(*map(sp.cancel, kernel.args)), sp.Dummy(real=True))

    difference = sp.S.Zero
    for side, sign in ((one, 1), (other, -1)):
        kernels = side.atoms(Kernel)
        if side.atoms(sp.Function) - kernels or any(a.has(Kernel) for kernel in kernels for a in kernel.args):
            return False
        difference += sign * side.xreplace({kernel: named(kernel) for kernel in kernels})
    coefficients = [sp.diff(difference, name) for name in known.values()]
    linear = not any(c.has(*known.values()) for c in coefficients)
    return linear and all(map(is_zero, (difference.xreplace(dict.fromkeys(known.values(), sp.S.Zero)), *coefficients)))
