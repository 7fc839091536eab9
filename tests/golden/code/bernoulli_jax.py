"""Bernoulli: a golden module of the tests.

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
    "entropy_bernoulli",
    "kl_bernoulli_bernoulli",
    "kl_bernoulli_bernoulli__logit",
]


@functools.partial(jax.jit, static_argnames=("event_ndims", "validate"))
def entropy_bernoulli(
    p: ArrayLike,
    *,
    event_ndims: int = 0,
    validate: bool = True,
) -> Array:
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
    p, shape, dtype = _prepare(p)
    value = _evaluate(_entropy_bernoulli, shape, p)
    if validate:
        value = jnp.where((p >= 0.0) & (p <= 1.0), value, jnp.nan)
    return _finish(value, dtype, event_ndims)


def _entropy_bernoulli(
    p: Array,
) -> tuple[Array | float, Callable[[], tuple[Array | float, ...]]]:
    """The value, and what gives its derivatives by the arguments."""
    value = -_xlog1py(1.0 - p, -p) - jax.scipy.special.xlogy(p, p)

    def slopes() -> tuple[Array | float, ...]:
        slope_p = _log1p(-p) - jnp.log(p)
        return (slope_p,)

    return value, slopes


@functools.partial(jax.jit, static_argnames=("event_ndims", "validate"))
def kl_bernoulli_bernoulli(
    p_1: ArrayLike,
    p_2: ArrayLike,
    *,
    event_ndims: int = 0,
    validate: bool = True,
) -> Array:
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
    p_1, p_2, shape, dtype = _prepare(p_1, p_2)
    value = _evaluate(_kl_bernoulli_bernoulli, shape, p_1, p_2)
    if validate:
        value = jnp.where((p_1 >= 0.0) & (p_1 <= 1.0), value, jnp.nan)
        value = jnp.where((p_2 >= 0.0) & (p_2 <= 1.0), value, jnp.nan)
    return _finish(value, dtype, event_ndims)


def _kl_bernoulli_bernoulli(
    p_1: Array,
    p_2: Array,
) -> tuple[Array | float, Callable[[], tuple[Array | float, ...]]]:
    """The value, and what gives its derivatives by the arguments."""
    t_1 = 1.0 - p_1
    t_2 = 1.0 - p_2
    p_difference = p_1 - p_2
    value = _total(
        _entropy_gap(t_1, t_2, p_difference),
        _entropy_gap(p_1, p_2, -p_difference),
    )

    def slopes() -> tuple[Array | float, ...]:
        slope_p_1 = _log_ratio(p_1, p_2, p_difference) - _log_ratio(t_1, t_2, -p_difference)
        slope_p_2 = -_over(_over(p_difference, t_2), p_2)
        return (slope_p_1, slope_p_2)

    return value, slopes


@functools.partial(jax.jit, static_argnames=("event_ndims", "validate"))
def kl_bernoulli_bernoulli__logit(
    eta_1: ArrayLike,
    eta_2: ArrayLike,
    *,
    event_ndims: int = 0,
    validate: bool = True,
) -> Array:
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
    eta_1, eta_2, shape, dtype = _prepare(eta_1, eta_2)
    value = _evaluate(_kl_bernoulli_bernoulli__logit, shape, eta_1, eta_2)
    if validate:
        value = jnp.where(~jnp.isnan(eta_1), value, jnp.nan)
        value = jnp.where(~jnp.isnan(eta_2), value, jnp.nan)
    return _finish(value, dtype, event_ndims)


def _kl_bernoulli_bernoulli__logit(
    eta_1: Array,
    eta_2: Array,
) -> tuple[Array | float, Callable[[], tuple[Array | float, ...]]]:
    """The value, and what gives its derivatives by the arguments."""
    eta_difference = eta_1 - eta_2
    value = _softplus_gap(eta_2, eta_1, -eta_difference)

    def slopes() -> tuple[Array | float, ...]:
        slope_eta_1 = eta_difference * jax.nn.sigmoid(eta_1) * jax.nn.sigmoid(-eta_1)
        slope_eta_2 = _sigmoid_rise(eta_2, eta_1, -eta_difference)
        return (slope_eta_1, slope_eta_2)

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


def _sigmoid_rise(b: Array, a: Array, d: Array) -> Array:
    """1/(1 + exp(-b)) - 1/(1 + exp(-a)), where d is b - a, formed exactly."""
    up = d >= 0.0
    # each branch gets arguments that are safe where it is not taken, so that no gradient is nan
    rising, falling = jnp.where(up, -d, 0.0), jnp.where(up, 0.0, d)
    risen = -jax.nn.sigmoid(b) * jax.nn.sigmoid(-a) * _expm1(rising)
    return jnp.where(up, risen, jax.nn.sigmoid(a) * jax.nn.sigmoid(-b) * _expm1(falling))


def _softplus(x: Array) -> Array:
    """log(1 + exp(x)), without overflow."""
    return jnp.maximum(x, 0.0) + _log1p(jnp.exp(-jnp.abs(x)))


def _softplus_gap(b: Array, a: Array, d: Array) -> Array:
    """log((1 + exp(b))/(1 + exp(a))) - d/(1 + exp(-a)) >= 0, where d is b - a, formed exactly."""
    # the same at -a, -b: from the side where exp(a) <= 1, nothing cancels
    sign = jnp.where(a > 0.0, -1.0, 1.0)
    a, b, d = sign * a, sign * b, sign * d
    p, q = jax.nn.sigmoid(a), jax.nn.sigmoid(-a)
    close = jnp.abs(d) < 16.0
    # log of the mean of exp(x) under (p, q), x being d or 0 less its mean p*d
    step = jnp.where(close, d, 0.0)
    near = _log1p(p * _exp_gap(q * step) + q * _exp_gap(-p * step))
    return jnp.where(close, near, _softplus(b) - _softplus(a) - p * jnp.minimum(d, jnp.finfo(d.dtype).max))


def _total(*terms: Array) -> Array:
    """The sum of non-negative terms; infinite where one of them is, even where another is 0/0."""
    value, unbounded = terms[0], terms[0] == jnp.inf
    for term in terms[1:]:
        value, unbounded = value + term, unbounded | (term == jnp.inf)
    return jnp.where(unbounded, jnp.inf, value)


def _xlog1py(x: Array, y: Array) -> Array:
    """x*log(1 + y), and 0 where x is 0."""
    empty = x == 0.0
    return jnp.where(empty, 0.0, x * _log1p(jnp.where(empty, 0.0, y)))
