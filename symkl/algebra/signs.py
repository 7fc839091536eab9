"""Deciding a condition from the domains of its symbols: True and False are proofs, None means unknown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache

import sympy as sp

from symkl.algebra.coordinates import gap_coordinates, to_odds
from symkl.algebra.trial import takes_both_signs
from symkl.model.symbols import Unit

__all__ = [
    "assumed",
    "assuming",
    "bearing_on",
    "holds",
    "is_negative",
    "is_nonnegative",
    "is_positive",
    "is_real",
    "only",
]

#: a polynomial in more symbols than this is not factored
_MOST_SYMBOLS = 5
_INEQUALITIES = (sp.StrictLessThan, sp.StrictGreaterThan, sp.LessThan, sp.GreaterThan)
_ASSUMED: ContextVar[tuple[sp.Basic, ...]] = ContextVar("assumed", default=())


@contextmanager
def assuming(constraints: Iterable[sp.Basic]) -> Iterator[None]:
    """Inside, every question of sign is asked under these constraints too (`a < b` of a support, declared ones)."""
    token = _ASSUMED.set((*_ASSUMED.get(), *constraints))
    try:
        yield
    finally:
        _ASSUMED.reset(token)


@contextmanager
def only(constraints: tuple[sp.Basic, ...]) -> Iterator[None]:
    """Inside, these are all the constraints there are: what is worked out then depends on nothing else."""
    token = _ASSUMED.set(constraints)
    try:
        yield
    finally:
        _ASSUMED.reset(token)


def assumed() -> tuple[sp.Basic, ...]:
    """The constraints that are assumed at present."""
    return _ASSUMED.get()


def bearing_on(symbols: Iterable[sp.Basic]) -> tuple[sp.Basic, ...]:
    """Those of the constraints at present that say something about the symbols, directly or through others."""
    reached, kept = set(symbols), dict.fromkeys(assumed(), False)
    growing = True
    while growing:
        growing = False
        for constraint, known in kept.items():
            if not known and constraint.free_symbols & reached:
                kept[constraint] = growing = True
                reached |= constraint.free_symbols
    return tuple(constraint for constraint, known in kept.items() if known)


def holds(condition: sp.Basic, given: Iterable[sp.Basic] = ()) -> bool | None:
    """Whether a relational (or a conjunction of them) follows from the symbols' domains and the constraints `given`."""
    if condition in (sp.true, True):
        return True
    if condition in (sp.false, False):
        return False
    if isinstance(condition, sp.And):
        parts = [holds(part, given) for part in condition.args]
        return False if False in parts else (None if None in parts else True)
    given = (*given, *assumed())
    if condition in given:
        return True
    if isinstance(condition, (sp.StrictLessThan, sp.StrictGreaterThan)):
        return is_positive(condition.gts - condition.lts, given)
    if isinstance(condition, (sp.LessThan, sp.GreaterThan)):
        return is_nonnegative(condition.gts - condition.lts, given)
    if isinstance(condition, sp.Ne):
        different = condition.lhs - condition.rhs
        return True if is_positive(different, given) or is_negative(different, given) else None
    return None


def is_positive(expression: sp.Expr, given: Iterable[sp.Basic] = ()) -> bool | None:
    """Whether the expression is positive everywhere on the domains (False: nowhere)."""
    if expression.is_positive:
        return True
    return _is_positive(expression, (*given, *assumed()))


@lru_cache(maxsize=16384)
def _is_positive(expression: sp.Expr, given: tuple[sp.Basic, ...]) -> bool | None:
    if _of_both_signs(expression, given):
        return None
    for form in _forms(expression, given):
        if form.is_positive:
            return True
        if form.is_nonpositive:
            return False
    for more, strict in _beyond(expression, given):
        for form in _seen(more, given):
            if form.is_positive or (strict and form.is_nonnegative):
                return True
    return None


def is_negative(expression: sp.Expr, given: Iterable[sp.Basic] = ()) -> bool | None:
    """Whether the expression is negative everywhere on the domains (False: nowhere)."""
    return is_positive(-expression, given)


def is_nonnegative(expression: sp.Expr, given: Iterable[sp.Basic] = ()) -> bool | None:
    """Whether the expression is nonnegative everywhere on the domains (False: nowhere)."""
    if expression.is_nonnegative:
        return True
    return _is_nonnegative(expression, (*given, *assumed()))


@lru_cache(maxsize=4096)
def _is_nonnegative(expression: sp.Expr, given: tuple[sp.Basic, ...]) -> bool | None:
    if _of_both_signs(expression, given):
        return None
    for form in _forms(expression, given):
        if form.is_nonnegative:
            return True
        if form.is_negative:
            return False
    if any(form.is_nonnegative for more, _ in _beyond(expression, given) for form in _seen(more, given)):
        return True
    return None


def is_real(expression: sp.Expr) -> bool:
    """Whether the expression is shown to be real on the domains."""
    return bool(expression.is_real) or any(form.is_real for form in _forms(expression, assumed()))


@lru_cache(maxsize=1024)
def _gaps(constraints: tuple[sp.Basic, ...]) -> tuple[dict[sp.Symbol, sp.Expr], ...]:
    places = tuple(c for c in constraints if isinstance(c, sp.Tuple))
    found = [gap_coordinates(places)] if places else []
    if len(places) < len(constraints):
        found.append(gap_coordinates(constraints))
    return ({}, *found)


def _of_both_signs(expression: sp.Expr, given: tuple[sp.Basic, ...]) -> bool:
    """Whether numbers show both signs, so that there is nothing to prove: most questions end here."""
    if expression.is_number or expression.atoms(sp.Function) - expression.atoms(sp.exp, sp.log):
        return False
    gaps = _gaps(given)[-1]
    bounds = [c.gts - c.lts for c in given if isinstance(c, _INEQUALITIES)]
    for _ in gaps:
        expression = expression.xreplace(gaps)
        bounds = [bound.xreplace(gaps) for bound in bounds]
    return takes_both_signs(expression, bounds)


def _forms(expression: sp.Expr, given: tuple[sp.Basic, ...]) -> Iterable[sp.Expr]:
    """Forms of one expression in which SymPy's assumptions may see a sign that another form hides."""
    if expression.is_number:
        yield expression
        return
    expression = _known_signs(_powers_of_units(expression), given)
    for gaps in _gaps(given):
        form = expression
        for _ in gaps:  # a chain a < b < c needs as many passes as it has links
            form = form.xreplace(gaps)
        if gaps and form == expression:
            continue
        form = to_odds(form)
        yield form
        if form.is_Add or form.is_Mul or form.is_Pow:
            yield sp.expand(form)
            yield from _quotient(form)


def _quotient(form: sp.Expr) -> Iterable[sp.Expr]:
    """A rational function as one quotient, expanded above and below, then factored where that may help."""
    symbols = form.free_symbols
    if not form.is_rational_function(*symbols):
        return
    above, below = sp.together(form).as_numer_denom()
    above = sp.expand(above)
    yield above / below
    if len(symbols) <= _MOST_SYMBOLS and any(power.exp.is_Integer for power in above.atoms(sp.Pow)):
        yield sp.factor(above) / below


def _powers_of_units(expression: sp.Expr) -> sp.Expr:
    """`u**a` with u in the open unit interval and a positive lies in it too."""
    return expression.replace(
        lambda node: isinstance(node, sp.Pow) and isinstance(node.base, Unit) and node.exp.is_positive,
        lambda node: node if node.exp.is_Integer else Unit(str(node)),
    )


#: functions that are positive for such arguments
_POSITIVE: dict[type, Callable[..., bool | None]] = {
    sp.besseli: lambda order, x: order.is_nonnegative and x.is_positive,
    sp.besselk: lambda order, x: order.is_real and x.is_positive,
    sp.expint: lambda order, x: order.is_real and x.is_positive,
    sp.uppergamma: lambda shape, x: shape.is_real and x.is_positive,
    sp.erfc: lambda x: x.is_real,
    sp.zeta: lambda s: (s - 1).is_positive,
}
#: functions that rise throughout
_RISING = (sp.log, sp.erf, sp.exp, sp.atan)


def _known_signs(expression: sp.Expr, given: tuple[sp.Basic, ...]) -> sp.Expr:
    """A function that is known to be positive => a positive symbol; `f(u) - f(v)`, f rising => `u - v` times one."""
    expression = expression.replace(lambda node: _is_rise(node, given), _rise)
    expression = expression.replace(
        lambda node: isinstance(node, sp.log) and (node.args[0] - 1).is_positive,
        lambda node: sp.Symbol(str(node), positive=True),
    )
    for kind, positive in _POSITIVE.items():
        if expression.has(kind):
            expression = expression.replace(
                lambda node, k=kind, p=positive: isinstance(node, k) and _all_forms(node, p, given),
                lambda node: sp.Symbol(str(node), positive=True),
            )
    return expression


def _is_rise(node: sp.Basic, given: tuple[sp.Basic, ...]) -> bool:
    if not isinstance(node, sp.Add) or len(node.args) != 2:
        return False
    one, two = _pair(node)
    if one[0] != -two[0] or one[1].func != two[1].func or not isinstance(one[1], _RISING):
        return False
    # a log of what is negative is not real
    if not isinstance(one[1], sp.log):
        return True
    inside = [log.args[0] for _, log in (one, two)]
    return all(u.is_positive or _is_positive(u, given) for u in inside)


def _pair(node: sp.Expr) -> list[tuple[sp.Expr, sp.Expr]]:
    """The two terms as (number, function); beside an exponential, a number is one at 0.

    Of two logs with different numbers, `2*log(a)` is `log(a**2)`.
    """
    found = [term.as_coeff_Mul() for term in node.args]
    if found[0][0] != -found[1][0]:
        found = [_whole_log(number, function) for number, function in found]
    if any(isinstance(function, sp.exp) for _, function in found):
        found = [(number, sp.exp(0, evaluate=False) if function == 1 else function) for number, function in found]
    return found


def _whole_log(number: sp.Expr, function: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    if isinstance(function, sp.log) and number.is_Integer and abs(number) > 1 and function.args[0].is_positive:
        return sp.sign(number), sp.log(function.args[0] ** abs(number), evaluate=False)
    return number, function


def _rise(node: sp.Expr) -> sp.Expr:
    one, two = _pair(node)
    slope = sp.Symbol(f"slope of {node}", positive=True)  # two differences have two slopes
    return one[0] * (one[1].args[0] - two[1].args[0]) * slope


def _all_forms(node: sp.Expr, positive: Callable[..., bool | None], given: tuple[sp.Basic, ...]) -> bool:
    arguments = node.args
    return any(positive(*(argument.xreplace(gaps) for argument in arguments)) for gaps in _gaps(given))


def _seen(expression: sp.Expr, given: tuple[sp.Basic, ...]) -> Iterable[sp.Expr]:
    """The plainest forms of an expression that is of one sign wherever it was tried."""
    yield expression
    if not _of_both_signs(expression, given):
        gaps = _gaps(given)[-1]
        for _ in gaps:
            expression = expression.xreplace(gaps)
        yield sp.expand(expression)


def _beyond(expression: sp.Expr, given: tuple[sp.Basic, ...]) -> Iterable[tuple[sp.Expr, bool]]:
    """What the expression is more than each constraint says that is there anyway, and whether that one is strict."""
    for constraint in given:
        if isinstance(constraint, _INEQUALITIES):
            strict = isinstance(constraint, (sp.StrictLessThan, sp.StrictGreaterThan))
            yield sp.expand(expression - constraint.gts + constraint.lts), strict
