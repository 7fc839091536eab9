"""Derivatives of stable forms that are stable themselves: each kernel's slope is a row without cancellation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

import sympy as sp
from sympy.core.function import ArgumentIndexError

from symkl.algebra.signs import assuming
from symkl.codegen.stable import kernels as k
from symkl.codegen.stable.apart import kept_apart
from symkl.codegen.stable.compared import DIFFERENCES, differences_right
from symkl.codegen.stable.extremes import failures, far_points
from symkl.codegen.stable.far import exponentials_shared, far_from_equality
from symkl.codegen.stable.form import LARGE, proved_equal
from symkl.codegen.stable.kernels import Kernel, expand_kernels
from symkl.codegen.stable.measure import exact_values, loss, points
from symkl.codegen.stable.shape import collected, join_exponentials, rational_part, spread, terms_in_deviations
from symkl.codegen.stable.sums import balanced, carried_in, stepped, summed

__all__ = ["ROWS", "by_rows", "row_holds", "slope", "stable_slope"]

#: errors within such a factor are alike
_ALIKE = 2.0
#: a kernel's total derivative, from its arguments and their derivatives
Row = Callable[[Sequence[sp.Expr], Sequence[sp.Expr]], sp.Expr]


def _log_gap(u: Sequence[sp.Expr], du: Sequence[sp.Expr]) -> sp.Expr:
    a, b, d = u
    return d / b * (du[0] / a - du[1] / b)


def _ramp_gap(u: Sequence[sp.Expr], du: Sequence[sp.Expr]) -> sp.Expr:
    _, q, r, d = u
    return k.RampLogMean(*u) * du[0] + k.ShareMean(r, q, r, -d) * du[1] + k.ShareMean(q, r, -d, r) * du[2]


def _crossing_gap(u: Sequence[sp.Expr], du: Sequence[sp.Expr]) -> sp.Expr:
    p, q, a, b, d, e = u
    by_first = k.CrossingLogMean(*u) * du[2] - k.CrossingLogMean(b, a, q, p, -e, -d) * du[0]
    return by_first + k.ShareMean(b, q, -e, -d) * du[1] + k.ShareMean(q, b, -d, -e) * du[3]


def _bell_gap(u: Sequence[sp.Expr], du: Sequence[sp.Expr]) -> sp.Expr:
    a, b, _, _, n, t, *_ = u
    first = (k.BellStart(*u) - k.BellStartHeight(a, b, n, t)) * du[0]
    last = (k.BellEndHeight(a, b, n, t) - k.BellEnd(*u)) * du[1]
    own = k.BellByOwnCentre(*u) * du[2] + k.BellByOwnScale(*u) * du[3]
    return first + last + own + k.BellByOtherCentre(*u) * du[4] + k.BellByOtherScale(*u) * du[5]


def _bell_overhang(u: Sequence[sp.Expr], du: Sequence[sp.Expr]) -> sp.Expr:
    first, last, a, b, n, t = u
    outer = k.BellEndHeight(first, last, n, t) * du[1] - k.BellStartHeight(first, last, n, t) * du[0]
    inner = k.BellStartHeight(a, b, n, t) * du[2] - k.BellEndHeight(a, b, n, t) * du[3]
    return outer + inner + k.OverhangByCentre(*u) * du[4] + k.OverhangByScale(*u) * du[5]


def _product_gap(u: Sequence[sp.Expr], du: Sequence[sp.Expr]) -> sp.Expr:
    a, b, c, d = u
    return _excess(a, b, c, d, (c, d)) * sp.Add(du[0] / a, du[1] / b, -du[2] / c, -du[3] / d)


def _scaled_product_gap(u: Sequence[sp.Expr], du: Sequence[sp.Expr]) -> sp.Expr:
    a, b, c, d = u
    by_a, by_b, by_c, by_d = (_excess(a, b, c, d, (d, x)) for x in u)
    return k.ProductGap(a, b, c, d) * du[2] + (by_a * du[0] + by_b * du[1] - by_c * du[2] - by_d * du[3])


def _excess(a: sp.Expr, b: sp.Expr, c: sp.Expr, d: sp.Expr, below: tuple[sp.Expr, sp.Expr]) -> sp.Expr:
    """`(a*b - c*d)/below`, the divisors in one order, so that the same is seen to be the same."""
    return k.ProductExcess(a, b, c, d, *sorted(below, key=sp.default_sort_key))


def _log_ratio_sum(u: Sequence[sp.Expr], du: Sequence[sp.Expr]) -> sp.Expr:
    a, b, d, c, e, f, g, _ = u
    # of e/g as one quotient: (x - y)/y has the derivative -x/y**2 by y
    linear = f * sp.expand(du[4] * g - e * du[6]) / g**2 + e * du[5] / g
    return k.LogRatio(a, b, d) * du[3] + c * (du[0] / a - du[1] / b) + linear + du[7]


def _log_squares(u: Sequence[sp.Expr], du: Sequence[sp.Expr]) -> sp.Expr:
    x, y, a, b = u
    by_x, by_y = (k.SquaresShare(part, x, y, a, b) if part != 0 else part for part in (x, y))
    return 2 * by_x * du[0] + 2 * by_y * du[1] - (x * by_x + y * by_y) * (du[2] / a + du[3] / b)


def _entropy_gap(u: Sequence[sp.Expr], du: Sequence[sp.Expr]) -> sp.Expr:
    a, b, d = u
    return k.LogRatio(a, b, -d) * du[0] + d / b * du[1]


def _scaled_exp_gap(u: Sequence[sp.Expr], du: Sequence[sp.Expr]) -> sp.Expr:
    x, a = u
    return k.ExpM1(x / a) * du[0] - k.ExpLag(x / a) * du[1]


def _power_of_ratio(u: Sequence[sp.Expr], du: Sequence[sp.Expr]) -> sp.Expr:
    a, b, c = u
    return k.PowerOfRatio(a, b, c) * (k.LogRatio(a, b, a - b) * du[2] + c * (du[0] / a - du[1] / b))


def _gamma_of_ratio(u: Sequence[sp.Expr], du: Sequence[sp.Expr]) -> sp.Expr:
    a, b = u
    return k.GammaOfRatio(a, b) * k.Digamma(1 + a / b) * (du[0] / b - a * du[1] / b**2)


def _gamma_gap(u: Sequence[sp.Expr], du: Sequence[sp.Expr]) -> sp.Expr:
    b, a, d = u
    # the trigamma function alone may overflow
    return k.DigammaRise(b, a, d) * du[0] - (k.TrigammaExcess(a, d) + d / a) * du[1]


def _binet_gap(u: Sequence[sp.Expr], du: Sequence[sp.Expr]) -> sp.Expr:
    b, a, d = u
    return k.BinetRise(b, a, d) * du[0] - k.TrigammaExcess(a, d) * du[1]


def _log_gamma_rise(u: Sequence[sp.Expr], du: Sequence[sp.Expr]) -> sp.Expr:
    b, a, d = u
    return k.DigammaRise(b, a, d) * du[1] + k.Digamma(b) * (du[0] - du[1])


def _powered_gamma_gap(args: Sequence[sp.Expr], du: Sequence[sp.Expr]) -> sp.Expr:
    w, u, v, d, e = args
    rise = k.DigammaRise(u + v, u + 1, e)
    by_w = k.DigammaRise(w, u, d) - e * k.Digamma(u) + k.LogGammaRise(u + v, u + 1, e) - k.LogRatio(w, u, d)
    by_u = w * (rise - e / u) - (k.TrigammaExcess(u, d + e * w) if sp.cancel(d + e * w) != 0 else 0)
    return by_w * du[0] + by_u * du[1] + (w * rise + d / u + e / v) * du[2]


def _beta_gap(u: Sequence[sp.Expr], du: Sequence[sp.Expr]) -> sp.Expr:
    c, d, a, b, first, second = u
    above, below, both = c + d, a + b, first + second
    # c*b - a*d over the sums: what the shares c/above and a/below differ by, and d/above and b/below the other way
    change = _excess(first, b, second, a, (above, below))
    rise, curvature = k.BinetRise(above, below, both), k.TrigammaExcess(below, both)
    return (
        (k.LogShareRatio(c, above, a, below, change) + k.BinetRise(c, a, first) - rise) * du[0]
        + (k.LogShareRatio(d, above, b, below, -change) + k.BinetRise(d, b, second) - rise) * du[1]
        - (_excess(first, b, second, a, (a, below)) + k.TrigammaExcess(a, first) - curvature) * du[2]
        - (-_excess(first, b, second, a, (b, below)) + k.TrigammaExcess(b, second) - curvature) * du[3]
    )


def _softplus_gap(u: Sequence[sp.Expr], du: Sequence[sp.Expr]) -> sp.Expr:
    b, a, d = u
    return k.SigmoidRise(b, a, d) * du[0] - k.Sigmoid(a) * k.Sigmoid(-a) * d * du[1]


def _sinhc_gap(u: Sequence[sp.Expr], du: Sequence[sp.Expr]) -> sp.Expr:
    b, a, d = u
    return k.LangevinRise(b, a, d) * du[0] - k.LangevinSlope(a) * d * du[1]


def _bessel_gap(u: Sequence[sp.Expr], du: Sequence[sp.Expr]) -> sp.Expr:
    b, a, d = u
    return k.BesselRatioRise(b, a, d) * du[0] - k.BesselRatioSlope(a, d) * du[1]


def _bessel_ratio(x: sp.Expr, step: sp.Expr) -> sp.Expr:
    return k.BesselRatioSlope(x, step) if step != 0 else sp.S.Zero


def _log_series_gap(u: Sequence[sp.Expr], du: Sequence[sp.Expr]) -> sp.Expr:
    b, a, d = u
    return k.LogSeriesRise(b, a, d) / b * du[0] - k.LogSeriesSlope(a) * k.LogRatio(b, a, d) * du[1]


#: the derivative of each kernel along any direction
ROWS: dict[type[Kernel], Row] = {
    k.LogGap: _log_gap,
    k.RampGap: _ramp_gap,
    k.CrossingGap: _crossing_gap,
    k.BellGap: _bell_gap,
    k.BellOverhang: _bell_overhang,
    k.ProductGap: _product_gap,
    k.ScaledProductGap: _scaled_product_gap,
    k.EntropyGap: _entropy_gap,
    k.ExpGap: lambda u, du: k.ExpM1(u[0]) * du[0],
    k.GivenExpGap: lambda u, du: k.GivenExpM1(*u) * du[0],
    k.ExpOfStep: lambda u, du: k.ExpOfStep(*u) * ((du[0] - du[1]) / u[2] - (u[0] - u[1]) * du[2] / u[2] ** 2),
    k.PowerOfRatio: _power_of_ratio,
    k.GammaOfRatio: _gamma_of_ratio,
    k.ScaledExpGap: _scaled_exp_gap,
    k.GammaGap: _gamma_gap,
    k.BinetGap: _binet_gap,
    k.LogGammaRise: _log_gamma_rise,
    k.PoweredGammaGap: _powered_gamma_gap,
    k.BetaGap: _beta_gap,
    k.Binet: lambda u, du: k.BinetSlope(u[0]) * du[0],
    k.BinetSlope: lambda u, du: k.TrigammaExcess(u[0], du[0]) - du[0] / (2 * u[0] ** 2),
    k.SoftplusGap: _softplus_gap,
    k.Softplus: lambda u, du: k.Sigmoid(u[0]) * du[0],
    k.Sigmoid: lambda u, du: k.Sigmoid(u[0]) * k.Sigmoid(-u[0]) * du[0],
    k.SinhcGap: _sinhc_gap,
    k.LangevinRise: lambda u, du: k.LangevinSlope(u[0]) * du[0] - k.LangevinSlope(u[1]) * du[1],
    k.BesselGap: _bessel_gap,
    k.BesselLack: lambda u, du: -_bessel_ratio(u[0], du[0]),
    k.LogScaledBessel: lambda u, du: -k.BesselLack(u[0]) * du[0],
    k.BesselRatio: lambda u, du: _bessel_ratio(u[0], du[0]),
    k.BesselRatioRise: lambda u, du: _bessel_ratio(u[0], du[0]) - _bessel_ratio(u[1], du[1]),
    k.SineOfStep: lambda u, du: sp.cos(u[0] - u[1]) * (du[0] - du[1]),
    k.Versine: lambda u, du: k.SineOfStep(*u) * (du[0] - du[1]),
    k.LogSeriesGap: _log_series_gap,
    k.LogSeriesRise: lambda u, du: k.LogSeriesSlope(u[0]) * du[0] - k.LogSeriesSlope(u[1]) * du[1],
    k.ExpLag: lambda u, du: u[0] * sp.exp(u[0]) * du[0],
    k.LogRatio: lambda u, du: du[0] / u[0] - du[1] / u[1],
    k.ProductRise: lambda u, du: u[1] * du[0] + u[0] * du[1],
    k.ProductLogRatio: lambda u, du: sp.Add(du[0] / u[0], du[1] / u[1], -du[2] / u[2], -du[3] / u[3]),
    k.LogShareRatio: lambda u, du: du[0] / u[0] - du[1] / u[1] - du[2] / u[2] + du[3] / u[3],
    k.LogOddsRise: lambda u, du: du[0] / (u[0] * (1 - u[0])) - du[1] / (u[1] * (1 - u[1])),
    k.LogRatioSum: _log_ratio_sum,
    k.LogSquares: _log_squares,
    k.XLogY: lambda u, du: sp.log(u[1]) * du[0] + u[0] / u[1] * du[1],
    k.XLog1PY: lambda u, du: k.Log1P(u[1]) * du[0] + u[0] / (1 + u[1]) * du[1],
    k.LogGamma: lambda u, du: k.Digamma(u[0]) * du[0],
    k.Digamma: lambda u, du: k.Trigamma(u[0]) * du[0],
    k.Trigamma: lambda u, du: sp.polygamma(2, u[0]) * du[0],
    k.Log1P: lambda u, du: du[0] / (1 + u[0]),
    k.ExpM1: lambda u, du: sp.exp(u[0]) * du[0],
}


def slope(form: sp.Expr, x: sp.Symbol) -> sp.Expr:
    """The derivative of a form with respect to x, kernel by kernel, as the rows give it.

    Raises ArgumentIndexError for a kernel that has no row.
    """
    if not form.has(x):
        return sp.S.Zero
    if form.is_Add:
        return sp.Add(*(slope(term, x) for term in form.args))
    if form.is_Mul:
        return sp.Add(*(slope(f, x) * sp.Mul(*form.args[:i], *form.args[i + 1 :]) for i, f in enumerate(form.args)))
    if isinstance(form, Kernel):
        if type(form) not in ROWS:
            raise ArgumentIndexError(form, 1)
        return ROWS[type(form)](form.args, [slope(argument, x) for argument in form.args])
    if not form.args:
        return sp.S.One
    inner = [sp.Dummy(real=True, positive=a.is_positive, nonnegative=a.is_nonnegative) for a in form.args]
    outer = form.func(*inner)
    back = dict(zip(inner, form.args, strict=True))
    return sp.Add(*(outer.diff(d).xreplace(back) * slope(a, x) for d, a in back.items() if a.has(x)))


def stable_slope(
    form: sp.Expr,
    closed: sp.Expr,
    x: sp.Symbol,
    pairs: Sequence[tuple[sp.Expr, sp.Expr]],
    given: Sequence[sp.Basic] = (),
) -> sp.Expr:
    """The derivative of `closed` with respect to x in the most exact of the shapes that its stable `form` leads to.

    `form` has been proved equal to `closed`. Every shape is proved equal to the derivative; where none is, the
    derivative of `closed` stands as it is. That of a sum over pieces is proved kernel by kernel.
    """
    if by_rows(form):
        return carried_in(slope(form, x))
    if form.count_ops() > LARGE or not all(type(kernel) in ROWS for kernel in form.atoms(Kernel)):
        return sp.diff(closed, x)
    raw = _lags_joined(_steps_joined(slope(form, x)))
    if raw.has(sp.meijerg):
        return raw  # of an incomplete gamma function by its order: no operation of any backend
    with assuming(given):
        # the form is proved equal to `closed`, and so is its derivative
        truth_form, same = sp.diff(closed, x), sp.diff(expand_kernels(form), x)
        at = points(sorted(closed.free_symbols, key=sp.default_sort_key), pairs)
        truth = exact_values(truth_form, at)
        long = closed.count_ops() > LARGE  # as its form, its derivatives are not rearranged in all ways
        shapes = [join_exponentials(raw)] if long else list(dict.fromkeys(_shapes(raw, list(pairs))))
        extreme = far_points(closed, pairs)
        if not pairs:
            shapes = list(dict.fromkeys([*shapes, *map(kept_apart, shapes)]))
        order = sorted((loss(shape, at, truth), int(shape.count_ops()), i) for i, shape in enumerate(shapes))
        alike = max(_ALIKE * order[0][0], _ALIKE)
        failing = [failures(shape, extreme) for shape in shapes]
        # of two families those with most values at extreme scales; among the about as exact the shortest comes first
        order.sort(key=lambda item: (failing[item[2]], item[0] > alike, item[1] if item[0] <= alike else item[0]))
        for *_, i in order:
            shape = stepped(balanced(summed(shapes[i])))
            if any(proved_equal(shape, known) for known in ((same, truth_form) if long else (truth_form, same))):
                far = far_from_equality(raw) if form.has(k.PoweredGammaGap) else None
                if far is None or not proved_equal(far[1], truth_form):
                    return shape
                return k.NearOrFar(far[0], shape, far[1])
        return truth_form


@lru_cache(maxsize=16)
def by_rows(form: sp.Expr) -> bool:
    """Whether the form's derivatives are those that the rows give: of each kind of kernel in it that is proved.

    Asked of forms by pieces alone: of others, shapes are tried.
    """
    kinds = {type(kernel) for kernel in form.atoms(Kernel)}
    if not any(kind.is_derived_by_rows for kind in kinds):
        return False
    return differences_right(form) and all(kind in ROWS and row_holds(kind) for kind in kinds)


def row_holds(kind: type[Kernel]) -> bool:
    """Whether the row is proved to be the derivative of the kernel's definition, for positive arguments."""
    count = max(kind.nargs)
    at, along = ([sp.Dummy(positive=True) for _ in range(count)] for _ in range(2))
    u, du = list(at), list(along)
    for x, y, d in DIFFERENCES.get(kind, ()):
        u[d], du[d] = at[x] - at[y], along[x] - along[y]
    value = kind(*u).definition()
    return proved_equal(ROWS[kind](u, du), sp.Add(*(value.diff(x) * step for x, step in zip(at, along, strict=True))))


def _steps_joined(total: sp.Expr) -> sp.Expr:
    """`c*BesselRatioSlope(x, d) + ... => BesselRatioSlope(x, c*d + ...)`: the step may be large where c is none."""
    if not total.has(k.BesselRatioSlope):
        return total
    steps: dict[sp.Expr, sp.Expr] = {}
    rest = sp.S.Zero
    for term in sp.Add.make_args(total):
        found = [f for f in sp.Mul.make_args(term) if isinstance(f, k.BesselRatioSlope)]
        if len(found) == 1:
            at, step = found[0].args
            steps[at] = steps.get(at, sp.S.Zero) + term / found[0] * step
        else:
            rest += term
    return rest + sp.Add(*(k.BesselRatioSlope(at, step) for at, step in steps.items()))


def _lags_joined(total: sp.Expr) -> sp.Expr:
    """`c*x*LangevinSlope(x) => c*LangevinLag(x)`: x may be infinite where the product is none."""

    def joined(product: sp.Expr) -> sp.Expr:
        for slope in (factor for factor in product.args if isinstance(factor, k.LangevinSlope)):
            (x,) = slope.args
            if len(sp.Mul.make_args(product / x)) < len(product.args):
                return product / slope / x * k.LangevinLag(x)
        return product

    return total.replace(lambda e: e.is_Mul, joined)


def _shapes(raw: sp.Expr, pairs: list[tuple[sp.Expr, sp.Expr]]) -> Iterator[sp.Expr]:
    """The derivative as the rows give it, gathered by function, its rational part in deviations or factored.

    Then the same with the gaps opened: beside a gap its own linear part often stands with the other sign.
    """
    yield join_exponentials(raw)
    if raw.has(k.ExpGap):
        yield exponentials_shared(raw, pairs)
    if raw.count_ops() > 3 * LARGE:
        return  # to factor it would take minutes
    yield from _of_short_factors(raw)
    for form in dict.fromkeys((spread(raw), spread(raw.replace(lambda e: type(e) in _OPENED, _opened)))):
        yield collected(form)
        rational = rational_part(form)
        rest = collected(form - rational)
        yield rest + sp.factor(rational)
        if pairs:
            yield rest + sp.Add(*terms_in_deviations(rational, pairs))


def _of_short_factors(raw: sp.Expr) -> Iterator[sp.Expr]:
    """A derivative that is a product of powers of parameters, and of sums of two, where it is one."""
    if not raw.atoms(Kernel) or (opened := expand_kernels(raw)).atoms(sp.Function):
        return
    found = sp.factor(opened)
    bases = [base for base in found.as_powers_dict() if not base.is_number]
    if all(base.is_Symbol or (base.is_Add and len(base.args) == 2 and _is_linear(base)) for base in bases):
        yield found


def _is_linear(total: sp.Expr) -> bool:
    return all(term.as_coeff_Mul()[1].is_Symbol for term in total.args)


#: a gap as its linear part less a logarithm
_OPENED: dict[type[Kernel], Callable[..., sp.Expr]] = {
    k.LogGap: lambda a, b, d: d / b - k.LogRatio(a, b, d),
    k.EntropyGap: lambda a, b, d: d + a * k.LogRatio(a, b, -d),
    k.ProductGap: lambda a, b, c, d: _excess(a, b, c, d, (c, d)) - k.ProductLogRatio(a, b, c, d),
}


def _opened(kernel: sp.Expr) -> sp.Expr:
    return _OPENED[type(kernel)](*kernel.args)
