"""Document files: TOML to an ordered list of claims with prose, all by name; families are looked up later."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from symkl.errors import BadInput
from symkl.language.known import PAIRS
from symkl.language.lexis import check_characters
from symkl.language.names import check_family_name, check_variable_name
from symkl.language.tables import Table, digest, plain_text, printable, read_toml
from symkl.model import QUANTITIES
from symkl.model.document import ClaimRequest, Document, Section

__all__ = ["is_document", "load_document"]

MAX_SECTIONS = 100
MAX_TEXT = 20_000
_LETTER = re.compile(r"[A-Za-z]", re.ASCII)
_FORMULA = re.compile(r"\$([^$]*)\$")


def is_document(path: Path) -> bool:
    """Whether the file is a document rather than the definition of a family; BadInput where it is not TOML."""
    return "document" in read_toml(path)


def load_document(path: Path) -> Document:
    """The document that the file defines; each refusal names the file and the field."""
    file = read_toml(path)
    file.check_keys(["document", "section"], ["format"])
    head = file.table("document")
    head.check_keys(["title"], ["symbols"])
    sections = file.tables("section")
    if not 1 <= len(sections) <= MAX_SECTIONS:
        raise BadInput(f"there are {len(sections)} sections; 1 to {MAX_SECTIONS} are read", file.at("section"))
    return Document(
        title=head.text("title"),
        symbols=_symbols(head),
        sections=tuple(_section(section) for section in sections),
        origin=str(path),
        digest=digest(file),
    )


def _symbols(head: Table) -> tuple[str, str]:
    letters = head.list("symbols") if "symbols" in head else ["p", "q"]
    where = head.at("symbols")
    if len(letters) != 2:
        raise BadInput("two letters are needed, for the first and for the second argument", where)
    first, second = (plain_text(letter, where, 1) for letter in letters)
    if not (_LETTER.fullmatch(first) and _LETTER.fullmatch(second)) or first == second:
        raise BadInput("the symbols must be two different ASCII letters", where, 'such as symbols = ["q", "p"]')
    return first, second


def _section(table: Table) -> Section:
    table.check_keys(["title"], ["text", "claim"])
    text = plain_text(table.data.get("text", ""), table.at("text"), MAX_TEXT, allowed="\n\t")
    _check_prose(text, table)
    claim = _claim(table.table("claim")) if "claim" in table else None
    return Section(table.text("title"), text, claim)


def _check_prose(text: str, table: Table) -> None:
    where = table.at("text")
    if "\\" in text:
        place = replace(where, column=text.index("\\") + 1)
        raise BadInput("TeX is not allowed in the text", place, "write formulas as in density, between dollar signs")
    if text.count("$") % 2:
        raise BadInput("a '$' is never closed", replace(where, column=text.rindex("$") + 1))
    for formula in _FORMULA.finditer(text):
        check_characters(formula.group(1), where)


def _claim(table: Table) -> ClaimRequest:
    table.check_keys(["quantity", "p"], ["q", "of", "where", "as", "independent"])
    quantity = table.choice("quantity", QUANTITIES)
    for key, wanted in (("q", quantity in PAIRS), ("of", quantity == "expectation")):
        if wanted and key not in table:
            raise BadInput(f"the key '{key}' is missing; '{quantity}' needs it", table.where)
        if not wanted and key in table:
            raise BadInput(f"the key '{key}' does not belong to '{quantity}'", table.where)
    for key in ("p", "q"):
        if key in table:
            check_family_name(table.text(key), table.at(key))
    if "independent" in table:
        check_variable_name(table.text("independent"), table.at("independent"))
    where = table.table("where")
    return ClaimRequest(
        quantity=quantity,
        p=table.text("p"),
        q=table.text("q") if "q" in table else None,
        of=table.formula("of") if "of" in table else None,
        where=tuple((printable(name), where.formula(name)) for name in where.data),
        parametrisation=_parametrisation(table),
        independent=table.text("independent") if "independent" in table else None,
        field=table.where.field,
    )


def _parametrisation(table: Table) -> tuple[str, ...]:
    """`as = "log_variance"`, or two names with a comma between, the first for p and the second for q."""
    if "as" not in table:
        return ()
    names = tuple(name.strip() for name in table.text("as").split(","))
    if len(names) > 2 or not all(name.isidentifier() for name in names):
        raise BadInput("this is not the name of a parametrisation, nor two with a comma between", table.at("as"))
    return names
