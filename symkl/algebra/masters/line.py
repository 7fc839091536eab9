"""Integrals over the whole line."""

from __future__ import annotations

import sympy as sp

from symkl.algebra.masters.row import ETA, LINE, QUADRATIC, Master, Z

__all__ = ["ON_LINE"]

_c = sp.Symbol("c", positive=True)
_B = sp.Symbol("B", real=True)
_q2, _q1, _q0 = QUADRATIC

ON_LINE: tuple[Master, ...] = (
    Master(
        name="gauss",
        title="Gaussian integral",
        domain=LINE,
        basis=(Z, Z**2),
        parameters={_B: ETA[0], _c: -ETA[1]},
        log_value=sp.log(sp.pi) / 2 - sp.log(_c) / 2 + _B**2 / (4 * _c),
        conditions=(sp.Gt(_c, 0, evaluate=False),),
        source="NIST Digital Library of Mathematical Functions, 7.7.6 as its lower limit tends to minus infinity",
    ),
    Master(
        name="arctangent",
        title="arctangent integral",
        domain=LINE,
        log_value=sp.log(sp.pi),
        fixed=-sp.log(1 + Z**2),
        source="NIST Digital Library of Mathematical Functions, 4.24.3 and 4.26.16",
    ),
    Master(
        name="poisson",
        title="Poisson integral of a logarithm",
        domain=LINE,
        value=sp.pi * sp.log(_q2 + _q0 + sp.sqrt(4 * _q2 * _q0 - _q1**2)),
        ends=(sp.Gt(_q2, 0, evaluate=False), sp.Ge(4 * _q2 * _q0 - _q1**2, 0, evaluate=False)),
        fixed=-sp.log(1 + Z**2),
        weight=sp.log(_q2 * Z**2 + _q1 * Z + _q0),
        source=(
            "the Poisson integral formula of the half-plane for log|z - w|: Axler, Bourdon & Ramey (2001), Harmonic "
            "Function Theory, 2nd ed., ch. 7; with q1 = 0 Gradshteyn & Ryzhik, 4.295.7"
        ),
    ),
)
