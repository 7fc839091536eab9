"""Integrals over (l, oo)."""

from __future__ import annotations

import sympy as sp

from symkl.algebra.masters.row import ETA, LOW, Master, Z

__all__ = ["TAIL"]

_c = sp.Symbol("c", positive=True)
_B = sp.Symbol("B", real=True)
_e = sp.Symbol("e", real=True)
_BEYOND = (LOW, sp.oo)
_AWAY = (sp.Gt(LOW, 0, evaluate=False),)

TAIL: tuple[Master, ...] = (
    Master(
        name="power_tail",
        title="integral of a power over a tail",
        domain=_BEYOND,
        basis=(sp.log(Z),),
        parameters={_c: -ETA[0] - 1},
        log_value=-_c * sp.log(LOW) - sp.log(_c),
        conditions=(sp.Gt(_c, 0, evaluate=False),),
        ends=_AWAY,
        source="fundamental theorem of calculus",
    ),
    Master(
        name="exponential_tail",
        title="integral of an exponential over a tail",
        domain=_BEYOND,
        basis=(Z,),
        parameters={_c: -ETA[0]},
        log_value=-_c * LOW - sp.log(_c),
        conditions=(sp.Gt(_c, 0, evaluate=False),),
        source="fundamental theorem of calculus",
    ),
    Master(
        name="log_exponential_tail",
        title="integral of a logarithm times an exponential over a tail",
        domain=_BEYOND,
        basis=(Z,),
        parameters={_c: -ETA[0]},
        value=(sp.exp(-_c * LOW) * sp.log(LOW) + sp.expint(1, _c * LOW)) / _c,
        conditions=(sp.Gt(_c, 0, evaluate=False),),
        ends=_AWAY,
        weight=sp.log(Z),
        source="NIST Digital Library of Mathematical Functions, 6.2.1, after integration by parts",
    ),
    Master(
        name="gamma_tail",
        title="incomplete gamma integral over a tail",
        domain=_BEYOND,
        basis=(sp.log(Z), Z),
        parameters={_e: ETA[0] + 1, _c: -ETA[1]},
        value=_c**-_e * sp.uppergamma(_e, _c * LOW),
        ends=(*_AWAY, sp.Gt(_c, 0, evaluate=False)),
        source="NIST Digital Library of Mathematical Functions, 8.2.2",
        last_resort=True,
    ),
    Master(
        name="gauss_tail",
        title="Gaussian integral over a tail",
        domain=_BEYOND,
        basis=(Z, Z**2),
        parameters={_B: ETA[0], _c: -ETA[1]},
        value=sp.sqrt(sp.pi)
        / (2 * sp.sqrt(_c))
        * sp.exp(_B**2 / (4 * _c))
        * sp.erfc(sp.sqrt(_c) * LOW - _B / (2 * sp.sqrt(_c))),
        conditions=(sp.Gt(_c, 0, evaluate=False),),
        source="NIST Digital Library of Mathematical Functions, 7.2.2 after completing the square",
        nonzero=True,
    ),
    Master(
        name="shifted_power_tail",
        title="integral of a power of 1 + z over a tail",
        domain=_BEYOND,
        basis=(sp.log(1 + Z),),
        parameters={_c: -ETA[0] - 1},
        log_value=-_c * sp.log(1 + LOW) - sp.log(_c),
        conditions=(sp.Gt(_c, 0, evaluate=False),),
        ends=_AWAY,
        source="fundamental theorem of calculus",
        nonzero=True,
    ),
    Master(
        name="log_logistic_tail",
        title="integral of a logarithm over the square of 1 + z, over a tail",
        domain=_BEYOND,
        value=sp.log(1 + LOW) - LOW * sp.log(LOW) / (1 + LOW),
        ends=_AWAY,
        fixed=-2 * sp.log(1 + Z),
        weight=sp.log(Z),
        source="fundamental theorem of calculus, after integration by parts",
    ),
)
