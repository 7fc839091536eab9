"""A change of variable that changes nothing is not printed; one that changes something is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest
import sympy as sp
from jinja2 import FileSystemLoader

from symkl.language import parse
from symkl.model import Step, Verdict, Verified
from symkl.writeup import write_article
from symkl.writeup.order import ordered_terms
from symkl.writeup.renamings import without_renamings

x, z = sp.Symbol("x", real=True), sp.Symbol("z", positive=True)
PROVED, OPEN = Verdict("proved"), Verdict("unknown")


def whole(variable: sp.Symbol, power: int = 1) -> sp.Integral:
    return sp.Integral(variable**power, (variable, 0, 1))


def chain(inverse: sp.Expr) -> list[Step]:
    return [
        Step(sp.Integer(7), whole(x), "definition", "opening"),
        Step(whole(x), whole(z), "chart", "change of variable", substitution=((x, inverse),)),
        Step(whole(z), 2 * whole(z, 2), "linearity", "linearity"),
        Step(2 * whole(z, 2), sp.Rational(2, 3), "master", "a power"),
    ]


def test_a_renaming_is_left_out_and_the_old_letter_kept() -> None:
    steps, verdicts = without_renamings(chain(z), [PROVED] * 4)
    assert [step.rule for step in steps] == ["definition", "linearity", "master"]
    assert len(verdicts) == 3
    assert not any(side.atoms(sp.Symbol) & {z} for step in steps for side in (step.before, step.after))
    assert all(one.after == two.before for one, two in pairwise(steps))


@pytest.mark.parametrize("verdict", [PROVED, OPEN])
def test_a_change_of_variable_and_a_renaming_that_is_not_proved_stay(verdict: Verdict) -> None:
    kept = chain(2 * z) if verdict is PROVED else chain(z)
    assert without_renamings(kept, [PROVED, verdict, PROVED, PROVED])[0] == tuple(kept)


def test_the_entropy_of_the_uniform_has_no_change_of_variable_to_itself(
    verified: Callable[..., Verified], loader: FileSystemLoader
) -> None:
    found = verified("kl", "uniform", "normal")
    renamed = [s for lemma in found.derivation.lemmas for s in lemma.steps if s.rule == "chart"]
    text = write_article("Uniform", [found], loader=loader, read=parse)
    assert "x = z" not in text
    lemma = found.derivation.lemmas[0]
    old = found.derivation.claim.p.variable
    steps = tuple(replace(s, substitution=((old, z),)) if s.rule == "chart" else s for s in lemma.steps)
    assert renamed
    broken = replace(found.derivation, lemmas=(replace(lemma, steps=steps), *found.derivation.lemmas[1:]))
    said = write_article("Uniform", [replace(found, derivation=broken)], loader=loader, read=parse)
    assert "x = z" not in said
    assert said.count("change of variable") == text.count("change of variable") - len(
        [s for s in lemma.steps if s.rule == "chart"]
    )


@pytest.mark.parametrize("turned", [False, True])
def test_powers_of_a_bracket_with_the_variable_come_before_constants(turned: bool) -> None:
    m, n, s = sp.symbols("m n s", real=True)
    log, square, constant = sp.log(sp.pi * n**2), (x - m) ** 2 / s, (m - n) ** 2 / s
    terms = [constant, square, log] if turned else [log, square, constant]
    assert ordered_terms(sp.Add(*terms), {}, frozenset({x})) == [log, square, constant]
    # a plain power of the variable stays behind: log(s) + n + x**2
    assert ordered_terms(log + n + x**2, {}, frozenset({x})) == [log, n, x**2]
