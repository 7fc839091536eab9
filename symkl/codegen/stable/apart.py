"""Forms of two families put so that no part leaves the range of numbers before the value does.

Near equality nothing has to cancel there, so that a quotient may stand as the sum of its terms, and a logarithm of a
long product as the sum of those of short ones.
"""

from __future__ import annotations

import sympy as sp

from symkl.codegen.stable.kernels import ExpM1, Log1P, LogRatio, LogSquares, ProductLogRatio
from symkl.codegen.stable.logs import factors
from symkl.codegen.stable.ratios import divided_through
from symkl.codegen.stable.shape import difference, rational_part
from symkl.codegen.stable.signs import positive

__all__ = ["kept_apart", "parted"]

#: of more factors a logarithm is left as it is
_MOST_FACTORS = 12


def parted(closed: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """What stands with functions, and the rational rest: squares whole, each other term over its own divisor."""
    total = sp.Add(*_distributed(closed))
    rational = rational_part(total)
    return total - rational, compared(_term_by_term(rational))


def _distributed(e: sp.Expr) -> list[sp.Expr]:
    """The terms with products of sums multiplied out, none below a fraction line."""
    if e.is_Add:
        return [term for part in e.args for term in _distributed(part)]
    total = next((f for f in e.args if f.is_Add), None) if e.is_Mul else None
    if total is None:
        return [e]
    return [term for part in total.args for term in _distributed(e / total * part)]


def kept_apart(form: sp.Expr) -> sp.Expr:
    """The form with its rational part term by term, long ratios in logarithms as short ones, like terms compared."""
    form = form.replace(LogRatio, _short_ratios).replace(sp.log, _beyond_one)
    form = form.replace(sp.exp, lambda exponent: sp.exp(compared(exponent)))
    form = divided_through(_above_one(form))
    rational = rational_part(form)
    return form - rational + parted(rational)[1]


def _above_one(total: sp.Expr) -> sp.Expr:
    """`c*exp(u) - c => c*ExpM1(u)`, which has digits where u is small."""
    terms = list(sp.Add.make_args(total))
    for term in list(terms):
        exponentials = [f for f in sp.Mul.make_args(term) if isinstance(f, sp.exp)]
        rest = -term / exponentials[0] if len(exponentials) == 1 else term
        if rest in terms and rest is not term:
            terms = [t for t in terms if t not in (term, rest)] + [-rest * ExpM1(exponentials[0].args[0])]
    return sp.Add(*terms)


def compared(total: sp.Expr) -> sp.Expr:
    """`x/c - y/c + a/(b*c) => (x - y + a/b)/c` for x and y of either sign: of infinite quotients the sum is nan."""
    alike: dict[sp.Expr, list[sp.Expr]] = {}
    others = []
    for term in sp.Add.make_args(total):
        signless = [s for s in sp.Mul.make_args(term) if s.is_Symbol and s.is_nonnegative is None]
        above, below = sp.fraction(term.as_coeff_Mul()[1])
        if len(signless) == 1 and above == signless[0] and all(f.is_Symbol for f in sp.Mul.make_args(below)):
            alike.setdefault(below, []).append(term * below)
        else:
            others.append(term)
    for below, steps in alike.items():
        over = [term for term in others if below != 1 and _is_over(term, below)]
        others = [term for term in others if term not in over]
        steps += [term * below for term in over]
    return sp.Add(*others, *(sp.Add(*steps) / below for below, steps in alike.items()))


def _is_over(term: sp.Expr, below: sp.Expr) -> bool:
    """Whether it is a product of powers of symbols, divided by all of these."""
    powers, divisors = term.as_coeff_Mul()[1].as_powers_dict(), below.as_powers_dict()
    return all(s.is_Symbol for s in powers) and all(-powers.get(s, sp.S.Zero) >= n for s, n in divisors.items())


def _term_by_term(rational: sp.Expr) -> sp.Expr:
    """Each term over its own divisor, which meets what of the others is a multiple of it."""
    over: dict[sp.Expr, sp.Expr] = {}
    for quotient in sp.Add.make_args(rational):
        above, below = map(sp.factor_terms, sp.fraction(quotient))
        divisor = sp.Mul(*(f for f in sp.Mul.make_args(below) if f.as_base_exp()[0].is_Add))
        over[divisor] = over.get(divisor, sp.S.Zero) + above / (below / divisor)
    return sp.Add(*(part for divisor, above in over.items() for part in _divided(above, divisor)))


def _divided(above: sp.Expr, below: sp.Expr) -> list[sp.Expr]:
    """`(m*a + m*b + n)/(a + b) => m + n/(a + b)`."""
    taken = []
    for total in (f.as_base_exp()[0] for f in sp.Mul.make_args(below) if f.free_symbols):
        for term in sp.Add.make_args(above):
            multiple = term / total.args[0]
            parts = sp.Add.make_args(sp.expand(multiple * total))
            if all(part in sp.Add.make_args(above) for part in parts):
                above -= sp.Add(*parts)
                taken.append(multiple * (total / below))
    return [*taken, *(term / below for term in sp.Add.make_args(above))]


def _short_ratios(above: sp.Expr, below: sp.Expr, step: sp.Expr) -> sp.Expr:
    """`LogRatio(a*b**2*c, d*e, ...) => ProductLogRatio(a, b, d, e) + ProductLogRatio(b, c, 1, 1)`."""
    numerators, denominators = _listed(above), _listed(below)
    if numerators is None or denominators is None:
        return LogRatio(above, below, step)
    count = max(len(numerators), len(denominators))
    if count == 1 or count > _MOST_FACTORS:
        return LogRatio(above, below, step)
    return sp.Add(*(_log(_two(numerators, i), _two(denominators, i)) for i in range(0, count, 2)))


def _two(product: list[sp.Expr], start: int) -> tuple[sp.Expr, sp.Expr]:
    first, second = (*product[start : start + 2], sp.S.One, sp.S.One)[:2]
    return first, second


def _log(above: tuple[sp.Expr, sp.Expr], below: tuple[sp.Expr, sp.Expr]) -> sp.Expr:
    (a, b), (c, d) = above, below
    return LogRatio(a, c, difference(a, c)) if b == d == 1 else ProductLogRatio(a, b, c, d)


def _listed(product: sp.Expr) -> list[sp.Expr] | None:
    """The factors, each so often as its power says; None where they are not known."""
    found = factors(product)
    if found is None or not all(power.is_Integer and power > 0 for _, power in found):
        return None
    return sorted((base for base, power in found for _ in range(int(power)) if base != 1), key=_order)


def _order(base: sp.Expr) -> tuple[bool, bool, str]:
    """Sums first, and numbers last: what is compared is then of like size, as a sum and its parts are."""
    return not base.is_Add, base.is_number, str(base)


def _beyond_one(x: sp.Expr) -> sp.Expr:
    """`log(1 + 1/(a*b)) => LogSquares(1, 0, a, b)`, `log(1 + x) => Log1P(x)` for a positive x that is a quotient."""
    rest = sp.cancel(x - 1)
    if rest.is_Add or not rest.free_symbols or not positive(rest):
        return sp.log(x)
    above, below = sp.fraction(rest)
    divisors = sp.Mul.make_args(below)
    if above == 1 and len(divisors) == 2 and all(s.is_Symbol for s in divisors):
        return LogSquares(sp.S.One, sp.S.Zero, *divisors)
    return Log1P(rest)
