"""PyTorch: tensors on any device, computed in float64, with closed-form gradients."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp

from symkl.codegen.backends.shared import CIRCULAR_REFINED, GAPS, MEANS_REFINED, REFINED, RISES, WIDENED
from symkl.codegen.stable import kernels as k

NAME = "torch"
MODULE = "torch"
LIBRARY = "PyTorch"
RESERVED = frozenset(
    {"torch", "Tensor", "Any", "Callable", "Sequence", "arguments", "held", "near", "slopes", "sums", "wanted"}
)
INFINITY = "torch.inf"
NAN = "torch.nan"
QUOTIENT = "_over({0}, {1})"
SQUARE = "({0}, {1})"
BESIDE: Mapping[Any, str] = {}
PREAMBLE = (
    "The functions take tensors and numbers, which broadcast, on any one device. They compute in float64 (float32 on "
    "a device that has no float64) and round once to the dtype of the tensors (the default dtype for integers and "
    "numbers). Gradients are closed forms themselves, unless the docstring says otherwise; they can be differentiated "
    "in turn. torch.compile takes the functions whole. They stand alone: nothing else needs to be installed but "
    "{needs}.{one_pass}"
)
SLOPES = True
REREAD = True
TWICE: Mapping[Any, str] = {**REFINED, **MEANS_REFINED, **CIRCULAR_REFINED}
TWICE_FAR = True
WIDE: Mapping[Any, str] = WIDENED
LENDER = "numba"
#: torch has Bessel functions of order 0 and 1 alone, no exponential integral, and a trigamma that loses nine digits;
#: its incomplete gamma functions lose six digits at large shapes, and have no derivative in the shape;
#: `maximum` and `minimum` want tensors on both sides
SPELLINGS: Mapping[Any, str] = {
    sp.log: "torch.log({0})",
    sp.exp: "torch.exp({0})",
    sp.Abs: "torch.abs({0})",
    sp.sign: "torch.sign({0})",
    sp.cos: "torch.cos({0})",
    sp.sin: "torch.sin({0})",
    sp.cosh: "torch.cosh({0})",
    sp.sinh: "torch.sinh({0})",
    sp.tanh: "torch.tanh({0})",
    sp.atan: "torch.atan({0})",
    sp.atanh: "torch.atanh({0})",
    sp.floor: "torch.floor({0})",
    sp.Max: "torch.maximum(torch.as_tensor({0}), torch.as_tensor({1}))",
    sp.Min: "torch.minimum(torch.as_tensor({0}), torch.as_tensor({1}))",
    sp.erf: "torch.special.erf({0})",
    sp.erfc: "torch.special.erfc({0})",
    sp.loggamma: "torch.special.gammaln({0})",
    sp.gamma: "torch.exp(torch.special.gammaln({0}))",
    sp.polygamma: "torch.special.polygamma({0}, {1})",
    sp.zeta: "torch.special.zeta({0}, {1})",
    k.LogGamma: "torch.special.gammaln({0})",
    k.Digamma: "torch.special.digamma({0})",
    k.Trigamma: "_trigamma({0})",
    k.Log1P: "torch.log1p({0})",
    k.ExpM1: "torch.expm1({0})",
    k.XLogY: "torch.special.xlogy({0}, {1})",
    k.XLog1PY: "torch.special.xlog1py({0}, {1})",
    k.Softplus: "_softplus({0})",
    k.Sigmoid: "torch.sigmoid({0})",
    **GAPS,
    **RISES,
}
