"""A verified derivation as a theorem with lemmas and a proof."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

import sympy as sp

from symkl.errors import BadInput
from symkl.model import Claim, Density, Derivation, Expectation, Law, Lemma, Step, Verdict, Verified
from symkl.writeup.brackets import cases
from symkl.writeup.breaking import broken, even
from symkl.writeup.brief import Brief, main_lines
from symkl.writeup.conditions import BOTH, conjunction
from symkl.writeup.content import Chain, Formula, Theorem
from symkl.writeup.escape import escaped, slug
from symkl.writeup.notation import Notation, conditions_latex
from symkl.writeup.proof import PAGE_ROOM, chains, citations, concluded
from symkl.writeup.prose import inline
from symkl.writeup.reasons import marked
from symkl.writeup.renamings import is_renaming
from symkl.writeup.unfolding import unfolded
from symkl.writeup.widths import formula_width

__all__ = ["NAMES", "Context", "Read", "claim_key", "display", "lemmas_of", "sentence", "theorem_of"]

#: reads a formula in the expression parser's text syntax, with the symbols that it may name
Read = Callable[[str, Mapping[str, sp.Symbol]], sp.Expr]

#: quantity, the two families, what is averaged, what is given
ClaimKey = tuple[str, str, str, str, tuple[tuple[str, sp.Expr], ...]]

NAMES = {
    "entropy": "Entropy",
    "cross_entropy": "Cross-entropy",
    "kl": "Kullback--Leibler divergence",
    "expectation": "Expectation",
}


#: a theorem that is named once for each integral for which it is used
_TWICE = re.compile(r"(?<!\w)([^,;]{8,}?)(?: and \1)+(?!\w)")
_LETTER = re.compile(r"(?<![\w\\])[pq](?!\w)")


@dataclass
class Context:
    """What one write-up has said so far: its labels, the lemmas and theorems already proved in it.

    `sources` numbers the references in the order of first use.
    """

    symbols: tuple[str, str] = ("p", "q")
    read: Read | None = None
    sources: dict[str, int] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    lemmas: dict[tuple[str, sp.Expr], str] = field(default_factory=dict)
    theorems: dict[ClaimKey, str] = field(default_factory=dict)

    def label(self, stem: str) -> str:
        label, i = stem, 1
        while label in self.used:
            i += 1
            label = f"{stem}-{i}"
        self.used.add(label)
        return label

    def words(self, text: str, notation: Notation, expressions: Iterable[sp.Basic]) -> str:
        """A reason as LaTeX; `$...$` in it is a formula about the symbols of the expressions."""
        text = _TWICE.sub(r"\1", text)
        if self.read is None:
            return self.lettered(escaped(text))
        read = self.read
        variable = notation.claim.p.variable
        symbols = {s.name: s for e in expressions for s in sorted(e.atoms(sp.Symbol), key=str)}
        symbols.update({p.symbol.name: p.symbol for p in notation.claim.parameters})
        symbols[variable.name] = variable

        def typeset(formula: str) -> str:
            if not formula.startswith("E["):
                return notation.latex(read(formula, symbols))
            printed = notation.latex(Expectation(read(formula[2:-1], symbols), variable, Law("p")))
            if r"\begin" not in printed:
                return printed
            return notation.latex(Expectation(sp.log(Density(Law("q"), variable)), variable, Law("p")))

        try:
            return self.lettered(inline(marked(text), typeset))
        except BadInput:
            return self.lettered(escaped(text))

    def lettered(self, latex: str) -> str:
        """Words in which a lone p or q becomes the letter that this write-up has for it."""
        parts = latex.split("$")
        letters = dict(zip("pq", self.symbols, strict=True))
        parts[::2] = [_LETTER.sub(lambda found: f"${letters[found[0]]}$", part) for part in parts[::2]]
        return "$".join(parts)


def display(left: str, right: str, label: str = "", relation: str = "=") -> Formula:
    """A displayed formula whose right side is broken to the width of the page; a wide left side stands above it."""
    by_cases = unfolded(right, PAGE_ROOM - 8.0, relation)
    if by_cases is not None:
        return Formula("", (left, *by_cases), label, "", tall=True)
    taken = formula_width(left) + 4.5
    beside = broken(right, PAGE_ROOM - taken)
    whole = len(beside) == 1 and taken + formula_width(right) <= PAGE_ROOM
    under = [] if whole else broken(right, PAGE_ROOM - 7.5, indent=r"\qquad")
    fits = r"\begin" in right or _widest(beside) <= PAGE_ROOM - taken
    if not whole and (taken > 0.5 * PAGE_ROOM or not fits) and _widest(under) + 7.5 < _widest(beside) + taken:
        above = broken(left, PAGE_ROOM - 4.5)
        return Formula("", (*above, rf"\quad {relation} {under[0]}", *under[1:]), label, "")
    return Formula(left, tuple(beside), label, relation)


def _widest(lines: Iterable[str]) -> float:
    return max(formula_width(even(line)) for line in lines)


def theorem_of(verified: Verified, notation: Notation, context: Context, *, brief: bool = False) -> Theorem:
    """The theorem about the claim, with its proof; its lemmas must have been given their labels before.

    `brief`: the proof has its main lines only, and the statement leaves out what has been said of the first law.
    """
    derivation = verified.derivation
    claim = derivation.claim
    names = slug(" ".join([claim.quantity, claim.p.family.name, *([claim.q.family.name] if claim.q else [])]))
    label, equation = context.label(f"thm:{names}"), context.label(f"eq:{names}")
    formula, after = _statement(derivation, notation, context, equation)
    proof, closing = _proof(verified, notation, context, equation, brief=brief)
    ends = rf"; this is~\eqref{{{equation}}}" if formula is not None else ""
    if not closing:
        proof, closing = concluded(proof, ends)
    context.theorems[claim_key(claim)] = label
    return Theorem(
        kind="theorem",
        label=label,
        name=f"Against {escaped(claim.q.family.name)}" if brief and claim.q is not None else NAMES[claim.quantity],
        given=f"Let {notation.members()}{_given(derivation, notation, brief=brief)}",
        formula=formula,
        after=after,
        proof=proof,
        closing=closing,
    )


def claim_key(claim: Claim) -> ClaimKey:
    """What tells one theorem from another; a given parameter counts where it belongs to a member of the claim."""
    own = {p.name for who in (claim.p, claim.q) if who is not None for p in who.family.parameters}
    index = ("_1", "_2") if claim.q is not None else ("",)
    where = tuple(sorted((n, v) for n, v in claim.where if any(n == o + i for o in own for i in index)))
    return claim.quantity, claim.p.family.name, claim.q.family.name if claim.q else "", str(claim.of), where


def _proof(
    verified: Verified, notation: Notation, context: Context, equation: str, *, brief: bool
) -> tuple[tuple[Chain, ...], str]:
    """The chains of the proof, without those of parts that are theorems already: these are cited.

    With `brief`, where it can be had, the main lines only, and a sentence that ends the proof.
    """
    steps, verdicts = list(verified.derivation.steps), list(verified.steps)
    known = _known(verified.derivation, context)
    cited = []
    for part in verified.derivation.parts:
        label, at = context.theorems.get(claim_key(part.claim)), _find(steps, part.steps)
        if label is not None and at is not None:
            del steps[at : at + len(part.steps)]
            del verdicts[at : at + len(part.steps)]
            cited.append(rf"\ref{{{label}}}")

    def words(text: str, step: Step) -> str:
        said = context.words(text, notation, (step.before, step.after))
        if step.rule == "difference" and cited:
            said += f" (Theorem{'s' if len(cited) > 1 else ''}~{' and '.join(cited)})"
        return said

    short = main_lines(steps, verdicts) if brief and len(cited) == 1 else None
    if short is None:
        return chains(steps, verdicts, notation, words, known), ""
    lines = chains(short.steps[:-1], short.verdicts[:-1], notation, words, known)
    return lines, _closing(short, notation, cited[0], known, equation)


def _closing(short: Brief, notation: Notation, entropy: str, known: Mapping[sp.Expr, str], equation: str) -> str:
    """The end of a proof in its main lines."""
    difference = short.steps[-1]
    values = "".join(citations(step, known) for step in short.valued)
    first = f"the values of the expectations{values} and of " if values else ""
    ending = ", where what has no closed form cancels" if short.cancels else ""
    return (
        f"With {first}the entropy (Theorem~{entropy}), and with terms collected{ending}, "
        f"${notation.latex(difference.before)} = {notation.latex(difference.after)}$ "
        rf"is~\eqref{{{equation}}}~$\{short.verdicts[-1].kind}$."
    )


def _find(steps: list[Step], part: tuple[Step, ...]) -> int | None:
    if not part:
        return None
    return next((i for i in range(len(steps)) if tuple(steps[i : i + len(part)]) == part), None)


def _given(derivation: Derivation, notation: Notation, *, brief: bool) -> str:
    claim = derivation.claim
    domains = notation.domains(claim.q.parameters if brief and claim.q is not None else claim.parameters)
    words = f", with {domains}" if domains else ""
    if derivation.conditions:
        return f"{words}. If {conditions_latex(derivation.conditions, notation)}, then"
    return f"{words}. Then"


def _statement(derivation: Derivation, notation: Notation, context: Context, label: str) -> tuple[Formula | None, str]:
    left = notation.quantity()
    reason = sentence(context.words(derivation.reason, notation, ()), capital=derivation.status != "infinite")
    if derivation.status == "infinite":
        return Formula(left, (r"\infty",), label), f"Indeed, {reason}" if reason else ""
    if derivation.status == "none":
        if derivation.result is None:
            return None, _not_found(reason)
        formula = display(left, notation.latex(derivation.result), label)
        kept = [
            lemma.statement
            for lemma in derivation.lemmas
            if lemma.value is None and derivation.result.has(lemma.statement)
        ]
        if kept:
            reason = f"For ${'$ and $'.join(map(notation.latex, kept))}$ no closed form was found."
        return formula, reason
    if len(derivation.cases) > 1:
        return _by_cases(derivation, notation, left, label), _otherwise(derivation)
    assert derivation.result is not None
    return display(left, notation.latex(derivation.result), label), _otherwise(derivation)


def _not_found(reason: str) -> str:
    if reason.lower().startswith("given up: "):
        return f"no closed form was found: the derivation was given up, {reason[len('given up: ') :]}"
    return f"no closed form was found. {reason}"


def _by_cases(derivation: Derivation, notation: Notation, left: str, label: str) -> Formula:
    """The value in one formula where it has the cases in it, else a case a row."""
    result = derivation.result
    if result is not None and result.has(sp.Piecewise):
        return display(left, notation.latex(result), label)
    rows = []
    for case in derivation.cases:
        when = conjunction(case.when, notation.latex)
        rows.append(
            f"{notation.latex(case.value)} & " + (rf"\text{{if }} {BOTH.join(when)}" if when else r"\text{otherwise}")
        )
    return display(left, cases(rows), label)


def _otherwise(derivation: Derivation) -> str:
    where = "Where this condition fails" if len(derivation.conditions) == 1 else "Where one of these conditions fails"
    words = {
        "oo": f"{where}, it is infinite.",
        "undefined": f"{where}, it is not defined.",
        "unknown": f"{where}, nothing is claimed.",
    }
    return words.get(derivation.otherwise or "", "") if derivation.status == "conditional" else ""


def sentence(latex: str, *, capital: bool = True) -> str:
    """Words with a full stop, and a capital where they begin a sentence."""
    latex = latex.strip()
    if not latex:
        return ""
    return (latex[0].upper() if capital else latex[0]) + latex[1:] + ("" if latex.endswith(".") else ".")


def lemmas_of(verified: Verified, notation: Notation, context: Context) -> tuple[Theorem, ...]:
    """The lemmas of a derivation that the write-up has not proved yet, in the order in which they are used.

    In those about the first law alone its parameters bear no index.
    """
    derivation = verified.derivation
    both, bare = notation, Notation(derivation.claim, notation.symbols, bare=True)
    out = []
    for i, lemma in enumerate(derivation.lemmas):
        key = _lemma_key(lemma.statement, derivation.claim)
        if key in context.lemmas:
            continue
        label = context.label("lem:" + slug(f"{derivation.claim.p.family.name} {len(context.lemmas) + 1}"))
        verdicts: tuple[Verdict, ...] = verified.lemma_steps[i] if i < len(verified.lemma_steps) else ()

        notation = bare if _is_about_p(lemma, derivation.claim) else both

        def words(text: str, step: Step, notation: Notation = notation) -> str:
            return context.words(text, notation, (step.before, step.after))

        proof = chains(lemma.steps, verdicts, notation, words, _known(derivation, context))
        context.lemmas[key] = label
        left = notation.latex(lemma.statement)
        conditions = conditions_latex(lemma.conditions, notation)
        given = f"Let ${notation.symbols[0]} = {notation.member(derivation.claim.p)}$"
        method = sentence(context.words(_method(lemma), notation, (s.before for s in lemma.steps)))
        out.append(
            Theorem(
                kind="lemma" if lemma.value is not None else "remark",
                label=label,
                name="",
                given=(f"{given}, where {conditions}." if conditions else f"{given}.")
                + (" Then" if lemma.value is not None else ""),
                formula=None if lemma.value is None else display(left, notation.latex(lemma.value)),
                after="" if lemma.value is not None else f"For ${left}$ no closed form was found. {method}",
                method=method if lemma.value is not None else "",
                proof=concluded(proof)[0],
            )
        )
    return tuple(out)


def _method(lemma: Lemma) -> str:
    """How the lemma is proved; a change of variable that changes nothing is no part of it."""
    charts = [step for step in lemma.steps if step.rule == "chart"]
    return lemma.method.removeprefix("change of variable, then ") if all(map(is_renaming, charts)) else lemma.method


def _is_about_p(lemma: Lemma, claim: Claim) -> bool:
    others = {p.symbol for p in claim.q.parameters} if claim.q is not None else set()
    said = [lemma.statement, *lemma.conditions, *(e for s in lemma.steps for e in (s.before, s.after))]
    return not any(e.free_symbols & others for e in said)


def _lemma_key(statement: sp.Expr, claim: Claim) -> tuple[str, sp.Expr]:
    """The same for a lemma about a family whatever index its parameters bear, and whether or not some are given."""
    plain = {p.symbol: replace(p, index="").symbol for p in claim.p.parameters}
    return claim.p.family.name, statement.xreplace(plain)


def _known(derivation: Derivation, context: Context) -> Mapping[sp.Expr, str]:
    """The labels of the derivation's lemmas, by what they state."""
    keys = {lemma.statement: _lemma_key(lemma.statement, derivation.claim) for lemma in derivation.lemmas}
    return {statement: context.lemmas[key] for statement, key in keys.items() if key in context.lemmas}
