"""NumPy: arrays of any floating dtype, computed in float64."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp

from symkl.codegen.backends.shared import GAPS, WIDENED
from symkl.codegen.stable import kernels as k

NAME = "numpy"
MODULE = "np"
LIBRARY = "NumPy"
RESERVED = frozenset({"np", "special", "ArrayLike", "NDArray"})
INFINITY = "np.inf"
NAN = "np.nan"
QUOTIENT = "{0} / {1}"
SQUARE = "({0}, {1})"
BESIDE: Mapping[Any, str] = {k.LogGap: "_plus_log_gap({0}, {1}, {2}, {3}, {4})"}
PREAMBLE = (
    "The functions take numbers, lists and arrays, which broadcast. They compute in float64 and round once to the "
    "dtype of the arguments (float64 for integers). They stand alone: nothing else needs to be installed but "
    "{needs}."
)
SLOPES = False
REREAD = True
TWICE: Mapping[Any, str] = {}
TWICE_FAR = False
WIDE: Mapping[Any, str] = WIDENED
LENDER = ""
#: NumPy has no error function and no gamma functions: SciPy is imported in the modules that need them
SPELLINGS: Mapping[Any, str] = {
    sp.log: "np.log({0})",
    sp.exp: "np.exp({0})",
    sp.Abs: "np.abs({0})",
    sp.sign: "np.sign({0})",
    sp.cos: "np.cos({0})",
    sp.sin: "np.sin({0})",
    sp.cosh: "np.cosh({0})",
    sp.sinh: "np.sinh({0})",
    sp.tanh: "np.tanh({0})",
    sp.atan: "np.arctan({0})",
    sp.atanh: "np.arctanh({0})",
    sp.floor: "np.floor({0})",
    sp.Max: "np.maximum({0}, {1})",
    sp.Min: "np.minimum({0}, {1})",
    sp.erf: "special.erf({0})",
    sp.erfc: "special.erfc({0})",
    sp.loggamma: "special.gammaln({0})",
    sp.gamma: "special.gamma({0})",
    sp.polygamma: "special.polygamma({0}, {1})",
    sp.Ei: "special.expi({0})",
    sp.expint: "special.expn({0}, {1})",
    sp.uppergamma: "(special.gammaincc({0}, {1}) * special.gamma({0}))",
    sp.lowergamma: "(special.gammainc({0}, {1}) * special.gamma({0}))",
    sp.betainc: "(special.betainc({0}, {1}, {3}) * special.beta({0}, {1}))",
    sp.besseli: "special.iv({0}, {1})",
    sp.besselk: "special.kv({0}, {1})",
    sp.zeta: "special.zeta({0}, {1})",
    k.LogGamma: "special.gammaln({0})",
    k.Digamma: "special.digamma({0})",
    k.Trigamma: "special.polygamma(1, {0})",
    k.Log1P: "np.log1p({0})",
    k.ExpM1: "np.expm1({0})",
    k.XLogY: "_xlogy({0}, {1})",
    k.XLog1PY: "_xlog1py({0}, {1})",
    k.Softplus: "np.logaddexp(0.0, {0})",
    k.Sigmoid: "_sigmoid({0})",
    k.GammaTail: "special.gammaincc({0}, {1})",
    **GAPS,
}
