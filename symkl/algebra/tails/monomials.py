"""The scale of growth as t goes to infinity: exponentials of sums of monomials, down to iterated logarithms."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

import sympy as sp

from symkl.algebra.tails.branching import Signs, Unsettled

__all__ = ["ONE", "Atom", "Monomial", "Scale", "as_atom", "as_monomial", "exp_of", "iterated_log", "written"]

T = TypeVar("T")


@dataclass(frozen=True)
class Monomial:
    """`exp(sum of coefficient * atom)`; an atom is a monomial that goes to infinity.

    The atom k (an integer) is the k-th iterated logarithm of t, 0 being t itself: `t**2` is `exp(2*(atom 1))`.
    """

    powers: frozenset[tuple[Atom, sp.Expr]]

    @property
    def is_power(self) -> bool:
        """Whether it lies between two powers of t."""
        return all(isinstance(atom, int) and atom > 0 for atom, _ in self.powers)

    def __mul__(self, other: Monomial) -> Monomial:
        return exp_of((*self.powers, *other.powers))

    def __truediv__(self, other: Monomial) -> Monomial:
        return exp_of((*self.powers, *((atom, -c) for atom, c in other.powers)))

    def __pow__(self, exponent: sp.Expr) -> Monomial:
        return exp_of((atom, exponent * c) for atom, c in self.powers)


Atom = int | Monomial
ONE = Monomial(frozenset())


def exp_of(terms: Iterable[tuple[Atom, sp.Expr]]) -> Monomial:
    """`exp(sum)`, with the coefficients of each atom added up."""
    found: dict[Atom, sp.Expr] = {}
    for atom, coefficient in terms:
        found[atom] = found[atom] + coefficient if atom in found else coefficient
    expanded = ((atom, sp.expand(c)) for atom, c in found.items())
    return Monomial(frozenset((atom, c) for atom, c in expanded if c != 0))


def iterated_log(k: int) -> Monomial:
    """The variable t itself for 0, log t for 1, log log t for 2."""
    return Monomial(frozenset({(k + 1, sp.Integer(1))}))


def as_monomial(atom: Atom) -> Monomial:
    return iterated_log(atom) if isinstance(atom, int) else atom


def as_atom(monomial: Monomial) -> Atom:
    """The atom that a monomial is."""
    if len(monomial.powers) == 1:
        ((atom, coefficient),) = monomial.powers
        if isinstance(atom, int) and atom > 0 and coefficient == 1:
            return atom - 1
    return monomial


def written(monomial: Monomial, t: sp.Expr) -> sp.Expr:
    """The monomial as an expression."""
    product: sp.Expr = sp.Integer(1)
    exponent: sp.Expr = sp.Integer(0)
    for atom, coefficient in monomial.powers:
        if atom in (1, 2):
            product *= (t if atom == 1 else sp.log(t)) ** coefficient
        else:
            exponent += coefficient * written(as_monomial(atom), t)
    return product * sp.exp(exponent)


class Scale:
    """Comparing monomials, where the signs of constants are known."""

    def __init__(self, signs: Signs) -> None:
        self.signs = signs
        self._growth: dict[Monomial, int] = {}

    def compare(self, left: Monomial, right: Monomial) -> int:
        """1 where left/right goes to infinity, -1 where it goes to 0, 0 where it is constant."""
        return 0 if left == right else self.growth(left / right)

    def growth(self, monomial: Monomial) -> int:
        """1 where the monomial goes to infinity, -1 where it goes to 0, 0 where it is constant."""
        if monomial not in self._growth:
            found = _plain_growth(monomial) if self.signs.given else None
            self._growth[monomial] = self._grows(dict(monomial.powers)) if found is None else found
        return self._growth[monomial]

    def _grows(self, powers: dict[Atom, sp.Expr]) -> int:
        signs: set[int] = set()
        try:
            signs = {self.signs.sign(c) for c in powers.values()} - {0}
        except Unsettled:
            signs = {1, -1}
        if len(signs) < 2:
            return signs.pop() if signs else 0
        while powers:
            largest = self.largest(list(powers), self._compare_atoms)
            alike = [atom for atom in powers if self._compare_atoms(atom, largest) == 0]
            sign = self.signs.sign(sp.Add(*(powers.pop(atom) for atom in alike)))
            if sign:
                return sign
        return 0

    def _compare_atoms(self, left: Atom, right: Atom) -> int:
        if isinstance(left, int) and isinstance(right, int):
            return (right > left) - (right < left)
        return self.compare(as_monomial(left), as_monomial(right))

    def largest(self, items: Sequence[T], compare: Callable[[T, T], int]) -> T:
        """The item that none outgrows. Raises `Unsettled` where that depends on an open sign."""
        found = list(self.maximal(items, compare))
        for other in found[1:]:
            compare(found[0], other)  # of two that are left, neither is known to be the smaller
        return found[0]

    def maximal(self, items: Sequence[T], compare: Callable[[T, T], int]) -> Iterator[T]:
        """The items that are not known to be outgrown by another, one of each that grow alike."""
        left = list(items)
        for item in items:
            for other in left:
                if other is item:
                    continue
                try:
                    order = compare(item, other)
                except Unsettled:
                    continue
                if order < 0 or (order == 0 and left.index(other) < left.index(item)):
                    left.remove(item)
                    break
        yield from left


@lru_cache(maxsize=4096)
def _plain_growth(monomial: Monomial) -> int | None:
    """The growth where it depends on no constraint."""
    try:
        return Scale(Signs()).growth(monomial)
    except Unsettled:
        return None
