"""Integrals whose values are modified Bessel functions, or their derivatives in the order."""

from __future__ import annotations

import sympy as sp

from symkl.algebra.masters.row import ETA, HALF, LOW, Master, Z

__all__ = ["BESSEL"]

_a, _b, _k = sp.symbols("a b k", positive=True)
_v = sp.Symbol("v", real=True)
_POSITIVE = (sp.Gt(_a, 0, evaluate=False), sp.Gt(_b, 0, evaluate=False))
_RATES = {_a: -ETA[0], _b: -ETA[1]}
_ROOT = 2 * sp.sqrt(_a * _b)
_ORDER_DERIVATIVE = "NIST Digital Library of Mathematical Functions, 10.32.10 differentiated in the order, by 10.38.7"

BESSEL: tuple[Master, ...] = (
    Master(
        name="bessel_circle",
        title="Bessel integral over a circle",
        domain=(LOW, LOW + 2 * sp.pi),
        basis=(sp.cos(Z), sp.sin(Z)),
        parameters={_k: sp.sqrt(ETA[0] ** 2 + ETA[1] ** 2)},
        log_value=sp.log(2 * sp.pi) + sp.log(sp.besseli(0, _k)),
        source="NIST Digital Library of Mathematical Functions, 10.32.1",
        nonzero=True,
    ),
    Master(
        name="bessel_k",
        title="Bessel integral over the half-line",
        domain=HALF,
        basis=(sp.log(Z), Z, 1 / Z),
        parameters={_v: ETA[0] + 1, _a: -ETA[1], _b: -ETA[2]},
        log_value=sp.log(2) + _v * sp.log(_b / _a) / 2 + sp.log(sp.besselk(_v, _ROOT)),
        ends=_POSITIVE,
        source="NIST Digital Library of Mathematical Functions, 10.32.10",
    ),
    Master(
        name="bessel_log_below",
        title="Bessel integral with a logarithm",
        domain=HALF,
        basis=(Z, 1 / Z),
        parameters=_RATES,
        value=sp.sqrt(sp.pi / _b) * (sp.log(_b / _a) * sp.exp(-_ROOT) / 2 - sp.exp(_ROOT) * sp.expint(1, 2 * _ROOT)),
        ends=_POSITIVE,
        fixed=-3 * sp.log(Z) / 2,
        weight=sp.log(Z),
        source=_ORDER_DERIVATIVE,
    ),
    Master(
        name="bessel_log_above",
        title="Bessel integral with a logarithm",
        domain=HALF,
        basis=(Z, 1 / Z),
        parameters=_RATES,
        value=sp.sqrt(sp.pi / _a) * (sp.log(_b / _a) * sp.exp(-_ROOT) / 2 + sp.exp(_ROOT) * sp.expint(1, 2 * _ROOT)),
        ends=_POSITIVE,
        fixed=-sp.log(Z) / 2,
        weight=sp.log(Z),
        source=_ORDER_DERIVATIVE,
    ),
)
