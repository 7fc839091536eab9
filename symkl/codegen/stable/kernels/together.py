"""What one function of the code gives at once: the values of several kernels of the same arguments, as a tuple."""

from __future__ import annotations

import sympy as sp

__all__ = ["BellHeights", "BellOverhangSlopes", "BellSlopes", "Place", "Together"]


class Together(sp.Function):
    """Such a tuple."""


class Place(sp.Function):
    """`Place(t, i)`: what stands at place i of such a tuple."""

    nargs = 2


class BellHeights(Together):
    """Of a density restricted to an interval its values at the two ends."""


class BellSlopes(Together):
    """What the derivatives of `BellGap` are made of."""


class BellOverhangSlopes(Together):
    """The derivatives of `BellOverhang` by the centre and the scale."""
