"""Bad input: one clear line that says what and where, exit code 2, and nothing written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from symkl.library import read_library

from .conftest import RAYLEIGH, ROOT, Ran, definition

pytestmark = pytest.mark.sample(3)

BAD_FILES = {
    "unknown symbol": (
        definition(density='density = "x*exp(-x**2/(2*t**2))/s**2"'),
        ["family.density", "column", "'t'"],
    ),
    "undeclared parameter": (definition(s="mu = { domain = 'real' }"), ["family.density", "column", "'s'"]),
    "a bound that is no number": (definition(support='support = ["zero", "oo"]'), ["family.support", "zero"]),
    "broken TOML": (RAYLEIGH.replace("[family]", "[family", 1), ["line 2", "column"]),
    "import": (definition(density="density = '__import__(\"os\")'"), ["family.density", "column"]),
    "attribute access": (definition(density='density = "x.real"'), ["family.density", "column", "attribute"]),
    "a tower of powers": (definition(density='density = "9**9**9**9"'), ["family.density", "column"]),
    "a huge factorial": (definition(density='density = "factorial(10**9)"'), ["family.density", "column"]),
    "nested brackets": (definition(density=f'density = "{"(" * 10_000}x{")" * 10_000}"'), ["family.density"]),
    "a megabyte": (definition(density=f'density = "{"x+" * 500_000}x"'), ["at most"]),
    "full-width letters": (definition(density='density = "ｘ*exp(-x)"'), ["family.density", "column 1"]),
    "input in latex": (
        definition(s="s = { domain = 'positive', latex = '\\input{/etc/passwd}' }"),
        ["family.parameters.s", "latex"],
    ),
}


@pytest.mark.parametrize("case", BAD_FILES)
@pytest.mark.parametrize("command", ["build", "derive"])
def test_a_bad_definition_is_refused_with_its_place(
    case: str, command: str, symkl: Callable[..., Ran], here: Path
) -> None:
    text, said = BAD_FILES[case]
    path = here / "bad.toml"
    path.write_text(text, encoding="utf-8")
    if command == "build":
        ran = symkl("build", path)
    else:
        ran = symkl("derive", "entropy", "Rayleigh", "--with", path)
    assert ran.code == 2
    assert ran.err.startswith("error: ")
    assert len(ran.err.strip().splitlines()) == 1
    assert "bad.toml" in ran.err
    for part in said:
        assert part in ran.err
    assert len(ran.err) < 600
    assert sorted(p.name for p in here.iterdir()) == ["bad.toml"]


def test_a_good_definition_is_not_refused(symkl: Callable[..., Ran], rayleigh: Path) -> None:
    ran = symkl("derive", "entropy", "Rayleigh", "--with", rayleigh, "-q")
    assert (ran.code, ran.err) == (0, "")
    assert "proved" in ran.out


def test_a_density_that_integrates_to_two_is_refused_and_told_so(symkl: Callable[..., Ran], here: Path) -> None:
    path = here / "double.toml"
    path.write_text(definition(density='density = "2*x*exp(-x**2/(2*s**2))/s**2"'))
    for arguments in (["derive", "entropy", "Rayleigh", "--with", path], ["build", path], ["verify", path, "--all"]):
        ran = symkl(*arguments)
        assert ran.code == 2
        assert "double.toml: family.density" in ran.err
        assert "integrates to 2" in ran.err
        assert [p.name for p in here.iterdir()] == ["double.toml"]


def test_a_name_used_twice_is_refused_and_a_shadowed_built_in_noted(symkl: Callable[..., Ran], here: Path) -> None:
    (here / "a.toml").write_text(RAYLEIGH)
    (here / "b.toml").write_text(RAYLEIGH)
    ran = symkl("list", "--with", "a.toml", "--with", "b.toml")
    assert ran.code == 2
    assert "a.toml" in ran.err
    assert "b.toml" in ran.err
    (here / "own.toml").write_text(definition(name='name = "Exponential"'))
    ran = symkl("list", "--with", "own.toml")
    assert ran.code == 0
    assert "shadow" in ran.err
    assert "Exponential" in ran.out


def test_a_copy_of_a_built_in_definition_is_that_one_and_a_changed_copy_shadows_it(
    symkl: Callable[..., Ran], here: Path
) -> None:
    own = here / "exponential.toml"
    own.write_text((ROOT / "derivations" / "exponential.toml").read_text())
    copied, built = symkl("list", "--with", "exponential.toml"), read_library([own])
    assert (copied.code, copied.err.count("shadowed"), built.foreign) == (0, 0, frozenset())
    assert built.sources["Exponential"].path == own
    own.write_text(own.read_text() + "\n")
    changed = symkl("list", "--with", "exponential.toml")
    assert (changed.code, changed.err.count("shadowed")) == (0, 1)


def test_a_source_with_three_quotes_stays_text_in_generated_code(symkl: Callable[..., Ran], here: Path) -> None:
    evil = '\\"\\"\\"\\nraise SystemExit(99)\\n\\"\\"\\"'
    known = f'[[known]]\nquantity = "entropy"\nformula = "1 + log(s/sqrt(2)) + EulerGamma/2"\nsource = "{evil}"\n'
    (here / "own.toml").write_text(RAYLEIGH + known)
    ran = symkl("code", "numpy", "entropy", "Rayleigh", "--with", "own.toml", "-o", "out.py")
    if ran.code == 0:
        names: dict[str, object] = {}
        exec(compile((here / "out.py").read_text(), "out.py", "exec"), names)
        assert "entropy_rayleigh" in names
    else:
        assert ran.code == 2
        assert "source" in ran.err


DOCUMENT = """\
format = 1
[document]
title = "T"
symbols = ["q", "p"]
[[section]]
title = "A"
text = "Some $x**2$ here."
claim = { quantity = "kl", p = "Normal", q = "Normal" }
"""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('q = "Normal"', 'q = "Normall"', "section[1].claim: there is no family 'Normall'; did you mean 'Normal'?"),
        ("x**2", "x**", "section[1].text, in a formula, column 3"),
        ('q = "Normal"', 'q = "Normal", as = "logvar"', "section[1].claim.as: Normal has no parametrisation 'logvar'"),
        ('q = "Normal"', 'q = "Normal", where = { mu_2 = "zz" }', "section[1].claim.where mu_2=zz, column 1"),
        ("[[section]]", "[[sections]]", "sections"),
        ("Some", "\\\\input{x}", "TeX is not allowed"),
    ],
)
def test_a_bad_document_is_refused_with_its_place(
    old: str, new: str, said: str, symkl: Callable[..., Ran], here: Path
) -> None:
    (here / "d.toml").write_text(DOCUMENT.replace(old, new))
    ran = symkl("build", "d.toml")
    assert ran.code == 2
    assert ran.err.startswith("error: d.toml: ")
    assert said in ran.err
    assert [p.name for p in here.iterdir()] == ["d.toml"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["derive", "kl", "Norml", "Normal"], "did you mean 'Normal'?"),
        (["derive", "kl", "normal", "Normal"], "did you mean 'Normal'?"),
        (["derive", "kll", "Normal", "Normal"], "did you mean 'kl'?"),
        (["derive", "kl", "Normal"], "two families"),
        (["derive", "entropy", "Normal", "Normal"], "one family"),
        (["derive", "expectation", "Normal"], "--of"),
        (["derive", "expectation", "Normal", "--of", "x**"], "column"),
        (["derive", "kl", "Normal", "Normal", "--where", "mu_3=0"], "mu_3"),
        (["derive", "kl", "Normal", "Normal", "--where", "sigma_2=-1"], "sigma_2"),
        (["derive"], "which quantity"),
        (["derive", "kl", "Normal", "Normal", "--all"], "--all"),
        (["check", "kl", "Normal", "Normal"], "--formula"),
        (["check", "kl", "Normal", "Normal", "--formula", "mu_1 + "], "--formula"),
        (["check", "kl", "Normal", "Normal", "--latex", "x"], "--latex, column 1: the variable 'x'"),
        (["check", "kl", "Normal", "Normal", "--latex", "missing.tex"], "missing.tex"),
        (["check", "kl", "Normal", "Normal", "--function", "os:system"], "'command' of 'system' is none of the"),
        (["code", "jaxx", "kl", "Normal", "Normal"], "did you mean 'jax'?"),
        (["code", "nump", "kl", "Normal", "Normal"], "did you mean 'numpy'?"),
        (["code", "numpy", "kl", "Normal", "Normal", "--as", "log_varianc"], "log_variance"),
        (["eval", "kl", "Normal", "Normal", "--at", "mu_1=0"], "has no value"),
        (["eval", "entropy", "Normal", "--at", "mu=0", "--at", "sigma=0"], "sigma"),
        (["build", "nowhere.toml"], "nowhere.toml"),
        (["build", "--only", "Nothing*"], "fits nothing"),
        (["build", "--formats", "docx"], "docx"),
        (["build", "--formats", "html"], "not written yet"),
        (["list", "--with", "nowhere.toml"], "nowhere.toml"),
        (["list", "--templates", "nowhere"], "nowhere"),
        (["new", "rayleigh"], "capital"),
        (["new", "../Escape"], "NAME"),
        (["derive", "kl", "Normal", "Normal", "--frobnicate"], "frobnicate"),
    ],
)
def test_a_bad_argument_is_refused_and_nothing_written(
    arguments: list[str], said: str, symkl: Callable[..., Ran], here: Path
) -> None:
    ran = symkl(*arguments)
    assert ran.code == 2
    assert said in ran.err
    assert list(here.iterdir()) == []
