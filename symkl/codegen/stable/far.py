"""Derivatives of gaps of exponentials: what stands beside each of them, near equality and far from it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sympy as sp

from symkl.codegen.stable.kernels import (
    Digamma,
    DigammaRise,
    ExpGap,
    ExpM1,
    Kernel,
    TrigammaExcess,
    TrigammaLift,
)
from symkl.codegen.stable.shape import factored, in_deviations
from symkl.codegen.stable.signs import positive

__all__ = ["exponentials_shared", "far_from_equality"]

_Pairs = Sequence[tuple[sp.Expr, sp.Expr]]


def exponentials_shared(raw: sp.Expr, pairs: _Pairs) -> sp.Expr:
    """`ExpGap(x) => ExpM1(x) - x`, of which parts cancel; kernels are symbols meanwhile and keep their arguments."""
    return _gathered(raw.replace(ExpGap, lambda x: ExpM1(x) - x), pairs)


def far_from_equality(raw: sp.Expr) -> tuple[sp.Expr, sp.Expr] | None:
    """The exponent x of the one gap in a derivative, and the derivative by `exp(x)`, where that is not near 1.

    What stands beside the exponential has its differences, the rest has none, so that little is left of it. None
    where there are more gaps.
    """
    exponents = list(dict.fromkeys(e.args[0] for e in sorted(raw.atoms(ExpGap, ExpM1), key=sp.default_sort_key)))
    if len(exponents) != 1:
        return None
    (exponent,) = exponents
    power = sp.Dummy(positive=True)
    opened = raw.xreplace({ExpGap(exponent): power - 1 - exponent, ExpM1(exponent): power - 1})
    beside = sp.diff(opened, power)
    rest = _gathered(opened - power * beside).replace(DigammaRise, lambda b, a, d: Digamma(b) - Digamma(a))
    rest = rest.replace(TrigammaExcess, lambda x, d: d / x**2 * TrigammaLift(x))
    beside, rest = (_gathered(_raised(part)) for part in (beside, rest))
    common = _common((beside, rest))
    beside, rest = (sp.Add(*(term / common for term in sp.Add.make_args(part))) for part in (beside, rest))
    return exponent, common * (sp.exp(exponent) * beside + rest)


def _common(sums: Iterable[sp.Expr]) -> sp.Expr:
    """The product of symbols that all terms are divided by."""
    below = [sp.fraction(term)[1].as_powers_dict() for part in sums for term in sp.Add.make_args(part) if part != 0]
    symbols = sorted({s for powers in below for s in powers if s.is_Symbol}, key=sp.default_sort_key)
    return sp.Mul(*(s ** -min(powers.get(s, 0) for powers in below) for s in symbols))


def _gathered(total: sp.Expr, pairs: _Pairs | None = None) -> sp.Expr:
    """The sum with the terms of each product of kernels gathered: as one, in the pairs' differences, or as they are."""
    named: dict[sp.Expr, sp.Symbol] = {}

    def name(e: sp.Expr) -> sp.Expr:
        if isinstance(e, Kernel):
            return named.setdefault(e, sp.Dummy(real=True))
        return e.func(*map(name, e.args)) if e.args else e

    parts: dict[sp.Expr, sp.Expr] = {}
    for term in sp.Add.make_args(sp.expand(name(total))):
        coefficient, kernels = term.as_independent(*named.values(), as_Add=False)
        parts[kernels] = parts.get(kernels, sp.S.Zero) + coefficient
    back = {symbol: kernel for kernel, symbol in named.items()}
    powers = [symbol for symbol, kernel in back.items() if isinstance(kernel, ExpM1)]
    whole: dict[sp.Expr, sp.Expr] = {}
    for kernels, coefficient in parts.items():
        others, power = kernels.as_independent(*powers, as_Add=False)
        terms = _terms(factored(coefficient)) if pairs is None else [in_deviations(factored(coefficient), list(pairs))]
        whole[power] = whole.get(power, sp.S.Zero) + sp.Add(*(term * others for term in terms))
    return sp.Add(*((power * beside).xreplace(back) for power, beside in whole.items()))


def _terms(quotient: sp.Expr) -> list[sp.Expr]:
    """`(a + b)/c => [a/c, b/c]`."""
    above, below = sp.fraction(quotient)
    return [term / below for term in sp.Add.make_args(sp.expand(above))]


def _raised(total: sp.Expr) -> sp.Expr:
    """`Digamma(a) => Digamma(1 + a) - 1/a`, whose pole cancels others, and so with both arguments of a rise."""

    def raised(x: sp.Expr) -> sp.Expr:
        return Digamma(x) if _one_more(x) is not None else Digamma(1 + x) - 1 / x

    def risen(b: sp.Expr, a: sp.Expr, d: sp.Expr) -> sp.Expr:
        if (below := _one_more(a)) is None:
            return DigammaRise(b, a, d)
        step = sp.expand(b - below)
        return DigammaRise(1 + b, a, step) + step / (b * below) - 1 / below

    return total.replace(DigammaRise, risen).replace(Digamma, raised)


def _one_more(x: sp.Expr) -> sp.Expr | None:
    """a, where x is `1 + a` for a positive a."""
    below = x - 1
    return below if below.free_symbols and positive(below) else None
