"""From a claim to its derivation: charts, masters, lemmas, conditions and rules."""

from symkl.derive.engine import derive

__all__ = ["derive"]
