"""symkl: from a log-density to a proved closed form of its entropy, cross-entropy and KL divergence.

Everything here is imported at first use (PEP 562), so that `import symkl` alone costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from symkl.api import Derivation, Family, check, cross_entropy, entropy, expectation, family, kl, load
    from symkl.errors import BadInput, Never, NotYet, SymklError, ToolMissing

__all__ = [
    "BadInput",
    "Derivation",
    "Family",
    "Never",
    "NotYet",
    "SymklError",
    "ToolMissing",
    "__version__",
    "check",
    "cross_entropy",
    "entropy",
    "expectation",
    "family",
    "kl",
    "load",
]

_ERRORS = {"BadInput", "Never", "NotYet", "SymklError", "ToolMissing"}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from symkl.resources import version

        return version()
    if name not in __all__:
        raise AttributeError(f"module 'symkl' has no attribute {name!r}")
    value = getattr(import_module("symkl.errors" if name in _ERRORS else "symkl.api"), name)
    # `symkl.check` is a sub-package as well: without this, importing it would hide the function of that name.
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
