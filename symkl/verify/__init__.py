"""Is it true: every step by the kernel, every result against its defining integral, rigorously and plainly."""

from symkl.verify.evaluation import Evaluation, evaluate
from symkl.verify.known import judge
from symkl.verify.normalisation import Normalisation, normalisation
from symkl.verify.verdict import verify

__all__ = ["Evaluation", "Normalisation", "evaluate", "judge", "normalisation", "verify"]
