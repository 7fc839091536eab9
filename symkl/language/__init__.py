"""Text to model: formulas, definition files, documents. Everything here reads input of strangers."""

from symkl.language.expression import parse, parse_condition
from symkl.language.text import to_text

__all__ = ["parse", "parse_condition", "to_text"]
