"""Derivations to write up: real ones, with verdicts filled in by hand."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import pytest
import sympy as sp
from jinja2 import FileSystemLoader

from symkl.derive import derive
from symkl.language import load_family
from symkl.model import Check, Family, Judged, Verdict, Verified, claim

ROOT = Path(__file__).resolve().parents[2]
PROVED = Verdict("proved", (Check("kernel", True), Check("enclosure", True, 5, 30), Check("quadrature", True, 5, 14)))


@pytest.fixture(scope="session")
def value_of() -> Callable[[str, Mapping[str, float]], float]:
    """Evaluates printed LaTeX; it shares nothing with the printer (`reading.py`)."""
    spec = importlib.util.spec_from_file_location("reading_for_writeup", Path(__file__).parent / "reading.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.value


@pytest.fixture(scope="session")
def loader() -> FileSystemLoader:
    return FileSystemLoader(ROOT / "templates")


@pytest.fixture(scope="session")
def family() -> Callable[[str], Family]:
    """A built-in family by the name of its file."""
    return cache(lambda name: load_family(ROOT / "derivations" / f"{name}.toml"))


@pytest.fixture(scope="session")
def verified(family: Callable[[str], Family]) -> Callable[..., Verified]:
    """A derivation all of whose lines are taken as proved."""

    def make(quantity: str, p: str, q: str | None = None, **where: sp.Expr) -> Verified:
        first, second = family(p), family(q) if q else None
        derivation = derive(claim(quantity, first, second, where=tuple(where.items())))
        known = tuple(
            Judged(k, PROVED)
            for k in first.known
            if k.quantity == quantity and k.other == (second.name if second else None) and dict(k.where) == where
        )
        return Verified(
            derivation,
            PROVED,
            tuple(PROVED for _ in derivation.steps),
            tuple(PROVED for _ in derivation.lemmas),
            tuple(tuple(PROVED for _ in lemma.steps) for lemma in derivation.lemmas),
            known,
        )

    return make


@pytest.fixture(scope="session")
def normal(verified: Callable[..., Verified]) -> tuple[Verified, ...]:
    """Entropy, cross-entropy and divergence of the normal family."""
    return (
        verified("entropy", "normal"),
        verified("cross_entropy", "normal", "normal"),
        verified("kl", "normal", "normal"),
    )
