"""Whether an integral or a sum converges at one end of its range, from how fast the terms of the integrand grow."""

from symkl.algebra.tails.branching import Regions
from symkl.algebra.tails.convergence import Tail, growing_term, regions, tail

__all__ = ["Regions", "Tail", "growing_term", "regions", "tail"]
