"""Mixed: a golden module of the tests.

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
    "kl_normal_gamma",
    "kl_normal_laplace",
]


@functools.partial(jax.jit, static_argnames=("event_ndims", "validate"))
def kl_normal_laplace(
    mu_1: ArrayLike,
    sigma_1: ArrayLike,
    mu_2: ArrayLike,
    b_2: ArrayLike,
    *,
    event_ndims: int = 0,
    validate: bool = True,
) -> Array:
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
    mu_1, sigma_1, mu_2, b_2, shape, dtype = _prepare(mu_1, sigma_1, mu_2, b_2)
    value = _evaluate(_kl_normal_laplace, shape, mu_1, sigma_1, mu_2, b_2)
    if validate:
        value = jnp.where(~jnp.isnan(mu_1), value, jnp.nan)
        value = jnp.where((sigma_1 >= 0.0), value, jnp.nan)
        value = jnp.where(~jnp.isnan(mu_2), value, jnp.nan)
        value = jnp.where((b_2 >= 0.0), value, jnp.nan)
    return _finish(value, dtype, event_ndims)


def _kl_normal_laplace(
    mu_1: Array,
    sigma_1: Array,
    mu_2: Array,
    b_2: Array,
) -> tuple[Array | float, Callable[[], tuple[Array | float, ...]]]:
    """The value, and what gives its derivatives by the arguments."""
    # -log(2)/2 + 1/2 + log(pi)/2
    constant_1 = 0.7257913526447274
    mu_difference = mu_1 - mu_2
    # sqrt(2)/2
    constant_2 = 0.7071067811865476
    t_1 = jax.scipy.special.erf(_over(constant_2, sigma_1) * mu_difference)
    # sqrt(2)/sqrt(pi)
    constant_3 = 0.7978845608028654
    mu_scaled = _over(mu_difference, sigma_1)
    t_2 = mu_scaled * mu_scaled
    t_3 = jnp.exp(-0.5 * t_2)
    value = (
        _log_ratio(b_2, sigma_1, b_2 - sigma_1)
        + _over(constant_3, b_2) * t_3 * sigma_1
        + _over(mu_difference, b_2) * t_1
        - constant_1
    )
    value = jnp.maximum(value, 0.0)  # rounding can leave a divergence of 0 slightly negative

    def slopes() -> tuple[Array | float, ...]:
        t_4 = _over(constant_2, sigma_1) * (mu_1 - mu_2)
        t_5 = jax.scipy.special.erf(t_4)
        t_6 = _over(jnp.exp(-0.25 * t_2), b_2)
        t_7 = t_6 * sigma_1
        t_8 = _over(t_5, b_2)
        slope_mu_1 = t_8
        slope_sigma_1 = _over(constant_3, b_2) * t_3 - 1.0 / sigma_1
        slope_mu_2 = -t_8
        slope_b_2 = _over((1.0 - _over(mu_difference, b_2) * t_1), b_2) - constant_3 * t_6 * t_7
        return (slope_mu_1, slope_sigma_1, slope_mu_2, slope_b_2)

    return value, slopes


@functools.partial(jax.jit, static_argnames=("event_ndims", "validate"))
def kl_normal_gamma(
    mu_1: ArrayLike,
    sigma_1: ArrayLike,
    alpha_2: ArrayLike,
    beta_2: ArrayLike,
    *,
    event_ndims: int = 0,
    validate: bool = True,
) -> Array:
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
    mu_1, sigma_1, alpha_2, beta_2, shape, dtype = _prepare(mu_1, sigma_1, alpha_2, beta_2)
    value = _evaluate(_kl_normal_gamma, shape, mu_1, sigma_1, alpha_2, beta_2)
    if validate:
        value = jnp.where(~jnp.isnan(mu_1), value, jnp.nan)
        value = jnp.where((sigma_1 >= 0.0), value, jnp.nan)
        value = jnp.where((alpha_2 >= 0.0), value, jnp.nan)
        value = jnp.where((beta_2 >= 0.0), value, jnp.nan)
    return _finish(value, dtype, event_ndims)


def _kl_normal_gamma(
    mu_1: Array,
    sigma_1: Array,
    alpha_2: Array,
    beta_2: Array,
) -> tuple[Array | float, Callable[[], tuple[Array | float, ...]]]:
    """The value, and what gives its derivatives by the arguments."""
    value = jnp.inf

    def slopes() -> tuple[Array | float, ...]:
        slope_mu_1 = 0.0
        slope_sigma_1 = 0.0
        slope_alpha_2 = 0.0
        slope_beta_2 = 0.0
        return (slope_mu_1, slope_sigma_1, slope_alpha_2, slope_beta_2)

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


def _log1p(x: Array) -> Array:
    """log(1 + x): jnp.log1p is off by up to 120 units in the last place."""
    # a 1 that the compiler does not know: it takes (1 + x) - 1 for x
    one = jnp.where(jnp.isnan(x), x, 1.0)
    above = one + x
    inside = (above > 0.0) & (above < jnp.inf)
    # what was rounded off in 1 + x
    error = jnp.where(inside, x - (above - one), 0.0)
    return jnp.log(above) + error / jnp.where(inside, above, 1.0)


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
