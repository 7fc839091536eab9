"""LaTeX as people write it, turned into text in symkl's own notation; nothing in it is evaluated.

tokens    text -> tokens with their places          rows       tokens -> chains of equations, their left-hand sides
reader    tokens of one side -> a tree              dimensions sums over independent dimensions taken out
matching  names -> the claim's parameters           writing    tree -> text, and from its places back to the LaTeX
"""

from symkl.language.latex.files import Found, find_formula
from symkl.language.latex.macros import expanded
from symkl.language.latex.place import NotRead, Source
from symkl.language.latex.reading import Asked, Line, Reading, read_latex
from symkl.language.latex.stems import Vocabulary, letters_of, read_name, stems_of
from symkl.language.latex.style import USUAL, Style, other_styles

__all__ = [
    "USUAL",
    "Asked",
    "Found",
    "Line",
    "NotRead",
    "Reading",
    "Source",
    "Style",
    "Vocabulary",
    "expanded",
    "find_formula",
    "letters_of",
    "other_styles",
    "read_latex",
    "read_name",
    "stems_of",
]
