"""The definition file that `symkl new` writes: it works as it stands, and every line says what may be put there."""

from __future__ import annotations

import re

from symkl.errors import BadInput, Location

__all__ = ["starter"]

_TEXT = """\
# A definition file of symkl. As it stands it defines an exponential distribution with the mean `scale`;
# put your own density in its place. `symkl derive entropy {name} --with {name}.toml` shows what follows from it.
format = 1

[family]
name = "{name}"
variable = "x"
kind = "continuous"                # or "discrete"
support = ["0", "oo"]              # lower and upper end; may name parameters, such as ["a", "b"]
constraints = []                   # conditions beyond the domains, such as "a < b"
density = "exp(-x/scale)/scale"    # or log_density = "..."

[family.parameters]                # in the order in which generated functions take them
# domains: real, positive, nonnegative, unit (between 0 and 1), integer, positive_integer
scale = {{ domain = "positive", latex = '\\theta', doc = "scale" }}

# A published closed form that the derivation must turn out to equal. It is never used to derive it.
# [[known]]
# quantity = "entropy"             # entropy, cross_entropy, kl, or expectation (with of = "x**2")
# formula = "1 + log(scale)"
# source = "where it was published"
"""


def starter(name: str) -> str:
    """The text of a new definition. Raises `BadInput` where the name cannot be a family's."""
    if not re.fullmatch(r"[A-Z][A-Za-z0-9]{0,63}", name):
        raise BadInput(
            f"'{name[:64]}' cannot be the name of a family",
            Location(field="NAME"),
            "it is a capital letter, then at most 63 letters and digits, such as Rayleigh",
        )
    return _TEXT.format(name=name)
