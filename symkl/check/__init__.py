"""A foreign formula against the truth, and what went wrong in it."""

from symkl.check.comparison import comparison, undecided
from symkl.check.formula import Formula, read_formula

__all__ = ["Formula", "comparison", "read_formula", "undecided"]
