"""Tokens to a tree, by recursive descent: sums, products, fractions, brackets, powers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from symkl.errors import BadInput
from symkl.language.latex.applying import word
from symkl.language.latex.arguments import times
from symkl.language.latex.cursor import Cursor, shown
from symkl.language.latex.peeking import is_function
from symkl.language.latex.place import Source
from symkl.language.latex.scripts import read_scripts, subscripts
from symkl.language.latex.style import USUAL, Style
from symkl.language.latex.tokens import CLOSING, OPENING, Token
from symkl.language.latex.tree import (
    Call,
    Constant,
    Named,
    Number,
    Power,
    Quotient,
    Symbol,
    Terms,
    Total,
    Tree,
)
from symkl.language.latex.words import is_letter
from symkl.language.lexis import MAX_DIGITS

__all__ = ["Context", "Reader", "read_tree"]

MAX_DEPTH = 40
MAX_DIVISIONS = 20  # by slashes, in one bracket or argument
_BRACKETS = ("(", "[", "\\{", "|(")
#: why reading stops at a sign, and what to do about it
_STOPS = {
    "=": ("a second '=', or one inside a bracket", ""),
    "approx": ("an approximation inside a formula", ""),
    ",": ("a comma stands where the formula should go on or end", "give one formula"),
    ";": ("a semicolon stands where the formula should go on or end", "give one formula"),
    ":": ("a colon stands where the formula should go on or end", "give one formula"),
    "||": ("a double bar stands here: norms are not read", "write the sum of squares, or |x| of a number"),
    "_": ("a subscript hangs on nothing that can bear one", ""),
    "'": ("a prime hangs on nothing that can bear one", ""),
    "^": ("a superscript hangs on nothing that can bear one", "put the base into brackets"),
    "|": ("this bar is never closed", "write |x| for an absolute value"),
}


@dataclass(frozen=True)
class Context:
    r"""What a reader needs beside the tokens.

    `bases` are the letters and words that begin a name (so that `\psi` may be a parameter), `words` the names that may
    be written in plain letters side by side; `decided` collects the fields of `style` that made a difference,
    and `notes` what has to be told of what was read.
    """

    source: Source
    bases: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    style: Style = USUAL
    decided: set[str] = field(default_factory=set, compare=False)
    notes: dict[str, None] = field(default_factory=dict, compare=False)


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
        token = self.next
        if token is None:
            return self.refusal("the formula ends where a number, a name or a bracket is needed")
        if token.kind == "sign":
            plain = (f"reading stops at '{shown(token)}'", "")
            if token.text in OPENING or token.text in CLOSING:
                plain = (f"the bracket '{shown(token).lstrip(chr(92))}' is not closed or opened as it should be", "")
            what, todo = _STOPS.get(token.text, plain)
            return self.refusal(what, todo)
        if token.kind == "prose":
            what = f"words stand in the formula: '{token.text[:40]}'"
            return self.refusal(what, "give the formula alone, and conditions with --where")
        if token.kind in ("begin", "end"):
            return self.refusal(f"the environment '{token.text[:40]}' is not read", "give one formula without cases")
        if token.kind == "fence":
            return self.refusal("a formula ends or begins here", "give one formula")
        return self.refusal(f"reading stops at '{shown(token)[:40]}'", "write it in other words, or give --map")

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
            return token.text in ("{", "infty", "|", *_BRACKETS) or self.decimal_next()
        return not token.is_command("over", "choose", "le", "ge", "ne")

    def decimal_next(self) -> bool:
        """Whether a number such as .5 is next."""
        after = self.tokens[self.index + 1 : self.index + 2]
        return self.sign(".") and bool(after) and after[0].kind == "digit" and after[0].start == self.place + 1

    def bracket_next(self) -> bool:
        return self.sign(*_BRACKETS)

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
        if token.kind == "digit" or token.is_sign("."):
            return self.number()
        if is_letter(token) or token.kind == "command":
            return word(self)
        if token.is_sign("infty"):
            return Constant(self.take().start, "oo")
        if token.is_sign("|", "|("):
            return Call(token.start, "Abs", (self.bars(),))
        if token.is_sign("{"):
            return self.braces()
        return self.inner(self.group())

    def braces(self) -> Tree:
        """What stands in braces; a name there may bear scripts outside."""
        place = self.place
        made = self.inner(self.group())
        if isinstance(made, Named) and self.sign("_", "'"):
            found, old = read_scripts(self), made.symbol
            outer = subscripts(self, found.below, found.below_place) if found.below else ()
            primes, marks = old.primes + found.primes, old.marks + found.marks
            made = Named(place, Symbol(old.base, old.subscripts + outer, primes, marks))
            return Power(found.above_place, made, self.inner(found.above)) if found.above else made
        return made

    def bars(self) -> Tree:
        """What stands between the bars that are next."""
        if self.sign("|("):
            return self.inner(self.group())
        start, last = self.index, self._closing_bar()
        if last is None:
            raise self.stopped()
        self.index = last + 1
        return self.inner(self.tokens[start + 1 : last])

    def _closing_bar(self) -> int | None:
        index = self.index + 1
        while index < len(self.tokens):
            token = self.tokens[index]
            if token.is_sign("|"):
                return index
            if token.kind == "sign" and token.text in CLOSING:
                last = self.partner(index)
                if last is None:
                    return None
                index = last
            index += 1
        return None

    def note(self, text: str) -> None:
        """Something that the user is to be told."""
        self.context.notes[text] = None

    def number(self) -> Number:
        place, text = self.place, ""
        while self.next is not None and self.place == place + len(text):
            if self.next.kind != "digit" and not ("." not in text and self.decimal_next()):
                break
            text += self.take().text
        if (self.next is not None and self.next.kind == "digit") or self.decimal_next():
            what = "two numbers stand side by side: they may be one number or a product"
            raise self.refusal(what, r"write them together, or \cdot between them")
        if self._power_of_ten_next(place + len(text)):
            what = f"'{text}e' may be a power of ten, or times Euler's number"
            raise self.refusal(what, r"write 10^{-8}, or \cdot e", place)
        if len(text) > MAX_DIGITS:
            raise self.refusal(f"the number has {len(text)} digits; at most {MAX_DIGITS} are read", place=place)
        return Number(place, text)

    def _power_of_ten_next(self, place: int) -> bool:
        """Whether what is next stands at `place` and looks like the `e-8` of 1e-8."""
        after = self.tokens[self.index : self.index + 3]
        row = "".join(token.text for token in after if token.kind in ("letter", "digit", "sign"))
        adjacent = all(token.start == place + count for count, token in enumerate(after))
        return adjacent and row[:1] in ("e", "E") and (row[1:2].isdigit() or (row[1:2] in "+-" and row[2:].isdigit()))

    def arguments(self) -> tuple[Tree, ...]:
        """The arguments in the bracket, the braces or the bars that are next."""
        if self.sign("|", "|("):
            return (self.base(),)
        bracket = self.sign("{") and self.bracket_in_braces()
        inside = self.group()
        if bracket:
            inside = inside[1:-1]
        return tuple(self.inner(part) for part in self.split(inside))

    def bracket_in_braces(self) -> bool:
        """Whether the braces that are next hold one bracket and nothing else."""
        last, inner = self.partner(self.index), self.index + 1
        bracket = inner < len(self.tokens) and self.tokens[inner].is_sign(*_BRACKETS)
        return last is not None and bracket and self.partner(inner) == last - 1

    def split(self, tokens: Sequence[Token]) -> list[Sequence[Token]]:
        """The tokens between the commas that stand in no bracket."""
        parts, start, depth = [], 0, 0
        for index, token in enumerate(tokens):
            if token.kind != "sign":
                continue
            depth += (token.text in CLOSING) - (token.text in OPENING)
            if token.text == "," and depth == 0:
                if index == start:
                    raise self.refusal("an argument is missing before this comma", place=token.start)
                parts.append(tokens[start:index])
                start = index + 1
        return [*parts, tokens[start:]]

    def total(self, place: int) -> Tree:
        r"""The index, the limits and the body of a `\sum`; the body is the product that follows."""
        found = read_scripts(self)
        index, low = self._index(found.below, place)
        high = self.inner(found.above) if found.above else None
        return Total(place, index, low, high, self.product())

    def _index(self, below: Sequence[Token], place: int) -> tuple[Symbol, Tree | None]:
        advice = r"write \sum_{j=1}^{J}"
        if not below or not is_letter(below[0]):
            raise self.refusal("this sum does not say over which index it runs", advice, place)
        symbol = Symbol(below[0].text)
        if len(below) == 1:
            return symbol, None
        if not below[1].is_sign("=") or len(below) == 2:
            raise self.refusal("the range of this sum is not read", advice, below[1].start)
        return symbol, self.inner(below[2:])


def _is_fraction(tree: Tree) -> bool:
    return isinstance(tree, Quotient) and isinstance(tree.above, Number) and isinstance(tree.below, Number)
