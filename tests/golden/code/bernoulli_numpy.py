"""Bernoulli: a golden module of the tests.

The functions take numbers, lists and arrays, which broadcast. They compute in float64 and round once to
the dtype of the arguments (float64 for integers). They stand alone: nothing else needs to be installed
but NumPy.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "entropy_bernoulli",
    "kl_bernoulli_bernoulli",
    "kl_bernoulli_bernoulli__logit",
]


def entropy_bernoulli(
    p: ArrayLike,
    *,
    event_ndims: int = 0,
    validate: bool = True,
) -> NDArray[np.floating]:
    """Entropy of Bernoulli, in nats.

    Formula:
        -p*log(p) - (1 - p)*log(1 - p)

    Arguments:
        p: probability of 1, between 0 and 1, both included
        event_ndims: so many of the last axes are summed over (independent dimensions)
        validate: False leaves out the check of the domains; outside them the value is then anything

    Returns an array of the shape that the arguments broadcast to, less the last `event_ndims` axes,
    in nats; nan where an argument lies outside its domain.

    Verdict: proved (proved by symbolic algebra).
    Accuracy: 8 units in the last place in float64; more where terms of both signs nearly cancel.
    """
    values, shape, dtype = _prepare(p)
    value = _in_blocks(_entropy_bernoulli, values, shape, dtype, event_ndims, validate)
    return _finish(value, shape, dtype, event_ndims)


def _entropy_bernoulli(
    p: NDArray[np.float64],
    validate: bool,
) -> NDArray[np.float64]:
    validate = validate and _doubtful((), (p, 1.0 - p))
    value = -_xlog1py(1.0 - p, -p) - _xlogy(p, p)
    if validate:
        value = _checked(value, (), (p, 1.0 - p))
    return value


def kl_bernoulli_bernoulli(
    p_1: ArrayLike,
    p_2: ArrayLike,
    *,
    event_ndims: int = 0,
    validate: bool = True,
) -> NDArray[np.floating]:
    """KL divergence KL(Bernoulli || Bernoulli), in nats.

    Formula:
        p_1*log(p_1*(1 - p_2)/(p_2*(1 - p_1))) + log((1 - p_1)/(1 - p_2))

    Arguments:
        p_1: probability of 1, between 0 and 1, both included
        p_2: probability of 1, between 0 and 1, both included
        event_ndims: so many of the last axes are summed over (independent dimensions)
        validate: False leaves out the check of the domains; outside them the value is then anything

    Returns an array of the shape that the arguments broadcast to, less the last `event_ndims` axes,
    in nats; nan where an argument lies outside its domain.

    Verdict: proved (proved by symbolic algebra).
    Accuracy: 4 units in the last place in float64.
    """
    values, shape, dtype = _prepare(p_1, p_2)
    value = _in_blocks(_kl_bernoulli_bernoulli, values, shape, dtype, event_ndims, validate)
    return _finish(value, shape, dtype, event_ndims)


def _kl_bernoulli_bernoulli(
    p_1: NDArray[np.float64],
    p_2: NDArray[np.float64],
    validate: bool,
) -> NDArray[np.float64]:
    validate = validate and _doubtful((), (p_1, p_2, 1.0 - p_1, 1.0 - p_2))
    p_difference = p_1 - p_2
    value = _total(
        _entropy_gap(p_1, p_2, -p_difference),
        _entropy_gap(1.0 - p_1, 1.0 - p_2, p_difference),
    )
    if validate:
        value = _checked(value, (), (p_1, p_2, 1.0 - p_1, 1.0 - p_2))
    return value


def kl_bernoulli_bernoulli__logit(
    eta_1: ArrayLike,
    eta_2: ArrayLike,
    *,
    event_ndims: int = 0,
    validate: bool = True,
) -> NDArray[np.floating]:
    """KL divergence KL(Bernoulli || Bernoulli), in nats.

    Formula:
        log((1 - 1/(exp(-eta_1) + 1))/(1 - 1/(exp(-eta_2) + 1))) + log((1 - 1/(exp(-eta_2) +
        1))*(exp(-eta_2) + 1)/((1 - 1/(exp(-eta_1) + 1))*(exp(-eta_1) + 1)))/(exp(-eta_1) + 1)

    Arguments:
        eta_1: logit of p, log(p/(1 - p)), real
        eta_2: logit of p, log(p/(1 - p)), real
        event_ndims: so many of the last axes are summed over (independent dimensions)
        validate: False leaves out the check of the domains; outside them the value is then anything

    Returns an array of the shape that the arguments broadcast to, less the last `event_ndims` axes,
    in nats; nan where an argument lies outside its domain.

    Verdict: proved (proved by symbolic algebra).
    Accuracy: 16 units in the last place in float64.
    """
    values, shape, dtype = _prepare(eta_1, eta_2)
    value = _in_blocks(_kl_bernoulli_bernoulli__logit, values, shape, dtype, event_ndims, validate)
    return _finish(value, shape, dtype, event_ndims)


def _kl_bernoulli_bernoulli__logit(
    eta_1: NDArray[np.float64],
    eta_2: NDArray[np.float64],
    validate: bool,
) -> NDArray[np.float64]:
    validate = validate and _doubtful((eta_1, eta_2), ())
    value = _softplus_gap(eta_2, eta_1, eta_2 - eta_1)
    if validate:
        value = _checked(value, (eta_1, eta_2), ())
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


def _polynomial(coefficients: tuple[float, ...], x: NDArray[np.float64]) -> NDArray[np.float64]:
    """The polynomial with these coefficients, lowest power first, by Horner's rule, in place."""
    value = coefficients[-1] * x
    for coefficient in coefficients[-2:0:-1]:
        value += coefficient
        value *= x
    value += coefficients[0]
    return value


def _softplus_gap(b: NDArray[np.float64], a: NDArray[np.float64], d: NDArray[np.float64]) -> NDArray[np.float64]:
    """log((1 + exp(b))/(1 + exp(a))) - d/(1 + exp(-a)) >= 0, where d is b - a, formed exactly."""
    # the same at -a, -b: from the side where exp(a) <= 1, nothing cancels
    sign = np.where(a > 0.0, -1.0, 1.0)
    a, b, d = sign * a, sign * b, sign * d
    p, q = np.exp(a) / (1.0 + np.exp(a)), 1.0 / (1.0 + np.exp(a))
    # log of the mean of exp(x) under (p, q), x being d or 0 less its mean p*d
    near = np.log1p(p * _exp_gap(q * d) + q * _exp_gap(-p * d))
    far = np.logaddexp(0.0, b) - np.logaddexp(0.0, a) - p * np.minimum(d, 1.7976931348623157e308)
    return np.where(np.abs(d) < 16.0, near, far)


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


def _xlog1py(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """x*log(1 + y), and 0 where x is 0."""
    return np.where(x == 0.0, 0.0, x * np.log1p(y))


def _xlogy(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """x*log(y), and 0 where x is 0."""
    return np.where(x == 0.0, 0.0, x * np.log(y))
