"""Each step of a derivation checked on its own: `before = after` by the normal form, given the lemmas that it cites."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import sympy as sp

from symkl.algebra import assuming, density, is_zero, linear_expectations, log_density, standing
from symkl.algebra.signs import assumed
from symkl.model import Check, Claim, Derivation, Distribution, Lemma, Step, Verdict
from symkl.model.inert import CrossEntropy, Density, Divergence, Entropy, Expectation, Law, expectations
from symkl.verify.lemma_steps import check_lemma
from symkl.verify.refutation import refuted

__all__ = ["StepVerdicts", "check_steps"]


#: rules that no value of an expectation but E[1] = 1 may help
_LINEAR = ("centring", "linearity")


@dataclass(frozen=True)
class StepVerdicts:
    """Verdicts in the order of `derivation.steps`, `derivation.lemmas`, and the steps of each lemma.

    `all_proved`: every step is proved, and every lemma that has a value (one that resisted may still have cancelled).
    """

    steps: tuple[Verdict, ...]
    lemmas: tuple[Verdict, ...]
    lemma_steps: tuple[tuple[Verdict, ...], ...]
    all_proved: bool


def check_steps(derivation: Derivation) -> StepVerdicts:
    """The verdict on every step and lemma: proved, failed (shown wrong by numbers), or unknown."""
    if len(derivation.parts) == 1:  # a narrower claim, under a tie of two parameters
        return check_steps(derivation.parts[0])
    with assuming((*standing(derivation.claim), *_inside(derivation.claim))):
        return _check_all(derivation)


def _inside(claim: Claim) -> tuple[sp.Basic, ...]:
    """Where all averages are taken: the variable lies in the support of p, and that in the support of q.

    Of two continuous distributions the end points differ: where they meet, a value is had by its limit (`0*log(0)`).
    """
    x, (lower, upper) = claim.p.variable, claim.p.support
    continuous = claim.p.kind == "continuous"
    found: list[sp.Basic] = [sp.Tuple(x, lower, upper)] if continuous else [sp.Le(lower, x), sp.Le(x, upper)]
    if claim.q is not None and claim.q.kind == claim.p.kind:
        for low, high in ((claim.q.support[0], lower), (upper, claim.q.support[1])):
            found.append(sp.Lt(low, high) if continuous and low != high else sp.Le(low, high))
    return tuple(condition for condition in found if condition not in (sp.true, sp.false))


def _check_all(derivation: Derivation) -> StepVerdicts:
    claim = derivation.claim
    found = [check_lemma(lemma, claim.p) for lemma in derivation.lemmas]
    proved = [
        lemma
        for lemma, (verdict, _) in zip(derivation.lemmas, found, strict=True)
        if verdict.kind == "proved" and lemma.value is not None
    ]
    steps = tuple(_check(step, claim, proved) for step in derivation.steps)
    valued = {lemma.statement for lemma in derivation.lemmas if lemma.value is not None}
    everything = all(v.kind == "proved" for v in steps) and len(proved) == len(valued)
    return StepVerdicts(steps, tuple(v for v, _ in found), tuple(s for _, s in found), everything)


def _check(step: Step, claim: Claim, lemmas: list[Lemma]) -> Verdict:
    if step.after.has(Density) and step.rule == "definition" and not step.before.has(Expectation, Density):
        return _definition(step)
    valued = not step.after.has(Expectation, Entropy, Density)
    if not valued and _identity(step.before, step.after, claim.p, claim.q, assumed()):
        return Verdict("proved", (Check("kernel", True),))
    # not an identity of expectations: it rests on the values of those that it cites
    cited = {lemma.statement for lemma in lemmas} if not step.cites and step.rule not in _LINEAR else step.cites
    values = {lemma.statement: lemma.value for lemma in lemmas if lemma.statement in cited}
    before, after = (_unfolded(side.xreplace(values), claim.p, claim.q) for side in (step.before, step.after))
    if before.has(Expectation) or after.has(Expectation):
        terms = _of_terms(tuple(values.items()), assumed())
        before, after = (side.xreplace(terms) for side in (before, after))
    if is_zero(before - after) or (valued and _identity(step.before, step.after, claim.p, claim.q, assumed())):
        return Verdict("proved", (Check("kernel", True),))
    counterexample = refuted(before, after)
    if counterexample is not None:
        return Verdict("failed", (Check("kernel", False),), counterexample)
    return Verdict("unknown", (Check("kernel", None, note="the normal form does not decide it"),))


@lru_cache(maxsize=256)
def _of_terms(values: tuple[tuple[Expectation, sp.Expr], ...], _: tuple[sp.Basic, ...]) -> dict[Expectation, sp.Expr]:
    """The values, and what follows from them for the terms of an average.

    `E[(x - c)**2] = v` gives `E[x**2]` in terms of `E[x]`; together with a value of `E[x - c]` both.
    """
    found = dict(values)
    for statement, value in values:
        equation = sp.expand((linear_expectations(statement) - value).xreplace(found))
        for unknown in reversed(expectations(equation)):
            slope = equation.coeff(unknown)
            if slope.is_nonzero:
                solved = {unknown: sp.expand(-equation.xreplace({unknown: sp.Integer(0)}) / slope)}
                found = {term: known.xreplace(solved) for term, known in found.items()} | solved
                break
    return found


@lru_cache(maxsize=1024)
def _identity(
    before: sp.Expr, after: sp.Expr, p: Distribution, q: Distribution | None, _: tuple[sp.Basic, ...]
) -> bool:
    """Whether the two sides are one by the definitions and linearity; parts of a KL are checked with the whole once."""
    return is_zero(_unfolded(before, p, q) - _unfolded(after, p, q))


def _definition(step: Step) -> Verdict:
    """The opening of a chain is a definition: it holds if it is one of the three."""
    node = step.before
    laws = node.args
    if isinstance(node, Divergence):
        right = CrossEntropy(*laws) - Entropy(laws[0])
    else:
        variable = next(iter(step.after.atoms(Expectation))).variable
        right = -Expectation(sp.log(Density(laws[-1], variable)), variable, laws[0])
    same = step.after == right
    return Verdict("proved" if same else "unknown", (Check("kernel", same or None, note="definition"),))


def _unfolded(expression: sp.Expr, p: Distribution, q: Distribution | None) -> sp.Expr:
    """Every inert quantity replaced by its definition, expectations split by linearity."""
    members = {Law(d.role): d for d in (p, q) if d is not None}
    x = p.variable

    def average(of: Law) -> sp.Expr:
        return -Expectation(log_density(members[of]), x, Law(p.role))

    def opened(node: Entropy) -> sp.Expr:
        return average(node.args[1]) - average(node.args[0]) if isinstance(node, Divergence) else average(node.args[-1])

    expression = expression.xreplace({node: opened(node) for node in expression.atoms(Entropy)})
    if expression.has(Density):
        logs = {sp.log(Density(law, x)): log_density(d) for law, d in members.items()}
        plain = {Density(law, x): density(d) for law, d in members.items()}
        expression = expression.xreplace(logs).xreplace(plain)
    return linear_expectations(expression)
