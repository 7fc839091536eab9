"""`symkl code --register`: which families and pairs it takes, and what it refuses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from symkl.resources import templates

from .conftest import Ran

Run = Callable[..., Ran]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["numpy", "kl", "Normal", "Normal"], "numpy has no distributions to register with; use"),
        (["torch", "entropy", "Normal"], "write: kl P Q"),
        (["torch", "kl", "Normal"], "write: kl P Q"),
        (["torch", "kl", "Normal", "Normal", "--as", "variance"], "neither --as nor --where"),
        (["torch", "kl", "Normal", "Normal", "--where", "mu_2=0"], "neither --as nor --where"),
        (["torch", "kl", "Normla", "Normal"], "did you mean 'Normal'?"),
        (["torch", "kl", "Normal", "Rayleigh"], "no family that is called 'Rayleigh' names a class of torch"),
        (["torch", "kl", "X*", "Normal"], "no family that is called 'X*' names a class of torch"),
    ],
)
def test_what_cannot_be_registered_is_refused(arguments: list[str], said: str, symkl: Run, here: Path) -> None:
    ran = symkl("code", *arguments, "--register", "-o", "out.py")
    assert ran.code == 2
    assert said in ran.err
    assert list(here.iterdir()) == []


def test_patterns_name_the_families_that_have_a_class(symkl: Run, here: Path) -> None:
    ran = symkl("code", "torch", "kl", "Exp*", "[PR]o*", "--register", "-o", "out.py")
    assert ran.code == 0, ran.err
    text = (here / "out.py").read_text(encoding="utf-8")
    assert "@kl.register_kl(distributions.Exponential, distributions.Poisson)" in text
    assert text.count("@kl.register_kl") == 1


def test_what_is_registered_is_read_back(symkl: Run, here: Path) -> None:
    assert symkl("code", "torch", "kl", "Poisson", "Poisson", "--register", "-o", "out.py").code == 0
    assert "Re-verified: this code was read back and proved equal" in (here / "out.py").read_text(encoding="utf-8")
    own = here / "own" / "code" / "torch"
    own.mkdir(parents=True)
    text = (templates() / "code" / "torch" / "function.py.j2").read_text(encoding="utf-8")
    assert "return value, ()" in text
    (own / "function.py.j2").write_text(text.replace("return value, ()", "return 2.0 * value, ()"), encoding="utf-8")
    ran = symkl("code", "torch", "kl", "Poisson", "Poisson", "--register", "-o", "wrong.py", "--templates", "own")
    assert ran.code == 5
    assert "kl_poisson_poisson in torch is" in ran.err
    assert "units in the last place off" in ran.err
    assert not (here / "wrong.py").exists()


def test_without_register_a_pattern_is_no_family(symkl: Run) -> None:
    assert symkl("code", "torch", "kl", "Exp*", "Normal").code == 2


def test_a_pair_without_a_closed_form_is_an_error_alone_and_a_note_among_others(symkl: Run, here: Path) -> None:
    ran = symkl("code", "torch", "kl", "StudentT", "StudentT", "--register", "-o", "out.py")
    assert ran.code != 0
    assert "error: KL(StudentT || StudentT): none" in ran.err
    assert not (here / "out.py").exists()
    ran = symkl("code", "torch", "kl", "StudentT", "[CS][ht][iu]*", "--register", "-o", "out.py")
    assert ran.code == 0
    assert "note: left out: KL(StudentT || StudentT): none" in ran.err
    assert "kl_studentt_chi2" in (here / "out.py").read_text(encoding="utf-8")
