"""Arguments for each row of the table of meanings, away from where a function has no value."""

from __future__ import annotations

from collections.abc import Callable

import mpmath as mp
import sympy as sp

from symkl.model import symbol
from symkl.trace.meanings import MEANINGS

__all__ = ["ARGUMENTS", "X", "Y", "names_in", "value"]

X, Y = symbol("x", "positive"), symbol("y", "positive")
BINARY = (
    "rsub rdiv rpow add sub mul div pow remainder max min "
    "xlogy xlog1py logaddexp rel_entr kl_div betaln beta zeta heaviside iv kv"
)
COMPARED = "gt ge lt le eq ne"
ARGUMENTS: dict[str, tuple[float, ...]] = {
    **dict.fromkeys(MEANINGS, (0.37,)),
    **dict.fromkeys((*BINARY.split(), *COMPARED.split()), (1.7, 0.6)),
    "polygamma": (2.0, 0.6),
}


def names_in(*homes: object, also: Callable[[str], bool] = lambda name: True) -> list[str]:
    """The names, rows or aliases, that one of the libraries has a function for."""
    from symkl.trace.meanings import ALIASES

    left_out = {"where", "clamp", "clip", "and", "or", "xor", "not", "nan_to_num", "copy", "mod", "fmod", "max", "min"}
    left_out |= {name for name, own in ALIASES.items() if own in ("and", "or", "xor", "not")}
    found = [n for n in (*MEANINGS, *ALIASES) if not n.startswith("_") and n not in left_out]
    return [n for n in found if any(hasattr(home, n) for home in homes) and also(n)]


def value(expression: sp.Basic, arguments: tuple[float, ...]) -> float:
    """The value of an expression in x and y, by mpmath."""
    at = dict(zip((X, Y), arguments, strict=False))
    put = expression.subs({s: sp.Rational(v) for s, v in at.items()})
    if put in (sp.true, sp.false):
        return float(bool(put))
    with mp.workdps(30):
        return float(sp.N(put, 25))
