"""The trusted part that deriving, verifying and code generation share: normal form, zero-test, signs, masters."""

from symkl.algebra.density import density, log_density
from symkl.algebra.logs import expand_logs
from symkl.algebra.normal import equal, is_zero, linear_expectations, normal
from symkl.algebra.signs import assuming, holds, is_negative, is_nonnegative, is_positive
from symkl.algebra.standing import standing

__all__ = [
    "assuming",
    "density",
    "equal",
    "expand_logs",
    "holds",
    "is_negative",
    "is_nonnegative",
    "is_positive",
    "is_zero",
    "linear_expectations",
    "log_density",
    "normal",
    "standing",
]
