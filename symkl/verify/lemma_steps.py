"""The steps of a lemma: an expectation as an integral, its change of variable, the theorem that evaluates it."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import lru_cache

import sympy as sp

from symkl.algebra import assuming, density, equal, expand_logs, holds, is_zero, standing
from symkl.algebra.branches import settled
from symkl.algebra.conditions import normal_condition
from symkl.algebra.mastering import Diverges, apply_masters
from symkl.algebra.reading import expand_terms
from symkl.algebra.signs import assumed
from symkl.model import Check, Distribution, Lemma, Step, Verdict
from symkl.verify.refutation import refuted, sample
from symkl.verify.repair import repaired

__all__ = ["check_lemma"]


def check_lemma(lemma: Lemma, dist: Distribution) -> tuple[Verdict, tuple[Verdict, ...]]:
    """The verdict on a lemma and on each of its steps; one that several claims cite is checked once."""
    return _checked(lemma, dist, assumed())


@lru_cache(maxsize=512)
def _checked(lemma: Lemma, dist: Distribution, _: tuple[sp.Basic, ...]) -> tuple[Verdict, tuple[Verdict, ...]]:
    if lemma.value is None:
        return Verdict("unknown", note="no closed form found"), ()
    if not lemma.steps:  # an infinite expectation: the oracle shows its growth
        return Verdict("unknown", note=lemma.method), ()
    orders = {id(step): _order(chain) for chain in _chains(lemma) for step in chain}
    steps = tuple(_check_within(orders.get(id(step), ()), step, lemma, dist) for step in lemma.steps)
    kinds = {verdict.kind for verdict in steps}
    linked = all(
        one.after == two.before for one, two in zip(lemma.steps, lemma.steps[1:], strict=False) if not _opens(two)
    )
    ends = lemma.steps[0].before == lemma.statement or lemma.steps[-1].before == lemma.statement
    ends = ends and lemma.steps[-1].after == lemma.value
    kind = "failed" if "failed" in kinds else "proved" if kinds == {"proved"} and linked and ends else "unknown"
    return Verdict(kind, (Check("kernel", kind == "proved"),)), steps


def _opens(step: Step) -> bool:
    """Whether a step begins a chain of its own."""
    return step.rule in ("definition", "enumeration", "cases")


def _check_within(order: tuple[sp.Basic, ...], step: Step, lemma: Lemma, dist: Distribution) -> Verdict:
    with assuming(order):
        return _check(step, lemma, dist)


def _check(step: Step, lemma: Lemma, dist: Distribution) -> Verdict:
    shown = _RULES[step.rule](step, lemma, dist)
    if shown:
        return Verdict("proved", (Check("kernel", True),))
    counterexample = refuted(step.before, step.after)
    kind = "failed" if counterexample is not None else "unknown"
    return Verdict(kind, (Check("kernel", False if counterexample else None),), counterexample)


def _given(lemma: Lemma, dist: Distribution) -> tuple[sp.Basic, ...]:
    return (*standing(dist), *lemma.conditions)


def _in_order(wholes: list[tuple[sp.Expr, sp.Expr]]) -> tuple[sp.Basic, ...]:
    """A range goes upwards: what a case says about the kinks that bound its pieces."""
    found = [normal_condition(sp.Lt(low, high)) for _, whole in wholes for ((_, low, high),) in [whole.limits]]
    return tuple(condition for condition in found if condition not in (sp.true, sp.false))


def _wholes(expression: sp.Expr) -> list[tuple[sp.Expr, sp.Expr]] | None:
    """A sum of coefficients times integrals (or sums) as (coefficient, integral) pairs; None if it is anything else."""
    found = []
    for term in sp.Add.make_args(expression):
        inner = [f for f in sp.Mul.make_args(term) if isinstance(f, (sp.Integral, sp.Sum))]
        if len(inner) != 1:
            return None
        found.append((term / inner[0], inner[0]))
    return found


def _definition(step: Step, lemma: Lemma, dist: Distribution) -> bool:
    """`E[t]` => the integral of t times the density over the support (in the coordinates of a case)."""
    put = dict(step.substitution)
    whole = step.after
    if not isinstance(whole, (sp.Integral, sp.Sum)) or isinstance(whole, sp.Sum) != (dist.kind == "discrete"):
        return False
    ((_, lower, upper),) = whole.limits
    statement = lemma.statement.xreplace(put)
    ends = (lower, upper) == tuple(end.subs(put) for end in dist.support)
    integrand = statement.body * density(dist).subs(put)
    if integrand.has(sp.Piecewise):
        integrand = sp.piecewise_fold(integrand)
    return bool(ends and step.before == statement and (whole.function == integrand or equal(whole.function, integrand)))


def _chart(step: Step, lemma: Lemma, dist: Distribution) -> bool:
    """`int f(x) dx` => the integrals of f(x(z)) |dx/dz|, each over the preimage of its piece."""
    wholes = _wholes(step.after)
    if not isinstance(step.before, (sp.Integral, sp.Sum)) or wholes is None:
        return False
    # two pieces with one integral between them stand as twice that integral
    wholes = [
        pair
        for c, whole in wholes
        for pair in ([(sp.Integer(1), whole)] * int(c) if c.is_Integer and c > 1 else [(c, whole)])
    ]
    if len(wholes) != len(step.substitution):
        return False
    ((x, lower, upper),) = step.before.limits
    given = (*_given(lemma, dist), *_in_order(wholes))
    reached = []
    unused = list(step.substitution)
    for coefficient, whole in wholes:
        ((z, low, high),) = whole.limits
        for old, inverse in list(unused):
            slope = sp.diff(inverse, z) if isinstance(whole, sp.Integral) else sp.Integer(1)
            moved = settled(step.before.function.subs(x, inverse), z, low, high, given)
            if old == x and any(_same(coefficient * whole.function, s * slope * moved, z) for s in (1, -1)):
                unused.remove((old, inverse))
                reached.append((inverse, z, low, high))
                break
        else:
            return False
    return _covers(reached, x, lower, upper, (*given, *assumed()))


def _same(left: sp.Expr, right: sp.Expr, z: sp.Symbol) -> bool:
    """Equality of two integrands: directly, or by the logarithm of their ratio where that is defined."""
    if left == right or is_zero(left - right):
        return True
    ratio = sp.expand(expand_logs(sp.log(left)) - expand_logs(sp.log(right)))
    return not ratio.has(sp.nan, sp.I, sp.zoo) and is_zero(ratio)


def _covers(
    pieces: list[tuple[sp.Expr, sp.Symbol, sp.Expr, sp.Expr]],
    x: sp.Symbol,
    lower: sp.Expr,
    upper: sp.Expr,
    given: tuple[sp.Basic, ...],
) -> bool:
    """Whether the images of the pieces, end to end, make up (lower, upper): judged by numbers at one point."""
    symbols = set().union(lower.free_symbols, upper.free_symbols, *(i.free_symbols - {z} for i, z, _, _ in pieces))
    for _, _, low, high in pieces:
        symbols |= low.free_symbols | high.free_symbols
    at = _somewhere(symbols, [c for c in given if not isinstance(c, sp.Tuple) and c.free_symbols <= symbols])
    if at is None:
        return False
    ends = []
    for inverse, z, low, high in pieces:
        values = [_near(inverse.subs(at), z, low.subs(at), 1), _near(inverse.subs(at), z, high.subs(at), -1)]
        ends.append(sorted(values))
    ends.sort()
    wanted = [_clipped(lower.subs(at)), _clipped(upper.subs(at))]
    joints = [ends[0][0], *(e[1] for e in ends)]
    starts = [e[0] for e in ends]
    close = all(_close(a, b) for a, b in zip(joints[1:-1], starts[1:], strict=True))
    return close and _close(joints[0], wanted[0]) and _close(joints[-1], wanted[1])


def _somewhere(symbols: set[sp.Basic], given: list[sp.Basic]) -> dict[sp.Basic, sp.Rational] | None:
    """A point inside the symbols' domains at which the conditions hold; None where none was found."""
    dice = random.Random(0)  # noqa: S311  # a reproducible draw, not a secret
    return repaired(sample(symbols, 0), given, dice, lambda symbol: sample({symbol}, dice.randrange(10**6))[symbol])


#: near enough to 0, and far enough out, for a logarithm times a small number; an exponential needs no more than `_FAR`
_TINY, _HUGE, _FAR = sp.Float("1e-4000", 60), sp.Float("1e4000", 60), sp.Integer(400)
#: beside any other end, at which it must not be lost in 60 digits
_SMALL = sp.Float("1e-40", 60)


def _near(inverse: sp.Expr, z: sp.Symbol, end: sp.Expr, side: int) -> float:
    if end.is_infinite:
        beside = -side * (_FAR if inverse.has(sp.exp) else _HUGE)
    else:
        beside = end + side * (_TINY if end == 0 else _SMALL)
    return _clipped(sp.N(inverse.subs(z, beside), 50))


def _clipped(value: sp.Expr) -> float:
    """Beyond +-30 counts as infinite."""
    return float(max(min(value, sp.Integer(30)), sp.Integer(-30)))


def _close(one: float, two: float) -> bool:
    return abs(one - two) < 1e-9


def _linearity(step: Step, lemma: Lemma, dist: Distribution) -> bool:
    """The integrands with their coefficients add up, range by range, and none that cancels another is infinite.

    Where one integral becomes several, the theorems that evaluate these say that each converges. Of several over one
    range a part may cancel, and is then evaluated nowhere: each of them must be seen to converge here.
    """
    before, after = _wholes(step.before), _wholes(step.after)
    if before is None or after is None:
        return False
    balance: dict[sp.Basic, sp.Expr] = {}
    joined: dict[sp.Basic, list[sp.Expr]] = {}
    given = (*_given(lemma, dist), *_in_order(before))
    for sign, wholes in ((1, before), (-1, after)):
        for coefficient, whole in wholes:
            key = sp.Tuple(whole.func.__name__ == "Sum", *whole.limits)
            ((z, low, high),) = whole.limits
            function = settled(whole.function, z, low, high, given)
            balance[key] = balance.get(key, sp.Integer(0)) + sign * coefficient * function
            if sign > 0:
                joined.setdefault(key, []).append(whole.func(function, *whole.limits))
    alone = (len(wholes) == 1 or all(_converges(whole, given) for whole in wholes) for wholes in joined.values())
    return all(is_zero(rest) for rest in balance.values()) and all(alone)


def _converges(whole: sp.Expr, given: tuple[sp.Basic, ...]) -> bool:
    """Whether the table evaluates the integral, as it stands or term by term, its conditions discharged."""
    read, value = _mastered(whole, given)
    if read:
        return value is not None
    ((z, _, _),) = whole.limits
    terms = _terms(whole.function, z)
    return len(terms) > 1 and all(_converges(whole.func(term, *whole.limits), given) for term in terms)


def _mastered(whole: sp.Expr, given: tuple[sp.Basic, ...]) -> tuple[bool, sp.Expr | None]:
    """Whether the table reads the integral, and its value: None where it diverges, or a condition is not discharged."""
    ((z, low, high),) = whole.limits
    try:
        applied = apply_masters(whole.function, z, low, high, discrete=isinstance(whole, sp.Sum), given=given)
    except Diverges:
        return True, None
    if applied is None:
        return False, None
    return True, applied.value if all(holds(c, given) is True for c in applied.conditions) else None


def _terms(function: sp.Expr, z: sp.Symbol) -> tuple[sp.Expr, ...]:
    """The product with its sums multiplied out; where it has none, with its powers of sums multiplied out."""
    factors = sp.Mul.make_args(function)
    sums = [f for f in factors if isinstance(f, (sp.Add, sp.log)) and f.has(z)]
    sums = sums or [f for f in factors if f.is_Pow and f.base.is_Add and f.base.is_polynomial(z) and f.exp.is_Integer]
    rest = sp.Mul(*(f for f in factors if f not in sums))
    return tuple(term * rest for term in sp.Add.make_args(expand_terms(expand_logs(sp.Mul(*sums)))))


def _master(step: Step, lemma: Lemma, dist: Distribution) -> bool:
    """Each integral read again from its integrand, its value taken from the table, its conditions discharged."""
    wholes = _wholes(step.before)
    if wholes is None:
        return False
    given = (*_given(lemma, dist), *_in_order(wholes))
    total: sp.Expr = sp.Integer(0)
    for coefficient, whole in wholes:
        _, value = _mastered(whole, given)
        if value is None:
            return False
        total += coefficient * value
    return is_zero(total - step.after)


def _algebra(step: Step, lemma: Lemma, dist: Distribution) -> bool:
    """An identity of numbers: of integrals it would not say that each is finite."""
    return not step.before.has(sp.Integral, sp.Sum) and is_zero(step.before - step.after)


def _enumeration(step: Step, lemma: Lemma, dist: Distribution) -> bool:
    """The value of the statistic times the mass, added over the points of the support."""
    lower, upper = dist.support
    if not (lower.is_Integer and upper.is_Integer and step.before == lemma.statement):
        return False
    term = lemma.statement.body * density(dist)
    points = range(int(lower), int(upper) + 1)
    return is_zero(sp.Add(*(term.subs(dist.variable, k) for k in points)) - step.after)


def _cases(step: Step, lemma: Lemma, dist: Distribution) -> bool:
    """The value agrees, in the coordinates of each case, with the end of that case's chain."""
    chains = _chains(lemma)
    if not chains or step.before != lemma.statement:
        return False
    return all(_case(step.after, chain) for chain in chains)


def _chains(lemma: Lemma) -> list[list[Step]]:
    """The chains of the cases, each from its definition on; none where there are no cases."""
    chains: list[list[Step]] = []
    for one in lemma.steps[:-1]:
        if one.rule == "definition":
            chains.append([])
        if chains:
            chains[-1].append(one)
    return chains if len(chains) > 1 else []


def _order(chain: list[Step]) -> tuple[sp.Basic, ...]:
    """What a case is: that its ranges go upwards."""
    return _in_order([(sp.Integer(1), whole) for one in chain for whole in one.after.atoms(sp.Integral, sp.Sum)])


def _case(value: sp.Expr, chain: list[Step]) -> bool:
    """The value agrees with the end of one case's chain, in its coordinates, where its ranges go upwards."""
    put = dict(chain[0].substitution)
    with assuming(_order(chain)):
        return is_zero(_settled(value.subs(put)) - chain[-1].after)


def _settled(value: sp.Expr) -> sp.Expr:
    """A Piecewise value: the branch that is known to hold."""

    def settle(node: sp.Piecewise) -> sp.Expr:
        for branch, when in node.args:
            if holds(when) is True:
                return branch
            if holds(when) is None:
                return node
        return node

    return value.replace(lambda node: isinstance(node, sp.Piecewise), settle)


_RULES: dict[str, Callable[[Step, Lemma, Distribution], bool]] = {
    "definition": _definition,
    "chart": _chart,
    "linearity": _linearity,
    "master": _master,
    "simplification": _algebra,
    "enumeration": _enumeration,
    "cases": _cases,
}
