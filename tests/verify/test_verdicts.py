"""Verdicts: proved, numeric, unknown and failed, each for its own reason."""

from dataclasses import replace

import mpmath as mp
import pytest
import sympy as sp

from symkl.derive import derive
from symkl.model import Case, Derivation, Expectation, Known, Law, claim, symbol
from symkl.verify import evaluate, judge, verify
from symkl.verify.infinite import by_tails

from .conftest import make

R = sp.Rational


def methods(verdict):
    return {check.method: check.passed for check in verdict.checks}


@pytest.fixture(scope="module")
def normal_kl(built_in):
    return derive(claim("kl", built_in["Normal"], built_in["Normal"]))


def test_a_derived_divergence_is_proved_with_every_kind_of_evidence(normal_kl):
    verified = verify(normal_kl)
    assert verified.verdict.kind == "proved"
    assert methods(verified.verdict) == dict.fromkeys(("kernel", "enclosure", "quadrature", "property"), True)
    enclosure = next(check for check in verified.verdict.checks if check.method == "enclosure")
    assert enclosure.points == 8
    assert enclosure.digits >= 28
    assert len(verified.steps) == len(normal_kl.steps)


def test_a_wrong_result_fails_with_the_parameters_and_both_values(normal_kl):
    wrong = replace(normal_kl, result=normal_kl.result + R(1, 10**12))
    verdict = verify(wrong).verdict
    assert verdict.kind == "failed"
    gap = mp.mpf(verdict.counterexample.given) - mp.mpf(verdict.counterexample.true)
    assert abs(gap - mp.mpf(10) ** -12) < 1e-15
    assert {name for name, _ in verdict.counterexample.at} == {"mu_1", "sigma_1", "mu_2", "sigma_2"}


def test_a_right_result_without_proved_steps_is_numeric_only(normal_kl):
    verdict = verify(replace(normal_kl, steps=())).verdict
    assert verdict.kind == "numeric"
    assert methods(verdict)["kernel"] is None


def test_a_condition_of_a_lemma_that_is_not_stated_on_the_claim_is_no_proof(normal_kl):
    mu = normal_kl.claim.parameters[0].symbol
    lemmas = tuple(replace(lemma, conditions=(mu > 2,)) for lemma in normal_kl.lemmas)
    assert verify(replace(normal_kl, lemmas=lemmas)).verdict.kind == "numeric"


def test_a_result_that_nobody_can_evaluate_is_unknown(normal_kl):
    verdict = verify(
        replace(normal_kl, result=sp.Function("f")(normal_kl.claim.parameters[0].symbol), steps=())
    ).verdict
    assert verdict.kind == "unknown"


def test_a_negative_divergence_is_refuted_by_its_sign(built_in):
    kl = derive(claim("kl", built_in["Exponential"], built_in["Exponential"]))
    verdict = verify(replace(kl, result=-kl.result)).verdict
    assert verdict.kind == "failed"
    assert methods(verdict)["property"] is not True


def test_infinite_by_support_is_proved_from_the_domains(built_in):
    kl = derive(claim("kl", built_in["Normal"], built_in["Gamma"]))
    verdict = verify(kl).verdict
    assert kl.result == sp.oo
    assert verdict.kind == "proved"
    assert "has mass below 0" in verdict.note


def test_a_finite_value_called_infinite_is_refuted_by_a_ball(normal_kl):
    verdict = verify(replace(normal_kl, status="infinite", result=sp.oo)).verdict
    assert verdict.kind == "failed"
    assert verdict.counterexample.given == "oo"


def test_infinite_by_divergence_is_seen_in_truncated_integrals(cauchy, built_in):
    cross = derive(claim("cross_entropy", cauchy, built_in["Normal"]))
    verdict = verify(replace(cross, status="infinite", result=sp.oo, steps=(), lemmas=())).verdict
    assert verdict.kind == "proved"  # by the growth of log(q) against the fall of p, whatever the steps say
    assert "growth" in verdict.checks[0].note
    assert "grow" in verdict.checks[-1].note
    mean = claim("expectation", cauchy, of=cauchy.variable**2)
    stated = Derivation(mean, "infinite", sp.oo, ())
    assert verify(stated).verdict.kind == "numeric"


def test_no_growth_is_shown_for_what_is_finite(built_in):
    for q in ("Laplace", "Normal", "Gumbel"):
        assert by_tails(claim("kl", built_in["Normal"], built_in[q])) is None
        assert by_tails(claim("cross_entropy", built_in["Normal"], built_in[q])) is None


def power_tail(shape):
    return make(lambda x, a: a * x ** (-a - 1), 1, sp.oo, f"a: {shape}")


def test_a_conditional_value_holds_inside_and_diverges_outside():
    family = power_tail("positive")
    about = claim("expectation", family, of=family.variable)
    (a,) = (p.symbol for p in about.parameters)
    made = derive(about)
    value = a / (a - 1)
    stated = replace(
        made,
        status="conditional",
        result=value,
        conditions=(a > 1,),
        cases=(Case((a > 1,), value),),
        otherwise="oo",
    )
    verdict = verify(stated).verdict
    assert verdict.kind in ("proved", "numeric")
    assert all(check.passed for check in verdict.checks if check.method != "kernel")
    too_narrow = replace(stated, conditions=(a > 3,), cases=(Case((a > 3,), value),))
    points = [verify(too_narrow, seed=seed).verdict for seed in range(6)]
    assert "failed" in {verdict.kind for verdict in points}  # 1 < a < 3 is finite, though it is said not to be


def test_every_case_of_a_value_is_tried(built_in):
    about = claim("cross_entropy", built_in["Exponential"], built_in["Laplace"])
    made = derive(about)
    assert len(made.cases) > 1
    assert verify(made).verdict.kind == "proved"
    for at in range(len(made.cases)):
        cases = tuple(replace(case, value=case.value + int(i == at)) for i, case in enumerate(made.cases))
        wrong = sp.Piecewise(*((case.value, sp.And(*case.when)) for case in cases))
        assert verify(replace(made, cases=cases, result=wrong)).verdict.kind == "failed"


def test_an_identity_with_an_inert_expectation_is_checked_by_numbers(built_in):
    entropy = derive(claim("entropy", built_in["Poisson"]))
    assert entropy.status == "none"
    assert entropy.result.has(Expectation)
    verdict = verify(entropy).verdict
    assert verdict.kind in ("proved", "numeric")
    assert methods(verdict)["quadrature"] is True
    x = entropy.claim.p.variable
    wrong = replace(entropy, result=entropy.result + Expectation(x, x, Law("p")))
    assert verify(wrong).verdict.kind == "failed"


@pytest.mark.parametrize(("p", "q"), [("Gumbel", "Logistic"), ("Levy", "Weibull"), ("Kumaraswamy", "Laplace")])
def test_what_has_no_room_in_doubles_is_averaged_with_more_digits(built_in, p, q):
    divergence = derive(claim("kl", built_in[p], built_in[q]))
    assert divergence.status == "none"
    verdict = verify(divergence).verdict
    assert verdict.kind == "proved"
    assert methods(verdict) == {"kernel": True, "quadrature": True}
    wrong = verify(replace(divergence, result=divergence.result + R(1, 10))).verdict
    assert wrong.kind == "failed"
    gap = mp.mpf(wrong.counterexample.given) - mp.mpf(wrong.counterexample.true)
    assert abs(gap - mp.mpf("0.1")) < 1e-4


def known(formula, text="", **more):
    return Known("kl", "Normal", formula, text, "a test", "known[1]", **more)


def test_known_forms_are_proved_and_wrong_ones_fail(normal_kl):
    about = normal_kl.claim
    right = known(normal_kl.result)
    assert judge(right, about, normal_kl).verdict.kind == "proved"
    wrong = judge(known(normal_kl.result * R(1001, 1000)), about, normal_kl).verdict
    assert wrong.kind == "failed"
    assert abs(mp.mpf(wrong.counterexample.given) / mp.mpf(wrong.counterexample.true) - mp.mpf("1.001")) < 1e-15


def test_bits_are_not_nats(normal_kl):
    about = normal_kl.claim
    assert judge(known(normal_kl.result / sp.log(2), units="bits"), about, normal_kl).verdict.kind == "proved"
    assert judge(known(normal_kl.result, units="bits"), about, normal_kl).verdict.kind == "failed"


def test_a_known_form_is_judged_where_nothing_closed_was_derived(normal_kl, built_in):
    about = normal_kl.claim
    assert judge(known(normal_kl.result), about).verdict.kind == "numeric"
    assert judge(known(normal_kl.result + 1), about).verdict.kind == "failed"
    entropy = claim("entropy", built_in["Poisson"])
    (lam,) = (p.symbol for p in entropy.parameters)
    k = symbol("k", "nonnegative_integer")
    inner = sp.Sum(sp.exp(-lam) * lam**k / sp.factorial(k) * sp.loggamma(k + 1), (k, 0, sp.oo))
    form = Known("entropy", None, lam - lam * sp.log(lam) + inner, "", "a test", "known[1]")
    assert judge(form, entropy, derive(entropy)).verdict.kind in ("proved", "numeric")
    shifted = replace(form, formula=form.formula + R(1, 10**6))
    assert judge(shifted, entropy, derive(entropy)).verdict.kind == "failed"


def test_a_finite_form_for_an_infinite_divergence_fails(built_in):
    kl = derive(claim("kl", built_in["Normal"], built_in["Gamma"]))
    verdict = judge(known(kl.claim.parameters[1].symbol), kl.claim, kl).verdict
    assert verdict.kind == "failed"
    assert verdict.counterexample.true == "oo"
    assert judge(known(sp.oo), kl.claim, kl).verdict.kind == "proved"


def test_values_come_with_a_certificate(normal_kl):
    at = dict(zip((p.symbol for p in normal_kl.claim.parameters), (R(0), R(1), R(1), R(2)), strict=True))
    found = evaluate(normal_kl.claim, at, 40, normal_kl)
    assert found.method == "closed form"
    assert found.certified is True
    with mp.workdps(50):
        assert abs(mp.mpf(found.value) - (mp.log(2) + mp.mpf(2) / 8 - mp.mpf(1) / 2)) < mp.mpf(10) ** -38
    value = normal_kl.result + R(1, 10**20)
    wrong = evaluate(normal_kl.claim, at, 40, replace(normal_kl, result=value, cases=(Case((), value),)))
    assert wrong.certified is False


def test_values_without_a_closed_form_come_from_the_integral(built_in):
    about = claim("entropy", built_in["Poisson"])
    at = {p.symbol: R(3) for p in about.parameters}
    found = evaluate(about, at, 25)
    assert (found.method, found.certified) == ("integral", True)
    with mp.workdps(40):
        terms = ((mp.mpf(3) ** k * mp.exp(-3) / mp.factorial(k), k) for k in range(150))
        entropy = mp.fsum(-p * mp.log(p) for p, _ in terms)
        assert abs(mp.mpf(found.value) - entropy) < mp.mpf(10) ** -23


def test_an_infinite_value_is_said_to_be_infinite(built_in):
    about = claim("kl", built_in["Normal"], built_in["Gamma"])
    assert evaluate(about, {p.symbol: R(1) for p in about.parameters}).value == "oo"


def test_a_known_form_that_is_infinite_fails_where_the_truth_is_finite(built_in):
    entropy = claim("entropy", built_in["Poisson"])
    rate, n = entropy.parameters[0].symbol, sp.Symbol("n", integer=True)
    for form in (sp.Sum(rate, (n, 0, sp.oo)), 1 - 2 * sp.Integral(1 / n, (n, 1, sp.oo))):
        verdict = judge(Known("entropy", None, form, "", "a test", "known[1]"), entropy).verdict
        assert verdict.kind == "failed"
        assert verdict.counterexample.given == ("oo" if form.has(sp.Sum) else "-oo")
