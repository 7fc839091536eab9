"""PyTorch: tensors on any device, computed in float64 and differentiable."""

from __future__ import annotations

NAME = "torch"
MODULE = "torch"
LIBRARY = "PyTorch"
RESERVED = frozenset({"torch", "functools"})
INFINITY = "torch.inf"
NAN = "torch.nan"
PREAMBLE = (
    "The functions take tensors and numbers, which broadcast, on any one device. They compute in float64 (float32 on "
    "a device that has no float64) and round once to the dtype of the tensors (the default dtype for integers and "
    "numbers). Gradients are those of autograd. They stand alone: nothing else needs to be installed but {needs}."
)
