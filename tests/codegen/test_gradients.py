"""Gradients of the generated PyTorch functions: right, finite, accurate near equality, of the arguments' shapes."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from types import ModuleType

import jinja2
import mpmath as mp
import pytest
import torch
from torch.utils.checkpoint import checkpoint

from symkl.codegen import emit, lower
from symkl.model import Verified

pytestmark = pytest.mark.sample(3)

CASES = {
    "kl_normal_normal": (0.3, 1.2, -0.4, 0.7),
    "kl_normal_normal__variance": (0.3, 1.2, -0.4, 0.7),
    "kl_normal_normal__log_variance": (0.3, 1.2, -0.4, 0.7),
    "kl_lognormal_lognormal": (0.3, 1.2, -0.4, 0.7),
    "kl_exponential_exponential": (1.2, 0.2),
    "kl_gamma_gamma": (1.2, 0.7, 2.3, 1.1),
    "kl_laplace_laplace": (0.3, 1.2, -0.4, 0.7),
    "kl_gumbel_gumbel": (0.3, 1.2, -0.4, 0.7),
    "kl_poisson_poisson": (1.2, 3.7),
    "kl_bernoulli_bernoulli": (0.2, 0.7),
    "kl_bernoulli_bernoulli__logit": (0.2, -1.7),
    "kl_normal_laplace": (0.3, 1.2, -0.4, 0.7),
    "kl_laplace_normal": (0.3, 1.2, -0.4, 0.7),
    "kl_gumbel_normal": (0.3, 1.2, -0.4, 0.7),
    "kl_exponential_gamma": (1.2, 0.7, 2.3),
    "entropy_gamma": (1.2, 0.7),
    "entropy_bernoulli": (0.2,),
}


def leaves(values: tuple[float, ...]) -> list[torch.Tensor]:
    return [torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in values]


@pytest.mark.parametrize("name", sorted(CASES))
def test_gradients_agree_with_differences(torch_module: ModuleType, name: str) -> None:
    assert torch.autograd.gradcheck(getattr(torch_module, name), leaves(CASES[name]))


@pytest.mark.parametrize("name", ["kl_normal_normal", "kl_gamma_gamma", "kl_bernoulli_bernoulli"])
def test_second_derivatives_agree_with_differences(torch_module: ModuleType, name: str) -> None:
    assert torch.autograd.gradgradcheck(getattr(torch_module, name), leaves(CASES[name]))


@pytest.mark.parametrize("name", sorted(n for n, v in CASES.items() if n.startswith("kl") and len(v) % 2 == 0))
def test_at_equality_within_a_family_the_gradient_is_zero(torch_module: ModuleType, name: str) -> None:
    first, second = name.removeprefix("kl_").split("__")[0].split("_")
    if first != second:
        return
    half = CASES[name][: len(CASES[name]) // 2]
    arguments = leaves(half + half)
    getattr(torch_module, name)(*arguments).backward()
    assert [float(a.grad) for a in arguments] == [0.0] * len(arguments)


@pytest.mark.parametrize("distance", [1e-2, 1e-5, 1e-8])
def test_near_equality_the_gradient_of_the_normal_divergence_keeps_its_digits(
    torch_module: ModuleType, distance: float
) -> None:
    values = (0.3, 1.25 * (1 + distance), 0.3 + distance, 1.25)
    arguments = leaves(values)
    torch_module.kl_normal_normal(*arguments).backward()
    with mp.workdps(50):
        m1, s1, m2, s2 = (mp.mpf(v) for v in values)
        truth = ((m1 - m2) / s2**2, (s1 - s2) * (s1 + s2) / (s1 * s2**2))
        for argument, true in zip(arguments[:2], truth, strict=True):
            assert abs(mp.mpf(float(argument.grad)) - true) <= 8 * math.ulp(float(true))


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("kl_normal_normal", (0.0, 1e-30, 0.0, 1.0)),
        ("kl_normal_normal", (0.0, 1e150, 0.0, 1e-2)),
        ("kl_normal_normal", (0.0, 8.4e-273, -7.2e49, 2.1e115)),
        ("kl_normal_normal__variance", (0.0, 8.4e-273, -7.2e49, 2.1e115)),
        ("kl_exponential_exponential", (1e200, 1e-150)),
        ("kl_laplace_laplace", (0.0, 8.4e-273, -7.2e49, 2.1e115)),
        ("kl_laplace_laplace", (0.0, 1e-30, 5.0, 1.0)),
        ("kl_laplace_laplace", (0.0, 1e-200, 5.0, 1.0)),
        ("kl_gamma_gamma", (1e-8, 1.0, 1e6, 1.0)),
        ("kl_gamma_gamma", (1e6, 1.0, 1e-8, 1.0)),
        ("kl_gumbel_gumbel", (0.0, 1e-3, 0.0, 5.0)),
        ("kl_bernoulli_bernoulli", (1e-300, 0.5)),
        ("kl_bernoulli_bernoulli__logit", (-700.0, 700.0)),
        ("kl_normal_normal__log_variance", (0.0, -600.0, 0.0, 3.0)),
        ("kl_poisson_poisson", (1e-300, 3.0)),
    ],
)
def test_far_from_equality_gradients_are_finite(torch_module: ModuleType, name: str, values: tuple[float, ...]) -> None:
    arguments = leaves(values)
    getattr(torch_module, name)(*arguments).backward()
    assert all(math.isfinite(float(a.grad)) for a in arguments)


def test_a_gradient_may_be_finite_where_the_divergence_is_not(torch_module: ModuleType) -> None:
    arguments = leaves((3e274, 6.7e94, 0.0, 2.5e94))
    value = torch_module.kl_normal_normal(*arguments)
    value.backward()
    assert float(value.detach()) == math.inf
    assert float(arguments[3].grad) == pytest.approx(-5.76e265)


@pytest.mark.parametrize(
    ("family", "values", "truth"),
    [
        ("HalfNormal", (1e250, 1e94), (1e62, -1e218)),
        ("HalfNormal", (1e-200, 1e200), (-1e200, 1e-200)),
        ("Maxwell", (1e-200, 1e200), (-3e200, 3e-200)),
        # near 0 the trigamma function is the square of the reciprocal
        ("Chi2", (1.5e-200, 1e-200), (0.5e-200 / 1.5e-200 / 1.5e-200, 1 / 1.5e-200 - 1e200)),
    ],
)
def test_products_that_overflow_leave_gradients_as_they_are(
    family: str,
    values: tuple[float, ...],
    truth: tuple[float, ...],
    verified: Callable[..., Verified],
    loader: jinja2.BaseLoader,
    imported: Callable[[str, str], ModuleType],
) -> None:
    program = lower(verified("kl", family, family), slopes=True)
    arguments = leaves(values)
    made = imported(
        emit([program], "torch", loader), f"far_{family}_{values[0]:.0e}".replace("-", "m").replace("+", "")
    )
    getattr(made, program.name)(*arguments).backward()
    assert [float(a.grad) for a in arguments] == pytest.approx(truth)


def test_a_batch_with_equal_and_distant_members_has_finite_gradients(torch_module: ModuleType) -> None:
    sigma = torch.tensor([1.0, 1.0 + 1e-9, 5.0, 1e-5], dtype=torch.float64, requires_grad=True)
    torch_module.kl_normal_normal(0.0, sigma, 0.0, 1.0, event_ndims=1).backward()
    assert torch.isfinite(sigma.grad).all()
    assert float(sigma.grad[0]) == 0.0


def test_gradients_reach_float32_parameters(torch_module: ModuleType) -> None:
    mu = torch.zeros(3, requires_grad=True)
    torch_module.kl_normal_normal(mu, torch.ones(3), 1.0, 2.0, event_ndims=1).backward()
    assert mu.grad.dtype == torch.float32
    assert torch.allclose(mu.grad, torch.full((3,), -0.25))


def test_a_function_is_traced_as_one_graph_without_breaks(torch_module: ModuleType) -> None:
    arguments = [torch.tensor(CASES["kl_normal_normal"][i], dtype=torch.float64).expand(4).clone() for i in range(4)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        compiled = torch.compile(torch_module.kl_normal_normal, backend="eager", fullgraph=True)
        found = compiled(*arguments)
    torch.testing.assert_close(found, torch_module.kl_normal_normal(*arguments), rtol=1e-15, atol=0.0)


def test_a_trace_takes_no_decision_from_the_numbers_it_was_made_with(torch_module: ModuleType) -> None:
    usual = [torch.tensor([x, x]) for x in (0.3, 1.7, -0.2, 0.6)]
    others = [torch.tensor(x) for x in ([0.0, 0.0], [1.0 + 2.0**-20, -1.0], [0.0, 0.0], [1.0, 1.0])]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.simplefilter("error", torch.jit.TracerWarning)
        traced = torch.jit.trace(torch_module.kl_normal_normal, usual, check_trace=False)
    found, expected = traced(*others), torch_module.kl_normal_normal(*others)
    assert found[0] == expected[0]
    assert found[1].isnan()


def test_a_call_that_fails_leaves_the_digits_of_the_next_alone(
    torch_module: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    close = [torch.tensor([x], dtype=torch.float64) for x in (0.0, 1.0 + 2.0**-20, 0.0, 1.0)]
    expected = torch_module.kl_normal_normal(*close)

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(torch_module, "_total", interrupted)
        with pytest.raises(KeyboardInterrupt):
            torch_module.kl_normal_normal(*(x.float() for x in close))
    assert not torch_module._SINGLE.get()
    assert torch.equal(torch_module.kl_normal_normal(*close), expected)


def test_gradients_of_a_compiled_function_are_those_of_the_function(torch_module: ModuleType) -> None:
    function = torch_module.kl_normal_normal
    arguments = [torch.full((4,), v, dtype=torch.float64, requires_grad=True) for v in CASES["kl_normal_normal"]]
    expected = torch.autograd.grad(function(*arguments).sum(), arguments)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        compiled = torch.compile(lambda *a: function(*a).sum(), backend="aot_eager", fullgraph=True)
        found = torch.autograd.grad(compiled(*arguments), arguments)
    assert all(torch.equal(x, y) for x, y in zip(found, expected, strict=True))


@pytest.mark.parametrize("event_ndims", [0, 1, 2])
def test_arguments_that_broadcast_have_gradients_of_their_own_shapes(
    torch_module: ModuleType, event_ndims: int
) -> None:
    shapes = ((3, 1), (4,), (), (2, 1, 1))
    drawn = torch.Generator().manual_seed(1)
    arguments = [torch.rand(s, dtype=torch.float64, generator=drawn).add_(0.5).requires_grad_() for s in shapes]

    def function(*values: torch.Tensor) -> torch.Tensor:
        return torch_module.kl_normal_normal(*values, event_ndims=event_ndims)

    assert torch.autograd.gradcheck(function, arguments)
    assert torch.autograd.gradgradcheck(function, arguments)


def test_many_numbers_are_computed_as_few_are(torch_module: ModuleType) -> None:
    drawn = torch.Generator().manual_seed(2)
    arguments = [(torch.rand(s, generator=drawn) + 0.5).requires_grad_() for s in ((300, 1), (300,), (), (300, 300))]
    function = torch_module.kl_normal_normal
    value = function(*arguments)
    gradients = torch.autograd.grad(value.sum(), arguments)
    rows = [function(arguments[0][i], arguments[1], arguments[2], arguments[3][i]) for i in range(300)]
    assert torch.equal(value, torch.stack(rows))
    by_rows = torch.autograd.grad(torch.stack(rows).sum(), arguments)
    for one, other in zip(gradients, by_rows, strict=True):
        assert torch.allclose(one, other, rtol=1e-4, atol=1e-4)
    assert torch.equal(gradients[3], by_rows[3])
    summed = function(*arguments, event_ndims=2)
    assert float(summed.detach()) == pytest.approx(float(value.detach().double().sum()), rel=1e-6)
    assert torch.equal(torch.autograd.grad(summed, arguments[3])[0], gradients[3])


@pytest.mark.parametrize("shape", [(7,), (200, 400), ()])
def test_the_gradient_of_a_sum_is_that_of_numbers_passed_back_one_by_one(
    torch_module: ModuleType, shape: tuple[int, ...]
) -> None:
    drawn = torch.Generator().manual_seed(4)
    arguments = [(torch.rand(shape, dtype=torch.float64, generator=drawn) + 0.5).requires_grad_() for _ in range(4)]
    value = torch_module.kl_normal_normal(*arguments)
    ones, total = torch.ones(shape, dtype=torch.float64), value.sum()
    expected = torch.autograd.grad(value, arguments, ones, retain_graph=True)
    # ones are no factor, whatever is done with what was passed back before
    for times in (1, 2, 3):
        total.backward(retain_graph=True)
        assert all(torch.equal(a.grad, times * e) for a, e in zip(arguments, expected, strict=True))
    for factor in (-1.0, 0.0, 3.0, math.inf):
        found = torch.autograd.grad(total, arguments, torch.tensor(factor, dtype=torch.float64), retain_graph=True)
        assert all(torch.equal(f, factor * e) for f, e in zip(found, expected, strict=True))
    mapped = torch.autograd.grad(total, arguments, torch.ones(2).double(), retain_graph=True, is_grads_batched=True)
    assert all(torch.equal(m, torch.stack((e, e))) for m, e in zip(mapped, expected, strict=True))
    # a 1 that is derived by is a factor
    one = torch.ones((), dtype=torch.float64, requires_grad=True)
    first = torch.autograd.grad(total, arguments[0], one, create_graph=True)[0].sum()
    assert torch.allclose(torch.autograd.grad(first, one)[0], expected[0].sum(), rtol=1e-14)


def test_no_numbers_have_no_gradients(torch_module: ModuleType) -> None:
    mu, sigma = torch.empty(0, requires_grad=True), torch.tensor(1.0, requires_grad=True)
    torch_module.kl_normal_normal(mu, sigma, 0.0, 1.0).sum().backward()
    assert mu.grad.shape == (0,)
    assert float(sigma.grad) == 0.0


def test_functions_can_be_mapped_and_differentiated_as_functions(torch_module: ModuleType) -> None:
    function = torch_module.kl_normal_normal
    mu, sigma, other, scale = (torch.tensor(v, dtype=torch.float64) for v in CASES["kl_normal_normal"])
    many = sigma * torch.tensor([0.5, 1.0, 2.0], dtype=torch.float64)
    mapped = torch.vmap(function, (None, 0, None, None))(mu, many, other, scale)
    assert torch.equal(mapped, function(mu, many, other, scale))
    slope = (many - scale) * (many + scale) / (many * scale**2)
    each = torch.vmap(torch.func.grad(function, argnums=1), (None, 0, None, None))(mu, many, other, scale)
    assert torch.allclose(each, slope, rtol=1e-15)
    total = torch.func.grad(lambda s: torch.vmap(function, (None, 0, None, None))(mu, s, other, scale).sum())(many)
    assert torch.allclose(total, slope, rtol=1e-15)
    second = torch.func.jacrev(torch.func.grad(function, argnums=1), argnums=1)(mu, sigma, other, scale)
    assert float(second.detach()) == pytest.approx(float(1 / scale**2 + 1 / sigma**2), rel=1e-14)


def test_a_gradient_that_has_no_spelling_is_that_of_autograd_and_the_docstring_says_so(
    torch_module: ModuleType, programs: list, loader: jinja2.BaseLoader, imported: Callable[[str, str], ModuleType]
) -> None:
    bare = imported(emit(programs, "torch", loader), "torch_without_slopes")
    assert "automatic differentiation" in bare.kl_gamma_gamma.__doc__
    assert "automatic differentiation" not in torch_module.kl_gamma_gamma.__doc__
    arguments = leaves(CASES["kl_gamma_gamma"])
    found = torch.autograd.grad(bare.kl_gamma_gamma(*arguments), arguments)
    expected = torch.autograd.grad(torch_module.kl_gamma_gamma(*arguments), arguments)
    assert all(torch.allclose(x, y, rtol=1e-12) for x, y in zip(found, expected, strict=True))


@pytest.mark.parametrize("distance", [1e-1, 1e-3, 1e-6, 1e-9, 1e-12])
@pytest.mark.parametrize("family", ["normal", "lognormal", "exponential", "laplace", "poisson", "bernoulli"])
def test_near_equality_gradients_are_those_of_the_literatures_closed_form(
    torch_module: ModuleType, references: ModuleType, family: str, distance: float
) -> None:
    name = f"kl_{family}_{family}"
    half = CASES[name][: len(CASES[name]) // 2]
    values = half + tuple(x * (1 + distance * sign) for x, sign in zip(half, (0.7, -1.3), strict=False))
    arguments = leaves(values)
    found = torch.autograd.grad(getattr(torch_module, name)(*arguments), arguments)
    with mp.workdps(80):
        for i, slope in enumerate(found):
            others = [mp.mpf(v) for v in values]
            along = [*others[:i], None, *others[i + 1 :]]
            exact = mp.diff(lambda x, a=along: references.KL[name](*(x if v is None else v for v in a)), others[i])
            assert abs(mp.mpf(float(slope)) - exact) <= 4 * math.ulp(float(exact))


def test_a_checkpoint_gives_what_was_kept_once(torch_module: ModuleType) -> None:
    given = leaves(CASES["kl_normal_normal"])
    value = checkpoint(torch_module.kl_normal_normal, *given, use_reentrant=False)
    found = torch.autograd.grad(value, given)
    assert found == torch.autograd.grad(torch_module.kl_normal_normal(*given), given)
