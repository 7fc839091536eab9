"""What a generated function does besides the formula: shapes, dtypes, domains, limits, sums over dimensions."""

from __future__ import annotations

import math
from collections.abc import Callable
from types import ModuleType

import jinja2
import numpy as np
import pytest
import sympy as sp
import torch

from symkl.codegen import emit, lower
from symkl.errors import BadInput, NotYet
from symkl.model import Case, Derivation, Family, Parameter, Verdict, Verified, claim

pytestmark = pytest.mark.sample(3)

Both = tuple[str, ModuleType]


@pytest.fixture(params=["numpy", "torch", pytest.param("numba", marks=pytest.mark.slow)])
def both(request: pytest.FixtureRequest) -> Both:
    return request.param, request.getfixturevalue(f"{request.param}_module")


def array(kind: str, values: object, dtype: str = "float64") -> np.ndarray | torch.Tensor:
    return torch.tensor(values, dtype=getattr(torch, dtype)) if kind == "torch" else np.array(values, dtype=dtype)


def call(both: Both, name: str, *arguments: float) -> float:
    return float(getattr(both[1], name)(*(array(both[0], a) for a in arguments)))


def test_arguments_broadcast_and_the_result_has_their_common_shape(both: Both) -> None:
    kind, module = both
    found = module.kl_normal_normal(array(kind, [[0.0], [1.0]]), 1.0, array(kind, [0.0, 1.0, 2.0]), 1.0)
    assert tuple(found.shape) == (2, 3)
    assert found[1][2] == 0.5


def test_a_parameter_that_the_formula_does_not_use_still_gives_its_shape(both: Both) -> None:
    kind, module = both
    assert tuple(module.entropy_normal(array(kind, [0.0, 1.0, 2.0]), 1.0).shape) == (3,)


@pytest.mark.parametrize("event_ndims", [0, 1, 2])
def test_event_ndims_sums_over_the_last_axes(both: Both, event_ndims: int) -> None:
    kind, module = both
    mu = array(kind, [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]])
    every = np.asarray(module.kl_normal_normal(mu, 1.0, 0.0, 2.0))
    found = np.asarray(module.kl_normal_normal(mu, 1.0, 0.0, 2.0, event_ndims=event_ndims))
    assert found.shape == every.shape[: 2 - event_ndims]
    assert np.allclose(found, every.sum(axis=tuple(range(-event_ndims, 0))) if event_ndims else every, rtol=1e-15)


@pytest.mark.parametrize("event_ndims", [-1, 3])
def test_event_ndims_beyond_the_axes_is_refused(both: Both, event_ndims: int) -> None:
    with pytest.raises(ValueError, match="event_ndims must be between 0 and 2"):
        both[1].kl_normal_normal(array(both[0], [[0.0]]), 1.0, 0.0, 1.0, event_ndims=event_ndims)


def test_event_ndims_is_given_by_name_only(both: Both) -> None:
    with pytest.raises(TypeError):
        both[1].kl_normal_normal(0.0, 1.0, 0.0, 1.0, 1)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_the_dtype_of_the_arguments_is_the_dtype_of_the_result(both: Both, dtype: str) -> None:
    kind, module = both
    found = module.kl_normal_normal(array(kind, [0.5], dtype), array(kind, [1.0], dtype), 0.0, 2)
    assert str(found.dtype).removeprefix("torch.") == dtype


def test_bfloat16_stays_bfloat16(torch_module: ModuleType) -> None:
    assert torch_module.kl_exponential_exponential(torch.ones(2, dtype=torch.bfloat16), 2.0).dtype == torch.bfloat16


def test_a_sum_over_dimensions_is_rounded_once(both: Both) -> None:
    kind, module = both
    for count in (1000, 100_000):
        mu = array(kind, [0.7] * count, "float32")
        exact = count * float(np.float32(0.7)) ** 2 / 2
        found = float(module.kl_normal_normal(mu, 1.0, 0.0, 1.0, event_ndims=1))
        assert abs(found - exact) <= 0.51 * float(np.spacing(np.float32(exact)))


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int64"])
def test_large_arrays_are_worked_out_as_their_parts_are(both: Both, dtype: str) -> None:
    kind, module = both
    mu = np.arange(100_000) % 100 + 0.25
    whole = module.kl_normal_normal(array(kind, mu, dtype), 1.0, 0.0, 3.0)
    parts = [module.kl_normal_normal(array(kind, part, dtype), 1.0, 0.0, 3.0) for part in np.split(mu, 10)]
    assert whole.dtype == parts[0].dtype
    joined = np.concatenate([np.asarray(part) for part in parts])
    if kind == "torch" and dtype == "float64":
        np.testing.assert_array_max_ulp(
            np.asarray(whole), joined, maxulp=4
        )  # in one pass, which rounds in another order
    else:
        np.testing.assert_array_equal(np.asarray(whole), joined)


def test_integers_are_promoted(numpy_module: ModuleType, torch_module: ModuleType) -> None:
    assert numpy_module.kl_poisson_poisson(np.array([1, 2]), 3).dtype == np.float64
    assert torch_module.kl_poisson_poisson(torch.tensor([1, 2]), 3).dtype == torch.get_default_dtype()


def test_numbers_and_lists_are_taken(numpy_module: ModuleType, torch_module: ModuleType) -> None:
    assert float(numpy_module.kl_normal_normal([0, 1], [1, 1], 0, 1)[1]) == 0.5
    assert isinstance(numpy_module.kl_normal_normal(0, 1, 0, 1), np.float64)
    assert float(torch_module.kl_normal_normal(0, 1, 0.0, 1)) == 0.0


def test_a_number_beside_float32_arrays_keeps_all_its_digits(both: Both) -> None:
    kind, module = both
    found = module.kl_exponential_exponential(array(kind, [0.1], "float32"), 0.1)
    assert float(found[0]) == pytest.approx((float(np.float32(0.1)) / 0.1 - 1) ** 2 / 2, rel=1e-6)
    found = module.kl_exponential_exponential(array(kind, [1.0], "float32"), 1.0 + 2.0**-40)
    assert float(found[0]) == pytest.approx(2.0**-81, rel=1e-6)


def test_complex_parameters_are_refused(both: Both) -> None:
    kind, module = both
    with pytest.raises(TypeError, match="real"):
        module.kl_normal_normal(array(kind, [1j], "complex128"), 1.0, 0.0, 1.0)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("kl_normal_normal", (0.0, -1.0, 0.0, 1.0)),
        ("kl_normal_normal", (0.0, 1.0, 0.0, -1.0)),
        ("kl_normal_normal", (math.nan, 1.0, 0.0, 1.0)),
        ("entropy_normal", (math.nan, 1.0)),
        ("kl_normal_normal__variance", (0.0, -1.0, 0.0, -1.0)),
        ("kl_bernoulli_bernoulli", (1.5, 0.5)),
        ("kl_bernoulli_bernoulli", (-0.1, 0.5)),
        ("kl_poisson_poisson", (-1.0, 1.0)),
        ("kl_gamma_gamma", (1.0, 1.0, -1.0, 1.0)),
        ("kl_normal_gamma", (0.0, 1.0, 1.0, -1.0)),
    ],
)
def test_outside_the_domain_the_value_is_nan(both: Both, name: str, arguments: tuple[float, ...]) -> None:
    assert math.isnan(call(both, name, *arguments))


LIMITS = [
    ("kl_bernoulli_bernoulli", (0.0, 0.5), math.log(2)),
    ("kl_bernoulli_bernoulli", (1.0, 0.5), math.log(2)),
    ("kl_bernoulli_bernoulli", (0.0, 0.0), 0.0),
    ("kl_bernoulli_bernoulli", (1.0, 1.0), 0.0),
    ("kl_bernoulli_bernoulli", (0.5, 0.0), math.inf),
    ("kl_bernoulli_bernoulli", (0.5, 1.0), math.inf),
    ("kl_bernoulli_bernoulli", (1.0, 0.0), math.inf),
    ("entropy_bernoulli", (0.0,), 0.0),
    ("entropy_bernoulli", (1.0,), 0.0),
    ("cross_entropy_bernoulli_bernoulli", (0.0, 0.0), 0.0),
    ("cross_entropy_bernoulli_bernoulli", (1.0, 1.0), 0.0),
    ("cross_entropy_bernoulli_bernoulli", (0.5, 1.0), math.inf),
    ("kl_poisson_poisson", (0.0, 3.0), 3.0),
    ("kl_poisson_poisson", (3.0, 0.0), math.inf),
    ("kl_poisson_poisson", (0.0, 0.0), 0.0),
    ("kl_normal_normal", (0.0, 0.0, 0.0, 1.0), math.inf),
    ("kl_normal_normal", (0.0, 1.0, 0.0, 0.0), math.inf),
    ("kl_normal_normal__variance", (0.0, 0.0, 0.0, 1.0), math.inf),
    ("kl_normal_normal__log_variance", (0.0, -math.inf, 0.0, 0.0), math.inf),
    ("kl_exponential_exponential", (0.0, 1.0), math.inf),
    ("kl_exponential_exponential", (1.0, 0.0), math.inf),
    ("kl_laplace_laplace", (0.0, 0.0, 0.0, 1.0), math.inf),
    ("kl_laplace_laplace", (0.0, 1.0, 0.0, 0.0), math.inf),
    ("kl_normal_normal__variance", (0.0, 1.0, 0.0, 0.0), math.inf),
    ("kl_normal_normal", (0.0, 1.0, 3.0, 0.0), math.inf),
    ("entropy_normal", (0.0, 0.0), -math.inf),
    ("kl_normal_gamma", (0.0, 1.0, 1.0, 1.0), math.inf),
]


@pytest.mark.parametrize(("name", "arguments", "limit"), LIMITS)
def test_on_the_boundary_of_the_domain_the_value_is_the_limit(
    both: Both, name: str, arguments: tuple[float, ...], limit: float
) -> None:
    assert call(both, name, *arguments) == limit


def test_an_infinite_divergence_has_the_broadcast_shape_and_says_why(both: Both) -> None:
    kind, module = both
    found = module.kl_normal_gamma(array(kind, [0.0, 1.0]), 1.0, array(kind, [[1.0], [2.0], [-3.0]]), 1.0)
    assert np.asarray(found).tolist() == [[math.inf] * 2, [math.inf] * 2, [pytest.approx(math.nan, nan_ok=True)] * 2]
    assert "positive probability to values below 0" in " ".join((module.kl_normal_gamma.__doc__ or "").split())


def conditional(otherwise: str) -> Verified:
    """A made-up claim: 1/(a - 1) where a > 1."""
    a = Parameter("a", "positive")
    x = sp.Symbol("x", real=True)
    family = Family("Tail", x, "continuous", (sp.S.Zero, sp.oo), (a,), log_density=sp.S.Zero)
    about = claim("entropy", family)
    value, conditions = 1 / (a.symbol - 1), (sp.Gt(a.symbol, 1),)
    made = Derivation(
        about, "conditional", value, (), conditions=conditions, cases=(Case(conditions, value),), otherwise=otherwise
    )
    return Verified(made, Verdict("proved"))


@pytest.mark.parametrize("backend", ["numpy", "torch"])
@pytest.mark.parametrize(("otherwise", "expected"), [("oo", math.inf), ("undefined", math.nan), ("unknown", math.nan)])
def test_outside_the_conditions_of_a_claim_the_value_is_what_the_derivation_says(
    backend: str,
    otherwise: str,
    expected: float,
    loader: jinja2.BaseLoader,
    imported: Callable[[str, str], ModuleType],
) -> None:
    module = imported(emit([lower(conditional(otherwise))], backend, loader), f"conditional_{backend}_{otherwise}")
    assert float(module.entropy_tail(3.0)) == 0.5
    assert float(module.entropy_tail(0.5)) == pytest.approx(expected, nan_ok=True)
    assert math.isnan(float(module.entropy_tail(-1.0)))
    assert "a > 1" in module.entropy_tail.__doc__


def test_a_piecewise_result_takes_the_first_case_that_holds(
    loader: jinja2.BaseLoader, imported: Callable[[str, str], ModuleType]
) -> None:
    a = Parameter("a", "positive")
    family = Family("Cases", sp.Symbol("x", real=True), "continuous", (sp.S.Zero, sp.oo), (a,), log_density=sp.S.Zero)
    cases = (
        Case((sp.Lt(a.symbol, 1),), a.symbol),
        Case((sp.Lt(a.symbol, 2),), a.symbol + 10),
        Case((), a.symbol * 100),
    )
    value = sp.Piecewise(*((c.value, sp.And(*c.when)) for c in cases))
    made = Verified(Derivation(claim("entropy", family), "closed", value, (), cases=cases), Verdict("proved"))
    module = imported(emit([lower(made)], "numpy", loader), "piecewise_numpy")
    assert module.entropy_cases([0.5, 1.5, 3.0]).tolist() == [0.5, 11.5, 300.0]


def test_a_support_that_is_none_is_outside_the_domain(
    loader: jinja2.BaseLoader, imported: Callable[[str, str], ModuleType]
) -> None:
    a, b = Parameter("a", "real"), Parameter("b", "real")
    x = sp.Symbol("x", real=True)
    family = Family("Interval", x, "continuous", (a.symbol, b.symbol), (a, b), log_density=-sp.log(b.symbol - a.symbol))
    value = sp.log(b.symbol - a.symbol)
    made = Verified(Derivation(claim("entropy", family), "closed", value, ()), Verdict("proved"))
    module = imported(emit([lower(made)], "numpy", loader), "interval_numpy")
    assert module.entropy_interval(1.0, 3.0) == math.log(2)
    assert math.isnan(module.entropy_interval(3.0, 1.0))


def test_fixed_parameters_are_no_arguments(
    verified: Callable[..., Verified], loader: jinja2.BaseLoader, imported: Callable[[str, str], ModuleType]
) -> None:
    made = verified("kl", "Normal", "Normal", (("mu_2", sp.S.Zero), ("sigma_2", sp.S.One)))
    programs = [lower(made), lower(made, "log_variance", "log_variance")]
    module = imported(emit(programs, "numpy", loader), "vae_numpy")
    assert module.kl_normal_normal(0.5, 2.0) == pytest.approx(0.5 * (0.25 + 4 - 1 - math.log(4)), rel=1e-15)
    assert module.kl_normal_normal__log_variance(mu_1=0.5, logvar_1=1e-8) == pytest.approx(0.125 + 2.5e-17, rel=1e-15)
    assert module.kl_normal_normal__log_variance(0.0, 1e-8) == pytest.approx(2.5e-17 * (1 + 1e-8 / 3), rel=1e-15)
    assert "mu_2 = 0, sigma_2 = 1" in module.kl_normal_normal.__doc__


def test_tied_parameters_appear_once(verified: Callable[..., Verified], families: dict[str, Family]) -> None:
    shape = Parameter("alpha", "positive", index="1").symbol
    made = verified("kl", "Gamma", "Gamma", (("alpha_2", shape),))
    assert [a.name for a in lower(made).arguments] == ["alpha_1", "beta_1", "beta_2"]


def test_the_two_distributions_may_have_their_own_parametrisations(
    verified: Callable[..., Verified], loader: jinja2.BaseLoader, imported: Callable[[str, str], ModuleType]
) -> None:
    program = lower(verified("kl", "Normal", "Normal"), "log_variance", None)
    assert program.name == "kl_normal_normal__log_variance__given"
    assert [a.name for a in program.arguments] == ["mu_1", "logvar_1", "mu_2", "sigma_2"]
    module = imported(emit([program], "numpy", loader), "mixed_parametrisation")
    expected = math.log(3) + (math.e + 0.25) / 18 - 1
    assert getattr(module, program.name)(0.5, 1.0, 0.0, 3.0) == pytest.approx(expected, rel=1e-14)


def test_an_unknown_parametrisation_is_refused_with_the_nearest_name(verified: Callable[..., Verified]) -> None:
    with pytest.raises(BadInput, match=r"no parametrisation 'log_varianse'.*did you mean 'log_variance'"):
        lower(verified("entropy", "Normal"), "log_varianse")


def test_an_unknown_backend_is_refused(loader: jinja2.BaseLoader) -> None:
    with pytest.raises(BadInput, match="no backend 'nunpy'; did you mean 'numpy'"):
        emit([], "nunpy", loader)


def test_what_has_no_closed_form_gives_no_code(verified: Callable[..., Verified]) -> None:
    with pytest.raises(NotYet, match="no closed form"):
        lower(verified("entropy", "Poisson"))


@pytest.mark.parametrize("kind", ["numpy", "torch"])
def test_a_value_under_a_tie_of_two_parameters_need_name_neither(
    kind: str,
    verified: Callable[..., Verified],
    loader: jinja2.BaseLoader,
    imported: Callable[[str, str], ModuleType],
) -> None:
    tied = verified("kl", "Binomial", "Binomial")
    assert "n_2" not in {s.name for s in tied.derivation.result.free_symbols}
    module = imported(emit([lower(tied)], kind, loader), f"tied_{kind}")
    p, q = 0.3, 0.45
    summed = sum(
        math.comb(5, x) * p**x * (1 - p) ** (5 - x) * (x * math.log(p / q) + (5 - x) * math.log((1 - p) / (1 - q)))
        for x in range(6)
    )
    assert call((kind, module), "kl_binomial_binomial", 5.0, p, 5.0, q) == pytest.approx(summed, rel=1e-13)
    assert math.isnan(call((kind, module), "kl_binomial_binomial", 5.0, p, 6.0, q))


def test_the_check_of_the_domains_can_be_switched_off(both: Both) -> None:
    kind, module = both
    sigma = array(kind, [2.0, -2.0])
    checked = np.asarray(module.kl_normal_normal(0.5, sigma, 0.0, 1.0))
    unchecked = np.asarray(module.kl_normal_normal(0.5, sigma, 0.0, 1.0, validate=False))
    assert np.isnan(checked).tolist() == [False, True]
    assert unchecked[0] == checked[0]
    assert "validate: False" in (module.kl_normal_normal.__doc__ or "")
