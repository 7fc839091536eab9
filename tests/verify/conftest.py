"""The built-in definitions, and a few families made by hand."""

from pathlib import Path

import pytest
import sympy as sp

from symkl.language import is_document, load_family
from symkl.model import Family, Parameter, variable_symbol

DERIVATIONS = Path(__file__).parents[2] / "derivations"


@pytest.fixture(scope="session")
def built_in():
    paths = (path for path in sorted(DERIVATIONS.glob("*.toml")) if not is_document(path))
    return {family.name: family for family in map(load_family, paths)}


def make(density, lower, upper, *parameters, kind="continuous", log=False):
    """A family from a function of (x, *parameters); parameters are written "name: domain"."""
    declared = tuple(Parameter(*text.split(": ")) for text in parameters)
    lower, upper = sp.sympify(lower), sp.sympify(upper)
    x = variable_symbol("x", kind, lower, upper)
    body = density(x, *(p.symbol for p in declared))
    return Family("Made", x, kind, (lower, upper), declared, **{"log_density" if log else "density": body})


@pytest.fixture(scope="session")
def cauchy():
    return make(lambda x, m, s: 1 / (sp.pi * s * (1 + ((x - m) / s) ** 2)), -sp.oo, sp.oo, "m: real", "s: positive")


@pytest.fixture(scope="session")
def rayleigh():
    return make(lambda x, s: x / s**2 * sp.exp(-(x**2) / (2 * s**2)), 0, sp.oo, "s: positive")
