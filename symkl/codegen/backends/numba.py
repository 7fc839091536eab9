"""numba: NumPy arrays, one compiled pass over memory, computed in float64."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp

from symkl.codegen.backends.shared import GAPS
from symkl.codegen.stable import kernels as k

NAME = "numba"
MODULE = "math"
LIBRARY = "numba"
RESERVED = frozenset(
    "np numba math contextvars functools ArrayLike NDArray parallel validate size arguments result i".split()
)
INFINITY = "np.inf"
NAN = "np.nan"
QUOTIENT = "{0} / {1}"
SQUARE = ""
BESIDE: Mapping[Any, str] = {}
PREAMBLE = (
    "The functions take numbers, lists and arrays, which broadcast. They are compiled when they are first called, "
    "and the machine code is kept for the next time; parallel=True divides large arrays among threads. They compute "
    "in float64 and round once to the dtype of the arguments (float64 for integers). The check of the domains is part "
    "of the one pass over memory: validate=False changes nothing. They stand alone: nothing else needs to be installed "
    "but {needs} and NumPy 2 or later."
)
SLOPES = False
#: compiled functions would take minutes
REREAD = False
TWICE: Mapping[Any, str] = {}
TWICE_FAR = False
WIDE: Mapping[Any, str] = {}
LENDER = ""
#: what numba has of the special functions are those of `math`; the kernels have digamma and trigamma
SPELLINGS: Mapping[Any, str] = {
    sp.log: "math.log({0})",
    sp.exp: "math.exp({0})",
    sp.Abs: "abs({0})",
    sp.sign: "np.sign({0})",
    sp.cos: "math.cos({0})",
    sp.sin: "math.sin({0})",
    sp.cosh: "math.cosh({0})",
    sp.sinh: "math.sinh({0})",
    sp.tanh: "math.tanh({0})",
    sp.atan: "math.atan({0})",
    sp.atanh: "math.atanh({0})",
    sp.floor: "np.floor({0})",
    sp.Max: "max({0}, {1})",
    sp.Min: "min({0}, {1})",
    sp.erf: "math.erf({0})",
    sp.erfc: "math.erfc({0})",
    sp.loggamma: "math.lgamma({0})",
    sp.gamma: "math.gamma({0})",
    k.LogGamma: "math.lgamma({0})",
    k.Digamma: "_digamma({0})",
    k.Trigamma: "_trigamma({0})",
    k.Log1P: "math.log1p({0})",
    k.ExpM1: "math.expm1({0})",
    k.XLogY: "_xlogy({0}, {1})",
    k.XLog1PY: "_xlog1py({0}, {1})",
    k.Softplus: "_softplus({0})",
    k.Sigmoid: "_sigmoid({0})",
    k.ReciprocalStep: "_reciprocal_step({0}, {1}, {2})",
    k.SquareBalance: "_square_balance({0}, {1}, {2}, {3}, {4}, {5})",
    **GAPS,
}
