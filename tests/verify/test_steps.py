"""Every step is checked on its own, and a step that is broken is seen."""

from dataclasses import replace

import pytest
import sympy as sp

from symkl.algebra import density
from symkl.derive import derive
from symkl.derive.lemmas import statement_of
from symkl.derive.rules.definition import as_integral
from symkl.language import load_families
from symkl.model import Expectation, Lemma, Step, claim
from symkl.resources import derivations
from symkl.verify.lemma_steps import _covers, check_lemma
from symkl.verify.steps import check_steps

from .conftest import make

pytestmark = pytest.mark.sample(3)

PAIRS = [(n, n) for n in ("Normal", "LogNormal", "Exponential", "Gamma", "Laplace", "Gumbel", "Poisson", "Bernoulli")]
PAIRS += [("Normal", "Laplace"), ("Laplace", "Normal"), ("Gumbel", "Normal"), ("Exponential", "Gamma")]


@pytest.fixture(scope="module")
def families():
    files = [f for f in sorted(derivations().glob("*.toml")) if "[family]" in f.read_text(encoding="utf-8")]
    return load_families(files)


@pytest.mark.parametrize(("p", "q"), PAIRS, ids=[f"{p}-{q}" for p, q in PAIRS])
def test_every_step_and_every_lemma_of_a_built_in_divergence_is_proved(families, p, q):
    found = check_steps(derive(claim("kl", families[p], families[q])))
    assert {verdict.kind for verdict in found.steps} == {"proved"}
    assert found.all_proved


@pytest.fixture(scope="module")
def normal(families):
    return derive(claim("kl", families["Normal"], families["Normal"]))


@pytest.mark.parametrize("index", range(17))
def test_a_step_with_a_wrong_right_side_is_not_proved(normal, index):
    step = normal.steps[index]
    wrong = replace(step, after=step.after + sp.Rational(1, 10**12))
    steps = list(normal.steps)
    steps[index] = wrong
    found = check_steps(replace(normal, steps=tuple(steps)))
    assert found.steps[index].kind in ("failed", "unknown")
    assert not found.all_proved


def test_a_wrong_simplification_is_refuted_with_a_counterexample(normal):
    step = normal.steps[-1]
    broken = replace(normal, steps=(*normal.steps[:-1], replace(step, after=2 * step.after)))
    verdict = check_steps(broken).steps[-1]
    assert verdict.kind == "failed"
    assert {name for name, _ in verdict.counterexample.at} == {"mu_1", "sigma_1", "mu_2", "sigma_2"}


@pytest.mark.parametrize(
    ("p", "q"), [("Normal", "Normal"), ("Gumbel", "Normal"), ("Laplace", "Laplace"), ("Poisson", "Poisson")]
)
def test_no_step_of_a_lemma_can_be_changed_unseen(families, p, q):
    derivation = derive(claim("kl", families[p], families[q]))
    tried = 0
    for i, lemma in enumerate(derivation.lemmas):
        for j, step in enumerate(lemma.steps):
            wrong = replace(step, after=3 * step.after if step.after != 0 else sp.Integer(1))
            broken = replace(lemma, steps=(*lemma.steps[:j], wrong, *lemma.steps[j + 1 :]))
            lemmas = (*derivation.lemmas[:i], broken, *derivation.lemmas[i + 1 :])
            found = check_steps(replace(derivation, lemmas=lemmas))
            assert found.lemmas[i].kind != "proved", (lemma.statement, step)
            tried += 1
    assert tried >= 6


def test_a_lemma_with_a_wrong_value_is_not_proved_and_cannot_be_used(normal):
    square = (normal.claim.p.variable - normal.claim.p.parameters[0].symbol) ** 2
    lemmas = tuple(
        replace(lemma, value=lemma.value + 1) if lemma.statement.body == square else lemma for lemma in normal.lemmas
    )
    assert lemmas != normal.lemmas
    found = check_steps(replace(normal, lemmas=lemmas))
    assert not found.all_proved
    assert "proved" not in {v.kind for v, s in zip(found.steps, normal.steps, strict=True) if s.rule == "lemma"}


@pytest.mark.parametrize("harm", ["a sign", "no cross term", "no constant", "half the square"])
def test_a_wrong_expansion_about_the_centre_is_not_proved(normal, harm):
    """Also one that has the right value, as the average of `x - mu` is zero."""
    x, mu = normal.claim.p.variable, normal.claim.p.parameters[0].symbol
    at, step = next((i, s) for i, s in enumerate(normal.steps) if s.rule == "centring")
    terms = {"cross": [], "square": [], "rest": []}
    for term in step.after.body.args:
        _, varying = term.as_independent(x, as_Add=False)
        terms["square" if varying == (x - mu) ** 2 else "cross" if varying == x - mu else "rest"].append(term)
    cross, square = sp.Add(*terms["cross"]), sp.Add(*terms["square"])
    constant = sp.Add(*(term for term in terms["rest"] if not term.has(sp.log)))
    assert 0 not in (cross, square, constant)
    body = step.after.body - {"a sign": 2 * cross, "no cross term": cross, "no constant": constant}.get(
        harm, square / 2
    )
    after = Expectation(body, *step.after.args[1:])
    steps = (*normal.steps[:at], replace(step, after=after), *normal.steps[at + 1 :])
    assert check_steps(normal).steps[at].kind == "proved"
    assert check_steps(replace(normal, steps=steps)).steps[at].kind != "proved"


def test_values_about_the_centre_imply_no_more_than_they_say(normal):
    """Without the average of `x - mu` the cross-entropy has no value, while the entropy has."""
    x, mu = normal.claim.p.variable, normal.claim.p.parameters[0].symbol
    without = tuple(lemma for lemma in normal.lemmas if lemma.statement.body != x - mu)
    assert len(without) == len(normal.lemmas) - 1
    found = check_steps(replace(normal, lemmas=without))
    unproved = {step.rule for step, verdict in zip(normal.steps, found.steps, strict=True) if verdict.kind != "proved"}
    assert unproved == {"lemma", "difference"}


def test_a_chart_that_misses_a_part_of_the_range_is_not_proved(families):
    derivation = derive(claim("entropy", families["Gumbel"]))
    lemma = derivation.lemmas[0]
    at, chart = next((i, s) for i, s in enumerate(lemma.steps) if s.rule == "chart")
    ((z, lower, upper),) = chart.after.limits
    shorter = sp.Integral(chart.after.function, (z, lower, 2 if upper == sp.oo else upper / 2))
    steps = (*lemma.steps[:at], replace(chart, after=shorter), *lemma.steps[at + 1 :])
    found = check_steps(replace(derivation, lemmas=(replace(lemma, steps=steps), *derivation.lemmas[1:])))
    assert found.lemma_steps[0][at].kind != "proved"


def test_a_theorem_outside_its_condition_is_not_proved(families):
    derivation = derive(claim("expectation", families["Gamma"], of=1 / families["Gamma"].variable))
    assert derivation.status == "conditional"
    i = next(i for i, lemma in enumerate(derivation.lemmas) if lemma.conditions)
    careless = replace(derivation.lemmas[i], conditions=())
    lemmas = (*derivation.lemmas[:i], careless, *derivation.lemmas[i + 1 :])
    assert check_steps(derivation).lemmas[i].kind == "proved"
    assert check_steps(replace(derivation, lemmas=lemmas)).lemmas[i].kind != "proved"


@pytest.mark.parametrize("name", ["a", "b", "c", "d", "r", "s"])  # the point at which ends are compared hangs on names
def test_a_logarithm_reaches_the_ends_of_the_line_however_large_the_rate(name):
    gumbel = make(
        lambda x, u, a: a * sp.exp(-a * (x - u)) * sp.exp(-sp.exp(-a * (x - u))),
        -sp.oo,
        sp.oo,
        "u: real",
        f"{name}: positive",
    )
    assert check_steps(derive(claim("entropy", gumbel))).all_proved


@pytest.mark.parametrize("ends", [(0, sp.oo), (sp.Rational(1, 10**9), sp.oo), (0, 10**9)])
def test_a_change_of_variable_that_leaves_out_an_end_is_not_proved(ends):
    found = derive(claim("entropy", make(lambda x: sp.exp(-x - sp.exp(-x)), -sp.oo, sp.oo)))
    lemma = found.lemmas[0]
    at = next(i for i, step in enumerate(lemma.steps) if step.rule == "chart")
    cut = lemma.steps[at].after.replace(sp.Integral, lambda f, limits: sp.Integral(f, (limits[0], *ends)))
    steps = (*lemma.steps[:at], replace(lemma.steps[at], after=cut), *lemma.steps[at + 1 :])
    verdicts = check_steps(replace(found, lemmas=(replace(lemma, steps=steps),))).lemma_steps[0]
    assert (verdicts[at].kind == "proved") == (ends == (0, sp.oo))


@pytest.mark.parametrize(
    ("p", "q"),
    [
        ("HyperbolicSecant", "Normal"),  # a logarithm times a small number as a chart
        ("Triangular", "Laplace"),  # pieces whose ends are in order only where the case says so
        ("Uniform", "Triangular"),  # logarithms whose sign the case decides
        ("Chi2", "Gompertz"),
    ],
)
def test_a_lemma_whose_pieces_and_cases_are_in_an_order_is_proved(families, p, q):
    derivation = derive(claim("cross_entropy", families[p], families[q]))
    assert check_steps(derivation).all_proved
    for at, lemma in enumerate(derivation.lemmas):
        for index, step in enumerate(lemma.steps):
            if step.rule not in ("chart", "cases"):
                continue
            change = step.after * (1 + sp.Rational(1, 10**9))
            wrong = replace(lemma, steps=(*lemma.steps[:index], replace(step, after=change), *lemma.steps[index + 1 :]))
            lemmas = (*derivation.lemmas[:at], wrong, *derivation.lemmas[at + 1 :])
            assert not check_steps(replace(derivation, lemmas=lemmas)).all_proved


def test_pieces_that_leave_a_gap_or_lie_over_each_other_do_not_cover_the_range():
    x, z, w = sp.symbols("x z w", real=True)
    a, b, c = sp.symbols("a b c", real=True)
    given = (a < c, c < b)
    one, two = (z + a, z, sp.Integer(0), c - a), (w + a, w, c - a, b - a)
    assert _covers([one, two], x, a, b, given)
    assert not _covers([one], x, a, b, given)
    assert not _covers([one, (w + a, w, sp.Integer(0), b - a)], x, a, b, given)
    assert not _covers([one, (w + a, w, c - a + sp.Rational(1, 100), b - a)], x, a, b, given)
    assert not _covers([one, two], x, a, b, (a < c, c < b, b < a))  # there is no such place


def test_halves_of_an_integral_that_is_nowhere_finite_do_not_cancel(cauchy):
    """A forged chain for the mean of a Cauchy: each of its halves is infinite."""
    p = claim("entropy", cauchy).p
    x, (m, s) = p.variable, [parameter.symbol for parameter in p.parameters]
    z = sp.Symbol("z", positive=True)
    statement = statement_of(p, x - m)
    half = z * s / (sp.pi * (s**2 + z**2))
    twice = 2 * z * s / (2 * sp.pi * s**2 + 2 * sp.pi * z**2)  # the same, which SymPy does not see
    opening = as_integral(statement, density(p), -sp.oo, sp.oo, False, ())
    halves = sp.Integral(half, (z, 0, sp.oo)) - sp.Integral(twice, (z, 0, sp.oo))
    chart = Step(opening.after, halves, "chart", "x = m + z, x = m - z", substitution=((x, m + z), (x, m - z)))
    zero = sp.Integer(0)
    for rule in ("linearity", "simplification"):
        steps = (opening, chart, Step(halves, zero, rule, "the halves cancel"))
        verdict, found = check_lemma(Lemma(statement, zero, (), "forged", (), steps), p)
        assert [step.kind for step in found[:2]] == ["proved", "proved"]  # no more than the last is wrong
        assert found[2].kind != "proved"
        assert verdict.kind != "proved"


@pytest.mark.parametrize(("name", "kind"), [("Laplace", "proved"), ("Cauchy", "unknown")])
def test_parts_of_two_integrals_cancel_where_each_integral_converges(families, name, kind):
    """The mean, from the halves about the centre: the odd parts cancel, which says nothing where they are infinite."""
    p = claim("entropy", families[name]).p
    x, m = p.variable, p.parameters[0].symbol
    z = sp.Symbol("z", positive=True)
    half = density(p).subs(x, m + z)
    halves = sp.Integral((m + z) * half, (z, 0, sp.oo)) + sp.Integral((m - z) * half, (z, 0, sp.oo))
    joined = 2 * m * sp.Integral(half, (z, 0, sp.oo))
    opening = as_integral(statement_of(p, x), density(p), -sp.oo, sp.oo, False, ())
    lemma = Lemma(statement_of(p, x), m, (), "by halves", (), (opening, Step(halves, joined, "linearity", "")))
    assert [verdict.kind for verdict in check_lemma(lemma, p)[1]] == ["proved", kind]
