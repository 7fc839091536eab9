"""Divergences of densities on an interval whose logarithms are quadratic: the rule, and values and slopes.

The truths are integrals of p*log(p/q) by quadrature, and the closed form in a hundred digits.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from types import ModuleType

import jinja2
import mpmath as mp
import pytest
import sympy as sp

from symkl.algebra.signs import assuming
from symkl.codegen import emit, lower
from symkl.codegen.operations import OPERATIONS
from symkl.codegen.program import Program
from symkl.codegen.running import gradient, values
from symkl.codegen.stable.bells import between_bells
from symkl.codegen.stable.form import proved_equal, stable_form
from symkl.codegen.stable.kernels import BellGap, BellOverhang, expand_kernels
from symkl.codegen.stable.lines import Curve
from symkl.codegen.stable.signs import sum_of_nonnegatives
from symkl.model import Verified, symbol

X = symbol("x", "real")
M1, A1, B1, M2, A2, B2 = (symbol(name, "real") for name in ("m_1", "a_1", "b_1", "m_2", "a_2", "b_2"))
S1, S2, V = symbol("s_1", "positive"), symbol("s_2", "positive"), symbol("v", "positive")
WITHIN = (A1 < B1, A2 < B2, A1 >= A2, B2 >= B1)
#: centre, scale and ends of the first, then centre and scale of the second, and by how much its interval is longer
ONES = [(0.3, 1.2, -1.0, 2.0), (5.0, 0.7, -1.5, 0.5), (-3e4, 2.0, 1.0, 50.0), (0.4, 90.0, 0.1, 0.10001)]
NEAR = [
    (m, s, a, b, m + c * d * s, s * (1 + e * d), a - low * d, b + high * d)
    for m, s, a, b in ONES
    for d in (0.1, 1e-4, 1e-9)
    for c, e, low, high in ((1.0, 0.0, 0.0, 0.0), (0.0, -1.0, 0.0, 0.0), (0.3, 0.7, 0.0, 0.0), (-0.3, 0.7, 2.0, 1.0))
]
FAR = [
    (0.0, 1.0, -1.0, 1.0, 3.0, 0.2, -1.0, 1.0),
    (0.0, 1.0, -1e300, 1e300, 30.0, 1.0, -1e300, 1e300),
    (0.0, 1e-3, -1e300, 1e300, 5.0, 1e3, -1e300, 1e300),
    (0.0, 1.0, 40.0, 41.0, 60.0, 3.0, -1e9, 70.0),
    (0.0, 1e5, -1.0, 1.0, 3.0, 0.01, -2.0, 5.0),
    (-1e6, 1.0, 0.0, 1e3, 0.0, 2e-3, 0.0, 1e3),
    (0.0, 1.0, -9.0, 12.0, 0.0, 0.7, -9.5, 13.0),
    # the logarithms rise nearly alike, though the parameters differ
    (0.0, 0.5, 1.0, 1.25, -3.0 - 1e-12, 1.0, 1.0, 1.25),
    (1.6332678, 2.4604127, 0.11106378, 0.26781316, 1.6283219, 2.4561067, 0.11106378, 0.26781316),
    # the first in the middle of a long interval, the second greatest at an end
    (3.1824574, 0.30940696, 0.092314307, 8.1115888, 0.055887195, 0.93304453, 0.092314307, 8.1115888),
]


def bell(m: sp.Expr, s: sp.Expr, a: sp.Expr, b: sp.Expr, height: sp.Expr = sp.S.One) -> Curve:
    mass = sp.erf((b - m) / (sp.sqrt(2) * s)) - sp.erf((a - m) / (sp.sqrt(2) * s))
    return Curve(X, a, b, height * sp.exp(-((X - m) ** 2) / (2 * s**2)) * sp.sqrt(2 / sp.pi) / (s * mass))


def truth(m: float, s: float, a: float, b: float, n: float, t: float, u: float, v: float) -> mp.mpf:
    with mp.workdps(60):
        m, s, a, b, n, t, u, v = (mp.mpf(x) for x in (m, s, a, b, n, t, u, v))
        gap = OPERATIONS[BellGap].exact(mp, a, b, m, s, n, t, m - n, s - t)
        return gap + OPERATIONS[BellOverhang].exact(mp, u, v, a, b, n, t)


def units(value: float, exact: mp.mpf) -> float:
    return float(abs(mp.mpf(float(value)) - exact)) / math.ulp(float(exact))


def test_the_form_is_found_from_the_densities_and_taken_where_it_is_proved_equal_alone() -> None:
    with assuming(WITHIN):
        found = between_bells(bell(M1, S1, A1, B1), bell(M2, S2, A2, B2))
        gap = BellGap(A1, B1, M1, S1, M2, S2, M1 - M2, S1 - S2)
        assert found == gap + BellOverhang(A2, B2, A1, B1, M2, S2)
        assert sum_of_nonnegatives(found)
        assert between_bells(bell(M1, S1, A1, B1), bell(M2, S2, A1, B1)) == gap
    closed = sp.expand_log(expand_kernels(found), force=True)
    pairs = [(M1, M2), (S1, S2), (A1, A2), (B1, B2)]
    chosen = stable_form(closed, pairs, divergence=True, given=WITHIN, by_pieces=found)
    assert chosen.expression == found
    assert chosen.nonnegative
    for wrong in (BellGap(A1, B1, M1, S1, M2, S2, M2 - M1, S1 - S2), BellGap(A1, B1, M1, S2, M2, S1, M1 - M2, S2 - S1)):
        with assuming(WITHIN):
            assert not proved_equal(found - gap + wrong, closed)


def test_centre_and_scale_are_read_however_they_are_written() -> None:
    variance = Curve(X, A1, B1, V * sp.exp(-(X**2) / (2 * V) + M1 * X / V))
    with assuming((A1 < B1,)):
        found = between_bells(variance, bell(M2, S2, A1, B1))
    assert found == BellGap(A1, B1, M1, sp.sqrt(V), M2, S2, M1 - M2, sp.sqrt(V) - S2)


@pytest.mark.parametrize(
    "other",
    [
        # a power of x, a linear exponent, one that rises to both ends, no finite end, an interval not known to hold it
        bell(M2, S2, A2, B2, X**2),
        Curve(X, A2, B2, sp.exp(-S2 * X)),
        Curve(X, A2, B2, sp.exp(S2 * (X - M2) ** 2)),
        Curve(X, A2, sp.oo, sp.exp(-((X - M2) ** 2))),
        bell(M2, S2, B1, B2),
    ],
)
def test_no_form_of_other_densities(other: Curve) -> None:
    with assuming(WITHIN):
        assert between_bells(bell(M1, S1, A1, B1), other) is None


def test_the_definitions_are_the_integral() -> None:
    for point in (NEAR[0], NEAR[3], NEAR[15], FAR[0]):
        m, s, a, b, n, t, u, v = (mp.mpf(x) for x in point)

        def height(x: mp.mpf, centre: mp.mpf, scale: mp.mpf) -> mp.mpf:
            return mp.exp(-(((x - centre) / scale) ** 2) / 2)

        with mp.workdps(40):
            parts = mp.linspace(a, b, 20)
            mass = mp.quad(lambda x: height(x, m, s), parts)  # noqa: B023 - called at once
            low, high = max(u, n - 30 * t), min(v, n + 30 * t)
            other = mp.quad(lambda x: height(x, n, t), mp.linspace(low, high, 60))  # noqa: B023
            found = mp.quad(
                lambda x: height(x, m, s) * ((((x - n) / t) ** 2 - ((x - m) / s) ** 2) / 2),  # noqa: B023
                parts,
            )
            assert abs((found / mass + mp.log(other / mass)) / truth(*point) - 1) < 1e-12


@pytest.fixture(scope="module")
def program(verified: Callable[..., Verified]) -> Program:
    return lower(verified("kl", "TruncatedNormal", "TruncatedNormal"), slopes=True)


@pytest.mark.parametrize("backend", ["numpy", "torch", "jax", pytest.param("numba", marks=pytest.mark.slow)])
def test_no_digit_is_lost_near_equality_or_far_from_it(
    backend: str, program: Program, loader: jinja2.BaseLoader, imported: Callable[[str, str], ModuleType]
) -> None:
    module = imported(emit([program], backend, loader), f"bells_{backend}")
    function = getattr(module, program.name)
    points = [*NEAR, *FAR]
    for value, point in zip(values(backend, function, list(zip(*points, strict=True))), points, strict=True):
        assert units(value, truth(*point)) < 16, point
    same = [(*one, *one) for one in ONES]
    beyond = [(*one[:2], 0.0, 2.0, *one[:2], *ends) for one in ONES for ends in ((0.5, 2.0), (-1.0, 1.0), (5.0, 6.0))]
    found = [float(v) for v in values(backend, function, list(zip(*same, *beyond, strict=True)))]
    assert found == [0.0] * len(same) + [math.inf] * len(beyond)


#: an end, or both, where hardly any mass of the first lies, or of either
THIN = [
    (0.0, 0.1, -0.9, 2.0, 0.01, 0.11, -0.95, 2.1),
    (0.3, 0.05, -1.0, 1.2, 0.4, 3.0, -2.0, 1.5),
    (-1.5, 0.2, 2.5, 3.0, -2.0, 6.0, 0.0, 4.0),
]


@pytest.mark.parametrize("backend", ["torch", "jax"])
def test_derivatives_keep_their_digits_where_hardly_any_mass_lies_too(
    backend: str, program: Program, loader: jinja2.BaseLoader, imported: Callable[[str, str], ModuleType]
) -> None:
    function = getattr(imported(emit([program], backend, loader), f"slopes_of_bells_{backend}"), program.name)
    points = [NEAR[i] for i in (2, 10, 15, 23, 27, 31, 35, 39, 43, 47)] + [FAR[i] for i in (0, 3, 4, 6)] + THIN
    found = list(zip(*gradient(backend, function, list(zip(*points, strict=True))), strict=True))
    for point, slopes in zip(points, found, strict=True):
        m, s, a, b, n, t, u, v = point
        # by centres and scales, of two parts that may cancel
        own = (abs(m - n) + abs(s - t)) / min(s, t) ** 2
        parts = [own, own, 0.0, 0.0, *(own + (min(a - u, t) + min(v - b, t)) / t**2,) * 2, 0.0, 0.0]
        for i, (slope, rest) in enumerate(zip(slopes, parts, strict=True)):
            if i in (2, 3, 6, 7) and (a == u or b == v):
                continue  # on one side the divergence is infinite
            exact = true_slope(point, i)
            assert abs(slope - exact) <= 16 * math.ulp(float(exact)) + 4 * math.ulp(rest) * (rest > 0), (point, i)


def true_slope(point: tuple[float, ...], i: int) -> mp.mpf:
    """By a difference of the closed form in hundreds of digits."""
    with mp.workdps(700):
        step = mp.mpf(10) ** -150
        above, below = (closed_form(*(mp.mpf(x) + s * step * (i == k) for k, x in enumerate(point))) for s in (1, -1))
        return (above - below) / (2 * step)


def closed_form(m: mp.mpf, s: mp.mpf, a: mp.mpf, b: mp.mpf, n: mp.mpf, t: mp.mpf, u: mp.mpf, v: mp.mpf) -> mp.mpf:
    def mass(low: mp.mpf, high: mp.mpf) -> mp.mpf:
        low, high = (low, high) if low + high > 0 else (-high, -low)
        return mp.sqrt(mp.pi / 2) * (mp.erfc(low / mp.sqrt(2)) - mp.erfc(min(high, low + 1000) / mp.sqrt(2)))

    first, last = (a - m) / s, (b - m) / s
    low, high = (mp.exp(-x * x / 2) / mass(first, last) for x in (first, last))
    mean, square = low - high, 1 + first * low - last * high
    rest = ((m - n) ** 2 + 2 * (m - n) * s * mean + s**2 * square) / t**2 - square
    return mp.log(t * mass((u - n) / t, (v - n) / t) / (s * mass(first, last))) + rest / 2


def test_bounds_that_are_infinite_are_no_bounds(
    program: Program, loader: jinja2.BaseLoader, imported: Callable[[str, str], ModuleType]
) -> None:
    for backend in ("numpy", "torch"):
        function = getattr(imported(emit([program], backend, loader), f"unbounded_{backend}"), program.name)
        points = [(0.5, 2.0, -math.inf, math.inf, 1.0, 3.0, -math.inf, math.inf)]
        (value,) = values(backend, function, list(zip(*points, strict=True)))
        assert abs(float(value) - (math.log(1.5) + (4 + 0.25) / 18 - 0.5)) < 1e-15


@pytest.mark.parametrize(
    ("kernel", "old", "new"),
    [
        ("bell_gap", "-0.5 * e / t * (1.0 + ratio)", "-0.5 * e / t * 2.0"),
        ("bell_gap", "first + second)", "first - second)"),
        ("bell_gap", "np.where(alike, 2.5, 1.4)", "9.0"),
        ("bell_gap", "np.abs(peak) > np.minimum(s, t)", "np.abs(peak) > 1e300"),
        ("bell_gap", "(u - mean)", "(u - 1.001 * mean)"),
        ("bell_gap", "(far + 0.5 * apart)", "(far + 0.501 * apart)"),
        ("bell_slope", "(low_rest -", "(0.0 * low_rest -"),
        ("bell_mean", "np.minimum(width, t * _bell_reach(far))", "t * _bell_reach(far)"),
        ("bell_mean", "100.0 / (z", "40.0 / (z"),
        ("bell_overhang", "0.5 * before * (first + start)", "0.5 * before * first"),
    ],
)
def test_a_broken_kernel_is_seen(
    kernel: str, old: str, new: str, program: Program, with_slip: Callable[..., ModuleType]
) -> None:
    broken = with_slip(program, "numpy", kernel, old, new)
    points = [*NEAR, *FAR, (0.0, 1.0, 5.0, 6.0, 1.0, 1.5, 4.0, 7.0)]
    found = values("numpy", getattr(broken, program.name), list(zip(*points, strict=True)))
    errors = [units(v, truth(*p)) if math.isfinite(v) else math.inf for v, p in zip(found, points, strict=True)]
    assert max(errors) > 100


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("torch.expm1(rise) - more", "torch.expm1(rise)"),
        ("wide + 2.0 * mode * way", "wide + mode * way"),
        ("2.0 * far * step + squares", "far * step + squares"),
        (
            "first = torch.where(less, last - by_m + rise, first)",
            "first = torch.where(less, last + by_m + rise, first)",
        ),
        ("torch.exp(-fall) * (1.0 - lost)", "torch.exp(-fall)"),
        ("(1.0 + torch.where(x == 0.0, 0.0, y))", "(1.0 - torch.where(x == 0.0, 0.0, y))"),
        ("(density * back * (x + back)).sum(-1)", "(density * back * x).sum(-1)"),
    ],
)
def test_a_broken_derivative_is_seen(
    old: str, new: str, program: Program, with_slip: Callable[..., ModuleType]
) -> None:
    function = getattr(with_slip(program, "torch", "bell_slopes", old, new), program.name)
    points = [NEAR[31], NEAR[39], FAR[0], FAR[4], *THIN]
    found = zip(*gradient("torch", function, list(zip(*points, strict=True))), strict=True)
    worst = 0.0
    for point, slopes in zip(points, found, strict=True):
        for i, slope in enumerate(slopes):
            if point[2] != point[6] and point[3] != point[7]:
                worst = max(worst, units(slope, true_slope(point, i)))
    assert worst > 40
