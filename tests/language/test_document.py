"""Documents: claims in an order with prose around them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from symkl.errors import BadInput
from symkl.language import is_document, load_document
from symkl.model.document import ClaimRequest

Write = Callable[..., Path]

TEXT = '''\
[document]
title = "Two Gaussians"
symbols = ["q", "p"]

[[section]]
title = "Why"
text = """
A **posterior** q and a prior p; `KL` is $KL(q, p) >= 0$.
"""

[[section]]
title = "Prior"
[section.claim]
quantity = "kl"
p = "Normal"
q = "Normal"
where = { mu_2 = "0", sigma_2 = "1" }
as = "log_variance"
independent = "D"
'''


def test_a_document_is_sections_in_order(write: Write) -> None:
    path = write(text=TEXT)
    document = load_document(path)
    assert is_document(path)
    assert not is_document(write(name="family.toml"))
    assert (document.title, document.symbols, document.origin) == ("Two Gaussians", ("q", "p"), str(path))
    why, prior = document.sections
    assert (why.title, why.claim, "posterior" in why.text) == ("Why", None, True)
    assert prior.claim == ClaimRequest(
        quantity="kl",
        p="Normal",
        q="Normal",
        where=(("mu_2", "0"), ("sigma_2", "1")),
        parametrisation=("log_variance",),
        independent="D",
        field="section[2].claim",
    )


def test_symbols_are_p_and_q_unless_given(write: Write) -> None:
    assert load_document(write(('symbols = ["q", "p"]\n', ""), text=TEXT)).symbols == ("p", "q")


@pytest.mark.parametrize(
    ("change", "place", "words"),
    [
        (("[document]", "[documents]"), "given.toml:", "unknown key 'documents'; did you mean 'document'?"),
        (('title = "Two Gaussians"\n', ""), "document:", "'title' is missing"),
        (('["q", "p"]', '["q"]'), "document.symbols", "two letters"),
        (('["q", "p"]', '["q", "q"]'), "document.symbols", "two different"),
        (('["q", "p"]', '["q", "\\\\input"]'), "document.symbols", "at most 1"),
        (('title = "Why"', 'titel = "Why"'), "section[1]:", "did you mean 'title'?"),
        (("**posterior**", "\\\\input{a}"), "section[1].text, column 3", "TeX is not allowed"),
        (("(q, p) >= 0$", "(q, p) >= 0"), "section[1].text, column", "never closed"),
        (("**posterior**", "a\\u001bb"), "section[1].text, column 4", "control character"),
        (('"kl"', '"kll"'), "section[2].claim.quantity", "did you mean 'kl'?"),
        (('q = "Normal"\n', ""), "section[2].claim:", "'q' is missing"),
        (('p = "Normal"', 'p = "normal"'), "section[2].claim.p", "cannot be the name of a family"),
        (('mu_2 = "0"', "mu_2 = true"), "section[2].claim.where.mu_2", "found true or false"),
        (('"log_variance"', '"a,b,c"'), "section[2].claim.as", "parametrisation"),
        (('"D"', '"D_1"'), "section[2].claim.independent", "drop the ending"),
    ],
)
def test_a_faulty_document_is_refused_with_its_field(
    write: Write, change: tuple[str, str], place: str, words: str
) -> None:
    with pytest.raises(BadInput) as refused:
        load_document(write(change, text=TEXT))
    assert place in str(refused.value)
    assert words in str(refused.value)


def test_a_document_without_sections_says_nothing_and_is_refused(write: Write) -> None:
    with pytest.raises(BadInput, match="'section' is missing"):
        load_document(write(text='[document]\ntitle = "x"\n'))
