"""Divisions that slopes share: with the value, with each other, and term by term within one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

import sympy as sp

from symkl.codegen.naming import suggested
from symkl.codegen.program import Assignment
from symkl.codegen.straightline import LONGEST

__all__ = ["shared"]


def shared(
    slopes: Sequence[sp.Expr],
    assignments: Sequence[Assignment],
    fresh: Callable[[str], str],
    kept: Collection[sp.Symbol] = (),
) -> tuple[list[sp.Expr], list[Assignment]]:
    """The slopes with fewer divisions, and the assignments, those too, with the quotients that are named for that.

    `fresh` makes a name of a hint; the sums of which values are made are `kept` as they are.

    `d/s**2 => q/s` where `q = d/s` is assigned; `a/s + b/s => (a + b)/s`; `x/s` that is met more than once gets a name;
    sums over their own parts as `_Sums` has them.
    """
    given: dict[sp.Expr, sp.Symbol] = {}
    before = []
    for assignment in assignments:
        value = _divided_before(assignment.value, given)
        if assignment.name not in kept:
            value = value.replace(lambda e: e.is_Add, _over_one_divisor)
        before.append(Assignment(assignment.name, value))
        if _is_quotient(value) or _is_square(value):
            given[value] = assignment.name
    sums = _Sums(before)
    found = [slope.replace(lambda e: e.is_Mul, sums.divided) for slope in slopes]
    found = [_divided_before(slope, given) for slope in found]
    found = [slope.replace(lambda e: e.is_Add, _over_one_divisor) for slope in found]
    named: list[Assignment] = []
    over: dict[sp.Symbol, set[sp.Symbol]] = {}
    while (quotient := _most_common(found, over) or _beside_quotient(found, over)) is not None:
        name = sp.Symbol(fresh(suggested(quotient)), real=True)
        named.append(Assignment(name, quotient))
        above, below = sp.fraction(quotient)
        over[name] = {below, *over.get(above, ())}
        found = [_divided_before(slope, {quotient: name}) for slope in found]
    while long := [factor for slope in found for factor in _long_factors(slope)]:
        named.append(Assignment(sp.Symbol(fresh("t"), real=True), long[0]))
        found = [slope.xreplace({long[0]: named[-1].name}) for slope in found]
    return found, [*before, *named]


class _Sums:
    """Sums of two parameters that are divided by their own parts, in forms of which no product overflows."""

    def __init__(self, assignments: Sequence[Assignment]) -> None:
        values = {a.name: a.value for a in assignments}
        self._sums = {name: value for name, value in values.items() if _is_sum(value)}
        #: what (a + b)/b exceeds 2 by, (a - b)/b with its sign as it is assigned, by a + b and b
        self._relative = {}
        for name, value in values.items():
            above, below = sp.fraction(value)
            if _is_quotient(value) and above in values:
                for sign in (1, -1):
                    if (sign * values[above] + below).is_Symbol:
                        self._relative[sign * values[above] + 2 * below, below] = sign * name

    def divided(self, product: sp.Expr) -> sp.Expr:
        """`x*(a + b)/(a*b) => x/a + x/b`; `x*(a + b)/b => x*(2 + r)` where `r = (a - b)/b` is assigned, or -r is."""
        divisors = _divisors(product)
        for factor in product.args:
            total = self._sums.get(factor, factor)
            if not _is_sum(total):
                continue
            rest = product / factor
            if all(t in divisors for t in total.args):
                return sp.Add(*(rest * t for t in total.args))
            for b in total.args:
                if b in divisors and (total, b) in self._relative:
                    return rest * b * (self._relative[total, b] + 2)
        return product


def _is_sum(e: sp.Expr) -> bool:
    return bool(e.is_Add and len(e.args) == 2 and all(t.is_Symbol for t in e.args))


def _long_factors(slope: sp.Expr) -> list[sp.Expr]:
    """The long sums and calls that are factors, the inner ones first: by themselves they leave lines short.

    Before such a call the products that it takes.
    """
    parts = list(sp.postorder_traversal(slope))
    factors = [a for e in parts if e.is_Mul for a in e.args]
    long = [a for a in factors if (a.is_Add or a.is_Function) and len(str(a)) > (LONGEST if a.is_Add else 2 * LONGEST)]
    return [a for call in long if call.is_Function for a in call.args if a.is_Mul and a.as_coeff_Mul()[1].is_Mul] + long


def _is_quotient(e: sp.Expr) -> bool:
    above, below = sp.fraction(e)
    return bool(above.is_Symbol and below.is_Symbol)


def _is_square(e: sp.Expr) -> bool:
    return bool(e.is_Pow and e.base.is_Symbol and e.exp == 2)


def _divided_before(slope: sp.Expr, names: Mapping[sp.Expr, sp.Symbol]) -> sp.Expr:
    """The slope with the names of quotients and squares put in for what they stand for, quotients first."""
    order = sorted(names, key=lambda e: (e.is_Pow, sp.default_sort_key(e)))

    def put(product: sp.Expr) -> sp.Expr:
        for value in order:
            parts, powers = value.as_powers_dict(), product.as_powers_dict()
            times = min(_times(powers.get(base, sp.S.Zero), power) for base, power in parts.items())
            product = product * value**-times * names[value] ** times
        return product

    return slope.replace(lambda e: e.is_Mul, put)


def _times(power: sp.Expr, part: sp.Expr) -> int:
    """How often `x**part` divides `x**power`."""
    return max(int(power / part), 0) if power.is_Integer else 0


def _over_one_divisor(total: sp.Expr) -> sp.Expr:
    """`a/s + b/s + c => (a + b)/s + c`, by the symbol that most terms are divided by."""
    divisor = _commonest(s for term in total.args for s in _divisors(term))
    if divisor is None:
        return total
    over = [term for term in total.args if divisor in _divisors(term)]
    above = sp.Add(*(term * divisor for term in over))
    sign = -1 if all(term.could_extract_minus_sign() for term in over) else 1
    quotient = sp.Mul(sign, _factor_out(_over_one_divisor(sign * above)), 1 / divisor)
    return sp.Add(quotient, *(term for term in total.args if term not in over))


def _factor_out(total: sp.Expr) -> sp.Expr:
    """`a*x + b*x => x*(a + b)`: x, divided by what the sum is divided by, may be a number where a*x is none."""
    if not total.is_Add:
        return total
    common = set.intersection(*(_symbols_above(term) for term in total.args))
    factor = sp.Mul(*sorted(common, key=str))
    return sp.Mul(factor, sp.Add(*(term / factor for term in total.args)))


def _symbols_above(term: sp.Expr) -> set[sp.Symbol]:
    return {base for base, power in term.as_powers_dict().items() if base.is_Symbol and _times(power, sp.S.One)}


def _divisors(term: sp.Expr) -> list[sp.Symbol]:
    return [base for base, power in term.as_powers_dict().items() if base.is_Symbol and _times(power, sp.S.NegativeOne)]


def _most_common(slopes: Sequence[sp.Expr], over: Mapping[sp.Symbol, Collection[sp.Symbol]]) -> sp.Expr | None:
    """The quotient of two symbols that is found most often, if more than once.

    What is `over` a divisor already meets it again only where nothing else does: `x/s**2` may overflow, where
    `x/s*(y/s)` does not.
    """
    found: list[sp.Expr] = []
    for product in (e for slope in slopes for e in sp.preorder_traversal(slope) if e.is_Mul):
        above = [base for base, power in product.as_powers_dict().items() if base.is_Symbol and _times(power, sp.S.One)]
        for s in _divisors(product):
            found += [x / s for x in [x for x in above if s not in over.get(x, ())] or above]
    return _commonest(found)


def _beside_quotient(slopes: Sequence[sp.Expr], over: Collection[sp.Symbol]) -> sp.Expr | None:
    """`y/s` of the first `x*y/s` where x is `over` a divisor already: `x/s*y` may overflow where `x*(y/s)` does not."""
    for product in (e for slope in slopes for e in sp.preorder_traversal(slope) if e.is_Mul):
        above = sorted(_symbols_above(product), key=str)
        others = [y for y in above if y not in over]
        if len(others) < len(above) and others and (below := sorted(_divisors(product), key=str)):
            return others[0] / below[0]
    return None


def _commonest(found: Iterable[sp.Expr]) -> sp.Expr | None:
    """What is found most often, the first of several; None where nothing is found twice."""
    counts = Counter(found)
    best = max(sorted(counts, key=sp.default_sort_key), key=counts.__getitem__, default=None)
    return best if counts[best] > 1 else None
