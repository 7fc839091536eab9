"""Gamma: a golden module of the tests.

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
    parallel: bool = False,
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
        parallel: True divides large arrays among threads

    Returns an array of the shape that the arguments broadcast to, less the last `event_ndims` axes,
    in nats; nan where an argument lies outside its domain.

    Verdict: proved (proved by symbolic algebra).
    Accuracy: 32 units in the last place in float64.
    """
    value = None
    try:
        size = alpha_1.size + beta_1.size + alpha_2.size + beta_2.size
        if size <= _FEW and not event_ndims:
            value = _quiet().run(_kl_gamma_gamma.ufunc, alpha_1, beta_1, alpha_2, beta_2)
    except (AttributeError, TypeError):
        value = None  # not all are arrays of real numbers
    if value is None or value.dtype is not _FLOAT64:
        arguments = (alpha_1, beta_1, alpha_2, beta_2)
        value = _kl_gamma_gamma.evaluated(arguments, event_ndims, parallel)
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
def _kl_gamma_gamma_element(alpha_1, beta_1, alpha_2, beta_2):
    alpha_1 = np.float64(alpha_1)
    beta_1 = np.float64(beta_1)
    alpha_2 = np.float64(alpha_2)
    beta_2 = np.float64(beta_2)
    value = _total(
        _binet_gap(alpha_2, alpha_1, alpha_2 - alpha_1),
        _scaled_product_gap(alpha_1, beta_2, alpha_2, beta_1),
    )
    valid = (alpha_1 >= 0.0) & (beta_1 >= 0.0) & (alpha_2 >= 0.0) & (beta_2 >= 0.0)
    return value if valid else np.nan


@functools.partial(_Compiled, _kl_gamma_gamma_element)
def _kl_gamma_gamma(result, alpha_1, beta_1, alpha_2, beta_2):
    for i in range(result.size):
        result[i] = _kl_gamma_gamma_element(alpha_1[i], beta_1[i], alpha_2[i], beta_2[i])


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


@_inline
def _binet(x):
    """loggamma(x) - (x - 1/2)*log(x) + x - log(2*pi)/2 > 0 and its derivative: eight shifts up, then the series."""
    value, slope = 0.0, 0.0
    for shift in range(8):
        y = x + shift
        t = 1.0 / (2.0 * y + 1.0)
        z = t * t
        if z < 0.111:
            series = _polynomial(_ATANH, z)
            value = value + z * series
            slope = slope + 2.0 * t * z * (series - 1.0 / (1.0 - z))
        else:
            log = math.log1p(1.0 / y)
            value = value + ((y + 0.5) * log - 1.0)
            slope = slope + (log - (y + 0.5) / (y * (y + 1.0)))
    q = 1.0 / (x + 8.0)
    odd = 0.0
    for k in range(len(_STIRLING) - 1, -1, -1):
        odd = odd * (q * q) + (2 * k + 1) * _STIRLING[k]
    return value + q * _polynomial(_STIRLING, q * q), slope - q * q * odd


@_inline
def _binet_gap(b, a, d):
    """The Bregman divergence of loggamma(x) - x*log(x) + x at b from a, where d is b - a; at least 0."""
    if a >= 8.0 and b >= 8.0:
        return 0.5 * _log_gap(b, a, d) + _stirling_gap(b, a, d)
    if b < 2.0 * a and a < 2.0 * b:
        near = 0.0
        for k in range(len(_NODES)):
            x = a + _NODES[k] * d
            near = near + _WEIGHTS[k] * (d / x * (d / x)) * _trigamma_lift(x)
        return near
    step = 0.0
    if a < 0.5 and b < 0.5:
        # where both are small, one step up: there nothing is large
        step = _log_gap(b, a, d) + (_entropy_gap(b + 1.0, a + 1.0, -d) - _entropy_gap(b, a, -d))
        b, a = b + 1.0, a + 1.0
    above, _ = _binet(b)
    below, slope = _binet(a)
    return step + (0.5 * _log_gap(b, a, d) + (above - below - slope * d))


@_fused
def _entropy_gap(a, b, d):
    """a*log(a/b) - a + b >= 0, where d is b - a, formed exactly; b where a is 0."""
    # a*_log_gap(b, a, d), the difference not divided by a where nothing else needs that
    near, k, t, s, w = _log_parts(b, a, d)
    close, far = s * (d - a * w), a * (s * (t - w) + _power_rise(k, t))
    value = close if near else d if k > 64.0 else far
    return np.inf if (b == 0.0) & (a > 0.0) else b if a == 0.0 else value


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


@_inline
def _polynomial(coefficients, x):
    """The polynomial with these coefficients, lowest power first, by Horner's rule."""
    value = 0.0
    for k in range(len(coefficients) - 1, -1, -1):
        value = value * x + coefficients[k]
    return value


@_inline
def _product_error(a, b, product):
    """a*b - product without rounding (Veltkamp's split and Dekker's product)."""
    high_a, high_b = 134217729.0 * a, 134217729.0 * b
    high_a, high_b = high_a - (high_a - a), high_b - (high_b - b)
    low_a, low_b = a - high_a, b - high_b
    error = ((high_a * high_b - product) + high_a * low_b + low_a * high_b) + low_a * low_b
    return error if math.isfinite(error) else 0.0


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
def _scaled_product_gap(a, b, c, d):
    """c times a*b/(c*d) - 1 - log(a*b/(c*d)), at least 0: where the ratio leaves the range of numbers too."""
    above, below, difference = _scaled_products(a, b, c, d)
    ratio = above / below
    if ratio >= 1e290:
        greater, less = max(a, b), min(a, b)
        product = greater * less
        if product < 1e-290:
            return less / d * greater
        return product / d if product < np.inf else greater / d * less
    if ratio <= 1e-290:
        return c * (-_log_apart(a, b, c, d) - 1.0)
    return c * _log_gap(above, below, difference)


@_inline
def _scaled_products(a, b, c, d):
    """a*b, c*d and their difference formed without rounding the products, all times one power of two."""
    # all between 1/2 and 1, and the power of two that is left over between a and b: exact, and nothing overflows before
    # the ratio of the products does
    (a, i), (b, j), (c, k), (d, m) = math.frexp(a), math.frexp(b), math.frexp(c), math.frexp(d)
    power = min(max((i + j) - (k + m), -1900), 1900)
    a, b = math.ldexp(a, power >> 1), math.ldexp(b, power - (power >> 1))
    above, below = a * b, c * d
    return above, below, (above - below) + (_product_error(a, b, above) - _product_error(c, d, below))


@_inline
def _log_apart(a, b, c, d):
    """log(a*b/(c*d)) where the ratio leaves the range of numbers."""
    return (math.log(a) - math.log(c)) + (math.log(b) - math.log(d))


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


@_inline
def _stirling_gap(b, a, d):
    """The Bregman divergence of Stirling's series at b from a, where d is b - a and both are at least 8."""
    p, q = 1.0 / a, 1.0 / b
    # b**-n - a**-n + n*d*a**-(n+1) = (d*p)**2*q * sum(i * p**(i-1) * q**(n-i), i = 1..n), summed by recurrence on n
    power, total = 1.0, 1.0
    value = _STIRLING[0]
    for k in range(1, len(_STIRLING)):
        for n in (2 * k, 2 * k + 1):
            power = power * p
            total = q * total + n * power
        value = value + _STIRLING[k] * total
    return (d * p) * (d * q) * (p * value)


@_inline
def _total(*terms):
    """The sum of non-negative terms; infinite where one of them is, even where another is 0/0."""
    value, infinite = terms[0], terms[0] == np.inf
    for term in terms[1:]:
        value = value + term
        infinite = infinite | (term == np.inf)
    return np.inf if infinite else value


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


@_inline
def _trigamma_lift(x):
    """x*x*(trigamma(x) - 1/x), in [1/2, 1]: eight shifts up, each a positive term, then the asymptotic series."""
    value = 1.0 / (x + 1.0)
    for shift in range(1, 8):
        share = x / (x + shift)
        value = value + share * share / (x + (shift + 1.0))
    q = 1.0 / (x + 8.0)
    share = x * q
    return value + share * share * (0.5 + q * _polynomial(_TRIGAMMA, q * q))
