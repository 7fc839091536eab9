"""Whether `int p*w` converges at one end: finite, +oo or -oo, and under which conditions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import sympy as sp

from symkl.algebra.conditions import without_implied
from symkl.algebra.signs import assumed
from symkl.algebra.tails.branching import Regions, Signs, Undecided, Unsettled, explore
from symkl.algebra.tails.expansion import Expansion
from symkl.algebra.tails.monomials import Monomial, iterated_log, written
from symkl.algebra.tails.series import Calculus, Series, log_of

__all__ = ["Tail", "growing_term", "regions", "tail"]

#: the order of expansions, and whether bounds will do where a sign is open
_ATTEMPTS = ((0, True), (1, False), (3, False))

FINITE, PLUS, MINUS = "finite", "oo", "-oo"


@dataclass(frozen=True)
class Tail:
    """The integral near one end is `kind` where all `conditions` hold (empty: always), `otherwise` elsewhere.

    `kind` and `otherwise` are "finite", "oo" or "-oo"; `otherwise` is None where the rest is not decided. A condition
    is an inequality, or an `Or` of conditions.
    """

    kind: str
    conditions: tuple[sp.Basic, ...] = ()
    otherwise: str | None = None


def tail(
    log_density: sp.Expr, weight: sp.Expr, x: sp.Symbol, end: sp.Expr, given: Iterable[sp.Basic] = (), side: int = 1
) -> Tail | None:
    """What `int exp(log_density)*weight dx` (or the sum) is near `end`; None where that is not decided.

    A finite end is approached from above (side 1) or from below (side -1). Sums are the same at an infinite end: the
    terms are those of a function without oscillation, so that the integral test applies.
    """
    found = regions(log_density, weight, x, ((end, side),), given).found
    decided = [kind for kind in (FINITE, PLUS, MINUS) if kind in found]
    if not decided:
        return None
    if len(found) == 1:
        return Tail(decided[0])
    kind = decided[0]
    others = [k for k in found if k != kind]
    otherwise = others[0] if len(others) == 1 else None
    return Tail(kind, without_implied(sp.And.make_args(found[kind])), otherwise)


def regions(
    log_density: sp.Expr,
    weight: sp.Expr,
    x: sp.Symbol,
    ends: tuple[tuple[sp.Expr, int], ...],
    given: Iterable[sp.Basic] = (),
    bounded: bool = False,
) -> Regions:
    """Where in the parameters' domains the integral near these ends is "finite", "oo", "-oo" or undecided (None).

    An end is (place, side). `bounded` says that the negative part of the whole is known to be finite: then one tail
    that is "oo" decides.
    """
    return _regions(log_density, weight, x, ends, (*given, *assumed()), bounded)


@lru_cache(maxsize=1024)
def _regions(
    log_density: sp.Expr,
    weight: sp.Expr,
    x: sp.Symbol,
    ends: tuple[tuple[sp.Expr, int], ...],
    given: tuple[sp.Basic, ...],
    bounded: bool,
) -> Regions:
    def decide(signs: Signs, put: Mapping[sp.Symbol, sp.Expr]) -> str:
        density, function = (e.subs(put) if put else e for e in (log_density, weight))
        tails = (_Integrand(signs, density, function, x, end.subs(put), side) for end, side in ends)
        return _together(tails, bounded)

    return explore(decide, Signs(given))


def _together(tails: Iterable[_Integrand], bounded: bool) -> str:
    """The kind of the sum of the tails."""
    kinds: set[str] = set()
    open_ones: list[Undecided | Unsettled] = []
    for part in tails:
        try:
            kinds.add(part.kind())
        except (Undecided, Unsettled) as reason:
            open_ones.append(reason)
    if bounded and MINUS in kinds:
        raise Undecided("the parameters contradict each other")
    if bounded and PLUS in kinds:
        return PLUS
    if open_ones:
        raise next((reason for reason in open_ones if isinstance(reason, Unsettled)), open_ones[0])
    if {PLUS, MINUS} <= kinds:
        raise Undecided("one tail is oo and another -oo")
    return next((kind for kind in (PLUS, MINUS) if kind in kinds), FINITE)


def growing_term(
    log_density: sp.Expr, weight: sp.Expr, x: sp.Symbol, end: sp.Expr, given: Iterable[sp.Basic] = (), side: int = 1
) -> sp.Expr | None:
    """The term of the weight, without its coefficient, that makes the integral diverge near `end`, where one does."""
    integrand = _Integrand(Signs((*given, *assumed())), log_density, weight, x, end, side)
    t = x if end == sp.oo else -x if end == -sp.oo else 1 / (side * (x - end))
    try:
        found = integrand.divergent()
        return None if found is None else written(found[1], t)
    except (Undecided, Unsettled):
        return None


class _Integrand:
    """`exp(L)*w` as t goes to infinity, x being t, -t or `end + side/t`."""

    def __init__(
        self, signs: Signs, log_density: sp.Expr, weight: sp.Expr, x: sp.Symbol, end: sp.Expr, side: int
    ) -> None:
        self.signs = signs
        self.log_density, self.weight, self.x, self.end, self.side = log_density, weight, x, end, side

    def kind(self) -> str:
        found = self.divergent()
        if found is None:
            return FINITE
        return PLUS if self.signs.sign(found[0]) > 0 else MINUS

    def divergent(self) -> tuple[sp.Expr, Monomial] | None:
        """The leading term of the weight where its integral diverges; None where the integral converges."""
        for order, loose in _ATTEMPTS[:-1]:
            try:
                return self._divergent(order, loose)
            except Undecided:
                continue
        return self._divergent(*_ATTEMPTS[-1])

    def _divergent(self, order: int, loose: bool) -> tuple[sp.Expr, Monomial] | None:
        self.calculus = Calculus(self.signs, order, loose)
        self.scale = self.calculus.scale
        expansion = Expansion(self.calculus, self.x, self.end, self.side)
        weight = expansion.sum_of(self.weight)
        if not weight.terms and not weight.rests:
            return None
        log_p = expansion.sum_of(self.log_density)
        if self.end.is_finite:  # dx = -+ dt/t**2
            log_p = self.calculus.add(log_p, Series({iterated_log(1): sp.Integer(-2)}))
        candidates = list(self.scale.maximal([*weight.terms, *weight.rests], self.scale.compare))
        large = {m for m in candidates if not self._converges(self.calculus.add(log_p, log_of(m)))}
        if not large:
            return None
        # a monomial whose integral diverges outgrows every one whose integral converges
        small = set(candidates) - large
        kept = Series({m: c for m, c in weight.terms.items() if m not in small}, weight.rests - small)
        found = self.calculus.lead(kept)
        if found is None or self._converges(self.calculus.add(log_p, log_of(found[1]))):
            return None
        return found

    def _converges(self, exponent: Series, level: int = 1) -> bool:
        """Whether `int exp(exponent)` converges, where `exponent = -log t - ... ` up to the logarithm before `level`.

        With `exponent ~ -a*log t` it does for a > 1 and does not for a < 1; at a = 1 the next logarithm decides.
        """
        scale, measure = self.scale, iterated_log(level)
        terms = list(scale.maximal([*exponent.terms, measure], scale.compare))
        if any(not self._under(rest, terms) and scale.compare(rest, measure) >= 0 for rest in exponent.rests):
            raise Undecided("the exponent is not known up to a logarithm")
        larger = [m for m in terms if scale.compare(m, measure) > 0]
        if larger:
            found = {self._sign_of(exponent, m) for m in larger}
            if len(found) == 1 and 0 not in found:
                return found.pop() < 0
            lead = self.calculus.lead(exponent)
            if lead is None or scale.compare(lead[1], measure) <= 0:  # the coefficient is 0 after all
                return self._converges(exponent.without(self._alike(exponent, larger[0])), level)
            return self.signs.sign(lead[0]) < 0
        alike = self._alike(exponent, measure)
        slope = sp.Add(*(exponent.terms[m] for m in alike)) + 1
        sign = self.signs.sign(sp.expand(slope))
        return sign < 0 if sign else self._converges(exponent.without(alike), level + 1)

    def _alike(self, exponent: Series, monomial: Monomial) -> list[Monomial]:
        return [m for m in exponent.terms if self.scale.compare(m, monomial) == 0]

    def _sign_of(self, exponent: Series, monomial: Monomial) -> int:
        """The sign of all that grows like the monomial; 0 where it is open."""
        try:
            return self.signs.sign(sp.Add(*(exponent.terms[m] for m in self._alike(exponent, monomial))))
        except Unsettled:
            return 0

    def _under(self, rest: Monomial, terms: list[Monomial]) -> bool:
        for term in terms:
            try:
                if self.scale.compare(rest, term) < 0:
                    return True
            except Unsettled:
                continue
        return False
