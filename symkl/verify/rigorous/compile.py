"""SymPy expression -> a straight-line program on complex balls, with nothing in it but the table's operations."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import sympy as sp
from flint import acb, arb, fmpq

from symkl.verify.rigorous.operations import NAN, OPERATIONS, REWRITES, NoEnclosure

__all__ = ["Program", "compile_balls", "constant"]

Step = tuple[int, Callable[..., acb], tuple[int, ...]]


class Program:
    """A compiled expression: `program(ball, analytic)` encloses its values on the ball, or gives a non-finite ball.

    With `analytic=True` a finite answer also says that the expression is analytic on the ball.
    """

    def __init__(self) -> None:
        self.values: list[acb | None] = [None]
        self.steps: list[Step] = []
        self.result = 0

    def __call__(self, point: acb, analytic: bool = False) -> acb:
        values = list(self.values)
        values[0] = point
        for slot, operation, args in self.steps:
            values[slot] = operation(analytic, *[values[i] for i in args])
        found = values[self.result]
        assert found is not None
        return found

    def hold(self, value: acb) -> int:
        self.values.append(value)
        return len(self.values) - 1

    def add(self, operation: Callable[..., acb], args: Sequence[int]) -> int:
        known = [self.values[i] for i in args]
        if all(value is not None for value in known):
            return self.hold(operation(False, *known))
        self.values.append(None)
        self.steps.append((len(self.values) - 1, operation, tuple(args)))
        return len(self.values) - 1


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
        seen[variable] = program.add(_exp, [0]) if exponential else 0
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
            return program.add(_sum, [build(arg) for arg in node.args])
        if isinstance(node, sp.Mul):
            return program.add(_product, [build(arg) for arg in node.args])
        if isinstance(node, sp.exp):
            return program.add(_exp, [build(node.args[0])])
        if isinstance(node, sp.Pow):
            if exponential and node.base == variable:
                return program.add(_exp, [program.add(_product, [build(node.exp), 0])])
            if not points and not node.exp.is_integer and isinstance(node.base, (sp.Mul, sp.Pow, sp.exp)):
                # (a*b**c)**e = a**e * b**(c*e) where a, b > 0; elsewhere one of the powers says nan
                return program.add(_product, [build(_raised(factor, node.exp)) for factor in _factors(node.base)])
            if node.exp == sp.Rational(1, 2):
                return program.add(_root, [build(node.base)])
            return program.add(_power, [build(node.base), build(node.exp)])
        if isinstance(node, sp.log) and not points:
            return program.add(_sum, [logarithm(factor) for factor in _factors(node.args[0])])
        if isinstance(node, sp.Ei):
            return program.add(_ei, [build(node.args[0])])
        if points and isinstance(node, (sp.Piecewise, sp.Min, sp.Max, sp.core.relational.Relational)):
            return branch(node)
        if type(node) in REWRITES:
            return build(REWRITES[type(node)](*node.args))
        if type(node) in OPERATIONS:
            *orders, argument = node.args
            if variable is not None and not points and any(variable in order.free_symbols for order in orders):
                raise NoEnclosure(f"{type(node).__name__} of a varying order is in no table of analytic operations")
            return program.add(OPERATIONS[type(node)].ball(), [build(order) for order in orders] + [build(argument)])
        raise NoEnclosure(f"{type(node).__name__} is in no table of analytic operations")

    def logarithm(factor: sp.Expr) -> int:
        # log(a*b**c*exp(d)) = log(a) + c*log(b) + d on the real axis where a, b > 0; elsewhere one of the logs says nan
        base, exponent = factor.as_base_exp()
        if base == sp.E:
            return build(exponent)
        if base == variable and exponential:
            return program.add(_product, [build(exponent), 0])
        log = program.add(OPERATIONS[sp.log].ball(), [build(base)])
        return log if exponent == 1 else program.add(_product, [build(exponent), log])

    def branch(node: sp.Basic) -> int:
        if isinstance(node, sp.Piecewise):
            return program.add(_choose, [build(part) for pair in node.args for part in (pair[1], pair[0])])
        if isinstance(node, (sp.Min, sp.Max)):
            return program.add(_least if isinstance(node, sp.Min) else _greatest, [build(arg) for arg in node.args])
        return program.add(_RELATIONS[type(node)], [build(node.args[0] - node.args[1])])

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


def _raised(factor: sp.Expr, exponent: sp.Expr) -> sp.Expr:
    base, inner = factor.as_base_exp()
    return sp.exp(inner * exponent) if base == sp.E else sp.Pow(base, inner * exponent)


def _sum(analytic: bool, *args: acb) -> acb:
    total = args[0]
    for arg in args[1:]:
        total = total + arg
    return total


def _product(analytic: bool, *args: acb) -> acb:
    total = args[0]
    for arg in args[1:]:
        total = total * arg
    return total


def _exp(analytic: bool, z: acb) -> acb:
    return z.exp()


def _root(analytic: bool, z: acb) -> acb:
    return z.sqrt(analytic=analytic)


def _power(analytic: bool, z: acb, exponent: acb) -> acb:
    return z.pow(exponent, analytic=analytic)


def _ei(analytic: bool, z: acb) -> acb:
    if z.real > 0:
        return z.ei()
    return -(-z).expint(1) if z.real < 0 else NAN  # Ei(z) = -E_1(-z) there, real on the negative axis


def _choose(analytic: bool, *args: acb) -> acb:
    for condition, value in zip(args[::2], args[1::2], strict=True):
        if not condition.is_finite():
            return NAN
        if condition == 1:
            return value
    return NAN


def _least(analytic: bool, *args: acb) -> acb:
    found = args[0]
    for arg in args[1:]:
        found = found.real_min(arg)
    return found


def _greatest(analytic: bool, *args: acb) -> acb:
    found = args[0]
    for arg in args[1:]:
        found = found.real_max(arg)
    return found


def _relation(holds: Callable[[arb], bool], fails: Callable[[arb], bool]) -> Callable[..., acb]:
    def decide(analytic: bool, difference: acb) -> acb:
        if holds(difference.real):
            return acb(1)
        return acb(0) if fails(difference.real) else NAN

    return decide


_RELATIONS: dict[type, Callable[..., acb]] = {
    sp.StrictLessThan: _relation(lambda d: bool(d < 0), lambda d: bool(d >= 0)),
    sp.LessThan: _relation(lambda d: bool(d <= 0), lambda d: bool(d > 0)),
    sp.StrictGreaterThan: _relation(lambda d: bool(d > 0), lambda d: bool(d <= 0)),
    sp.GreaterThan: _relation(lambda d: bool(d >= 0), lambda d: bool(d < 0)),
    sp.Equality: _relation(lambda d: bool(d == 0), lambda d: not d.contains(0)),
    sp.Unequality: _relation(lambda d: not d.contains(0), lambda d: bool(d == 0)),
}
