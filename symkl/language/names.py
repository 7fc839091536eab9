"""What families, parameters, variables and LaTeX fields may be called."""

from __future__ import annotations

import keyword
import re

from symkl.errors import BadInput, Location
from symkl.language.functions import CONSTANTS, FUNCTIONS, SPECIAL_FORMS

__all__ = ["check_family_name", "check_latex", "check_parameter_name", "check_variable_name"]

_FAMILY = re.compile(r"[A-Z][A-Za-z0-9]{0,63}", re.ASCII)
_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,31}", re.ASCII)
#: functions that are Greek letters, and as such may name a parameter
_LETTERS = {"beta", "gamma", "zeta"}
_RESERVED = {"event_ndims": "an argument of every generated function"}

_GREEK = (
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi pi rho varrho sigma "
    "tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega ell"
).split()
_COMMAND = rf"\\(?:{'|'.join(_GREEK)})(?![A-Za-z])"
_SCRIPT = rf"(?:[A-Za-z0-9]|{_COMMAND}|\{{(?:[A-Za-z0-9,]{{1,8}}|{_COMMAND})\}})"
_LATEX = re.compile(rf"(?:\\log(?![A-Za-z])\s?)?(?:[A-Za-z]|{_COMMAND})(?:_{_SCRIPT})?(?:\^{_SCRIPT})?", re.ASCII)


def check_family_name(name: str, where: Location) -> None:
    if not _FAMILY.fullmatch(name):
        raise BadInput(f"{name!a} cannot be the name of a family", where,
                       "write a capital and then at most 63 letters or digits")  # fmt: skip


def check_parameter_name(name: str, variable: str, where: Location) -> None:
    """Refuse what is no short ASCII identifier, and names that mean something else in a formula or in Python."""
    _check_identifier(name, "parameter", where)
    if name == variable:
        raise BadInput(f"'{name}' is the name of the variable and of a parameter", where, "rename one of them")


def check_variable_name(name: str, where: Location) -> None:
    _check_identifier(name, "variable", where)
    if re.search(r"_[12]$", name):
        raise BadInput(f"the variable's name '{name}' ends as the parameters of a pair do", where, "drop the ending")


def _check_identifier(name: str, what: str, where: Location) -> None:
    if not _IDENTIFIER.fullmatch(name):
        raise BadInput(f"{name!a} cannot be the name of a {what}", where,
                       "write a letter and then at most 31 ASCII letters, digits or underscores")  # fmt: skip
    if keyword.iskeyword(name):
        advice = "the usual name is 'lam'" if name == "lambda" else "choose another"
        raise BadInput(f"'{name}' is a keyword of Python and cannot be the name of a {what}", where, advice)
    if name in CONSTANTS:
        raise BadInput(f"'{name}' is a constant and cannot be the name of a {what}", where, "choose another")
    if name in {*FUNCTIONS, *SPECIAL_FORMS} - _LETTERS:
        raise BadInput(f"'{name}' is a function and cannot be the name of a {what}", where, "choose another")
    if name in _RESERVED:
        raise BadInput(f"'{name}' is {_RESERVED[name]} and cannot be the name of a {what}", where, "choose another")


def check_latex(latex: str, where: Location) -> None:
    r"""Refuse LaTeX that is more than a letter or a Greek command with at most one sub- and one superscript.

    `\log` may stand before it. TeX can read files and run for ever, so nothing else is let through.
    """
    if not _LATEX.fullmatch(latex):
        advice = r"write a letter or a Greek command, with at most one _ and one ^, such as \sigma^2"
        raise BadInput(f"the LaTeX {latex[:60]!a} is not allowed", where, advice)
