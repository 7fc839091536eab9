"""A stable form into straight-line code: names for what is used twice, squares of ratios, constants folded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import sympy as sp

from symkl.codegen.naming import suggested
from symkl.codegen.program import Assignment
from symkl.codegen.stable.kernels import Digamma, Kernel, Trigamma
from symkl.codegen.stable.kernels.together import Place
from symkl.model import Unit

__all__ = ["LONGEST", "Lowering"]

#: a sum inside a product that is longer than this gets a name, so that lines stay short
LONGEST = 40
#: of so many factors and divisors each factor is put above the divisor that it is like
_MANY_FACTORS = 4
_POLYGAMMA = {sp.S.Zero: Digamma, sp.S.One: Trigamma}


class Lowering:
    """Lowers the expressions of one function; `assignments` grows as they are lowered."""

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = set(taken)
        self._named: dict[sp.Expr, sp.Symbol] = {}
        self.assignments: list[Assignment] = []

    def lower(self, expressions: list[sp.Expr]) -> list[sp.Expr]:
        """The expressions in terms of arguments and assigned names."""
        shaped = [_shape(e) for e in expressions]
        counts: Counter[sp.Expr] = Counter()
        for e in shaped:
            _count(e, counts)
        return [self._visit(e, counts) for e in shaped]

    def _visit(self, e: sp.Expr, counts: Counter[sp.Expr], inside: bool = False) -> sp.Expr:
        if e.is_Symbol or e.is_Rational:
            return e
        key, sign = _up_to_sign(e)
        if key in self._named:
            return sign * self._named[key]
        if not e.free_symbols:
            return e if e.is_infinite else self._constant(e)
        if isinstance(e, _Named):
            key, sign = _up_to_sign(e.args[0])
            if key not in self._named:
                self._assign(key, key.func(*(self._visit(a, counts) for a in key.args)))
            return sign * self._named[key]
        parts = [self._visit(a, counts, inside=True) for a in self._folded(e)]
        if isinstance(e, _ScaledSquare):
            scale, base = parts
            lowered = self._assign(e.args[0] * e.args[1], scale * base) * base
        else:
            lowered = _rebuild(e, parts)
        if key is not e and isinstance(e, sp.Add) and counts[key] > 1:
            return sign * self._assign(key, -lowered)
        long = e.is_Add and inside and len(str(lowered)) > LONGEST
        return self._assign(e, lowered) if counts[key] > 1 or long else lowered

    def _folded(self, e: sp.Expr) -> list[sp.Expr]:
        """The arguments, those without symbols joined into one constant."""
        if not (e.is_Add or e.is_Mul):
            return list(e.args)
        constant = [a for a in e.args if not a.free_symbols]
        if all(a.is_Rational for a in constant):
            return list(e.args)
        return [e.func(*constant), *(a for a in e.args if a.free_symbols)]

    def _constant(self, e: sp.Expr) -> sp.Expr:
        """A number by name; a negative one by the name of its absolute value."""
        if e.could_extract_minus_sign():
            return -self._visit(-e, Counter())
        return self._assign(e, e)

    def _assign(self, key: sp.Expr, value: sp.Expr) -> sp.Symbol:
        name = sp.Symbol(self.fresh(suggested(key)), real=True)
        self._named[key] = name
        self.assignments.append(Assignment(name, value))
        return name

    def fresh(self, hint: str) -> str:
        """A name like the hint that nothing else has; it is taken then."""
        name, count = (f"{hint}_1" if hint in ("t", "constant") else hint), 1
        while name in self._taken:
            count += 1
            name = f"{hint}_{count}"
        self._taken.add(name)
        return name


class _Square(sp.Function):
    """`_Square(x) = x*x`, kept from being multiplied out: the square of a ratio, not a ratio of squares."""

    nargs = 1


class _ScaledSquare(sp.Function):
    """`_ScaledSquare(c, x) = (c*x)*x`: x**2 alone may overflow where that does not."""

    nargs = 2


class _Named(sp.Function):
    """`_Named(x) = x`, computed by itself: a sum in a sum would be merged with it."""

    nargs = 1


def _shape(e: sp.Expr) -> sp.Expr:
    if not e.args or not e.free_symbols:
        return e
    if e.is_Mul:
        return _squared_ratios(_quotients_of_like(_bounded_ratios(_like_ratios(_units_first(e)))))
    if e.is_Add and len(e.args) > 2:
        return _paired(e)
    if e.is_Pow and e.exp == 2 and not e.base.is_Symbol:
        return _Square(_shape(e.base))
    if e.func is sp.polygamma and e.args[0] in _POLYGAMMA:
        return _POLYGAMMA[e.args[0]](_shape(e.args[1]))
    parts = [_shape(a) for a in e.args]
    if isinstance(e, Kernel) and e.together is not None:
        return Place(e.together(*parts), sp.Integer(e.place))
    return e.func(*parts)


def _paired(total: sp.Expr) -> sp.Expr:
    """`a_1 - a_2 + rest => (a_1 - a_2) + rest`: two like parameters are compared before anything else is added."""
    left, found = list(total.args), []
    symbols = [s for s in left if s.is_Symbol]
    for x in sorted(symbols, key=str):
        partner = next((t for t in left if (-t).is_Symbol and _alike(-t, x)), None)
        if partner is not None:
            left = [t for t in left if t not in (x, partner)]
            found.append(_Named(x + partner))
    return sp.Add(*found, *(_shape(t) for t in left))


def _units_first(product: sp.Expr) -> sp.Expr:
    """`r/p*f(p) => r*(f(p)/p)` for p of the unit interval: f is as small as p, and r/p may be no number.

    What p divides a second time it divides last.
    """
    powers = product.as_powers_dict()
    inside = {e: n for e, n in powers.items() if e.free_symbols and all(isinstance(s, Unit) for s in e.free_symbols)}
    below = [e for e, n in inside.items() if n.is_negative]
    first = sp.Mul(*(e ** max(n, -1) for e, n in inside.items()))
    rest = product / sp.Mul(*(e**n for e, n in inside.items()))
    if not below or len(inside) == len(below) or not rest.free_symbols:
        return product
    last = product / first / rest
    found = rest * _Named(_shape(first))
    return found if last == 1 else _Named(found) * last


def _like_ratios(product: sp.Expr) -> sp.Expr:
    """`x*b_1/b_2**2 => x*(b_1/b_2)/b_2`: of two like parameters the ratio is a number where x/b_2**2 is none."""
    powers = product.as_powers_dict()
    for a in sorted((s for s, power in powers.items() if s.is_Symbol and s.is_positive and power == 1), key=str):
        for b, power in powers.items():
            if b.is_Symbol and b.is_positive and _alike(a, b) and power < -1:
                return _like_ratios(product * b / a * _Named(a / b))
    return product


def _bounded_ratios(product: sp.Expr) -> sp.Expr:
    """`(a - b)/((a + b)*c) => ((a - b)/(a + b))/c` for positive a, b: that ratio is a number at any a and b."""
    for factor in product.args:
        if not (factor.is_Add and len(factor.args) == 2):
            continue
        total = sp.Add(*(-t if t.could_extract_minus_sign() else t for t in factor.args))
        bounded = factor != total and all(t.is_Symbol and t.is_positive for t in total.args)
        rest = product / factor * total
        if bounded and product.as_powers_dict().get(total, 0) == -1 and not rest.is_number:
            return rest * _Named(factor / total)
    return _shares(product)


def _shares(product: sp.Expr) -> sp.Expr:
    """`a/((a + b)*c) => (a/(a + b))/c` for positive a, b: a/c may be no number."""
    powers = product.as_powers_dict()
    for total in sorted((e for e, n in powers.items() if e.is_Add and n.is_negative), key=str):
        parts = [t for t in total.args if powers.get(t, sp.S.Zero).is_positive]
        alone = set(powers) - {total} == set(parts) and powers[total] == -1
        if parts and not alone and all(t.is_Symbol and t.is_positive for t in total.args):
            return _shares(product * total / parts[0] * _Named(parts[0] / total))
    return product


def _quotients_of_like(product: sp.Expr) -> sp.Expr:
    """`a_1*b_2*c/(a_2*b_1*d) => (a_1/a_2)*(b_2/b_1)*c/d`, sums of the same parameters among them.

    Only of long products: in no one order do these stay within the range of numbers. A sum over both of its own parts
    is left: its terms are divided one by one.
    """
    powers = product.as_powers_dict()
    above, below = (
        sorted((e for e, power in powers.items() if power == n and not isinstance(e, _Named)), key=_mixed)
        for n in (1, -1)
    )
    if len(above) + len(below) < _MANY_FACTORS:
        return product
    sums = [e for e in above if e.is_Add and all(powers.get(t, sp.S.Zero).is_negative for t in e.args)]
    below = [e for e in below if not any(e in total.args for total in sums)]
    for factor in (e for e in above if e not in sums):
        divisor = next((b for b in below if _alike(b, factor)), None)
        if divisor is not None:
            below.remove(divisor)
            product = product / factor * divisor * _Named(_shape(factor) / _shape(divisor))
    return product


def _alike(a: sp.Expr, b: sp.Expr) -> bool:
    """Whether they are of the same parameters, one's of the first distribution, one's of the second."""
    return _stems(a) == _stems(b) != set()


def _stems(e: sp.Expr) -> set[str]:
    """What the parameters in it are called without the number of the distribution."""
    return {s.name.rpartition("_")[0] for s in e.free_symbols} - {""}


def _mixed(e: sp.Expr) -> tuple[bool, str]:
    """The order in which factors are compared: those of one degree first, then sums such as `x + 1/x`."""
    return e.has(sp.Pow), str(e)


def _squared_ratios(product: sp.Expr) -> sp.Expr:
    """`x**2*exp(u)/y**2 => (x*exp(u/2)/y)**2`: neither x**2 nor exp(u) overflows where the whole does not."""
    inside, outside, exponent = [], [], sp.S.Zero
    for factor in product.args:
        if isinstance(factor, sp.exp):
            exponent += factor.args[0]
            continue
        base, power = factor.as_base_exp()
        if power.is_Integer and power % 2 == 0 and base.free_symbols:
            inside.append(_shape(base) ** (power / 2))
        elif power.is_Integer and power < -1 and base.free_symbols:
            inside.append(_shape(base) ** ((power + 1) / 2))
            outside.append(1 / _shape(base))
        else:
            outside.append(_shape(factor))
    if all(part.as_base_exp()[1].is_negative for part in inside) and exponent == 0:
        # nothing to bring down: 1/y**2 by itself would overflow where x/y/y does not
        inside, outside = [], [*outside, *(part**2 for part in inside)]
    if exponent != 0:
        (inside or outside).append(sp.exp(_shape(exponent / 2 if inside else exponent)))
    if not inside:
        return sp.Mul(*outside)
    number, scale = sp.Mul(*outside).as_independent(*product.free_symbols, as_Add=False)
    base = sp.Mul(*inside)
    return number * (_Square(base) if scale == 1 else _ScaledSquare(scale, base))


def _rebuild(e: sp.Expr, arguments: list[sp.Expr]) -> sp.Expr:
    if isinstance(e, _Square):
        return arguments[0] ** 2
    return e.func(*arguments)


def _count(e: sp.Expr, counts: Counter[sp.Expr]) -> None:
    if not e.args or not e.free_symbols:
        return
    if _not_worth_a_name(e):
        for a in e.args:
            _count(a, counts)
        return
    key, _ = _up_to_sign(e)
    counts[key] += 1
    if counts[key] == 1:
        for a in e.args:
            _count(a, counts)
    if isinstance(e, (_Square, _ScaledSquare)) and not _not_worth_a_name(e.args[-1]):
        # the base of a square is used twice, and a power of a product would be multiplied out
        counts[_up_to_sign(e.args[-1])[0]] += 1


def _not_worth_a_name(e: sp.Expr) -> bool:
    """`-x`, `2*x` and `1/x`: the last would put a rounding of its own into every quotient."""
    if e.is_Mul:
        return not e.as_coeff_Mul()[1].is_Mul
    return bool(e.is_Pow and e.exp.is_Rational and e.exp < 0)


def _up_to_sign(e: sp.Expr) -> tuple[sp.Expr, int]:
    """A sum and its negative are computed once: the one whose first term in reading order is positive."""
    if e.is_Add and len(e.args) == 2 and _first_is_negative(e):
        return -e, -1
    return e, 1


def _first_is_negative(e: sp.Expr) -> bool:
    number = next((a for a in e.args if a.is_Rational), None)
    if number is not None and all(isinstance(s, Unit) for s in e.free_symbols):
        return bool(number < 0)
    first = min(e.args, key=lambda a: sorted(str(s) for s in a.free_symbols) or ["~"])
    return bool(first.could_extract_minus_sign())
