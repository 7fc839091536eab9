"""Generated text is checked again after it is written, and a slip anywhere on the way to it is seen."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from dataclasses import replace

import jinja2
import pytest
import sympy as sp

from symkl.codegen import Program, checked_module, emit, lower
from symkl.codegen.accuracy import promised, told
from symkl.codegen.backends import backend_of
from symkl.codegen.printer import Printer
from symkl.codegen.program import Branch
from symkl.codegen.reading import Broken
from symkl.codegen.recheck import recheck, reread
from symkl.codegen.stable import kernels as k
from symkl.codegen.stable.compared import DIFFERENCES, LESS_ONE, differences_right
from symkl.language import to_text
from symkl.model import Verified, symbol

pytestmark = pytest.mark.sample(3)

BACKENDS = ("numpy", "numba", "torch", "jax")
#: backends that compile, which takes them seconds a function
COMPILED = ("numba", "jax")
CLAIMS = [
    ("kl", "Normal", "Normal"),
    ("kl", "Gamma", "Gamma"),
    ("kl", "Bernoulli", "Bernoulli"),
    ("kl", "Gumbel", "Gumbel"),
    ("kl", "Normal", "Laplace"),
    ("kl", "Uniform", "Uniform"),
    ("kl", "Laplace", "Normal"),
    ("cross_entropy", "Gamma", "Gamma"),
    ("entropy", "Gamma"),
    ("entropy", "Pareto"),
]
#: the claims that these are tried with
FEW = (("kl", "Normal", "Normal"), ("kl", "Bernoulli", "Bernoulli"), ("kl", "Uniform", "Uniform"), ("entropy", "Gamma"))


@pytest.fixture(scope="module")
def made(verified: Callable[..., Verified]) -> Callable[..., Program]:
    found: dict[tuple, Program] = {}

    def make(quantity: str, p: str, q: str | None = None, way: str | None = None) -> Program:
        if (quantity, p, q, way) not in found:
            found[quantity, p, q, way] = lower(verified(quantity, p, q), way, way, to_text)
        return found[quantity, p, q, way]

    return make


@pytest.mark.parametrize(
    ("backend", "claim"),
    [(backend, claim) for backend in BACKENDS for claim in (FEW if backend in COMPILED else CLAIMS)],
    ids=lambda value: value if isinstance(value, str) else ":".join(value),
)
def test_what_is_generated_is_proved_again_and_says_so(
    backend: str, claim: tuple, made: Callable[..., Program], loader: jinja2.BaseLoader
) -> None:
    program = made(*claim)
    text = checked_module([program], backend, loader, "A module.")
    assert "Re-verified: this code was read back" in text
    assert "Re-verified" not in emit([program], backend, loader)


@pytest.mark.parametrize("backend", ["numpy", "torch"])
@pytest.mark.parametrize("way", ["variance", "log_variance"])
def test_other_parametrisations_are_checked_too(
    backend: str, way: str, made: Callable[..., Program], loader: jinja2.BaseLoader
) -> None:
    program = made("kl", "Normal", "Normal", way)
    recheck([program], backend, emit([program], backend, loader))


#: program, what is changed in the text of the module, into what, and what the refusal says
SLIPS = [
    (("kl", "Normal", "Normal"), "{square}", "{half}", "not shown to be"),
    (("kl", "Normal", "Normal"), "sigma_1 - sigma_2", "sigma_1 + sigma_2", "not shown to be"),
    (("kl", "Normal", "Normal"), "_log_gap(sigma_1, sigma_2,", "_log_gap(sigma_2, sigma_1,", "not shown to be"),
    (("kl", "Normal", "Normal"), "{result}", "{doubled}", "not shown to"),
    (("kl", "Normal", "Normal"), "{choice}", "{plain}", "cannot be read back: .* (decides by|turns) a value"),
    (("kl", "Normal", "Normal"), "{scale}", "{other}", "not shown to be"),
    (("entropy", "Normal"), "1.4189385332046727", "1.4189385332046729", "not shown to be"),
    (("kl", "Normal", "Normal"), "{kernel}", "{kernel}    d = 1.0001 * d\n", "units in the last place off"),
    (("kl", "Normal", "Normal"), "{atanh}", "{atanh}1e-6 + ", "units in the last place off"),
    (("kl", "Gamma", "Gamma"), "0.023809523809523808", "0.0239", "units in the last place off"),
]
KERNEL = '"""d/b - log(a/b) >= 0, where d is a - b, formed exactly."""\n'
COMMON = {
    "square": "0.5 * mu_scaled * mu_scaled",
    "half": "0.25 * mu_scaled * mu_scaled",
    "choice": "if validate:",
    "plain": "if mu_1 > 0.0:",
    "scale": "(sigma_1 >= 0.0)",
    "other": "(sigma_1 >= 1.0)",
    "kernel": KERNEL,
    "atanh": "_ATANH = (\n    ",
}
CHECKED = {
    **COMMON,
    "square": "(0.5, mu_scaled)",
    "half": "(0.25, mu_scaled)",
    "result": "value = _checked(value",
    "doubled": "value = _checked(2.0 * value",
    "scale": "(mu_1, mu_2), (sigma_1, sigma_2))",
    "other": "(mu_1, mu_2), (sigma_1 - 1.0, sigma_2))",
}
WORDS = {
    "numba": {
        **COMMON,
        "result": "return value if valid",
        "doubled": "return 2.0 * value if valid",
        "choice": "isnan(mu_1)",
        "plain": "isnan(float(mu_1))",
        "atanh": "odd * u + ",
    },
    "numpy": CHECKED,
    "torch": CHECKED,
    "jax": {**COMMON, "result": "return _finish(value", "doubled": "return _finish(2.0 * value"},
}


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(("claim", "old", "new", "why"), SLIPS)
def test_a_changed_text_is_seen(
    backend: str,
    claim: tuple,
    old: str,
    new: str,
    why: str,
    made: Callable[..., Program],
    loader: jinja2.BaseLoader,
) -> None:
    program = made(*claim)
    text = emit([program], backend, loader)
    old, new = old.format(**WORDS[backend]), new.format(**WORDS[backend])
    assert old in text
    with pytest.raises(Broken, match=why):
        recheck([program], backend, text.replace(old, new))


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_wrong_value_where_no_case_holds_is_seen(
    backend: str, made: Callable[..., Program], loader: jinja2.BaseLoader
) -> None:
    program = made("kl", "Uniform", "Uniform")
    assert all(branch.conditions for branch in program.branches)
    assert program.otherwise == "inf"
    text = emit([replace(program, otherwise="nan")], backend, loader)
    with pytest.raises(Broken, match="where no case holds"):
        recheck([program], backend, text)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_wrong_sign_in_the_printer_is_seen(
    backend: str, made: Callable[..., Program], loader: jinja2.BaseLoader, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = made("cross_entropy", "Normal", "Normal")
    before = Printer._signed_terms
    monkeypatch.setattr(Printer, "_signed_terms", lambda *a: [("+", text) for _, text in before(*a)])
    with pytest.raises(Broken, match="units in the last place off"):
        checked_module([program], backend, loader, "A module.")


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    ("claim", "head", "wrong"),
    [
        (("kl", "Normal", "Normal"), k.LogGap, "_log_gap({1}, {0}, {2})"),
        (("kl", "Gamma", "Gamma"), k.BinetGap, "_binet_gap({1}, {0}, {2})"),
        (("cross_entropy", "Gamma", "Gamma"), sp.loggamma, "{log}({0})"),
        (("entropy", "Normal"), sp.log, "{log}1p({0})"),
    ],
)
def test_a_wrong_spelling_is_seen(
    backend: str,
    claim: tuple,
    head: object,
    wrong: str,
    made: Callable[..., Program],
    loader: jinja2.BaseLoader,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    target = backend_of(backend)
    spelling = wrong.replace("{log}", f"{target.MODULE}.log")
    monkeypatch.setattr(target, "SPELLINGS", {**target.SPELLINGS, head: spelling})
    monkeypatch.setattr(target, "BESIDE", {})
    with pytest.raises(Broken, match="units in the last place off"):
        checked_module([made(*claim)], backend, loader, "A module.")


@pytest.mark.parametrize("wrong", ["_plus_log_gap({0}, {1}, {3}, {2}, {4})", "_plus_log_gap({0}, 0.5, {2}, {3}, {4})"])
def test_a_wrong_spelling_of_what_is_added_to_a_sum_is_seen(
    wrong: str, made: Callable[..., Program], loader: jinja2.BaseLoader, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = backend_of("numpy")
    assert list(target.BESIDE) == [k.LogGap]
    monkeypatch.setattr(target, "BESIDE", {k.LogGap: wrong})
    with pytest.raises(Broken, match="units in the last place off"):
        checked_module([made("kl", "Normal", "Normal")], "numpy", loader, "A module.")


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_difference_that_is_not_that_of_the_two_is_seen(
    backend: str, made: Callable[..., Program], loader: jinja2.BaseLoader
) -> None:
    a, b = symbol("a_1", "positive"), symbol("a_2", "positive")
    program = made("kl", "Exponential", "Exponential")
    arguments = tuple(replace(x, name=s.name, symbol=s) for x, s in zip(program.arguments, (a, b), strict=True))
    for difference, right in ((a - b, True), (b - a, False)):
        branch = Branch((), k.LogRatio(a, b, difference), closed=sp.log(a) - sp.log(b))
        changed = replace(program, arguments=arguments, assignments=(), branches=(branch,), clipped=False, pairs=())
        text = emit([changed], backend, loader)
        if right:
            recheck([changed], backend, text)
        else:
            with pytest.raises(Broken, match="not shown to be"):
                recheck([changed], backend, text)


def test_a_log_gamma_with_a_gap_that_is_not_its_own_is_seen(
    made: Callable[..., Program], loader: jinja2.BaseLoader
) -> None:
    a = symbol("a_1", "positive")
    program = made("entropy", "Exponential")
    arguments = (replace(program.arguments[0], name=a.name, symbol=a),)
    for step, gap, right in (
        (a - 1, k.GammaGap(1 + a, 2, a - 1), True),
        (1 - a, k.GammaGap(1 + a, 2, a - 1), False),
        (a - 1, k.GammaGap(2 + a, 2, a), False),
    ):
        branch = Branch((), k.GivenLogGamma(a, step, gap), closed=sp.loggamma(1 + a))
        changed = replace(program, arguments=arguments, assignments=(), branches=(branch,), clipped=False, pairs=())
        text = emit([changed], "numpy", loader)
        if right:
            recheck([changed], "numpy", text)
        else:
            with pytest.raises(Broken, match="not shown to be"):
                recheck([changed], "numpy", text)


def test_a_sum_with_a_log_gamma_that_is_not_its_own_is_seen(
    made: Callable[..., Program], loader: jinja2.BaseLoader
) -> None:
    a, b = symbol("a_1", "positive"), symbol("a_2", "positive")
    program = made("entropy", "Exponential")
    arguments = tuple(replace(program.arguments[0], name=s.name, symbol=s) for s in (a, b))
    gap, slope = k.GammaGap(1 + a / b, 2, (a - b) / b), 1 - sp.EulerGamma
    for whole, right in (
        (k.LogGammaSum(a, b, a - b, a, a - b, slope, b, gap, a / b), True),
        (k.LogGammaSum(a, b, a - b, a, a - b, slope, b, gap, b / a), False),
        (k.LogGammaSum(a, b, a - b, a, a - b, -slope, b, gap, a / b), False),
    ):
        branch = Branch((), whole, closed=k.expand_kernels(whole))
        changed = replace(program, arguments=arguments, assignments=(), branches=(branch,), clipped=False, pairs=())
        text = emit([changed], "numpy", loader)
        if right:
            recheck([changed], "numpy", text)
        else:
            with pytest.raises(Broken, match="not shown to be"):
                recheck([changed], "numpy", text)


@pytest.mark.parametrize("backend", ["torch", "jax"])
def test_derivatives_are_read_back_and_tried_too(
    backend: str, verified: Callable[..., Verified], loader: jinja2.BaseLoader
) -> None:
    program = lower(verified("kl", "Normal", "Normal"), text=to_text, slopes=True)
    text = emit([program], backend, loader)
    recheck([program], backend, text)
    with pytest.raises(Broken, match=f"the derivative of kl_normal_normal in {backend} by mu_1 is not shown"):
        recheck([program], backend, text.replace("slope_mu_1 = ", "slope_mu_1 = -"))
    constant = lower(verified("entropy", "GeneralizedExtremeValue"), text=to_text, slopes=True)
    recheck([constant], backend, emit([constant], backend, loader))


def test_what_is_right_and_not_shown_says_that(made: Callable[..., Program], loader: jinja2.BaseLoader) -> None:
    program = made("kl", "Normal", "Normal")
    undecided = replace(program, branches=(replace(program.branches[0], closed=sp.Max(program.branches[0].closed, 0)),))
    text = checked_module([undecided], "numpy", loader, "A module.")
    assert "not proved again" in " ".join(text.split())


def test_one_of_many_is_read_back_and_run_only_where_that_does_not_show_it(
    made: Callable[..., Program], loader: jinja2.BaseLoader, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = made("kl", "Normal", "Normal")
    assert reread(program, "numpy", loader).documentation.rechecked.endswith("proved equal to the formula")
    undecided = replace(program, branches=(replace(program.branches[0], closed=sp.Max(program.branches[0].closed, 0)),))
    assert reread(undecided, "numpy", loader).documentation.rechecked.endswith("not proved again")
    target = backend_of("numpy")
    monkeypatch.setattr(target, "BESIDE", {k.LogGap: "_plus_log_gap({0}, {1}, {3}, {2}, {4})"})
    with pytest.raises(Broken, match="units in the last place off"):
        reread(program, "numpy", loader)


def test_where_the_library_is_missing_nothing_is_told(
    made: Callable[..., Program], loader: jinja2.BaseLoader, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = made("kl", "Normal", "Normal")
    monkeypatch.setattr(importlib.import_module("symkl.codegen.recheck"), "runs_here", lambda backend: False)
    assert reread(program, "numpy", loader) == program


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_kernels_of_a_module_are_its_own_again_afterwards(
    backend: str, made: Callable[..., Program], loader: jinja2.BaseLoader, imported: Callable
) -> None:
    running = importlib.import_module("symkl.codegen.running")
    program = made("kl", "Normal", "Normal")
    module = imported(emit([program], backend, loader), f"rechecked_once_{backend}")
    before = dict(vars(module))
    running.read_value(backend, module, program.name, [a.symbol for a in program.arguments])
    assert vars(module) == before


def test_a_promise_is_made_of_what_forms_and_kernels_lose(made: Callable[..., Program]) -> None:
    normal, gamma, entropy = made("kl", "Normal", "Normal"), made("kl", "Gamma", "Gamma"), made("entropy", "Gamma")
    assert promised(normal) == 4
    assert 4 < promised(gamma) <= 64
    assert told(normal) == "Accuracy: 4 units in the last place in float64"
    assert "more where terms of both signs nearly cancel" in told(entropy)
    lossy = replace(normal, branches=(replace(normal.branches[0], error=1e15),))
    assert promised(lossy) is None
    assert "nothing is promised" in told(lossy)
    infinite = replace(normal, branches=(Branch((), sp.oo),))
    assert told(infinite) == ""


def test_every_kernel_that_takes_a_difference_has_its_row() -> None:
    kernels = [getattr(k, name) for name in k.__all__ if isinstance(getattr(k, name), type)]
    signature = {kernel: kernel.__doc__.partition(")")[0] for kernel in kernels}
    assert {kernel for kernel, text in signature.items() if re.search(r" - (?!1\b)", text)} == set(DIFFERENCES)
    assert {kernel for kernel, text in signature.items() if re.search(r" - 1\b", text)} <= set(LESS_ONE)
    for kernel, rows in DIFFERENCES.items():
        names = kernel.__doc__.partition("(")[2].partition(")")[0].split(", ")
        assert {names[d] for _, _, d in rows} == {f"{names[x]} - {names[y]}" for x, y, _ in rows}
    x, y = sp.symbols("x y", positive=True)
    assert differences_right(k.ProductRise(x, y, x - 1, y - 1))
    assert not differences_right(k.ProductRise(x, y, x - 1, x - 1))
    assert not differences_right(k.ProductRise(x, y, y - 1, y - 1))


def test_a_difference_that_a_kernel_gives_is_read_through_it(
    verified: Callable[..., Verified], loader: jinja2.BaseLoader
) -> None:
    program = lower(verified("kl", "Beta", "Beta"), text=to_text, slopes=True)
    assert "proved equal" in reread(program, "torch", loader).documentation.rechecked
    # the same with the difference turned round: it is not that of the two quantities
    (branch,) = program.branches
    turned = [
        s.replace(k.ProductExcess, lambda a, b, c, d, e, f: k.ProductExcess(c, d, a, b, e, f)) for s in branch.slopes
    ]
    later = [
        replace(a, value=a.value.replace(k.ProductExcess, lambda a, b, c, d, e, f: k.ProductExcess(c, d, a, b, e, f)))
        for a in program.later
    ]
    wrong = replace(program, branches=(replace(branch, slopes=tuple(turned)),), later=tuple(later))
    with pytest.raises(Broken):
        reread(wrong, "torch", loader)
