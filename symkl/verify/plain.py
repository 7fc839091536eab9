"""Plain quadrature and summation of a raw density: it shares nothing with the derivation and little with the balls.

Every infinite or singular end is looked at through y = e^t, where the trapezium rule converges geometrically.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import mpmath as mp
import sympy as sp

from symkl.model import Distribution
from symkl.verify.bulk import bulk
from symkl.verify.plain_float import Estimate, on_line, real_functions
from symkl.verify.plain_sum import Summed, add_up, together
from symkl.verify.plain_table import NoValue, Number, evaluator, evaluators
from symkl.verify.rigorous.operations import NoEnclosure
from symkl.verify.rigorous.pieces import between, breaks
from symkl.verify.setting import Setting, put

__all__ = ["Plain", "expectation", "in_doubles"]

_Y = sp.Symbol("y", positive=True)
#: t is first looked at from -_NEAR to _NEAR, and never beyond the last of _FAR
_NEAR, _FAR = 40, (120, 480, 1920)
#: halving the step squares the error of the trapezium rule: two sums this near mean twice as many digits
_SETTLED = mp.mpf(10) ** -7
#: digits kept beyond those that are asked for
_GUARD = 15
#: so many digits may be had from double precision, where its error is seen to be that small
_DOUBLES, _SHARP = 12, 1e-9
#: so many consecutive terms below the tolerance end the search
_QUIET = 6


@dataclass(frozen=True)
class Plain:
    """`status`: "value" (then `value` and an estimate of its error), "divergent" or "unknown" (`note` says why).

    Of what diverges the `value` is infinity or minus infinity, or nan where it does not exist.
    """

    status: str
    value: Number = None
    error: Number = None
    note: str = ""


def expectation(dist: Distribution, weight: sp.Expr, at: Mapping[sp.Symbol, sp.Expr], digits: int = 12) -> Plain:
    """E_p[weight] for p = `dist` at the parameters `at`, to about that many digits."""
    here = put(dist, weight, at)
    found = in_doubles(here) if digits <= _DOUBLES else None
    if found is not None:
        return found
    found = _attempt(here, digits, _GUARD)
    if found.status == "unknown" and not here.discrete:
        found = _attempt(here, digits, 5 * _GUARD)  # near an end digits may cancel: 1 - (1 - y)**a for a tiny y
    return found


def in_doubles(here: Setting) -> Plain | None:
    """The integral by double precision; None where that does not settle it, and for a sum."""
    if here.discrete:
        return None
    try:
        with mp.workdps(20):
            parts = [_ray_in_doubles(*ray) for ray in _rays(here)]
    except (NoValue, NoEnclosure, TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    found = [part for part in parts if part is not None]
    if len(found) < len(parts):
        return None
    endless = {part.value for part in found if not math.isfinite(part.value)}
    if endless:
        value = endless.pop() if len(endless) == 1 else math.nan
        return Plain("divergent", mp.mpf(value), note="truncated integrals grow without end")
    value, error = math.fsum(part.value for part in found), math.fsum(part.error for part in found)
    return Plain("value", mp.mpf(value), mp.mpf(error)) if error <= _SHARP * (1 + abs(value)) else None


def _ray_in_doubles(here: Setting, end: sp.Expr, direction: int, length: sp.Expr) -> Estimate | None:
    if not direction:
        density, weight = real_functions([here.density, here.weight], here.variable)
        place = bulk(here)
        centre, scale = float(place.centre), float(place.scale)
        return on_line(
            lambda t: density(centre + scale * math.sinh(t)) * scale * math.cosh(t),
            lambda t: weight(centre + scale * math.sinh(t)),
        )
    place_of_y = end + direction * _Y
    density, weight = real_functions([part.xreplace({here.variable: place_of_y}) for part in _parts(here)], _Y)
    if length == sp.oo:
        return on_line(lambda t: density(math.exp(t)) * math.exp(t), lambda t: weight(math.exp(t)))
    whole = float(evaluator(length)(mp.mpf(0)))

    def there(t: float) -> float:
        return -whole * math.expm1(-math.exp(t))

    return on_line(
        lambda t: density(there(t)) * whole * math.exp(t - math.exp(t)) if t < 7 else 0.0, lambda t: weight(there(t))
    )


def _parts(here: Setting) -> tuple[sp.Expr, sp.Expr]:
    return here.density, here.weight


def _attempt(here: Setting, digits: int, guard: int) -> Plain:
    with mp.workdps(digits + guard):
        try:
            parts = [add_up(here, digits)] if here.discrete else [_ray(*ray, digits) for ray in _rays(here)]
        except (NoValue, NoEnclosure, TypeError, ValueError, ZeroDivisionError, OverflowError) as error:
            return Plain("unknown", note=str(error) or type(error).__name__)
    found = together(parts)
    return Plain(found.status, found.value, found.error, found.note)


def _rays(here: Setting) -> list[tuple[Setting, sp.Expr, int, sp.Expr]]:
    """The support as rays (setting, end, direction, length): from kinks, ends of the support and the density's mode."""
    found: list[tuple[Setting, sp.Expr, int, sp.Expr]] = []
    cuts = breaks(sp.Add(here.density, here.weight, evaluate=False), here.variable)
    for lower, upper in between(cuts, *here.support):
        if lower == -sp.oo and upper == sp.oo:
            found.append((here, sp.nan, 0, sp.oo))
        elif upper == sp.oo:
            found.append((here, lower, 1, sp.oo))
        elif lower == -sp.oo:
            found.append((here, upper, -1, sp.oo))
        else:
            half = (upper - lower) / 2
            found += [(here, lower, 1, half), (here, upper, -1, half)]
    return found


def _ray(here: Setting, end: sp.Expr, direction: int, length: sp.Expr, digits: int) -> Summed:
    if not direction:
        return _whole(here, digits)
    place = end + direction * _Y
    density, weight = evaluators([part.xreplace({here.variable: place}) for part in (here.density, here.weight)], _Y)

    def integrand(y: Number) -> Number:
        p = density(y)
        return p * weight(y) if p else mp.mpf(0)

    if length == sp.oo:
        return _line(lambda t: integrand(mp.exp(t)) * mp.exp(t), digits)
    whole = evaluator(length)(mp.mpf(0))

    def bounded(t: Number) -> Number:  # y from 0 (t -> -oo) to the whole length (t -> oo, doubly exponentially fast)
        y = -whole * mp.expm1(-mp.exp(t))
        return integrand(y) * whole * mp.exp(t - mp.exp(t))

    return _line(bounded, digits)


def _whole(here: Setting, digits: int) -> Summed:
    """The whole line, by x = centre + scale*sinh(t)."""
    density, weight = evaluators([here.density, here.weight], here.variable)
    place = bulk(here)
    centre, scale = (mp.mpf(int(number.p)) / int(number.q) for number in (place.centre, place.scale))

    def integrand(t: Number) -> Number:
        x = centre + scale * mp.sinh(t)
        p = density(x)
        return p * weight(x) * scale * mp.cosh(t) if p else mp.mpf(0)

    return _line(integrand, digits)


def _line(function: Callable[[Number], Number], digits: int) -> Summed:
    """The integral of the function over all t by the trapezium rule."""
    terms = {n: _real(function(mp.mpf(n))) for n in range(-_NEAR, _NEAR + 1)}
    tolerance = mp.mpf(10) ** -(digits + 3)
    low, high = (_edge(function, terms, direction, tolerance) for direction in (-1, 1))
    if isinstance(low, Summed) or isinstance(high, Summed):
        return together([end for end in (low, high) if isinstance(end, Summed)])
    before, step = mp.fsum(terms[n] for n in range(low, high + 1)), mp.mpf(1)
    for _ in range(8):
        step /= 2
        count = int((high - low) / (2 * step))
        middle = mp.fsum(_real(function(low + step * (2 * i + 1))) for i in range(count))
        after = before / 2 + step * middle
        if abs(after - before) <= _SETTLED * max(1, abs(after)):
            return Summed("value", after, abs(after - before) + tolerance)  # the error of `after` is about its square
        before = after
    return Summed("unknown", note="the quadrature did not settle")


def _edge(
    function: Callable[[Number], Number], terms: dict[int, Number], direction: int, tolerance: Number
) -> int | Summed:
    """Where, in that direction, the terms have become negligible for good; or what they do instead."""
    finite = [abs(term) for term in terms.values() if mp.isfinite(term)]
    top = max([*finite, mp.mpf(10) ** -300])
    best = max((n for n in terms if mp.isfinite(terms[n])), key=lambda n: abs(terms[n]), default=0)
    quiet, n, limit = 0, best, 0
    while quiet < _QUIET:
        n += direction
        if n not in terms:
            terms[n] = _real(function(mp.mpf(n)))
        if mp.isfinite(terms[n]) and abs(terms[n]) <= tolerance * top:
            quiet += 1
            continue
        quiet = 0
        top = max(top, abs(terms[n])) if mp.isfinite(terms[n]) else top
        if abs(n) >= _FAR[limit]:
            status = _tendency(terms, n, direction)
            if status is not None:
                return status
            limit += 1
            if limit == len(_FAR):
                return Summed("unknown", note="a tail falls too slowly to be integrated")
    return n


def _tendency(terms: dict[int, Number], n: int, direction: int) -> Summed | None:
    """Divergent where the truncated integrals grow by at least as much in each third of the way out."""
    third = abs(n) // 3
    blocks = [[terms[direction * (third * j + i)] for i in range(1, third + 1)] for j in range(3)]
    last = terms[n]
    if not all(mp.isfinite(term) for block in blocks for term in block):
        return Summed("unknown", note="the integrand has no value somewhere in the tail")
    sums = [mp.fsum(block) for block in blocks]
    signs = {mp.sign(term) for term in blocks[1] + blocks[2]}
    steady = len(signs) == 1 and all(
        abs(b) >= abs(a) * (1 - mp.mpf(10) ** -6) for a, b in zip(blocks[1], blocks[2], strict=True)
    )
    if steady:
        so_far = mp.fsum(sums[:2])
        grown = ", ".join(mp.nstr(value, 6) for value in (sums[0], so_far, so_far + sums[2]))
        return Summed("divergent", mp.sign(last) * mp.inf, note=f"truncated integrals grow without end: {grown}")
    return None


def _real(value: Number) -> Number:
    if isinstance(value, mp.mpc):
        if abs(value.imag) > abs(value.real) * mp.mpf(10) ** -8:
            raise NoValue("the integrand is not real")
        return value.real
    return mp.mpf(value)
