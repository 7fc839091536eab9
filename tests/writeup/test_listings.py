"""Divergences without a section, and those against other families in their main lines."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from jinja2 import FileSystemLoader

from symkl.language import parse
from symkl.model import Claim, Family, Verified, claim
from symkl.writeup import write_article
from symkl.writeup.listings import listings
from symkl.writeup.reasons import marked
from symkl.writeup.theorem import Context

Make = Callable[..., Verified]
Pair = Callable[[str, str], Claim]


@pytest.fixture(scope="module")
def pair(family: Callable[[str], Family]) -> Pair:
    return lambda p, q: claim("kl", family(p), family(q))


def test_one_reason_has_one_row_with_all_its_families(pair: Pair) -> None:
    why = "p gives positive probability to values below 0, where q has none"
    others = [(pair("normal", q), "infinite", why) for q in ("gamma", "weibull")]
    [table] = listings(others, Context(read=parse))
    assert table.title == "Infinite divergences"
    said = "$p$ gives positive probability to values below $0$, where $q$ has none."
    assert table.rows == ((said, "Gamma, Weibull"),)


def test_a_bound_with_parameters_is_typeset_in_the_second_familys_letters(pair: Pair) -> None:
    why = "p gives positive probability to values below mu_2 - sigma_2/xi_2, where q has none"
    [table] = listings([(pair("normal", "generalizedpareto"), "infinite", why)], Context(read=parse))
    assert r"values below $\mu_2 - \frac{\sigma_2}{\xi_2}$, where" in table.rows[0][0]


def test_what_resisted_is_typeset(pair: Pair) -> None:
    why = "no closed form found for E[log(1 + x)], E[x**2]"
    [table] = listings([(pair("gamma", "betaprime"), "none", why)], Context(read=parse, symbols=("f", "g")))
    assert table.rows[0] == (r"$\mathbb{E}_{x\sim f}[\log(x + 1)]$, $\mathbb{E}_{x\sim f}[x^2]$", "BetaPrime")


def test_a_log_density_by_cases_is_named_and_not_written_out(pair: Pair) -> None:
    why = "no closed form found for E[Piecewise((log(x - a_2), c_2 > x), (log(b_2 - x), True))]"
    [table] = listings([(pair("beta", "triangular"), "none", why)], Context(read=parse))
    assert table.rows[0][0] == r"$\mathbb{E}_{x\sim p}[\log q(x)]$"


def test_what_was_given_up_is_said_to_be(pair: Pair) -> None:
    [table] = listings([(pair("beta", "normal"), "none", "given up: not done in the 30 s given")], Context(read=parse))
    assert table.rows[0][0] == "The derivation was given up: not done in the 30 s given."


@pytest.mark.parametrize("reason", ["no bracket: E[log(x", "a tie $n_2 = n_1$", "E[x] is not E[", "ME[x]"])
def test_a_reason_that_is_no_formula_is_kept(reason: str) -> None:
    assert marked(reason).replace("$E[x]$", "E[x]") == reason


def test_a_reason_that_cannot_be_read_is_shown_as_text(pair: Pair) -> None:
    [table] = listings([(pair("beta", "normal"), "none", "no closed form found for E[f(x_#)]")], Context(read=parse))
    assert r"E[f(x\_\#)]" in table.rows[0][0]


def test_the_page_counts_them_and_has_the_tables(verified: Make, pair: Pair, loader: FileSystemLoader) -> None:
    shown = [verified("entropy", "normal"), verified("kl", "normal", "laplace")]
    others = [
        (pair("normal", "gamma"), "infinite", "p gives positive probability to values below 0, where q has none"),
        (pair("normal", "studentt"), "none", "no closed form found for E[log(x)]"),
    ]
    latex = write_article("Normal", shown, loader=loader, read=parse, others=others)
    assert "against 3 other families, these are: 1 in closed form, 1 infinite, 1 without a closed form." in latex
    assert latex.index(r"\section*{Infinite divergences}") < latex.index("Divergences without a closed form}")
    assert "Infinite divergences" not in write_article("Normal", shown, loader=loader, read=parse)


def test_against_another_family_the_proof_has_its_main_lines(verified: Make, loader: FileSystemLoader) -> None:
    entropy, against = verified("entropy", "exponential"), verified("kl", "exponential", "gamma")
    short = write_article("Exponential", [entropy, against], loader=loader, read=parse)
    long = write_article("Exponential", [against], loader=loader, read=parse)
    proofs = [t.split(r"\label{thm:kl-exponential-gamma}")[1].split(r"\begin{proof}")[1] for t in (short, long)]
    brief, whole = (proof.split(r"\end{proof}")[0] for proof in proofs)
    assert brief.count(r"\reason{") + brief.count(r"\aside{") == 2
    assert whole.count(r"\reason{") + whole.count(r"\aside{") > 6
    assert r"the entropy (Theorem~\ref{thm:entropy-exponential})" in brief
    assert r"$\KL(p\,\|\,q) = H(p, q) - H(p)$ is~\eqref{eq:kl-exponential-gamma}~$\proved$." in brief
    assert len(re.findall(r"\\ref\{lem:", brief)) >= 2


def test_a_lemma_about_the_first_law_alone_bears_no_index(verified: Make, loader: FileSystemLoader) -> None:
    latex = write_article("Normal", [verified("kl", "normal", "laplace")], loader=loader, read=parse)
    lemmas = re.findall(r"\\begin\{lemma\}.*?\\end\{lemma\}", latex, re.DOTALL)
    plain = [lemma for lemma in lemmas if r"\mathrm{Normal}(\mu, \sigma)" in lemma]
    about_both = [lemma for lemma in lemmas if r"\mathrm{Normal}(\mu_1, \sigma_1)" in lemma]
    assert plain
    assert all("_1" not in lemma.split(r"\label")[1].split("}", 1)[1] for lemma in plain)
    assert all(r"\mu_2" in lemma for lemma in about_both)


def test_a_value_under_conditions_says_them_and_what_holds_elsewhere(verified: Make, loader: FileSystemLoader) -> None:
    latex = write_article("Uniform", [verified("kl", "uniform", "uniform")], loader=loader, read=parse)
    assert re.search(r"If \$a_1 \\ge a_2\$ and \$b_2 \\ge b_1\$, then|If \$a_1 \\ge a_2\$ and", latex)
    assert "Where one of these conditions fails, it is infinite." in latex


def test_a_tie_is_a_condition(verified: Make, loader: FileSystemLoader) -> None:
    latex = write_article("Binomial", [verified("kl", "binomial", "binomial")], loader=loader, read=parse)
    assert re.search(r"If \$n_[12] = n_[12]\$, then", latex)


def test_cases_stand_behind_one_brace(verified: Make, loader: FileSystemLoader) -> None:
    latex = write_article("Exponential", [verified("kl", "exponential", "laplace")], loader=loader, read=parse)
    statement = latex.split(r"\label{eq:kl-exponential-laplace}")[1].split(r"\end{equation}")[0]
    assert r"\begin{cases}" in statement
    assert r"& \text{if } \mu_2 > 0" in statement
    assert r"& \text{otherwise} \end{cases}" in statement
