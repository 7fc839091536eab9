"""Formulas and derivations in LaTeX against the truth: what is right, the wrong line, and other readings of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from symkl.check.latex import given_in
from symkl.check.lines import lines_compared
from symkl.derive import derive
from symkl.errors import BadInput
from symkl.language import load_family, read_bindings
from symkl.language.latex import Source
from symkl.model import Derivation, claim

pytestmark = pytest.mark.sample(3)

DERIVATIONS = Path(__file__).parents[2] / "derivations"


def family(name: str) -> Any:
    return load_family(DERIVATIONS / f"{name}.toml")


@pytest.fixture(scope="module")
def derived() -> Callable[..., Derivation]:
    known: dict[Any, Derivation] = {}

    def made(quantity: str, *names: str, where: tuple[str, ...] = ()) -> Derivation:
        key = (quantity, names, where)
        if key not in known:
            members = [family(name) for name in names]
            bare = claim(quantity, *members)
            bound = read_bindings(where, {p.full_name: p.symbol for p in bare.parameters})
            known[key] = derive(claim(quantity, *members, where=bound))
        return known[key]

    return made


@pytest.fixture
def check(derived: Callable[..., Derivation]) -> Callable[..., dict[str, Any]]:
    def found(latex: str, *about: str, where: tuple[str, ...] = (), **options: Any) -> dict[str, Any]:
        derivation = derived(*about, where=where)
        names, units, dims = options.get("names", ()), options.get("units", "nats"), options.get("dims", "none")
        given = given_in(derivation.claim, Source(latex), names, units, dims)
        return lines_compared(derivation, given, dims)

    return found


NORMAL = ("kl", "normal", "normal")
KL = r"\log\frac{\sigma_2}{\sigma_1} + \frac{\sigma_1^2 + (\mu_1-\mu_2)^2}{2\sigma^2_2} - \frac12"

#: how two distributions are told apart, and what is said of it
MARKS = {
    KL: "",
    rf"D(p\|q) = {KL}".replace("_1", "_p").replace("_2", "_q"): "the mark p stands for the first distribution",
    rf"D(q\|p) = {KL}".replace("_1", "_q").replace("_2", "_p"): "the mark q stands for the first distribution",
    KL.replace("_1", "_i").replace("_2", "_j"): "the mark i stands for the first distribution",
    KL.replace("_1", "_0").replace("_2", "_1"): "the mark 0 stands for the first distribution",
    rf"D(P_2\|P_1) = {KL}".replace("_1", "_a")
    .replace("_2", "_1")
    .replace("_a", "_2")
    .replace("P_1\\|P_2", "P_2\\|P_1"): ("the mark 2 stands for the first distribution"),
    KL.replace("_1", "").replace("\\sigma^2_2", "\\sigma'^2").replace("_2", "'"): "no mark stands for the first",
    KL.replace("\\mu_1", "\\mu^{(1)}").replace("\\mu_2", "\\mu^{(2)}"): "",
}


@pytest.mark.parametrize("latex", MARKS)
def test_the_two_distributions_are_told_apart_by_their_marks(check: Any, latex: str) -> None:
    answer = check(latex, *NORMAL)
    assert (answer["verdict"], answer["evidence"]) == ("correct", "proved")
    assert MARKS[latex] in " ".join(answer["notes"])
    assert bool(answer["notes"]) == bool(MARKS[latex])
    assert answer["read"].count("sigma_1") == answer["read"].count("sigma_2") == 2


@pytest.mark.parametrize("latex", MARKS)
def test_told_apart_or_not_a_wrong_formula_is_wrong(check: Any, latex: str) -> None:
    answer = check(latex.replace(r"\frac12", r"\frac13"), *NORMAL)
    assert answer["verdict"] == "wrong"
    assert answer["counterexample"]["given"] != answer["counterexample"]["true"]


def test_arguments_exchanged_are_named(check: Any) -> None:
    answer = check(rf"D(p\|q) = {KL}".replace("_1", "_q").replace("_2", "_p"), *NORMAL)
    assert answer["verdict"] == "wrong"
    assert "exchanged" in answer["diagnosis"] or "KL(q" in answer["diagnosis"]


#: what is not clear, the text at which reading stops, and what is said
UNCLEAR = {
    KL.replace(r"\mu_1", r"\mu_3"): (r"\mu_3", "which of the two distributions 'mu_3' belongs to is not clear"),
    KL.replace("_1", "_k").replace("_2", "_l"): (r"\sigma_l", "which of the two distributions 'sigma_l' belongs to"),
    # people write KL(p || p_0) and KL(p_0 || p)
    KL.replace("_1", "").replace("_2", "_0"): (r"\sigma_0", "which of the two distributions 'sigma_0' belongs to"),
    KL.replace("_1", ""): (r"\sigma}", "which of the two distributions 'sigma' belongs to is not clear"),
    KL.replace(r"\mu_1", r"\nu"): (r"\nu", "'nu' is not known here"),
    KL.replace("_2", "_{2,3}"): (r"\sigma_{2,3}", "'sigma_2_3' is not known here"),
}


@pytest.mark.parametrize("latex", UNCLEAR)
def test_what_a_name_means_is_never_guessed(check: Any, latex: str) -> None:
    stop, words = UNCLEAR[latex]
    with pytest.raises(BadInput) as refused:
        check(latex, *NORMAL)
    assert refused.value.what.startswith(words)
    assert "--map" in refused.value.todo
    assert (refused.value.where.field, refused.value.where.column) == ("--latex", latex.index(stop) + 1)


MAPPED = {
    (r"\ln\frac{b}{a} + \frac{a^2+(m-n)^2}{2b^2} - \frac12", ("a=sigma_1", "b=sigma_2", "m=mu_1", "n=mu_2")),
    (r"\frac12(v' - v) + \frac{e^v + (\mu_1-\mu_2)^2}{2e^{v'}} - \frac12", ("v=2*log(sigma_1)", "v'=2*log(sigma_2)")),
    (r"\frac12\ln\frac{V_2}{V_1} + \frac{V_1+(\mu_1-\mu_2)^2}{2V_2} - \frac12", (r"V_1=\sigma_1^2", "V_2=sigma_2**2")),
    (
        r"\frac12\ln\frac{\tau_1}{\tau_2} + \frac{\tau_2}{2\tau_1} + \frac{\tau_2(\mu_1-\mu_2)^2}{2} - \frac12",
        (r"\tau_1=1/\sigma_1^2", r"\tau_2=\frac{1}{\sigma_2^2}"),
    ),
    (r"\ln\frac{s}{S} + \frac{S^2+(\mu_1-\mu_2)^2}{2s^2} - \frac12", ("s^2=sigma_2**2", "S=sigma_1")),
}


@pytest.mark.parametrize(("latex", "names"), sorted(MAPPED))
def test_names_are_explained_in_latex_or_in_ascii(check: Any, latex: str, names: tuple[str, ...]) -> None:
    assert check(latex, *NORMAL, names=names)["evidence"] == "proved"
    assert check(latex.replace("- \\frac12", "+ \\frac12"), *NORMAL, names=names)["verdict"] == "wrong"
    with pytest.raises(BadInput, match="column"):
        check(latex, *NORMAL, names=names[1:])


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("v", "is not of the form NAME=EXPR"),
        ("=v", "is not of the form NAME=EXPR"),
        (r"\frac12=mu_1", "this is not a name"),
        (r"\log v=mu_1", "this is not a name"),
        ("v=nu", "unknown symbol 'nu'"),
        (r"v=\nu", "'nu' is not known here"),
        ("v^2=mu_1", "'v' itself cannot be found from its power"),
    ],
)
def test_a_map_that_cannot_be_used_is_refused(check: Any, option: str, words: str) -> None:
    with pytest.raises(BadInput, match="--map") as refused:
        check(KL, *NORMAL, names=(option,))
    assert refused.value.what.startswith(words)


VAE = (
    r"-D_{KL}(q_\phi(z)\,\|\,p(z)) = "
    r"\frac12 \sum_{j=1}^{J} \left(1 + \log((\sigma_j)^2) - (\mu_j)^2 - (\sigma_j)^2\right)"
)
FIXED = ("mu_2=0", "sigma_2=1")


def test_the_variational_autoencoder_line_is_minus_a_sum_over_dimensions(check: Any) -> None:
    answer = check(VAE, *NORMAL, where=FIXED, dims="sum")
    assert (answer["verdict"], answer["evidence"]) == ("correct", "proved")
    assert "the left-hand side is minus the quantity: the sign of each line is turned" in answer["notes"]
    for old, new in (("-D", "D"), ("1 +", ""), (r"- (\sigma_j)^2", r"- (\sigma_j)"), (r"\frac12 ", "")):
        assert VAE.count(old) == 1
        assert check(VAE.replace(old, new), *NORMAL, where=FIXED, dims="sum")["verdict"] == "wrong"


def test_a_sum_over_dimensions_needs_dims(check: Any) -> None:
    with pytest.raises(BadInput, match="give --dims sum"):
        check(VAE, *NORMAL, where=FIXED)
    assert check(VAE.replace(r"\frac12", r"\frac{1}{2J}"), *NORMAL, where=FIXED, dims="mean")["verdict"] == "correct"
    assert check(VAE, *NORMAL, where=FIXED, dims="mean")["verdict"] == "wrong"


DERIVATION = r"""\begin{align}
h(X) &= -\int p(x) \log p(x)\,dx \\
     &= \frac12\log(2\pi\sigma^2) + \frac{1}{2\sigma^2}\mathbb{E}[(x-\mu)^2] \\
     &= \frac12\log(2\pi\sigma^2) + \frac12 \\
     &= \frac12\log(2\pi e\sigma^2) \label{eq:h}
\end{align}"""


def test_every_line_of_a_derivation_is_checked(check: Any) -> None:
    answer = check(DERIVATION, "entropy", "normal")
    assert answer["verdict"] == "correct"
    assert [(row["line"], row["column"], row["verdict"]) for row in answer["lines"]] == [
        (2, 9, "not read"),
        (3, 9, "not read"),
        (4, 9, "correct"),
        (5, 9, "correct"),
    ]
    assert [row["diagnosis"] for row in answer["lines"][:2]] == [
        "an integral stands here",
        "an expectation stands here",
    ]
    assert answer["lines"][2]["read"] == "1/2*log(2*pi*sigma**2) + 1/2"


def test_the_wrong_step_is_found_though_the_end_is_right(check: Any) -> None:
    answer = check(DERIVATION.replace(r"+ \frac12 \\", r"+ 1 \\"), "entropy", "normal")
    assert (answer["verdict"], answer["line"], answer["column"]) == ("wrong", 4, 9)
    assert [row["verdict"] for row in answer["lines"]] == ["not read", "not read", "wrong", "correct"]
    assert answer["given"] == r"\frac12\log(2\pi\sigma^2) + 1"
    assert answer["lines"][2]["counterexample"] == answer["counterexample"] is not None
    assert answer["lines"][3]["counterexample"] is None


def test_what_is_right_in_another_reading_is_said_to_be(check: Any) -> None:
    answer = check(r"\ln(\sigma) \sqrt{2\pi e}", "entropy", "normal")
    assert (answer["verdict"], answer["diagnosis"]) == (
        "wrong",
        "it is right if it is read as log(sigma*sqrt(2*pi*E))",
    )
    assert "read as" not in check(r"\ln(\sigma) \sqrt{2\pi}", "entropy", "normal")["diagnosis"]
    assert check(r"\ln\sigma \sqrt{2\pi e}", "entropy", "normal")["verdict"] == "correct"


def test_an_approximation_is_compared_as_decimals_are(check: Any) -> None:
    right = r"h(X) = \frac12\log(2\pi e) + \log\sigma \approx 1.418939 + \log\sigma"
    answer = check(right, "entropy", "normal")
    assert (answer["verdict"], answer["evidence"]) == ("correct", "numeric")
    assert [row["verdict"] for row in answer["lines"]] == ["correct", "correct"]
    assert check(right.replace("1.418939", "1.418949"), "entropy", "normal")["verdict"] == "wrong"


def test_units_and_bases_go_together(check: Any) -> None:
    bits = r"\tfrac{-(1-p) \log_2 (1-p) - p \log_2 p}{p}"
    assert check(bits, "entropy", "geometric", units="bits")["verdict"] == "correct"
    wrong = check(bits, "entropy", "geometric")
    assert wrong["verdict"] == "wrong"
    assert "in bits" in wrong["diagnosis"]


def test_a_letter_is_the_parameter_before_it_is_a_constant(check: Any) -> None:
    assert check(r"\log(4\pi\gamma)", "entropy", "cauchy")["notes"] == []
    gumbel = check(r"\log\beta + \gamma + 1", "entropy", "gumbel")
    assert (gumbel["verdict"], gumbel["notes"]) == ("correct", ["gamma is taken for Euler's constant"])


def test_a_definition_s_own_latex_names_its_parameter(check: Any) -> None:
    assert check(r"1 - \ln\lambda", "entropy", "exponential")["read"] == "1 - log(lam)"
    assert check(r"\ln\frac{x_m}{\alpha} + 1 + \frac1\alpha", "entropy", "pareto")["verdict"] == "correct"
    assert check(r"\ln\frac{x_m}{\alpha} + 1 - \frac1\alpha", "entropy", "pareto")["verdict"] == "wrong"


def test_a_letter_of_another_parametrisation_is_refused_with_what_it_is_there(check: Any) -> None:
    with pytest.raises(BadInput) as refused:
        check(r"\frac12\ln\frac{2\pi e}{\tau}", "entropy", "normal")
    assert refused.value.what == "'tau' is not known here"
    assert refused.value.todo.startswith("Normal has it in its parametrisation 'precision': sigma = ")
    assert (
        check(r"\frac12\ln\frac{2\pi e}{\tau}", "entropy", "normal", names=("tau=1/sigma**2",))["verdict"] == "correct"
    )


def test_a_parameter_that_is_fixed_may_still_be_named(check: Any) -> None:
    assert check(KL, *NORMAL, where=FIXED)["verdict"] == "correct"
    assert check(KL.replace(r"\frac12", "1"), *NORMAL, where=FIXED)["verdict"] == "wrong"


def test_what_the_parser_refuses_is_refused_at_its_place_in_the_latex(check: Any) -> None:
    latex = r"\frac12\log(2\pi e\sigma^2) + \Gamma(5000)"
    with pytest.raises(BadInput, match="larger than 1000") as refused:
        check(latex, "entropy", "normal")
    assert refused.value.where.column == latex.index("5000") + 1


BERNOULLI = r"p\ln\frac pq + (1-p)\ln\frac{1-p}{1-q}"


def test_arguments_that_are_the_only_names_are_the_two_parameters(check: Any) -> None:
    about = ("kl", "bernoulli", "bernoulli")
    answer = check(rf"D(p \,\|\, q) = {BERNOULLI}", *about)
    assert answer["verdict"] == "correct"
    assert answer["notes"] == ["the arguments on the left are taken for the parameters: p is p_1, q is p_2"]
    assert check(rf"D(q \,\|\, p) = {BERNOULLI}", *about)["verdict"] == "wrong"
    poisson = r"D(\lambda_2 : \lambda_1) = \lambda_2\ln\frac{\lambda_2}{\lambda_1} + \lambda_1 - \lambda_2"
    assert check(poisson, "kl", "poisson", "poisson")["verdict"] == "correct"
    assert check(poisson.replace(" : ", ", ").replace("+", "-"), "kl", "poisson", "poisson")["verdict"] == "wrong"


@pytest.mark.parametrize(
    "latex",
    [
        BERNOULLI,
        rf"d(p, q) = {BERNOULLI}",
        rf"D(P \| Q) = {BERNOULLI}",
        rf"D(x \| y) = {BERNOULLI}".replace("p", "x").replace("q", "y"),
        r"\mathrm{KL}(\rho \| \hat\rho_j) = \rho\ln\frac{\rho}{\hat\rho_j} + (1-\rho)\ln\frac{1-\rho}{1-\hat\rho_j}",
    ],
)
def test_the_letters_of_the_distributions_may_be_their_parameters(check: Any, latex: str) -> None:
    about = ("kl", "bernoulli", "bernoulli")
    answer = check(latex, *about)
    assert answer["verdict"] == "correct"
    assert any("taken for the parameters" in note for note in answer["notes"])
    assert check(latex.replace("(1-", "(2-", 1), *about)["verdict"] == "wrong"


def test_of_reversed_letters_the_first_is_the_first_distribution(check: Any) -> None:
    about = ("kl", "bernoulli", "bernoulli")
    answer = check(rf"D(q \| p) = {BERNOULLI}", *about)
    assert answer["verdict"] == "wrong"
    assert "the two arguments are exchanged" in answer["diagnosis"]


def test_letters_that_may_be_other_parameters_are_not_guessed(check: Any) -> None:
    for about in (("kl", "beta", "beta"), ("entropy", "bernoulli")):
        with pytest.raises(BadInput, match="is not known here"):
            check(BERNOULLI, *about)


PARETO = r"\alpha_2\ln\frac{m_1}{m_2}+\ln\frac{\alpha_1}{\alpha_2}+\frac{\alpha_2}{\alpha_1}-1"
CASES = r"D(p\|q)=\begin{cases} %s & \text{if } m_1 %s m_2, \\ %s & \text{otherwise} \end{cases}"


def test_cases_are_right_where_the_divergence_is_infinite_too(check: Any) -> None:
    about, names = ("kl", "pareto", "pareto"), ("m_1=x_m_1", "m_2=x_m_2")
    assert check(CASES % (PARETO, r"\ge", r"\infty"), *about, names=names)["verdict"] == "correct"
    for wrong, words in {
        CASES % (PARETO, r"\ge", "0"): "elsewhere the truth is infinite",
        CASES % (PARETO, r"\le", r"\infty"): "it is infinite where the truth is a number",
        CASES % (PARETO.replace("- 1", "+ 1").replace("-1", "+1"), r"\ge", r"\infty"): "off by the constant 2",
    }.items():
        answer = check(wrong, *about, names=names)
        assert answer["verdict"] == "wrong"
        assert words in answer["diagnosis"]
    finite = check(CASES % (PARETO, r"\ge", "0"), *about, names=names)
    assert (finite["counterexample"]["given"], finite["counterexample"]["true"]) == ("0", "oo")


def test_a_relative_entropy_is_a_divergence_and_a_general_sum_is_passed_over(check: Any) -> None:
    assert check(rf"S(P\Vert Q) = {KL}", *NORMAL)["verdict"] == "correct"
    about = ("cross_entropy", "bernoulli", "bernoulli")
    latex = r"H(p,q) = -\sum_i p_i\log q_i = -p\log q - (1-p)\log(1-q)"
    answer = check(latex, *about)
    assert [line["verdict"] for line in answer["lines"]] == ["not read", "correct"]
    assert check(latex.replace(r"\log(1-q)", r"\log q"), *about)["verdict"] == "wrong"
