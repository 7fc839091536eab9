"""Where an integrand has kinks, and what it is between two of them."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator

import sympy as sp
from flint import acb

from symkl.algebra.branches import apart
from symkl.verify.rigorous.compile import compile_balls, constant
from symkl.verify.rigorous.operations import NoEnclosure

__all__ = ["below", "between", "breaks", "inside", "pieces", "resolve"]


def below(a: sp.Expr, b: sp.Expr) -> bool:
    """Is the number a below the number b? Raises NoEnclosure where their balls cannot tell them apart."""
    if a in (-sp.oo, sp.oo) or b in (-sp.oo, sp.oo) or (a.is_Rational and b.is_Rational):
        return bool(a < b)
    difference = constant(b - a)
    if difference > 0 or difference < 0:
        return bool(difference > 0)
    if a == b:
        return False
    raise NoEnclosure(f"cannot tell which of {a} and {b} is the larger")


def breaks(expression: sp.Expr, x: sp.Symbol) -> list[sp.Expr]:
    """The numbers, in ascending order, where something linear in x changes over in an Abs, sign, Min, Max or Piecewise,
    or is 0 under a logarithm or a power that is singular there.

    An Abs of what is not linear is left to the analytic flag; any other such branch raises NoEnclosure.
    """
    found = _singular(expression, x)
    for node in expression.atoms(sp.Abs, sp.sign, sp.Min, sp.Max, sp.core.relational.Relational):
        if x not in node.free_symbols:
            continue
        for difference in _differences(node):
            root = _root(difference, x)
            if root is not None:
                found.add(root)
            elif not isinstance(node, (sp.Abs, sp.sign)):
                raise NoEnclosure(f"{node} branches on what is not linear in {x}")
    return sorted(found, key=functools.cmp_to_key(lambda a, b: 0 if a == b else -1 if below(a, b) else 1))


def pieces(
    density: sp.Expr, weight: sp.Expr, x: sp.Symbol, lower: sp.Expr, upper: sp.Expr
) -> Iterator[tuple[sp.Expr, sp.Expr, sp.Expr, sp.Expr]]:
    """The support in pieces without breaks inside: (lower, upper, density, weight), the branches resolved."""
    for low, high in between(breaks(sp.Add(density, weight, evaluate=False), x), lower, upper):
        at = inside(low, high)
        p, w = resolve(density, x, at), resolve(weight, x, at)
        if (p, w) == (density, weight):
            yield low, high, p, w
        else:
            yield from pieces(p, w, x, low, high)


def between(breaks: list[sp.Expr], lower: sp.Expr, upper: sp.Expr) -> list[tuple[sp.Expr, sp.Expr]]:
    """The intervals into which the breaks divide (lower, upper)."""
    cuts = [lower, *(b for b in breaks if below(lower, b) and below(b, upper)), upper]
    return list(itertools.pairwise(cuts))


def inside(lower: sp.Expr, upper: sp.Expr) -> sp.Expr:
    """A number inside the open interval."""
    if lower == -sp.oo:
        return sp.Integer(0) if upper == sp.oo else upper - 1
    return lower + 1 if upper == sp.oo else (lower + upper) / 2


def resolve(expression: sp.Expr, x: sp.Symbol, at: sp.Expr) -> sp.Expr:
    """The expression without branches, as it is on the piece (between two neighbours of `breaks`) that holds `at`."""
    if x not in expression.free_symbols or not expression.args:
        return expression
    if isinstance(expression, sp.Piecewise):
        for value, condition in expression.args:
            if condition == True or _truth(condition, x, at):  # noqa: E712 (a SymPy truth)
                return resolve(value, x, at)
        raise NoEnclosure(f"{expression} says nothing at {x} = {at}")
    if isinstance(expression, (sp.Min, sp.Max)):
        best, *rest = expression.args
        for other in rest:
            less = _truth(sp.StrictLessThan(other, best), x, at)
            best = other if less == isinstance(expression, sp.Min) else best
        return resolve(best, x, at)
    args = [resolve(arg, x, at) for arg in expression.args]
    if isinstance(expression, (sp.Abs, sp.sign)) and _root(expression.args[0], x) is not None:
        # only what is linear as it stands has its kink among the breaks; |Piecewise| comes to it in the next round
        one = sp.Integer(1 if _value(args[0], x, at) > 0 else -1)
        return one * args[0] if isinstance(expression, sp.Abs) else one
    if isinstance(expression, sp.log):
        return sp.log(sp.Mul(*[_upright(factor, x, at) for factor in sp.Mul.make_args(args[0])]))
    if isinstance(expression, sp.Pow) and not args[1].is_integer:
        return sp.Pow(sp.Mul(*[_upright(factor, x, at) for factor in sp.Mul.make_args(args[0])]), args[1])
    return expression.func(*args)


def _upright(factor: sp.Expr, x: sp.Symbol, at: sp.Expr) -> sp.Expr:
    """b**n with an even n as (-b)**n where b is negative, so that its logarithm may be split."""
    base, exponent = factor.as_base_exp()
    if x in base.free_symbols and exponent.is_even and _value(base, x, at) < 0:
        return sp.Pow(sp.expand(-base), exponent, evaluate=False)
    return factor


def _singular(expression: sp.Expr, x: sp.Symbol) -> set[sp.Expr]:
    bases = [node.base for node in expression.atoms(sp.Pow) if not node.exp.is_nonnegative or not node.exp.is_integer]
    for node in expression.atoms(sp.log):
        bases += [factor.as_base_exp()[0] for factor in sp.Mul.make_args(node.args[0])]
    roots = [_root(base, x) for base in bases if x in base.free_symbols]
    return {root for root in roots if root is not None}


def _differences(node: sp.Basic) -> list[sp.Expr]:
    if isinstance(node, (sp.Abs, sp.sign)):
        return [node.args[0]]
    args = node.args
    return [apart(args[i], args[j]) for i in range(len(args)) for j in range(i)]


def _root(difference: sp.Expr, x: sp.Symbol) -> sp.Expr | None:
    """The root of a difference that is linear in x; None for any other, oo where it does not depend on x."""
    if difference in (sp.oo, -sp.oo) or x not in difference.free_symbols:
        return sp.oo
    slope = difference.diff(x)
    if x in slope.free_symbols or slope == 0:
        return None
    return sp.expand(-difference.subs(x, 0) / slope)


def _value(expression: sp.Expr, x: sp.Symbol, at: sp.Expr) -> float:
    value = constant(expression.subs(x, at))
    if value > 0 or value < 0:
        return 1.0 if value > 0 else -1.0
    raise NoEnclosure(f"cannot tell the sign of {expression} at {x} = {at}")


def _truth(condition: sp.Basic, x: sp.Symbol, at: sp.Expr) -> bool:
    decided = condition.subs(x, at)
    if decided in (sp.true, sp.false):
        return bool(decided)
    if isinstance(decided, (sp.And, sp.Or)):
        each = [_truth(part, x, at) for part in decided.args]
        return all(each) if isinstance(decided, sp.And) else any(each)
    found = compile_balls(decided, points=True)(acb(0))
    if not found.is_finite():
        raise NoEnclosure(f"cannot decide {condition} at {x} = {at}")
    return bool(found == 1)
