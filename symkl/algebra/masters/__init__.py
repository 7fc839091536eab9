"""The cited theorems: integrals and sums of exponentials of a few statistics, with their conditions. Data."""

from symkl.algebra.masters.bessel import BESSEL
from symkl.algebra.masters.half_line import HALF_LINE
from symkl.algebra.masters.interval import INTERVAL
from symkl.algebra.masters.line import ON_LINE
from symkl.algebra.masters.row import ETA, HIGH, LOW, QUADRATIC, SHAPE, WIDTH, Master, Z
from symkl.algebra.masters.sums import SUMS
from symkl.algebra.masters.tail import TAIL

__all__ = ["ETA", "HIGH", "LOW", "MASTERS", "QUADRATIC", "SHAPE", "WIDTH", "Master", "Z"]

#: in the order in which they are tried
MASTERS: tuple[Master, ...] = (*ON_LINE, *HALF_LINE, *INTERVAL, *TAIL, *BESSEL, *SUMS)
