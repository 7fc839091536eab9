from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
import sympy as sp
from jinja2 import FileSystemLoader

from symkl.algebra import is_zero
from symkl.errors import BadInput
from symkl.language import load_document, parse
from symkl.model import Verified
from symkl.model.document import Document, Section
from symkl.writeup import write_document
from symkl.writeup.prose import prose

ROOT = Path(__file__).resolve().parents[2]
Make = Callable[..., Verified]


@pytest.fixture(scope="module")
def vae(verified: Make, loader: FileSystemLoader) -> str:
    document = load_document(ROOT / "derivations" / "vae.toml")
    items = []
    for section in document.sections:
        request = section.claim
        if request is None:
            items.append(None)
            continue
        where = {name: sp.Integer(text) for name, text in request.where}
        q = request.q.lower() if request.q else None
        items.append(verified(request.quantity, request.p.lower(), q, **where))
    return write_document(document, items, loader=loader, read=partial(parse, inert=True), is_zero=is_zero)


def test_the_vae_document_prints_q_and_p(vae: str) -> None:
    assert r"\KL(q\,\|\,p) &= H(q, p) - H(q)" in vae
    assert r"\KL(q\,\|\,p) = \log\frac{\sigma_2}{\sigma_1} + \frac{\sigma_1^2 + (\mu_1 - \mu_2)^2}{2\sigma_2^2}" in vae


def test_the_vae_document_proves_the_two_facts_that_it_rests_on(vae: str) -> None:
    lemmas = [part.split(r"\end{lemma}")[0] for part in vae.split(r"\begin{lemma}")[1:]]
    assert any(r"\int_{-\infty}^{\infty} q(x)\,dx = 1" in lemma for lemma in lemmas)
    assert any(r"\mathbb{E}_{x\sim q}[(x - \mu)^2] = \sigma^2" in lemma for lemma in lemmas)


def test_the_vae_document_has_the_prior_in_both_usual_forms(vae: str) -> None:
    assert r"-\frac{1}{2}(1 + \log\sigma^2 - \mu^2 - \sigma^2)" in vae
    part = vae.split("By log-variance")[1].split(r"\section*")[0]
    assert r"-\frac{1}{2}(1 + " in part
    assert "e^{" in part


def test_independent_dimensions_are_a_sum_whose_number_stays_a_symbol(vae: str) -> None:
    assert r"\KL(q\,\|\,p) = \sum_{d=1}^{D} \frac{1}{2}(\mu_d^2 + \sigma_d^2 - \log\sigma_d^2 - 1)" in vae
    assert "the logarithm of a product is the sum of the logarithms" in vae
    assert r"\sigma_{2,d}" in vae


def test_the_theorem_about_one_dimension_is_cited_for_all(vae: str) -> None:
    assert r"Theorem~\ref{thm:kl-normal-normal} in each dimension" in vae
    assert r"Theorem~\ref{thm:kl-normal-normal-2} in each dimension" in vae


def test_prose_is_a_small_safe_part_of_markdown() -> None:
    text = "A *stress*, a **weight**, `c_d`, $f$ & 5%.\n\n- one\n- two"
    paragraph, items = prose(text, lambda formula: f"<{formula}>")
    assert paragraph == r"A \emph{stress}, a \textbf{weight}, \texttt{c\_d}, $<f>$ \& 5\%."
    assert items == "\\begin{itemize}\n\\item one\n\\item two\n\\end{itemize}"


def test_a_backslash_in_prose_is_refused() -> None:
    with pytest.raises(BadInput, match="backslash"):
        prose(r"\input{x}", str)


def test_a_formula_in_prose_is_typeset_in_the_documents_letters(loader: FileSystemLoader) -> None:
    document = Document("T", ("q", "p"), (Section("S", "Here $KL(p, q) + mu/sigma**2$."),))
    latex = write_document(document, [None], loader=loader, read=partial(parse, inert=True))
    assert r"Here $\KL(q\,\|\,p) + \frac{\mu}{\sigma^2}$." in latex


def test_a_formula_in_prose_without_a_reader_is_refused(loader: FileSystemLoader) -> None:
    document = Document("T", ("p", "q"), (Section("S", "Here $x$."),))
    with pytest.raises(BadInput, match="cannot be read"):
        write_document(document, [None], loader=loader)
