"""Closed forms to be measured, derived once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from symkl.derive import derive
from symkl.library import Library, read_library
from symkl.measure.cases import Case
from symkl.model import Check, Verdict, Verified, claim
from symkl.requests import Request


@pytest.fixture(scope="session")
def library() -> Library:
    return read_library([], [])


@pytest.fixture(scope="session")
def proved(library: Library) -> Callable[..., tuple[Case, Verified]]:
    """A case of a family, or of one against another; the verdict is made up, the tests of `verify` are elsewhere."""

    def make(p: str, q: str = "") -> tuple[Case, Verified]:
        derivation = derive(claim("kl", library.family(p), library.family(q or p)))
        return Case(Request("kl", p, q or p)), Verified(derivation, Verdict("proved", (Check("kernel", True),)))

    return make
