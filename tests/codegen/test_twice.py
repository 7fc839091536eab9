"""Derivatives worked out again with twice the digits where the terms of a sum nearly cancel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import ModuleType

import jinja2
import mpmath as mp
import pytest
import sympy as sp
import torch

from symkl.codegen import emit, lower
from symkl.codegen.backends import BACKENDS
from symkl.codegen.running import gradient
from symkl.codegen.stable.measure import exact_value, settled_value
from symkl.codegen.twice import Bounded, again
from symkl.model import Verified
from symkl.trace.torch import traced

pytestmark = pytest.mark.sample(3)

HEADS = BACKENDS["torch"].TWICE
#: points near equality where a derivative of the divergence crosses zero, or nearly does, and some far from it
CROSSING = {
    "Gumbel": (0.7155676430779246, 0.152224270833923, 0.764527535865855, 0.17019650922558294),
    "Gamma": (5.324113367804572, 1.6433098660469931, 5.324743155083374, 1.6435219443064593),
    "Laplace": (1.7629421605051008, 0.2867156270776236, 1.641523154031331, 0.31095869959890604),
}
CROSSING_FAR = {
    "Gamma": (0.3336405340091907, 0.9048159788965269, 0.4440505346487876, 1.9312358558334914),
    "Laplace": (3.0, 2.0, -4e3, 1e-20),
}
KNOWN = {
    "_exp_twice": (mp.exp, [-1e90, -20.0, -0.1, 1e-5, 0.3, 5.0, 80.0]),
    "_log_twice": (mp.log, [1e-3, 0.5, 0.9, 1.4616, 7.7, 1e6]),
    "_abs_twice": (abs, [-0.3, 2.0]),
    "_sign_twice": (mp.sign, [-0.3, 2.0]),
    "_bounded_twice": (lambda x: min(x, mp.mpf(1000)), [0.0, 3.3, 999.0, 1e90, float("inf")]),
}


def slopes_at(module: ModuleType, name: str, at: tuple[float, ...]) -> list[float]:
    leaves = [torch.tensor([v], dtype=torch.float64, requires_grad=True) for v in at]
    getattr(module, f"kl_{name}_{name}")(*leaves).sum().backward()
    return [float(leaf.grad) for leaf in leaves]


def off(found: float, true: mp.mpf) -> float:
    return float(abs(found - true) / mp.ldexp(1, mp.frexp(true)[1] - 53))


def in_full(x: object) -> mp.mpf:
    with mp.workdps(60):
        return mp.mpf(float(x.high)) + mp.mpf(float(x.low))


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_a_function_is_known_to_twice_the_digits(torch_module: ModuleType, name: str) -> None:
    exact, at = KNOWN[name]
    with mp.workdps(60):
        for x in at:
            found = in_full(getattr(torch_module, name)(torch_module._Twice(torch.tensor(x, dtype=torch.float64))))
            assert abs(found - exact(mp.mpf(x))) <= 2e-31 * max(1, abs(exact(mp.mpf(x))))


@pytest.mark.parametrize("order", [-1, 0, 1])
def test_a_gamma_function_is_known_to_twice_the_digits(torch_module: ModuleType, order: int) -> None:
    with mp.workdps(60):
        for x in (1e-3, 0.5, 1.4616, 3.3, 30.0, 9.9e5, 1e6, 1e30, 1e250):
            found = in_full(
                torch_module._polygamma_twice(order, torch_module._Twice(torch.tensor(x, dtype=torch.float64)))
            )
            exact = mp.loggamma(x) if order < 0 else mp.polygamma(order, x)
            assert abs(found - exact) <= 4e-30 * max(1, abs(exact))


def test_sums_products_and_quotients_have_twice_the_digits(torch_module: ModuleType) -> None:
    one, third = torch_module._Twice(torch.tensor(1.0, dtype=torch.float64)), mp.mpf(1) / 3
    with mp.workdps(60):
        third = in_full(one / 3.0)
        assert abs(third - mp.mpf(1) / 3) < 1e-32
        for found, exact in (
            (one / 3.0 * (one / 3.0), third**2),
            (one / 3.0 - one / 7.0, third - in_full(one / 7.0)),
            (2.0 - one / 3.0, 2 - third),
            (-(one / 3.0) + 1.0, 1 - third),
            (2.0 / (one / 3.0), 2 / third),
        ):
            assert abs(in_full(found) - exact) < 1e-31


@pytest.mark.parametrize(("name", "at"), sorted([*CROSSING.items(), *CROSSING_FAR.items()]))
def test_a_derivative_that_crosses_zero_keeps_its_digits(
    name: str,
    at: tuple[float, ...],
    verified: Callable[..., Verified],
    torch_module: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    program = lower(verified("kl", name, name))
    closed = program.branches[0].closed
    point = {a.symbol: v for a, v in zip(program.arguments, at, strict=True)}
    exact = [settled_value(sp.diff(closed, a.symbol), point) for a in program.arguments]
    found = slopes_at(torch_module, name.lower(), at)
    assert max(off(x, true) for x, true in zip(found, exact, strict=True)) <= 4
    # it is this that makes them so
    monkeypatch.setattr(torch_module, "_refined", lambda slopes, *_: slopes)
    plain = slopes_at(torch_module, name.lower(), at)
    assert max(off(x, true) for x, true in zip(plain, exact, strict=True)) > 6


def test_what_is_more_than_rounding_is_not_taken(torch_module: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch_module, "_refined", lambda slopes, *_: slopes)
    plain = slopes_at(torch_module, "gumbel", CROSSING["Gumbel"])
    monkeypatch.undo()
    twice = torch_module._kl_gumbel_gumbel_twice
    wrong = [lambda *x: [s * (1 + 1e-8) for s in twice(*x)], lambda *x: [-s for s in twice(*x)]]
    for other in wrong:
        monkeypatch.setattr(torch_module, "_kl_gumbel_gumbel_twice", other)
        assert slopes_at(torch_module, "gumbel", CROSSING["Gumbel"]) == plain


def test_at_equality_and_far_from_it_nothing_is_done_again(
    torch_module: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(torch_module, "_kl_gumbel_gumbel_twice", never)
    assert slopes_at(torch_module, "gumbel", (0.3, 1.2, 0.3, 1.2)) == [0.0] * 4
    slopes_at(torch_module, "gumbel", (0.3, 1.2, -0.4, 3.7))
    with pytest.raises(AssertionError):
        slopes_at(torch_module, "gumbel", CROSSING["Gumbel"])


def test_the_formula_with_twice_the_digits_is_the_derivative(verified: Callable[..., Verified]) -> None:
    program = lower(verified("kl", "Gumbel", "Gumbel"), slopes=True)
    found = again(program, HEADS)
    assert found is not None
    back: dict[sp.Symbol, sp.Expr] = {}
    for assignment in (*found.constants, *found.assignments):
        back[assignment.name] = assignment.value.xreplace(back)
    at = {a.symbol: v for a, v in zip(program.arguments, CROSSING["Gumbel"], strict=True)}
    (case,) = found.cases
    for argument, value in zip(program.arguments, case.values, strict=True):
        true = exact_value(sp.diff(program.branches[0].closed, argument.symbol), at, 60)
        assert abs(exact_value(value.xreplace(back), at, 60) - true) < 1e-40


def test_only_sums_that_may_cancel_near_equality_are_watched(verified: Callable[..., Verified]) -> None:
    normal = lower(verified("kl", "Normal", "Normal"), slopes=True)
    assert again(normal, HEADS) is None
    gumbel = lower(verified("kl", "Gumbel", "Gumbel"), slopes=True)
    found = again(gumbel, HEADS)
    assert found is not None
    assert len(found.sums) == 1
    (own,) = found.slopes
    assert [len(part.sums) for part in own] == [0, 1, 0, 1]
    # not where a case has no derivatives, nor with functions that are not known
    (branch,) = gumbel.branches
    assert again(replace(gumbel, branches=(branch, replace(branch, slopes=()))), HEADS) is None
    assert again(gumbel, [head for head in HEADS if head is not sp.polygamma and head is not sp.exp]) is None
    assert again(replace(gumbel, pairs=()), HEADS) is None


def test_what_stands_beside_its_decay_alone_is_bounded(verified: Callable[..., Verified]) -> None:
    program = lower(verified("kl", "Laplace", "Laplace"), slopes=True)
    found = again(program, HEADS)
    assert found is not None
    (decay,) = (a.value.args[0] for a in found.assignments if isinstance(a.value, sp.exp))
    (value,) = (a.value for a in found.assignments if a.name == -decay)
    assert isinstance(value, Bounded)
    assert value.args[0].is_Mul
    # where it grows as well it is none
    (branch,) = program.branches
    mu_1, b_1, mu_2, _ = (a.symbol for a in program.arguments)
    other = replace(branch, closed=branch.closed + sp.exp(abs(mu_1 - mu_2) / b_1))
    found = again(replace(program, branches=(other,)), HEADS)
    assert found is not None
    assert not any(isinstance(a.value, Bounded) for a in found.assignments)


def test_a_slope_keeps_its_digits_where_a_decay_is_nothing(torch_module: ModuleType) -> None:
    b_1 = 1.6659774413134642e-42
    found = slopes_at(torch_module, "laplace", (-6.750825527449134e283, b_1, -4.173738235564235e238, 2.8435211e-90))
    assert found[1] == pytest.approx(-1 / b_1, rel=1e-15)


def test_where_a_value_is_used_under_conditions_its_derivatives_are_worked_out_again_there_alone(
    verified: Callable[..., Verified],
) -> None:
    pareto = lower(verified("kl", "Pareto", "Pareto"), slopes=True)
    found = again(pareto, HEADS)
    assert found is not None
    assert [case.conditions for case in found.cases] == [pareto.branches[0].conditions] != [()]


def test_a_trace_sees_the_derivatives_as_they_are_written(torch_module: ModuleType) -> None:
    a, b = sp.symbols("a b", positive=True)
    formula = torch_module._kl_exponential_exponential_formula
    assert sp.simplify(traced(lambda *x: formula(x, [True] * 2, True)[1][0], (a, b)) - (a - b) / a**2) == 0
    formula = torch_module._kl_laplace_laplace_formula
    assert traced(lambda *x: formula(x, [True] * 4, True)[1][3], sp.symbols("x_1:5", positive=True)).free_symbols


def test_the_parts_of_no_two_derivatives_have_one_name(verified: Callable[..., Verified]) -> None:
    # JAX watches the sums of all of them after the last one
    found = again(lower(verified("kl", "Gamma", "Gamma"), slopes=True), HEADS)
    assert found is not None
    (slopes,) = found.slopes
    assert sum(bool(part.parts) for part in slopes) > 1
    names = [part.name for watched in slopes for part in watched.parts]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("backend", ["torch", "jax"])
def test_of_several_cases_the_derivatives_are_those_of_the_case_that_holds(
    verified: Callable[..., Verified],
    loader: jinja2.BaseLoader,
    imported: Callable[[str, str], ModuleType],
    backend: str,
) -> None:
    program = lower(verified("kl", "Gumbel", "Gumbel"), slopes=True)
    (branch,) = program.branches
    left, right = (program.arguments[i].symbol for i in (0, 2))
    fourfold = replace(
        branch,
        conditions=(sp.Ge(left, right),),
        value=4 * branch.value,
        closed=4 * branch.closed,
        slopes=tuple(4 * slope for slope in branch.slopes),
    )
    cases = replace(program, branches=(fourfold, replace(branch, conditions=(sp.Lt(left, right),))))
    found = again(cases, HEADS)
    assert found is not None
    assert [len(case.values) for case in found.cases] == [4, 4]
    module = imported(emit([cases], backend, loader), f"cases_{backend}")
    m_1, beta_1, m_2, beta_2 = CROSSING["Gumbel"]
    points = [CROSSING["Gumbel"], (-m_1, beta_1, -m_2, beta_2)]
    slopes = gradient(backend, module.kl_gumbel_gumbel, list(zip(*points, strict=True)))
    for i, (point, times) in enumerate(zip(points, (1, 4), strict=True)):
        exact = {a.symbol: v for a, v in zip(program.arguments, point, strict=True)}
        for argument, column in zip(program.arguments, slopes, strict=True):
            assert off(column[i], times * settled_value(sp.diff(branch.closed, argument.symbol), exact)) <= 4
