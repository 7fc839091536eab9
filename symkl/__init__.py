"""From a log-density to a proved closed form of its entropy, cross-entropy and KL divergence.

Everything here is imported at first use (PEP 562), so that `import symkl` alone costs nothing.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from symkl.api import Derivation, Family, check, cross_entropy, entropy, expectation, family, kl, load
    from symkl.errors import BadInput, Never, NotYet, SymklError, ToolMissing
    from symkl.marks.decorator import claims

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
    "claims",
    "cross_entropy",
    "entropy",
    "expectation",
    "family",
    "kl",
    "load",
]

#: where the names are found that are not in `symkl.api`
_HOMES = {
    **dict.fromkeys(("BadInput", "Never", "NotYet", "SymklError", "ToolMissing"), "symkl.errors"),
    "claims": "symkl.marks.decorator",
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from symkl.resources import version

        return version()
    if name not in __all__:
        raise AttributeError(f"module 'symkl' has no attribute {name!r}")
    return getattr(import_module(_HOMES.get(name, "symkl.api")), name)


def __dir__() -> list[str]:
    return sorted(__all__)


class _Package(ModuleType):
    """The package itself. `symkl.check` is a function, and a sub-package of the same name, which must not hide it."""

    @property
    def check(self) -> Any:
        return import_module("symkl.api").check

    @check.setter
    def check(self, _: ModuleType) -> None:
        """The import system puts the sub-package here; it is found in `sys.modules` all the same."""


sys.modules[__name__].__class__ = _Package
