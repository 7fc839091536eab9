"""Products of which a part may leave the range of numbers where the whole does not."""

from __future__ import annotations

import sympy as sp

from symkl.codegen.stable.kernels import QuotientOfProducts

__all__ = ["kept_whole"]

#: so many factors and divisors the kernel takes
_MOST = 3


def kept_whole(expression: sp.Expr) -> sp.Expr:
    """`c*(a - b)**2/(a*b**2) => QuotientOfProducts(a - b, a - b, c, a, b, b)` for positive parameters a, b, c.

    Only of three divisors, where a difference of two parameters is divided by its own terms: no order of the factors
    keeps each part within the range of numbers. `(a + b)/(a*b)` beside it stands as `1/a + 1/b`.
    """
    return expression.replace(lambda e: e.is_Mul and e.has(sp.Add), _whole)


def _whole(product: sp.Expr) -> sp.Expr:
    number, rest = product.as_coeff_Mul()
    sign = -1 if number < 0 else 1
    powers = {base: power for base, power in rest.as_powers_dict().items() if base != 1}
    total = next((e for e in powers if _is_sum(e) and all(powers.get(t, 0) < 0 for t in e.args)), None)
    if total is not None and powers[total] == 1:
        parts = [_whole(product / total * t) for t in total.args]
        return sp.Add(*parts) if all(part.has(QuotientOfProducts) for part in parts) else product
    if not all(power.is_Integer and (_is_positive(base) or _is_step(base)) for base, power in powers.items()):
        return product
    above, below = ([e for e in _ordered(powers) for _ in range(side * int(powers[e]))] for side in (1, -1))
    steps = {e for e in above if _is_step(e)}
    own = {s for e in steps for s in e.free_symbols}
    if len(steps) != 1 or not all(map(_is_positive, below)) or not own & set(below):
        return product
    if len(below) != _MOST or len(above) not in (_MOST, _MOST - 1):
        return product
    if len(above) == _MOST:
        return number * QuotientOfProducts(*above, *below)
    return sign * QuotientOfProducts(*above, abs(number), *below)


def _ordered(powers: dict[sp.Expr, sp.Expr]) -> list[sp.Expr]:
    """Differences first."""
    return sorted(powers, key=lambda e: (not e.is_Add, sp.default_sort_key(e)))


def _is_positive(e: sp.Expr) -> bool:
    return bool(e.is_Symbol and e.is_positive)


def _is_sum(e: sp.Expr) -> bool:
    return bool(e.is_Add and len(e.args) == 2 and all(map(_is_positive, e.args)))


def _is_step(e: sp.Expr) -> bool:
    """Whether it is a difference of two positive parameters."""
    return bool(e.is_Add and len(e.args) == 2 and {_is_positive(t) for t in e.args} == {True, False}) and all(
        _is_positive(abs(t)) for t in e.args
    )
