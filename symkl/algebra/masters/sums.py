"""Sums over integers."""

from __future__ import annotations

import sympy as sp

from symkl.algebra.masters.row import ETA, HALF, HIGH, SHAPE, Master, Z
from symkl.model.special import zeta_derivative

__all__ = ["SUMS"]

_r = sp.Symbol("r", positive=True)
_s = sp.Symbol("s", real=True)
_BELOW_ONE = (sp.Lt(_r, 1, evaluate=False),)
_UP_TO = (sp.Integer(0), HIGH)
_FROM_ONE = (sp.Integer(1), sp.oo)
_ENDS = (sp.Ge(HIGH, 0, evaluate=False),)
_POWERS = "NIST Digital Library of Mathematical Functions, 24.4.7"

SUMS: tuple[Master, ...] = (
    Master(
        name="exponential_series",
        title="exponential series",
        discrete=True,
        domain=HALF,
        basis=(Z,),
        parameters={_r: sp.exp(ETA[0])},
        log_value=_r,
        source="NIST Digital Library of Mathematical Functions, 4.2.19",
        fixed=-sp.loggamma(Z + 1),
    ),
    Master(
        name="geometric_series",
        title="geometric series",
        discrete=True,
        domain=HALF,
        basis=(Z,),
        parameters={_r: sp.exp(ETA[0])},
        log_value=-sp.log(1 - _r),
        conditions=_BELOW_ONE,
        source="NIST Digital Library of Mathematical Functions, 4.6.7 with a = -1",
    ),
    Master(
        name="geometric_series_from_one",
        title="geometric series",
        discrete=True,
        domain=_FROM_ONE,
        basis=(Z,),
        parameters={_r: sp.exp(ETA[0])},
        log_value=sp.log(_r) - sp.log(1 - _r),
        conditions=_BELOW_ONE,
        source="NIST Digital Library of Mathematical Functions, 4.6.7 with a = -1, times r",
    ),
    Master(
        name="negative_binomial_series",
        title="negative binomial series",
        discrete=True,
        domain=HALF,
        basis=(Z,),
        parameters={_r: sp.exp(ETA[0])},
        log_value=sp.loggamma(SHAPE) - SHAPE * sp.log(1 - _r),
        conditions=_BELOW_ONE,
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
        source="NIST Digital Library of Mathematical Functions, 1.2.2",
        fixed=-sp.loggamma(Z + 1) - sp.loggamma(SHAPE - Z + 1),
    ),
    Master(
        name="logarithmic_series",
        title="logarithmic series",
        discrete=True,
        domain=_FROM_ONE,
        basis=(Z,),
        parameters={_r: sp.exp(ETA[0])},
        value=-sp.log(1 - _r),
        conditions=_BELOW_ONE,
        source="NIST Digital Library of Mathematical Functions, 4.6.1",
        fixed=-sp.log(Z),
    ),
    Master(
        name="zeta_series",
        title="zeta series",
        discrete=True,
        domain=_FROM_ONE,
        basis=(sp.log(Z),),
        parameters={_s: -ETA[0]},
        value=zeta_derivative(0, _s),
        conditions=(sp.Gt(_s, 1, evaluate=False),),
        source="NIST Digital Library of Mathematical Functions, 25.2.1 and 25.2.6",
    ),
    Master(
        name="count",
        title="number of terms",
        discrete=True,
        domain=_UP_TO,
        value=HIGH + 1,
        ends=_ENDS,
        source="counting",
    ),
    Master(
        name="sum_of_integers",
        title="sum of integers",
        discrete=True,
        domain=_UP_TO,
        value=HIGH * (HIGH + 1) / 2,
        ends=_ENDS,
        weight=Z,
        source=_POWERS,
    ),
    Master(
        name="sum_of_squares",
        title="sum of squares",
        discrete=True,
        domain=_UP_TO,
        value=HIGH * (HIGH + 1) * (2 * HIGH + 1) / 6,
        ends=_ENDS,
        weight=Z**2,
        source=_POWERS,
    ),
    Master(
        name="finite_geometric_sum",
        title="finite geometric sum",
        discrete=True,
        domain=_UP_TO,
        basis=(Z,),
        parameters={_r: sp.exp(ETA[0])},
        value=(1 - _r ** (HIGH + 1)) / (1 - _r),
        conditions=(sp.Ne(_r, 1, evaluate=False),),
        ends=_ENDS,
        source="NIST Digital Library of Mathematical Functions, 1.2.15",
        nonzero=True,
    ),
)
