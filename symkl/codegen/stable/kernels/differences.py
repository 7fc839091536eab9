"""Differences and shares of products and squares."""

from __future__ import annotations

import sympy as sp

from symkl.codegen.stable.kernels.kernel import Kernel

__all__ = [
    "ProductDifference",
    "ProductExcess",
    "ProductRise",
    "QuotientOfProducts",
    "ReciprocalStep",
    "SquareBalance",
    "SquaresShare",
]


class ProductDifference(Kernel):
    """`ProductDifference(a, b, c, d) = a*b - c*d`, formed without rounding the products."""

    nargs = 4

    def definition(self) -> sp.Expr:
        a, b, c, d = self.args
        return a * b - c * d


class ProductExcess(Kernel):
    """`ProductExcess(a, b, c, d, e, f) = (a*b - c*d)/(e*f)`, where a product leaves the range of numbers too."""

    nargs = 6

    def definition(self) -> sp.Expr:
        a, b, c, d, e, f = self.args
        return (a * b - c * d) / (e * f)


class ProductRise(Kernel):
    """`ProductRise(x, y, x - 1, y - 1) = x*y - 1` for positive x, y, also where one is tiny and the other vast."""

    nargs = 4

    def definition(self) -> sp.Expr:
        x, y, *_ = self.args
        return x * y - 1


class QuotientOfProducts(Kernel):
    """`QuotientOfProducts(x, y, z, a, b, c) = x*y*z/(a*b*c)`: no part of it leaves the range of numbers."""

    nargs = 6

    def definition(self) -> sp.Expr:
        x, y, z, a, b, c = self.args
        return x * y * z / (a * b * c)


class ReciprocalStep(Kernel):
    """`ReciprocalStep(a, b, a - b) = 1/b - 1/a` for positive a, b, where a ratio of the two overflows as well."""

    nargs = 3

    def definition(self) -> sp.Expr:
        a, b, difference = self.args
        return difference / (a * b)


class SquareBalance(Kernel):
    """`SquareBalance(r, s, r/b, x, d, b) = (r**2 + s**2 + 2*s)/b` where r is x/b, s is d/b, and b is positive.

    Of either sign, and exact at 0. With c = b + d, what `x**2 + c**2` exceeds `b**2` by, over `b**3`; the squares
    alone may overflow.
    """

    nargs = 6

    def definition(self) -> sp.Expr:
        r, s, part, _, _, b = self.args
        return r * part + (s**2 + 2 * s) / b


class SquaresShare(Kernel):
    """`SquaresShare(u, x, y, a, b) = u/(a*b + x**2 + y**2)` for positive a, b, where that sum overflows as well."""

    nargs = 5

    def definition(self) -> sp.Expr:
        u, x, y, a, b = self.args
        return u / (a * b + x**2 + y**2)
