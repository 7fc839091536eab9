"""A rigorous ball around the integral of density times weight over a support."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import sympy as sp
from flint import acb, arb

from symkl.verify.rigorous.compile import compile_balls, constant
from symkl.verify.rigorous.growth import Tail, log_slope
from symkl.verify.rigorous.majorants import in_exponentials, statistics_of
from symkl.verify.rigorous.operations import NoEnclosure
from symkl.verify.rigorous.pieces import below, pieces

__all__ = ["Y", "integrate", "placed", "rays"]

#: the farthest that the edge e^T of a tail is sought, and the nearest to a regular end
_FARTHEST, _SHORTEST = 2**14, 88
#: the most evaluations of one integrand
_EVALUATIONS = 60_000
Y = sp.Symbol("y", positive=True)


@dataclass(frozen=True)
class Ray:
    """The part of a piece that runs from `end` by the length `reach` (or oo) in one direction."""

    end: sp.Expr
    direction: int
    reach: sp.Expr

    @property
    def upwards(self) -> bool:
        return bool(self.reach == sp.oo)


def integrate(
    density: sp.Expr, weight: sp.Expr, x: sp.Symbol, support: tuple[sp.Expr, sp.Expr], centre: sp.Rational, digits: int
) -> arb:
    """The ball; every expression is in x alone. `centre` is a guess of where the mass lies. Raises NoEnclosure."""
    total = arb(0)
    for lower, upper, p, w in pieces(density, weight, x, *support):
        for ray in rays(lower, upper, centre):
            total += _along(ray, p, w, x, digits)
    return total


def rays(lower: sp.Expr, upper: sp.Expr, centre: sp.Rational) -> list[Ray]:
    if lower != -sp.oo and upper == sp.oo:
        return [Ray(lower, 1, sp.oo)]
    if lower == -sp.oo and upper != sp.oo:
        return [Ray(upper, -1, sp.oo)]
    if lower == -sp.oo:
        return [Ray(centre, 1, sp.oo), Ray(centre, -1, sp.oo)]
    if not (below(lower, centre) and below(centre, upper)):
        centre = (lower + upper) / 2
    return [Ray(lower, 1, centre - lower), Ray(upper, -1, upper - centre)]


def _along(ray: Ray, density: sp.Expr, weight: sp.Expr, x: sp.Symbol, digits: int) -> arb:
    """With x = end +- e^t neither end has a singularity, only a tail."""
    place = ray.end + ray.direction * Y
    p, w = placed(density, x, place), placed(weight, x, place)
    tolerance = arb(10) ** -(digits + 4)
    low, error = _start(p, w, tolerance)
    if ray.upwards:
        high, more = _edge(_tail(p, w, True), 1, tolerance)
        error += more
    else:
        high = constant(ray.reach).log()
    program = compile_balls(sp.Mul(Y, p, w, evaluate=False), Y, exponential=True)
    try:
        found = acb.integral(program, low, high, abs_tol=tolerance, eval_limit=_EVALUATIONS)
    except (SystemError, ArithmeticError, TypeError, ValueError) as error_inside:
        # what the integrand raises comes out as it is, or as a SystemError with the cause inside
        if isinstance(error_inside.__cause__, KeyboardInterrupt):
            raise error_inside.__cause__ from error_inside
        reason = error_inside.__cause__ or error_inside
        raise NoEnclosure(f"the integrand could not be evaluated: {reason}") from error_inside
    if not (found.is_finite() and found.imag.contains(0)):
        raise NoEnclosure("the integral is not known to be finite")
    return found.real + arb(0, error.upper())


@lru_cache(maxsize=256)
def placed(expression: sp.Expr, x: sp.Symbol, place: sp.Expr) -> sp.Expr:
    return tidy(expression.xreplace({x: place}), Y)


def _tail(density: sp.Expr, weight: sp.Expr, upwards: bool) -> Tail:
    return Tail(density, _slope(density), statistics_of(weight, Y), Y, upwards)


@lru_cache(maxsize=256)
def _slope(density: sp.Expr) -> sp.Expr:
    return log_slope(in_exponentials(density), Y)


def _start(density: sp.Expr, weight: sp.Expr, tolerance: arb) -> tuple[int, arb]:
    """Where to begin near y = 0, and a bound for what is left out: simple where the integrand is bounded there."""
    product = compile_balls(sp.Mul(density, weight, evaluate=False), Y, points=True)
    size = _SHORTEST
    while size <= 4 * _SHORTEST:
        width = arb(-size).exp()
        bound = abs(product(acb(arb(0).union(width))).real) * width
        if bound.is_finite() and bound < tolerance:
            return -size, bound.upper()
        size *= 2
    return _edge(_tail(density, weight, False), -1, tolerance)


def _edge(tail: Tail, sign: int, tolerance: arb) -> tuple[int, arb]:
    """An edge T beyond which the tail is below the tolerance, and the tail's bound."""
    size = 2
    while size <= _FARTHEST:
        bound = tail.bound(sign * size)
        if bound is not None and bound < tolerance:
            return _nearer(tail, sign, size, bound, tolerance)
        size *= 2
    raise NoEnclosure("no bound could be shown for a tail of the integral")


def _nearer(tail: Tail, sign: int, size: int, bound: arb, tolerance: arb) -> tuple[int, arb]:
    """Bisect towards the nearest edge that will do: a shorter integral is a quicker one."""
    fails = size // 2
    for _ in range(3):
        middle = (fails + size) // 2
        if middle == fails:
            break
        found = tail.bound(sign * middle)
        if found is not None and found < tolerance:
            size, bound = middle, found
        else:
            fails = middle
    return sign * size, bound


def tidy(expression: sp.Expr, y: sp.Symbol) -> sp.Expr:
    """Every polynomial in y expanded, and its lowest power of y taken out: near y = 0 nothing cancels then."""
    if y not in expression.free_symbols or not expression.args:
        return expression
    if isinstance(expression, sp.Add) and expression.is_polynomial(y):
        terms = sp.Add.make_args(sp.expand(expression))
        lowest = min(int(sp.degree(term, y)) if y in term.free_symbols else 0 for term in terms)
        return y**lowest * sp.Add(*[term / y**lowest for term in terms]) if lowest else sp.Add(*terms)
    args = [tidy(arg, y) for arg in expression.args]
    return expression if tuple(args) == expression.args else expression.func(*args)
