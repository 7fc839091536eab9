"""What LaTeX says, as a tree: each node knows at which character it begins."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "Call", "Cases", "Comparison", "Constant", "Named", "Number", "Power", "Product", "Quotient", "Symbol", "Terms",
    "Total", "Tree",
]  # fmt: skip


@dataclass(frozen=True)
class Symbol:
    """A letter or word with what hangs on it: the subscripts one by one, primes, and other marks (`hat`, `(1)`)."""

    base: str
    subscripts: tuple[str, ...] = ()
    primes: int = 0
    marks: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """An ASCII name for it: `sigma_1`, `alpha_prime`, `x_min`."""
        base = "lam" if self.base == "lambda" else self.base
        return "_".join([base, *self.subscripts, *self.marks, *["prime"] * self.primes])


@dataclass(frozen=True)
class Number:
    place: int
    text: str


@dataclass(frozen=True)
class Constant:
    """A constant under the parser's name: `E`, `pi`, `EulerGamma`, `oo`."""

    place: int
    text: str


@dataclass(frozen=True)
class Named:
    place: int
    symbol: Symbol


@dataclass(frozen=True)
class Terms:
    """A sum of terms, each with whether it is subtracted."""

    place: int
    parts: tuple[tuple[bool, Tree], ...]


@dataclass(frozen=True)
class Product:
    place: int
    factors: tuple[Tree, ...]


@dataclass(frozen=True)
class Quotient:
    place: int
    above: Tree
    below: Tree


@dataclass(frozen=True)
class Power:
    place: int
    base: Tree
    exponent: Tree


@dataclass(frozen=True)
class Call:
    """A function of the parser's table."""

    place: int
    function: str
    arguments: tuple[Tree, ...]


@dataclass(frozen=True)
class Total:
    r"""A `\sum` over an index; `low` and `high` may be missing."""

    place: int
    index: Symbol
    low: Tree | None
    high: Tree | None
    body: Tree


@dataclass(frozen=True)
class Comparison:
    """`sign` is one of the parser's: <, <=, >, >=, ==, !=."""

    left: Tree
    sign: str
    right: Tree


@dataclass(frozen=True)
class Cases:
    """Values, each with the comparisons under which it is the value; none of them: in all other cases."""

    place: int
    rows: tuple[tuple[Tree, tuple[Comparison, ...]], ...]


Tree = Number | Constant | Named | Terms | Product | Quotient | Power | Call | Total | Cases
