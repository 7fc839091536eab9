"""Functions to expressions: NumPy, PyTorch, JAX and numba code run once with symbols in the place of numbers.

Each of `symkl.trace.numpy`, `symkl.trace.numba`, `symkl.trace.torch`, `symkl.trace.jax` has
`traced(function, arguments)`, and `named(head)`, which stands in for a function whose value is to appear under a name.
They import their library, and are imported where they are used.
"""

from symkl.trace.constants import Rounded, recognised
from symkl.trace.refusal import Untraceable

__all__ = ["Rounded", "Untraceable", "recognised"]
