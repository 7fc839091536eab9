"""SymPy expression -> a straight-line program on complex balls, with nothing in it but the table's operations."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import sympy as sp
from flint import acb, arb, fmpq

from symkl.model.special import zeta_derivative
from symkl.verify.rigorous import primitives
from symkl.verify.rigorous.ends import ExpRatio, Log1mRatio
from symkl.verify.rigorous.operations import OPERATIONS, REWRITES, NoEnclosure
from symkl.verify.rigorous.program import Program

__all__ = ["compile_balls", "constant"]


def compile_balls(
    expression: sp.Expr,
    variable: sp.Symbol | None = None,
    *,
    exponential: bool = False,
    points: bool = False,
    given: Mapping[sp.Basic, arb] | None = None,
) -> Program:
    """The expression as a program in `variable`, at the working precision of this moment.

    With `exponential` the program's argument is t, and `variable` is e^t > 0: then `log(variable)` is t itself and
    `variable**a` is `exp(a*t)`, both entire. With `points` the program is for thin balls at real points only, never
    for an integral: then Piecewise, Min and Max may look where the point lies. `given` holds balls for
    subexpressions that are constants evaluated elsewhere. Raises NoEnclosure.
    """
    program = Program()
    seen: dict[sp.Basic, int] = {node: program.hold(acb(ball)) for node, ball in (given or {}).items()}
    if variable is not None:
        seen[variable] = program.add(primitives.exponential, [0]) if exponential else 0
        if exponential:
            seen[sp.log(variable)] = 0

    def build(node: sp.Basic) -> int:
        if node not in seen:
            seen[node] = make(node)
        return seen[node]

    def make(node: sp.Basic) -> int:
        if not node.args:
            return program.hold(_atom(node))
        if isinstance(node, sp.Add):
            return program.add(primitives.add, [build(arg) for arg in node.args])
        if isinstance(node, sp.Mul):
            return program.add(primitives.multiply, [build(arg) for arg in node.args])
        if isinstance(node, sp.exp):
            return program.add(primitives.exponential, [build(node.args[0])])
        if isinstance(node, sp.Pow):
            if exponential and node.base == variable:
                return program.add(primitives.exponential, [program.add(primitives.multiply, [build(node.exp), 0])])
            if not points and not node.exp.is_integer and isinstance(node.base, (sp.Mul, sp.Pow, sp.exp)):
                # (a*b**c*exp(d))**e = a**e * b**(c*e) * exp(d*e) where a, b > 0
                return program.add(primitives.multiply, [raised(factor, node.exp) for factor in _factors(node.base)])
            if node.exp == sp.Rational(1, 2):
                return program.add(primitives.root, [build(node.base)])
            return program.add(primitives.power, [build(node.base), build(node.exp)])
        if isinstance(node, sp.log) and not points and isinstance(node.args[0], (sp.Mul, sp.Pow, sp.exp)):
            # log(a*b**c*exp(d)) = log(a) + c*log(b) + d where a, b > 0
            return program.add(primitives.add, [logarithm(factor) for factor in _factors(node.args[0])])
        if isinstance(node, sp.Ei):
            return program.add(primitives.ei, [build(node.args[0])])
        if isinstance(node, zeta_derivative) and node.args[0].is_Integer and 0 <= node.args[0] <= _MOST_DERIVATIVES:
            return program.add(primitives.zeta_derivative(int(node.args[0])), [build(node.args[1])])
        if points and isinstance(node, sp.betainc) and node.args[2] == 0:
            return program.add(primitives.lower_beta, [build(node.args[i]) for i in (0, 1, 3)])
        if type(node) in _RATIOS:
            return program.add(_RATIOS[type(node)], [build(node.args[0])])
        if points and isinstance(node, (sp.Piecewise, sp.Min, sp.Max, sp.core.relational.Relational)):
            return branch(node)
        if type(node) in REWRITES:
            return build(REWRITES[type(node)](*node.args))
        if type(node) in OPERATIONS:
            if isinstance(node, sp.zeta) and len(node.args) == 2:
                raise NoEnclosure("the zeta function of two arguments is in no table of analytic operations")
            *orders, argument = node.args
            if variable is not None and not points and any(variable in order.free_symbols for order in orders):
                raise NoEnclosure(f"{type(node).__name__} of a varying order is in no table of analytic operations")
            return program.add(OPERATIONS[type(node)].ball(), [build(order) for order in orders] + [build(argument)])
        raise NoEnclosure(f"{type(node).__name__} is in no table of analytic operations")

    def positive(base: sp.Expr) -> int:
        # what was taken apart for positive factors must be nan for any other, flag or no flag
        if base.is_Rational or (exponential and base == variable):
            return build(base)
        return program.add(primitives.positive, [build(base)])

    def raised(factor: sp.Expr, exponent: sp.Expr) -> int:
        base, inner = factor.as_base_exp()
        if base == sp.E or (exponential and base == variable):
            return build(sp.exp(inner * exponent) if base == sp.E else sp.Pow(base, inner * exponent))
        return program.add(primitives.power, [positive(base), build(inner * exponent)])

    def logarithm(factor: sp.Expr) -> int:
        base, exponent = factor.as_base_exp()
        if base == sp.E:
            return build(exponent)
        if base == variable and exponential:
            return program.add(primitives.multiply, [build(exponent), 0])
        log = program.add(OPERATIONS[sp.log].ball(), [positive(base)])
        return log if exponent == 1 else program.add(primitives.multiply, [build(exponent), log])

    def branch(node: sp.Basic) -> int:
        if isinstance(node, sp.Piecewise):
            return program.add(primitives.choose, [build(part) for pair in node.args for part in (pair[1], pair[0])])
        if isinstance(node, (sp.Min, sp.Max)):
            return program.add(
                primitives.least if isinstance(node, sp.Min) else primitives.greatest, [build(arg) for arg in node.args]
            )
        return program.add(primitives.RELATIONS[type(node)], [build(node.args[0] - node.args[1])])

    program.result = build(expression)
    return program


def constant(expression: sp.Expr, given: Mapping[sp.Basic, arb] | None = None) -> arb:
    """A real ball around a number given as an expression without symbols; nan where its value is not known real."""
    program = compile_balls(expression, points=True, given=given)
    value = program(acb(0))
    return value.real if value.imag.contains(0) else arb.nan()


def _atom(node: sp.Basic) -> acb:
    if isinstance(node, sp.Rational):
        return acb(arb(fmpq(int(node.p), int(node.q))))
    if node in _CONSTANTS:
        return acb(_CONSTANTS[node]())
    if node in (sp.true, sp.false):
        return acb(int(bool(node)))
    raise NoEnclosure(f"{node} has no value here")


#: power series are cut at their tenth term
_MOST_DERIVATIVES = 8
_RATIOS = {ExpRatio: primitives.exp_ratio, Log1mRatio: primitives.log1m_ratio}

_CONSTANTS: dict[sp.Basic, Callable[[], arb | acb]] = {
    sp.pi: arb.pi,
    sp.E: arb.const_e,
    sp.EulerGamma: arb.const_euler,
    sp.Catalan: arb.const_catalan,
    sp.I: lambda: acb(0, 1),  # SymPy writes log(-2) as log(2) + I*pi; a result that is not real is refused later
}


def _factors(product: sp.Expr) -> list[sp.Expr]:
    coefficient, rest = product.as_coeff_Mul()
    if rest == 1:
        return [coefficient]
    factors = [*sp.Mul.make_args(rest)]
    if coefficient.is_negative:
        coefficient, factors[0] = -coefficient, -factors[0]
    return factors if coefficient == 1 else [coefficient, *factors]
