"""The cited theorems: integrals and sums of exponentials of a few statistics, with their conditions.

Each row is data. With natural coefficients `eta_k` of the statistics `basis_k`, the theorem says

    integral or sum over z in `domain` of  exp(sum_k eta_k basis_k(z) + fixed(z))  =  exp(log_value)

where `parameters` gives the row's own parameters in terms of the coefficients, and `conditions` are what it takes to
converge. Derivatives of `log_value` with respect to the coefficients give the expectations of products of statistics.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import sympy as sp

__all__ = ["ETA", "MASTERS", "SHAPE", "WIDTH", "Master", "Z"]

#: the variable of a master; its sign is what the domain says, so this neutral symbol is replaced on use
Z = sp.Symbol("z", real=True)
ETA = sp.symbols("eta:3", real=True)
#: the length of a bounded interval, and the shape that a row's fixed part names
WIDTH = sp.Symbol("w", positive=True)
SHAPE = sp.Symbol("s", positive=True)

_a, _b, _c = sp.symbols("a b c", positive=True)
_B = sp.Symbol("B", real=True)
_r = sp.Symbol("r", positive=True)


@dataclass(frozen=True)
class Master:
    """One theorem. `domain` bounds z; `WIDTH` in it stands for any positive length. `fixed` must be present as it is.

    `additive`: the value is a sum, whose own derivatives are shorter than those of its logarithm.
    `last_resort`: the value is a special function where another chart may lead to an elementary one.
    """

    name: str
    title: str
    discrete: bool
    domain: tuple[sp.Expr, sp.Expr]
    basis: tuple[sp.Expr, ...]
    parameters: dict[sp.Symbol, sp.Expr] = field(hash=False)
    log_value: sp.Expr
    conditions: tuple[sp.Basic, ...]
    source: str
    fixed: sp.Expr = sp.S.Zero
    last_resort: bool = False
    additive: bool = False


_LINE = (-sp.oo, sp.oo)
_HALF = (sp.Integer(0), sp.oo)
_UNIT = (sp.Integer(0), sp.Integer(1))
_PART = (sp.Integer(0), WIDTH)

MASTERS: tuple[Master, ...] = (
    Master(
        name="gauss",
        title="Gaussian integral",
        discrete=False,
        domain=_LINE,
        basis=(Z, Z**2),
        parameters={_B: ETA[0], _c: -ETA[1]},
        log_value=sp.log(sp.pi) / 2 - sp.log(_c) / 2 + _B**2 / (4 * _c),
        conditions=(sp.Gt(_c, 0, evaluate=False),),
        source="NIST Digital Library of Mathematical Functions, 7.7.6 as its lower limit tends to minus infinity",
    ),
    Master(
        name="gamma",
        title="gamma integral",
        discrete=False,
        domain=_HALF,
        basis=(sp.log(Z), Z),
        parameters={_a: ETA[0] + 1, _c: -ETA[1]},
        log_value=sp.loggamma(_a) - _a * sp.log(_c),
        conditions=(sp.Gt(_a, 0, evaluate=False), sp.Gt(_c, 0, evaluate=False)),
        source="NIST Digital Library of Mathematical Functions, 5.9.1",
    ),
    Master(
        name="half_gauss",
        title="Gaussian integral on a half-line",
        discrete=False,
        domain=_HALF,
        basis=(Z, Z**2),
        parameters={_B: ETA[0], _c: -ETA[1]},
        log_value=sp.log(sp.pi) / 2
        - sp.log(2)
        - sp.log(_c) / 2
        + _B**2 / (4 * _c)
        + sp.log(sp.erfc(-_B / (2 * sp.sqrt(_c)))),
        conditions=(sp.Gt(_c, 0, evaluate=False),),
        source="NIST Digital Library of Mathematical Functions, 7.7.6",
        last_resort=True,
        additive=True,
    ),
    Master(
        name="beta",
        title="beta integral",
        discrete=False,
        domain=_UNIT,
        basis=(sp.log(Z), sp.log(1 - Z)),
        parameters={_a: ETA[0] + 1, _b: ETA[1] + 1},
        log_value=sp.loggamma(_a) + sp.loggamma(_b) - sp.loggamma(_a + _b),
        conditions=(sp.Gt(_a, 0, evaluate=False), sp.Gt(_b, 0, evaluate=False)),
        source="NIST Digital Library of Mathematical Functions, 5.12.1",
    ),
    Master(
        name="beta_prime",
        title="beta integral on the half-line",
        discrete=False,
        domain=_HALF,
        basis=(sp.log(Z), sp.log(1 + Z)),
        parameters={_a: ETA[0] + 1, _b: -ETA[1] - ETA[0] - 1},
        log_value=sp.loggamma(_a) + sp.loggamma(_b) - sp.loggamma(_a + _b),
        conditions=(sp.Gt(_a, 0, evaluate=False), sp.Gt(_b, 0, evaluate=False)),
        source="NIST Digital Library of Mathematical Functions, 5.12.3",
    ),
    Master(
        name="power_interval",
        title="integral of a power over an interval",
        discrete=False,
        domain=_PART,
        basis=(sp.log(Z),),
        parameters={_a: ETA[0] + 1},
        log_value=_a * sp.log(WIDTH) - sp.log(_a),
        conditions=(sp.Gt(_a, 0, evaluate=False),),
        source="fundamental theorem of calculus",
    ),
    Master(
        name="exponential_interval",
        title="integral of an exponential over an interval",
        discrete=False,
        domain=_PART,
        basis=(Z,),
        parameters={_B: ETA[0]},
        log_value=sp.log((sp.exp(_B * WIDTH) - 1) / _B),
        conditions=(sp.Ne(_B, 0, evaluate=False),),
        source="fundamental theorem of calculus",
        additive=True,
    ),
    Master(
        name="exponential_series",
        title="exponential series",
        discrete=True,
        domain=_HALF,
        basis=(Z,),
        parameters={_r: sp.exp(ETA[0])},
        log_value=_r,
        conditions=(),
        source="NIST Digital Library of Mathematical Functions, 4.2.19",
        fixed=-sp.loggamma(Z + 1),
    ),
    Master(
        name="geometric_series",
        title="geometric series",
        discrete=True,
        domain=_HALF,
        basis=(Z,),
        parameters={_r: sp.exp(ETA[0])},
        log_value=-sp.log(1 - _r),
        conditions=(sp.Lt(_r, 1, evaluate=False),),
        source="NIST Digital Library of Mathematical Functions, 4.6.7 with a = -1",
    ),
    Master(
        name="negative_binomial_series",
        title="negative binomial series",
        discrete=True,
        domain=_HALF,
        basis=(Z,),
        parameters={_r: sp.exp(ETA[0])},
        log_value=sp.loggamma(SHAPE) - SHAPE * sp.log(1 - _r),
        conditions=(sp.Lt(_r, 1, evaluate=False),),
        source="NIST Digital Library of Mathematical Functions, 4.6.7 with a = -s",
        fixed=sp.loggamma(Z + SHAPE) - sp.loggamma(Z + 1),
    ),
    Master(
        name="binomial_sum",
        title="binomial theorem",
        discrete=True,
        domain=(sp.Integer(0), SHAPE),
        basis=(Z,),
        parameters={_r: sp.exp(ETA[0])},
        log_value=SHAPE * sp.log(1 + _r) - sp.loggamma(SHAPE + 1),
        conditions=(),
        source="NIST Digital Library of Mathematical Functions, 1.2.2",
        fixed=-sp.loggamma(Z + 1) - sp.loggamma(SHAPE - Z + 1),
    ),
)
