"""symkl from Python."""

from __future__ import annotations

from pathlib import Path

import pytest
import sympy as sp

import symkl

from .cli.conftest import RAYLEIGH


def test_a_divergence_is_derived_and_proved() -> None:
    exponential = symkl.family("Exponential")
    found = symkl.kl(exponential, exponential)
    a, b = sp.symbols("lam_1 lam_2", positive=True)
    assert sp.simplify(found.result - (sp.log(a / b) + b / a - 1)) == 0
    assert (found.status, found.verdict.kind, found.conditions) == ("closed", "proved", ())
    assert found.steps[-1].after == found.result
    assert found.lemmas
    assert str(found).startswith("KL(Exponential || Exponential) = ")
    assert found._repr_latex_().startswith("$\\displaystyle \\operatorname{KL}(p")


def test_entropy_cross_entropy_and_divergence_fit_together() -> None:
    p = symkl.family("Exponential")
    first = symkl.entropy(p).result.subs(sp.Symbol("lam", positive=True), sp.Symbol("lam_1", positive=True))
    difference = symkl.cross_entropy(p, p).result - first
    assert sp.simplify(difference - symkl.kl(p, p).result) == 0


def test_an_expectation_and_a_fixed_parameter() -> None:
    normal = symkl.family("Normal")
    found = symkl.expectation(normal, "x**2", where={"mu": "0"})
    assert found.result == sp.Symbol("sigma", positive=True) ** 2


def test_a_file_is_loaded_and_a_formula_checked(tmp_path: Path) -> None:
    path = tmp_path / "rayleigh.toml"
    path.write_text(RAYLEIGH)
    rayleigh = symkl.load(path)
    assert symkl.check("entropy", rayleigh, formula="1 + log(s/sqrt(2)) + EulerGamma/2")["verdict"] == "correct"
    assert symkl.check("entropy", rayleigh, formula="log(s)")["verdict"] == "wrong"
    latex = symkl.check("entropy", rayleigh, latex=r"1 + \ln\frac{s}{\sqrt2} + \frac\gamma2")
    assert (latex["verdict"], latex["read"]) == ("correct", "1 + log(s/sqrt(2)) + EulerGamma/2")
    assert symkl.check("entropy", rayleigh, latex=r"1 + \ln s")["verdict"] == "wrong"
    with pytest.raises(ValueError, match="latex, column 5"):
        symkl.check("entropy", rayleigh, latex=r"1 + \foo")
    with pytest.raises(ValueError, match="either a formula, LaTeX or a function"):
        symkl.check("entropy", rayleigh)


def test_a_function_is_checked(tmp_path: Path) -> None:
    path = tmp_path / "losses.py"
    right = "def right(mu, s):\n    return (mu**2 + s**2 - 1) / 2 - 0.5 * __import__('math').log(s**2)\n\n\n"
    path.write_text(right + right.replace("right", "wrong").replace("s**2 - 1) / 2", "s**2 / 2) - 1"))
    normal = symkl.family("Normal")
    standard = {"mu_2": "0", "sigma_2": "1"}
    for name, verdict in (("right", "correct"), ("wrong", "wrong")):
        found = symkl.check("kl", normal, normal, function=f"{path}:{name}", names=("s=sigma_1",), where=standard)
        assert found["verdict"] == verdict
    with pytest.raises(ValueError, match="the argument 's' of 'right'"):
        symkl.check("kl", normal, normal, function=f"{path}:right", where=standard)


def test_what_cannot_be_used_is_refused() -> None:
    with pytest.raises(symkl.BadInput, match="did you mean 'Normal'"):
        symkl.family("Norma")
    normal = symkl.family("Normal")
    with pytest.raises(symkl.BadInput, match="mu_3"):
        symkl.kl(normal, normal, where={"mu_3": "0"})
    with pytest.raises(symkl.BadInput, match="column"):
        symkl.expectation(normal, "x.real")
