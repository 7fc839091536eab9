"""Bernoulli: a golden module of the tests.

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
    "entropy_bernoulli",
    "kl_bernoulli_bernoulli",
    "kl_bernoulli_bernoulli__logit",
]


def entropy_bernoulli(
    p: ArrayLike,
    *,
    event_ndims: int = 0,
    validate: bool = True,
    parallel: bool = False,
) -> NDArray[np.floating]:
    """Entropy of Bernoulli, in nats.

    Formula:
        -p*log(p) - (1 - p)*log(1 - p)

    Arguments:
        p: probability of 1, between 0 and 1, both included
        event_ndims: so many of the last axes are summed over (independent dimensions)
        validate: False leaves out the check of the domains; outside them the value is then anything
        parallel: True divides large arrays among threads

    Returns an array of the shape that the arguments broadcast to, less the last `event_ndims` axes,
    in nats; nan where an argument lies outside its domain.

    Verdict: proved (proved by symbolic algebra).
    Accuracy: 8 units in the last place in float64; more where terms of both signs nearly cancel.
    """
    value = None
    try:
        size = p.size
        if size <= _FEW and not event_ndims:
            value = _quiet().run(_entropy_bernoulli.ufunc, p)
    except (AttributeError, TypeError):
        value = None  # not all are arrays of real numbers
    if value is None or value.dtype is not _FLOAT64:
        arguments = (p,)
        value = _entropy_bernoulli.evaluated(arguments, event_ndims, parallel)
    return value


def kl_bernoulli_bernoulli(
    p_1: ArrayLike,
    p_2: ArrayLike,
    *,
    event_ndims: int = 0,
    validate: bool = True,
    parallel: bool = False,
) -> NDArray[np.floating]:
    """KL divergence KL(Bernoulli || Bernoulli), in nats.

    Formula:
        p_1*log(p_1*(1 - p_2)/(p_2*(1 - p_1))) + log((1 - p_1)/(1 - p_2))

    Arguments:
        p_1: probability of 1, between 0 and 1, both included
        p_2: probability of 1, between 0 and 1, both included
        event_ndims: so many of the last axes are summed over (independent dimensions)
        validate: False leaves out the check of the domains; outside them the value is then anything
        parallel: True divides large arrays among threads

    Returns an array of the shape that the arguments broadcast to, less the last `event_ndims` axes,
    in nats; nan where an argument lies outside its domain.

    Verdict: proved (proved by symbolic algebra).
    Accuracy: 4 units in the last place in float64.
    """
    value = None
    try:
        size = p_1.size + p_2.size
        if size <= _FEW and not event_ndims:
            value = _quiet().run(_kl_bernoulli_bernoulli.ufunc, p_1, p_2)
    except (AttributeError, TypeError):
        value = None  # not all are arrays of real numbers
    if value is None or value.dtype is not _FLOAT64:
        arguments = (p_1, p_2)
        value = _kl_bernoulli_bernoulli.evaluated(arguments, event_ndims, parallel)
    return value


def kl_bernoulli_bernoulli__logit(
    eta_1: ArrayLike,
    eta_2: ArrayLike,
    *,
    event_ndims: int = 0,
    validate: bool = True,
    parallel: bool = False,
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
        parallel: True divides large arrays among threads

    Returns an array of the shape that the arguments broadcast to, less the last `event_ndims` axes,
    in nats; nan where an argument lies outside its domain.

    Verdict: proved (proved by symbolic algebra).
    Accuracy: 16 units in the last place in float64.
    """
    value = None
    try:
        size = eta_1.size + eta_2.size
        if size <= _FEW and not event_ndims:
            value = _quiet().run(_kl_bernoulli_bernoulli__logit.ufunc, eta_1, eta_2)
    except (AttributeError, TypeError):
        value = None  # not all are arrays of real numbers
    if value is None or value.dtype is not _FLOAT64:
        arguments = (eta_1, eta_2)
        value = _kl_bernoulli_bernoulli__logit.evaluated(arguments, event_ndims, parallel)
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
def _entropy_bernoulli_element(p):
    p = np.float64(p)
    value = -_xlog1py(1.0 - p, -p) - _xlogy(p, p)
    valid = (p >= 0.0) & (p <= 1.0)
    return value if valid else np.nan


@functools.partial(_Compiled, _entropy_bernoulli_element)
def _entropy_bernoulli(result, p):
    for i in range(result.size):
        result[i] = _entropy_bernoulli_element(p[i])


@_inline
def _kl_bernoulli_bernoulli_element(p_1, p_2):
    p_1 = np.float64(p_1)
    p_2 = np.float64(p_2)
    p_difference = p_1 - p_2
    value = _total(
        _entropy_gap(p_1, p_2, -p_difference),
        _entropy_gap(1.0 - p_1, 1.0 - p_2, p_difference),
    )
    valid = (p_1 >= 0.0) & (p_1 <= 1.0) & (p_2 >= 0.0) & (p_2 <= 1.0)
    return value if valid else np.nan


@functools.partial(_Compiled, _kl_bernoulli_bernoulli_element)
def _kl_bernoulli_bernoulli(result, p_1, p_2):
    for i in range(result.size):
        result[i] = _kl_bernoulli_bernoulli_element(p_1[i], p_2[i])


@_inline
def _kl_bernoulli_bernoulli__logit_element(eta_1, eta_2):
    eta_1 = np.float64(eta_1)
    eta_2 = np.float64(eta_2)
    value = _softplus_gap(eta_2, eta_1, eta_2 - eta_1)
    valid = ~math.isnan(eta_1) & ~math.isnan(eta_2)
    return value if valid else np.nan


@functools.partial(_Compiled, _kl_bernoulli_bernoulli__logit_element)
def _kl_bernoulli_bernoulli__logit(result, eta_1, eta_2):
    for i in range(result.size):
        result[i] = _kl_bernoulli_bernoulli__logit_element(eta_1[i], eta_2[i])


@_fused
def _entropy_gap(a, b, d):
    """a*log(a/b) - a + b >= 0, where d is b - a, formed exactly; b where a is 0."""
    # a*_log_gap(b, a, d), the difference not divided by a where nothing else needs that
    near, k, t, s, w = _log_parts(b, a, d)
    close, far = s * (d - a * w), a * (s * (t - w) + _power_rise(k, t))
    value = close if near else d if k > 64.0 else far
    return np.inf if (b == 0.0) & (a > 0.0) else b if a == 0.0 else value


@_fused
def _exp_gap(x):
    """exp(x) - 1 - x >= 0, without a branch."""
    near = abs(x) < 1.0
    u = max(min(x, 1e3), -1e3)  # beyond, it is infinite or -1 - x
    # u is k*log(2) + r; 3*2**51 rounds to an integer
    k = 0.0 if near else (u * 1.4426950408889634 + 6755399441055744.0) - 6755399441055744.0
    k = min(k, 1024.0)
    r = (u - k * 0.6931471803691238) - k * 1.9082149292705877e-10
    value = r * r * _exp_series(r)
    # 2**(k - 1), of which nothing is left far below 0
    half = _of_bits(_bits(max(k, -64.0) + 4503599627371518.0) << 52)  # 2**52 + 1022
    far = 2.0 * (half * (r + value) + (half - 0.5)) - min(x, 1e3)
    return value if near else far


@_fused
def _exp_series(x):
    """(exp(x) - 1 - x)/x**2 for |x| < 1, in powers of x."""
    value = 7.746178593018827e-13
    value = value * x + 1.1639194124150522e-11
    value = value * x + 1.6057679623801638e-10
    value = value * x + 2.0874435575864273e-09
    value = value * x + 2.5052117695907823e-08
    value = value * x + 2.755733506893373e-07
    value = value * x + 2.7557319191381816e-06
    value = value * x + 2.4801587246096818e-05
    value = value * x + 0.00019841269841324198
    value = value * x + 0.0013888888888981404
    value = value * x + 0.008333333333333299
    value = value * x + 0.04166666666666609
    value = value * x + 0.16666666666666666
    return value * x + 0.5


@_fused
def _log_gap(a, b, d):
    """d/b - log(a/b) >= 0, where d is a - b, formed exactly."""
    near, k, t, s, w = _log_parts(a, b, d)
    x, value = d / b, s * (t - w)
    # there the logarithm is nothing beside the ratio
    value = value if near else x if x > 1e19 else value + _power_rise(k, t)
    return np.inf if a == 0.0 else value


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


@_inline
def _softplus(x):
    """log(1 + exp(x)), without overflow."""
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


@_inline
def _softplus_gap(b, a, d):
    """log((1 + exp(b))/(1 + exp(a))) - d/(1 + exp(-a)) >= 0, where d is b - a, formed exactly."""
    # the same at -a, -b: from the side where exp(a) <= 1, nothing cancels
    sign = -1.0 if a > 0.0 else 1.0
    a, b, d = sign * a, sign * b, sign * d
    p, q = math.exp(a) / (1.0 + math.exp(a)), 1.0 / (1.0 + math.exp(a))
    # log of the mean of exp(x) under (p, q), x being d or 0 less its mean p*d
    near = math.log1p(p * _exp_gap(q * d) + q * _exp_gap(-p * d))
    return near if abs(d) < 16.0 else _softplus(b) - _softplus(a) - p * min(d, 1.7976931348623157e308)


@_inline
def _total(*terms):
    """The sum of non-negative terms; infinite where one of them is, even where another is 0/0."""
    value, infinite = terms[0], terms[0] == np.inf
    for term in terms[1:]:
        value = value + term
        infinite = infinite | (term == np.inf)
    return np.inf if infinite else value


@_inline
def _xlog1py(x, y):
    """x*log(1 + y), and 0 where x is 0."""
    return 0.0 if x == 0.0 else x * math.log1p(y)


@_inline
def _xlogy(x, y):
    """x*log(y), and 0 where x is 0."""
    return 0.0 if x == 0.0 else x * math.log(y)
