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
from collections.abc import Callable, Sequence
from typing import Any

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
        part_1 = _trigamma_excess(alpha_1, -alpha_difference)
        part_2 = _product_excess(alpha_1, beta_2, alpha_2, beta_1, alpha_1, beta_1)
        slope_alpha_1 = part_2 - part_1
        slope_beta_1 = -_product_excess(alpha_1, beta_2, alpha_2, beta_1, beta_1, beta_1)
        part_3 = _product_log_ratio(alpha_1, beta_2, alpha_2, beta_1)
        part_4 = _binet_rise(alpha_2, alpha_1, -alpha_difference)
        slope_alpha_2 = part_4 - part_3
        slope_beta_2 = _product_excess(alpha_1, beta_2, alpha_2, beta_1, beta_1, beta_2)
        found = (slope_alpha_1, slope_beta_1, slope_alpha_2, slope_beta_2)
        sums = (
            (-part_1, part_2),
            (-part_3, part_4),
        )
        near = ((alpha_1, alpha_2), (beta_1, beta_2))
        arguments = (alpha_1, beta_1, alpha_2, beta_2)
        return _refined(found, sums, near, arguments, _kl_gamma_gamma_twice)

    return value, slopes


def _kl_gamma_gamma_twice(
    alpha_1: _Twice,
    beta_1: _Twice,
    alpha_2: _Twice,
    beta_2: _Twice,
) -> tuple[_Twice | float, ...]:
    """The derivatives in closed form, with twice the digits."""
    x_1 = 1.0 / beta_1
    x_2 = beta_1 - beta_2
    x_3 = x_1 * alpha_1
    return (
        (alpha_1 - alpha_2) * _polygamma_twice(1, alpha_1) - x_1 * x_2,
        x_2 / beta_1 * alpha_1 / beta_1 + x_1 * alpha_2 - x_3,
        _log_twice(beta_1) + _polygamma_twice(0, alpha_2) - _log_twice(beta_2) - _polygamma_twice(0, alpha_1),
        x_3 - alpha_2 / beta_2,
    )


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

    def parts(shift: Array) -> Array:
        y = x + shift
        t = 1.0 / (2.0 * y + 1.0)
        z = t * t
        near = z < 0.111
        series = _polynomial(_ATANH, jnp.where(near, z, 0.0))
        log = _log1p(1.0 / y)
        value = jnp.where(near, z * series, (y + 0.5) * log - 1.0)
        steep = log - (y + 0.5) / (y * (y + 1.0))
        slope = jnp.where(near, 2.0 * t * z * (series - 1.0 / (1.0 - jnp.where(near, z, 0.0))), steep)
        return jnp.stack((value, slope))

    value, slope = _summed(parts, 8, jnp.stack((x, x)))
    q = 1.0 / (x + 8.0)
    odd = tuple((2 * k + 1) * c for k, c in enumerate(_STIRLING))
    return value + q * _polynomial(_STIRLING, q * q), slope - q * q * _polynomial(odd, q * q)


def _binet_gap(b: Array | float, a: Array | float, d: Array) -> Array:
    """The Bregman divergence of loggamma(x) - x*log(x) + x at b from a, where d is b - a; at least 0."""
    b, a, d = jnp.broadcast_arrays(*_arrays(b, a, d))
    large = (a >= 8.0) & (b >= 8.0)
    close = (b < 2.0 * a) & (a < 2.0 * b) & ~large
    # each branch gets arguments that are safe where it is not taken, so that no gradient is nan
    start, step = jnp.where(close, a, 1.0), jnp.where(close, d, 0.0)
    nodes, weights = jnp.asarray(_NODES, d.dtype), jnp.asarray(_WEIGHTS, d.dtype)

    def bend(k: Array) -> Array:
        x = start + nodes[k] * step
        return weights[k] * (step / x * (step / x)) * _trigamma_lift(x)

    value_close = _summed(bend, len(nodes), d)
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
    value = _summed(lambda shift: _log_gap(x + (shift + 1.0), x + shift, one), 8, x)
    q = 1.0 / (x + 8.0)
    odd = tuple((2 * k + 1) * c for k, c in enumerate(_STIRLING))
    return value + q * (0.5 + q * _polynomial(odd, q * q))


@jax.custom_jvp
def _binet_rise(b: Array | float, a: Array | float, d: Array) -> Array:
    """digamma(b) - digamma(a) - log(b/a), where d is b - a."""
    b, a, d = jnp.broadcast_arrays(*_arrays(b, a, d))
    large = (a >= 8.0) & (b >= 8.0)
    close = (b < 2.0 * a) & (a < 2.0 * b) & ~large
    # each branch gets arguments that are safe where it is not taken, so that no gradient is nan
    start, step = jnp.where(close, a, 1.0), jnp.where(close, d, 0.0)
    nodes, weights = jnp.asarray(_EVEN_NODES, d.dtype), jnp.asarray(_EVEN_WEIGHTS, d.dtype)
    value_close = _summed(lambda k: weights[k] * _trigamma_excess(start + nodes[k] * step, step), len(nodes), start)
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


#: the coefficients of x**-1, x**-3, ... in Stirling's series, each in two parts
_STIRLING_TWICE = (
    (0.08333333333333333, 4.625929269271485e-18),
    (-0.002777777777777778, 1.0601087908747154e-19),
    (0.0007936507936507937, 6.883823317368282e-22),
    (-0.0005952380952380953, 5.36938218754726e-20),
    (0.0008417508417508417, 3.6870174889237694e-20),
    (-0.0019175269175269176, 1.0675702776872475e-19),
    (0.00641025641025641, 2.2240044563805217e-19),
    (-0.029550653594771242, 4.861760957508855e-19),
    (0.17964437236883057, -6.401600482710946e-19),
    (-1.3924322169059011, 1.5837056989230303e-17),
    (13.402864044168393, -6.154114101993966e-16),
    (-156.84828462600203, 9.391823141715389e-15),
)
#: those of the derivative, with the other sign, in powers x**-2, x**-4, ...
_STIRLING_SLOPE_TWICE = (
    (0.08333333333333333, 4.625929269271485e-18),
    (-0.008333333333333333, -1.1564823173178714e-19),
    (0.003968253968253968, 2.20282346155785e-19),
    (-0.004166666666666667, -5.782411586589357e-20),
    (0.007575757575757576, -2.1026951223961299e-19),
    (-0.021092796092796094, 1.3911677399530732e-18),
    (0.08333333333333333, 4.625929269271485e-18),
    (-0.4432598039215686, -2.0462934179365632e-17),
    (3.0539543302701198, -1.0882720820608607e-17),
    (-26.456212121212122, 7.449932926454383e-16),
    (281.46014492753625, -1.647635329298783e-14),
    (-3607.5105463980462, -1.5347029033579816e-13),
)
#: those of the second one, in powers x**-3, x**-5, ...
_STIRLING_BEND_TWICE = (
    (0.16666666666666666, 9.25185853854297e-18),
    (-0.03333333333333333, -4.625929269271486e-19),
    (0.023809523809523808, 1.32169407693471e-18),
    (-0.03333333333333333, -4.625929269271486e-19),
    (0.07575757575757576, -2.10269512239613e-18),
    (-0.2531135531135531, -1.1061562736192037e-17),
    (1.1666666666666667, -7.401486830834377e-17),
    (-7.092156862745098, -3.274069468698501e-16),
    (54.971177944862156, -1.9588897477095493e-16),
    (-529.1242424242424, 6.890111377067638e-16),
    (6192.123188405797, 9.226757844073186e-14),
    (-86580.25311355312, 3.5926706461242705e-12),
)
#: log(2*pi)/2 and log(32), in two parts
_ROOT_TWICE = (0.9189385332046728, -3.8782941580672414e-17)
_LOG_SHIFTS_TWICE = (3.4657359027997265, 4.930038229799327e-18)


def _polygamma_twice(order: int, x: _Twice) -> _Twice:
    """The logarithm of the gamma function (order -1) or a derivative of it: 32 shifts up, then Stirling's series."""
    # the product of many large numbers would overflow
    shifted = x.high < (1e6 if order == -1 else jnp.inf)
    y = x + jnp.where(shifted, 32.0, 0.0)
    q = 1.0 / y
    square = q * q
    if order == -1:
        # all by 32, a power of two, so that nothing here is large
        product = _over_shifts_twice(lambda total, z: total * (z * 0.03125), 1.0, x)
        product = _Twice(jnp.where(shifted, product.high, 1.0), jnp.where(shifted, product.low, 0.0))
        rest = (x - 0.5) * _Twice(*_LOG_SHIFTS_TWICE) + _Twice(*_ROOT_TWICE)
        series = q * _polynomial_twice(_STIRLING_TWICE, square, 7)
        return (y - 0.5) * _log_twice(y * 0.03125) + rest + series - (_log_twice(product) + y)
    if order == 0:
        total = _over_shifts_twice(lambda total, z: total + 1.0 / z, 0.0, x)
        series = square * _polynomial_twice(_STIRLING_SLOPE_TWICE, square, 7)
        return _log_twice(y) - 0.5 * q - series - total
    total = _over_shifts_twice(lambda total, z: total + 1.0 / (z * z), 0.0, x)
    return q + 0.5 * square + square * q * _polynomial_twice(_STIRLING_BEND_TWICE, square, 7) + total


def _over_shifts_twice(step: Callable[[_Twice, _Twice], _Twice], start: float, x: _Twice) -> _Twice:
    """What comes of `start` by a step with each of x, x + 1, ..., x + 31 in turn."""
    first = _Twice(jnp.full_like(x.high, start), jnp.zeros_like(x.high), jnp.zeros_like(x.high))
    return jax.lax.fori_loop(0, 32, lambda k, total: step(total, x + k.astype(x.high.dtype)), first)


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
    value = _log_ratio(above, below, jnp.where(inside, difference, 0.0))
    return jnp.where(inside, value, _log_apart(a, b, c, d, ~inside))


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


#: so many numbers are worked out again at a time
_AT_A_TIME = 4096


def _refined(
    slopes: Sequence[Array | float],
    sums: Sequence[Sequence[Array]],
    near: Sequence[tuple[Array, Array]],
    arguments: Sequence[Array],
    again: Callable[..., Sequence[_Twice | float]],
    held: Array | bool = True,
) -> tuple[Array | float, ...]:
    """The derivatives, worked out again with twice the digits where one of the sums, of these terms, nearly cancels.

    Where what are equal at equality are not `near`, only where next to nothing is left; and where the value is used
    (`held`). What comes out is taken only where it differs by no more than rounding can have done, and has lost
    less itself. Their own derivatives stay what they were.
    """
    if arguments[0].dtype != jnp.float64:
        return tuple(slopes)
    kept: Array | float = 1.0
    least: Array | float = 1.0
    for first, *others in sums:
        total, size = first, jnp.abs(first)
        for term in others:
            total, size = total + term, size + jnp.abs(term)
        share = jnp.abs(total) / size
        share = jnp.where(jnp.isnan(share), 1.0, share)
        kept, least = kept * share, jnp.minimum(least, share)
    low = kept < 0.4
    for x, y in near:
        low = low & (jnp.abs(x - y) < 0.2 * jnp.abs(y))
    low = (low | (least < 0.01)) & held
    numbers = jax.lax.stop_gradient(jnp.broadcast_arrays(low, kept, *slopes, *arguments))
    if not numbers[0].size:
        return tuple(slopes)

    @jax.custom_batching.custom_vmap
    def settled(low: Array, kept: Array, *numbers: Array) -> tuple[Array, ...]:
        return jax.lax.cond(low.any(), functools.partial(_settled, again), _as_they_are, low, kept, *numbers)

    @settled.def_vmap
    def _(size: int, mapped: Sequence[bool], *numbers: Array) -> tuple[tuple[Array, ...], tuple[bool, ...]]:
        # what is mapped over is one axis more
        whole = [x if own else jnp.broadcast_to(x, (size, *x.shape)) for x, own in zip(numbers, mapped, strict=True)]
        return settled(*whole), (True,) * len(slopes)

    return tuple(_standing_for(better, plain) for better, plain in zip(settled(*numbers), slopes, strict=True))


def _as_they_are(_: Array, __: Array, *numbers: Array) -> tuple[Array, ...]:
    """The derivatives, which come before as many arguments."""
    return numbers[: len(numbers) // 2]


def _settled(again: Callable[..., Sequence[_Twice | float]], low: Array, kept: Array, *numbers: Array) -> tuple:
    """The derivatives worked out again where `low` says, some of these places at a time."""
    count, shape, step = len(numbers) // 2, low.shape, min(_AT_A_TIME, low.size)
    kept, *flat = (x.ravel() for x in (kept, *numbers))
    # how many there are up to each place
    passed = jnp.cumsum(low.ravel(), dtype=jnp.int32)

    def some(state: tuple[Array, tuple[Array, ...]]) -> tuple[Array, tuple[Array, ...]]:
        start, found = state
        here = jnp.searchsorted(passed, start + jnp.arange(1, step + 1, dtype=jnp.int32))
        allowed, *given = (x.at[here].get(mode="fill", fill_value=1.0) for x in (kept, *flat))
        zero = jnp.zeros_like(allowed)
        allowed = 2.0**-48 / jnp.maximum(allowed, 2.0**-53)
        exact = (_twice(value) + zero for value in again(*(_Twice(x, zero, zero) for x in given[count:])))
        better = []
        for plain, whole, all_of_it in zip(given[:count], exact, found, strict=True):
            other = whole.high
            sure = jnp.abs(other - plain) <= allowed * jnp.maximum(jnp.abs(other), jnp.abs(plain))
            sure = sure & (whole.off <= 2.0**-46 * jnp.abs(other))
            better.append(all_of_it.at[here].set(jnp.where(sure, other, plain), mode="drop"))
        return start + step, tuple(better)

    start = jnp.zeros((), jnp.int32)
    _, found = jax.lax.while_loop(lambda state: state[0] < passed[-1], some, (start, tuple(flat[:count])))
    return tuple(x.reshape(shape) for x in found)


@jax.custom_jvp
def _standing_for(better: Array, plain: Array | float) -> Array:
    """The better number, with the derivatives of the other."""
    return better


_standing_for.defjvps(None, lambda step, _, better, plain: step)


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
    value_low = c * (-_log_apart(a, b, c, d, low) - 1.0)
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


def _log_apart(a: Array, b: Array, c: Array, d: Array, outside: Array) -> Array:
    """log(a*b/(c*d)) where the ratio is `outside` the range of numbers; 0 elsewhere, and so is its gradient."""
    first, second, third, fourth = (jnp.log(jnp.where(outside, x, 1.0)) for x in (a, c, b, d))
    return (first - second) + (third - fourth)


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


def _summed(term: Callable[[Array], Array], count: int, like: Array) -> Array:
    """term(0) + term(1) + ... of the shape of `like`, compiled as one term: written out they take the compiler long."""
    return jax.lax.fori_loop(0, count, lambda k, total: total + term(k), jnp.zeros_like(like))


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


#: 1/k! for k from 1 on, each in two parts
_FACTORIALS_TWICE = (
    (1.0, 0.0),
    (0.5, 0.0),
    (0.16666666666666666, 9.25185853854297e-18),
    (0.041666666666666664, 2.3129646346357427e-18),
    (0.008333333333333333, 1.1564823173178714e-19),
    (0.001388888888888889, -5.300543954373577e-20),
    (0.0001984126984126984, 1.7209558293420705e-22),
    (2.48015873015873e-05, 2.1511947866775882e-23),
    (2.7557319223985893e-06, -1.858393274046472e-22),
    (2.755731922398589e-07, 2.3767714622250297e-23),
    (2.505210838544172e-08, -1.448814070935912e-24),
    (2.08767569878681e-09, -1.20734505911326e-25),
    (1.6059043836821613e-10, 1.2585294588752098e-26),
    (1.1470745597729725e-11, 2.0655512752830745e-28),
    (7.647163731819816e-13, 7.03872877733453e-30),
)
#: log(2), in two parts
_LOG_TWO_TWICE = (0.6931471805599453, 2.3190468138462996e-17)

#: what rounding takes away, as a share
_UNIT_TWICE = 2.0**-104


@jax.tree_util.register_pytree_node_class
class _Twice:
    """A number with twice the digits: the sum of `high` and of `low`, which is what `high` is rounded by.

    `off` is what the two together may be wrong by, from what was added up and multiplied: about that.
    """

    def __init__(self, high: Array | float, low: Array | float = 0.0, off: Array | float = 0.0) -> None:
        self.high: Any = high
        self.low: Any = low
        self.off: Any = off

    def tree_flatten(self) -> tuple[tuple[Any, Any, Any], None]:
        """The numbers that it is made of."""
        return (self.high, self.low, self.off), None

    @classmethod
    def tree_unflatten(cls, _: None, parts: Sequence[Any]) -> _Twice:
        """The number that is made of these."""
        return cls(*parts)

    def __add__(self, other: _Twice | float) -> _Twice:
        other = _twice(other)
        high, rest = _sum_twice(self.high, other.high)
        low, lost = _sum_twice(self.low, other.low)
        high, rest = _sum_twice(high, rest + low)
        return _Twice(*_sum_twice(high, rest + lost), self.off + other.off + abs(high) * _UNIT_TWICE)

    def __neg__(self) -> _Twice:
        return _Twice(-self.high, -self.low, self.off)

    def __sub__(self, other: _Twice | float) -> _Twice:
        return self + -_twice(other)

    def __rsub__(self, other: float) -> _Twice:
        return -self + other

    def __mul__(self, other: _Twice | float) -> _Twice:
        other = _twice(other)
        high, rest = _product_twice(self.high, other.high)
        off = abs(self.high) * other.off + self.off * abs(other.high) + abs(high) * _UNIT_TWICE
        return _Twice(*_sum_twice(high, rest + (self.high * other.low + self.low * other.high)), off)

    def __truediv__(self, other: _Twice | float) -> _Twice:
        other = _twice(other)
        first = self.high / other.high
        rest = self - other * first
        off = abs(rest.off / other.high) + abs(first) * _UNIT_TWICE
        return _Twice(*_sum_twice(first, rest.high / other.high), off)

    def __rtruediv__(self, other: float) -> _Twice:
        return _twice(other) / self

    __radd__, __rmul__ = __add__, __mul__


def _twice(x: _Twice | float) -> _Twice:
    return x if isinstance(x, _Twice) else _Twice(x)


def _sum_twice(a: Any, b: Any) -> tuple[Any, Any]:
    """a + b as it is rounded, and what is rounded off it (Knuth)."""
    total = jax.lax.optimization_barrier(a + b)
    part = total - a
    return total, (a - (total - part)) + (b - part)


def _product_twice(a: Any, b: Any) -> tuple[Any, Any]:
    """a*b as it is rounded, and what is rounded off it (Dekker)."""
    product = jax.lax.optimization_barrier(a * b)
    (high_a, low_a), (high_b, low_b) = _parts(jnp.asarray(a)), _parts(jnp.asarray(b))
    return product, ((high_a * high_b - product) + high_a * low_b + low_a * high_b) + low_a * low_b


def _polynomial_twice(numbers: Sequence[tuple[float, float]], x: _Twice, precise: int) -> _Twice:
    """The polynomial with these coefficients, the lowest first; of those after `precise` one digit in two is enough."""
    value = jnp.zeros_like(x.high)
    for high, _ in reversed(numbers[precise:]):
        value = value * x.high + high

    def further(total: _Twice, pair: Array) -> tuple[_Twice, None]:
        return total * x + _Twice(pair[0], pair[1]), None

    # a loop, which is compiled once
    pairs = jnp.asarray(numbers[:precise])
    return jax.lax.scan(further, _Twice(value, jnp.zeros_like(value), jnp.zeros_like(value)), pairs, reverse=True)[0]


def _exp_twice(x: _Twice) -> _Twice:
    """exp(x) by its series at x less a multiple of log(2), over 16, and four squares."""
    nothing = x.high < -1e3
    low, off = (jnp.where(nothing, 0.0, part) for part in (x.low, x.off))
    x = _Twice(jnp.where(nothing, -1e3, x.high), low, off)
    whole = jnp.round(x.high / _LOG_TWO_TWICE[0])
    part = (x - _Twice(*_LOG_TWO_TWICE) * whole) * 0.0625
    rise = part * _polynomial_twice(_FACTORIALS_TWICE, part, 9)
    rise = jax.lax.fori_loop(0, 4, lambda _, rise: rise * (rise + 2.0), rise)
    return (rise + 1.0) * jnp.ldexp(jnp.ones_like(whole), jnp.clip(whole, -2000.0, 2000.0).astype(jnp.int32))


def _log_twice(x: _Twice) -> _Twice:
    """log(x): the rounded one, and a step of Newton."""
    rounded = jnp.log(x.high)
    return x * _exp_twice(_Twice(-rounded)) - 1.0 + _Twice(rounded)


def _abs_twice(x: _Twice) -> _Twice:
    return x * _Twice(jnp.sign(x.high))


def _sign_twice(x: _Twice) -> _Twice:
    return _Twice(jnp.sign(x.high))
