"""NumPy: arrays of any floating dtype, computed in float64."""

from __future__ import annotations

NAME = "numpy"
MODULE = "np"
LIBRARY = "NumPy"
RESERVED = frozenset({"np", "special", "ArrayLike", "NDArray"})
INFINITY = "np.inf"
NAN = "np.nan"
PREAMBLE = (
    "The functions take numbers, lists and arrays, which broadcast. They compute in float64 and round once to the "
    "dtype of the arguments (float64 for integers). They stand alone: nothing else needs to be installed but "
    "{needs}."
)
