"""A new definition file loads as it stands, and with all that its comments offer."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from symkl.errors import BadInput
from symkl.language import load_family, skeleton

Write = Callable[..., Path]


def test_a_skeleton_is_a_family_of_that_name(write: Write) -> None:
    assert load_family(write(text=skeleton("Halved"))).name == "Halved"


def test_the_examples_in_the_comments_work(write: Write) -> None:
    examples = re.sub(r"^# (?=\[|parameters =|where =|in =|name =|fields =|quantity =|other =|formula =|source =)", "",
                      skeleton("Halved"), flags=re.MULTILINE)  # fmt: skip
    family = load_family(write(text=examples))
    assert [p.name for p in family.parametrisations] == ["log_scale"]
    assert [(c.framework, c.name) for c in family.classes] == [("torch", "HalfNormal"), ("numpyro", "HalfNormal")]
    assert [k.quantity for k in family.known] == ["kl"]
    other = re.sub(r"^density.*\n# (?=log_density)", "", skeleton("Halved"), flags=re.MULTILINE)
    assert load_family(write(text=other, name="b.toml")).log_density is not None


@pytest.mark.parametrize("name", ["", "halved", "../Up", "A b", "A" * 65, "\u00c4"])
def test_a_name_that_no_family_can_have_is_refused(name: str) -> None:
    with pytest.raises(BadInput, match="NAME"):
        skeleton(name)
