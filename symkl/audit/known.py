"""The libraries that `symkl audit` knows, by name."""

from __future__ import annotations

from symkl.audit.libraries import Library
from symkl.audit.libraries.numpyro import NumPyro
from symkl.audit.libraries.scipy import SciPy
from symkl.audit.libraries.torch import Torch

__all__ = ["LIBRARIES"]

_ALL: tuple[Library, ...] = Torch(), NumPyro(), SciPy()
LIBRARIES = {library.name: library for library in _ALL}
