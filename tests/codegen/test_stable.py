"""Stable forms: algebraically the closed form, without its cancellation, whatever shape it came in."""

from __future__ import annotations

import math
from collections.abc import Callable

import mpmath as mp
import pytest
import sympy as sp

from symkl.codegen.stable import form as form_module
from symkl.codegen.stable import kernels
from symkl.codegen.stable.form import proved_equal, stable_form
from symkl.codegen.stable.gammas import digammas_lowered, gammas_aligned
from symkl.codegen.stable.joins import joined
from symkl.codegen.stable.kernels import (
    BetaGap,
    EntropyGap,
    ExpGap,
    GammaGap,
    Kernel,
    LogGap,
    ScaledExpGap,
    expand_kernels,
)
from symkl.codegen.stable.logs import LogGroup, logs_within, squares_of
from symkl.codegen.stable.measure import exact_value, exact_values, loss, points, settled_value
from symkl.codegen.stable.powers import power_of
from symkl.codegen.stable.shape import in_deviations
from symkl.codegen.stable.shorter import shorter
from symkl.codegen.stable.signs import nonnegative, positive, sum_of_nonnegatives
from symkl.codegen.stable.slopes import stable_slope
from symkl.model import symbol

pytestmark = pytest.mark.sample(3)

log, exp, half = sp.log, sp.exp, sp.Rational(1, 2)
S1, S2 = symbol("sigma_1", "positive"), symbol("sigma_2", "positive")
M1, M2 = symbol("mu_1", "real"), symbol("mu_2", "real")
A1, A2, B1, B2 = (symbol(name, "positive") for name in ("a_1", "a_2", "b_1", "b_2"))
N1, N2 = symbol("n_1", "positive_integer"), symbol("n_2", "positive_integer")
P1, P2 = symbol("p_1", "unit"), symbol("p_2", "unit")
L1, L2 = symbol("l_1", "real"), symbol("l_2", "real")

NORMAL = log(S2 / S1) + (S1**2 + (M1 - M2) ** 2) / (2 * S2**2) - half
SCALES = [(S1, S2), (M1, M2)]
GAMMA = (A1 - A2) * sp.digamma(A1) - sp.loggamma(A1) + sp.loggamma(A2) + A2 * log(B1 / B2) + A1 * (B2 - B1) / B1
GUMBEL = log(B2 / B1) + sp.EulerGamma * (B1 / B2 - 1) + (M1 - M2) / B2 + exp((M2 - M1) / B2) * sp.gamma(B1 / B2 + 1) - 1
WEIBULL = (
    log(A1 / B1**A1)
    - log(A2 / B2**A2)
    + (A1 - A2) * (log(B1) - sp.EulerGamma / A1)
    + (B1 / B2) ** A2 * sp.gamma(A2 / A1 + 1)
    - 1
)
LAPLACE = log(B2 / B1) + sp.Abs(M1 - M2) / B2 + B1 / B2 * exp(-sp.Abs(M1 - M2) / B1) - 1
BERNOULLI = P1 * log(P1 / P2) + (1 - P1) * log((1 - P1) / (1 - P2))
LOGISTIC = (L1 - L2) / (1 + exp(-L1)) + log(1 + exp(L2)) - log(1 + exp(L1))
TILTED = (
    (P1 / (2 * P1 - 1) - 1 / (2 * sp.atanh(2 * P1 - 1))) * log(P1 * (1 - P2) / (P2 * (1 - P1)))
    + log((1 - P1) / (1 - P2))
    + log((1 - 2 * P2) * sp.atanh(2 * P1 - 1) / ((1 - 2 * P1) * sp.atanh(2 * P2 - 1)))
)


def log_beta(*shapes: sp.Expr) -> sp.Expr:
    return sp.Add(*map(sp.loggamma, shapes)) - sp.loggamma(sp.Add(*shapes))


def dirichlet(first: list[sp.Symbol], second: list[sp.Symbol]) -> sp.Expr:
    means = [sp.digamma(x) - sp.digamma(sp.Add(*first)) for x in first]
    return log_beta(*second) - log_beta(*first) + sum((x - y) * m for x, y, m in zip(first, second, means, strict=True))


CAUCHY = log(((S1 + S2) ** 2 + (M1 - M2) ** 2) / (4 * S1 * S2))

#: of which the gamma function is one of 3/2 at equality
MOYAL = 2 ** (S1 / S2) * exp((M2 - M1) / S2) * sp.gamma(S1 / S2 + half) / (2 * sp.sqrt(sp.pi)) + log(S2 / S1) - half
MOYAL += (sp.EulerGamma + log(2)) * (S1 / S2 - 1) / 2 + (M1 - M2) / (2 * S2)

#: of one scale: the logistic distribution, its exponential, and the hyperbolic secant
TIED = 2 * (M1 - M2) * exp(M1 / S1) / (S1 * exp(M1 / S1) - S1 * exp(M2 / S1)) - (M1 - M2) / S1 - 2
TIED_LOG = 2 * B1 * (A1**B1 * log(A1) - A2**B1 * log(A2)) / (A1**B1 - A2**B1) - B1 * log(A1 * A2) - 2
SECANT = 2 * log(exp(sp.pi * M1 / (2 * S1)) + exp(sp.pi * M2 / (2 * S1))) - sp.pi * (M1 + M2) / (2 * S1) - log(4)

CASES = {
    "normal": (NORMAL, SCALES),
    "normal, expanded": (sp.expand(sp.expand_log(NORMAL)), SCALES),
    "normal, over one denominator": (sp.together(NORMAL), SCALES),
    "normal, by variance": (NORMAL.subs({S1: sp.sqrt(A1), S2: sp.sqrt(A2)}), [(A1, A2), (M1, M2)]),
    "normal, by log-variance": (NORMAL.subs({S1: exp(L1 / 2), S2: exp(L2 / 2)}), [(L1, L2), (M1, M2)]),
    "normal, standard prior": (NORMAL.subs({S2: 1, M2: 0}), [(S1, sp.S.One), (M1, sp.S.Zero)]),
    "normal, prior of scale 3/2": (NORMAL.subs({S2: sp.Rational(3, 2)}), [(S1, sp.Rational(3, 2)), (M1, M2)]),
    "exponential": (log(A1 / A2) + A2 / A1 - 1, [(A1, A2)]),
    "poisson": (A1 * log(A1 / A2) - A1 + A2, [(A1, A2)]),
    "poisson, by log-rate": (exp(L1) * (L1 - L2) - exp(L1) + exp(L2), [(L1, L2)]),
    "bernoulli": (BERNOULLI, [(P1, P2)]),
    "bernoulli, by logit": (LOGISTIC, [(L1, L2)]),
    "tilted": (TILTED, [(P1, P2)]),
    "tilted, by logarithms": (
        TILTED.replace(sp.atanh, lambda x: (log(sp.expand(1 + x) / 2) - log(sp.expand(1 - x) / 2)) / 2),
        [(P1, P2)],
    ),
    "tilted, by logit": (TILTED.subs({P1: 1 / (1 + exp(-L1)), P2: 1 / (1 + exp(-L2))}), [(L1, L2)]),
    "laplace": (LAPLACE, [(B1, B2), (M1, M2)]),
    "laplace, by log-scale": (LAPLACE.subs({B1: exp(L1), B2: exp(L2)}), [(L1, L2), (M1, M2)]),
    "cauchy": (CAUCHY, SCALES),
    "cauchy, expanded": (log(sp.expand((S1 + S2) ** 2 + (M1 - M2) ** 2)) - log(4 * S1) - log(S2), SCALES),
    "half of cauchy": (CAUCHY.subs(M1, M2), [(S1, S2)]),
    "logistic, one scale": (TIED, [(M1, M2)]),
    "log-logistic, one shape": (TIED_LOG, [(A1, A2)]),
    "hyperbolic secant, one scale": (SECANT, [(M1, M2)]),
    "gamma": (GAMMA, [(A1, A2), (B1, B2)]),
    "beta": (dirichlet([A1, B1], [A2, B2]), [(A1, A2), (B1, B2)]),
    "beta, by mean and size": (
        dirichlet([A1 * P1, A1 * (1 - P1)], [A2 * P2, A2 * (1 - P2)]),
        [(A1, A2), (P1, P2)],
    ),
    "erlang": (GAMMA.subs({A1: N1, A2: N2}), [(N1, N2), (B1, B2)]),
    "gumbel": (GUMBEL, [(B1, B2), (M1, M2)]),
    "gumbel, by log-scale": (GUMBEL.subs({B1: exp(L1), B2: exp(L2)}), [(L1, L2), (M1, M2)]),
    "weibull": (WEIBULL, [(A1, A2), (B1, B2)]),
    "moyal": (MOYAL, [(S1, S2), (M1, M2)]),
    "exponential against gamma": (
        log(A1) - 1 - A2 * log(B2) + sp.loggamma(A2) + (A2 - 1) * (sp.EulerGamma + log(A1)) + B2 / A1,
        [],
    ),
}


@pytest.mark.parametrize("case", sorted(CASES))
def test_a_divergence_becomes_a_sum_of_nonnegative_terms_that_is_proved_equal_to_it(case: str) -> None:
    closed, pairs = CASES[case]
    found = stable_form(closed, pairs, divergence=True)
    assert found.rearranged
    assert found.nonnegative
    assert sum_of_nonnegatives(found.expression)
    assert proved_equal(found.expression, closed)


@pytest.mark.parametrize("case", sorted(CASES))
def test_a_stable_form_has_the_values_of_the_closed_form_to_50_digits(case: str) -> None:
    closed, pairs = CASES[case]
    found = stable_form(closed, pairs, divergence=True).expression
    at_all = points(sorted(closed.free_symbols, key=str), pairs, seed=5, each=2)
    usual = [at for at, value in zip(at_all, exact_values(closed, at_all), strict=True) if value is not None]
    assert len(usual) >= 3
    for at in usual:
        given, stable = exact_value(closed, at, 90), exact_value(expand_kernels(found), at, 90)
        assert abs(given - stable) <= mp.mpf(10) ** -50 * (1 + abs(given))


@pytest.mark.parametrize("case", sorted(CASES))
def test_the_stable_form_keeps_its_digits_near_equality_and_the_closed_form_does_not(case: str) -> None:
    closed, pairs = CASES[case]
    if not pairs:
        return
    at = points(sorted(closed.free_symbols, key=str), pairs, seed=6)[8:]
    truth = exact_values(closed, at)
    assert loss(stable_form(closed, pairs, divergence=True).expression, at, truth) <= 8
    assert loss(closed, at, truth) > 1e6


def test_the_shape_in_which_a_closed_form_comes_does_not_matter() -> None:
    shapes = [CASES[name][0] for name in ("normal", "normal, expanded", "normal, over one denominator")]
    assert len({stable_form(shape, SCALES, divergence=True).expression for shape in shapes}) == 1


def test_the_normal_divergence_is_half_the_squares_plus_a_log_gap() -> None:
    expected = LogGap(S1, S2, S1 - S2) + (M1 - M2) ** 2 / (2 * S2**2) + (S1 - S2) ** 2 / (2 * S2**2)
    assert stable_form(NORMAL, SCALES, divergence=True).expression == expected


def test_the_vae_loss_by_log_variance_is_half_of_a_square_and_an_exponential_gap() -> None:
    closed = NORMAL.subs({S1: exp(L1 / 2), S2: 1, M2: 0})
    found = stable_form(closed, [(L1, sp.S.Zero), (M1, sp.S.Zero)], divergence=True)
    assert found.expression == M1**2 / 2 + ExpGap(L1) / 2


def test_factors_that_can_vanish_go_into_the_kernel() -> None:
    assert stable_form(*CASES["poisson"], divergence=True).expression == EntropyGap(A1, A2, A2 - A1)
    laplace = stable_form(*CASES["laplace"], divergence=True).expression
    assert laplace == LogGap(B1, B2, B1 - B2) + ScaledExpGap(-sp.Abs(M1 - M2), B1) / B2


@pytest.mark.parametrize("count", [1, 2])
def test_gaps_of_log_gamma_whose_arguments_add_up_become_one_kernel(count: int) -> None:
    pairs = [(A1, A2), (B1, B2), (S1, S2)][: count + 1]
    found = stable_form(dirichlet(*map(list, zip(*pairs, strict=True))), pairs, divergence=True).expression
    assert len(found.atoms(BetaGap)) == count
    assert not found.has(GammaGap)


def test_gaps_of_log_gamma_that_do_not_add_up_are_left_alone() -> None:
    gap, other = GammaGap(A1, A2, A1 - A2), GammaGap(B1, B2, B1 - B2)
    for whole in (GammaGap(A1 + B1, A2 + 2 * B2, A1 + B1 - A2 - 2 * B2), GammaGap(S1, S2, S1 - S2)):
        assert joined(gap + other - whole) == gap + other - whole
    right = GammaGap(A1 + B1, A2 + B2, A1 + B1 - A2 - B2)
    assert joined(gap + other + right) == gap + other + right
    assert joined(3 * (gap + other - right).expand()).has(BetaGap)


@pytest.mark.parametrize("shape", ["gamma", "beta"])
def test_an_entropy_of_large_shapes_keeps_its_digits(shape: str) -> None:
    beta = log_beta(A1, B1) - (A1 - 1) * sp.digamma(A1) - (B1 - 1) * sp.digamma(B1)
    beta += (A1 + B1 - 2) * sp.digamma(A1 + B1)
    closed = beta if shape == "beta" else A1 - log(B1) + sp.loggamma(A1) + (1 - A1) * sp.digamma(A1)
    found = stable_form(closed, (), divergence=False)
    assert proved_equal(found.expression, closed)
    at = [{A1: a, B1: b} for a in (3e-4, 0.8, 5.5, 1e8) for b in (2e-3, 1.5, 3e8)]
    truth = exact_values(closed, at)
    assert loss(found.expression, at, truth) < 60
    assert loss(closed, at, truth) > 1e6


def test_the_difference_of_complements_is_formed_from_the_parameters() -> None:
    found = stable_form(BERNOULLI, [(P1, P2)], divergence=True).expression
    assert EntropyGap(1 - P1, 1 - P2, P1 - P2) in found.args


def test_a_square_is_not_multiplied_out_in_an_entropy_or_cross_entropy() -> None:
    closed = sp.expand(log(S2) + (S1**2 + (M1 - M2) ** 2) / (2 * S2**2) + log(2 * sp.pi) / 2)
    found = stable_form(closed, SCALES, divergence=False)
    assert found.expression.has((M1 - M2) ** 2)
    assert proved_equal(found.expression, closed)


def test_a_wrong_form_is_not_proved_equal() -> None:
    right = stable_form(NORMAL, SCALES, divergence=True).expression
    for wrong in (
        right + LogGap(S1, S2, S1 - S2),
        right.subs(S1 - S2, S1 + S2),
        right * 2,
        right + sp.Rational(1, 10**9),
    ):
        assert not proved_equal(wrong, NORMAL)


def test_an_exponential_of_sums_is_a_product_of_powers_and_only_the_right_one_is_equal() -> None:
    exponent = sp.loggamma(1 + A1 / A2) + (M1 - M2) / B1 + B2 * log(S1 / S2)
    power = power_of(exponent)
    assert power == kernels.GammaOfRatio(A1, A2) * kernels.ExpOfStep(M1, M2, B1) * kernels.PowerOfRatio(S1, S2, B2)
    assert proved_equal(kernels.GivenExpGap(exponent, power), sp.exp(exponent) - 1 - exponent)
    wrong = kernels.GammaOfRatio(A2, A1) * kernels.ExpOfStep(M1, M2, B1) * kernels.PowerOfRatio(S1, S2, B2)
    assert not proved_equal(kernels.GivenExpGap(exponent, wrong), sp.exp(exponent) - 1 - exponent)


@pytest.mark.parametrize("exponent", [M1 - M2, sp.loggamma(A1 - A2), sp.loggamma(A1 + 1) + sp.Abs(M1)])
def test_other_exponentials_are_no_such_product(exponent: sp.Expr) -> None:
    assert power_of(exponent) is None


def test_a_form_that_is_not_proved_equal_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(form_module, "proved_equal", lambda form, closed: False)
    monkeypatch.setattr(form_module, "_chosen", form_module._chosen.__wrapped__)  # what was chosen before is forgotten
    found = stable_form(NORMAL, SCALES, divergence=True)
    assert found.expression == NORMAL
    assert not found.rearranged
    assert not found.nonnegative


POWER = (
    (A1 / A2) ** B2 * sp.gamma((B2 + 1) / B1) / sp.gamma(1 / B1)
    + log(A2 * B1 * sp.gamma(1 / B2) / (A1 * B2 * sp.gamma(1 / B1)))
    - 1 / B1
)
LINDLEY = 2 * log(A1 / A2) + log((A2 + 1) / (A1 + 1)) - (A1 + 2) * (A1 - A2) / (A1 * (A1 + 1))


@pytest.mark.parametrize(
    ("closed", "pairs", "heads", "bound"),
    [(POWER, [(A1, A2), (B1, B2)], {ExpGap, kernels.PoweredGammaGap}, 1e3), (LINDLEY, [(A1, A2)], {LogGap}, 4.0)],
    ids=["gamma functions a step apart", "a gap that is taken away"],
)
def test_a_divergence_of_terms_of_both_signs_keeps_its_digits_near_equality(
    closed: sp.Expr, pairs: list[tuple[sp.Expr, sp.Expr]], heads: set[type[Kernel]], bound: float
) -> None:
    found = stable_form(closed, pairs, divergence=True)
    assert {type(kernel) for kernel in found.expression.atoms(Kernel)} >= heads
    assert proved_equal(found.expression, closed)
    assert not proved_equal(found.expression + sp.Rational(1, 1000), closed)
    at = points(sorted(closed.free_symbols, key=str), pairs, seed=9)
    truth = exact_values(closed, at)
    assert loss(found.expression, at, truth) <= bound < 1e6 < loss(closed, at, truth)


def test_gamma_functions_a_step_apart_are_aligned_and_others_are_not() -> None:
    same = {A1: A2}
    apart = exp(sp.loggamma(A2 + 1) - sp.loggamma(A1))
    assert gammas_aligned(apart, same) == A1 * exp(sp.loggamma(A2 + 1) - sp.loggamma(A1 + 1))
    assert proved_equal(gammas_aligned(apart, same), apart)
    assert not proved_equal(A2 * exp(sp.loggamma(A2 + 1) - sp.loggamma(A1 + 1)), apart)
    for other in (exp(sp.loggamma(A2 + 2) - sp.loggamma(A1)), exp(sp.loggamma(B1 + 1) - sp.loggamma(A1))):
        assert gammas_aligned(other, same) == other


def test_a_digamma_function_one_up_is_lowered_where_the_other_occurs() -> None:
    upper, lower = sp.digamma(A1 + 1), sp.digamma(A1)
    assert sp.expand(digammas_lowered(upper + 3 * lower) - 4 * lower - 1 / A1) == 0
    assert digammas_lowered(upper + sp.digamma(A2)) == upper + sp.digamma(A2)


def test_a_coefficient_that_vanishes_at_equality_is_formed_from_the_differences() -> None:
    pairs = [(A1, A2), (B1, B2)]
    assert in_deviations(A1 * B2 - A2 * B1, pairs) == -A2 * (B1 - B2) + B2 * (A1 - A2)
    assert in_deviations(A1 * B2 + A2 * B1, pairs) == A1 * B2 + A2 * B1
    assert in_deviations(A1 * B2 - A2 * B1, []) == A1 * B2 - A2 * B1


def test_exponentials_over_each_other_are_put_shorter_and_sums_below_are_not() -> None:
    split = exp(A1 * M1) * exp(-A1 * M2)
    long = (A1 * A2 * split + A2**2 * split) / (A1 + A2) + log(A1 / B1) + (A1**2 - A2**2) / (A1 + A2)
    short = shorter(long)
    assert short.count_ops() < long.count_ops()
    assert exp(A1 * M1 - A1 * M2) in short.atoms(exp)
    assert proved_equal(short, long)
    for other in (A1 / (1 + exp(M1)) + split, sp.loggamma(A1) + split, long.subs({M1: 0, M2: 0})):
        assert shorter(other) == other


def test_a_closed_form_of_very_many_operations_stands_as_it_was_derived() -> None:
    large = NORMAL + sp.Add(*(log(1 + A1**n / A2) / (S1 + n) for n in range(1, 30)))
    assert large.count_ops() > form_module.LARGE
    found = stable_form(large, SCALES, divergence=False)
    assert (found.expression, found.rearranged) == (large, False)
    assert stable_slope(large, large, S1, SCALES) == large.diff(S1)


def test_the_choice_is_the_same_every_time() -> None:
    assert len({stable_form(GUMBEL, CASES["gumbel"][1], divergence=True) for _ in range(2)}) == 1


def test_a_condition_gives_a_log_ratio_its_sign() -> None:
    # two Pareto distributions, the first's support inside the second's
    closed = A2 * log(B1 / B2) + log(A1 / A2) + A2 / A1 - 1
    found = stable_form(closed, [(A1, A2), (B1, B2)], divergence=True, given=[sp.Ge(B1, B2)])
    assert found.nonnegative
    assert not stable_form(closed, [(A1, A2), (B1, B2)], divergence=True).nonnegative


@pytest.mark.parametrize(
    ("above", "below", "found"),
    [
        ((A1 + A2) ** 2, 4 * A1 * A2, kernels.LogSquares(A1 - A2, 0, 4 * A1, A2)),
        (2 * (M1 - M2) ** 2 + 2 * A1**2, 2 * A1**2, kernels.LogSquares(M1 - M2, 0, A1, A1)),
        # a square too few, another number before one, three factors, another ratio
        (A1 * A2 + A1 - A2, A1 * A2, None),
        ((A1 - A2) ** 2 + 2 * (M1 - M2) ** 2 + A1 * A2, A1 * A2, None),
        ((A1 + A2) ** 2, 4 * A1 * A2 * B1, None),
        (A1, A2, None),
    ],
)
def test_a_product_and_squares_over_the_product_have_a_kernel(
    above: sp.Expr, below: sp.Expr, found: sp.Expr | None
) -> None:
    group = LogGroup(B2, above, below)
    assert squares_of(group, [(A1, A2), (M1, M2)]) == (None if found is None else B2 * found)
    assert found is None or proved_equal(B2 * found, group.value())


def test_logs_in_a_log_ratio_are_ratios_themselves() -> None:
    # two log-uniform distributions, the first's support inside the second's
    closed, pairs = log(log(B2 / A2) / log(B1 / A1)), [(A1, A2), (B1, B2)]
    given = [sp.Gt(B1, A1), sp.Gt(B2, A2), sp.Ge(A1, A2), sp.Ge(B2, B1)]
    found = stable_form(closed, pairs, divergence=True, given=given)
    at = [{A1: 2.0 * (1 + d), B1: 5.0 * (1 - d), A2: 2.0, B2: 5.0} for d in (0.1, 1e-4, 1e-8, 1e-12)]
    truth = exact_values(closed, at)
    assert found.rearranged
    assert loss(found.expression, at, truth) <= 8
    assert loss(closed, at, truth) > 1e6
    # without a partner a logarithm stays
    alone = kernels.LogRatio(log(A1) + B1, log(A2) + B1, log(A1) - log(A2))
    step = kernels.LogRatio(A1, A2, A1 - A2)
    assert logs_within(alone, dict(pairs)) == kernels.LogRatio(*alone.args[:2], step)


KERNELS = [
    (name, getattr(kernels, name))
    for name in kernels.__all__
    if name not in ("Kernel", "expand_kernels") and getattr(kernels, name).is_nonnegative_kernel
]


@pytest.mark.parametrize(("name", "kernel"), KERNELS)
def test_a_kernel_that_is_called_nonnegative_is_so_by_its_definition(name: str, kernel: type[Kernel]) -> None:
    for i in range(40):
        x, y = mp.mpf(1 + 37 * i % 41) / 7, mp.mpf(1 + 23 * i % 29) / 5
        arguments = {
            "ExpGap": (x - 3,),
            "ExpLag": (x - 3,),
            "GivenExpGap": (x - 3, mp.exp(x - 3)),
            "GammaOfRatio": (x, y),
            "Softplus": (x - 3,),
            "Sigmoid": (x - 3,),
            "ScaledExpGap": (x - 3, y),
            "Binet": (x,),
            "LangevinSlope": (x - 3,),
            "BesselRatio": (x,),
            "BesselLack": (x,),
            "Versine": (x - 3, y - 3),
            "LogSeriesGap": (x / 9, y / 9, x / 9 - y / 9),
            "LogSeriesSlope": (x / 9,),
            "ScaledExpInt": (x,),
            "GammaTail": (x, y),
            "UpperGammaGap": (x, y, x - 1),
            "BetaGap": (x, y, y + 1, x / 2, x - y - 1, y - x / 2),
            "SoftplusGap": (x - 3, y - 3, x - y),
            "ProductGap": (x, y, y + 1, x + 2),
            "ScaledProductGap": (x, y, y + 1, x + 2),
            "EntropyGap": (x, y, y - x),
            "RampGap": (x, y, y / 3, x - y),
            "BellGap": (-x, y, x - 1, y / 3, y - 2, x / 4, x + 1 - y, y / 3 - x / 4),
            "BellStartHeight": (-x, y, x - 1, y / 3),
            "BellEndHeight": (-x, y, x - 1, y / 3),
            "BellOverhang": (-x - y, x + 2 * y, -x, y, x - 2, y / 2),
            "CrossingGap": (x, y, x / 2, 2 * y, x - y, x / 2 - 2 * y),
            "LogSquares": (x - 3, y - 3, x, y),
        }.get(name, (x, y, x - y))
        value = kernel(*(sp.Float(str(a), 40) for a in arguments)).definition()
        assert value.evalf(30) >= -1e-25


SIGNS: list[tuple[sp.Expr, Callable[[sp.Expr], bool], bool]] = [
    (1 - P1, positive, True),
    (P1 - 1, positive, False),
    (1 - P1 * P2, positive, True),
    (1 + P1 - P2, positive, True),
    (P1 - P2, positive, False),
    ((P1 - 1) / (P2 - 1), positive, True),
    (1 + A1 / B1, positive, True),
    (A1 - B1, positive, False),
    (M1, nonnegative, False),
    ((M1 - M2) ** 2 / S1, nonnegative, True),
    (sp.Abs(M1 - M2), nonnegative, True),
    (-((M1 - M2) ** 2), nonnegative, False),
]


@pytest.mark.parametrize(("expression", "question", "answer"), SIGNS)
def test_signs_follow_from_the_domains_and_unknown_is_no(
    expression: sp.Expr, question: Callable[[sp.Expr], bool], answer: bool
) -> None:
    assert question(expression) is answer


@pytest.mark.parametrize("small", [1e-5, 1e-70, 1e-213])
def test_what_is_small_beside_one_is_not_lost_in_a_truth(small: float) -> None:
    # log(1 - p) + 2 p = p, less terms in p**2
    found = exact_values(log(1 - P1) + 2 * P1, [{P1: small}])
    assert found[0] == pytest.approx(small, rel=2 * small + 1e-15)


def test_a_value_that_vanishes_is_zero_and_one_that_is_not_real_or_not_found_is_none() -> None:
    at = {A1: 0.25}
    assert settled_value(log(A1**2) - 2 * log(A1), at) == 0
    assert settled_value(log(A1 - 1), at) is None
    assert settled_value(1 / (A1 - sp.Rational(1, 4)), at) is None
    assert settled_value(A1 + B1, at) is None


def test_the_points_of_a_measurement_hold_pairs_at_each_small_distance() -> None:
    distances = {round(math.log10(abs(at[A1] / at[A2] - 1))) for at in points([A1, A2], [(A1, A2)]) if at[A1] != at[A2]}
    assert {-2, -4, -8} <= distances
