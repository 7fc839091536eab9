"""Gamma: a golden module of the tests.

The functions take numbers, lists and arrays, which broadcast. They compute in float64 and round once to
the dtype of the arguments (float64 for integers). They stand alone: nothing else needs to be installed
but NumPy.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "kl_gamma_gamma",
]


def kl_gamma_gamma(
    alpha_1: ArrayLike,
    beta_1: ArrayLike,
    alpha_2: ArrayLike,
    beta_2: ArrayLike,
    *,
    event_ndims: int = 0,
    validate: bool = True,
) -> NDArray[np.floating]:
    """KL divergence KL(Gamma || Gamma), in nats.

    Formula:
        alpha_2*log(beta_1/beta_2) - alpha_1*(beta_1 - beta_2)/beta_1 + (alpha_1 - alpha_2)*digamma(alpha_1)
        - loggamma(alpha_1) + loggamma(alpha_2)

    Arguments:
        alpha_1: shape, positive (the limit at 0 where there is one)
        beta_1: rate, positive (the limit at 0 where there is one)
        alpha_2: shape, positive (the limit at 0 where there is one)
        beta_2: rate, positive (the limit at 0 where there is one)
        event_ndims: so many of the last axes are summed over (independent dimensions)
        validate: False leaves out the check of the domains; outside them the value is then anything

    Returns an array of the shape that the arguments broadcast to, less the last `event_ndims` axes,
    in nats; nan where an argument lies outside its domain.

    Verdict: proved (proved by symbolic algebra).
    Accuracy: 32 units in the last place in float64.
    """
    values, shape, dtype = _prepare(alpha_1, beta_1, alpha_2, beta_2)
    value = _in_blocks(_kl_gamma_gamma, values, shape, dtype, event_ndims, validate)
    return _finish(value, shape, dtype, event_ndims)


def _kl_gamma_gamma(
    alpha_1: NDArray[np.float64],
    beta_1: NDArray[np.float64],
    alpha_2: NDArray[np.float64],
    beta_2: NDArray[np.float64],
    validate: bool,
) -> NDArray[np.float64]:
    validate = validate and _doubtful((), (alpha_1, beta_1, alpha_2, beta_2))
    value = _total(
        _binet_gap(alpha_2, alpha_1, alpha_2 - alpha_1),
        _scaled_product_gap(alpha_1, beta_2, alpha_2, beta_1),
    )
    if validate:
        value = _checked(value, (), (alpha_1, beta_1, alpha_2, beta_2))
    return value


_BLOCK = 1 << 15  # elements at a time: what is worked out between stays in the cache


def _prepare(*arguments: ArrayLike) -> tuple:
    """The arguments as arrays of real numbers with an axis, their common shape without it, and the result's dtype."""
    dtype = np.dtype(np.float64)
    if arguments and all(type(a) is np.ndarray and a.dtype == dtype for a in arguments):
        shape = arguments[0].shape
        if shape and all(a.shape == shape for a in arguments):
            return arguments, shape, dtype
    if arguments:
        dtype = np.result_type(*(a if isinstance(a, (int, float)) else np.asarray(a) for a in arguments))
    if np.issubdtype(dtype, np.complexfloating) or not np.can_cast(dtype, np.longdouble):
        raise TypeError(f"parameters must be real numbers, not {dtype}")
    if not np.issubdtype(dtype, np.floating) or dtype.itemsize > 8:
        dtype = np.dtype(np.float64)
    values = [np.asarray(a) for a in arguments]
    return [v.reshape(v.shape or 1) for v in values], np.broadcast_shapes(*(v.shape for v in values)), dtype


def _in_blocks(
    function: Callable[..., NDArray[np.float64]],
    values: Sequence[NDArray],
    shape: tuple[int, ...],
    dtype: np.dtype,
    event_ndims: int,
    validate: bool,
) -> NDArray:
    """The function of the arguments in float64; large arrays a block at a time, rounded unless they are summed."""
    with np.errstate(all="ignore"):
        if all(v.size <= _BLOCK for v in values):
            return function(*(v.astype(np.float64, copy=False) for v in values), validate)
        value = np.empty(shape, np.float64 if event_ndims else dtype)
        flat, single = value.reshape(-1), (1,)
        whole = [v if v.shape == single else np.broadcast_to(v, shape).reshape(-1) for v in values]
        for start in range(0, flat.size, _BLOCK):
            part = slice(start, start + _BLOCK)
            parts = (v if v.shape == single else v[part] for v in whole)
            flat[part] = function(*(v.astype(np.float64, copy=False) for v in parts), validate)
    return value


def _finish(value: NDArray[np.float64], shape: tuple[int, ...], dtype: np.dtype, event_ndims: int) -> NDArray:
    """The value in the full shape, summed over the last `event_ndims` axes, rounded once to the result's dtype."""
    if not 0 <= event_ndims <= len(shape):
        raise ValueError(f"event_ndims must be between 0 and {len(shape)}, the number of axes, not {event_ndims}")
    value = np.asarray(value)
    if value.shape != shape:
        value = np.broadcast_to(value, shape) if shape else value.reshape(shape)
    if event_ndims:
        value = value.sum(axis=tuple(range(-event_ndims, 0)))
    # what was put together from blocks is nobody else's
    copy = value.size <= _BLOCK or value.base is not None
    with np.errstate(over="ignore", under="ignore"):
        return value.astype(dtype, copy=copy)[()]


def _doubtful(reals: Sequence[NDArray[np.float64]], bounded: Sequence[NDArray[np.float64]]) -> bool:
    """Whether one of `reals` is nan or one of `bounded` below 0."""
    # the least of numbers with a nan among them is nan
    return any(np.isnan(np.minimum.reduce(x, axis=None, initial=0.0)) for x in reals) or not all(
        np.minimum.reduce(x, axis=None, initial=0.0) >= 0.0 for x in bounded
    )


def _checked(
    value: NDArray[np.float64], reals: Sequence[NDArray[np.float64]], bounded: Sequence[NDArray[np.float64]]
) -> NDArray[np.float64]:
    """The value, nan where one of `reals` is nan or one of `bounded` is below 0."""
    for x in reals:
        value = np.where(x == x, value, np.nan)
    for x in bounded:
        value = np.where(x >= 0.0, value, np.nan)
    return value


def _binet(x: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """loggamma(x) - (x - 1/2)*log(x) + x - log(2*pi)/2 > 0 and its derivative: eight shifts up, then the series."""
    value, slope = 0.0, 0.0
    for shift in range(8):
        y = x + shift
        t = 1.0 / (2.0 * y + 1.0)
        z = t * t
        series = _polynomial(_ATANH, np.minimum(z, 0.111))
        log = np.log1p(1.0 / y)
        value = value + np.where(z < 0.111, z * series, (y + 0.5) * log - 1.0)
        slope = slope + np.where(
            z < 0.111, 2.0 * t * z * (series - 1.0 / (1.0 - z)), log - (y + 0.5) / (y * (y + 1.0))
        )
    q = 1.0 / (x + 8.0)
    odd = tuple((2 * k + 1) * c for k, c in enumerate(_STIRLING))
    return value + q * _polynomial(_STIRLING, q * q), slope - q * q * _polynomial(odd, q * q)


def _binet_gap(b: NDArray[np.float64], a: NDArray[np.float64], d: NDArray[np.float64]) -> NDArray[np.float64]:
    """The Bregman divergence of loggamma(x) - x*log(x) + x at b from a, where d is b - a; at least 0."""
    near = 0.0
    for node, weight in zip(_NODES, _WEIGHTS, strict=True):
        x = a + node * d
        near = near + weight * (d / x * (d / x)) * _trigamma_lift(x)
    large = 0.5 * _log_gap(b, a, d) + _stirling_gap(b, a, d)
    # where both are small, one step up: there nothing is large
    low = (a < 0.5) & (b < 0.5)
    b_up, a_up = np.where(low, b + 1.0, b), np.where(low, a + 1.0, a)
    (above, _), (below, slope) = _binet(b_up), _binet(a_up)
    far = 0.5 * _log_gap(b_up, a_up, d) + (above - below - slope * d)
    if low.any():
        step = _log_gap(b, a, d) + (_entropy_gap(b_up, a_up, -d) - _entropy_gap(b, a, -d))
        far = np.where(low, far + step, far)
    close = (b < 2.0 * a) & (a < 2.0 * b)
    return np.where((a >= 8.0) & (b >= 8.0), large, np.where(close, near, far))


# log(2) - 1/2 and 1 - log(2)
_SHIFT_LOW, _SHIFT_HIGH = 0.19314718055994531, 0.3068528194400547


def _entropy_gap(a: NDArray[np.float64], b: NDArray[np.float64], d: NDArray[np.float64]) -> NDArray[np.float64]:
    """a*log(a/b) - a + b >= 0, where d is b - a, formed exactly; b where a is 0."""
    # a*_log_gap(b, a, d), the difference not divided by a where nothing else needs that
    low, high = d < -0.4 * a, d > 0.9 * a
    middle = np.where(low, 0.5 * a, np.where(high, 2.0 * a, a))
    step = np.where(low | high, b - middle, d)
    half = 0.5 * step
    s = half / (half + middle)
    z = s * s
    near = s * (step - middle * (2.0 * z * _polynomial(_ATANH, z)))
    shifted = np.where(low, 2.0 * near + (a * _SHIFT_LOW - step), 0.5 * near + (a * _SHIFT_HIGH + half))
    near = np.where(low | high, shifted, near)
    far = b - a * (1.0 + _log_quotient(b, a))
    return np.where(a == 0.0, b, np.where(z < 0.112, near, far))


# (atanh(s)/s - 1)/s**2 in powers of s**2, for s**2 up to 1/9
_ATANH = (
    0.3333333333333333,
    0.20000000000007292,
    0.1428571428355438,
    0.11111111358713932,
    0.09090894718066429,
    0.07692785032479312,
    0.06657072104827468,
    0.06000536404795356,
    0.04400369243072337,
    0.08082022805971766,
)
_TWICE_ATANH = tuple(2.0 * c for c in _ATANH)
# what makes a ratio of 0.6, and of 0.95, a power of two; the bits of a number's exponent
_LIFT_LOW, _LIFT_HIGH = 1.0 / 0.6, 1.0 / 0.95
_EXPONENT = np.int64(0x7FF << 52)
_LOG_2 = 0.6931471805599453


def _log_gap(a: NDArray[np.float64], b: NDArray[np.float64], d: NDArray[np.float64]) -> NDArray[np.float64]:
    """d/b - log(a/b) >= 0, where d is a - b, formed exactly."""
    # a/b is a power of 2 times 1 + y: y is d/b where that is between -0.4 and 0.9, and of this size elsewhere
    ratio = a / b
    power = _LIFT_LOW * ratio
    np.minimum(power, 1.0, out=power)
    np.maximum(power, _LIFT_HIGH * ratio, out=power)
    bits = power.view(np.int64)
    bits &= _EXPONENT
    middle = power * b
    step = a - middle
    inside = power == 1.0  # as a factor: a choice takes longer
    step *= ~inside
    step += inside * d
    y = step / middle
    step *= 0.5
    middle += step
    s = np.divide(step, middle, out=step)
    z = np.multiply(s, s, out=middle)
    # s*(y - 2*z*P(z)) is y - log(1 + y); then what the power adds
    series = _polynomial(_TWICE_ATANH, z)
    series *= z
    near = np.subtract(y, series, out=series)
    near *= s
    exponent = bits >> 52
    exponent |= 0x433 << 52
    exponent = exponent.view(np.float64)
    exponent -= 4503599627371519.0  # 2**52 + 1023
    exponent *= _LOG_2
    rise = power - 1.0
    y *= rise
    rise -= exponent
    near += y
    near += rise
    if ratio.min(initial=1.0) > 1e-60 and ratio.max(initial=1.0) < 1e60 and np.min(a, initial=1.0) > 1e-290:
        return near
    # elsewhere the power, or its product, may be none
    there = (ratio > 1e-60) & (ratio < 1e60) & ((a > 1e-290) | (power == 1.0))
    return _patched(near, ~there, _log_gap_far, d / b, a, b)


def _log_gap_far(x: NDArray[np.float64], a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """x - log(a/b) where a/b is far from 1."""
    return np.where(x == np.inf, np.inf, x - _log_quotient(a, b))


def _log_quotient(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """log(a/b); roots keep the ratio of very large to very small numbers within range."""
    ratio = a / b
    inside = (ratio > 1e-100) & (ratio < 1e100)
    return np.where(inside, np.log(ratio), 2.0 * np.log(np.sqrt(a) / np.sqrt(b)))


def _log_ratio(a: NDArray[np.float64], b: NDArray[np.float64], d: NDArray[np.float64]) -> NDArray[np.float64]:
    """log(a/b), where d is a - b, formed exactly."""
    x = d / b
    return np.where(np.abs(x) < 0.5, np.log1p(x), _log_quotient(a, b))


# Gauss-Jacobi on [0, 1] for the weight 1 - t
_NODES = (
    0.008539054988427419,
    0.04444646315540772,
    0.10685449088347666,
    0.19215105452985404,
    0.29538088426258025,
    0.41054508120145766,
    0.5309508493128177,
    0.649600650277255,
    0.759598889525227,
    0.8545525437649358,
    0.928942101264411,
    0.9784379368341496,
)
_WEIGHTS = (
    0.021664860886871768,
    0.04742785198037747,
    0.06660675062667319,
    0.076896602680041,
    0.07769631681553103,
    0.0701093399976301,
    0.05661384371366763,
    0.040451653706913615,
    0.02487678040926543,
    0.012436009166422266,
    0.004444807795668462,
    0.0007751822209380283,
)


def _patched(
    value: NDArray[np.float64],
    there: NDArray[np.bool_],
    function: Callable[..., NDArray[np.float64]],
    *arguments: NDArray[np.float64],
) -> NDArray[np.float64]:
    """The value, and where the condition holds the function of the arguments, computed for these elements alone."""
    if not there.any():
        return value
    if there.all():
        return function(*arguments)
    places = np.nonzero(there)
    value[places] = function(*(np.broadcast_to(x, there.shape)[places] for x in arguments))
    return value


def _polynomial(coefficients: tuple[float, ...], x: NDArray[np.float64]) -> NDArray[np.float64]:
    """The polynomial with these coefficients, lowest power first, by Horner's rule, in place."""
    value = coefficients[-1] * x
    for coefficient in coefficients[-2:0:-1]:
        value += coefficient
        value *= x
    value += coefficients[0]
    return value


def _product_error(a: NDArray[np.float64], b: NDArray[np.float64], product: NDArray[np.float64]) -> NDArray[np.float64]:
    """a*b - product without rounding (Veltkamp's split and Dekker's product)."""
    high_a, high_b = 134217729.0 * a, 134217729.0 * b
    high_a, high_b = high_a - (high_a - a), high_b - (high_b - b)
    low_a, low_b = a - high_a, b - high_b
    error = ((high_a * high_b - product) + high_a * low_b + low_a * high_b) + low_a * low_b
    return np.where(np.isfinite(error), error, 0.0)


def _scaled_product_gap(
    a: NDArray[np.float64], b: NDArray[np.float64], c: NDArray[np.float64], d: NDArray[np.float64]
) -> NDArray[np.float64]:
    """c times a*b/(c*d) - 1 - log(a*b/(c*d)), at least 0: where the ratio leaves the range of numbers too."""
    above, below, difference = _scaled_products(a, b, c, d)
    value, ratio = np.asarray(c * _log_gap(above, below, difference)), np.asarray(above / below)
    return _patched(value, ~((ratio > 1e-290) & (ratio < 1e290)), _scaled_product_gap_far, a, b, c, d, ratio)


def _scaled_product_gap_far(
    a: NDArray[np.float64],
    b: NDArray[np.float64],
    c: NDArray[np.float64],
    d: NDArray[np.float64],
    ratio: NDArray[np.float64],
) -> NDArray[np.float64]:
    """The same for a ratio of 1e290 and more, or of 1e-290 and less."""
    greater, less = np.maximum(a, b), np.minimum(a, b)
    product = greater * less
    wide = np.where(product < np.inf, product / d, greater / d * less)
    high = np.where(product < 1e-290, less / d * greater, wide)
    return np.where(ratio > 1.0, high, c * (-_log_apart(a, b, c, d) - 1.0))


def _scaled_products(
    a: NDArray[np.float64], b: NDArray[np.float64], c: NDArray[np.float64], d: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """a*b, c*d and their difference formed without rounding the products, all times one power of two."""
    # all between 1/2 and 1, and the power of two that is left over between a and b: exact, and nothing overflows before
    # the ratio of the products does
    (a, i), (b, j), (c, k), (d, m) = np.frexp(a), np.frexp(b), np.frexp(c), np.frexp(d)
    power = np.clip((i + j) - (k + m), -1900, 1900)
    a, b = np.ldexp(a, power >> 1), np.ldexp(b, power - (power >> 1))
    above, below = a * b, c * d
    return above, below, (above - below) + (_product_error(a, b, above) - _product_error(c, d, below))


def _log_apart(
    a: NDArray[np.float64], b: NDArray[np.float64], c: NDArray[np.float64], d: NDArray[np.float64]
) -> NDArray[np.float64]:
    """log(a*b/(c*d)) where the ratio leaves the range of numbers."""
    return (np.log(a) - np.log(c)) + (np.log(b) - np.log(d))


# loggamma(x) - (x - 1/2)*log(x) + x - log(2*pi)/2 in powers 1/x, 1/x**3, ...
_STIRLING = (
    0.08333333333333333,
    -0.002777777777777778,
    0.0007936507936507937,
    -0.0005952380952380953,
    0.0008417508417508417,
    -0.0019175269175269176,
    0.00641025641025641,
    -0.029550653594771242,
    0.17964437236883057,
    -1.3924322169059011,
)


def _stirling_gap(b: NDArray[np.float64], a: NDArray[np.float64], d: NDArray[np.float64]) -> NDArray[np.float64]:
    """The Bregman divergence of Stirling's series at b from a, where d is b - a and both are at least 8."""
    p, q = 1.0 / a, 1.0 / b
    # b**-n - a**-n + n*d*a**-(n+1) = (d*p)**2*q * sum(i * p**(i-1) * q**(n-i), i = 1..n), summed by recurrence on n
    power, total = 1.0, 1.0
    value = _STIRLING[0]
    for k, coefficient in enumerate(_STIRLING[1:], 1):
        for n in (2 * k, 2 * k + 1):
            power = power * p
            total = q * total + n * power
        value = value + coefficient * total
    return (d * p) * (d * q) * (p * value)


def _total(*terms: NDArray[np.float64] | tuple[float, NDArray[np.float64]]) -> NDArray[np.float64]:
    """The sum of non-negative terms, (c, x) for c*x*x; infinite where one of them is, even where another is 0/0."""
    value, own = _term(terms[0]), isinstance(terms[0], tuple)
    for term in terms[1:]:
        part = _term(term)
        value, own = _plus(value, part) if own else value + part, True
    if np.isnan(value).any():
        for part in map(_term, terms):
            value = np.where(part == np.inf, np.inf, value)
    return value


def _plus(value: NDArray[np.float64], part: NDArray[np.float64]) -> NDArray[np.float64]:
    """The sum, in place where the shapes allow: nobody else has the value."""
    if value.shape != part.shape:
        return value + part
    value += part
    return value


def _term(term: NDArray[np.float64] | tuple[float, NDArray[np.float64]]) -> NDArray[np.float64]:
    """The number, or (c, x) as c*x*x."""
    if not isinstance(term, tuple):
        return term
    factor, x = term
    value = factor * x
    value *= x
    return value


# trigamma(y) - 1/y - 1/(2*y**2) in powers 1/y**3, 1/y**5, ...
_TRIGAMMA = (
    0.16666666666666666,
    -0.03333333333333333,
    0.023809523809523808,
    -0.03333333333333333,
    0.07575757575757576,
    -0.2531135531135531,
    1.1666666666666667,
    -7.092156862745098,
    54.971177944862156,
    -529.1242424242424,
)


def _trigamma_lift(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """x*x*(trigamma(x) - 1/x), in [1/2, 1]: eight shifts up, each a positive term, then the asymptotic series."""
    value = 1.0 / (x + 1.0)
    for shift in range(1, 8):
        share = x / (x + shift)
        value = value + share * share / (x + (shift + 1.0))
    q = 1.0 / (x + 8.0)
    share = x * q
    return value + share * share * (0.5 + q * _polynomial(_TRIGAMMA, q * q))
