"""Derivations as documents: LaTeX through templates, PDFs by TeX or by pandoc and Typst."""

from symkl.writeup.article import write_article, write_fragment
from symkl.writeup.document import write_document
from symkl.writeup.matrix import write_matrix
from symkl.writeup.pdf import build_pdf, pdf_engine
from symkl.writeup.printer import TextbookPrinter

__all__ = [
    "TextbookPrinter",
    "build_pdf",
    "pdf_engine",
    "write_article",
    "write_document",
    "write_fragment",
    "write_matrix",
]
