"""Mixed: a golden module of the tests.

The functions take numbers, lists and arrays, which broadcast. They compute in float64 and round once to
the dtype of the arguments (float64 for integers). They stand alone: nothing else needs to be installed
but NumPy and SciPy.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

__all__ = [
    "kl_normal_gamma",
    "kl_normal_laplace",
]


def kl_normal_laplace(
    mu_1: ArrayLike,
    sigma_1: ArrayLike,
    mu_2: ArrayLike,
    b_2: ArrayLike,
    *,
    event_ndims: int = 0,
    validate: bool = True,
) -> NDArray[np.floating]:
    """KL divergence KL(Normal || Laplace), in nats.

    Formula:
        log(b_2/sigma_1) - log(pi/2)/2 + (sqrt(2)*sigma_1*exp(-(mu_1 - mu_2)**2/(2*sigma_1**2))/sqrt(pi) +
        (mu_1 - mu_2)*erf(sqrt(2)*(mu_1 - mu_2)/(2*sigma_1)))/b_2 - 1/2

    Arguments:
        mu_1: mean, real
        sigma_1: standard deviation, positive (the limit at 0 where there is one)
        mu_2: location, real
        b_2: scale, positive (the limit at 0 where there is one)
        event_ndims: so many of the last axes are summed over (independent dimensions)
        validate: False leaves out the check of the domains; outside them the value is then anything

    Returns an array of the shape that the arguments broadcast to, less the last `event_ndims` axes,
    in nats; nan where an argument lies outside its domain.

    The form is not a sum of non-negative terms: a result below 0 by rounding is set to 0.
    Verdict: proved (proved by symbolic algebra).
    Accuracy: 8 units in the last place in float64; more where an exponential amplifies the rounding of what
    it is taken of or terms of both signs nearly cancel.
    """
    values, shape, dtype = _prepare(mu_1, sigma_1, mu_2, b_2)
    value = _in_blocks(_kl_normal_laplace, values, shape, dtype, event_ndims, validate)
    return _finish(value, shape, dtype, event_ndims)


def _kl_normal_laplace(
    mu_1: NDArray[np.float64],
    sigma_1: NDArray[np.float64],
    mu_2: NDArray[np.float64],
    b_2: NDArray[np.float64],
    validate: bool,
) -> NDArray[np.float64]:
    validate = validate and _doubtful((mu_1, mu_2), (sigma_1, b_2))
    # -log(2)/2 + 1/2 + log(pi)/2
    constant_1 = 0.7257913526447274
    mu_difference = mu_1 - mu_2
    # sqrt(2)/2
    constant_2 = 0.7071067811865476
    # sqrt(2)/sqrt(pi)
    constant_3 = 0.7978845608028654
    mu_scaled = mu_difference / sigma_1
    value = (
        _log_ratio(b_2, sigma_1, b_2 - sigma_1)
        + constant_3 / b_2 * sigma_1 * np.exp(-0.5 * mu_scaled * mu_scaled)
        + mu_difference / b_2 * special.erf(constant_2 / sigma_1 * mu_difference)
        - constant_1
    )
    value = np.maximum(value, 0.0)  # rounding can leave a divergence of 0 slightly negative
    if validate:
        value = _checked(value, (mu_1, mu_2), (sigma_1, b_2))
    return value


def kl_normal_gamma(
    mu_1: ArrayLike,
    sigma_1: ArrayLike,
    alpha_2: ArrayLike,
    beta_2: ArrayLike,
    *,
    event_ndims: int = 0,
    validate: bool = True,
) -> NDArray[np.floating]:
    """KL divergence KL(Normal || Gamma), in nats.

    Formula:
        oo

    Arguments:
        mu_1: mean, real
        sigma_1: standard deviation, positive (the limit at 0 where there is one)
        alpha_2: shape, positive (the limit at 0 where there is one)
        beta_2: rate, positive (the limit at 0 where there is one)
        event_ndims: so many of the last axes are summed over (independent dimensions)
        validate: False leaves out the check of the domains; outside them the value is then anything

    Returns an array of the shape that the arguments broadcast to, less the last `event_ndims` axes,
    in nats; nan where an argument lies outside its domain.

    p gives positive probability to values below 0, where q has none.
    Verdict: proved (proved by symbolic algebra).
    """
    values, shape, dtype = _prepare(mu_1, sigma_1, alpha_2, beta_2)
    value = _in_blocks(_kl_normal_gamma, values, shape, dtype, event_ndims, validate)
    return _finish(value, shape, dtype, event_ndims)


def _kl_normal_gamma(
    mu_1: NDArray[np.float64],
    sigma_1: NDArray[np.float64],
    alpha_2: NDArray[np.float64],
    beta_2: NDArray[np.float64],
    validate: bool,
) -> NDArray[np.float64]:
    validate = validate and _doubtful((mu_1,), (sigma_1, alpha_2, beta_2))
    value = np.inf
    if validate:
        value = _checked(value, (mu_1,), (sigma_1, alpha_2, beta_2))
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


def _log_quotient(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """log(a/b); roots keep the ratio of very large to very small numbers within range."""
    ratio = a / b
    inside = (ratio > 1e-100) & (ratio < 1e100)
    return np.where(inside, np.log(ratio), 2.0 * np.log(np.sqrt(a) / np.sqrt(b)))


def _log_ratio(a: NDArray[np.float64], b: NDArray[np.float64], d: NDArray[np.float64]) -> NDArray[np.float64]:
    """log(a/b), where d is a - b, formed exactly."""
    x = d / b
    return np.where(np.abs(x) < 0.5, np.log1p(x), _log_quotient(a, b))
