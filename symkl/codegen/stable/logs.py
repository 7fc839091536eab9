"""Logs of products split, and logs with a common coefficient gathered into one ratio."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sympy as sp

from symkl.codegen.stable.kernels import (
    EntropyGap,
    LogGap,
    LogRatio,
    LogSquares,
    ProductGap,
    ProductLogRatio,
    ScaledProductGap,
)
from symkl.codegen.stable.shape import (
    complete_squares,
    difference,
    factored,
    in_deviations,
    spread,
    terms_in_deviations,
)
from symkl.codegen.stable.signs import nonnegative, positive

__all__ = [
    "LogGroup",
    "factors",
    "gap_against",
    "gap_of",
    "log_groups",
    "logs_within",
    "means_split",
    "ratio_of",
    "split_logs",
    "squares_of",
]


def split_logs(expression: sp.Expr) -> sp.Expr:
    """`log(a*b**n/c) => log(a) + n*log(b) - log(c)` where the factors are known to be positive."""
    return expression.replace(lambda e: isinstance(e, sp.log), lambda e: _split(e.args[0]))


def _split(argument: sp.Expr) -> sp.Expr:
    if argument.is_Pow and argument.exp.is_Integer and nonnegative(argument.base):
        return argument.exp * sp.log(argument.base)
    for shape in (argument, factored(argument)):
        pieces = factors(shape)
        if pieces is not None:
            return sp.Add(*(power * sp.log(base) for base, power in pieces))
    return sp.log(argument)


def factors(product: sp.Expr) -> list[tuple[sp.Expr, sp.Expr]] | None:
    found, negatives = [], 0
    for factor in sp.Mul.make_args(product):
        if isinstance(factor, sp.exp):
            found.append((sp.E, factor.args[0]))
            continue
        base, power = factor.as_base_exp()
        if base.is_Rational and not base.is_Integer:
            found += [(sp.Integer(base.p), power), (sp.Integer(base.q), -power)]
        elif positive(base) and power.is_real:
            found.append((base, power))
        elif power.is_odd and (positive(-base) or _below_one(base)):
            found.append((-base, power))
            negatives += 1
        else:
            return None
    return found if negatives % 2 == 0 else None


def _below_one(log: sp.Expr) -> bool:
    """Whether it is the logarithm of what is less than 1."""
    return isinstance(log, sp.log) and positive(1 - log.args[0])


def means_split(expression: sp.Expr, means: dict[sp.Expr, sp.Symbol]) -> sp.Expr:
    """`log((exp(u) - 1)/u*a) => log(m) + log(a)` where u has either sign: m is the mean of exp(u*t) over 0 < t < 1.

    `means` are the symbols of these by their u, those that are met first among them.
    """
    return expression.replace(sp.log, lambda e: sp.log(e) if positive(e) else _split(_in_means(e, means)))


def _in_means(product: sp.Expr, means: dict[sp.Expr, sp.Symbol]) -> sp.Expr:
    factors, met = [], False
    for factor in sp.Mul.make_args(factored(product)):
        u, power = factor.as_base_exp()
        sums_logs = u.is_Add and all(term.has(sp.log) for term in u.args)
        if (u.is_Symbol and u.is_real and not positive(u)) or sums_logs:
            sign, u = (-1, -u) if u.could_extract_minus_sign() else (1, u)
            mean = means.setdefault(u, sp.Dummy(f"mean_{len(means)}", positive=True))
            factor, met = (sign * (sp.exp(u) - 1) / mean) ** power, True
        factors.append(factor)
    return sp.factor(sp.Mul(*factors)) if met else product


@dataclass(frozen=True)
class LogGroup:
    """`coefficient * log(above/below)`; `above` and `below` are products of powers with positive exponents."""

    coefficient: sp.Expr
    above: sp.Expr
    below: sp.Expr

    def value(self) -> sp.Expr:
        return self.coefficient * (split_logs(sp.log(self.above)) - split_logs(sp.log(self.below)))


def log_groups(expression: sp.Expr, joint: bool, same: dict[sp.Symbol, sp.Expr]) -> list[LogGroup]:
    """The terms linear in logs of parameters, those with one coefficient gathered.

    `joint` gathers all logs of a coefficient into one ratio; otherwise each log is gathered with the log that it
    equals where the two distributions coincide (`same` says which parameters are then equal).
    """
    by_coefficient: dict[sp.Expr, list[tuple[sp.Expr, sp.Expr]]] = {}
    for log in sorted(expression.atoms(sp.log), key=sp.default_sort_key):
        if not (positive(log.args[0]) or positive(complete_squares(log.args[0]) or sp.S.Zero)):
            continue
        coefficient = factored(expression.coeff(log, 1))
        if coefficient == 0 or coefficient.has(sp.log):
            continue
        number, rest = coefficient.as_coeff_Mul()
        if rest.could_extract_minus_sign():
            number, rest = -number, sp.expand(-rest) if rest.is_Add else -rest
        by_coefficient.setdefault(rest, []).append((log.args[0], number))
    groups: list[LogGroup] = []
    for rest, logs in by_coefficient.items():
        parts = [logs] if joint else _matched(logs, same)
        groups += [_group(rest, part) for part in parts if any(argument.free_symbols for argument, _ in part)]
    return groups


def _matched(
    logs: list[tuple[sp.Expr, sp.Expr]], same: dict[sp.Symbol, sp.Expr]
) -> list[list[tuple[sp.Expr, sp.Expr]]]:
    parts: dict[sp.Expr, list[tuple[sp.Expr, sp.Expr]]] = {}
    for argument, number in logs:
        parts.setdefault(argument.subs(same, simultaneous=True), []).append((argument, number))
    settled = [part for part in parts.values() if sum(number for _, number in part) == 0]
    loose = [pair for part in parts.values() if sum(number for _, number in part) != 0 for pair in part]
    at_equality = sp.Add(*(n * _split(argument.subs(same, simultaneous=True)) for argument, n in loose))
    if sp.expand(at_equality) != 0:
        # a number that cancels nothing at equality is a constant: it stays out of the ratio
        loose = [(argument, n) for argument, n in loose if argument.free_symbols]
    return [*settled, loose] if loose else settled


def _group(rest: sp.Expr, logs: list[tuple[sp.Expr, sp.Expr]]) -> LogGroup:
    step = sp.gcd([abs(number) for _, number in logs]) if len(logs) > 1 else abs(logs[0][1])
    above = sp.Mul(*(argument ** (number / step) for argument, number in logs if number > 0))
    below = sp.Mul(*(argument ** (-number / step) for argument, number in logs if number < 0))
    return LogGroup(step * rest, above, below)


def gap_of(group: LogGroup) -> tuple[sp.Expr, sp.Expr] | None:
    """`c*log(a/b) => (c*LogGap(b, a), -c*(b - a)/a)` for c >= 0, turned round for c <= 0; None for an unknown sign."""
    coefficient, above, below = group.coefficient, group.above, group.below
    if not nonnegative(coefficient):
        if not nonnegative(-coefficient):
            return None
        coefficient, above, below = -coefficient, below, above
    return _perspective(coefficient, below, above), -coefficient * (below - above) / above


def gap_against(group: LogGroup) -> tuple[sp.Expr, sp.Expr] | None:
    """`c*log(a/b) => (-c*LogGap(a, b), c*(a - b)/b)` for c >= 0, turned round for c <= 0: the gap is taken away."""
    found = gap_of(LogGroup(group.coefficient, group.below, group.above))
    return None if found is None else (-found[0], -found[1])


def _perspective(coefficient: sp.Expr, a: sp.Expr, b: sp.Expr) -> sp.Expr:
    """`c*b*LogGap(a, b) => c*EntropyGap(b, a)`, which is safe at b = 0."""
    rest = sp.cancel(coefficient / b) if b.is_Add else coefficient / b
    if b.free_symbols and not b.is_Mul and rest.count_ops() <= coefficient.count_ops() + b.count_ops():
        return rest * EntropyGap(b, a, difference(a, b))
    if (products := _two_by_two(a, b)) is not None:
        return _scaled(coefficient, *products)
    return coefficient * LogGap(a, b, difference(a, b))


def _scaled(coefficient: sp.Expr, a: sp.Expr, b: sp.Expr, c: sp.Expr, d: sp.Expr) -> sp.Expr:
    """`k*c*ProductGap(a, b, c, d) => k*ScaledProductGap(a, b, c, d)`, and so with d; otherwise the product as it is."""
    for one, other in ((c, d), (d, c)):
        rest = coefficient / one
        if one.is_Symbol and not rest.has(one):
            return rest * ScaledProductGap(a, b, one, other)
    return coefficient * ProductGap(a, b, c, d)


def _two_by_two(a: sp.Expr, b: sp.Expr) -> tuple[sp.Expr, ...] | None:
    left, right = sp.Mul.make_args(a), sp.Mul.make_args(b)
    if max(len(left), len(right)) != 2 or not all(f.is_Symbol or f.is_Number for f in (*left, *right)):
        return None
    return (*left, *(sp.S.One,) * (2 - len(left)), *right, *(sp.S.One,) * (2 - len(right)))


def ratio_of(group: LogGroup, pairs: Sequence[tuple[sp.Expr, sp.Expr]] = ()) -> sp.Expr:
    """`c*log(a/b) => c*LogRatio(a, b)`; a sum c that vanishes where the pairs are equal in their differences."""
    coefficient = in_deviations(group.coefficient, pairs)
    if not pairs and (products := _two_by_two(group.above, group.below)) is not None:
        return coefficient * ProductLogRatio(*products)
    return coefficient * LogRatio(group.above, group.below, difference(group.above, group.below))


def squares_of(group: LogGroup, pairs: list[tuple[sp.Expr, sp.Expr]]) -> sp.Expr | None:
    """`c*log((x**2 + y**2 + a*b)/(a*b)) => c*LogSquares(x, y, a, b)` for c >= 0, x and y differences of the pairs.

    None where the ratio is none of that kind.
    """
    number, product = group.below.as_coeff_Mul()
    below = [base for base, power in product.as_powers_dict().items() for _ in range(_whole(power))]
    if len(below) != 2 or not all(s.is_Symbol for s in below) or not nonnegative(group.coefficient):
        return None
    found = []
    for term in terms_in_deviations(spread(group.above - group.below), pairs):
        times, square = term.as_coeff_Mul()
        if not (times > 0 and square.is_Pow and square.exp == 2):
            return None
        found.append((times, square.base))
    if not found or len(found) > 2 or len({times for times, _ in found}) != 1:
        return None
    steps = [*(step for _, step in found), sp.S.Zero][:2]
    return group.coefficient * LogSquares(*steps, number / found[0][0] * below[0], below[1])


def _whole(power: sp.Expr) -> int:
    return int(power) if power.is_Integer and power > 0 else 0


def logs_within(expression: sp.Expr, same: dict[sp.Symbol, sp.Expr]) -> sp.Expr:
    """`LogRatio(log(a) - log(b), ...)` with the logs in its arguments gathered into ratios themselves.

    Those of the difference with the logs that they equal where the two distributions coincide.
    """

    def gathered(*arguments: sp.Expr) -> sp.Expr:
        above, below, step = arguments
        if not step.has(sp.log):
            return LogRatio(*arguments)
        return LogRatio(*(_as_ratios(a, True, same) for a in (above, below)), _as_ratios(step, False, same))

    return expression.replace(LogRatio, gathered)


def _as_ratios(total: sp.Expr, joint: bool, same: dict[sp.Symbol, sp.Expr]) -> sp.Expr:
    """The sum with its logs of parameters as ratios, where each has a partner."""
    groups = [g for g in log_groups(total, joint, same) if 1 not in (g.above, g.below)]
    rest = spread(total - sp.Add(*(g.value() for g in groups)))
    return sp.Add(rest, *(ratio_of(g) for g in groups))
