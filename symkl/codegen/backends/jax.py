"""JAX: arrays on any device, compiled, mapped and differentiated, computed in float64 where JAX has that enabled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp

from symkl.codegen.backends.shared import GAPS, REFINED, RISES
from symkl.codegen.stable import kernels as k

NAME = "jax"
MODULE = "jnp"
LIBRARY = "JAX"
RESERVED = frozenset({"functools", "jax", "jnp", "Array", "held", "near", "slopes", "sums"})
INFINITY = "jnp.inf"
NAN = "jnp.nan"
#: XLA makes x/(y*z) of (x/y)/z, which overflows where the quotient does not
QUOTIENT = "_over({0}, {1})"
SQUARE = ""
BESIDE: Mapping[Any, str] = {}
PREAMBLE = (
    "The functions take arrays and numbers, which broadcast, and are compiled; they may be called within jax.jit, "
    "jax.vmap and jax.grad. With jax_enable_x64 they compute in float64 and round once to the dtype of the arguments "
    "(float64 for integers and numbers); without, in float32 by the same forms, to a few units in its last place. "
    "Derivatives are closed forms as well, which share with the values what these are made of, and have derivatives "
    "themselves. They stand alone: nothing else needs to be installed but {needs}."
)
SLOPES = True
REREAD = True
TWICE: Mapping[Any, str] = REFINED
#: what is compiled cannot decide for single numbers, so that it takes time where many are worked out again
TWICE_FAR = False
WIDE: Mapping[Any, str] = {}
LENDER = ""
#: JAX has Bessel functions of order 0 and 1 alone; its log1p, expm1, lgamma and digamma lose digits
SPELLINGS: Mapping[Any, str] = {
    sp.log: "jnp.log({0})",
    sp.exp: "jnp.exp({0})",
    sp.Abs: "jnp.abs({0})",
    sp.sign: "jnp.sign({0})",
    sp.cos: "jnp.cos({0})",
    sp.sin: "jnp.sin({0})",
    sp.cosh: "_cosh({0})",
    sp.sinh: "_sinh({0})",
    sp.tanh: "jnp.tanh({0})",
    sp.atan: "jnp.arctan({0})",
    sp.atanh: "jnp.arctanh({0})",
    sp.floor: "jnp.floor({0})",
    sp.Max: "jnp.maximum({0}, {1})",
    sp.Min: "jnp.minimum({0}, {1})",
    sp.erf: "jax.scipy.special.erf({0})",
    sp.erfc: "jax.scipy.special.erfc({0})",
    sp.loggamma: "_loggamma({0})",
    sp.gamma: "jnp.exp(_loggamma({0}))",
    sp.polygamma: "jax.scipy.special.polygamma({0}, {1})",
    sp.Ei: "jax.scipy.special.expi({0})",
    sp.zeta: "jax.scipy.special.zeta({0}, {1})",
    k.Digamma: "_digamma({0})",
    k.Trigamma: "_trigamma({0})",
    k.Log1P: "_log1p({0})",
    k.ExpM1: "_expm1({0})",
    k.XLogY: "jax.scipy.special.xlogy({0}, {1})",
    k.XLog1PY: "_xlog1py({0}, {1})",
    k.Softplus: "_softplus({0})",
    k.Sigmoid: "jax.nn.sigmoid({0})",
    k.LogGamma: "_loggamma({0})",
    **GAPS,
    **RISES,
}
