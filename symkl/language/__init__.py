"""Text to model: formulas, definition files, documents. Everything here reads input of strangers."""

from symkl.language.bindings import read_bindings, read_point
from symkl.language.definition import Shelf, load_families, load_family
from symkl.language.document import is_document, load_document
from symkl.language.expression import parse, parse_condition
from symkl.language.given import parse_given
from symkl.language.skeleton import skeleton
from symkl.language.text import to_text

__all__ = [
    "Shelf",
    "is_document",
    "load_document",
    "load_families",
    "load_family",
    "parse",
    "parse_condition",
    "parse_given",
    "read_bindings",
    "read_point",
    "skeleton",
    "to_text",
]
