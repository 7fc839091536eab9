"""Integrals over bounded ranges."""

from __future__ import annotations

import sympy as sp

from symkl.algebra.masters.row import ETA, HIGH, LOW, QUADRATIC, UNIT, WIDTH, Master, Z

__all__ = ["INTERVAL"]

_a, _b, _c = sp.symbols("a b c", positive=True)
_B, _e = sp.symbols("B e", real=True)
_q1, _q0 = QUADRATIC[1:]
_PART = (sp.Integer(0), WIDTH)
_BETWEEN = (LOW, HIGH)
_CALCULUS = "fundamental theorem of calculus"


def _erf_at(end: sp.Expr) -> sp.Expr:
    return sp.erf(sp.sqrt(_c) * end - _B / (2 * sp.sqrt(_c)))


def _log_exponential_beyond(end: sp.Expr) -> sp.Expr:
    return sp.exp(-_c * end) * sp.log(end) + sp.expint(1, _c * end)


def _log_growth_up_to(end: sp.Expr) -> sp.Expr:
    return sp.exp(_B * end) * sp.log(end) - sp.Ei(_B * end)


INTERVAL: tuple[Master, ...] = (
    Master(
        name="beta",
        title="beta integral",
        domain=UNIT,
        basis=(sp.log(Z), sp.log(1 - Z)),
        parameters={_a: ETA[0] + 1, _b: ETA[1] + 1},
        log_value=sp.loggamma(_a) + sp.loggamma(_b) - sp.loggamma(_a + _b),
        conditions=(sp.Gt(_a, 0, evaluate=False), sp.Gt(_b, 0, evaluate=False)),
        source="NIST Digital Library of Mathematical Functions, 5.12.1",
    ),
    Master(
        name="arcsine_log",
        title="integral of a logarithm under the arcsine density",
        domain=UNIT,
        value=2 * sp.pi * sp.log((sp.sqrt(_q0) + sp.sqrt(_q1 + _q0)) / 2),
        ends=(sp.Ge(_q0, 0, evaluate=False), sp.Ge(_q1 + _q0, 0, evaluate=False)),
        fixed=-sp.log(Z) / 2 - sp.log(1 - Z) / 2,
        weight=sp.log(_q1 * Z + _q0),
        source="Gradshteyn & Ryzhik, Table of Integrals, Series, and Products, 4.224.9, with z = (1 + cos(x))/2",
    ),
    Master(
        name="arcsine_exponential",
        title="integral of an exponential under the arcsine density",
        domain=UNIT,
        basis=(Z,),
        parameters={_B: ETA[0]},
        value=sp.pi * sp.exp(_B / 2) * sp.besseli(0, _B / 2),
        fixed=-sp.log(Z) / 2 - sp.log(1 - Z) / 2,
        source="NIST Digital Library of Mathematical Functions, 10.32.1, with z = (1 + cos(theta))/2",
        nonzero=True,
    ),
    Master(
        name="semicircle_exponential",
        title="integral of an exponential under the semicircle density",
        domain=UNIT,
        basis=(Z,),
        parameters={_B: ETA[0]},
        value=sp.pi * sp.exp(_B / 2) * sp.besseli(1, _B / 2) / (2 * _B),
        conditions=(sp.Ne(_B, 0, evaluate=False),),
        fixed=sp.log(Z) / 2 + sp.log(1 - Z) / 2,
        source="NIST Digital Library of Mathematical Functions, 10.32.2, with z = (1 + t)/2",
        nonzero=True,
    ),
    Master(
        name="power_interval",
        title="integral of a power over an interval",
        domain=_PART,
        basis=(sp.log(Z),),
        parameters={_a: ETA[0] + 1},
        log_value=_a * sp.log(WIDTH) - sp.log(_a),
        conditions=(sp.Gt(_a, 0, evaluate=False),),
        source=_CALCULUS,
    ),
    Master(
        name="exponential_interval",
        title="integral of an exponential over an interval",
        domain=_PART,
        basis=(Z,),
        parameters={_B: ETA[0]},
        value=(sp.exp(_B * WIDTH) - 1) / _B,
        conditions=(sp.Ne(_B, 0, evaluate=False),),
        source=_CALCULUS,
        nonzero=True,
    ),
    Master(
        name="power_between",
        title="integral of a power over an interval",
        domain=_BETWEEN,
        basis=(sp.log(Z),),
        parameters={_a: ETA[0] + 1},
        value=(HIGH**_a - LOW**_a) / _a,
        ends=(sp.Ge(LOW, 0, evaluate=False), sp.Gt(_a, 0, evaluate=False)),
        source=_CALCULUS,
    ),
    Master(
        name="power_away",
        title="integral of a power over an interval away from 0",
        domain=_BETWEEN,
        basis=(sp.log(Z),),
        parameters={_e: ETA[0] + 1},
        value=(HIGH**_e - LOW**_e) / _e,
        conditions=(sp.Ne(_e, 0, evaluate=False),),
        ends=(sp.Gt(LOW, 0, evaluate=False),),
        source=_CALCULUS,
    ),
    Master(
        name="reciprocal_between",
        title="integral of a reciprocal over an interval",
        domain=_BETWEEN,
        value=sp.log(HIGH) - sp.log(LOW),
        ends=(sp.Gt(LOW, 0, evaluate=False),),
        fixed=-sp.log(Z),
        source=_CALCULUS,
    ),
    Master(
        name="log_reciprocal_between",
        title="integral of a logarithm over its argument",
        domain=_BETWEEN,
        value=(sp.log(HIGH) ** 2 - sp.log(LOW) ** 2) / 2,
        ends=(sp.Gt(LOW, 0, evaluate=False),),
        fixed=-sp.log(Z),
        weight=sp.log(Z),
        source=_CALCULUS,
    ),
    Master(
        name="exponential_between",
        title="integral of an exponential over an interval",
        domain=_BETWEEN,
        basis=(Z,),
        parameters={_B: ETA[0]},
        value=(sp.exp(_B * HIGH) - sp.exp(_B * LOW)) / _B,
        conditions=(sp.Ne(_B, 0, evaluate=False),),
        source=_CALCULUS,
        nonzero=True,
    ),
    Master(
        name="gauss_between",
        title="Gaussian integral over an interval",
        domain=_BETWEEN,
        basis=(Z, Z**2),
        parameters={_B: ETA[0], _c: -ETA[1]},
        value=sp.sqrt(sp.pi) / (2 * sp.sqrt(_c)) * sp.exp(_B**2 / (4 * _c)) * (_erf_at(HIGH) - _erf_at(LOW)),
        ends=(sp.Gt(_c, 0, evaluate=False),),
        source="NIST Digital Library of Mathematical Functions, 7.2.1 after completing the square",
        nonzero=True,
    ),
    Master(
        name="log_exponential_part",
        title="integral of a logarithm times an exponential over an interval",
        domain=_PART,
        basis=(Z,),
        parameters={_c: -ETA[0]},
        value=-(sp.EulerGamma + sp.log(_c) + sp.exp(-_c * WIDTH) * sp.log(WIDTH) + sp.expint(1, _c * WIDTH)) / _c,
        ends=(sp.Gt(_c, 0, evaluate=False),),
        weight=sp.log(Z),
        source="NIST Digital Library of Mathematical Functions, 6.2.1 and 6.2.4, after integration by parts",
    ),
    Master(
        name="log_exponential_interval",
        title="integral of a logarithm times an exponential over an interval",
        domain=_PART,
        basis=(Z,),
        parameters={_B: ETA[0]},
        value=(sp.exp(_B * WIDTH) * sp.log(WIDTH) - sp.Ei(_B * WIDTH) + sp.EulerGamma + sp.log(sp.Abs(_B))) / _B,
        conditions=(sp.Ne(_B, 0, evaluate=False),),
        weight=sp.log(Z),
        source="NIST Digital Library of Mathematical Functions, 6.2.5 and 6.6.1, after integration by parts",
        last_resort=True,
    ),
    Master(
        name="power_of_rest",
        title="integral of a power of 1 - z over an interval",
        domain=_PART,
        basis=(sp.log(1 - Z),),
        parameters={_e: ETA[0] + 1},
        value=(1 - (1 - WIDTH) ** _e) / _e,
        conditions=(sp.Ne(_e, 0, evaluate=False),),
        ends=(sp.Gt(1 / WIDTH, 1, evaluate=False),),
        source=_CALCULUS,
        nonzero=True,
    ),
    Master(
        name="gamma_part",
        title="incomplete gamma integral",
        domain=_PART,
        basis=(sp.log(Z), Z),
        parameters={_a: ETA[0] + 1, _c: -ETA[1]},
        value=(sp.gamma(_a) - sp.uppergamma(_a, _c * WIDTH)) * _c**-_a,
        conditions=(sp.Gt(_a, 0, evaluate=False),),
        ends=(sp.Gt(_c, 0, evaluate=False),),
        source="NIST Digital Library of Mathematical Functions, 8.2.1 and 8.2.3",
        last_resort=True,
    ),
    Master(
        name="beta_part",
        title="incomplete beta integral",
        domain=_PART,
        basis=(sp.log(Z), sp.log(1 - Z)),
        parameters={_a: ETA[0] + 1, _b: ETA[1] + 1},
        value=sp.betainc(_a, _b, 0, WIDTH),
        conditions=(sp.Gt(_a, 0, evaluate=False),),
        ends=(sp.Gt(1 / WIDTH, 1, evaluate=False),),
        source="NIST Digital Library of Mathematical Functions, 8.17.1",
        last_resort=True,
    ),
    Master(
        name="log_exponential_between",
        title="integral of a logarithm times an exponential over an interval",
        domain=_BETWEEN,
        basis=(Z,),
        parameters={_c: -ETA[0]},
        value=(_log_exponential_beyond(LOW) - _log_exponential_beyond(HIGH)) / _c,
        ends=(sp.Gt(LOW, 0, evaluate=False), sp.Gt(_c, 0, evaluate=False)),
        weight=sp.log(Z),
        source="NIST Digital Library of Mathematical Functions, 6.2.1, after integration by parts",
    ),
    Master(
        name="log_growth_between",
        title="integral of a logarithm times an exponential over an interval",
        domain=_BETWEEN,
        basis=(Z,),
        parameters={_B: ETA[0]},
        value=(_log_growth_up_to(HIGH) - _log_growth_up_to(LOW)) / _B,
        conditions=(sp.Ne(_B, 0, evaluate=False),),
        ends=(sp.Gt(LOW, 0, evaluate=False),),
        weight=sp.log(Z),
        source="NIST Digital Library of Mathematical Functions, 6.2.5, after integration by parts",
        last_resort=True,
    ),
    Master(
        name="shifted_power_part",
        title="integral of a power of 1 + z over an interval",
        domain=_PART,
        basis=(sp.log(1 + Z),),
        parameters={_e: ETA[0] + 1},
        value=((1 + WIDTH) ** _e - 1) / _e,
        conditions=(sp.Ne(_e, 0, evaluate=False),),
        source=_CALCULUS,
        nonzero=True,
    ),
    Master(
        name="log_logistic_part",
        title="integral of a logarithm over the square of 1 + z, over an interval",
        domain=_PART,
        value=WIDTH * sp.log(WIDTH) / (1 + WIDTH) - sp.log(1 + WIDTH),
        fixed=-2 * sp.log(1 + Z),
        weight=sp.log(Z),
        source="fundamental theorem of calculus, after integration by parts",
    ),
)
