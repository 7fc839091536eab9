"""Gamma: a golden module of the tests.

The functions take arrays and numbers, which broadcast, and are compiled; they may be called within
jax.jit, jax.vmap and jax.grad. With jax_enable_x64 they compute in float64 and round once to the dtype
of the arguments (float64 for integers and numbers); without, in float32 by the same forms, to a few
units in its last place. Derivatives are closed forms as well, which share with the values what these
are made of, and have derivatives themselves. They stand alone: nothing else needs to be installed but
JAX.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

import jax
import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike

__all__ = [
    "kl_gamma_gamma",
]


@functools.partial(jax.jit, static_argnames=("event_ndims", "validate"))
def kl_gamma_gamma(
    alpha_1: ArrayLike,
    beta_1: ArrayLike,
    alpha_2: ArrayLike,
    beta_2: ArrayLike,
    *,
    event_ndims: int = 0,
    validate: bool = True,
) -> Array:
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
    alpha_1, beta_1, alpha_2, beta_2, shape, dtype = _prepare(alpha_1, beta_1, alpha_2, beta_2)
    value = _evaluate(_kl_gamma_gamma, shape, alpha_1, beta_1, alpha_2, beta_2)
    if validate:
        value = jnp.where((alpha_1 >= 0.0), value, jnp.nan)
        value = jnp.where((beta_1 >= 0.0), value, jnp.nan)
        value = jnp.where((alpha_2 >= 0.0), value, jnp.nan)
        value = jnp.where((beta_2 >= 0.0), value, jnp.nan)
    return _finish(value, dtype, event_ndims)


def _kl_gamma_gamma(
    alpha_1: Array,
    beta_1: Array,
    alpha_2: Array,
    beta_2: Array,
) -> tuple[Array | float, Callable[[], tuple[Array | float, ...]]]:
    """The value, and what gives its derivatives by the arguments."""
    alpha_difference = alpha_1 - alpha_2
    value = _total(
        _binet_gap(alpha_2, alpha_1, -alpha_difference),
        _scaled_product_gap(alpha_1, beta_2, alpha_2, beta_1),
    )

    def slopes() -> tuple[Array | float, ...]:
        slope_alpha_1 = (
            _product_excess(alpha_1, beta_2, alpha_2, beta_1, alpha_1, beta_1)
            - _trigamma_excess(alpha_1, -alpha_difference)
        )
        slope_beta_1 = -_product_excess(alpha_1, beta_2, alpha_2, beta_1, beta_1, beta_1)
        slope_alpha_2 = (
            _binet_rise(alpha_2, alpha_1, -alpha_difference)
            - _product_log_ratio(alpha_1, beta_2, alpha_2, beta_1)
        )
        slope_beta_2 = _product_excess(alpha_1, beta_2, alpha_2, beta_1, beta_1, beta_2)
        return (slope_alpha_1, slope_beta_1, slope_alpha_2, slope_beta_2)

    return value, slopes


def _prepare(*arguments: ArrayLike) -> tuple:
    """The arguments as arrays to compute with, the shape that they broadcast to, and the dtype of the result."""
    arrays = [jnp.asarray(a) for a in arguments]
    dtype = jnp.result_type(float, *arrays)
    if jnp.issubdtype(dtype, jnp.complexfloating):
        raise TypeError(f"parameters must be real numbers, not {dtype}")
    values = [a.astype(jnp.promote_types(dtype, jnp.result_type(float))) for a in arrays]
    return (*values, jnp.broadcast_shapes(*(a.shape for a in arrays)), dtype)


@functools.partial(jax.custom_jvp, nondiff_argnums=(0, 1))
def _evaluate(form: Callable[..., tuple], shape: tuple[int, ...], *arguments: Array) -> Array:
    """The value of a form in the full shape; its derivatives are the slopes that the form gives."""
    value, _ = form(*arguments)
    return jnp.broadcast_to(value, shape)


@functools.partial(_evaluate.defjvp, symbolic_zeros=True)
def _evaluate_jvp(form: Callable[..., tuple], shape: tuple[int, ...], primals: tuple, tangents: tuple) -> tuple:
    """The value, and the sum of the slopes times the steps: what the value is made of serves the slopes too."""
    value, slopes = form(*primals)
    zero = jax.custom_derivatives.SymbolicZero
    steps = [slope * step for slope, step in zip(slopes(), tangents, strict=True) if not isinstance(step, zero)]
    value = jnp.broadcast_to(value, shape)
    return value, jnp.broadcast_to(sum(steps, start=jnp.zeros_like(value)), shape)


def _finish(value: Array, dtype: jnp.dtype, event_ndims: int) -> Array:
    """The value summed over the last `event_ndims` axes, rounded once to the result's dtype."""
    if not 0 <= event_ndims <= value.ndim:
        raise ValueError(f"event_ndims must be between 0 and {value.ndim}, the number of axes, not {event_ndims}")
    if event_ndims:
        value = value.sum(axis=tuple(range(-event_ndims, 0)))
    return value.astype(dtype)


def _arrays(*arguments: Array | float) -> list[Array]:
    """The arguments as arrays of one dtype."""
    dtype = jnp.result_type(*arguments)
    return [jnp.asarray(a, dtype) for a in arguments]


def _binet(x: Array) -> tuple[Array, Array]:
    """loggamma(x) - (x - 1/2)*log(x) + x - log(2*pi)/2 > 0 and its derivative: eight shifts up, then the series."""
    value, slope = jnp.zeros_like(x), jnp.zeros_like(x)
    for shift in range(8):
        y = x + shift
        t = 1.0 / (2.0 * y + 1.0)
        z = t * t
        near = z < 0.111
        series = _polynomial(_ATANH, jnp.where(near, z, 0.0))
        log = _log1p(1.0 / y)
        value = value + jnp.where(near, z * series, (y + 0.5) * log - 1.0)
        steep = log - (y + 0.5) / (y * (y + 1.0))
        slope = slope + jnp.where(near, 2.0 * t * z * (series - 1.0 / (1.0 - jnp.where(near, z, 0.0))), steep)
    q = 1.0 / (x + 8.0)
    odd = tuple((2 * k + 1) * c for k, c in enumerate(_STIRLING))
    return value + q * _polynomial(_STIRLING, q * q), slope - q * q * _polynomial(odd, q * q)


def _binet_gap(b: Array | float, a: Array | float, d: Array) -> Array:
    """The Bregman divergence of loggamma(x) - x*log(x) + x at b from a, where d is b - a; at least 0."""
    b, a, d = _arrays(b, a, d)
    large = (a >= 8.0) & (b >= 8.0)
    close = (b < 2.0 * a) & (a < 2.0 * b) & ~large
    # each branch gets arguments that are safe where it is not taken, so that no gradient is nan
    start, step = jnp.where(close, a, 1.0), jnp.where(close, d, 0.0)
    value_close = jnp.zeros_like(d)
    for node, weight in zip(_NODES, _WEIGHTS, strict=True):
        x = start + node * step
        value_close = value_close + weight * (step / x * (step / x)) * _trigamma_lift(x)
    above, below, step_far = jnp.where(large, b, 8.0), jnp.where(large, a, 8.0), jnp.where(large, d, 0.0)
    value_large = 0.5 * _log_gap(above, below, step_far) + _stirling_gap(above, below, step_far)
    # where both are small, one step up: there nothing is large
    low = (a < 0.5) & (b < 0.5)
    b_low, a_low, d_low = jnp.where(low, b, 0.25), jnp.where(low, a, 0.25), jnp.where(low, d, 0.0)
    rise = _entropy_gap(b_low + 1.0, a_low + 1.0, -d_low) - _entropy_gap(b_low, a_low, -d_low)
    step_low = jnp.where(low, _log_gap(b_low, a_low, d_low) + rise, 0.0)
    up = jnp.where(low, 1.0, jnp.zeros_like(d))
    above, below = jnp.where(large | close, 1.0, b + up), jnp.where(large | close, 1.0, a + up)
    step_far = jnp.where(large | close, 0.0, d)
    (binet_above, _), (binet_below, slope) = _binet(above), _binet(below)
    value_far = 0.5 * _log_gap(above, below, step_far) + (binet_above - binet_below - slope * step_far) + step_low
    return jnp.where(large, value_large, jnp.where(close, value_close, value_far))


def _digamma_lag(x: Array) -> Array:
    """log(x) - digamma(x) > 0 for x > 0: eight shifts up, each a positive term, then Stirling's series."""
    one = jnp.ones_like(x)
    value = _log_gap(x + 1.0, x, one)
    for shift in range(1, 8):
        value = value + _log_gap(x + (shift + 1.0), x + shift, one)
    q = 1.0 / (x + 8.0)
    odd = tuple((2 * k + 1) * c for k, c in enumerate(_STIRLING))
    return value + q * (0.5 + q * _polynomial(odd, q * q))


@jax.custom_jvp
def _binet_rise(b: Array | float, a: Array | float, d: Array) -> Array:
    """digamma(b) - digamma(a) - log(b/a), where d is b - a."""
    b, a, d = _arrays(b, a, d)
    large = (a >= 8.0) & (b >= 8.0)
    close = (b < 2.0 * a) & (a < 2.0 * b) & ~large
    # each branch gets arguments that are safe where it is not taken, so that no gradient is nan
    start, step = jnp.where(close, a, 1.0), jnp.where(close, d, 0.0)
    value_close = jnp.zeros_like(d)
    for node, weight in zip(_EVEN_NODES, _EVEN_WEIGHTS, strict=True):
        value_close = value_close + weight * _trigamma_excess(start + node * step, step)
    above, below, far = jnp.where(large, b, 8.0), jnp.where(large, a, 8.0), jnp.where(large, d, 0.0)
    value_large = 0.5 * far / below * (1.0 / above) + _stirling_rise(above, below, far)
    value_far = _digamma_lag(jnp.where(large | close, 1.0, a)) - _digamma_lag(jnp.where(large | close, 1.0, b))
    return jnp.where(large, value_large, jnp.where(close, value_close, value_far))


@_binet_rise.defjvp
def _binet_rise_jvp(primals: tuple, tangents: tuple) -> tuple[Array, Array]:
    """The value and its step, which is not that of every node of the sum."""
    b, a, d = _arrays(*primals)
    step_b, step_a, _ = tangents
    return _binet_rise(b, a, d), step_b * _trigamma_excess(b, 1.0) - step_a * _trigamma_excess(a, 1.0)


# log(2) - 1/2 and 1 - log(2)
_SHIFT_LOW, _SHIFT_HIGH = 0.19314718055994531, 0.3068528194400547


def _entropy_gap(a: Array | float, b: Array | float, d: Array) -> Array:
    """a*log(a/b) - a + b >= 0, where d is b - a, formed exactly; b where a is 0."""
    # a*_log_gap(b, a, d), the difference not divided by a where nothing else needs that
    empty = a == 0.0
    # each branch gets arguments that are safe where it is not taken, so that no gradient is nan
    c = jnp.where(empty, 1.0, a)
    near = jnp.abs(jnp.where(empty, 4.0, d) - 1.125 * c) < 1.875 * c
    own, inner = jnp.where(near, c, 1.0), jnp.where(near, d, 0.0)
    low, high = inner < -0.4 * own, inner > 0.9 * own
    middle = jnp.where(low, 0.5 * own, jnp.where(high, 2.0 * own, own))
    step = jnp.where(low, b - middle, jnp.where(high, b - middle, inner))
    half = 0.5 * step
    s = half / (half + middle)
    z = s * s
    value_near = s * (step - middle * (2.0 * z * _polynomial(_ATANH, z)))
    from_low, from_high = 2.0 * value_near + (own * _SHIFT_LOW - step), 0.5 * value_near + (own * _SHIFT_HIGH + half)
    value_near = jnp.where(low, from_low, jnp.where(high, from_high, value_near))
    usual = empty | near
    value_far = b - c * (1.0 + _log_quotient(jnp.where(usual, 1.0, b), jnp.where(usual, 1.0, c)))
    return jnp.where(empty, b, jnp.where(near, value_near, value_far))


# Gauss-Legendre on [0, 1]
_EVEN_NODES = (
    0.009219682876640375,
    0.04794137181476257,
    0.11504866290284765,
    0.2063410228566913,
    0.3160842505009099,
    0.43738329574426554,
    0.5626167042557345,
    0.6839157494990901,
    0.7936589771433087,
    0.8849513370971523,
    0.9520586281852375,
    0.9907803171233597,
)
_EVEN_WEIGHTS = (
    0.023587668193255914,
    0.05346966299765921,
    0.08003916427167311,
    0.10158371336153296,
    0.1167462682691774,
    0.12457352290670139,
    0.12457352290670139,
    0.1167462682691774,
    0.10158371336153296,
    0.08003916427167311,
    0.05346966299765921,
    0.023587668193255914,
)


def _log1p(x: Array) -> Array:
    """log(1 + x): jnp.log1p is off by up to 120 units in the last place."""
    # a 1 that the compiler does not know: it takes (1 + x) - 1 for x
    one = jnp.where(jnp.isnan(x), x, 1.0)
    above = one + x
    inside = (above > 0.0) & (above < jnp.inf)
    # what was rounded off in 1 + x
    error = jnp.where(inside, x - (above - one), 0.0)
    return jnp.log(above) + error / jnp.where(inside, above, 1.0)


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


@jax.custom_jvp
def _log_gap(a: Array | float, b: Array | float, d: Array | float) -> Array:
    """d/b - log(a/b) >= 0, where d is a - b, formed exactly."""
    a, b, d = jnp.broadcast_arrays(*_arrays(a, b, d))
    ratio = _over(d, b)
    near = jnp.abs(ratio - 0.25) < 0.75
    power, scale, x, y = _ratio_parts(a, b, near)
    # near, from the difference that was formed exactly; else that of x and y, which is exact too
    step, unit = jnp.where(near, d, x - y), jnp.where(near, b, y)
    t, half = _over(step, unit), 0.5 * step
    s = _over(half, half + unit)
    z = s * s
    # 2**power*(1 + t) - (1 + t) - power*log(2): what the power of two adds to t - log(1 + t)
    rise = jnp.where(power < -64.0, -1.0, scale - 1.0)
    added = rise - power * 0.6931471805599453 + rise * t
    value = s * (t - 2.0 * z * _polynomial(_ATANH, z)) + added
    # beyond 1e19 the logarithm is nothing beside the ratio
    return jnp.where(a == 0.0, jnp.inf, jnp.where(ratio > 1e19, ratio, value))


@_log_gap.defjvp
def _log_gap_jvp(primals: tuple, tangents: tuple) -> tuple[Array, Array]:
    """The value and its step: near, from the step of the difference."""
    a, b, d = _arrays(*primals)
    step_a, step_b, step = tangents
    x = _over(d, b)
    return _log_gap(a, b, d), _over(x, a) * jnp.where(
        jnp.abs(x) < 0.5, step - x * step_b, step_a - _over(a, b) * step_b
    )


def _log_quotient(a: Array | float, b: Array | float) -> Array:
    """log(a/b), also where a/b is too small or too large for a number: powers of two bring it back."""
    dtype = jnp.result_type(a, b)
    exponent = 500.0 if dtype == jnp.float64 else 80.0
    power, logarithm = 2.0**exponent, exponent / 500.0 * 693.1471805599454
    tiny, vast = a * power < b, b * power < a
    up = jnp.where(tiny, power, jnp.where(vast, 1.0 / power, 1.0))
    down = jnp.where(tiny, 1.0 / power, jnp.where(vast, power, 1.0))
    return jnp.log(a * up / (b * down)) + jnp.where(tiny, -logarithm, jnp.where(vast, logarithm, 0.0))


@jax.custom_jvp
def _log_ratio(a: Array | float, b: Array | float, d: Array | float) -> Array:
    """log(a/b), where d is a - b, formed exactly."""
    x = d / b
    near = jnp.abs(x - 0.75) < 1.25
    # each branch gets arguments that are safe where it is not taken, so that no gradient is nan
    far = _log_quotient(jnp.where(near, 1.0, a), jnp.where(near, 1.0, b))
    return jnp.where(near, _log1p(jnp.where(near, x, 0.0)), far)


@_log_ratio.defjvp
def _log_ratio_jvp(primals: tuple, tangents: tuple) -> tuple[Array, Array]:
    """The value and its step: near, from the step of the difference."""
    a, b, d = _arrays(*primals)
    step_a, step_b, step = tangents
    x = _over(d, b)
    near = _over(step - x * step_b, a)
    return _log_ratio(a, b, d), jnp.where(jnp.abs(x) < 0.5, near, _over(step_a, a) - _over(step_b, b))


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


def _over(a: Array | float, b: Array | float) -> Array:
    """a/b, which the compiler must not join with another quotient: (x/y)/z as x/(y*z) overflows too early."""
    return jnp.where(jnp.isnan(b), b, a / b)


def _polynomial(coefficients: tuple[float, ...], x: Array) -> Array:
    """The polynomial with these coefficients, lowest power first; two thirds of them are enough for float32."""
    if x.dtype == jnp.float32:
        coefficients = coefficients[: len(coefficients) * 2 // 3 + 1]
    # pairs, then pairs of pairs, which do not wait for each other
    terms: list[Array | float] = list(coefficients)
    while len(terms) > 1:
        pairs = [low + high * x for low, high in zip(terms[::2], terms[1::2], strict=False)]
        terms, x = pairs + terms[len(pairs) * 2 :], x * x
    return jnp.asarray(terms[0])


def _parts(x: Array) -> tuple[Array, Array]:
    """x in two parts of half the digits each, by rounding off the low bits: products of parts are exact."""
    whole, low = (jnp.int64, 27) if x.dtype == jnp.float64 else (jnp.int32, 12)
    bits = jax.lax.bitcast_convert_type(x, whole) + jnp.asarray(1 << (low - 1), whole)
    high = jax.lax.bitcast_convert_type(bits & jnp.asarray(-(1 << low), whole), x.dtype)
    return high, x - high


@jax.custom_jvp
def _product_difference(a: Array | float, b: Array | float, c: Array | float, d: Array | float) -> Array:
    """a*b - c*d, the products not rounded."""
    (a, a_low), (b, b_low), (c, c_low), (d, d_low) = (_parts(x) for x in jnp.broadcast_arrays(a, b, c, d))
    middle = (a * b_low - c * d_low) + (a_low * b - c_low * d)
    return ((a * b - c * d) + middle) + (a_low * b_low - c_low * d_low)


_product_difference.defjvps(
    lambda step, _, a, b, c, d: step * b,
    lambda step, _, a, b, c, d: a * step,
    lambda step, _, a, b, c, d: -(step * d),
    lambda step, _, a, b, c, d: -(c * step),
)


def _product_excess(
    a: Array | float, b: Array | float, c: Array | float, d: Array | float, e: Array | float, f: Array | float
) -> Array:
    """(a*b - c*d)/(e*f), the products not rounded; nothing overflows but the quotient."""
    parts = jnp.broadcast_arrays(*_arrays(a, b, c, d, e, f))
    least, most = jnp.finfo(parts[0].dtype).minexp + 22, 3 * (jnp.finfo(parts[0].dtype).maxexp - 2)
    # all between 1/2 and 1, and the powers of two apart
    powers = [jnp.maximum(jnp.frexp(jax.lax.stop_gradient(x))[1], least) for x in parts]
    one = jnp.ones_like(parts[0])
    a, b, c, d, e, f = (x * jnp.ldexp(one, -power) for x, power in zip(parts, powers, strict=True))
    i, j, k, m, n, p = powers
    first = jnp.where((a == 0.0) | (b == 0.0), -4000, i + j)
    second = jnp.where((c == 0.0) | (d == 0.0), -4000, k + m)
    power = jnp.maximum(first, second)
    a, c = (x * jnp.ldexp(one, jnp.maximum(own - power, least)) for x, own in ((a, first), (c, second)))
    value = _over(_product_difference(a, b, c, d), e) / f
    # in three steps: a power of two that is no number may bring back what is one
    power = jnp.clip(power - (n + p), -most, most)
    third = power // 3
    # behind the barrier the steps are not joined
    value = jax.lax.optimization_barrier(value * jnp.ldexp(one, third)) * jnp.ldexp(one, third)
    return jax.lax.optimization_barrier(value) * jnp.ldexp(one, power - 2 * third)


def _product_log_ratio(a: Array | float, b: Array | float, c: Array | float, d: Array | float) -> Array:
    """log(a*b/(c*d)), the difference of the products formed without rounding."""
    a, b, c, d = _arrays(a, b, c, d)
    above, below, difference = _scaled_products(a, b, c, d)
    ratio = jax.lax.stop_gradient(above / below)
    inside = (ratio > jnp.finfo(ratio.dtype).tiny) & (ratio < jnp.inf)
    # each branch gets arguments that are safe where it is not taken, so that no gradient is nan
    above, below = (jnp.where(inside, x, 1.0) for x in (above, below))
    first, second, third, fourth = (jnp.log(jnp.where(inside, 1.0, x)) for x in (a, c, b, d))
    value = _log_ratio(above, below, jnp.where(inside, difference, 0.0))
    return jnp.where(inside, value, (first - second) + (third - fourth))


def _ratio_parts(a: Array, b: Array, near: Array) -> tuple[Array, Array, Array, Array]:
    """power, 2**power, x, y with a/b = 2**power * x/y and x/y within about 2/3 and 3/2; power is 0 where near.

    The bits of a positive number, read as an integer, are nearly its logarithm to the base 2 times 2**digits. What
    stands for 2**power is one of any value where that is no normal number.
    """
    whole, digits, bias, lift = (jnp.int64, 52, 1023, 54) if a.dtype == jnp.float64 else (jnp.int32, 23, 127, 24)
    bits, number = (functools.partial(jax.lax.bitcast_convert_type, new_dtype=t) for t in (whole, a.dtype))
    center = 2 * (bias + 1)
    # times 2**lift: no subnormal number is left
    small_a, small_b = a < 2.0 ** (lift - bias), b < 2.0 ** (lift - bias)
    i = bits(jnp.where(small_a, a * 2.0**lift, a))
    j = bits(jnp.where(small_b, b * 2.0**lift, b))
    halves = jax.lax.shift_right_logical(i, whole(1)) - jax.lax.shift_right_logical(j, whole(1))
    rounded = halves + whole((center << digits - 1) + (1 << digits - 2))
    k = jax.lax.shift_right_logical(rounded, whole(digits - 1))  # the power, and center more
    exponent = j & whole((2 * bias + 1) << digits)
    x = number(i - exponent - ((k - (center + bias)) << digits))
    y = number(j - exponent + whole(bias << digits))
    k = jnp.where(near, center, k + jnp.where(small_b, lift, 0) - jnp.where(small_a, lift, 0))
    power = number((k + center) | bits(a.dtype.type(2.0**digits))) - (2.0**digits + 2 * center)
    return power, number((k - (center - bias)) << digits), x, y


def _scaled_product_gap(a: Array | float, b: Array | float, c: Array | float, d: Array | float) -> Array:
    """c times a*b/(c*d) - 1 - log(a*b/(c*d)), at least 0: where the ratio leaves the range of numbers too."""
    a, b, c, d = _arrays(a, b, c, d)
    above, below, difference = _scaled_products(a, b, c, d)
    ratio, least = above / below, 1e18 * jnp.finfo(a.dtype).tiny
    high, low = ratio >= 1.0 / least, ratio <= least
    # each branch gets arguments that are safe where it is not taken, so that no gradient is nan
    above, below = (jnp.where(high | low, 1.0, x) for x in (above, below))
    value = c * _log_gap(above, below, jnp.where(high | low, 0.0, difference))
    greater, less = jnp.where(high, jnp.maximum(a, b), 1.0), jnp.where(high, jnp.minimum(a, b), 1.0)
    scale, product = jnp.where(high, d, 1.0), greater * less
    wide = jnp.where(product < jnp.inf, product / scale, greater / scale * less)
    value_high = jnp.where(product < least, less / scale * greater, wide)
    first, second, third, fourth = (jnp.log(jnp.where(low, x, 1.0)) for x in (c, a, d, b))
    value_low = c * ((first - second) + (third - fourth) - 1.0)
    return jnp.where(high, value_high, jnp.where(low, value_low, value))


def _scale(x: Array | float) -> Array:
    """The power of two that brings x between 1/2 and 1."""
    x = jax.lax.stop_gradient(x)
    return jnp.ldexp(jnp.ones_like(x), -jnp.frexp(x)[1])


def _scaled_products(a: Array, b: Array, c: Array, d: Array) -> tuple[Array, Array, Array]:
    """a*b, c*d and their difference formed without rounding the products, all times one power of two."""
    # all between 1/2 and 1, and the power of two that is left over between a and b: exact, and nothing overflows before
    # the ratio of the products does
    i, j, k, m = (jnp.frexp(jax.lax.stop_gradient(x))[1] for x in (a, b, c, d))
    power = jnp.clip((i + j) - (k + m), -1900, 1900)
    one = jnp.ones_like(a)
    a = a * _scale(a) * jnp.ldexp(one, power >> 1)
    b = b * _scale(b) * jnp.ldexp(one, power - (power >> 1))
    c, d = c * _scale(c), d * _scale(d)
    return a * b, c * d, _product_difference(a, b, c, d)


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


def _stirling_gap(b: Array, a: Array, d: Array) -> Array:
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


def _stirling_rise(b: Array, a: Array, d: Array) -> Array:
    """What the slope of Stirling's series gains from a to b, where d is b - a and both are at least 8."""
    p, q = 1.0 / a, 1.0 / b
    # a**-n - b**-n = d * sum(a**-i * b**-(n+1-i), i = 1..n), summed by recurrence on n
    power, total = p, p * q
    value = jnp.zeros_like(d)
    for k, coefficient in enumerate(_STIRLING, 1):
        power, total = power * p, q * (total + power * p)
        value = value + (2 * k - 1) * coefficient * total
        power, total = power * p, q * (total + power * p)
    return d * value


def _total(*terms: Array) -> Array:
    """The sum of non-negative terms; infinite where one of them is, even where another is 0/0."""
    value, unbounded = terms[0], terms[0] == jnp.inf
    for term in terms[1:]:
        value, unbounded = value + term, unbounded | (term == jnp.inf)
    return jnp.where(unbounded, jnp.inf, value)


def _trigamma_lift(x: Array) -> Array:
    """x*x*(trigamma(x) - 1/x), in [1/2, 1]: eight shifts up, each a positive term, then the asymptotic series."""
    value = 1.0 / (x + 1.0)
    for shift in range(1, 8):
        share = x / (x + shift)
        value = value + share * share * (1.0 / (x + (shift + 1.0)))
    q = 1.0 / (x + 8.0)
    share = x * q
    return value + share * share * (0.5 + q * _polynomial(_TRIGAMMA, q * q))


def _trigamma_excess(x: Array, d: Array | float) -> Array:
    """d*(trigamma(x) - 1/x) for x > 0, where the second factor alone may overflow."""
    return _over(_over(d, x) * _trigamma_lift(x), x)


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
