r"""Values under conditions: `\begin{cases} a & \text{if } x \le y \\ \infty & \text{otherwise} \end{cases}`."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from symkl.language.latex.place import Source
from symkl.language.latex.tokens import CLOSING, OPENING, Token
from symkl.language.latex.tree import Cases, Comparison, Tree

__all__ = ["cases", "with_cases"]

_NAMES = ("cases", "dcases", "cases*", "dcases*", "rcases")
_TABLES = ("array", "aligned", "matrix")
_OTHERWISE = set("otherwise else elsewhere".split())
_LEADING = set("if for when where and whenever".split())
_AND = ("land", "wedge")
_SIGNS = {"<": "<", ">": ">", "=": "=="}
_COMMANDS = {"le": "<=", "ge": ">=", "ne": "!="}
_MOST = 8  # rows


def with_cases(tokens: Sequence[Token], source: Source) -> list[Token]:
    r"""The tokens with each `cases` as one; a table right after `\left\{` that no bracket closes is one too."""
    made: list[Token] = []
    index = 0
    while index < len(tokens):
        token = tokens[index]
        table = token.kind == "begin" and token.text in _TABLES and bool(made) and made[-1].is_sign("\\{")
        if not (token.kind == "begin" and token.text in _NAMES) and not table:
            made.append(token)
            index += 1
            continue
        last = _end(tokens, index)
        if last is None:
            raise source.refusal(f"the environment '{token.text}' is never ended", token.start)
        if table and tokens[last + 1 : last + 2] and tokens[last + 1].is_sign("\\}"):
            made.append(token)
            index += 1
            continue
        start = made.pop().start if table else token.start
        made.append(Token("cases", "", start, tokens[last].end, inside=tuple(tokens[index + 1 : last])))
        index = last + 1
    return made


def _end(tokens: Sequence[Token], start: int) -> int | None:
    depth = 0
    for index in range(start, len(tokens)):
        depth += (tokens[index].kind == "begin") - (tokens[index].kind == "end")
        if depth == 0:
            return index
    return None


def cases(inside: Sequence[Token], place: int, read: Callable[[Sequence[Token]], Tree], source: Source) -> Cases:
    """What the tokens of `cases` say. Raises `BadInput` for a condition that is not read."""
    rows = [row for row in _cut(inside, lambda token: token.kind == "row") if row]
    if not rows or len(rows) > _MOST:
        raise source.refusal(f"cases have from 1 to {_MOST} rows", place)
    made = []
    for row in rows:
        value, condition = _parted(row, source)
        made.append((read(_without_stop(value)), _conditions(_without_stop(condition), row[-1].end, read, source)))
    if any(not conditions for _, conditions in made[:-1]):
        raise source.refusal("only the last of the cases may be for all that is left", place)
    return Cases(place, tuple(made))


def _parted(row: Sequence[Token], source: Source) -> tuple[Sequence[Token], Sequence[Token]]:
    """The value and the condition: before and after the alignment mark, or the first word or comma."""
    for parts in (_cut(row, lambda t: t.is_sign("&"), 1), _cut(row, lambda t: t.kind == "prose" or t.is_sign(","), 1)):
        if len(parts) == 2 and parts[0] and parts[1]:
            return parts[0], [token for token in parts[1] if not token.is_sign("&")]
    what = "of this case it is not clear what is the value and what the condition"
    raise source.refusal(what, row[0].start, "write value & condition")


def _cut(tokens: Sequence[Token], ends: Callable[[Token], bool], most: int = -1) -> list[list[Token]]:
    """The tokens cut outside brackets, `most` times at most; words stay with what follows them."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        if token.kind == "sign":
            depth += (token.text in CLOSING) - (token.text in OPENING)
        if depth == 0 and ends(token) and most != len(parts) - 1:
            parts.append([token] if token.kind == "prose" else [])
        else:
            parts[-1].append(token)
    return parts


def _without_stop(tokens: Sequence[Token]) -> Sequence[Token]:
    while tokens and tokens[-1].is_sign(".", ",", ";"):
        tokens = tokens[:-1]
    return tokens


def _conditions(
    tokens: Sequence[Token], end: int, read: Callable[[Sequence[Token]], Tree], source: Source
) -> tuple[Comparison, ...]:
    words = [word for token in tokens if token.kind == "prose" for word in token.text.lower().strip(" .,;").split()]
    odd = [word for word in words if word not in _LEADING | _OTHERWISE]
    if odd:
        raise source.refusal(f"the condition '{' '.join(words)[:40]}' is not read", tokens[0].start, "write a < b")
    if words and {*words} <= _OTHERWISE and all(token.kind == "prose" for token in tokens):
        return ()
    joined = _cut(tokens, lambda t: t.kind == "prose" or t.is_sign(",") or t.is_command(*_AND))
    made: list[Comparison] = []
    for part in joined:
        part = [token for token in part if token.kind != "prose"]
        if part:
            made += _compared(part, read, source)
    if not made:
        raise source.refusal("a condition is needed here", end, "write a < b, or otherwise")
    return tuple(made)


def _compared(tokens: list[Token], read: Callable[[Sequence[Token]], Tree], source: Source) -> list[Comparison]:
    """`a < b <= c` as two comparisons."""
    sides: list[list[Token]] = [[]]
    signs: list[str] = []
    depth = 0
    for token in tokens:
        if token.kind == "sign":
            depth += (token.text in CLOSING) - (token.text in OPENING)
        sign = _COMMANDS.get(token.text) if token.kind == "command" else _SIGNS.get(token.text)
        if depth == 0 and sign is not None and token.kind in ("sign", "command"):
            signs.append(sign)
            sides.append([])
        else:
            sides[-1].append(token)
    if not signs or not all(sides):
        raise source.refusal("this condition is not read", tokens[0].start, "write a < b, or otherwise")
    trees = [read(side) for side in sides]
    return [Comparison(trees[i], sign, trees[i + 1]) for i, sign in enumerate(signs)]
