"""Deciding with signs that the domains leave open: each open sign is a branch, and the branches make regions."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import sympy as sp

from symkl.algebra.conditions import normal_condition
from symkl.algebra.coordinates import to_odds
from symkl.algebra.normal import is_zero

__all__ = ["Regions", "Signs", "Undecided", "explore"]

#: so many open signs in a row are followed
_DEEPEST = 4
#: so many constraints are added up
_LONGEST_CHAIN = 3


class Undecided(Exception):
    """The calculus does not reach this expression."""


class Unsettled(Exception):
    """The sign of `subject` is needed and may be any of `options`."""

    def __init__(self, subject: sp.Expr, options: tuple[int, ...]) -> None:
        super().__init__(str(subject))
        self.subject, self.options = subject, options


class Signs:
    """The signs of constants, under constraints and under what a branch has taken for granted."""

    def __init__(self, given: Iterable[sp.Basic] = ()) -> None:
        self.given = tuple(given)
        self.positive = {_key(c.gts - c.lts) for c in self.given if isinstance(c, (sp.Gt, sp.Lt))}
        self.nonnegative = {_key(c.gts - c.lts) for c in self.given if isinstance(c, (sp.Ge, sp.Le))}
        self.found: dict[sp.Expr, int | Unsettled] = {}

    def sign(self, constant: sp.Expr) -> int:
        """1, 0 or -1. Raises `Unsettled` where the domains allow more than one of them."""
        if constant.is_positive:
            return 1
        if constant.is_zero:
            return 0
        if constant.is_negative:
            return -1
        if constant not in self.found:
            try:
                self.found[constant] = self._sign(constant)
            except Unsettled as ask:
                self.found[constant] = ask
        found = self.found[constant]
        if isinstance(found, Unsettled):
            raise found
        return found

    def _sign(self, constant: sp.Expr) -> int:
        parts = _sign_factors(constant)
        if parts is not None:
            return math.prod(self.sign(part) for part in parts)
        power = _power_less_one(constant)
        if power is not None and self.sign(power[1]) > 0:
            return power[0] * self.sign(power[2]) * self.sign(power[1] - 1)
        options, factored = _options(constant)
        if len(options) > 1 and self.given:
            for key, factor in ((_key(constant), 1), (_key(-constant), -1)):
                if key in self.positive:
                    return factor
                if key in self.nonnegative:
                    options = tuple(option for option in options if option != -factor)
        if len(options) > 1:
            options = self._narrowed(constant, options)
        if len(options) == 1:
            return options[0]
        if _sign_factors(factored) is not None:
            return self._sign(factored)
        raise Unsettled(constant, options)

    def _narrowed(self, constant: sp.Expr, options: tuple[int, ...]) -> tuple[int, ...]:
        """Less what the constraints, added up, or the terms, sign by sign, exclude."""
        near = _about(constant, self.given)
        bounds = [(c.gts - c.lts, isinstance(c, (sp.Gt, sp.Lt))) for c in near]
        for sign in (1, -1) if bounds else ():
            for scale in (sp.Integer(1), *_common(constant)):
                found = _least(sp.expand(sign * constant / scale), bounds, _LONGEST_CHAIN)
                if found == "positive":
                    return (sign,)
                if found is not None:
                    options = tuple(option for option in options if option != -sign)
        terms = sp.Add.make_args(constant)
        if len(options) > 1 and len(terms) > 1:
            try:
                signs = {self.sign(term) for term in terms} - {0}
            except Unsettled:
                return options
            return (signs.pop(),) if len(signs) == 1 else options
        return options

    def where(self, subject: sp.Expr, sign: int) -> tuple[Signs, dict[sp.Symbol, sp.Expr]] | None:
        """The signs on one branch, and what has a new value there; None where nothing can be."""
        if sign:
            return Signs((*self.given, _normal(sp.Gt(sign * subject, 0)))), {}
        solved = _solved(subject)
        if solved is None:
            raise Undecided(str(subject))
        symbol, value = solved
        put = {symbol: value}
        given = [c.subs(put) for c in self.given]
        if symbol.is_positive and not value.is_positive:
            given.append(_normal(sp.Gt(value, 0)))
        if sp.false in given:
            return None
        return Signs(c for c in given if c is not sp.true), put


def _common(constant: sp.Expr) -> list[sp.Symbol]:
    """The positive symbols that several terms have."""
    terms = sp.Add.make_args(constant)
    return [s for s in sorted(constant.free_symbols, key=str) if s.is_positive and sum(t.has(s) for t in terms) > 1]


def _least(constant: sp.Expr, bounds: Sequence[tuple[sp.Expr, bool]], depth: int) -> str | None:
    """What follows by taking nonnegative differences away one after the other: "positive", "nonnegative" or nothing."""
    if constant.is_positive:
        return "positive"
    if constant.is_nonnegative:
        return "nonnegative"
    if not depth:
        return None
    best = None
    for difference, strict in bounds:
        left = sp.expand(constant - difference)
        if len(sp.Add.make_args(left)) <= len(sp.Add.make_args(constant)) and left != constant:
            found = _least(left, bounds, depth - 1)
            if found == "positive" or (found is not None and strict):
                return "positive"
            best = best or found
    return best


def _sign_factors(constant: sp.Expr) -> tuple[sp.Expr, ...] | None:
    """Constants whose signs multiply to this one's; None where it is not such a product."""
    if isinstance(constant, sp.Mul):
        return constant.args
    if isinstance(constant, sp.Abs):
        return (constant.args[0], constant.args[0])
    if isinstance(constant, sp.Pow):
        return (constant.base, constant.base) if constant.exp.is_even else (constant.base,)
    if isinstance(constant, sp.log):
        return (constant.args[0] - 1,)
    return None


def _power_less_one(constant: sp.Expr) -> tuple[int, sp.Expr, sp.Expr] | None:
    """(+-1, u, k) of a constant `+-(u**k - 1)`, which has the sign of `+-k*(u - 1)` for positive u."""
    number, rest = constant.as_coeff_Add()
    if number in (1, -1):
        base, exponent = (-number * rest).as_base_exp()
        if not exponent.is_number:
            return -int(number), base, exponent
    return None


def _about(constant: sp.Expr, given: Iterable[sp.Basic]) -> tuple[sp.Basic, ...]:
    """The constraints that may bear on a constant: those that share symbols with it, and with one another."""
    symbols, left, kept = set(constant.free_symbols), list(given), []
    while near := [c for c in left if c.free_symbols & symbols]:
        left = [c for c in left if c not in near]
        kept += near
        symbols = symbols.union(*(c.free_symbols for c in near))
    return tuple(kept)


# the same constants come back at both ends, on every branch, and from one pair of families to the next


@lru_cache(maxsize=8192)
def _options(constant: sp.Expr) -> tuple[tuple[int, ...], sp.Expr]:
    """Which of 1, 0 and -1 the domains of the symbols allow, as far as can be shown; the constant factored."""
    forms = [to_odds(constant)]
    forms += [sp.expand(forms[0]), sp.factor(forms[0])]
    for form, sign in ((f, s) for f in forms for s in (1, -1)):
        if (sign * form).is_positive:
            return (sign,), forms[-1]
    if is_zero(constant):
        return (0,), forms[-1]
    options: tuple[int, ...] = (1, 0, -1)
    for form in forms:
        if form.is_nonnegative:
            options = (1, 0)
        if form.is_nonpositive:
            options = (0, -1)
    return options, forms[-1] if forms[0] == constant else constant


@lru_cache(maxsize=8192)
def _key(subject: sp.Expr) -> sp.Expr:
    """The same for two constants that differ by a plainly positive factor."""
    numerator, denominator = sp.together(subject).as_numer_denom()
    _, primitive = sp.expand(numerator if denominator.is_positive else numerator * denominator).primitive()
    return primitive


@lru_cache(maxsize=2048)
def _normal(condition: sp.Basic) -> sp.Basic:
    return normal_condition(condition)


def _solved(subject: sp.Expr) -> tuple[sp.Symbol, sp.Expr] | None:
    """A symbol and its value where the subject is 0, for a subject that is linear in it."""
    numerator = sp.together(subject).as_numer_denom()[0]
    for symbol in sorted(numerator.free_symbols, key=lambda s: s.name, reverse=True):
        slope = sp.expand(numerator).coeff(symbol, 1)
        rest = sp.expand(numerator - slope * symbol)
        if slope.is_nonzero and not rest.has(symbol) and not slope.has(symbol):
            return symbol, -rest / slope
    return None


@dataclass(frozen=True)
class Regions:
    """Where in the parameters' domains each answer holds (None: undecided)."""

    found: Mapping[str | None, sp.Basic]

    def where(self, *answers: str | None) -> sp.Basic:
        """The condition under which the answer is one of these."""
        return sp.Or(*(self.found.get(answer, sp.false) for answer in answers))


def explore(decide: Callable[[Signs, Mapping[sp.Symbol, sp.Expr]], str | None], signs: Signs) -> Regions:
    """What `decide` says, branch by branch."""
    return _explore(decide, signs, {}, 0)


def _explore(
    decide: Callable[[Signs, Mapping[sp.Symbol, sp.Expr]], str | None],
    signs: Signs,
    put: dict[sp.Symbol, sp.Expr],
    depth: int,
) -> Regions:
    try:
        return Regions({decide(signs, put): sp.true})
    except Undecided:
        return Regions({None: sp.true})
    except Unsettled as ask:
        if depth == _DEEPEST:
            return Regions({None: sp.true})
        subject, options = ask.subject, ask.options
    branches: dict[int, Regions] = {}
    values: dict[sp.Symbol, sp.Expr] = {}
    for sign in options:
        try:
            branch = signs.where(subject, sign)
        except Undecided:
            branches[sign] = Regions({None: sp.true})
            continue
        if branch is None:
            continue
        there, more = branch
        values.update(more)
        inner = {symbol: value.subs(more) for symbol, value in put.items()} | more
        branches[sign] = _explore(decide, there, inner, depth + 1)
    answers = {answer for regions in branches.values() for answer in regions.found}
    return Regions(
        {a: _joined(subject, {s: r.where(a) for s, r in branches.items()}, values, options) for a in answers}
    )


def _joined(
    subject: sp.Expr, parts: Mapping[int, sp.Basic], values: Mapping[sp.Symbol, sp.Expr], options: tuple[int, ...]
) -> sp.Basic:
    """One condition for `parts[sign]` wherever the subject has that sign."""
    groups: dict[sp.Basic, set[int]] = {}
    for sign in sorted(parts, key=abs, reverse=True):
        condition = parts[sign]
        same = next((c for c in groups if sign == 0 and c.subs(values) == condition), condition)
        groups.setdefault(same, set()).add(sign)
    if len(groups) == 1:
        return next(iter(groups))
    if -1 not in options or 1 not in options:  # at the edge of what is allowed, `subject = 0` goes without saying
        outer = parts.get(1 if 1 in options else -1, sp.false)
        if outer is sp.true:
            return sp.Or(_relation(subject, {1} if 1 in options else {-1}), parts.get(0, sp.false))
    return sp.Or(*(sp.And(_relation(subject, signs), c) for c, signs in groups.items() if c is not sp.false))


def _relation(subject: sp.Expr, signs: set[int]) -> sp.Basic:
    if signs == {0}:
        return sp.Eq(*(_solved(subject) or (subject, 0)))
    if signs == {1, -1}:
        return sp.Ne(subject, 0)
    relation = sp.Ge if 0 in signs else sp.Gt
    return _normal(relation(subject if 1 in signs else -subject, 0))
