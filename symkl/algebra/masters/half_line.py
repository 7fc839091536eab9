"""Integrals over (0, oo)."""

from __future__ import annotations

import sympy as sp

from symkl.algebra.masters.row import ETA, HALF, QUADRATIC, Master, Z

__all__ = ["HALF_LINE"]

_a, _b, _c = sp.symbols("a b c", positive=True)
_B = sp.Symbol("B", real=True)
_q2, _q1, _q0 = QUADRATIC

HALF_LINE: tuple[Master, ...] = (
    Master(
        name="gamma",
        title="gamma integral",
        domain=HALF,
        basis=(sp.log(Z), Z),
        parameters={_a: ETA[0] + 1, _c: -ETA[1]},
        log_value=sp.loggamma(_a) - _a * sp.log(_c),
        conditions=(sp.Gt(_a, 0, evaluate=False), sp.Gt(_c, 0, evaluate=False)),
        source="NIST Digital Library of Mathematical Functions, 5.9.1",
    ),
    Master(
        name="half_gauss",
        title="Gaussian integral on a half-line",
        domain=HALF,
        basis=(Z, Z**2),
        parameters={_B: ETA[0], _c: -ETA[1]},
        value=sp.sqrt(sp.pi) / (2 * sp.sqrt(_c)) * sp.exp(_B**2 / (4 * _c)) * sp.erfc(-_B / (2 * sp.sqrt(_c))),
        conditions=(sp.Gt(_c, 0, evaluate=False),),
        source="NIST Digital Library of Mathematical Functions, 7.7.6",
        last_resort=True,
    ),
    Master(
        name="beta_prime",
        title="beta integral on the half-line",
        domain=HALF,
        basis=(sp.log(Z), sp.log(1 + Z)),
        parameters={_a: ETA[0] + 1, _b: -ETA[1] - ETA[0] - 1},
        log_value=sp.loggamma(_a) + sp.loggamma(_b) - sp.loggamma(_a + _b),
        conditions=(sp.Gt(_a, 0, evaluate=False), sp.Gt(_b, 0, evaluate=False)),
        source="NIST Digital Library of Mathematical Functions, 5.12.3",
    ),
    Master(
        name="half_arctangent",
        title="arctangent integral on a half-line",
        domain=HALF,
        log_value=sp.log(sp.pi / 2),
        fixed=-sp.log(1 + Z**2),
        source="NIST Digital Library of Mathematical Functions, 4.24.3 and 4.26.16",
    ),
    Master(
        name="half_poisson",
        title="Poisson integral of a logarithm on a half-line",
        domain=HALF,
        value=sp.pi * sp.log(sp.sqrt(_q2) + sp.sqrt(_q0)),
        ends=(
            sp.Eq(_q1, 0, evaluate=False),
            sp.Gt(_q2, 0, evaluate=False),
            sp.Ge(_q0, 0, evaluate=False),
        ),
        fixed=-sp.log(1 + Z**2),
        weight=sp.log(_q2 * Z**2 + _q1 * Z + _q0),
        source="Gradshteyn & Ryzhik, Table of Integrals, Series, and Products, 4.295.7",
    ),
    Master(
        name="root_poisson",
        title="Poisson integral of a logarithm on a half-line, in the square of its variable",
        domain=HALF,
        value=2 * sp.pi * sp.log(sp.sqrt(_q1) + sp.sqrt(_q0)),
        ends=(sp.Gt(_q1, 0, evaluate=False), sp.Ge(_q0, 0, evaluate=False)),
        fixed=-sp.log(Z) / 2 - sp.log(1 + Z),
        weight=sp.log(_q1 * Z + _q0),
        source="Gradshteyn & Ryzhik, Table of Integrals, Series, and Products, 4.295.7, in the square of the variable",
    ),
    Master(
        name="logistic_log",
        title="integral of a logarithm over the square of 1 + z",
        domain=HALF,
        value=(_q1 * sp.log(_q1) - _q0 * sp.log(_q0)) / (_q1 - _q0),
        conditions=(sp.Ne(_q1 - _q0, 0, evaluate=False),),
        ends=(sp.Gt(_q1, 0, evaluate=False), sp.Gt(_q0, 0, evaluate=False)),
        fixed=-2 * sp.log(1 + Z),
        weight=sp.log(_q1 * Z + _q0),
        source="fundamental theorem of calculus, after integration by parts",
    ),
)
