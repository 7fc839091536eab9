"""One row of the table of theorems, and the symbols in which rows are written."""

from __future__ import annotations

from dataclasses import dataclass, field

import sympy as sp

__all__ = ["ETA", "HALF", "HIGH", "LINE", "LOW", "QUADRATIC", "SHAPE", "UNIT", "WIDTH", "Master", "Z"]

#: the variable of a master; its sign is what the domain says, so this neutral symbol is replaced on use
Z = sp.Symbol("z", real=True)
#: the coefficients of the basis
ETA = sp.symbols("eta:3", real=True)
#: the length of a bounded range, and the shape that a row's fixed part names
WIDTH = sp.Symbol("w", positive=True)
SHAPE = sp.Symbol("s", positive=True)
#: the ends of a range that may be any
LOW, HIGH = sp.symbols("l h", real=True)
#: the coefficients, highest first, of a quadratic in the weight
QUADRATIC = sp.symbols("q2 q1 q0", real=True)

LINE = (-sp.oo, sp.oo)
HALF = (sp.Integer(0), sp.oo)
UNIT = (sp.Integer(0), sp.Integer(1))


@dataclass(frozen=True)
class Master:
    """One theorem: with natural coefficients `eta_k` of the statistics `basis_k`, it says

        integral or sum over z in `domain` of  weight(z) exp(sum_k eta_k basis_k(z) + fixed(z))  =  value

    `parameters` gives the row's own parameters in terms of the coefficients; the integral diverges
    where one of the `conditions` fails (other than an inequality `!=`); `ends` are what must be known of the range and
    of the parameters for the row to be meant at all. Derivatives of the value
    with respect to the coefficients give the integrals with products of statistics; `log_value` is the logarithm of
    the value where that is the simpler one of the two to differentiate.

    `domain`: `WIDTH` in it stands for any positive length, `LOW` and `HIGH` for any ends. `fixed` must be present as
    it is, and `weight` too, a product of powers of z and logarithms (of a quadratic, by `QUADRATIC`,
    or of a linear function, by its last two).
    `last_resort`: the value is a special function where another chart may lead to an elementary one.
    `nonzero`: one coefficient at least must differ from zero.
    """

    name: str
    title: str
    domain: tuple[sp.Expr, sp.Expr]
    source: str
    basis: tuple[sp.Expr, ...] = ()
    parameters: dict[sp.Symbol, sp.Expr] = field(default_factory=dict, hash=False)
    log_value: sp.Expr | None = None
    value: sp.Expr | None = None
    conditions: tuple[sp.Basic, ...] = ()
    ends: tuple[sp.Basic, ...] = ()
    fixed: sp.Expr = sp.S.Zero
    weight: sp.Expr = sp.S.One
    discrete: bool = False
    last_resort: bool = False
    nonzero: bool = False
