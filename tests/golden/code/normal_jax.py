"""Normal: a golden module of the tests.

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
    "cross_entropy_normal_normal",
    "entropy_normal",
    "kl_normal_normal",
    "kl_normal_normal__log_variance",
    "kl_normal_normal__variance",
]


@functools.partial(jax.jit, static_argnames=("event_ndims", "validate"))
def entropy_normal(
    mu: ArrayLike,
    sigma: ArrayLike,
    *,
    event_ndims: int = 0,
    validate: bool = True,
) -> Array:
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
    mu, sigma, shape, dtype = _prepare(mu, sigma)
    value = _evaluate(_entropy_normal, shape, mu, sigma)
    if validate:
        value = jnp.where(~jnp.isnan(mu), value, jnp.nan)
        value = jnp.where((sigma >= 0.0), value, jnp.nan)
    return _finish(value, dtype, event_ndims)


def _entropy_normal(
    mu: Array,
    sigma: Array,
) -> tuple[Array | float, Callable[[], tuple[Array | float, ...]]]:
    """The value, and what gives its derivatives by the arguments."""
    # log(2)/2 + 1/2 + log(pi)/2
    constant_1 = 1.4189385332046727
    value = constant_1 + jnp.log(sigma)

    def slopes() -> tuple[Array | float, ...]:
        slope_mu = 0.0
        slope_sigma = 1.0 / sigma
        return (slope_mu, slope_sigma)

    return value, slopes


@functools.partial(jax.jit, static_argnames=("event_ndims", "validate"))
def cross_entropy_normal_normal(
    mu_1: ArrayLike,
    sigma_1: ArrayLike,
    mu_2: ArrayLike,
    sigma_2: ArrayLike,
    *,
    event_ndims: int = 0,
    validate: bool = True,
) -> Array:
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
    Accuracy: 16 units in the last place in float64; more where terms of both signs nearly cancel.
    """
    mu_1, sigma_1, mu_2, sigma_2, shape, dtype = _prepare(mu_1, sigma_1, mu_2, sigma_2)
    value = _evaluate(_cross_entropy_normal_normal, shape, mu_1, sigma_1, mu_2, sigma_2)
    if validate:
        value = jnp.where(~jnp.isnan(mu_1), value, jnp.nan)
        value = jnp.where((sigma_1 >= 0.0), value, jnp.nan)
        value = jnp.where(~jnp.isnan(mu_2), value, jnp.nan)
        value = jnp.where((sigma_2 >= 0.0), value, jnp.nan)
    return _finish(value, dtype, event_ndims)


def _cross_entropy_normal_normal(
    mu_1: Array,
    sigma_1: Array,
    mu_2: Array,
    sigma_2: Array,
) -> tuple[Array | float, Callable[[], tuple[Array | float, ...]]]:
    """The value, and what gives its derivatives by the arguments."""
    # log(2)/2 + log(pi)/2
    constant_1 = 0.9189385332046728
    sigma_1_over_sigma_2 = _over(sigma_1, sigma_2)
    mu_difference = mu_1 - mu_2
    mu_scaled = _over(mu_difference, sigma_2)
    value = (
        constant_1
        + 0.5 * mu_scaled * mu_scaled
        + 0.5 * sigma_1_over_sigma_2 * sigma_1_over_sigma_2
        + jnp.log(sigma_2)
    )

    def slopes() -> tuple[Array | float, ...]:
        mu_scaled_2 = _over(mu_scaled, sigma_2)
        sigma_difference = sigma_1 - sigma_2
        t_1 = _over(sigma_difference, sigma_2)
        t_2 = _square_balance(mu_scaled, t_1, mu_scaled_2, mu_difference, sigma_difference, sigma_2)
        slope_mu_1 = mu_scaled_2
        slope_sigma_1 = _over(sigma_1_over_sigma_2, sigma_2)
        slope_mu_2 = -mu_scaled_2
        slope_sigma_2 = -t_2
        return (slope_mu_1, slope_sigma_1, slope_mu_2, slope_sigma_2)

    return value, slopes


@functools.partial(jax.jit, static_argnames=("event_ndims", "validate"))
def kl_normal_normal(
    mu_1: ArrayLike,
    sigma_1: ArrayLike,
    mu_2: ArrayLike,
    sigma_2: ArrayLike,
    *,
    event_ndims: int = 0,
    validate: bool = True,
) -> Array:
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
    mu_1, sigma_1, mu_2, sigma_2, shape, dtype = _prepare(mu_1, sigma_1, mu_2, sigma_2)
    value = _evaluate(_kl_normal_normal, shape, mu_1, sigma_1, mu_2, sigma_2)
    if validate:
        value = jnp.where(~jnp.isnan(mu_1), value, jnp.nan)
        value = jnp.where((sigma_1 >= 0.0), value, jnp.nan)
        value = jnp.where(~jnp.isnan(mu_2), value, jnp.nan)
        value = jnp.where((sigma_2 >= 0.0), value, jnp.nan)
    return _finish(value, dtype, event_ndims)


def _kl_normal_normal(
    mu_1: Array,
    sigma_1: Array,
    mu_2: Array,
    sigma_2: Array,
) -> tuple[Array | float, Callable[[], tuple[Array | float, ...]]]:
    """The value, and what gives its derivatives by the arguments."""
    mu_difference = mu_1 - mu_2
    mu_scaled = _over(mu_difference, sigma_2)
    sigma_difference = sigma_1 - sigma_2
    sigma_relative = _over(sigma_difference, sigma_2)
    value = _total(
        0.5 * mu_scaled * mu_scaled,
        0.5 * sigma_relative * sigma_relative,
        _log_gap(sigma_1, sigma_2, sigma_difference),
    )

    def slopes() -> tuple[Array | float, ...]:
        mu_scaled_2 = _over(mu_scaled, sigma_2)
        t_1 = _square_balance(mu_scaled, sigma_relative, mu_scaled_2, mu_difference, sigma_difference, sigma_2)
        slope_mu_1 = mu_scaled_2
        slope_sigma_1 = _over(sigma_relative, sigma_2) + _over(sigma_relative, sigma_1)
        slope_mu_2 = -mu_scaled_2
        slope_sigma_2 = -t_1
        return (slope_mu_1, slope_sigma_1, slope_mu_2, slope_sigma_2)

    return value, slopes


@functools.partial(jax.jit, static_argnames=("event_ndims", "validate"))
def kl_normal_normal__variance(
    mu_1: ArrayLike,
    var_1: ArrayLike,
    mu_2: ArrayLike,
    var_2: ArrayLike,
    *,
    event_ndims: int = 0,
    validate: bool = True,
) -> Array:
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
    mu_1, var_1, mu_2, var_2, shape, dtype = _prepare(mu_1, var_1, mu_2, var_2)
    value = _evaluate(_kl_normal_normal__variance, shape, mu_1, var_1, mu_2, var_2)
    if validate:
        value = jnp.where(~jnp.isnan(mu_1), value, jnp.nan)
        value = jnp.where((var_1 >= 0.0), value, jnp.nan)
        value = jnp.where(~jnp.isnan(mu_2), value, jnp.nan)
        value = jnp.where((var_2 >= 0.0), value, jnp.nan)
    return _finish(value, dtype, event_ndims)


def _kl_normal_normal__variance(
    mu_1: Array,
    var_1: Array,
    mu_2: Array,
    var_2: Array,
) -> tuple[Array | float, Callable[[], tuple[Array | float, ...]]]:
    """The value, and what gives its derivatives by the arguments."""
    var_difference = var_1 - var_2
    mu_difference = mu_1 - mu_2
    mu_scaled = _over(mu_difference, var_2)
    value = _total(
        0.5 * mu_difference * mu_scaled,
        0.5 * _log_gap(var_1, var_2, var_difference),
    )

    def slopes() -> tuple[Array | float, ...]:
        slope_mu_1 = mu_scaled
        slope_var_1 = 0.5 * _reciprocal_step(var_1, var_2, var_difference)
        slope_mu_2 = -mu_scaled
        slope_var_2 = -0.5 * mu_scaled * mu_scaled - _over(_over(0.5 * var_difference, var_2), var_2)
        found = (slope_mu_1, slope_var_1, slope_mu_2, slope_var_2)
        sums = (
            (-0.5 * mu_scaled * mu_scaled, -_over(_over(0.5 * var_difference, var_2), var_2)),
        )
        near = ((var_1, var_2),)
        arguments = (mu_1, var_1, mu_2, var_2)
        return _refined(found, sums, near, arguments, _kl_normal_normal__variance_twice)

    return value, slopes


def _kl_normal_normal__variance_twice(
    mu_1: _Twice,
    var_1: _Twice,
    mu_2: _Twice,
    var_2: _Twice,
) -> tuple[_Twice | float, ...]:
    """The derivatives in closed form, with twice the digits."""
    x_1 = 2.0 * mu_1 - 2.0 * mu_2
    x_2 = 0.5 / var_2
    return (
        x_1 * x_2,
        x_2 - 0.5 / var_1,
        -x_1 * x_2,
        x_2 - 0.5 * (var_1 + (mu_1 - mu_2) * (mu_1 - mu_2)) / var_2 / var_2,
    )


@functools.partial(jax.jit, static_argnames=("event_ndims", "validate"))
def kl_normal_normal__log_variance(
    mu_1: ArrayLike,
    logvar_1: ArrayLike,
    mu_2: ArrayLike,
    logvar_2: ArrayLike,
    *,
    event_ndims: int = 0,
    validate: bool = True,
) -> Array:
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
    mu_1, logvar_1, mu_2, logvar_2, shape, dtype = _prepare(mu_1, logvar_1, mu_2, logvar_2)
    value = _evaluate(_kl_normal_normal__log_variance, shape, mu_1, logvar_1, mu_2, logvar_2)
    if validate:
        value = jnp.where(~jnp.isnan(mu_1), value, jnp.nan)
        value = jnp.where(~jnp.isnan(logvar_1), value, jnp.nan)
        value = jnp.where(~jnp.isnan(mu_2), value, jnp.nan)
        value = jnp.where(~jnp.isnan(logvar_2), value, jnp.nan)
    return _finish(value, dtype, event_ndims)


def _kl_normal_normal__log_variance(
    mu_1: Array,
    logvar_1: Array,
    mu_2: Array,
    logvar_2: Array,
) -> tuple[Array | float, Callable[[], tuple[Array | float, ...]]]:
    """The value, and what gives its derivatives by the arguments."""
    logvar_difference = logvar_1 - logvar_2
    mu_difference = mu_1 - mu_2
    mu_scaled = mu_difference * jnp.exp(-0.5 * logvar_2)
    t_1 = mu_scaled * mu_scaled
    value = _total(
        0.5 * t_1,
        0.5 * _exp_gap(logvar_difference),
    )

    def slopes() -> tuple[Array | float, ...]:
        t_2 = jnp.exp(-logvar_2)
        t_3 = _expm1(logvar_difference)
        slope_mu_1 = mu_difference * t_2
        slope_logvar_1 = 0.5 * t_3
        slope_mu_2 = -mu_difference * t_2
        slope_logvar_2 = -0.5 * t_1 - 0.5 * t_3
        return (slope_mu_1, slope_logvar_1, slope_mu_2, slope_logvar_2)

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


def _exp_gap(x: Array) -> Array:
    """exp(x) - 1 - x >= 0."""
    size = jnp.abs(x)
    near, middle = size < 1.0, size < 2.0
    # each branch gets arguments that are safe where it is not taken, so that no gradient is nan
    u = jnp.where(near, x, jnp.where(middle, 0.5 * x, 0.0))
    value = u * u * _polynomial(_EXP, u)
    # from x/2 to x: a sum of positive terms
    doubled = u * u + value * (2.0 + 2.0 * u + value)
    v = jnp.where(middle, 2.0, x)
    far = (jnp.exp(v) - 1.0) - jnp.minimum(v, 1e3)  # infinite from there on
    return jnp.where(near, value, jnp.where(middle, doubled, far))


def _expm1(x: Array) -> Array:
    """exp(x) - 1."""
    near = jnp.abs(x) < 1.0
    # each branch gets arguments that are safe where it is not taken, so that no gradient is nan
    u = jnp.where(near, x, 0.0)
    return jnp.where(near, u + u * u * _polynomial(_EXP, u), jnp.exp(jnp.where(near, 1.0, x)) - 1.0)


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


def _reciprocal_step(a: Array | float, b: Array | float, d: Array) -> Array:
    """(a - b)/(a*b), where d is a - b, formed exactly; by the larger first, so that nothing overflows before it."""
    return _over(_over(d, jnp.maximum(a, b)), jnp.minimum(a, b))


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


def _rounded_sum(a: Array, b: Array) -> tuple[Array, Array]:
    """a + b as it is rounded, and what is rounded off it: a number, not a function of a and b."""
    total = a + b
    # behind the barrier the sum is a number of its own: what is rounded off it is not simplified to 0
    whole, one, other = jax.lax.optimization_barrier(jax.lax.stop_gradient((total, a, b)))
    part = whole - one
    lost = (one - (whole - part)) + (other - part)
    return total, jnp.where(jnp.isfinite(lost), lost, 0.0)


def _square_balance(r: Array, s: Array, part: Array, x: Array, d: Array, b: Array) -> Array:
    """(r*r + s*s + 2*s)/b, where r is x/b, s is d/b and part is r/b; no square overflows by itself.

    Where what is small nearly cancels, as if nothing was rounded before.
    """
    square, other = r * part, _over(s, b)
    value = 2.0 * other + (square + s * other)
    low = (jnp.abs(value) < 1.6 * square) & (jnp.abs(r) < 1.5)
    # safe where it is not taken, so that nothing is nan; and a number, no function of what it is made of
    exact = _cancelled_balance(*(jax.lax.stop_gradient(jnp.where(low, a, 1.0)) for a in (x, d, b)))
    return jnp.where(low, value + (exact - jax.lax.stop_gradient(value)), value)


def _cancelled_balance(x: Array, d: Array, b: Array) -> Array:
    """(x*x + d*(d + 2*b))/b**3, nothing rounded that may cancel, for x and d not far larger than b."""
    whole, digits = (jnp.int64, 52) if b.dtype == jnp.float64 else (jnp.int32, 23)
    # the power of two below b, by its bits
    bits = (jax.lax.bitcast_convert_type(b, whole) >> digits) << digits
    scale = 1.0 / jnp.maximum(jax.lax.bitcast_convert_type(bits, b.dtype), jnp.finfo(b.dtype).tiny)
    x, d, once = x * scale, d * scale, b * scale
    width, lost = _rounded_sum(2.0 * once, d)
    total = _product_difference(x, x, -d, width) + d * lost
    return _over(_over(_over(total, once), once), b)


def _total(*terms: Array) -> Array:
    """The sum of non-negative terms; infinite where one of them is, even where another is 0/0."""
    value, unbounded = terms[0], terms[0] == jnp.inf
    for term in terms[1:]:
        value, unbounded = value + term, unbounded | (term == jnp.inf)
    return jnp.where(unbounded, jnp.inf, value)


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
