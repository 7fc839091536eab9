"""A verified derivation as a theorem with lemmas and a proof."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import sympy as sp

from symkl.model import Derivation, Verified
from symkl.writeup.breaking import broken
from symkl.writeup.content import Formula, Theorem
from symkl.writeup.escape import escaped, slug
from symkl.writeup.notation import Notation, conditions_latex
from symkl.writeup.proof import PAGE_ROOM, chains
from symkl.writeup.widths import formula_width

__all__ = ["Labels", "display", "lemmas_of", "theorem_of"]

_NAMES = {
    "entropy": "Entropy",
    "cross_entropy": "Cross-entropy",
    "kl": "Kullback--Leibler divergence",
    "expectation": "Expectation",
}


@dataclass
class Labels:
    """The labels given out in one write-up, and the lemmas already proved in it."""

    used: set[str] = field(default_factory=set)
    lemmas: dict[tuple[sp.Expr, sp.Expr | None], str] = field(default_factory=dict)

    def new(self, stem: str) -> str:
        label, i = stem, 1
        while label in self.used:
            i += 1
            label = f"{stem}-{i}"
        self.used.add(label)
        return label


def display(left: str, right: str, label: str = "", relation: str = "=") -> Formula:
    """A displayed formula whose right side is broken to the width of the page."""
    taken = formula_width(left) + 4.5
    return Formula(left, tuple(broken(right, PAGE_ROOM - taken)), label, relation)


def theorem_of(verified: Verified, notation: Notation, labels: Labels) -> Theorem:
    """The theorem about the claim, with its proof; the lemmas must have been given their labels before."""
    derivation = verified.derivation
    claim = derivation.claim
    names = "-".join([claim.quantity, claim.p.family.name, *([claim.q.family.name] if claim.q else [])])
    label = labels.new(f"thm:{slug(names)}")
    equation = labels.new(f"eq:{slug(names)}")
    formula, after = _statement(derivation, notation, equation)
    known = {expr: name for (expr, _), name in labels.lemmas.items()}
    proof = chains(derivation.steps, verified.steps, notation, known)
    given = f"Let {notation.members()}"
    words = _given(derivation, notation)
    return Theorem(
        kind="theorem",
        label=label,
        name=_NAMES[claim.quantity],
        given=f"{given}{words}.",
        formula=formula,
        after=after,
        proof=proof,
        closing=_closing(derivation, formula, equation, bool(proof)),
    )


def _given(derivation: Derivation, notation: Notation) -> str:
    domains = notation.domains(derivation.claim.parameters)
    words = f", with {domains}" if domains else ""
    if derivation.conditions:
        words += f", where {conditions_latex(derivation.conditions, notation)}"
    return words


def _statement(derivation: Derivation, notation: Notation, label: str) -> tuple[Formula | None, str]:
    left = notation.quantity()
    if derivation.status == "infinite":
        why = _sentence(derivation.reason)
        return Formula(left, (r"\infty",), label), why
    if derivation.status == "none":
        rest = " " + _sentence(derivation.reason)
        if derivation.result is None:
            return None, f"No closed form is known to this kernel.{rest}"
        formula = display(left, notation.latex(derivation.result), label)
        return formula, f"No closed form was found for the expectation that remains.{rest}"
    if len(derivation.cases) > 1:
        return _by_cases(derivation, notation, left, label), _otherwise(derivation)
    assert derivation.result is not None
    return display(left, notation.latex(derivation.result), label), _otherwise(derivation)


def _by_cases(derivation: Derivation, notation: Notation, left: str, label: str) -> Formula:
    rows = [
        rf"{notation.latex(case.value)} & \text{{if }} " + r" \text{ and } ".join(notation.latex(c) for c in case.when)
        for case in derivation.cases
    ]
    return Formula(left, (r"\begin{cases} " + r" \\ ".join(rows) + r" \end{cases}",), label)


def _otherwise(derivation: Derivation) -> str:
    words = {
        "oo": "Where these conditions fail, it is infinite.",
        "undefined": "Where these conditions fail, it is not defined.",
        "unknown": "Where these conditions fail, nothing is claimed.",
    }
    return words.get(derivation.otherwise or "", "") if derivation.status == "conditional" else ""


def _sentence(text: str) -> str:
    text = escaped(text.strip())
    if not text:
        return ""
    return text[0].upper() + text[1:] + ("" if text.endswith(".") else ".")


def _closing(derivation: Derivation, formula: Formula | None, label: str, proved: bool) -> str:
    if formula is None or not proved:
        return _sentence(derivation.reason)
    return rf"This is \eqref{{{label}}}."


def lemmas_of(verified: Verified, notation: Notation, labels: Labels) -> tuple[Theorem, ...]:
    """The lemmas of a derivation that the write-up has not proved yet, in the order in which they are used."""
    out = []
    derivation = verified.derivation
    for i, lemma in enumerate(derivation.lemmas):
        key = (lemma.statement, lemma.value)
        if key in labels.lemmas:
            continue
        name = labels.new("lem:" + slug(f"{derivation.claim.p.family.name} {len(labels.lemmas) + 1}"))
        steps = chains(lemma.steps, verified.lemma_steps[i] if i < len(verified.lemma_steps) else (), notation, _known(labels))
        labels.lemmas[key] = name
        left = notation.latex(lemma.statement)
        conditions = conditions_latex(lemma.conditions, notation)
        given = f"Let ${notation.symbols[0]} = {notation.member(derivation.claim.p)}$"
        if lemma.value is None:
            formula, after = None, f"For ${left}$ no closed form was found."
        else:
            formula, after = display(left, notation.latex(lemma.value)), ""
        method = _sentence(lemma.method)
        out.append(
            Theorem(
                kind="lemma",
                label=name,
                name="",
                given=f"{given}, where {conditions}. Then" if conditions else f"{given}. Then",
                formula=formula,
                after=after,
                method=method,
                proof=steps,
            )
        )
    return tuple(out)


def _known(labels: Labels) -> Mapping[sp.Expr, str]:
    return {statement: name for (statement, _), name in labels.lemmas.items()}


