"""A foreign formula against the truth, and what went wrong in it."""

from symkl.check.comparison import comparison

__all__ = ["comparison"]
