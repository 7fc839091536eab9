"""Where a value is infinite, conditional or unknown, that is the result, with its reason."""

import pytest
import sympy as sp

from symkl.derive import derive
from symkl.errors import BadInput
from symkl.language import load_family
from symkl.model import claim
from symkl.model.inert import expectations


def kl(strangers, p, q):
    return derive(claim("kl", strangers[p], strangers[q]))


def test_mass_outside_the_other_support_makes_the_divergence_infinite(strangers):
    found = kl(strangers, "Gauss", "GammaRate")
    assert (found.status, found.result) == ("infinite", sp.oo)
    assert "below 0" in found.reason


@pytest.mark.parametrize(("p", "q"), [("Gauss", "Counts"), ("Counts", "Gauss")])
def test_continuous_against_discrete_is_infinite_and_its_cross_entropy_undefined(strangers, p, q):
    assert kl(strangers, p, q).status == "infinite"
    cross = derive(claim("cross_entropy", strangers[p], strangers[q]))
    assert (cross.status, cross.result, cross.otherwise) == ("none", None, "undefined")


def test_a_divergent_nonnegative_statistic_makes_it_infinite(strangers):
    found = derive(claim("cross_entropy", strangers["Expo"], strangers["InverseG"]))
    assert found.status == "infinite"
    assert "1/x" in found.reason


def test_a_moment_that_needs_a_condition_is_conditional_and_infinite_outside_it(strangers):
    found = kl(strangers, "PowerTail", "Gauss")
    alpha = sp.Symbol("alpha_1", positive=True)
    assert (found.status, found.conditions, found.otherwise) == ("conditional", (sp.Gt(alpha, 2),), "oo")


def test_support_inclusion_that_parameters_decide_is_a_condition(strangers):
    found = kl(strangers, "Flat", "Flat")
    assert found.status == "conditional"
    assert found.otherwise == "oo"
    assert len(found.conditions) == 2


def test_an_entropy_without_a_closed_form_says_so_and_cancels_from_the_divergence(strangers):
    entropy = derive(claim("entropy", strangers["Counts"]))
    assert entropy.status == "none"
    assert len(expectations(entropy.result)) == 1
    divergence = kl(strangers, "Counts", "Counts")
    assert divergence.status == "closed"
    assert not expectations(divergence.result)
    assert "cancellation" in [step.rule for step in divergence.steps]


def test_normal_against_logistic_is_not_guessed(strangers):
    found = kl(strangers, "Gauss", "Sech")
    assert found.status == "none"
    assert expectations(found.result)


def test_logistic_against_logistic_is_closed_where_they_share_a_scale_only(strangers):
    found = kl(strangers, "Sech", "Sech")
    assert found.status == "conditional"
    assert {str(c) for c in found.conditions} == {"Eq(s_2, s_1)", "Ne(mu_1, mu_2)"}
    assert found.otherwise == "unknown"


def test_two_kinks_in_either_order_give_one_function_of_their_distance(strangers):
    found = kl(strangers, "TwoSided", "TwoSided")
    assert found.result.has(sp.Abs)
    assert not found.result.has(sp.Piecewise)
    lemma = next(lemma for lemma in found.lemmas if lemma.steps and lemma.steps[-1].rule == "cases")
    assert sum(step.rule == "definition" for step in lemma.steps) == 2


def test_a_kink_inside_or_outside_the_support_gives_two_cases(strangers):
    found = kl(strangers, "Expo", "TwoSided")
    assert len(found.cases) == 2
    mu = sp.Symbol("mu_2", real=True)
    assert {sp.Gt(mu, 0), sp.Le(mu, 0)} >= {c for case in found.cases for c in case.when if c != sp.true}


def test_a_mean_that_does_not_exist_is_never_given_a_value(strangers):
    x = strangers["PowerTail"].variable
    found = derive(claim("expectation", strangers["PowerTail"], of=x**3))
    assert found.status == "conditional"
    found = derive(claim("expectation", strangers["Expo"], of=1 / strangers["Expo"].variable))
    assert found.status == "infinite"
    assert found.result == sp.oo


def test_a_density_that_does_not_integrate_to_one_is_refused_and_says_to_what(tmp_path):
    file = tmp_path / "half.toml"
    file.write_text(
        'format = 1\n[family]\nname = "Half"\nvariable = "x"\nkind = "continuous"\nsupport = ["0", "oo"]\n'
        'density = "2*lam*exp(-lam*x)"\n[family.parameters]\nlam = { domain = "positive" }\n',
        encoding="utf-8",
    )
    with pytest.raises(BadInput, match="integrates to 2, not to 1") as refusal:
        derive(claim("entropy", load_family(file)))
    assert "half.toml" in str(refusal.value)


def test_a_tie_between_parameters_is_applied_before_deriving(strangers):
    mu = sp.Symbol("mu_1", real=True)
    found = derive(claim("kl", strangers["Gauss"], strangers["Gauss"], where=(("mu_2", mu),)))
    s1, s2 = sp.Symbol("sigma_1", positive=True), sp.Symbol("sigma_2", positive=True)
    assert sp.simplify(found.result - (sp.log(s2 / s1) + s1**2 / (2 * s2**2) - sp.Rational(1, 2))) == 0
    assert [p.full_name for p in found.claim.parameters] == ["mu_1", "sigma_1", "sigma_2"]
