"""The rows of an `align` and the two sides of each `=`, put together into chains `name = a = b = ...`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from symkl.language.latex.cases import with_cases
from symkl.language.latex.cursor import Cursor
from symkl.language.latex.place import Source
from symkl.language.latex.quantities import quantity_of
from symkl.language.latex.tails import without_tail
from symkl.language.latex.tokens import CLOSING, OPENING, Token

__all__ = ["Chain", "Side", "chains"]

#: environments whose rows are read one after another
_ROWS = set(
    "equation align alignat aligned alignedat split gather gathered multline eqnarray displaymath math flalign dmath "
    "dgroup IEEEeqnarray subequations".split()
)
#: those in whose rows the first `&` is where rows are aligned, and parts nothing
_ALIGNED = ("align", "aligned", "alignat", "alignedat", "flalign", "split")
_FRAMES = 4  # braces around all, one in the other
#: environments that may hold rows of one formula if they are all there is
_TABLES = ("array", "matrix", "smallmatrix")
_RELATIONS = ("=", "approx")
_INEQUALITIES = {"<": "<", ">": ">"}
_INEQUALITY_COMMANDS = ("le", "ge", "ne", "propto", "sim", "ll", "gg", "lesssim", "gtrsim", "to", "rightarrow",
                        "Rightarrow", "implies", "iff", "Leftrightarrow", "in", "notin")  # fmt: skip
_STACKED = ("overset", "stackrel", "underset")
_GOES_ON = ("+", "-", "*", "/")


@dataclass(frozen=True)
class Side:
    """One side of an equation, and the relation before it ("" for the first)."""

    relation: str
    tokens: tuple[Token, ...]


@dataclass(frozen=True)
class Chain:
    """Sides of which each is said to equal the one before."""

    sides: tuple[Side, ...]

    @property
    def start(self) -> int:
        return self.sides[0].tokens[0].start

    @property
    def end(self) -> int:
        return self.sides[-1].tokens[-1].end


def chains(tokens: Sequence[Token], source: Source) -> tuple[list[Chain], list[str]]:
    """The chains of equations of a formula, and what was left out at the ends of rows. Raises `BadInput`."""
    remarks: list[str] = []
    aligned = any(token.kind == "begin" and token.text.rstrip("*") in _ALIGNED for token in tokens)
    tokens = with_cases(tokens, source)
    tokens = _seamless(_relations(_unwrapped(tokens, source), source), source, aligned)
    found = [_chain(part, source) for part in _statements(tokens, remarks, source)]
    if not found:
        raise source.refusal("there is no formula here", 0)
    return found, remarks


def _unwrapped(tokens: Sequence[Token], source: Source) -> list[Token]:
    """The tokens without dollar signs and braces around them, and without known environments."""
    made = [token for token in tokens if not (token.kind in ("begin", "end") and token.text.rstrip("*") in _ROWS)]
    while made and made[0].kind in ("fence", "row"):
        made = made[1:]
    while made and (made[-1].kind in ("fence", "row") or _is_stop(made)):
        made = made[:-1]
    for _ in range(_FRAMES):
        frame = int(bool(made) and made[0].is_command("boxed", "fbox"))
        framed = bool(made[frame:]) and made[frame].is_sign("{")
        if framed and Cursor(made, source, made[-1].end).partner(frame) == len(made) - 1:
            made = made[frame + 1 : -1]
    if made and made[0].kind == "begin" and made[0].text in _TABLES and made[-1].kind == "end":
        made = made[1:-1]
    for token in made:
        if token.kind == "fence":
            raise source.refusal("a formula ends or begins here", token.start, "give one formula, or a file and --line")
        if token.kind in ("begin", "end"):
            what = f"the environment '{token.text[:40]}' is not read"
            raise source.refusal(what, token.start, "give one formula without cases")
    return made


def _seamless(tokens: Sequence[Token], source: Source, aligned: bool) -> list[Token]:
    """The tokens without alignment marks and without the ends of rows inside brackets.

    Where such a mark parts two factors, a table or a matrix may be meant: that is refused, but for the first mark in a
    row that is `aligned`.
    """
    made: list[Token] = []
    depth = marks = 0
    for index, token in enumerate(tokens):
        marks = 0 if token.kind == "row" and depth == 0 else marks + token.is_sign("&")
        depth += (token.kind == "sign") * ((token.text in CLOSING) - (token.text in OPENING))
        if not (token.is_sign("&") or (token.kind == "row" and depth > 0)):
            made.append(token)
            continue
        if aligned and marks == 1 and token.is_sign("&"):
            continue
        after = next((t for t in tokens[index:] if not t.is_sign("&") and t.kind != "row"), None)
        if made and after is not None and _ends_factor(made[-1]) and _begins_factor(after):
            what = "an alignment mark or the end of a row parts two factors"
            raise source.refusal(what, token.start, "leave it out, or give one formula without a table")
    return made


def _ends_factor(token: Token) -> bool:
    return token.kind in ("letter", "digit", "word", "command") or token.is_sign(*OPENING, "'", "!", "infty")


def _begins_factor(token: Token) -> bool:
    begins = token.kind == "command" and not token.is_command(*_STACKED, *_INEQUALITY_COMMANDS)
    return begins or token.kind in ("letter", "digit", "word") or token.is_sign(*CLOSING, "infty")


def _relations(tokens: Sequence[Token], source: Source) -> list[Token]:
    r"""The tokens with `:=` and `\overset{!}{=}` as the relations that they are; inequalities are refused."""
    made: list[Token] = []
    index, depth = 0, 0
    while index < len(tokens):
        token = tokens[index]
        if token.is_command(*_STACKED):
            token, index = _stacked(tokens, index)
        elif token.is_sign(":") and index + 1 < len(tokens) and tokens[index + 1].is_sign("="):
            index += 1
            token = tokens[index]
        depth += (token.kind == "sign") * ((token.text in CLOSING) - (token.text in OPENING))
        if depth == 0 and (token.is_sign("<", ">") or token.is_command(*_INEQUALITY_COMMANDS)):
            comma = _last_comma(made)
            if comma is None:
                raise source.refusal("an inequality or an arrow is not checked", token.start, "give an equation")
            while index + 1 < len(tokens) and tokens[index + 1].kind != "row":
                index += 1
            start, end = made[comma].end, tokens[index].end
            made[comma:] = [Token("prose", " ".join(source.text[start:end].split()), start, end)]
        else:
            made.append(token)
        index += 1
    return made


def _last_comma(tokens: Sequence[Token]) -> int | None:
    """The index of the comma after which the row's last part stands, if that part is in no bracket and no equation."""
    depth = 0
    for index in range(len(tokens) - 1, 0, -1):
        token = tokens[index]
        depth += (token.kind == "sign") * ((token.text in OPENING) - (token.text in CLOSING))
        if token.kind == "row" or (depth == 0 and token.is_sign(*_RELATIONS)):
            return None
        if depth == 0 and (token.is_sign(",", ";") or token.kind == "prose"):
            return index
    return None


def _stacked(tokens: Sequence[Token], index: int) -> tuple[Token, int]:
    """The relation with something over it, and the index of its last token; the command itself if it is no relation."""
    start, depth = index, 0
    for last in range(index + 1, len(tokens)):
        token = tokens[last]
        depth += token.is_sign("{") - token.is_sign("}")
        if depth == 0 and token.is_sign("}") and last > start + 1:
            following = tokens[last + 1 : last + 4]
            if len(following) == 3 and following[0].is_sign("{") and following[1].is_sign(*_RELATIONS):
                return following[1], last + 3
            break
    return tokens[index], index


def _statements(tokens: Sequence[Token], remarks: list[str], source: Source) -> list[list[Token]]:
    """The tokens cut where a row begins a new equation, or defines a name behind a formula; a row that goes on with the
    one before stays with it.
    """
    rows: list[list[Token]] = [[]]
    for token in tokens:
        if token.kind == "row":
            rows.append([])
        else:
            rows[-1].append(token)
    made: list[list[Token]] = []
    for row in rows:
        row = _without_prose(row, remarks)
        if len(row) > 1 and row[0].kind == "prose" and _leads(row[0].text):
            row = row[1:]
        if not row:
            continue
        if made and _continues(made[-1], row):
            made[-1] += row
        else:
            made.append(row)
    found: list[list[Token]] = []
    for row in made:
        tail = without_tail(_without_stop(row), source)
        found += [_without_stop(tail.formula), *map(_without_stop, tail.definitions)]
        remarks += tail.remarks
    return found


def _without_prose(row: list[Token], remarks: list[str]) -> list[Token]:
    """The row without the words at its end, such as `nats` or `[bits]`, or why it holds."""
    while len(row) > 1:
        bracketed = len(row) > 3 and row[-2].kind == "prose" and row[-3].is_sign("(", "[") and row[-1].is_sign(")", "]")
        if not bracketed and row[-1].kind != "prose":
            break
        remarks.append(row[-2 if bracketed else -1].text)
        row = row[: -3 if bracketed else -1]
    return row


def _leads(text: str) -> bool:
    """Whether words only lead to the formula after them."""
    return text.endswith(":") or text.lower().strip(" ,") in (
        "where",
        "with",
        "let",
        "then",
        "thus",
        "hence",
        "so",
        "and",
    )


def _without_stop(row: list[Token]) -> list[Token]:
    while _is_stop(row):
        row = row[:-1]
    return row


def _is_stop(row: Sequence[Token]) -> bool:
    """Whether a full stop or a comma ends the row; several full stops are no end but an omission."""
    return bool(row) and row[-1].is_sign(".", ",", ";") and not (row[-2:-1] and row[-2].is_sign("."))


def _continues(before: Sequence[Token], row: Sequence[Token]) -> bool:
    first, last = row[0], before[-1]
    if first.is_sign(*_RELATIONS) or first.is_sign("*", "/"):
        return True
    if last.is_sign(*_RELATIONS, *_GOES_ON):
        return True
    return first.is_sign("+", "-") and not _names_quantity(row)


def _names_quantity(row: Sequence[Token]) -> bool:
    """Whether the row begins an equation about a quantity, such as `-D_{KL} = ...`."""
    first = _cut(row)[0]
    return len(first.tokens) < len(row) and quantity_of(first.tokens) is not None


def _chain(tokens: Sequence[Token], source: Source) -> Chain:
    sides = _cut(tokens)
    if not sides[0].tokens:
        sides = sides[1:]
    for side in sides:
        if not side.tokens:
            raise source.refusal("a side of this equation is empty", tokens[-1].end)
    if not sides:
        raise source.refusal("a side of this equation is empty", tokens[0].start if tokens else 0)
    return Chain(tuple(sides))


def _cut(tokens: Sequence[Token]) -> list[Side]:
    """The sides of the equation: cut at each relation that stands in no bracket."""
    sides: list[Side] = []
    part: list[Token] = []
    relation, depth = "", 0
    for token in tokens:
        depth += (token.kind == "sign") * ((token.text in CLOSING) - (token.text in OPENING))
        if depth == 0 and token.is_sign(*_RELATIONS):
            sides.append(Side(relation, tuple(_without_stop(part))))
            relation, part = token.text, []
        else:
            part.append(token)
    return [*sides, Side(relation, tuple(_without_stop(part)))]
