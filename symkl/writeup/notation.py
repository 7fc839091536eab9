"""How the members of a claim are named in print: the printer, `Normal(mu_1, sigma_1)`, supports and domains."""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp

from symkl.model import Claim, CrossEntropy, Distribution, Divergence, Entropy, Expectation, Law, Parameter, domain_of
from symkl.writeup.compact import compact
from symkl.writeup.conditions import conjunction
from symkl.writeup.escape import escaped
from symkl.writeup.printer import TextbookPrinter

__all__ = ["Notation", "conditions_latex", "domain_latex", "quantity_node"]

_DOMAINS = {
    "real": r"{} \in \mathbb{{R}}",
    "positive": "{} > 0",
    "nonnegative": r"{} \ge 0",
    "unit": "0 < {} < 1",
    "integer": r"{} \in \mathbb{{Z}}",
    "positive_integer": r"{} \in \{{1, 2, \dots\}}",
    "nonnegative_integer": r"{} \in \{{0, 1, 2, \dots\}}",
}

#: LaTeX of so many characters fills three lines or more
_LONG = 300


class Notation:
    """What the pages about one claim call things.

    `symbols` are the letters for the first and the second law. Where the second member has no free parameter, or
    is not spoken of (`bare`), the first's bear no index.
    """

    def __init__(
        self, claim: Claim, symbols: tuple[str, str] = ("p", "q"), dimension: str = "", *, bare: bool = False
    ) -> None:
        self.claim = claim
        self.symbols = symbols
        self.bare = bare or claim.q is None or not claim.q.parameters
        self.printer = TextbookPrinter(
            claim.parameters,
            variables=[claim.p.variable],
            symbols=dict(zip("pq", symbols, strict=True)),
            bare=self.bare,
            dimension=dimension,
        )
        first = claim.p
        ends = {who.support[1] for who in (claim.p, claim.q) if who is not None} - {sp.oo}
        self.printer.kept = frozenset(end - first.variable for end in ends)
        self.printer.supports = {Law("p"): (*first.support, first.kind == "discrete")}

    def latex(self, expr: sp.Basic) -> str:
        """The expression as LaTeX; a long one in a shorter form, where one is found."""
        text: str = self.printer.doprint(expr)
        if len(text) < _LONG or not isinstance(expr, sp.Expr):
            return text
        shorter: str = self.printer.doprint(compact(expr))
        return min(text, shorter, key=len)

    def as_written(self, expr: sp.Expr, text: str) -> str:
        """A formula that its source writes with a minus sign before a bracket: `-(1 + log(s) - s)/2`."""
        if text.lstrip().startswith("-") and expr.is_Add:
            inner = self.printer.doprint_with_minus(expr)
            if inner is not None:
                return inner
        return self.latex(expr)

    def member(self, who: Distribution) -> str:
        r"""`\mathrm{Normal}(\mu_1, \sigma_1)`, with values where they are given."""
        given = dict(self.claim.where)
        shown = []
        for own in who.family.parameters:
            index = "" if self.claim.q is None else "1" if who.role == "p" else "2"
            full = f"{own.name}_{index}" if index else own.name
            value = given.get(full)
            if value is None:
                value = Parameter(own.name, own.domain, own.latex, own.doc, index).symbol
            shown.append(self.latex(value))
        name = escaped(who.family.name)
        return rf"\mathrm{{{name}}}({', '.join(shown)})" if shown else rf"\mathrm{{{name}}}"

    def members(self) -> str:
        r"""`q = \mathrm{Normal}(..) and p = ..`, as words with formulas."""
        first = f"${self.symbols[0]} = {self.member(self.claim.p)}$"
        if self.claim.q is None:
            return first
        return f"{first} and ${self.symbols[1]} = {self.member(self.claim.q)}$"

    def density(self, who: Distribution) -> str:
        """The density as given, or the log-density with its logarithm on the left."""
        law = self.symbols[0] if who.role == "p" else self.symbols[1]
        at = self.latex(who.variable)
        if who.density is not None:
            return f"{law}({at}) = {self.latex(who.density)}"
        assert who.log_density is not None
        return rf"\log {law}({at}) = {self.latex(who.log_density)}"

    def support(self, who: Distribution) -> str:
        """The values that the variable takes."""
        lower, upper = who.support
        at = self.latex(who.variable)
        if who.kind == "discrete":
            last = "" if upper == sp.oo else f", {self.latex(upper)}"
            if upper.is_Integer and lower.is_Integer and upper - lower <= 2:
                listed = ", ".join(str(lower + i) for i in range(int(upper - lower) + 1))
                return rf"{at} \in \{{{listed}\}}"
            return rf"{at} \in \{{{self.latex(lower)}, {self.latex(lower + 1)}, \dots{last}\}}"
        if lower == -sp.oo and upper == sp.oo:
            return rf"{at} \in \mathbb{{R}}"
        if upper == sp.oo:
            return f"{at} > {self.latex(lower)}"
        if lower == -sp.oo:
            return f"{at} < {self.latex(upper)}"
        return f"{self.latex(lower)} < {at} < {self.latex(upper)}"

    def domains(self, parameters: Sequence[Parameter]) -> str:
        r"""`$\mu \in \mathbb{R}$ (mean) and $\sigma > 0$ (standard deviation)`."""
        alike: dict[tuple[str, str, str], list[str]] = {}
        for parameter in parameters:
            key = (parameter.name, domain_of(parameter.symbol), parameter.doc)
            alike.setdefault(key, []).append(self.latex(parameter.symbol))
        shown = []
        for (_, domain, doc), names in alike.items():
            words = f" ({escaped(doc)})" if doc else ""
            shown.append(f"${domain_latex(', '.join(names), domain)}${words}")
        return ", ".join(shown[:-1]) + (" and " if len(shown) > 1 else "") + shown[-1] if shown else ""

    def quantity(self) -> str:
        r"""The left side of the claim: `\KL(p\,\|\,q)`."""
        return self.latex(quantity_node(self.claim))


def quantity_node(claim: Claim) -> sp.Expr:
    """The claim's quantity as an inert node."""
    p, q = Law("p"), Law("q")
    if claim.quantity == "entropy":
        return Entropy(p)
    if claim.quantity == "cross_entropy":
        return CrossEntropy(p, q)
    if claim.quantity == "kl":
        return Divergence(p, q)
    return Expectation(claim.of, claim.p.variable, p)


def domain_latex(latex: str, domain: str) -> str:
    return _DOMAINS[domain].format(latex)


def conditions_latex(conditions: Sequence[sp.Basic], notation: Notation) -> str:
    r"""`$\alpha > 2$ and $\nu > 2$`."""
    shown = [f"${c}$" for c in conjunction(conditions, notation.latex, notation.printer.variables)]
    return ", ".join(shown[:-1]) + (" and " if len(shown) > 1 else "") + shown[-1] if shown else ""
