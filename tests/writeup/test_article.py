from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
import sympy as sp
from jinja2 import ChoiceLoader, DictLoader, FileSystemLoader, UndefinedError

from symkl.algebra import is_zero
from symkl.language import parse
from symkl.model import Check, Counterexample, Judged, Verdict, Verified
from symkl.writeup import write_article, write_fragment

Make = Callable[..., Verified]


def _proof_of(latex: str, label: str) -> str:
    """The proof that follows the statement with that label."""
    return latex.split(rf"\label{{{label}}}")[1].split(r"\begin{proof}")[1].split(r"\end{proof}")[0]


def test_every_line_of_a_proof_has_a_reason_and_the_mark_of_its_check(
    normal: tuple[Verified, ...], loader: FileSystemLoader
) -> None:
    proof = _proof_of(write_article("Normal", normal, loader=loader), "thm:entropy-normal")
    rows = [row for row in proof.split(r"\\") if "&=" in row or "&\\quad =" in row]
    assert len(rows) >= 6
    assert all(re.search(r"\\(reason|aside)\{.+~\$\\proved\$", row) for row in rows)


def test_a_proof_ends_at_the_formula_of_its_theorem(normal: tuple[Verified, ...], loader: FileSystemLoader) -> None:
    latex = write_article("Normal", normal, loader=loader)
    proof = _proof_of(latex, "thm:kl-normal-normal")
    assert r"this is~\eqref{eq:kl-normal-normal}" in proof.split(r"\\")[-1]
    formula = latex.split(r"\label{eq:kl-normal-normal}")[1].split(r"\end{equation}")[0].split("=")[1].strip()
    assert formula in proof.split(r"\\")[-1]


def test_a_lemma_is_proved_once_and_cited_whatever_index_its_parameters_bear(
    normal: tuple[Verified, ...], loader: FileSystemLoader
) -> None:
    latex = write_article("Normal", normal, loader=loader)
    lemmas = re.findall(r"\\begin\{lemma\}\\label\{([^}]+)\}", latex)
    assert len(lemmas) == max(len(one.derivation.lemmas) for one in normal)
    cited = set(re.findall(r"\\ref\{(lem:[^}]+)\}", _proof_of(latex, "thm:cross-entropy-normal-normal")))
    assert cited
    assert cited <= set(lemmas)


def test_a_divergence_cites_the_theorems_of_its_parts(normal: tuple[Verified, ...], loader: FileSystemLoader) -> None:
    together = _proof_of(write_article("Normal", normal, loader=loader), "thm:kl-normal-normal")
    alone = _proof_of(write_article("Normal", normal[2:], loader=loader), "thm:kl-normal-normal")
    assert r"\ref{thm:cross-entropy-normal-normal}" in together
    assert r"\ref{thm:entropy-normal}" in together
    assert "thm:entropy-normal" not in alone
    assert len(alone) > len(together)


def test_every_label_is_given_once_and_every_reference_has_one(
    normal: tuple[Verified, ...], verified: Make, loader: FileSystemLoader
) -> None:
    items = (*normal, verified("kl", "normal", "gamma"), verified("kl", "normal", "normal", mu_2=sp.Integer(0)))
    latex = write_article("Normal", items, loader=loader)
    labels = re.findall(r"\\label\{([^}]+)\}", latex)
    assert len(labels) == len(set(labels))
    assert set(re.findall(r"\\(?:eq)?ref\{([^}]+)\}", latex)) <= set(labels)


def test_an_infinite_divergence_says_why(verified: Make, loader: FileSystemLoader) -> None:
    latex = write_article("Mixed", [verified("kl", "normal", "gamma")], loader=loader, symbols=("q", "p"))
    assert r"\KL(q\,\|\,p) = \infty" in latex
    assert "Indeed, $q$ gives positive probability" in latex


def test_a_quantity_without_a_closed_form_names_the_expectation_that_resisted(
    verified: Make, loader: FileSystemLoader
) -> None:
    latex = write_article("Poisson", [verified("entropy", "poisson")], loader=loader)
    assert r"\begin{remark}" in latex
    assert r"For $\mathbb{E}_{x\sim p}[\log x!]$ no closed form was found." in latex


def test_a_divergence_within_a_family_is_seen_to_be_nonnegative_and_asymmetric(
    normal: tuple[Verified, ...], loader: FileSystemLoader
) -> None:
    latex = write_article("Normal", normal, loader=loader, is_zero=is_zero)
    assert "Jensen's inequality" in latex
    assert r"\frac{1}{2}(r - 1 - \log r) + \frac{(\mu_1 - \mu_2)^2}{2\sigma_2^2} \ge 0" in latex
    assert "mass-covering" in latex
    assert r"\KL(p\,\|\,q) - \KL(q\,\|\,p) = 2\log\frac{\sigma_2}{\sigma_1}" in latex


def test_a_mixed_divergence_has_no_section_on_symmetry(verified: Make, loader: FileSystemLoader) -> None:
    latex = write_article("Mixed", [verified("kl", "laplace", "normal")], loader=loader, is_zero=is_zero)
    assert "mass-covering" not in latex


def test_how_a_result_was_checked_is_stated_as_it_was(normal: tuple[Verified, ...], loader: FileSystemLoader) -> None:
    verdict = Verdict(
        "numeric", (Check("kernel", None), Check("quadrature", True, 7, 12)), note="one condition is open"
    )
    latex = write_article("Normal", [replace(normal[0], verdict=verdict)], loader=loader)
    table = latex.split(r"\begin{longtable}")[1].split(r"\end{longtable}")[0]
    assert r"numeric~$\numeric$" in table
    assert r"normal form undecided; quadrature, 7 points to 12 digits; one condition is open" in table


def test_a_refuted_form_is_never_said_to_be_the_result(normal: tuple[Verified, ...], loader: FileSystemLoader) -> None:
    known = normal[0].known[0].known
    wrong = Verdict("failed", counterexample=Counterexample((("sigma", "2"),), "1.5", "2.1120857"))
    latex = write_article("Normal", [replace(normal[0], known=(Judged(known, wrong),))], loader=loader)
    assert "is refuted" in latex
    assert "This is the form of" not in latex
    assert "at sigma = 2 it gives 1.5, the defining integral 2.1120857" in latex


def test_a_formula_in_a_reason_is_typeset(normal: tuple[Verified, ...], loader: FileSystemLoader) -> None:
    derivation = normal[0].derivation
    first = replace(derivation.steps[0], because="with $sigma**2$ for 5% of _x_ & q")
    item = replace(normal[0], derivation=replace(derivation, steps=(first, *derivation.steps[1:])))
    latex = write_article("Normal", [item], loader=loader, read=parse, symbols=("a", "b"))
    assert r"with $\sigma^2$ for 5\% of \_x\_ \& $b$" in latex


def test_a_users_template_wins_also_where_it_is_included(
    normal: tuple[Verified, ...], loader: FileSystemLoader
) -> None:
    own = DictLoader({"latex/lemma.tex.j2": "", "latex/references.tex.j2": "Own words about ((article.title)).\n"})
    latex = write_article("Normal", normal, loader=ChoiceLoader([own, loader]))
    assert "Own words about Normal." in latex
    assert r"\section*{References}" not in latex


def test_a_name_that_a_template_lacks_is_an_error(normal: tuple[Verified, ...], loader: FileSystemLoader) -> None:
    own = DictLoader({"latex/references.tex.j2": "((article.nothing))"})
    with pytest.raises(UndefinedError):
        write_article("Normal", normal, loader=ChoiceLoader([own, loader]))


def test_text_from_outside_is_neither_a_template_nor_tex(
    normal: tuple[Verified, ...], loader: FileSystemLoader
) -> None:
    title = r"((article.blocks)) {{7*7}} \input{/etc/passwd} $x$ 50% #1 ~ ^ " + "\x07\u202e"
    latex = write_article(title, normal[:1], loader=loader)
    shown = latex.split(r"\title{")[1].split("\n")[0]
    assert shown.startswith("((article.blocks)) ")
    assert r"\textbackslash{}input\{/etc/passwd\}" in shown
    assert r"\input{" not in latex
    assert r"50\% \#1" in shown
    assert "\x07" not in shown
    assert "\u202e" not in shown


def test_a_fragment_is_a_theorem_with_its_proof_and_no_document(
    normal: tuple[Verified, ...], loader: FileSystemLoader
) -> None:
    latex = write_fragment(normal[2], loader=loader)
    assert r"\begin{theorem}" in latex
    assert r"\begin{proof}" in latex
    assert r"\documentclass" not in latex
