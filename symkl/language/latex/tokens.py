"""LaTeX to tokens, each with its place. What only sets the type (spaces, sizes, comments, labels) is left out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from symkl.language.latex.place import Source
from symkl.language.lexis import MAX_LENGTH

__all__ = ["CLOSING", "OPENING", "Token", "tokens"]


@dataclass(frozen=True)
class Token:
    r"""`kind` is "command" (`text` without its backslash), "letter", "word" (in upright letters: `\mathrm{min}`),
    "prose", "digit", "sign", "row" (`\\`), "begin", "end" (of the environment `text`) or "fence" (`$`, `\[`).

    `font` is the command that set a letter or word. It stands from `start` to `end` in the source. Cases are one token
    of the kind "cases", with what is `inside`.
    """

    kind: str
    text: str
    start: int
    end: int
    font: str = ""
    inside: tuple[Token, ...] = ()

    def is_sign(self, *signs: str) -> bool:
        return self.kind == "sign" and self.text in signs

    def is_command(self, *names: str) -> bool:
        return self.kind == "command" and self.text in names


#: closing brackets by their opening ones; `|(` and `|)` are bars of which is known which way they face
CLOSING = {"(": ")", "[": "]", "\\{": "\\}", "{": "}", "|(": "|)"}
_BRACKETS = ("(", ")", "[", "]", "\\{", "\\}", "|", "|(", "|)")
OPENING = {closing: opening for opening, closing in CLOSING.items()}

_SPACES = set(
    "thinspace medspace thickspace negthinspace negmedspace negthickspace displaystyle textstyle "
    "scriptstyle scriptscriptstyle limits nolimits nonumber notag allowbreak mathstrut strut relax noindent "
    "centering bf rm it boldmath protect qedhere null smallskip medskip bigskip nobreak par".split()
) | set(",;:!> /")
#: wide spaces, after which a number in brackets at the end of a row is the equation's
_GAPS = ("quad", "qquad", "hfill", "enspace")
_NUMBER_OF_EQUATION = re.compile(r"\s*\(\d{1,3}(?:[.-]\d{1,3}){0,3}[a-z]?\)\s*(?=\\\\|\$|\\[\])]|\\end|\Z)")
_SIZES = set("left right middle qty big Big bigg Bigg bigl Bigl biggl Biggl bigr Bigr biggr Biggr bigm Bigm".split())
_FACING = {**dict.fromkeys(("left", "bigl", "Bigl", "biggl", "Biggl"), "|("),
           **dict.fromkeys(("right", "bigr", "Bigr", "biggr", "Biggr"), "|)")}  # fmt: skip
_SKIPPED = set(
    "label tag hphantom phantom vphantom hspace vspace intertext shortintertext eqref ref cite citep citet footnote "
    "color textcolor".split()
)
_FONTS = set(
    "mathrm mathbf mathit mathsf mathtt mathcal mathbb mathfrak mathscr mathnormal boldsymbol bm pmb operatorname text "
    "textrm textit textbf textsf texttt textnormal textup mbox hbox mathop ensuremath".split()
)
_PROSE = {name for name in _FONTS if name.startswith("text")} | {"mbox", "hbox"}
#: words that are no names, even alone
_REMARKS = set("nat nats bit bits".split())
_REMARKS_IN_PROSE = set(
    "where with if for when whenever and or otherwise else provided assuming since as is are in which".split()
)
_OTHER = {
    "dfrac": "frac", "tfrac": "frac", "cfrac": "frac", "sfrac": "frac", "nicefrac": "frac", "dbinom": "binom",
    "tbinom": "binom", "varepsilon": "epsilon", "lg": "lg", "leqslant": "le", "geqslant": "ge", "leq": "le",
    "geq": "ge", "neq": "ne",
}  # fmt: skip
_SIGNS = {
    "{": "\\{", "}": "\\}", "lbrace": "\\{", "rbrace": "\\}", "lbrack": "[", "rbrack": "]", "lparen": "(",
    "rparen": ")", "vert": "|", "mid": "|", "lvert": "|(", "rvert": "|)", "|": "||", "Vert": "||", "lVert": "||",
    "rVert": "||", "parallel": "||", "prime": "'", "colon": ":", "ast": "*", "cdot": "*", "times": "*", "bullet": "*",
    "div": "/", "slash": "/", "lt": "<", "gt": ">", "_": "_", "&": "and", "coloneqq": "=", "triangleq": "=",
    "equiv": "=", "doteq": "=", "approx": "approx", "simeq": "approx", "approxeq": "approx", "infty": "infty",
    "$": "$", "#": "#", "%": "%",
}  # fmt: skip
_CHARACTERS = {
    "\u2212": "-", "\u2013": "-", "\u2010": "-", "\u2011": "-", "\u00b7": "*", "\u22c5": "*", "\u2219": "*",
    "\u2022": "*", "\u00d7": "*", "\u2217": "*", "\u2215": "/", "\u2044": "/", "\u00f7": "/", "\u2032": "'",
    "\u2019": "'", "\u2016": "||", "\u2225": "||", "\u2223": "|", "\u2248": "approx", "\u2261": "=", "\u2254": "=",
    "\u221e": "infty",
}  # fmt: skip
_COMMANDS = {"\u2211": "sum", "\u222b": "int", "\u220f": "prod", "\u2202": "partial", "\u2264": "le", "\u2265": "ge",
             "\u2113": "ell", "\u2260": "ne"}  # fmt: skip
_INVISIBLE = set("\u200b\u200c\u200d\u2060\u2061\u2062\ufeff")
#: commands that take what follows as an argument
_TAKING = ("frac", "binom", "sqrt", "hat", "tilde", "bar", "overline", "underbrace", "overbrace", "underline", "vec")
_ARRAYS = ("array", "alignat", "alignedat", "alignat*", "tabular")


def tokens(source: Source) -> list[Token]:
    """All tokens. Raises `BadInput` for what is too long, for unknown characters, for what is never closed."""
    if len(source.text) > MAX_LENGTH:
        what = f"the formula has {len(source.text)} characters; at most {MAX_LENGTH} are read"
        raise source.refusal(what, MAX_LENGTH)
    return _without_idle_braces(list(_Lexer(source).tokens()))


def _without_idle_braces(found: list[Token]) -> list[Token]:
    """The tokens without braces that hold nothing, words, or one bracket, unless they are an argument or a script."""
    made: list[Token] = []
    for token in found:
        made.append(token)
        if not token.is_sign("}"):
            continue
        size = 0 if made[-2:-1] and made[-2].is_sign("{") else 1
        opening = len(made) - 2 - size
        if opening < 0 or not made[opening].is_sign("{"):
            continue
        idle = size == 0 or made[-2].kind == "prose" or made[-2].is_sign(*_BRACKETS)
        before = made[opening - 1] if opening else None
        if idle and (before is None or not (before.is_command(*_TAKING) or before.is_sign("_", "^"))):
            made[opening:] = made[opening + 1 : -1]
    return made


class _Lexer:
    def __init__(self, source: Source) -> None:
        self.source, self.text, self.index = source, source.text, 0

    def tokens(self) -> Iterator[Token]:
        while self.index < len(self.text):
            start, character = self.index, self.text[self.index]
            if character.isspace() or character == "~" or character in _INVISIBLE:
                self.index += 1
            elif character == "%":
                end = self.text.find("\n", start)
                self.index = len(self.text) if end < 0 else end
            elif character == "\\":
                yield from self._command(start)
            elif character == "$":
                self.index += 2 if self.text.startswith("$$", start) else 1
                yield Token("fence", "$", start, self.index)
            else:
                self.index += 1
                yield from self._character(character, start)

    def _character(self, character: str, start: int) -> Iterator[Token]:
        end = self.index
        if character.isascii() and character.isalpha():
            yield Token("letter", character, start, end)
        elif character.isascii() and character.isdigit():
            yield Token("digit", character, start, end)
        elif character == "|" and self.text.startswith("|", end):
            self.index += 1
            yield Token("sign", "||", start, self.index)
        elif character in "+-*/()[]{}^_=<>!'|,;:.&":
            yield Token("sign", character, start, end)
        elif character in _CHARACTERS:
            yield Token("sign", _CHARACTERS[character], start, end)
        elif character in _COMMANDS:
            yield Token("command", _COMMANDS[character], start, end)
        else:
            yield from self._foreign(character, start)

    def _foreign(self, character: str, start: int) -> Iterator[Token]:
        """Greek letters, and small digits above or below the line."""
        end = self.index
        kind, _, code = unicodedata.decomposition(character).partition(" ")
        fraction = unicodedata.normalize("NFKC", character).split("\u2044") if kind == "<fraction>" else []
        if len(fraction) == 2 and all(len(part) == 1 for part in fraction):
            yield Token("command", "frac", start, end)
            yield from (Token("digit", part, start, end) for part in fraction)
            return
        if kind in ("<super>", "<sub>") and code in _SMALL:
            yield Token("sign", "^" if kind == "<super>" else "_", start, end)
            yield Token("digit", _SMALL[code], start, end)
            return
        words = unicodedata.name(unicodedata.normalize("NFKC", character)[0], "").split()
        if words[:1] == ["GREEK"] and words[2:3] == ["LETTER"] and len(words) == 4:
            name = {"LAMDA": "lambda"}.get(words[3], words[3].lower())
            yield Token("command", name.capitalize() if words[1] == "CAPITAL" else name, start, end)
            return
        raise self.source.refusal(f"the character {character!a} is not read", start, "write it in LaTeX")

    def _command(self, start: int) -> Iterator[Token]:
        end = start + 1
        while end < len(self.text) and self.text[end].isascii() and self.text[end].isalpha():
            end += 1
        if end == start + 1:
            end += 1
        name, self.index = self.text[start + 1 : end], end
        if name in ("\\", "cr", "newline", "tabularnewline"):
            self._skip_row_end()
            yield Token("row", "", start, self.index)
        elif name in ("[", "]", "(", ")"):
            yield Token("fence", name, start, end)
        elif name in _GAPS:
            found = _NUMBER_OF_EQUATION.match(self.text, end)
            self.index = found.end() if found else end
        elif name == "" or name.isspace() or name in _SPACES:
            return
        elif name in _SIZES:
            yield from self._sized(_FACING.get(name, "|"))
        elif name in _SKIPPED:
            self._skip_star()
            self._group(start)
        elif name in ("begin", "end"):
            environment = self._group(start).strip()
            if name == "begin":
                self._skip_options(environment)
            yield Token(name, environment, start, self.index)
        elif name in _FONTS:
            yield from self._font(name, start)
        elif name in _SIGNS:
            yield Token("sign", _SIGNS[name], start, end)
        else:
            yield Token("command", _OTHER.get(name, name), start, end)

    def _sized(self, facing: str) -> Iterator[Token]:
        r"""The bracket after `\left` and the like; a dot there is none at all."""
        self._skip_space()
        start = self.index
        if self.text.startswith(".", start):
            self.index += 1
        elif self.text.startswith("|", start) or self._names("vert", start):
            self.index += 1 if self.text[start] == "|" else 5
            yield Token("sign", facing, start, self.index)

    def _names(self, command: str, start: int) -> bool:
        end = start + len(command) + 1
        return self.text.startswith(f"\\{command}", start) and not self.text[end : end + 1].isalpha()

    def _font(self, name: str, start: int) -> Iterator[Token]:
        """A letter or a word in that font; of anything else the font is left out."""
        self._skip_star()
        before = self.index
        self._skip_space()
        if not self.text.startswith("{", self.index):
            return
        inside = self._group(start)
        word = inside.replace("\\,", "").replace("\\!", "").replace("~", "").strip()
        if name in _PROSE and not word:
            return
        if name in _PROSE and "$" in inside:
            yield from self._mixed(self.index - 1 - len(inside), inside, name)
            return
        loose = name in _PROSE and inside != inside.strip()
        loose = loose or word.lower() in _REMARKS or (name in _PROSE and word.lower() in _REMARKS_IN_PROSE)
        if not loose and word.isascii() and word.isalnum() and word[0].isalpha():
            yield Token("letter" if len(word) == 1 else "word", word, start, self.index, name)
        elif name in _PROSE or loose:
            yield Token("prose", " ".join(inside.split()), start, self.index, name)
        else:
            self.index = before

    def _mixed(self, start: int, inside: str, font: str) -> Iterator[Token]:
        r"""Words with formulas between dollar signs in them: `\text{if $a < b$}`."""
        for index, part in enumerate(inside.split("$")):
            end = start + len(part)
            if index % 2:
                formula = _Lexer(self.source)
                formula.text, formula.index = self.text[:end], start
                yield from formula.tokens()
            elif part.strip():
                yield Token("prose", " ".join(part.split()), start, end, font)
            start = end + 1

    def _group(self, start: int) -> str:
        """What stands in the braces that follow."""
        self._skip_space()
        opened = self.index
        if not self.text.startswith("{", opened):
            raise self.source.refusal("a '{' is missing after this command", start)
        depth, index = 0, opened
        while index < len(self.text):
            character = self.text[index]
            depth += (character == "{") - (character == "}")
            if depth == 0:
                self.index = index + 1
                return self.text[opened + 1 : index]
            index += 2 if character == "\\" else 1
        raise self.source.refusal("this '{' is never closed", opened)

    def _skip_space(self) -> None:
        while self.index < len(self.text) and self.text[self.index].isspace():
            self.index += 1

    def _skip_star(self) -> None:
        if self.text.startswith("*", self.index):
            self.index += 1

    def _skip_row_end(self) -> None:
        r"""The `*` and the `[2pt]` that may follow `\\`."""
        self._skip_star()
        end = self.text.find("]", self.index)
        inside = self.text[self.index + 1 : end] if self.text.startswith("[", self.index) and end > 0 else ""
        if inside.strip()[-2:] in ("pt", "em", "ex", "mm", "cm", "in"):
            self.index = end + 1

    def _skip_options(self, environment: str) -> None:
        """The `[t]` and the `{rcl}` that may follow the beginning of an environment."""
        if self.text.startswith("[", self.index):
            end = self.text.find("]", self.index)
            self.index = end + 1 if end > 0 else self.index
        if environment in _ARRAYS and self.text.startswith("{", self.index):
            self._group(self.index)


_SMALL = {f"{ord(digit):04X}": digit for digit in "0123456789"}
