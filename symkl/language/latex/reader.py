"""Tokens to a tree, by recursive descent: sums, products, fractions, brackets, powers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from symkl.errors import BadInput
from symkl.language.latex.applying import word
from symkl.language.latex.arguments import times
from symkl.language.latex.brackets import BRACKETS, bars, braces
from symkl.language.latex.cases import cases
from symkl.language.latex.cursor import Cursor
from symkl.language.latex.numbers import decimal_next, number
from symkl.language.latex.peeking import is_function
from symkl.language.latex.place import Source
from symkl.language.latex.stops import why_stopped
from symkl.language.latex.style import USUAL, Style
from symkl.language.latex.tokens import Token
from symkl.language.latex.tree import (
    Call,
    Constant,
    Number,
    Power,
    Quotient,
    Terms,
    Tree,
)
from symkl.language.latex.words import is_letter

__all__ = ["Context", "Reader", "read_tree"]

MAX_DEPTH = 40
MAX_DIVISIONS = 20  # by slashes, in one bracket or argument


@dataclass(frozen=True)
class Context:
    r"""What a reader needs beside the tokens.

    `bases` are the letters and words that begin a name (so that `\psi` may be a parameter), `words` the names that may
    be written in plain letters side by side; `decided` collects the fields of `style` that made a difference,
    and `notes` what has to be told of what was read. `variable` is that of the densities, where it is no name.
    """

    source: Source
    bases: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    style: Style = USUAL
    decided: set[str] = field(default_factory=set, compare=False)
    notes: dict[str, None] = field(default_factory=dict, compare=False)
    variable: str = ""


def read_tree(tokens: Sequence[Token], context: Context) -> Tree:
    """What the tokens of one side of an equation say. Raises `BadInput`, and `NotRead` for what is no closed form."""
    end = tokens[-1].end if tokens else len(context.source.text)
    return Reader(tokens, context, end, 0).whole()


class Reader(Cursor):
    """One bracket, argument or side being read."""

    def __init__(self, tokens: Sequence[Token], context: Context, end: int, depth: int) -> None:
        super().__init__(tokens, context.source, end)
        self.context, self.depth, self.level = context, depth, 0
        self.divisions = 0
        if depth > MAX_DEPTH:
            raise self.refusal(f"the formula is nested more than {MAX_DEPTH} deep")

    def inner(self, tokens: Sequence[Token]) -> Tree:
        """What the tokens of a bracket or an argument say; the cursor is already past them."""
        end = self.tokens[self.index - 1].start if self.index else self.end
        return Reader(tokens, self.context, max(end, tokens[-1].end) if tokens else end, self.depth + 1).whole()

    def whole(self) -> Tree:
        place = self.place
        made = self.sum()
        for command in ("over", "choose"):
            if self.command(command):
                self.take()
                below = self.sum()
                made = Quotient(place, made, below) if command == "over" else Call(place, "binomial", (made, below))
        if self.next is not None:
            raise self.stopped()
        return made

    def stopped(self) -> BadInput:
        """Why reading does not go on at the next token."""
        return self.refusal(*why_stopped(self.next))

    def sum(self) -> Tree:
        place, parts = self.place, []
        minus = self.minus()
        while True:
            parts.append((minus, self.product()))
            if not self.sign("+", "-"):
                break
            minus = self.minus()
        return parts[0][1] if len(parts) == 1 and not parts[0][0] else Terms(place, tuple(parts))

    def minus(self) -> bool:
        """Whether a minus is next; the sign is passed."""
        if not self.sign("+", "-"):
            return False
        minus = self.take().text == "-"
        if self.sign("+", "-"):
            raise self.refusal("two signs stand in a row", "write brackets")
        return minus

    def product(self) -> Tree:
        made = self.run()
        while True:
            if self.skip("*"):
                made = times(made, self.signed_run())
            elif self.sign("/"):
                made = self.divided(made)
                if self.factor_next():
                    made = times(made, self.run())
            else:
                return made

    def divided(self, above: Tree) -> Tree:
        """The quotient of what stands before the `/` that is next and what stands after it."""
        place = self.take().start
        self.divisions += 1
        if self.divisions > MAX_DIVISIONS:
            raise self.refusal(f"more than {MAX_DIVISIONS} divisions stand in a row", r"write \frac", place)
        return Quotient(place, above, self.below(above))

    def signed_run(self) -> Tree:
        r"""What follows `\cdot`: a minus may stand there."""
        place = self.place
        return Terms(place, ((True, self.run()),)) if self.skip("-") else self.run()

    def run(self) -> Tree:
        """Factors side by side."""
        factors = [self.factor()]
        while self.factor_next():
            place = self.place
            factors.append(self.factor())
            if isinstance(factors[-2], Number) and _is_fraction(factors[-1]):
                what = "a number before a fraction of numbers may be added to it or multiplied with it"
                raise self.refusal(what, r"write + or \cdot between them", place)
        return times(*factors)

    def below(self, above: Tree) -> Tree:
        """What `/` divides by: as the style says, one factor, or that and what stands beside it."""
        factors = [self.factor()]
        style, decided = self.context.style.slash, self.context.decided
        apart = self.next is not None and self.tokens[self.index - 1].end < self.next.start
        whole = isinstance(above, Number) and isinstance(factors[0], Number) and apart and style != "run"
        while self.factor_next():
            decided.add("slash")
            if whole or style == "factor" or (style == "product" and not self.plain_next()):
                break
            factors.append(self.factor())
        return times(*factors)

    def plain_next(self) -> bool:
        token = self.next
        return token is not None and (token.kind == "digit" or (is_letter(token) and not is_function(self)))

    def factor_next(self) -> bool:
        token = self.next
        if token is None or token.kind in ("row", "begin", "end", "fence", "prose"):
            return False
        if token.kind == "sign":
            return token.text in ("{", "infty", "|", *BRACKETS) or decimal_next(self)
        return not token.is_command("over", "choose", "le", "ge", "ne")

    def bracket_next(self) -> bool:
        return self.sign(*BRACKETS)

    def factor(self) -> Tree:
        """A factor with its power and its factorial sign; one of each at most."""
        self.level += 1
        if self.depth + self.level > MAX_DEPTH:
            raise self.refusal(f"the formula is nested more than {MAX_DEPTH} deep")
        made = self.base()
        for _ in range(2):
            place = self.place
            if self.skip("^"):
                if isinstance(made, Power):
                    raise self.refusal("a second superscript", "put the first power into brackets", place)
                made = Power(place, made, self.exponent())
            if self.sign("!") and isinstance(made, Call) and made.function == "factorial":
                raise self.refusal("a double factorial is not read")
            if self.skip("!"):
                made = Call(place, "factorial", (made,))
        self.level -= 1
        return made

    def exponent(self) -> Tree:
        r"""What follows `^`, which is already taken."""
        return self.inner(self.argument())

    def base(self) -> Tree:
        """A factor without what follows it as a power."""
        token = self.next
        if token is None or not self.factor_next():
            raise self.stopped()
        if token.kind == "cases":
            self.take()
            return cases(token.inside, token.start, self.inner, self.source)
        if token.kind == "digit" or token.is_sign("."):
            return number(self)
        if is_letter(token) or token.kind == "command":
            return word(self)
        if token.is_sign("infty"):
            return Constant(self.take().start, "oo")
        if token.is_sign("|", "|("):
            return Call(token.start, "Abs", (bars(self),))
        if token.is_sign("{"):
            return braces(self)
        return self.inner(self.group())

    def note(self, text: str) -> None:
        """Something that the user is to be told."""
        self.context.notes[text] = None


def _is_fraction(tree: Tree) -> bool:
    return isinstance(tree, Quotient) and isinstance(tree.above, Number) and isinstance(tree.below, Number)
