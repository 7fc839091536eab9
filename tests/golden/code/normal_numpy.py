"""Normal: a golden module of the tests.

The functions take numbers, lists and arrays, which broadcast. They compute in float64 and round once to
the dtype of the arguments (float64 for integers). They stand alone: nothing else needs to be installed
but NumPy.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "cross_entropy_normal_normal",
    "entropy_normal",
    "kl_normal_normal",
    "kl_normal_normal__log_variance",
    "kl_normal_normal__variance",
]


def entropy_normal(
    mu: ArrayLike,
    sigma: ArrayLike,
    *,
    event_ndims: int = 0,
    validate: bool = True,
) -> NDArray[np.floating]:
    """Entropy of Normal, in nats.

    Formula:
        log(2*E*pi*sigma**2)/2

    Arguments:
        mu: mean, real
        sigma: standard deviation, positive (the limit at 0 where there is one)
        event_ndims: so many of the last axes are summed over (independent dimensions)
        validate: False leaves out the check of the domains; outside them the value is then anything

    Returns an array of the shape that the arguments broadcast to, less the last `event_ndims` axes,
    in nats; nan where an argument lies outside its domain.

    Verdict: proved (proved by symbolic algebra).
    Accuracy: 4 units in the last place in float64; more where terms of both signs nearly cancel.
    """
    values, shape, dtype = _prepare(mu, sigma)
    value = _in_blocks(_entropy_normal, values, shape, dtype, event_ndims, validate)
    return _finish(value, shape, dtype, event_ndims)


def _entropy_normal(
    mu: NDArray[np.float64],
    sigma: NDArray[np.float64],
    validate: bool,
) -> NDArray[np.float64]:
    validate = validate and _doubtful((mu,), (sigma,))
    # log(2)/2 + 1/2 + log(pi)/2
    constant_1 = 1.4189385332046727
    value = constant_1 + np.log(sigma)
    if validate:
        value = _checked(value, (mu,), (sigma,))
    return value


def cross_entropy_normal_normal(
    mu_1: ArrayLike,
    sigma_1: ArrayLike,
    mu_2: ArrayLike,
    sigma_2: ArrayLike,
    *,
    event_ndims: int = 0,
    validate: bool = True,
) -> NDArray[np.floating]:
    """Cross-entropy H(Normal, Normal), in nats.

    Formula:
        log(sigma_2) + log(2*pi)/2 + (sigma_1**2 + (mu_1 - mu_2)**2)/(2*sigma_2**2)

    Arguments:
        mu_1: mean, real
        sigma_1: standard deviation, positive (the limit at 0 where there is one)
        mu_2: mean, real
        sigma_2: standard deviation, positive (the limit at 0 where there is one)
        event_ndims: so many of the last axes are summed over (independent dimensions)
        validate: False leaves out the check of the domains; outside them the value is then anything

    Returns an array of the shape that the arguments broadcast to, less the last `event_ndims` axes,
    in nats; nan where an argument lies outside its domain.

    Verdict: proved (proved by symbolic algebra).
    Accuracy: 4 units in the last place in float64; more where terms of both signs nearly cancel.
    """
    values, shape, dtype = _prepare(mu_1, sigma_1, mu_2, sigma_2)
    value = _in_blocks(_cross_entropy_normal_normal, values, shape, dtype, event_ndims, validate)
    return _finish(value, shape, dtype, event_ndims)


def _cross_entropy_normal_normal(
    mu_1: NDArray[np.float64],
    sigma_1: NDArray[np.float64],
    mu_2: NDArray[np.float64],
    sigma_2: NDArray[np.float64],
    validate: bool,
) -> NDArray[np.float64]:
    validate = validate and _doubtful((mu_1, mu_2), (sigma_1, sigma_2))
    # log(2)/2 + log(pi)/2
    constant_1 = 0.9189385332046728
    sigma_1_over_sigma_2 = sigma_1 / sigma_2
    mu_scaled = (mu_1 - mu_2) / sigma_2
    value = (
        constant_1
        + 0.5 * mu_scaled * mu_scaled
        + 0.5 * sigma_1_over_sigma_2 * sigma_1_over_sigma_2
        + np.log(sigma_2)
    )
    if validate:
        value = _checked(value, (mu_1, mu_2), (sigma_1, sigma_2))
    return value


def kl_normal_normal(
    mu_1: ArrayLike,
    sigma_1: ArrayLike,
    mu_2: ArrayLike,
    sigma_2: ArrayLike,
    *,
    event_ndims: int = 0,
    validate: bool = True,
) -> NDArray[np.floating]:
    """KL divergence KL(Normal || Normal), in nats.

    Formula:
        log(sigma_2/sigma_1) + (sigma_1**2 + (mu_1 - mu_2)**2)/(2*sigma_2**2) - 1/2

    Arguments:
        mu_1: mean, real
        sigma_1: standard deviation, positive (the limit at 0 where there is one)
        mu_2: mean, real
        sigma_2: standard deviation, positive (the limit at 0 where there is one)
        event_ndims: so many of the last axes are summed over (independent dimensions)
        validate: False leaves out the check of the domains; outside them the value is then anything

    Returns an array of the shape that the arguments broadcast to, less the last `event_ndims` axes,
    in nats; nan where an argument lies outside its domain.

    Verdict: proved (proved by symbolic algebra).
    Accuracy: 4 units in the last place in float64.
    """
    values, shape, dtype = _prepare(mu_1, sigma_1, mu_2, sigma_2)
    value = _in_blocks(_kl_normal_normal, values, shape, dtype, event_ndims, validate)
    return _finish(value, shape, dtype, event_ndims)


def _kl_normal_normal(
    mu_1: NDArray[np.float64],
    sigma_1: NDArray[np.float64],
    mu_2: NDArray[np.float64],
    sigma_2: NDArray[np.float64],
    validate: bool,
) -> NDArray[np.float64]:
    validate = validate and _doubtful((mu_1, mu_2), (sigma_1, sigma_2))
    mu_scaled = (mu_1 - mu_2) / sigma_2
    sigma_difference = sigma_1 - sigma_2
    sigma_relative = sigma_difference / sigma_2
    value = _total(
        (0.5, mu_scaled),
        (0.5, sigma_relative),
    )
    value = _plus_log_gap(value, 1.0, sigma_1, sigma_2, sigma_difference)
    if validate:
        value = _checked(value, (mu_1, mu_2), (sigma_1, sigma_2))
    return value


def kl_normal_normal__variance(
    mu_1: ArrayLike,
    var_1: ArrayLike,
    mu_2: ArrayLike,
    var_2: ArrayLike,
    *,
    event_ndims: int = 0,
    validate: bool = True,
) -> NDArray[np.floating]:
    """KL divergence KL(Normal || Normal), in nats.

    Formula:
        log(sqrt(var_2)/sqrt(var_1)) + (var_1 + (mu_1 - mu_2)**2)/(2*var_2) - 1/2

    Arguments:
        mu_1: mean, real
        var_1: variance, positive (the limit at 0 where there is one)
        mu_2: mean, real
        var_2: variance, positive (the limit at 0 where there is one)
        event_ndims: so many of the last axes are summed over (independent dimensions)
        validate: False leaves out the check of the domains; outside them the value is then anything

    Returns an array of the shape that the arguments broadcast to, less the last `event_ndims` axes,
    in nats; nan where an argument lies outside its domain.

    Verdict: proved (proved by symbolic algebra).
    Accuracy: 8 units in the last place in float64.
    """
    values, shape, dtype = _prepare(mu_1, var_1, mu_2, var_2)
    value = _in_blocks(_kl_normal_normal__variance, values, shape, dtype, event_ndims, validate)
    return _finish(value, shape, dtype, event_ndims)


def _kl_normal_normal__variance(
    mu_1: NDArray[np.float64],
    var_1: NDArray[np.float64],
    mu_2: NDArray[np.float64],
    var_2: NDArray[np.float64],
    validate: bool,
) -> NDArray[np.float64]:
    validate = validate and _doubtful((mu_1, mu_2), (var_1, var_2))
    mu_difference = mu_1 - mu_2
    mu_scaled = mu_difference / var_2
    value = _total(
        0.5 * mu_difference * mu_scaled,
        0.5 * _log_gap(var_1, var_2, var_1 - var_2),
    )
    if validate:
        value = _checked(value, (mu_1, mu_2), (var_1, var_2))
    return value


def kl_normal_normal__log_variance(
    mu_1: ArrayLike,
    logvar_1: ArrayLike,
    mu_2: ArrayLike,
    logvar_2: ArrayLike,
    *,
    event_ndims: int = 0,
    validate: bool = True,
) -> NDArray[np.floating]:
    """KL divergence KL(Normal || Normal), in nats.

    Formula:
        ((mu_1 - mu_2)**2 + exp(logvar_1))*exp(-logvar_2)/2 + log(exp(-logvar_1/2)*exp(logvar_2/2)) - 1/2

    Arguments:
        mu_1: mean, real
        logvar_1: logarithm of the variance, real
        mu_2: mean, real
        logvar_2: logarithm of the variance, real
        event_ndims: so many of the last axes are summed over (independent dimensions)
        validate: False leaves out the check of the domains; outside them the value is then anything

    Returns an array of the shape that the arguments broadcast to, less the last `event_ndims` axes,
    in nats; nan where an argument lies outside its domain.

    Verdict: proved (proved by symbolic algebra).
    Accuracy: 32 units in the last place in float64; more where an exponential amplifies the rounding of
    what it is taken of.
    """
    values, shape, dtype = _prepare(mu_1, logvar_1, mu_2, logvar_2)
    value = _in_blocks(_kl_normal_normal__log_variance, values, shape, dtype, event_ndims, validate)
    return _finish(value, shape, dtype, event_ndims)


def _kl_normal_normal__log_variance(
    mu_1: NDArray[np.float64],
    logvar_1: NDArray[np.float64],
    mu_2: NDArray[np.float64],
    logvar_2: NDArray[np.float64],
    validate: bool,
) -> NDArray[np.float64]:
    validate = validate and _doubtful((mu_1, logvar_1, mu_2, logvar_2), ())
    mu_scaled = (mu_1 - mu_2) * np.exp(-0.5 * logvar_2)
    value = _total(
        (0.5, mu_scaled),
        0.5 * _exp_gap(logvar_1 - logvar_2),
    )
    if validate:
        value = _checked(value, (mu_1, logvar_1, mu_2, logvar_2), ())
    return value


_BLOCK = 1 << 16  # elements at a time: what is worked out between stays in the cache


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


# (exp(x) - 1 - x)/x**2 in powers of x, for |x| up to 1
_EXP = (
    0.5,
    0.16666666666666666,
    0.04166666666666609,
    0.008333333333333299,
    0.0013888888888981404,
    0.00019841269841324198,
    2.4801587246096818e-05,
    2.7557319191381816e-06,
    2.755733506893373e-07,
    2.5052117695907823e-08,
    2.0874435575864273e-09,
    1.6057679623801638e-10,
    1.1639194124150522e-11,
    7.746178593018827e-13,
)


def _exp_gap(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """exp(x) - 1 - x >= 0."""
    near = x * x * _polynomial(_EXP, x)
    far = np.expm1(x) - np.minimum(x, 1e3)  # infinite from there on
    return np.where(np.abs(x) < 1.0, near, far)


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


def _plus_log_gap(
    value: NDArray[np.float64], factor: float, a: NDArray[np.float64], b: NDArray[np.float64], d: NDArray[np.float64]
) -> NDArray[np.float64]:
    """value + factor*_log_gap(a, b, d), for a value of at least 0: the gap in full only where its last digits count."""
    ratio = a / b
    log = np.log(ratio)
    ratio -= 1.0
    ratio -= log
    if factor != 1.0:
        ratio *= factor
    total = _plus(ratio, value)
    np.abs(log, out=log)
    log *= 0.5 * factor
    # what the ratio was rounded by hardly moves the gap, and what its logarithm was is small beside the sum
    near = ~(total > log)
    return _patched(total, near, lambda v, *pair: _total(v, factor * _log_gap(*pair)), value, a, b, d)


def _polynomial(coefficients: tuple[float, ...], x: NDArray[np.float64]) -> NDArray[np.float64]:
    """The polynomial with these coefficients, lowest power first, by Horner's rule, in place."""
    value = coefficients[-1] * x
    for coefficient in coefficients[-2:0:-1]:
        value += coefficient
        value *= x
    value += coefficients[0]
    return value


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
