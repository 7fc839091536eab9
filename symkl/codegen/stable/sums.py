"""Terms that are small near equality and may cancel there: one kernel adds them up."""

from __future__ import annotations

import sympy as sp

from symkl.codegen.stable.kernels import Kernel, LogRatio, LogRatioSum, ReciprocalStep, SquareBalance

__all__ = ["balanced", "carried_in", "stepped", "summed"]


def summed(total: sp.Expr) -> sp.Expr:
    """`c*LogRatio(a, b, d) + f*(x - y)/g + h => LogRatioSum(a, b, d, c, x - y, f, g, h)`.

    `k*LogRatio(a, b, d) + f*(x - y)/(g*s) + h => LogRatioSum(a, b, d, k*s, x - y, f, g, 0)/s + h` for a k of 1 or -1.
    Only where there is one such logarithm and one such difference; c, f, g and s are parameters and numbers.
    """
    terms = sp.Add.make_args(total)
    logs = [(term, log) for term in terms if (log := _logarithm(term)) is not None]
    linear = [(term, parts) for term in terms if (parts := _difference(term)) is not None]
    if len(logs) != 1 or len(linear) != 1:
        return total
    (log, (coefficient, ratio)), (quotient, (step, factor, below)) = logs[0], linear[0]
    rest = total - log - quotient
    if len(below) < 2:
        return LogRatioSum(*ratio.args, coefficient, step, factor, sp.Mul(*below), rest)
    if len(below) > 2 or abs(coefficient) != 1:
        return total
    divisor, scale = below
    return LogRatioSum(*ratio.args, coefficient * scale, step, factor, divisor, sp.S.Zero) / scale + rest


def balanced(total: sp.Expr) -> sp.Expr:
    """`c*x**2/b**(n + 1) + c*d**2/b**(n + 1) + 2*c*d/b**n => c*b**(2 - n)*SquareBalance(x/b, d/b, x/b**2, x, d, b)`.

    d and x are differences of two parameters, c is a number; the sum has these three terms alone.
    """
    if len(sp.Add.make_args(total)) != 3:
        return total
    for term in total.args:
        parts = _difference(sp.factor_terms(term))
        if parts is None or not parts[1].is_number or not parts[2] or len(set(parts[2])) != 1:
            continue
        d, c, b, n = parts[0], parts[1] / 2, parts[2][0], len(parts[2])
        for other in total.args:
            square = sp.factor(other * b ** (n + 1) / c)
            x = square.base if square.is_Pow and square.exp == 2 else None
            if x is None or x == d or not (x.is_Add and len(x.args) == 2 and all(_parameter(a) for a in x.args)):
                continue
            if sp.expand(total - term - other - c * d**2 / b ** (n + 1)) == 0:
                return c * b ** (2 - n) * SquareBalance(x / b, d / b, x / b**2, x, d, b)
    return total


def stepped(total: sp.Expr) -> sp.Expr:
    """`c*(a - b)/(a*b) => c*ReciprocalStep(a, b, a - b)` for positive parameters a, b; c holds no sum."""
    return sp.Add(*(_stepped(term) for term in sp.Add.make_args(total)))


def _stepped(term: sp.Expr) -> sp.Expr:
    sums = [f for f in sp.Mul.make_args(term) if f.has(sp.Add)]
    if len(sums) != 1 or not sums[0].is_Add or len(sums[0].args) != 2:
        return term
    powers = term.as_powers_dict()
    a, b = (t if t.is_Symbol else -t for t in sums[0].args)
    if not all(s.is_Symbol and s.is_positive and powers.get(s) == -1 for s in (a, b)):
        return term
    for one, other in ((a, b), (b, a)):
        if sums[0] == one - other:
            return term / sums[0] * a * b * ReciprocalStep(one, other, one - other)
    return term


def _logarithm(term: sp.Expr) -> tuple[sp.Expr, sp.Expr] | None:
    """(c, LogRatio) of a term that is their product."""
    found = [f for f in sp.Mul.make_args(term) if isinstance(f, LogRatio)]
    if len(found) != 1:
        return None
    coefficient = term / found[0]
    number, rest = coefficient.as_coeff_Mul()
    simple = rest == 1 or (rest.is_Symbol and abs(number) == 1)
    return (coefficient, found[0]) if simple and found[0].args[2].is_Add else None


def _difference(term: sp.Expr) -> tuple[sp.Expr, sp.Expr, list[sp.Symbol]] | None:
    """(x - y, f, the symbols below) of a term `f*(x - y)/below`, f a number or one symbol."""
    above, below = [], []
    step, number = None, sp.S.One
    for factor in sp.Mul.make_args(term):
        if not factor.free_symbols:
            number *= factor
        elif factor.is_Symbol:
            above.append(factor)
        elif factor.is_Pow and factor.base.is_Symbol and factor.exp.is_Integer and factor.exp < 0:
            below += [factor.base] * int(-factor.exp)
        elif step is None and factor.is_Add and len(factor.args) == 2 and all(_parameter(a) for a in factor.args):
            step = factor
        else:
            return None
    if step is None or len(above) > 1 or (above and abs(number) != 1):
        return None
    return step, number * sp.Mul(*above), sorted(below, key=str)


def _parameter(term: sp.Expr) -> bool:
    return bool(term.is_Symbol or (-term).is_Symbol)


def carried_in(e: sp.Expr) -> sp.Expr:
    """`w*(f(x)*(a/b + c/d) + ...) => f(x)*(w*a/b + w*c/d) + ...`: sums of quotients may overflow, each times w not."""
    if e.is_Add:
        return sp.Add(*map(carried_in, e.args))
    wide = [f for f in e.args if f.is_Add and _of_quotients(f)] if e.is_Mul else []
    if not wide:
        return e
    kernels = [f for f in e.args if isinstance(f, Kernel)]
    others = sp.Mul(*(f for f in e.args if f is not wide[0] and f not in kernels))
    return sp.Mul(*kernels, sp.Add(*(carried_in(others * term) for term in wide[0].args)))


def _of_quotients(total: sp.Expr) -> bool:
    return total.has(Kernel) or any(sp.fraction(term)[1] != 1 for term in total.args)
