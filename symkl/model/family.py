"""What a definition file says: a family of distributions, its parameters, its known forms."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import sympy as sp

from symkl.model.symbols import symbol

__all__ = ["FRAMEWORKS", "Counterpart", "Family", "Known", "Parameter", "Parametrisation"]

#: libraries that have classes of distributions
FRAMEWORKS = ("torch", "numpyro")


@dataclass(frozen=True)
class Parameter:
    """A parameter: its name, domain (a key of `symbols.DOMAINS`), LaTeX and one line of documentation.

    `index` is "1" or "2" for a parameter of the first or second of a pair, else empty; the symbol's name is
    then `name_index`.
    """

    name: str
    domain: str
    latex: str | None = None
    doc: str = ""
    index: str = ""

    @property
    def full_name(self) -> str:
        return f"{self.name}_{self.index}" if self.index else self.name

    @cached_property
    def symbol(self) -> sp.Symbol:
        return symbol(self.full_name, self.domain)


@dataclass(frozen=True)
class Parametrisation:
    """Another way to call a family: new parameters, and each replaced parameter in terms of them.

    Parameters of the family that `where` does not name keep their place and must be among `parameters`.
    """

    name: str
    parameters: tuple[Parameter, ...]
    where: tuple[tuple[str, sp.Expr], ...]


@dataclass(frozen=True)
class Counterpart:
    """A class of a framework that is the family: `fields` are (parameter, attribute) of its parametrisation.

    `parametrisation` is the name of one, None for the family's own parameters. A class that can be made from either of
    two sets of attributes is two counterparts.
    """

    framework: str
    name: str
    parametrisation: str | None
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Known:
    """A published closed form: what a derivation must turn out to equal, never used to derive it.

    In `formula` the parameters of a pair bear their suffixes (`mu_1`, `sigma_2`). `field` is where it stands in
    the file (`known[1]`, counted from 1), `text` the formula as written.
    """

    quantity: str
    other: str | None
    formula: sp.Expr
    text: str
    source: str
    field: str
    where: tuple[tuple[str, sp.Expr], ...] = ()
    units: str = "nats"
    of: sp.Expr | None = None


@dataclass(frozen=True)
class Family:
    """A family of distributions, as its definition file gives it.

    Exactly one of `density` and `log_density` is given, as written. `support` is the closed hull `(lower, upper)`;
    `kind` is "continuous" or "discrete" (then the support is every integer between the bounds). `digest` is a
    SHA-256 of the definition's content, `origin` the file it came from (empty when made in Python).
    """

    name: str
    variable: sp.Symbol
    kind: str
    support: tuple[sp.Expr, sp.Expr]
    parameters: tuple[Parameter, ...]
    density: sp.Expr | None = None
    log_density: sp.Expr | None = None
    constraints: tuple[sp.Basic, ...] = ()
    parametrisations: tuple[Parametrisation, ...] = ()
    classes: tuple[Counterpart, ...] = ()
    known: tuple[Known, ...] = ()
    origin: str = ""
    digest: str = field(default="", compare=False)
