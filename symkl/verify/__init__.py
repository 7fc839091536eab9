"""Is it true: every step by the kernel, every result against its defining integral, rigorously and plainly.

`verify` is imported at first use (PEP 562): it brings the masters, which whoever only judges a formula does not need.
"""

from typing import TYPE_CHECKING, Any

from symkl.verify.evaluation import Evaluation, evaluate
from symkl.verify.known import judge
from symkl.verify.normalisation import Normalisation, normalisation

if TYPE_CHECKING:
    from symkl.verify.verdict import verify

__all__ = ["Evaluation", "Normalisation", "evaluate", "judge", "normalisation", "verify"]


def __getattr__(name: str) -> Any:
    if name == "verify":
        from symkl.verify.verdict import verify

        return verify
    raise AttributeError(f"module 'symkl.verify' has no attribute '{name}'")
