"""Densities `exp(-(x - m)**2/(2*s**2))` on an interval, in arbitrary precision: divergences, masses and moments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

__all__ = ["gap", "heights", "overhang", "overhang_slopes", "slopes"]

#: how often digits are doubled
_DOUBLINGS = 6
#: so many deviations beyond the greatest value there is nothing, to any number of digits that is worked with
_NOTHING = 10**6


def _digits(mp: Any) -> int:
    """The digits that a context, or mpmath itself, works with."""
    return int(-mp.log10(mp.eps))


def _mass(mp: Any, low: Any, high: Any) -> Any:
    """The integral of exp(-x*x/2) from low to high over that from 0 on, with all its digits."""
    low, high = (low, high) if low + high >= 0 else (-high, -low)
    with mp.extradps(int(max(mp.log10(abs(high) / (high - low)), 0))):
        # of what is so far out nothing is left
        high = min(high, mp.sqrt(max(low, 0) ** 2 + 5 * _digits(mp)) + 1)
        ends = [x / mp.sqrt(2) for x in (low, high)]
        return mp.erf(ends[1]) - mp.erf(ends[0]) if low < 1 else mp.erfc(ends[0]) - mp.erfc(ends[1])


def gap(mp: Any, a: Any, b: Any, m: Any, s: Any, n: Any, t: Any, d: Any, e: Any) -> Any:
    if d == e == 0:
        return mp.mpf(0)
    digits = _digits(mp) + 20
    for _ in range(_DOUBLINGS):
        with mp.workdps(digits):
            n, t = m - d if abs(d) < abs(m) / 2 else n, s - e if abs(e) < s / 2 else t
            value, size = _terms(mp, (a - m) / s, (b - m) / s, (a - n) / t, (b - n) / t, (m - n) / t, s / t)
            if abs(value) > size * mp.mpf(10) ** (35 - digits):
                break
        digits *= 2
    return value


def _terms(mp: Any, first: Any, last: Any, start: Any, end: Any, shift: Any, ratio: Any) -> tuple[Any, Any]:
    """The divergence, of densities from `first` to `last` and from `start` to `end`, and what it is the rest of."""
    own, other = _mass(mp, first, last), _mass(mp, start, end)
    unit = mp.sqrt(2 / mp.pi) / own
    low, high = (unit * mp.exp(-x * x / 2) for x in (first, last))
    rises = [shift * ratio * low, -shift * ratio * high]
    squares = [(ratio**2 - 1) / 2 * part for part in (1, first * low, -last * high)]
    terms = [mp.log(other / own / ratio), shift**2 / 2, *rises, *squares]
    return mp.fsum(terms), max(map(abs, (*terms, *(ratio**2 * x * y for x, y in ((first, low), (last, high))))))


def overhang(mp: Any, u: Any, v: Any, a: Any, b: Any, n: Any, t: Any) -> Any:
    first, start, end, last = ((x - n) / t for x in (u, a, b, v))
    beyond = sum(_mass(mp, low, high) for low, high in ((first, start), (end, last)) if low < high)
    return mp.log1p(beyond / _mass(mp, start, end))


def heights(mp: Any, a: Any, b: Any, n: Any, t: Any) -> list[Any]:
    """The density at both ends."""
    return _settled(mp, lambda: [height / t for height in _at_ends(mp, (a - n) / t, (b - n) / t)])


def slopes(mp: Any, a: Any, b: Any, m: Any, s: Any, n: Any, t: Any, d: Any, e: Any) -> list[Any]:
    """The derivatives of the divergence by m, s, n and t, and what those by the ends are beside the second density."""

    def found() -> list[Any]:
        centre, scale = (m - d if abs(d) < abs(m) / 2 else n), (s - e if abs(e) < s / 2 else t)
        first, last, ratio, shift = (a - m) / s, (b - m) / s, s / scale, (m - centre) / scale
        start, end = (a - centre) / scale, (b - centre) / scale
        mean = _moments(mp, first, last, 0)[1]
        _, _, spread, skew, tails = _moments(mp, first, last, mean)
        # log(q/p) is rise*y + bend*y**2 where y is the way from the mean
        bend = (1 - ratio**2) / 2
        rise = mean - ratio * (shift + ratio * mean)
        by_m = rise * spread + bend * skew
        by_s = 2 * mean * by_m + rise * skew + bend * (tails - spread**2)
        _, other, square, *_ = _moments(mp, start, end, 0)
        seen = shift + ratio * mean
        four = [-by_m / s, -by_s / s, (other - seen) / scale, (square - ratio**2 * spread - seen**2) / scale]
        ends = zip((first - mean, last - mean), _at_ends(mp, first, last), strict=True)
        return [*four, *(height / s * (1 + rise * y + bend * (y * y - spread)) for y, height in ends)]

    return [mp.mpf(0)] * 4 + heights(mp, a, b, m, s) if d == e == 0 else _settled(mp, found)


def overhang_slopes(mp: Any, u: Any, v: Any, a: Any, b: Any, n: Any, t: Any) -> list[Any]:
    """The derivatives of the logarithm of a mass over that within, by the centre and the scale."""

    def found() -> list[Any]:
        first, start, end, last = ((x - n) / t for x in (u, a, b, v))
        wide, narrow = _moments(mp, first, last, 0), _moments(mp, start, end, 0)
        return [(wide[i] - narrow[i]) / t for i in (1, 2)]

    return _settled(mp, found)


def _at_ends(mp: Any, low: Any, high: Any) -> list[Any]:
    """exp(-x*x/2) at both ends over its integral between them."""
    mass = _mass(mp, low, high) * mp.sqrt(mp.pi / 2)
    reach = max(0, low, -high) + _NOTHING
    return [mp.exp(-x * x / 2) / mass if abs(x) < reach else mp.mpf(0) for x in (low, high)]


def _moments(mp: Any, low: Any, high: Any, centre: Any) -> list[Any]:
    """The means of (x - centre)**k for k up to 4, for a density exp(-x*x/2) from low to high."""
    first, last = _at_ends(mp, low, high)
    found = [mp.mpf(1), first - last]
    for k in (2, 3, 4):
        found.append((k - 1) * found[k - 2] + low ** (k - 1) * first - high ** (k - 1) * last)
    return [sum(mp.binomial(k, j) * found[j] * (-centre) ** (k - j) for j in range(k + 1)) for k in range(5)]


def _settled(mp: Any, values: Callable[[], Sequence[Any]]) -> list[Any]:
    """The values with so many digits that twice as many change none of the first thirty."""
    digits, before = _digits(mp) + 60, [mp.mpf(0)]
    for _ in range(_DOUBLINGS):
        with mp.workdps(digits):
            found = [+x for x in values()]
            least = mp.mpf(10) ** -digits
            if len(found) == len(before) and all(
                abs(x - y) <= abs(x) * mp.mpf(10) ** -30 + least for x, y in zip(found, before, strict=True)
            ):
                break
        digits, before = 2 * digits, found
    return found
