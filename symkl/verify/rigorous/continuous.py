"""A rigorous ball around the integral of density times weight over a support."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import sympy as sp
from flint import acb, arb

from symkl.verify.rigorous.compile import compile_balls, constant
from symkl.verify.rigorous.ends import tidy
from symkl.verify.rigorous.growth import Tail, log_slope, probe
from symkl.verify.rigorous.majorants import in_exponentials, statistics_of
from symkl.verify.rigorous.operations import NoEnclosure
from symkl.verify.rigorous.pieces import below, pieces
from symkl.verify.rigorous.program import Program
from symkl.verify.rigorous.tame import tame

__all__ = ["Y", "integrate", "placed", "rays"]

#: the farthest that the edge e^T of a tail is sought, and the nearest to a regular end
_FARTHEST, _SHORTEST = 2**14, 88
#: the most evaluations of one integrand
_EVALUATIONS = 25_000
#: a range of t beyond which it is worth while to look for another form
_LONG = 12
#: the integral is in t up to so far below its end, then in y
_NEAR = 5
Y = sp.Symbol("y", positive=True)
#: where it begins and ends, and the integrand, in t or in y
_Stretch = tuple[arb | int, arb | int, Program]


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
        high, more = _edge(_tail(p, w, True), 1, _guess(p, 1), tolerance)
        error += more
    else:
        high = constant(ray.reach).log()
    for stretches in _ways(p, w, low, high, ray.upwards and high > _LONG):
        try:
            parts = [_integral(program, start, end, tolerance) for start, end, program in stretches]
        except NoEnclosure as error_here:
            reason = error_here
            continue
        return sum(parts, arb(0, error.upper()))
    raise reason


def _integral(program: Program, low: arb | int, high: arb | int, tolerance: arb) -> arb:
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
    return found.real


def _ways(density: sp.Expr, weight: sp.Expr, low: arb | int, high: arb | int, heavy: bool) -> Iterator[list[_Stretch]]:
    """Ways of taking the integral over y from e^low to e^high in parts, the most promising one first.

    In t where there may be a singularity at y = 0 or a heavy tail, in y itself on the rest. For large y a second form,
    the same for real y, may do better: `log(1 + y**2)` has cuts beside the whole upper range in t,
    `2*log(y) + log(1 + y**-2)` has none.
    """
    near = compile_balls(sp.Mul(Y, density, weight, evaluate=False), Y, exponential=True)
    if not heavy:
        cut = high - _NEAR
        first = [(low, cut, near)] if cut > low else []
        cut = cut if first else low
        start, end = arb(cut).exp(), arb(high).exp()
        plain = compile_balls(sp.Mul(density, weight, evaluate=False), Y)
        box = acb(start.union(end), (end - start) / 8 * arb(0, 1))
        if not _finite(plain, box):
            other = compile_balls(sp.Mul(_far(density), _far(weight), evaluate=False), Y)
            plain = other if _finite(other, box) else plain
        yield [*first, (start, end, plain)]
        return
    if not _finite(near, acb(arb(int(high) - 2, 2), arb(0, 2))):
        far = compile_balls(sp.Mul(Y, _far(density), _far(weight), evaluate=False), Y, exponential=True)
        for cut in range(-16, int(high) - 4, 4):
            if cut > low and _finite(far, acb(arb(cut + 2, 2), arb(0, 2))):
                yield [(low, cut, near), (cut, high, far)]
                break
    yield [(low, high, near)]


def _finite(program: Program, box: acb) -> bool:
    """Whether the integrand is finite, and analytic, on all of the box."""
    try:
        return bool(program(box, True).is_finite())
    except (ArithmeticError, TypeError, ValueError):
        return False


@lru_cache(maxsize=4096)
def _far(expression: sp.Expr) -> sp.Expr:
    tamed = tame(in_exponentials(expression), Y, probe(True))
    exponents = {node: sp.exp(tame(node.args[0], Y, probe(True))) for node in tamed.atoms(sp.exp)}
    return tamed.xreplace(exponents)


@lru_cache(maxsize=4096)
def placed(expression: sp.Expr, x: sp.Symbol, place: sp.Expr) -> sp.Expr:
    return tidy(expression.xreplace({x: place}), Y)


def _tail(density: sp.Expr, weight: sp.Expr, upwards: bool) -> Tail:
    return Tail(density, _slope(density), statistics_of(weight, Y), Y, upwards)


@lru_cache(maxsize=4096)
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
    return _edge(_tail(density, weight, False), -1, _guess(density, -1), tolerance)


@dataclass
class _Guess:
    """Where the edge for the statistic before was: near it, that for the next is likely to be."""

    size: int = 0


@lru_cache(maxsize=4096)
def _guess(density: sp.Expr, sign: int) -> _Guess:
    return _Guess()


def _edge(tail: Tail, sign: int, guess: _Guess, tolerance: arb) -> tuple[int, arb]:
    """An edge T beyond which the tail is below the tolerance, and the tail's bound."""
    for size in (guess.size, guess.size * 9 // 8, guess.size * 5 // 4) if guess.size else ():
        bound = tail.bound(sign * size)
        if bound is not None and bound < tolerance:
            return sign * size, bound
    size = 2
    while size <= _FARTHEST:
        bound = tail.bound(sign * size)
        if bound is not None and bound < tolerance:
            edge, bound = _nearer(tail, sign, size, bound, tolerance)
            guess.size = abs(edge)
            return edge, bound
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
