"""Divergences of densities that are made of lines: found from the densities, and exact near equality and far from it.

The truths are integrals of x*log(x/y) along lines, typed here, in a hundred digits.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from itertools import pairwise
from types import ModuleType

import jax
import jax.numpy as jnp
import jinja2
import mpmath as mp
import numpy as np
import pytest
import sympy as sp
import torch

from symkl.algebra.signs import assuming
from symkl.codegen import emit, lower
from symkl.codegen.backends import backend_of
from symkl.codegen.backends.shared import MEANS_REFINED
from symkl.codegen.operations import OPERATIONS
from symkl.codegen.running import values
from symkl.codegen.stable import kernels as k
from symkl.codegen.stable.form import proved_equal, stable_form
from symkl.codegen.stable.kernels import CrossingGap, RampGap, expand_kernels
from symkl.codegen.stable.lines import Curve, between_lines
from symkl.codegen.stable.measure import exact_value
from symkl.codegen.stable.signs import sum_of_nonnegatives
from symkl.language import to_text
from symkl.model import Verified, symbol

X = symbol("x", "real")
A1, C1, B1, A2, C2, B2 = (symbol(name, "real") for name in ("a_1", "c_1", "b_1", "a_2", "c_2", "b_2"))
PAIRS = [(A1, A2), (C1, C2), (B1, B2)]
WITHIN = (A1 < C1, C1 < B1, A1 < B1, A2 < C2, C2 < B2, A2 < B2, A1 >= A2, B2 >= B1)
#: each order of the modes and the ends, with a point in it
ORDERS = [
    ((C1 > C2, A1 < C2), (0.5, 2.25, 3.0, 0.25, 1.5, 4.0)),
    ((C1 < C2, B1 > C2), (0.5, 1.25, 3.0, 0.25, 1.5, 4.0)),
    ((A1 >= C2,), (1.5, 2.25, 3.0, 0.25, 1.25, 4.0)),
    ((B1 <= C2,), (0.5, 1.25, 3.0, 0.25, 3.5, 4.0)),
]
#: lower bound, mode, upper bound
TRIANGLES = [(0.0, 1.0, 2.0), (-3.0, -2.9, 5.0), (0.25, 70.0, 70.5), (-1e-7, 1e-9, 3e-7)]
BACKENDS = ["numpy", "torch", "jax", pytest.param("numba", marks=pytest.mark.slow)]


def triangle(a: sp.Expr, c: sp.Expr, b: sp.Expr) -> Curve:
    rises, falls = 2 * (X - a) / ((b - a) * (c - a)), 2 * (b - X) / ((b - a) * (b - c))
    return Curve(X, a, b, sp.Piecewise((rises, c > X), (falls, True)))


def wedge(a: sp.Expr, b: sp.Expr) -> Curve:
    return Curve(X, a, b, 2 * (b - X) / (b - a) ** 2)


def height(x: mp.mpf, a: mp.mpf, c: mp.mpf, b: mp.mpf) -> mp.mpf:
    if not a < x < b:
        return mp.mpf(0)
    return 2 / (b - a) * ((x - a) / (c - a) if x < c else (b - x) / (b - c))


def along(p: Sequence[mp.mpf], q: Sequence[mp.mpf]) -> mp.mpf:
    """The mean of x*log(x/y) from (p[0], q[0]) to (p[1], q[1]), neither line being level."""
    b = (p[1] - p[0]) / (q[1] - q[0])
    a = p[0] - b * q[0]
    own = [x**2 * (mp.log(x) / 2 - mp.mpf(1) / 4) if x else mp.mpf(0) for x in p]
    other = [a * y * (mp.log(y) - 1) + b * y**2 * (mp.log(y) / 2 - mp.mpf(1) / 4) if y else mp.mpf(0) for y in q]
    return (own[1] - own[0]) / (p[1] - p[0]) - (other[1] - other[0]) / (q[1] - q[0])


def truth(*arguments: float) -> mp.mpf:
    """The divergence of two triangular distributions of which the first lies within the second."""
    with mp.workdps(120):
        one, two = ([mp.mpf(x) for x in part] for part in (arguments[:3], arguments[3:]))
        points = sorted({x for x in (*one, *two) if one[0] <= x <= one[2]})
        return mp.fsum(
            (high - low) * along(*([height(x, *part) for x in (low, high)] for part in (one, two)))
            for low, high in pairwise(points)
        )


@pytest.mark.parametrize(("order", "at"), ORDERS, ids=lambda given: str(given))
def test_the_form_by_pieces_is_the_divergence_and_a_sum_of_nonnegative_terms(order: tuple, at: tuple) -> None:
    with assuming((*WITHIN, *order)):
        found = between_lines(triangle(A1, C1, B1), triangle(A2, C2, B2), PAIRS)
        assert found is not None
        assert sum_of_nonnegatives(found)
    assert found.has(RampGap)
    assert found.has(CrossingGap) == (len(order) == 2)
    value = exact_value(found, dict(zip((A1, C1, B1, A2, C2, B2), at, strict=True)))
    assert abs(value - truth(*at)) < 1e-40


def test_another_density_of_lines_and_its_form_is_taken_where_it_is_proved_equal_alone() -> None:
    pairs = [(A1, A2), (B1, B2)]
    given = (A1 < B1, A2 < B2, A1 >= A2, B1 <= B2)
    with assuming(given):
        found = between_lines(wedge(A1, B1), wedge(A2, B2), pairs)
    assert found is not None
    at = {A1: 0.5, B1: 2.0, A2: 0.25, B2: 3.5}
    with mp.workdps(60):
        integral = mp.quad(
            lambda x: (p := 2 * (2 - x) / mp.mpf("2.25")) * mp.log(p / (2 * (3.5 - x) / mp.mpf("3.25") ** 2)), [0.5, 2]
        )
        assert abs(exact_value(found, at) - integral) < 1e-30
    closed = sp.expand_log(expand_kernels(found), force=True)
    chosen = stable_form(closed, pairs, divergence=True, given=given, by_pieces=found)
    assert chosen.expression == found
    assert chosen.nonnegative
    assert chosen.error < 64
    with assuming(given):
        wrong = found.replace(RampGap, lambda p, q, r, d: RampGap(p, q, 2 * r, d))
        assert not proved_equal(wrong, closed)
    assert stable_form(closed, pairs, divergence=True, given=given, by_pieces=wrong).expression != wrong


def test_long_forms_are_compared_logarithm_by_logarithm() -> None:
    given = (*WITHIN, *ORDERS[1][0])
    with assuming(given):
        found = between_lines(triangle(A1, C1, B1), triangle(A2, C2, B2), PAIRS)
        assert found is not None
        closed = expand_kernels(found)
        assert proved_equal(found, closed + 0 * X)
        assert not proved_equal(found, closed + sp.log(B1 - A1) / (C1 - A2))


def test_no_form_where_the_order_is_not_known_or_a_density_is_no_line() -> None:
    with assuming(WITHIN):
        assert between_lines(triangle(A1, C1, B1), triangle(A2, C2, B2), PAIRS) is None
    given = (A1 < B1, A2 < B2, A1 >= A2, B1 <= B2)
    with assuming(given):
        bent = Curve(X, A1, B1, 3 * (X - A1) ** 2 / (B1 - A1) ** 3)
        assert between_lines(bent, wedge(A2, B2), PAIRS) is None
        assert between_lines(wedge(A1, B1), Curve(X, A2, sp.oo, sp.exp(A2 - X)), PAIRS) is None
        # nothing starts or ends at 0: that is short by itself
        level = [Curve(X, a, b, 1 / (b - a)) for a, b in ((A1, B1), (A2, B2))]
        assert between_lines(*level, PAIRS) is None
    with assuming((A1 < B1, A2 < B2)):
        assert between_lines(wedge(A1, B1), wedge(A2, B2), PAIRS) is None


@pytest.fixture(scope="module")
def made(
    verified: Callable[..., Verified], loader: jinja2.BaseLoader, imported: Callable[[str, str], ModuleType]
) -> Callable[[str], Callable]:
    """The divergence of two triangular distributions in a backend."""
    program = lower(verified("kl", "Triangular", "Triangular"), None, None, to_text)

    def make(backend: str) -> Callable:
        return getattr(imported(emit([program], backend, loader), f"triangles_{backend}"), program.name)

    return make


def near(a: float, c: float, b: float) -> list[tuple[float, ...]]:
    """Triangles that hold this one, more and more nearly the same."""
    found = []
    for i, d in enumerate((0.3, 1e-2, 1e-5, 1e-8, 1e-12)):
        low, high = d * (c - a), d * (b - c)
        found += [
            (a, c, b, a - low, c + (-1) ** i * 0.7 * min(low, high), b + high),
            (a, c, b, a - 1e-3 * low, c - (-1) ** i * min(low, high), b + high),
            (a, c, b, a, c, b + high),
            (a, c, b, a - low, c, b),
            (a, c, b, a, c + (-1) ** i * min(low, high), b),
        ]
    return found


@pytest.mark.parametrize("backend", BACKENDS)
def test_values_keep_their_digits_near_equality_at_ties_and_far_apart(backend: str, made: Callable) -> None:
    points = [point for one in TRIANGLES for point in near(*one)]
    points += [at for _, at in ORDERS] + [(1.0, 1.5, 3.0, 0.0, 1.0, 3.0), (0.0, 1.5, 3.0, 0.0, 3.0, 3.25)]
    points += [
        (0.0, 1e-9, 1.0, 0.0, 1.0, 1e5),
        (2.0, 2.5, 3.0, 0.0, 3.0 - 1e-9, 3.0),
        (0.0, 1e6, 2e6, -1e-9, 1e-6, 2e6),
    ]
    columns = [np.array(column) for column in zip(*points, strict=True)]
    for point, value in zip(points, values(backend, made(backend), columns), strict=True):
        exact = truth(*point)
        assert abs(mp.mpf(float(value)) - exact) <= 24 * math.ulp(float(exact)), point


@pytest.mark.parametrize("backend", ["numpy", "torch"])
def test_equal_distributions_and_such_as_reach_beyond_each_other(backend: str, made: Callable) -> None:
    points = [(*one, *one) for one in TRIANGLES]
    points += [(0.0, 1.0, 2.0, 0.5, 1.0, 2.0), (0.0, 1.0, 2.0, 0.0, 1.0, 1.5), (0.0, 1.0, 2.0, 5.0, 6.0, 7.0)]
    columns = [np.array(column) for column in zip(*points, strict=True)]
    found = [float(v) for v in values(backend, made(backend), columns)]
    assert found == [0.0] * len(TRIANGLES) + [math.inf] * 3


@pytest.fixture(scope="module")
def with_slopes(
    verified: Callable[..., Verified], loader: jinja2.BaseLoader, imported: Callable[[str, str], ModuleType]
) -> dict[str, Callable]:
    """The same with its derivatives."""
    program = lower(verified("kl", "Triangular", "Triangular"), None, None, to_text, slopes=True)
    names = [name for name in BACKENDS if isinstance(name, str) and backend_of(name).SLOPES]
    return {
        name: getattr(imported(emit([program], name, loader), f"slopes_of_triangles_{name}"), program.name)
        for name in names
    }


def gradients(backend: str, function: Callable, columns: list[np.ndarray]) -> np.ndarray:
    """A row for each point."""
    if backend == "torch":
        leaves = [torch.tensor(column, requires_grad=True) for column in columns]
        function(*leaves).sum().backward()
        return np.array([leaf.grad.numpy() for leaf in leaves]).T
    with jax.enable_x64(True):
        found = jax.grad(lambda *x: function(*x).sum(), range(len(columns)))(*map(jnp.asarray, columns))
        return np.array(found).T


def true_gradient(point: tuple[float, ...]) -> list[mp.mpf]:
    """By differences of the integrals; the points have no ties."""
    with mp.workdps(120):
        at, step = [mp.mpf(x) for x in point], mp.mpf(10) ** -35
        moved = [[[x + s * step * (i == j) for j, x in enumerate(at)] for s in (1, -1)] for i in range(len(at))]
        return [(truth(*up) - truth(*down)) / (2 * step) for up, down in moved]


@pytest.mark.parametrize("backend", ["torch", "jax"])
def test_derivatives_keep_their_digits_near_equality_and_far_apart(backend: str, with_slopes: dict) -> None:
    points = [point for one in TRIANGLES for point in near(*one)]
    apart = [point for point in points if all(x != y for x, y in zip(point[:3], point[3:], strict=True))]
    apart += [at for _, at in ORDERS]
    columns = [np.array(column) for column in zip(*apart, strict=True)]
    for point, found in zip(apart, gradients(backend, with_slopes[backend], columns), strict=True):
        truths = true_gradient(point)
        most = max(map(abs, truths))
        for value, exact in zip(found, truths, strict=True):
            # some cross zero, of parts of the size of the others
            allowed = 8 * math.ulp(float(exact)) + 2 * math.ulp(float(most))
            assert abs(mp.mpf(float(value)) - exact) <= allowed, point


#: at such scales products of two heights or lengths leave the range of numbers
SCALES = (1e-300, 1e-153, 1e153, 1e300)


@pytest.mark.parametrize("backend", ["torch", "jax"])
@pytest.mark.parametrize("scale", SCALES)
def test_derivatives_at_extreme_scales_are_those_at_others(scale: float, backend: str, with_slopes: dict) -> None:
    columns = [np.array(column) for column in zip(*(at for _, at in ORDERS), strict=True)]
    plain = gradients(backend, with_slopes[backend], columns)
    scaled = gradients(backend, with_slopes[backend], [scale * column for column in columns])
    assert scaled == pytest.approx(plain / scale, rel=1e-13)


@pytest.mark.parametrize("backend", ["torch", "jax"])
def test_second_derivatives_are_those_of_the_integrals(backend: str, with_slopes: dict) -> None:
    way = (0.3, -0.7, 0.2, 0.9, -0.4, 0.5)
    for _, at in ORDERS:
        if backend == "torch":
            point, along = ([torch.tensor(x, dtype=torch.float64) for x in numbers] for numbers in (at, way))
            _, found = torch.autograd.functional.hvp(with_slopes[backend], tuple(point), tuple(along))
        else:
            with jax.enable_x64(True):
                point, along = (tuple(map(jnp.float64, numbers)) for numbers in (at, way))
                _, found = jax.jvp(jax.grad(with_slopes[backend], range(6)), point, along)
        with mp.workdps(120):
            h = mp.mpf(10) ** -20
            up, down = (true_gradient(tuple(x + s * h * w for x, w in zip(at, way, strict=True))) for s in (1, -1))
            exact = [float((x - y) / (2 * h)) for x, y in zip(up, down, strict=True)]
        assert [float(x) for x in found] == pytest.approx(exact, rel=1e-11)


@pytest.mark.parametrize("backend", ["torch", "jax"])
def test_where_the_two_are_equal_or_share_an_end_derivatives_are_finite(backend: str, with_slopes: dict) -> None:
    points = [(*one, *one) for one in TRIANGLES] + [(0.0, 1.0, 2.0, 0.0, 1.25, 2.0), (0.0, 1.0, 2.0, 0.0, 1.0, 3.0)]
    found = gradients(backend, with_slopes[backend], [np.array(column) for column in zip(*points, strict=True)])
    assert np.isfinite(found).all()
    assert (found[: len(TRIANGLES)] == 0.0).all()


#: where a derivative crosses zero, or nearly does
CROSSING = [
    (
        -0.6411190342937445,
        0.16826436918928106,
        2.3188130195163934,
        -0.7419373231021753,
        0.15004768576357552,
        2.66970941,
    ),
    (-2.355783148699757, -2.2054514007907904, -0.20439445405256731, -2.356125328229954, -2.2057598395, -0.20436483),
    (
        -2.086616328420664,
        1.4075894015048491,
        1.8851261401181127,
        -2.0866163284235038,
        1.4075894015033494,
        1.88512614012,
    ),
]


def test_derivatives_that_cross_zero_are_worked_out_again(with_slopes: dict, monkeypatch: pytest.MonkeyPatch) -> None:
    points = [*CROSSING, *(point for _, point in ORDERS)]
    columns, function = [np.array(column) for column in zip(*points, strict=True)], with_slopes["torch"]
    truths = np.array([[float(exact) for exact in true_gradient(point)] for point in points])
    units = np.spacing(np.abs(truths))
    assert np.all(np.abs(gradients("torch", function, columns) - truths) <= units)
    # it is this that makes them so
    monkeypatch.setitem(function.__globals__, "_refined", lambda slopes, *_: slopes)
    assert np.max(np.abs(gradients("torch", function, columns) - truths) / units) > 16


@pytest.mark.parametrize("kind", sorted(MEANS_REFINED, key=str))
def test_means_are_known_to_twice_the_digits(kind: type, with_slopes: dict) -> None:
    names = with_slopes["torch"].__globals__
    within = [(2.0, 1.9, 0.3, 0.4), (1.0, 1.0 + 1e-9, 1.0 - 1e-9, 1.0), (3.0, 0.2, 0.1, 4.0), (1.0, 0.9, 0.7, 1.4)]
    draw, twice = random.Random(0), names["_Twice"]
    with mp.workdps(60):
        for p, q, u, v in within:
            d, e = draw.uniform(-1, 1), draw.uniform(-1, 1)
            ramp, crossing = (p, q, u, mp.mpf(p) - q), (p, q, u, v, mp.mpf(p) - q, mp.mpf(u) - v)
            at = {4: (p, q, d, e) if kind is k.ShareMean else ramp, 6: crossing}[max(kind.nargs)]
            exact = OPERATIONS[kind].exact(mp.mp, *map(mp.mpf, at))
            given = [twice(*(torch.tensor(float(part), dtype=torch.float64) for part in (x, x - float(x)))) for x in at]
            found = names[f"_{MEANS_REFINED[kind].partition('(')[0][1:]}"](*given)
            assert abs(mp.mpf(float(found.high)) + mp.mpf(float(found.low)) - exact) <= 1e-29 * abs(exact) + 1e-31
