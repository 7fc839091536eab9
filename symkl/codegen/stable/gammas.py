"""Log-gamma functions written as Bregman divergences."""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from symkl.codegen.stable.kernels import Binet, BinetGap, BinetSlope, GammaGap
from symkl.codegen.stable.shape import difference, factored, join_exponentials, spread, terms_in_deviations
from symkl.codegen.stable.signs import nonnegative, positive

__all__ = ["Anchor", "at_ones", "digammas_lowered", "gammas_aligned", "open_loggammas", "opened_by_stirling"]

#: the number that the argument of a log-gamma is compared with
Anchor = Callable[[sp.Expr], sp.Expr | None]


def open_loggammas(
    expression: sp.Expr, same: dict[sp.Symbol, sp.Expr], binet: bool, anchor: Anchor | None = None
) -> tuple[sp.Expr, sp.Expr]:
    """`loggamma(b) => loggamma(a) + digamma(a)*(b - a) + GammaGap(b, a)`.

    a is the argument of another loggamma, or a number (a multiple of 1/2), that b equals where the distributions
    coincide; where they are of two families, what `anchor` says. A loggamma with a negative coefficient, or one beside
    its digamma function, and a number n for its anchor is opened the other way round:
    `-loggamma(a) => -loggamma(n) + digamma(a)*(n - a) + GammaGap(n, a)`. With `binet` the gap is split further,
    GammaGap = BinetGap + EntropyGap, the second written out in logs so that they can be joined with others. Returns
    what is left and the gaps.
    """
    rest, gaps = spread(expression), sp.S.Zero
    for gamma in sorted(rest.atoms(sp.loggamma), key=sp.default_sort_key):
        argument = _seen_positive(gamma.args[0])
        coefficient = factored(rest.coeff(gamma, 1))
        other = _anchor(argument, rest, same, anchor)
        if other is None or coefficient == 0 or not positive(argument):
            continue
        if nonnegative(coefficient) and not (_has_slope(rest, argument) and not _has_slope(rest, other)):
            b, a = argument, other
        elif not other.is_number and _has_slope(rest, other):
            b, a = argument, other  # not a term of known sign, but nothing is left over
        elif other.is_number and (nonnegative(-coefficient) or _has_slope(rest, argument)):
            b, a = other, argument
        else:
            continue
        size, gap = coefficient if b is argument else -coefficient, _step(b, a, same)
        slope = sp.expand_func(sp.digamma(a)) if a.is_number else sp.digamma(a)
        tangent = sp.expand_log(sp.loggamma(a)) + slope * (b - a)
        if binet:
            tangent += b * (sp.log(b) - sp.log(a)) - (b - a)
            gaps += size * BinetGap(b, a, gap)
        else:
            gaps += size * GammaGap(b, a, gap)
        rest = spread(rest + size * (tangent - sp.loggamma(b)))
    return rest, gaps


def gammas_aligned(expression: sp.Expr, same: dict[sp.Symbol, sp.Expr]) -> sp.Expr:
    """`exp(loggamma(x) - loggamma(y) + u) => y*exp(loggamma(x) - loggamma(1 + y) + u)` where x is 1 + y at equality."""

    def aligned(exponential: sp.Expr) -> sp.Expr:
        exponent = spread(exponential.args[0])
        above, below = ([g for g in exponent.atoms(sp.loggamma) if exponent.coeff(g, 1) == n] for n in (1, -1))
        for y in sorted((g.args[0] for g in below), key=sp.default_sort_key):
            for x in (g.args[0] for g in above):
                apart = sp.cancel((x - y).subs(same, simultaneous=True))
                if apart == 1 and positive(y):
                    return y * sp.exp(exponent + sp.loggamma(y) - sp.loggamma(1 + sp.expand(y)))
        return exponential

    joined = join_exponentials(expression)
    return joined.replace(lambda e: isinstance(e, sp.exp), aligned) if same else expression


def digammas_lowered(expression: sp.Expr) -> sp.Expr:
    """`digamma(1 + y) => digamma(y) + 1/y` where that occurs as well."""
    found = {function: function.args[1] - 1 for function in expression.atoms(sp.polygamma) if function.args[0] == 0}
    lowered = {f: sp.digamma(y) + 1 / y for f, y in found.items() if sp.digamma(y) in found}
    return spread(expression.xreplace(lowered)) if lowered else expression


def opened_by_stirling(expression: sp.Expr) -> sp.Expr:
    """`loggamma(x) => (x - 1/2)*log(x) - x + log(2*pi)/2 + Binet(x)`, and its derivative for `digamma(x)`.

    At large x the leading terms of the two cancel, which here they do by algebra.
    """
    opened = {}
    for function in expression.atoms(sp.loggamma, sp.polygamma):
        x = function.args[-1]
        if not x.free_symbols or not positive(x):
            continue
        if isinstance(function, sp.loggamma):
            opened[function] = (x - sp.Rational(1, 2)) * sp.log(x) - x + sp.log(2 * sp.pi) / 2 + Binet(x)
        elif function.args[0] == 0:
            opened[function] = sp.log(x) - 1 / (2 * x) + BinetSlope(x)
    return expression.xreplace(opened)


def _step(b: sp.Expr, a: sp.Expr, same: dict[sp.Symbol, sp.Expr]) -> sp.Expr:
    """`b - a`: of products of parameters by the parameters' differences, which are exact."""
    step = difference(b, a)
    above = sp.fraction(step)[0]
    if above.is_polynomial(*above.free_symbols) and sp.total_degree(above) > 1:
        return sp.Add(*terms_in_deviations(step, list(same.items())))
    return step


def _seen_positive(argument: sp.Expr) -> sp.Expr:
    """The argument, factored where only so its sign is known: `a - a*p => a*(1 - p)`."""
    return argument if positive(argument) else factored(argument)


def _has_slope(rest: sp.Expr, argument: sp.Expr) -> bool:
    return rest.has(sp.digamma(sp.expand(argument)))


def at_ones(b: sp.Expr) -> sp.Expr | None:
    """The argument's value where all parameters are 1, as they are where a family is another's simplest member."""
    return _whole_or_half(b.subs(dict.fromkeys(b.free_symbols, 1), simultaneous=True))


def _whole_or_half(settled: sp.Expr) -> sp.Expr | None:
    return settled if settled > 0 and (2 * settled).is_Integer else None


def _anchor(b: sp.Expr, rest: sp.Expr, same: dict[sp.Symbol, sp.Expr], anchor: Anchor | None) -> sp.Expr | None:
    if not same:
        return anchor(b) if anchor else None
    settled = sp.cancel(b.subs(same, simultaneous=True))
    if settled.is_number:
        return _whole_or_half(settled)
    found = (_seen_positive(g.args[0]) for g in sorted(rest.atoms(sp.loggamma), key=sp.default_sort_key))
    others = [argument for argument in found if argument != b]
    for other in others:
        if sp.expand(other.subs(same, simultaneous=True) - settled) == 0 and positive(other):
            return other
    return None
