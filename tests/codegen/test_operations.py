"""Each row of the operation table, in each backend, against its mathematical specification; and each kernel."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

import jax
import jax.numpy as jnp
import jinja2
import mpmath as mp
import numpy as np
import pytest
import sympy as sp
import torch

from symkl.codegen import Program, emit
from symkl.codegen.backends import BACKENDS, backend_of
from symkl.codegen.coefficients import coefficients
from symkl.codegen.operations import OPERATIONS, Operation
from symkl.codegen.printer import Printer
from symkl.codegen.program import Argument, Branch, Documentation
from symkl.codegen.stable import kernels as k
from symkl.errors import NotYet
from symkl.model import symbol

pytestmark = pytest.mark.sample(5)

#: numba compiles each row by itself
BACKENDS_TRIED = ["numpy", "torch", "jax", pytest.param("numba", marks=pytest.mark.slow)]
jax.config.update("jax_enable_x64", True)
DOCUMENTATION = Documentation("An operation.", "", (), "", "unknown", (), ())
REAL = (-700.5, -30.0, -2.5, -0.51, -0.3, -1e-5, 0.0, 1e-9, 0.2, 0.49, 0.51, 3.0, 40.0)
POSITIVE = (1e-12, 1e-3, 0.3, 0.999, 1.0, 1.5, 2.0, 7.9, 8.1, 60.0, 1e5)
NEAR = tuple(x * (1 + d) for x in (1e-3, 0.7, 9.0) for d in (-1e-2, 1e-5, 1e-9))
UNIT = (-0.99, -0.3, -1e-9, 0.0, 1e-4, 0.6, 0.99)
#: halves of log-odds: near 0, where a polynomial gives way, and where exponentials leave the range of numbers
HALVES = (-1e5, -372.0, -40.0, -4.4, -2.001, -1.999, -1.01, -0.3, -1e-9, 0.0, 1e-200, 1e-4, 0.7, 1.6, 2.4, 9.0, 345.0)
WEIGHTS = (1e-290, 1e-9, 0.03, 0.3, 0.5 - 1e-9, 0.5, 0.71, 0.999, 1 - 2.0**-50)

#: arguments to try, each with the bound on the error in units in the last place (of 1 where the value is smaller
#: than 1 and the function has a root: marked by a negative bound)
TRIED: dict[object, tuple[tuple[Sequence[float], ...], float]] = {
    sp.log: ((POSITIVE,), 1),
    sp.exp: ((REAL,), 1),
    sp.Abs: ((REAL,), 0),
    sp.sign: ((REAL,), 0),
    sp.floor: ((REAL,), 0),
    sp.cos: ((REAL,), -1),
    sp.sin: ((REAL,), -1),
    sp.cosh: ((REAL,), 3),
    sp.sinh: ((REAL,), 3),
    sp.tanh: ((REAL,), 3),
    sp.atan: ((REAL,), 3),
    sp.atanh: ((UNIT,), 3),
    sp.erf: ((REAL,), 3),
    sp.erfc: ((REAL[2:],), 60),
    sp.loggamma: ((POSITIVE,), -10),
    sp.gamma: ((POSITIVE[:-1],), 300),
    sp.polygamma: (((2.0,), POSITIVE), 100),
    sp.Ei: (((-20.0, -0.5, 0.5, 20.0),), 20),
    sp.expint: (((1.0,), (1e-9, 0.5, 3.0, 20.0, 800.0)), 20),
    sp.uppergamma: (((0.5, 1.5, 4.0, 20.0), (1e-3, 0.5, 3.0, 40.0)), 300),
    sp.lowergamma: (((0.5, 1.5, 4.0, 20.0), (1e-3, 0.5, 3.0, 40.0)), 300),
    sp.betainc: (((0.5, 1.5, 20.0), (0.3, 2.0, 7.0), (0.0,), (1e-3, 0.5, 0.99)), 300),
    k.GammaTail: (((0.5, 1.5, 4.0, 20.0, 300.0), (1e-3, 0.5, 3.0, 40.0, 310.0)), 300),
    k.ScaledExpInt: (((1e-9, *(1.03**i for i in range(-150, 150)), 400.0, 1e5, 1e200),), 3),
    sp.besseli: (((0.0, 1.5), (0.1, 1.0, 20.0)), 30),
    sp.besselk: (((0.0, 1.5), (0.1, 1.0, 20.0)), 30),
    sp.zeta: (((2.0, 3.5), (0.5, 4.0)), 30),
    k.LogGamma: ((POSITIVE,), -10),
    k.Trigamma: ((POSITIVE,), 8),
    k.Digamma: ((POSITIVE,), -20),
    sp.Max: (((-1.0, 2.0), (-3.0, 0.5)), 0),
    sp.Min: (((-1.0, 2.0), (-3.0, 0.5)), 0),
    k.Log1P: ((UNIT,), 1),
    k.ExpM1: ((REAL,), 2),
    k.XLogY: (((0.0, 0.5, 3.0), (0.0, *POSITIVE)), 2),
    k.XLog1PY: (((0.0, 0.5), (-1.0, *UNIT)), 2),
    k.Softplus: ((REAL,), 3),
    k.Sigmoid: ((REAL,), 3),
    k.ExpGap: ((REAL,), 4),
    k.ExpLag: ((REAL,), 8),
    k.ExpOfStep: (((-41.3, 0.1, 2.7), (-1e-9, 0.3, 5.9), (0.07, 0.3, 7.7, 1e250)), 2),
    k.PowerOfRatio: ((POSITIVE, POSITIVE, (0.3, 1.0, 7.7)), 4),
    k.GammaOfRatio: ((POSITIVE, POSITIVE), 12),
    k.TrigammaExcess: ((POSITIVE, (-0.3, 0.0, 1e-9)), 8),
    k.LangevinSlope: ((HALVES,), 4),
    k.LangevinLag: (((-math.inf, *HALVES, 1e250, math.inf),), 4),
    k.LogSeriesSlope: ((WEIGHTS,), 4),
    k.BesselLack: (((0.0, *POSITIVE, 1e250),), 6),
    k.LogScaledBessel: (((0.0, *POSITIVE, 1e250),), -2),
    k.BesselRatio: (((0.0, *POSITIVE, 1e300),), 4),
    k.BesselRatioSlope: (((0.0, *POSITIVE, 6.2), (-0.3, 0.0, 1e-9)), 8),
    k.Versine: ((REAL, (0.0, 0.3, 40.0, 1e150)), 8),
    k.SineOfStep: ((REAL, (0.0, 0.3, 40.0, 1e150)), -2),
    k.Binet: ((POSITIVE,), 30),
    k.BinetSlope: ((POSITIVE,), 8),
    k.TrigammaLift: (((1e-300, *POSITIVE, 1e20),), 8),
}
TWO_POSITIVES = [*itertools.product(POSITIVE, POSITIVE), *((y, x) for x in (1e-3, 0.7, 9.0) for y in NEAR)]
TWO_WEIGHTS = [
    *itertools.product(WEIGHTS, WEIGHTS),
    *((q + d * min(q, 1 - q), q) for q in WEIGHTS[:-1] for d in (-0.9, -0.49, -1e-2, 1e-5, 1e-9, 0.2, 0.6, 0.9)),
]
TWO_HALVES = [
    *itertools.product(HALVES, HALVES),
    *((x + d, x) for x in HALVES[1:] for d in (-2.6, -2.4, -1e-2, 1e-5, 1e-9, 2.4, 2.6, 3.1)),
]
#: orders of incomplete gamma functions and where these begin: near 1, near each other, and on both sides of a quarter
TWO_TAILS = [
    *itertools.product((1e-60, *POSITIVE, 0.01, 0.49, 0.51, 1 + 1e-9, 1 - 1e-5, 1.99, 2.01, 3.01), (1e-290, *POSITIVE)),
    *((1 + d, x) for x in (0.01, 0.249, 0.251, 3.9, 4.1, 40.0) for d in (-0.7, -1e-9, 1e-5, 0.3, 0.49 * x, 0.51 * x)),
    *((1 + d, 1e10) for d in (-0.7, -1e-9, 1e-5, 4.9e9, 5.1e9)),
    *((x + d, x) for x in (2.5, 5.0, 300.0, 2e4) for d in (-0.01, 0.01, math.sqrt(x), -math.sqrt(x))),
]
#: bells on an interval (ends, centre, scale), in the middle, far out, flat, narrow and on all numbers, each with others
TWO_BELLS = [
    ((*ends, m, s), (m + c * s, s * r))
    for ends in ((-1.3, 0.7), (0.2, 1e9), (-1e300, 1e300), (0.3, 0.3 + 2.0**-30), (-7.0, -6.0), (40.0, 41.0))
    for m, s in ((0.2, 1.5), (3.0, 0.02), (-100.0, 60.0), (0.0, 1e4))
    for c, r in ((1e-9, 1 + 2.0**-40), (-1e-4, 1.0), (0.0, 0.999), (-0.01, 1.02), (0.7, 0.8), (-3.0, 1.3), (9.0, 0.1))
]
TWO_BELLS += [
    ((0.1, 8.1, 3.2, 0.31), (0.06, 0.93)),
    ((-1.0, 4.5, 0.1, 1.4), (3.0, 0.3)),
    ((0.0, 9.0, 2.0, 0.5), (5.0, 0.4)),
]
#: the derivatives of their gap, by the argument that each is by
BELL_SLOPES = {
    k.BellByOwnCentre: 2,
    k.BellByOwnScale: 3,
    k.BellByOtherCentre: 4,
    k.BellByOtherScale: 5,
    k.BellStart: 0,
    k.BellEnd: 1,
}
#: an interval and one that holds it, for the same
TWO_INTERVALS = [
    ((u, v), (a, b, 0.1, 0.75))
    for a, b in ((-0.5, 1.25), (0.5, 0.5 + 2.0**-30), (2.0, 9.0), (-20.0, -19.5), (-40.0, 30.0))
    for u in (a, a - 1e-12, a - 0.7, a - 25.0, -1e300)
    for v in (b, b + 1e-9, b + 0.6, 1e300)
]
#: the gaps, as functions of the two that they compare
COMPARED: dict[object, tuple[Callable[[Any, Any], tuple[float, ...]], Sequence[tuple[Any, Any]], float]] = {
    k.LogRatio: (lambda a, b: (a, b, a - b), TWO_POSITIVES, 3),
    k.LogRatioSum: (lambda a, b: (a, b, a - b, 0.7, a - b, -0.699, b, 1e-9 * (a - b)), TWO_POSITIVES, 3),
    k.LogGammaSum: (
        lambda a, b: (a, b, a - b, 0.7, a - b, 1.0 - float(mp.euler), b, above_tangent(a / b), a / b),
        TWO_POSITIVES,
        8,
    ),
    k.LogSquares: (lambda a, b: (a - b, 0.25 * (a - b), 4.0 * a, b), [*TWO_POSITIVES, (1e300, 1e-300)], 4),
    k.LogOddsRise: (lambda p, q: (p, q, p - q), TWO_WEIGHTS, 3),
    # a line that rises from 0, beside one that starts low, level and high
    k.RampGap: (
        lambda a, b: (a, b, 1e-3 * b if a < 0.7 * b else b if a < b else 3.0 * abs(a - b), a - b),
        [*TWO_POSITIVES, (3.0, 3.0), (1e-200, 1e-200), (1e200, 3e200)],
        10,
    ),
    # of one that falls beside one that rises the more, the farther apart they are
    k.CrossingGap: (
        lambda a, b: (a, b, (u := a / (1 + 3 * abs(a - b) / b)), (v := b + abs(a - b)), a - b, u - v),
        [*TWO_POSITIVES, (3.0, 3.0), (0.7, 2.1), (0.7, 1.9)],
        16,
    ),
    k.BellGap: (lambda p, q: (*p, *q, p[2] - q[0], p[3] - q[1]), TWO_BELLS, 16),
    **{head: (lambda p, q: (*p, *q, p[2] - q[0], p[3] - q[1]), TWO_BELLS[::3], 16) for head in BELL_SLOPES},
    **dict.fromkeys((k.BellStartHeight, k.BellEndHeight), (lambda p, q: p, TWO_BELLS[::7], 4)),
    # an exponential amplifies the rounding of what it is taken of
    **dict.fromkeys(
        (k.OverhangByCentre, k.OverhangByScale), (lambda wide, narrow: (*wide, *narrow), TWO_INTERVALS[::2], 32)
    ),
    k.BellOverhang: (lambda wide, narrow: (*wide, *narrow), TWO_INTERVALS, 64),
    # which crosses zero
    k.RampLogMean: (
        lambda a, b: (a, b, 1e-3 * b if a < 0.7 * b else b if a < b else 3.0 * abs(a - b), a - b),
        [*TWO_POSITIVES, (3.0, 3.0), (1e-200, 1e-200), (1e200, 3e200), (1e-150, 1e150)],
        40,
    ),
    k.CrossingLogMean: (
        lambda a, b: (a, b, (u := a / (1 + 3 * abs(a - b) / b)), (v := b + abs(a - b)), a - b, u - v),
        [*TWO_POSITIVES, (3.0, 3.0), (0.7, 2.1), (0.7, 1.9), (2.1, 0.7), (1.5, 1.4), (1e-200, 2e-200), (1e150, 1e-150)],
        12,
    ),
    # of a line from one to the other the mean share, and of one that starts or ends at 0
    k.ShareMean: (
        lambda a, b: (a, b, 0.3 * b, b if b < 1e-3 else 0.7 * a),
        [*TWO_POSITIVES, (3.0, 3.0), (0.0, 2.0), (2.0, 0.0), (1e-300, 2.0), (2.0, 1e-300), (1e150, 1e-150)],
        4,
    ),
    k.LogMean: (lambda a, b: (a, b, a - b), [*TWO_POSITIVES, (2.0, 2.0)], 4),
    k.NearOrFar: (lambda x, y: (x, y, 2.0 * y), [(x, y) for x in REAL for y in REAL], 0),
    k.LogGap: (lambda a, b: (a, b, a - b), TWO_POSITIVES, 4),
    k.EntropyGap: (lambda a, b: (a, b, b - a), [*TWO_POSITIVES, (0.0, 2.0)], 6),
    # a ratio that is no number beside those that are
    k.ProductGap: (
        lambda a, b: (a, b, b * 0.75, a * 1.25) if a < 1e150 else (1 / a, b, a, 1.0),
        [*TWO_POSITIVES, (1e200, 1e-150), (1e290, 1e-290), (1e160, 1.0)],
        6,
    ),
    k.ScaledProductGap: (lambda a, b: (a, b, b * 0.75, a * 1.25), TWO_POSITIVES, 6),
    k.ScaledExpGap: (lambda x, a: (-x, a), [*TWO_POSITIVES, (1.0, 0.0), (0.0, 0.0)], 6),
    k.GivenExpGap: (lambda x, y: (x, math.exp(x) if y else math.inf), [(x, y) for x in REAL for y in (0, 1)], 4),
    k.FarExponent: (lambda x, a: (x, 3e200, a, 2e-200), [(1.5, 2.0), (-3.0, 1e300), (math.inf, 1e204)], 0),
    k.GivenExpM1: (
        lambda x, y: (x, math.exp(x) if y else 0.0),
        [(x, y) for x in REAL for y in (0, 1) if y or x < 2],
        4,
    ),
    k.ProductDifference: (lambda a, b: (a, b, b * 0.75, a * 1.25), TWO_POSITIVES, 2),
    k.ProductExcess: (lambda a, b: (a, b, b * 0.75, a * 1.25, a, b), TWO_POSITIVES, 3),
    k.ProductRise: (lambda a, b: (a, b, a - 1.0, b - 1.0), [*TWO_POSITIVES, (1e-224, 1e135), (1e224, 1e-89)], 2),
    # two that are vast and one that is tiny over one that is vast and two that are tiny, and the other way
    k.QuotientOfProducts: (
        lambda a, b: (a - b, a, b, b, a, 0.7 * a) if 1e-90 < a * b < 1e90 else (a - b, b, b, a, b, 0.7 * b),
        [*TWO_POSITIVES, (1e290, 1e-290), (1e-290, 1e290), (3e-130, 1e300), (1e300, 3e-130), (2e-280, 1e-290)],
        4,
    ),
    k.ReciprocalStep: (lambda a, b: (a, b, a - b), [*TWO_POSITIVES, (1e-300, 1e200), (1e200, 1e-300)], 2),
    k.SquareBalance: (
        lambda a, b: (a / b, (d := max(-0.499 * a / b * a, -0.9 * b)) / b, a / b / b, a, d, b),
        [*TWO_POSITIVES, (1e274, 1e94)],
        6,
    ),
    k.SquaresShare: (
        lambda a, b: (a - b, a - b, 0.25 * (a - b), 4.0 * a, b),
        [*TWO_POSITIVES, (1e300, 1e299), (1e-300, 2e-300)],
        6,
    ),
    k.ProductLogRatio: (lambda a, b: (a, b, b * 0.75, a * 1.25), TWO_POSITIVES, 6),
    k.LogShareRatio: (
        lambda a, b: (a, 2.0 * a, b, 2.0 * a, (a - b) / (2.0 * a)),
        [*TWO_POSITIVES, (1e160, 1e-150), (1e200, 1e-200), (1e-200, 1e-201)],
        4,
    ),
    k.DigammaRise: (
        lambda b, a: (b, a, b - a),
        [*TWO_POSITIVES, (1e120, 1e-268), (1e-268, 1e120), (math.inf, 2.0)],
        12,
    ),
    k.BinetRise: (lambda b, a: (b, a, b - a), TWO_POSITIVES, 20),
    k.SigmoidRise: (lambda b, a: (b, a, b - a), [*itertools.product(REAL, REAL), (0.3, 0.3 + 1e-9), (40.0, 38.0)], 6),
    k.SinhcGap: (lambda b, a: (b, a, b - a), TWO_HALVES, 8),
    k.LangevinRise: (lambda b, a: (b, a, b - a), TWO_HALVES, 8),
    k.BesselGap: (lambda b, a: (b, a, b - a), TWO_POSITIVES, 24),
    k.BesselRatioRise: (lambda b, a: (b, a, b - a), TWO_POSITIVES, 8),
    # XLA has no numbers below 2e-308
    k.LogSeriesGap: (lambda b, a: (b, a, b - a), [(b, a) for b, a in TWO_WEIGHTS if abs(b - a) > 1e-298], 8),
    k.LogSeriesRise: (lambda b, a: (b, a, b - a), TWO_WEIGHTS, 8),
    k.GammaGap: (lambda b, a: (b, a, b - a), [*TWO_POSITIVES, (1e305, 1.5)], 12),
    k.GivenLogGamma: (
        lambda r, one: (r, r - one, above_tangent(r)),
        [(r, 1.0) for r in (0.0, 1e-290, 1e-20, *POSITIVE, 0.2499, 0.2501, 1e305)],
        8,
    ),
    k.BinetGap: (lambda b, a: (b, a, b - a), TWO_POSITIVES, 40),
    # which crosses zero where the gamma function has the same value on both sides of its least
    k.LogGammaRise: (
        lambda b, a: (b, a, b - a),
        [
            *((b, a) for b, a in TWO_POSITIVES if a >= 1 and (b == a or abs(b + a - 3.0) > 0.01)),
            (0.7, 2.0),
            (1e290, 1e289),
            (1e289, 1e290),
            (1e306, 1.0),
        ],
        40,
    ),
    # a power that adds to what the shapes differ by, and one that makes up for some of it: then digits are lost
    k.PoweredGammaGap: (
        lambda w, u: (
            w,
            u,
            (v := 1.0 + (0.9 if w > u or u < 0.3 or u > 9.0 else -0.9) * (w - u) / (u + w)),
            w - u,
            v - 1,
        ),
        [*TWO_POSITIVES, (1e200, 1.5), (1e-200, 1.5), (1.5, 1e-200), (1e-305, 2e-305), (3e-305, 1e-200)],
        120,
    ),
    k.UpperGammaGap: (lambda s, x: (s, x, s - 1), TWO_TAILS, 24),
    k.BetaGap: (lambda b, a: (b, a * 0.75, a, b * 1.25, b - a, a * 0.75 - b * 1.25), TWO_POSITIVES, 40),
    k.SoftplusGap: (lambda b, a: (b, a, b - a), [*itertools.product(REAL, REAL), (0.3, 0.3 + 1e-9), (40.0, 38.0)], 8),
}


@pytest.fixture(scope="module")
def module(
    request: pytest.FixtureRequest, loader: jinja2.BaseLoader, imported: Callable[[str, str], ModuleType]
) -> Callable[[str], ModuleType]:
    """The module of a backend with one function for each row that it can spell: `op_0`, `op_1`, ..."""
    made: dict[str, ModuleType] = {}

    def make(backend: str) -> ModuleType:
        if backend not in made:
            programs = [
                program(i, row)
                for i, row in enumerate(OPERATIONS.values())
                if row.head in backend_of(backend).SPELLINGS
            ]
            made[backend] = imported(emit(programs, backend, loader), f"operations_{backend}")
        return made[backend]

    return make


#: the rows with an argument that is always a number
_FIXED: dict[object, Callable[[list[sp.Symbol]], sp.Expr]] = {
    sp.polygamma: lambda symbols: sp.polygamma(2, symbols[-1]),
    sp.expint: lambda symbols: sp.expint(1, symbols[-1]),
    sp.betainc: lambda symbols: sp.betainc(symbols[0], symbols[1], 0, symbols[3]),
}


def program(index: int, row: Operation) -> Program:
    spelled = "".join(backend.SPELLINGS.get(row.head, "") for backend in BACKENDS.values())
    last = max(i for i in range(9) if f"{{{i}}}" in spelled)
    symbols = [symbol(f"x_{i}", "real") for i in range(last + 1)]
    value = _FIXED[row.head](symbols) if row.head in _FIXED else row.head(*symbols)
    arguments = tuple(Argument(s.name, s, "real") for s in symbols)
    return Program(f"op_{index}", arguments, (), (), (Branch((), value),), "nan", False, DOCUMENTATION)


def call(module: ModuleType, backend: str, head: object, points: list[tuple[float, ...]]) -> list[float]:
    function = getattr(module, f"op_{list(OPERATIONS).index(head)}")
    columns = zip(*points, strict=True)
    if backend == "numpy":
        return [float(v) for v in function(*(np.array(c, dtype=np.float64) for c in columns))]
    if backend == "jax":
        return function(*(jnp.asarray(c, dtype=jnp.float64) for c in columns)).tolist()
    if backend == "numba":
        # so many that the loop of vectors is taken: one way of compiling is enough here
        return function(*(np.resize(np.array(c, dtype=np.float64), 2049) for c in columns)).tolist()[: len(points)]
    return function(*(torch.tensor(c, dtype=torch.float64) for c in columns)).tolist()


def above_tangent(r: float) -> float:
    """What loggamma(1 + r) lies above its tangent at r = 1."""
    with mp.workdps(60):
        return float(mp.loggamma(1 + mp.mpf(r)) - (1 - mp.euler) * (mp.mpf(r) - 1))


def error(value: float, truth: mp.mpf, absolute: bool = False) -> float:
    if mp.isinf(truth) or abs(truth) > 1.7e308:
        return 0.0 if math.isinf(value) else math.inf
    size = float(truth)
    return float(abs(mp.mpf(value) - truth)) / math.ulp(max(abs(size), 1.0) if absolute else max(abs(size), 1e-300))


@pytest.mark.parametrize("backend", ["numpy", "torch", "jax"])
def test_zeta_of_one_argument_is_that_of_riemann(backend: str) -> None:
    s = symbol("s", "positive")
    assert Printer(backend_of(backend), {}).text(sp.zeta(s)).endswith("zeta(s, 1.0)")


def test_every_row_is_tried() -> None:
    assert set(OPERATIONS) == set(TRIED) | set(COMPARED)


@pytest.mark.parametrize("backend", BACKENDS_TRIED)
@pytest.mark.parametrize("head", list(TRIED), ids=lambda head: head.__name__)
def test_an_operation_is_its_specification(module: Callable[[str], ModuleType], backend: str, head: object) -> None:
    row, (ranges, bound) = OPERATIONS[head], TRIED[head]
    if head not in backend_of(backend).SPELLINGS:
        applied = head(*(symbol(f"x_{i}", "real") for i in range(len(ranges))))
        with pytest.raises(NotYet, match="has no operation"):
            Printer(backend_of(backend), {}).text(applied)
        return
    points = list(itertools.product(*ranges))
    for point, value in zip(points, call(module(backend), backend, head, points), strict=True):
        with mp.workdps(60):
            arguments = [mp.mpf(x) for x in point]
            truth = row.exact(mp, int(point[0]), arguments[1]) if head is sp.polygamma else row.exact(mp, *arguments)
            assert error(value, truth, absolute=bound < 0) <= abs(bound) + 0.5, point


@pytest.mark.parametrize("backend", BACKENDS_TRIED)
@pytest.mark.parametrize("head", list(COMPARED), ids=lambda head: head.__name__)
def test_a_gap_is_its_definition_to_the_last_digits(
    module: Callable[[str], ModuleType], backend: str, head: type[k.Kernel]
) -> None:
    arguments, compared, bound = COMPARED[head]
    points = [arguments(x, y) for x, y in compared]
    if head not in backend_of(backend).SPELLINGS:
        with pytest.raises(NotYet, match="has no operation"):
            Printer(backend_of(backend), {}).text(head(*(symbol(f"x_{i}", "real") for i in range(max(head.nargs)))))
        return
    for point, value in zip(points, call(module(backend), backend, head, points), strict=True):
        with mp.workdps(90):
            truth = definition(head, [mp.mpf(x) for x in point])
            parts = parts_of(head, point) if head in BELL_SLOPES else 0.0
            assert error(value, truth) <= bound or abs(value - truth) <= 4 * math.ulp(parts), point


def parts_of(head: type[k.Kernel], point: tuple[float, ...]) -> float:
    """The size of what is added up to such a derivative, which may cross zero."""
    a, b, m, s, _, t, d, e = point
    if head in (k.BellStart, k.BellEnd):
        return float(bell_height(*(mp.mpf(x) for x in (a if head is k.BellStart else b, a, b, m, s))))
    return (abs(d) + abs(e)) / min(s, t) ** 2


@pytest.mark.parametrize("backend", BACKENDS_TRIED)
def test_the_gap_of_the_gamma_function_is_infinite_where_its_argument_is(
    module: Callable[[str], ModuleType], backend: str
) -> None:
    points = [(math.inf, 1.5, math.inf), (1e308, 1.5, 1e308), (2.0, 1.5, 0.5)]
    *infinite, usual = call(module(backend), backend, k.GammaGap, points)
    assert infinite == [math.inf, math.inf]
    assert 0 < usual < 1


def definition(head: type[k.Kernel], x: list[mp.mpf]) -> mp.mpf:
    """The definitions once more, typed here; from the difference where that is the exact one of the three."""
    if head is k.LogRatio:
        return mp.log1p(x[2] / x[1]) if abs(x[2]) < x[1] / 2 else mp.log(x[0] / x[1])
    if head is k.LogGap:
        return x[2] / x[1] - mp.log1p(x[2] / x[1]) if x[2] > -x[1] / 2 else x[2] / x[1] - mp.log(x[0] / x[1])
    if head is k.EntropyGap:
        return (
            x[2]
            if x[0] == 0
            else x[0] * (x[2] / x[0] - mp.log(x[1] / x[0]))
            if abs(x[2]) > x[0] / 2
            else x[0] * (x[2] / x[0] - mp.log1p(x[2] / x[0]))
        )
    if head in (k.RampGap, k.CrossingGap):
        with mp.workdps(900):
            p, q = ((mp.mpf(0), x[0]), (x[2], x[1])) if head is k.RampGap else ((x[0], x[2]), (x[1], x[3]))
            ends = [(q[1] + x[3], q[1])] if head is k.RampGap else [(q[0] + x[4], q[0]), (q[1] + x[5], q[1])]
            return mean_gap(p, q, ends)
    if head in (k.RampLogMean, k.CrossingLogMean):
        with mp.workdps(900):
            p, q = ((mp.mpf(0), x[0]), (x[2], x[1])) if head is k.RampLogMean else ((x[0], x[2]), (x[1], x[3]))
            log = mp.log1p(x[-1] / q[1]) if abs(x[-1]) < q[1] / 2 else mp.log(p[1] / q[1])
            return log_mean(*p) - log_mean(*q) + log / 2
    if head is k.ShareMean:
        with mp.workdps(900):
            return share_mean(*x)
    if head is k.LogOddsRise:
        p = x[1] + x[2] if abs(x[2]) < min(x[1], 1 - x[1]) / 2 else x[0]
        return mp.log(p / x[1]) + (mp.log1p(-x[1]) - mp.log1p(-p))
    if head is k.LogRatioSum:
        return x[3] * definition(k.LogRatio, x[:3]) + x[4] * x[5] / x[6] + x[7]
    if head is k.LogGammaSum:
        with mp.workdps(400):
            # near r = 1 what r is rounded by is not lost
            own = mp.loggamma(1 + x[8]) if x[8] < 0.25 else x[4] * x[5] / x[6] + x[7]
            return x[3] * definition(k.LogRatio, x[:3]) + own
    if head is k.LogSquares:
        return mp.log1p((x[0] ** 2 + x[1] ** 2) / (x[2] * x[3]))
    if head is k.SquaresShare:
        return x[0] / (x[1] ** 2 + x[2] ** 2 + x[3] * x[4])
    if head is k.LogMean:
        return x[2] / definition(k.LogRatio, x) if x[2] else x[1]
    if head is k.GivenExpGap:
        return x[1] - 1 - x[0] if x[0] > 2 and mp.isfinite(x[1]) else mp.expm1(x[0]) - x[0]
    if head is k.FarExponent:
        return x[0]
    if head is k.GivenExpM1:
        return x[1] - 1 if x[0] > 2 else mp.expm1(x[0])
    if head is k.ProductDifference:
        return x[0] * x[1] - x[2] * x[3]
    if head is k.ProductExcess:
        return (x[0] * x[1] - x[2] * x[3]) / (x[4] * x[5])
    if head is k.ProductRise:
        return x[0] * x[3] + x[2] if x[0] < 1 else x[1] * x[2] + x[3]
    if head is k.QuotientOfProducts:
        return x[0] * x[1] * x[2] / (x[3] * x[4] * x[5])
    if head is k.ReciprocalStep:
        return x[2] / (x[0] * x[1])
    if head is k.SquareBalance:
        return ((x[3] / x[5]) ** 2 + (x[4] / x[5]) ** 2 + 2 * x[4] / x[5]) / x[5]
    if head is k.LogShareRatio:
        return mp.log(x[0] * x[3] / (x[1] * x[2]))
    if head is k.ProductLogRatio:
        return mp.log(x[0] * x[1] / (x[2] * x[3]))
    if head in (k.ProductGap, k.ScaledProductGap):
        ratio = x[0] * x[1] / (x[2] * x[3])
        return (ratio - 1 - mp.log(ratio)) * (x[2] if head is k.ScaledProductGap else 1)
    if head is k.ScaledExpGap:
        return -x[0] if x[1] == 0 else x[1] * (mp.expm1(x[0] / x[1]) - x[0] / x[1])
    if head is k.SoftplusGap:
        b, a = (x[1] + x[2], x[1]) if abs(x[2]) < 1 else (x[0], x[1])
        return mp.log((1 + mp.exp(b)) / (1 + mp.exp(a))) - (b - a) / (1 + mp.exp(-a))
    if head is k.SigmoidRise:
        b, a = (x[1] + x[2], x[1]) if abs(x[2]) < 1 else (x[0], x[1])
        return mp.expm1(b - a) * mp.exp(a) / ((1 + mp.exp(a)) * (1 + mp.exp(b)))
    if head in (k.SinhcGap, k.LangevinRise):
        b, a = (x[1] + x[2], x[1]) if abs(x[2]) < 4 else (x[0], x[1])
        rise = langevin(b) - langevin(a)
        return rise if head is k.LangevinRise else log_sinhc(b) - log_sinhc(a) - (b - a) * langevin(a)
    if head in (k.LogSeriesGap, k.LogSeriesRise):
        b, a = (x[1] + x[2], x[1]) if abs(x[2]) < min(x[1], 1 - x[1]) / 2 else (x[0], x[1])
        with mp.workdps(700):
            rise = log_series_mean(b) - log_series_mean(a)
            gap = mp.log(mp.log1p(-b) / mp.log1p(-a)) - log_series_mean(a) * mp.log(b / a)
        return rise if head is k.LogSeriesRise else gap
    if head is k.BetaGap:
        c, d = (b + step if abs(step) < b / 2 else a for a, b, step in zip(x[:2], x[2:4], x[4:], strict=True))
        gap = definition(k.GammaGap, [c, x[2], c - x[2]]) + definition(k.GammaGap, [d, x[3], d - x[3]])
        return gap - definition(k.GammaGap, [c + d, x[2] + x[3], c + d - x[2] - x[3]])
    if head is k.BellGap:
        n = x[2] - x[6] if abs(x[6]) < abs(x[2]) / 2 else x[4]
        return bell_gap(*x[:4], n, x[3] - x[7] if abs(x[7]) < x[3] / 2 else x[5])
    if head in BELL_SLOPES:
        n = x[2] - x[6] if abs(x[6]) < abs(x[2]) / 2 else x[4]
        at = [*x[:4], n, x[3] - x[7] if abs(x[7]) < x[3] / 2 else x[5]]
        rise = risen(bell_gap, at, BELL_SLOPES[head])
        if head is k.BellStart:
            return rise + bell_height(at[0], *at[:2], *at[4:])
        return bell_height(at[1], *at[:2], *at[4:]) - rise if head is k.BellEnd else rise
    if head in (k.BellStartHeight, k.BellEndHeight):
        return bell_height(x[0] if head is k.BellStartHeight else x[1], *x)
    if head in (k.OverhangByCentre, k.OverhangByScale):
        return risen(lambda *y: definition(k.BellOverhang, [*y]), x, 4 if head is k.OverhangByCentre else 5)
    if head is k.BellOverhang:
        with mp.workdps(900):
            first, start, end, last = ((end - x[4]) / x[5] for end in (x[0], x[2], x[3], x[1]))
            return mp.log1p((bell_mass(first, start) + bell_mass(end, last)) / bell_mass(start, end))
    if head is k.NearOrFar:
        return x[1] if abs(x[0]) < 0.5 else x[2]
    if head is k.PoweredGammaGap:
        w, v = x[1] + x[3] if abs(x[3]) < x[1] / 2 else x[0], 1 + x[4] if abs(x[4]) < 0.5 else x[2]
        with mp.workdps(400):
            mean = mp.loggamma(x[1] + v) - mp.loggamma(x[1]) - v * mp.digamma(x[1])
            own = mp.loggamma(w) - w * mp.log(w) + w - mp.log(v)
            return own + w * mean - mp.loggamma(x[1]) + x[1] * mp.digamma(x[1]) - x[1]
    if head is k.UpperGammaGap:
        return upper_gamma_gap(*x)
    if head is k.GivenLogGamma:
        with mp.workdps(400):
            return mp.loggamma(1 + x[0])
    b, a = (x[1] + x[2], x[1]) if abs(x[2]) < x[1] / 2 else (x[0], x[1])
    if head is k.LogGammaRise:
        return mp.loggamma(b) - mp.loggamma(a)
    if head in (k.DigammaRise, k.BinetRise):
        rise = mp.digamma(b) - mp.digamma(a)
        return rise if head is k.DigammaRise else rise - mp.log(b / a)
    if head in (k.BesselGap, k.BesselRatioRise):
        scaled = [[mp.hyp1f1(n + 0.5, 2 * n + 1, -2 * x) * (x / 2) ** n for x in (b, a)] for n in (0, 1)]
        (zero_b, zero_a), (one_b, one_a) = scaled
        if head is k.BesselRatioRise:
            return one_b / zero_b - one_a / zero_a
        return (b - a) * (1 - one_a / zero_a) + mp.log(zero_b / zero_a)
    bregman = mp.loggamma(b) - mp.loggamma(a) - mp.digamma(a) * (b - a)
    return bregman if head is k.GammaGap else bregman - (b * mp.log(b / a) - b + a)


def mean_gap(p: tuple[mp.mpf, ...], q: tuple[mp.mpf, ...], ends: list[tuple[mp.mpf, mp.mpf]]) -> mp.mpf:
    """The mean of x*log(x/y) - x + y from (p[0], q[0]) to (p[1], q[1]), by integrals of x*log(x) and (a + b*y)*log(y).

    Of `ends`, the last first, those values that are known more exactly by a difference.
    """
    for i, (x, y) in zip((1, 0), reversed(ends), strict=False):
        if abs(x - y) < y / 2:
            p = tuple(x if j == i else old for j, old in enumerate(p))
    # lines that are level are tilted by so little that it is not seen
    (p_0, p_1), (q_0, q_1) = (w if w[0] != w[1] else (w[0], w[1] * (1 + mp.mpf(10) ** -300)) for w in (p, q))
    b = (p_1 - p_0) / (q_1 - q_0)
    a = p_0 - b * q_0

    def own(x: mp.mpf) -> mp.mpf:
        return x * x * mp.log(x) / 2 - x * x / 4 if x else mp.mpf(0)

    def other(y: mp.mpf) -> mp.mpf:
        return a * (y * mp.log(y) - y) + b * (y * y * mp.log(y) / 2 - y * y / 4) if y else mp.mpf(0)

    first = (own(p_1) - own(p_0)) / (p_1 - p_0)
    return first - (other(q_1) - other(q_0)) / (q_1 - q_0) - (p_0 + p_1) / 2 + (q_0 + q_1) / 2


def bell_mass(low: mp.mpf, high: mp.mpf) -> mp.mpf:
    """The integral of exp(-x*x/2)*sqrt(2/pi) in hundreds of digits."""
    if low < 0:
        low, high = -high, -low
    low, high = (max(min(x, 10**7), -(10**7)) / mp.sqrt(2) for x in (low, high))
    return mp.erfc(low) - mp.erfc(high)


def bell_gap(a: mp.mpf, b: mp.mpf, m: mp.mpf, s: mp.mpf, n: mp.mpf, t: mp.mpf) -> mp.mpf:
    """By the masses of the two, and mean and mean square of the deviations from the centre of the first."""
    with mp.workdps(900):
        first, last = (a - m) / s, (b - m) / s
        mass = bell_mass(first, last)
        low, high = (mp.sqrt(2 / mp.pi) * mp.exp(-x * x / 2) / mass if abs(x) < 10**7 else 0 for x in (first, last))
        mean, square = low - high, 1 + first * low - last * high
        quadratic = ((m - n) ** 2 + 2 * (m - n) * s * mean + s**2 * square) / t**2 - square
        return mp.log(t * bell_mass((a - n) / t, (b - n) / t) / (s * mass)) + quadratic / 2


def bell_height(x: mp.mpf, a: mp.mpf, b: mp.mpf, n: mp.mpf, t: mp.mpf) -> mp.mpf:
    """The density with centre n and scale t on a < x < b."""
    with mp.workdps(900):
        way = (x - n) / t
        height = mp.exp(-way * way / 2) if abs(way) < 10**7 else mp.mpf(0)
        return mp.sqrt(2 / mp.pi) * height / (t * bell_mass((a - n) / t, (b - n) / t))


def risen(function: Callable[..., mp.mpf], at: Sequence[mp.mpf], number: int) -> mp.mpf:
    """The derivative by the argument of that number, by a difference in hundreds of digits."""
    with mp.workdps(900):
        step = mp.mpf(10) ** -200
        above, below = (function(*(x + s * step * (i == number) for i, x in enumerate(at))) for s in (1, -1))
        return (above - below) / (2 * step)


def log_mean(start: mp.mpf, end: mp.mpf) -> mp.mpf:
    """The mean of t*log(x/end), x running from start to end: by integrals of x*log(x) and log(x)."""
    if start == end:
        return mp.mpf(0)

    def integral(x: mp.mpf) -> mp.mpf:
        log = mp.log(x / end) if x else mp.mpf(0)
        return x**2 * (log / 2 - mp.mpf(1) / 4) - start * x * (log - 1)

    return (integral(end) - integral(start)) / (end - start) ** 2


def share_mean(a: mp.mpf, b: mp.mpf, d: mp.mpf, e: mp.mpf) -> mp.mpf:
    """By y = a + t*(b - a): of (y - a)*(d*(b - y) + e*(y - a))/y the integral over (b - a)**3."""
    if a == b:
        return (d / 6 + e / 3) / a

    def integral(y: mp.mpf) -> mp.mpf:
        # of (y - a)*(b - y)/y and (y - a)**2/y
        log = mp.log(y) if y else mp.mpf(0)
        return d * ((a + b) * y - y**2 / 2 - a * b * log) + e * (y**2 / 2 - 2 * a * y + a**2 * log)

    return (integral(b) - integral(a)) / (b - a) ** 3


def upper_gamma_gap(s: mp.mpf, x: mp.mpf, d: mp.mpf) -> mp.mpf:
    """By exp(x)*x**(1 - s)*uppergamma(s, x), which is a mean, and the derivative of its logarithm at s = 1."""
    if d == 0:
        return mp.mpf(0)
    with mp.extradps(10 + 2 * int(max(mp.log10(max(x, 1) / abs(d)), 0)) + int(max(-mp.log10(min(s, x)), 0))):
        order = 1 + d if abs(d) < 0.5 else s
        return mp.log(tail_mean(order, x)) - (order - 1) * mp.exp(x) * mp.e1(x)


def tail_mean(s: mp.mpf, x: mp.mpf) -> mp.mpf:
    """From the lower function (DLMF 13.6.5), elsewhere by the continued fraction (DLMF 8.9.2), by Lentz's method."""
    if x < 1 or s > x:
        return mp.exp(x) * x ** (1 - s) * mp.gamma(s) - x / s * mp.hyp1f1(1, s + 1, x)
    above = value = x + 1 - s
    below, n = mp.mpf(0), 0
    while True:
        n += 1
        part, whole = n * (s - n), x + 2 * n + 1 - s
        below, above = 1 / (whole + part * below), whole + part / above
        value *= above * below
        if abs(above * below - 1) < mp.eps:
            return x / value


def log_series_mean(p: mp.mpf) -> mp.mpf:
    """The sum of p**n over that of p**n/n, n from 1."""
    return p / (1 - p) / -mp.log1p(-p)


def log_sinhc(x: mp.mpf) -> mp.mpf:
    """From the average of exp(x*t) over -1 < t < 1: its Taylor series where sinh(x)/x would lose digits."""
    if abs(x) > 1:
        return mp.log(mp.sinh(x) / x)
    return mp.log1p(mp.fsum(x ** (2 * n) / mp.factorial(2 * n + 1) for n in range(1, 40)))


def langevin(x: mp.mpf) -> mp.mpf:
    if abs(x) > 1:
        return mp.coth(x) - 1 / x
    above = mp.fsum(2 * n * x ** (2 * n - 1) / mp.factorial(2 * n + 1) for n in range(1, 40))
    return above / mp.fsum(x ** (2 * n) / mp.factorial(2 * n + 1) for n in range(40))


@pytest.mark.parametrize("backend", BACKENDS_TRIED)
def test_no_case_of_a_divergence_is_negative(
    backend: str, loader: jinja2.BaseLoader, imported: Callable[[str, str], ModuleType]
) -> None:
    x = symbol("x", "real")
    branches = (Branch((x > 2.0,), -x), Branch((x > 1.0,), -2 * x), Branch((x > 0.0,), x))
    cases = Program("op_0", (Argument("x", x, "real"),), (), (), branches, "inf", True, DOCUMENTATION)
    made = imported(emit([cases], backend, loader), f"cases_{backend}")
    assert call(made, backend, next(iter(OPERATIONS)), [(3.0,), (1.5,), (0.5,), (-1.0,)]) == [0.0, 0.0, 0.5, math.inf]


def test_the_coefficients_are_those_of_the_series() -> None:
    found = coefficients()
    s, x = mp.mpf("0.2"), mp.mpf("0.5")
    with mp.workdps(30):
        assert abs(mp.polyval(found["atanh"][::-1], s**2) - (mp.atanh(s) / s - 1) / s**2) < 1e-16
        assert abs(mp.polyval(found["exp"][::-1], x) - (mp.expm1(x) - x) / x**2) < 1e-16
        assert abs(mp.polyval(found["log_gamma"][::-1], x / 2) * x / 2 - mp.loggamma(1 + x / 2)) < 1e-17
        # the three are polynomials by themselves: each is the derivative of the one before
        assert abs(mp.polyval(found["log_sinhc"][::-1], x**2) * x**2 - log_sinhc(x)) < 1e-17
        assert abs(mp.polyval(found["langevin"][::-1], x**2) * x - mp.diff(log_sinhc, x)) < 1e-16
        assert abs(mp.polyval(found["langevin_bend"][::-1], x**2) - 1 / mp.diff(langevin, x)) < 1e-15
        y = mp.mpf(9)
        zero, one = (mp.besseli(n, y / 2) for n in (0, 1))
        assert abs(mp.polyval(found["bessel_zero"][::-1], (y / 16) ** 2) / zero - 1) < 1e-16
        assert abs(mp.polyval(found["bessel_one"][::-1], (y / 16) ** 2) * y / 4 / one - 1) < 1e-16
        rest = zero**2 - one**2 - 2 * zero * one / y
        assert abs(mp.polyval(found["bessel_bend"][::-1], (y / 16) ** 2) / rest - 1) < 1e-16
        far, ratio = mp.sqrt(2 * mp.pi * y) * mp.exp(-y) * mp.besseli(0, y), mp.besseli(1, y) / mp.besseli(0, y)
        assert abs(mp.polyval(found["bessel_far"][::-1], 16 / y - 1) - far) < 1e-16
        assert abs(mp.polyval(found["bessel_rest"][::-1], 16 / y - 1) - y * (y * (1 - ratio) - mp.mpf(1) / 2)) < 1e-16
        series = mp.polyval(found["stirling"][::-1], 1 / y**2) / y
        assert abs(series - (mp.loggamma(y) - (y - 0.5) * mp.log(y) + y - mp.log(2 * mp.pi) / 2)) < 1e-17
        moments = [mp.fsum(w * t**n for t, w in zip(found["nodes"], found["weights"], strict=True)) for n in range(20)]
        assert all(abs(m - mp.mpf(1) / ((n + 1) * (n + 2))) < 1e-15 for n, m in enumerate(moments))
        even = list(zip(found["even_nodes"], found["even_weights"], strict=True))
        assert all(abs(mp.fsum(w * t**n for t, w in even) - mp.mpf(1) / (n + 1)) < 1e-15 for n in range(20))


@pytest.mark.parametrize("digits", [40, 500])
def test_the_exact_incomplete_gamma_function_keeps_its_recurrence_and_its_digits(digits: int) -> None:
    exact = OPERATIONS[sp.uppergamma].exact
    with mp.workdps(digits):
        for s, x in itertools.product((mp.mpf("0.3"), mp.mpf("9.7"), mp.mpf(150)), (1e-188, 0.5, 30.0, 300.0)):
            power = mp.exp(s * mp.log(x) - x)
            rest = exact(mp, s + 1, mp.mpf(x)) - s * exact(mp, s, mp.mpf(x)) - power
            assert abs(rest) < mp.mpf(10) ** (4 - digits) * max(exact(mp, s + 1, mp.mpf(x)), power)
            if digits < 100 and x > 1e-9:
                found = exact(mp, s, mp.mpf(x))
                assert abs(found - mp.gammainc(s, x)) < found * mp.mpf(10) ** -30
    assert exact(mp, mp.mpf(2), mp.mpf(0)) == 1
