"""What a measurement was made on and with."""

from __future__ import annotations

import platform
from importlib import metadata
from pathlib import Path

from symkl.resources import version

__all__ = ["machine"]

_PACKAGES = ("numpy", "scipy", "numba", "torch", "jax", "numpyro")


def machine() -> dict[str, str]:
    """The processor, and the versions of Python, of symkl and of the packages that are installed."""
    found = {"processor": _processor(), "python": platform.python_version(), "symkl": version()}
    for name in _PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def _processor() -> str:
    """Its name, where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
