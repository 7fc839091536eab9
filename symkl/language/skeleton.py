"""The text of a new definition file: it loads and derives as it stands, and its comments say what to change."""

from __future__ import annotations

from symkl.errors import Location
from symkl.language.functions import CONSTANTS, FUNCTIONS
from symkl.language.names import check_family_name
from symkl.language.parameters import DOMAIN_NAMES

__all__ = ["skeleton"]

_TEXT = """\
format = 1

# A family of distributions. The lines below define a half-normal distribution: replace them by your own.
[family]
name = "{name}"
variable = "x"
kind = "continuous"            # or "discrete": then the support is every integer between the bounds
support = ["0", "oo"]          # lower and upper bound; they may name parameters
# constraints = ["a < b"]      # conditions on the parameters beyond their domains

# Give exactly one of density and log_density.
density = "sqrt(2/pi)/sigma*exp(-x**2/(2*sigma**2))"
# log_density = "log(2/pi)/2 - log(sigma) - x**2/(2*sigma**2)"
#
# Functions: {functions}.
# Constants: {constants}. Decimals are exact: 0.1 is 1/10.

# The parameters, in the order in which generated functions take them. The domain of each is one of
# {domains}; latex and doc are optional.
[family.parameters]
sigma = {{ domain = "positive", latex = '\\sigma', doc = "scale" }}

# Other ways to call the family: new parameters, and each replaced one in terms of them.
# [family.parametrisations.log_scale]
# parameters = {{ logsigma = {{ domain = "real", latex = '\\log\\sigma' }} }}
# where = {{ sigma = "exp(logsigma)" }}

# The classes of libraries that this family is, and the attribute that each parameter is in them.
# [[family.classes]]
# in = ["torch", "numpyro"]
# name = "HalfNormal"
# fields = {{ sigma = "scale" }}

# Closed forms that somebody published. They are never used to derive anything; `symkl verify` judges them.
# Of a pair, _1 is appended to the first one's parameters and _2 to the second one's.
# [[known]]
# quantity = "kl"              # entropy, cross_entropy, kl, or expectation (with of = "x**2")
# other = "{name}"
# formula = "log(sigma_2/sigma_1) + sigma_1**2/(2*sigma_2**2) - 1/2"
# source = "author (year), title, where in it"
"""


def skeleton(name: str) -> str:
    """The definition file of a new family of that name; BadInput where it cannot be a family's name."""
    check_family_name(name, Location(field="NAME"))
    return _TEXT.format(
        name=name,
        functions=_wrapped([*FUNCTIONS, "Piecewise", "Eq"]),
        constants=" ".join(CONSTANTS),
        domains=", ".join(DOMAIN_NAMES),
    )


def _wrapped(words: list[str], width: int = 100) -> str:
    lines = [""]
    for word in words:
        if len(lines[-1]) + len(word) > width:
            lines.append("")
        lines[-1] += f" {word}"
    return "\n#   ".join(line.strip() for line in lines)
