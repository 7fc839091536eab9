"""Mixed: a golden module of the tests.

The functions take numbers, lists and arrays, which broadcast. They are compiled when they are first
called, and the machine code is kept for the next time; parallel=True divides large arrays among
threads. They compute in float64 and round once to the dtype of the arguments (float64 for integers).
The check of the domains is part of the one pass over memory: validate=False changes nothing. They stand
alone: nothing else needs to be installed but numba and NumPy 2 or later.
"""

from __future__ import annotations

import contextvars
import functools
import math
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numba
import numpy as np
from numpy.typing import ArrayLike, NDArray

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
    parallel: bool = False,
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
        parallel: True divides large arrays among threads

    Returns an array of the shape that the arguments broadcast to, less the last `event_ndims` axes,
    in nats; nan where an argument lies outside its domain.

    The form is not a sum of non-negative terms: a result below 0 by rounding is set to 0.
    Verdict: proved (proved by symbolic algebra).
    Accuracy: 8 units in the last place in float64; more where an exponential amplifies the rounding of what
    it is taken of or terms of both signs nearly cancel.
    """
    value = None
    try:
        size = mu_1.size + sigma_1.size + mu_2.size + b_2.size
        if size <= _FEW and not event_ndims:
            value = _quiet().run(_kl_normal_laplace.ufunc, mu_1, sigma_1, mu_2, b_2)
    except (AttributeError, TypeError):
        value = None  # not all are arrays of real numbers
    if value is None or value.dtype is not _FLOAT64:
        arguments = (mu_1, sigma_1, mu_2, b_2)
        value = _kl_normal_laplace.evaluated(arguments, event_ndims, parallel)
    return value


def kl_normal_gamma(
    mu_1: ArrayLike,
    sigma_1: ArrayLike,
    alpha_2: ArrayLike,
    beta_2: ArrayLike,
    *,
    event_ndims: int = 0,
    validate: bool = True,
    parallel: bool = False,
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
        parallel: True divides large arrays among threads

    Returns an array of the shape that the arguments broadcast to, less the last `event_ndims` axes,
    in nats; nan where an argument lies outside its domain.

    p gives positive probability to values below 0, where q has none.
    Verdict: proved (proved by symbolic algebra).
    """
    value = None
    try:
        size = mu_1.size + sigma_1.size + alpha_2.size + beta_2.size
        if size <= _FEW and not event_ndims:
            value = _quiet().run(_kl_normal_gamma.ufunc, mu_1, sigma_1, alpha_2, beta_2)
    except (AttributeError, TypeError):
        value = None  # not all are arrays of real numbers
    if value is None or value.dtype is not _FLOAT64:
        arguments = (mu_1, sigma_1, alpha_2, beta_2)
        value = _kl_normal_gamma.evaluated(arguments, event_ndims, parallel)
    return value


_FEW = 2048  # the sum of the sizes of the arguments up to which no vector instructions are worth their preparation
_BLOCK = 1 << 16  # elements at a time
_FLOAT64, _FLOAT32 = np.dtype(np.float64), np.dtype(np.float32)
_inline = numba.njit(error_model="numpy", forceinline=True)
# multiplication and addition in one instruction, where the processor has it
_fused = numba.njit(error_model="numpy", forceinline=True, fastmath={"contract"})
# a context in which NumPy says nothing of infinities and nan: copied at each call, which is cheaper than np.errstate
_SILENT = contextvars.copy_context()
_SILENT.run(np.seterr, all="ignore")
_quiet = _SILENT.copy


class _Compiled:
    """A function of numbers, compiled for arrays in the ways that the calls need, each when it is first needed."""

    def __init__(self, element: Callable, loop: Callable) -> None:
        self._element, self._loop = element, loop

    @functools.cached_property
    def ufunc(self) -> np.ufunc:
        """For few elements: any shapes that broadcast, in float32 or float64."""
        count = self._element.py_func.__code__.co_argcount
        signatures = [f"{dtype}({', '.join([dtype] * count)})" for dtype in ("float32", "float64")]
        made = numba.vectorize(signatures, **_kept(self._element.py_func))(self._element.py_func)
        return getattr(made, "ufunc", made)

    @functools.cached_property
    def loop(self) -> Callable:
        """For many elements, in vectors: writes its first argument; all are contiguous, of one length and dtype."""
        return numba.njit(error_model="numpy", nogil=True, **_kept(self._loop))(self._loop)

    def evaluated(self, arguments: tuple[ArrayLike, ...], event_ndims: int, parallel: bool) -> NDArray[np.floating]:
        """The values over the broadcast arguments, summed over the last `event_ndims` axes, rounded once."""
        dtype = _FLOAT64
        if arguments:
            dtype = np.result_type(*(a if isinstance(a, (int, float)) else np.asarray(a) for a in arguments))
        if np.issubdtype(dtype, np.complexfloating) or not np.can_cast(dtype, np.longdouble):
            raise TypeError(f"parameters must be real numbers, not {dtype}")
        if not np.issubdtype(dtype, np.floating) or dtype.itemsize > 8:
            dtype = _FLOAT64
        # a number beside float32 arrays keeps all its digits, and a sum is rounded once
        single = not event_ndims and all(getattr(a, "dtype", None) == _FLOAT32 for a in arguments)
        values = [np.asarray(a, dtype=_FLOAT32 if single else _FLOAT64) for a in arguments]
        shape = np.broadcast_shapes(*(v.shape for v in values))
        if not 0 <= event_ndims <= len(shape):
            raise ValueError(f"event_ndims must be between 0 and {len(shape)}, the number of axes, not {event_ndims}")
        if not arguments:
            value = np.float64(self._element())
        elif math.prod(shape) <= _FEW:
            value = _quiet().run(self.ufunc, *values)
        else:
            value = self._in_blocks(values, shape, parallel)
        if event_ndims:
            value = value.sum(axis=tuple(range(-event_ndims, 0)))
        return value if value.dtype == dtype else _quiet().run(value.astype, dtype)[()]

    def _in_blocks(self, values: list[NDArray], shape: tuple[int, ...], parallel: bool) -> NDArray:
        value = np.empty(math.prod(shape), values[0].dtype)
        flat = [_flat(v, shape) for v in values]

        def fill(start: int) -> None:
            part = value[start : start + _BLOCK]
            self.loop(part, *(v[start : start + _BLOCK] if v.size == value.size else v[: part.size] for v in flat))

        starts = range(0, value.size, _BLOCK)
        if parallel:
            with ThreadPoolExecutor(numba.get_num_threads()) as pool:
                list(pool.map(fill, starts))
        else:
            for start in starts:
                fill(start)
        return value.reshape(shape)


def _kept(function: Callable) -> dict[str, bool]:
    """Tells numba to keep the machine code, which finds its module by name: one file for each name it has."""
    function.__qualname__ = f"{__name__.replace('.', '_')}_{function.__name__}"
    return {"cache": getattr(sys.modules.get(__name__), "__dict__", None) is globals()}


def _flat(value: NDArray, shape: tuple[int, ...]) -> NDArray:
    """The values in one dimension, contiguous and not to be written; one block of a number is enough."""
    if value.size == 1:
        flat = np.full(min(_BLOCK, math.prod(shape)), value.reshape(()))
    else:
        flat = np.ascontiguousarray(np.broadcast_to(value, shape)).reshape(-1)
    flat = flat.view()
    flat.flags.writeable = False
    return flat


@_inline
def _kl_normal_laplace_element(mu_1, sigma_1, mu_2, b_2):
    mu_1 = np.float64(mu_1)
    sigma_1 = np.float64(sigma_1)
    mu_2 = np.float64(mu_2)
    b_2 = np.float64(b_2)
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
        + constant_3 / b_2 * sigma_1 * math.exp(-0.5 * mu_scaled * mu_scaled)
        + mu_difference / b_2 * math.erf(constant_2 / sigma_1 * mu_difference)
        - constant_1
    )
    value = max(value, 0.0)  # rounding can leave a divergence of 0 slightly negative
    valid = ~math.isnan(mu_1) & (sigma_1 >= 0.0) & ~math.isnan(mu_2) & (b_2 >= 0.0)
    return value if valid else np.nan


@functools.partial(_Compiled, _kl_normal_laplace_element)
def _kl_normal_laplace(result, mu_1, sigma_1, mu_2, b_2):
    for i in range(result.size):
        result[i] = _kl_normal_laplace_element(mu_1[i], sigma_1[i], mu_2[i], b_2[i])


@_inline
def _kl_normal_gamma_element(mu_1, sigma_1, alpha_2, beta_2):
    mu_1 = np.float64(mu_1)
    sigma_1 = np.float64(sigma_1)
    alpha_2 = np.float64(alpha_2)
    beta_2 = np.float64(beta_2)
    value = np.inf
    valid = ~math.isnan(mu_1) & (sigma_1 >= 0.0) & (alpha_2 >= 0.0) & (beta_2 >= 0.0)
    return value if valid else np.nan


@functools.partial(_Compiled, _kl_normal_gamma_element)
def _kl_normal_gamma(result, mu_1, sigma_1, alpha_2, beta_2):
    for i in range(result.size):
        result[i] = _kl_normal_gamma_element(mu_1[i], sigma_1[i], alpha_2[i], beta_2[i])


@_fused
def _log_parts(a, b, d):
    """near, k, t, s, w: a/b = 2**k*(1 + t), log(1 + t) = 2*s + s*w, k as 0 where near; d is a - b, formed exactly."""
    near = (d > -0.5 * b) & (d < b)
    k, x, y = _ratio_parts(a, b)
    lift = 18014398509481984.0 if b < 1e-290 else 0.5  # 2**54 and 2**-1: exact, and nothing leaves the range
    step, unit = d * lift if near else x - y, b * lift if near else y
    t, half = step / unit, 0.5 * step
    s = half / (half + unit)
    z = s * s
    # (atanh(s)/s - 1)/s**2 in powers of z, the even and the odd ones apart
    u = z * z
    even = 0.04400369243072337
    even = even * u + 0.06657072104827468
    even = even * u + 0.09090894718066429
    even = even * u + 0.1428571428355438
    even = even * u + 0.3333333333333333
    odd = 0.08082022805971766
    odd = odd * u + 0.06000536404795356
    odd = odd * u + 0.07692785032479312
    odd = odd * u + 0.11111111358713932
    odd = odd * u + 0.20000000000007292
    return near, k, t, s, 2.0 * z * (even + z * odd)


@_fused
def _power_rise(k, t):
    """What 2**k adds to t - log(1 + t) where that becomes 2**k*(1 + t) - 1 - log(2**k*(1 + t)), for k up to 64."""
    # 2**52 + 1023
    rise = -1.0 if k < -64.0 else _of_bits(_bits(k + 4503599627371519.0) << 52) - 1.0
    return rise - k * 0.6931471805599453 + rise * t


@_fused
def _log_ratio(a, b, d):
    """log(a/b), where d is a - b, formed exactly."""
    near, k, _, s, w = _log_parts(a, b, d)
    rest = 2.0 * s + s * w
    value = rest if near else k * 0.6931471803691238 + (k * 1.9082149292705877e-10 + rest)
    value = -np.inf if a == 0.0 else value
    return np.inf if (d / b == np.inf) | (a == np.inf) else value


@_fused
def _bits(x):
    return np.float64(x).view(np.int64)


@_fused
def _of_bits(i):
    return np.int64(i).view(np.float64)


@_fused
def _ratio_parts(a, b):
    """k, x, y with a/b = 2**k * x/y and x/y within about 2/3 and 3/2, for positive a, b; without a branch.

    The bits of a positive number, read as an integer, are nearly 2**52 times its logarithm to the base 2.
    """
    small_a, small_b = a < 1e-290, b < 1e-290
    i = _bits(a * 18014398509481984.0 if small_a else a)  # 2**54: no subnormal number is left
    j = _bits(b * 18014398509481984.0 if small_b else b)
    k = (((i >> 1) - (j >> 1) + 0x4004000000000000) >> 51) & 0xFFF  # biased by 2048
    exponent = j & 0x7FF0000000000000
    x = _of_bits(i - exponent - (k << 52) - 0x4010000000000000)
    y = _of_bits(j - exponent + 0x3FF0000000000000)
    power = _of_bits(k | 0x4330000000000000) - 4503599627372544.0  # 2**52 + 2048
    return power + ((54.0 if small_b else 0.0) - (54.0 if small_a else 0.0)), x, y
