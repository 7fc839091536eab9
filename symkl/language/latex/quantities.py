r"""Left-hand sides: which quantity `D_{\mathrm{KL}}(p \| q)`, `H(X)` or `-\mathcal{L}` names, and of what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from symkl.language.latex.tokens import CLOSING, OPENING, Token
from symkl.language.latex.words import is_letter

__all__ = ["Quantity", "quantity_of"]

#: heads that say which quantity it is, whatever their arguments
_HEADS = {
    **dict.fromkeys(("D", "KL", "DKL", "KLD", "kl"), "kl"),
    **dict.fromkeys(("E", "Var", "Cov", "V", "M", "Skew"), "expectation"),
}
_ENTROPIES = ("H", "h", "S", "CE", "Ent")
_SEPARATORS = ("||", "|", ":", ";", "|(", "|)")


@dataclass(frozen=True)
class Quantity:
    r"""A quantity that a first side names: `kind` is that of a claim, or "" where its letter `head` does not say it.

    `negative`: minus the quantity stands there. `arguments` are the letters, numbers and words in each of the
    arguments: `({"q", "phi"}, {"p"})` of `D(q_\phi || p)`; `parts` has their tokens.
    """

    kind: str
    head: str
    negative: bool = False
    arguments: tuple[frozenset[str], ...] = ()
    parts: tuple[tuple[Token, ...], ...] = ()

    def suits(self, quantity: str) -> bool:
        """Whether it is written with the usual letter of that quantity of a claim."""
        return self.kind == quantity or (self.head in _ENTROPIES and "entropy" in quantity)


def quantity_of(tokens: Sequence[Token]) -> Quantity | None:
    """What the side names, if it is a name with or without arguments; None for any other formula."""
    if len(tokens) == 1 and tokens[0].kind == "prose":
        return Quantity(_kind_in_words(tokens[0].text), tokens[0].text)
    index = int(bool(tokens) and tokens[0].is_sign("-"))
    tokens = _bare(tokens, index)
    if index >= len(tokens) or not is_letter(tokens[index]):
        return None
    head, after = _head(tokens, index)
    scripts, after = _scripts(tokens, after)
    inside: Sequence[Token] | None = None
    if after < len(tokens):
        if not tokens[after].is_sign("(", "[", "\\{") or _closer(tokens, after) != len(tokens) - 1:
            return None
        inside = tokens[after + 1 : -1]
    kind, parts = _kind(head, scripts, inside)
    if kind is None or (kind == "" and inside is not None and tokens[index].kind == "command"):
        return None
    return Quantity(kind, head, index == 1, tuple(map(_names_in, parts)), tuple(map(tuple, parts)))


def _kind_in_words(text: str) -> str:
    """The quantity that words name: `KL divergence`, `differential entropy`; "" where they do not say it."""
    words = set(text.lower().replace("-", " ").split())
    if words & {"kl", "kullback", "divergence"} or {"relative", "entropy"} <= words:
        return "kl"
    return ("cross_entropy" if "cross" in words else "entropy") if "entropy" in words else ""


def _bare(tokens: Sequence[Token], index: int) -> Sequence[Token]:
    r"""The tokens without the braces around the name, as in `{\rm KL}(p, q)`."""
    if index < len(tokens) and tokens[index].is_sign("{"):
        last = _closer(tokens, index)
        if last is not None:
            return [*tokens[:index], *tokens[index + 1 : last], *tokens[last + 1 :]]
    return tokens


def _head(tokens: Sequence[Token], index: int) -> tuple[str, int]:
    """The letters side by side with which the name begins, and the index after them."""
    text, index = tokens[index].text, index + 1
    while index < len(tokens) and tokens[index].kind == "letter" and tokens[index - 1].kind == "letter":
        text += tokens[index].text
        index += 1
    return text, index


def _scripts(tokens: Sequence[Token], index: int) -> tuple[frozenset[str], int]:
    found: frozenset[str] = frozenset()
    while index + 1 < len(tokens) and tokens[index].is_sign("_", "^"):
        last = _closer(tokens, index + 1) if tokens[index + 1].is_sign("{") else index + 1
        if last is None:
            return found, index
        found |= _names_in(tokens[index + 1 : last + 1])
        index = last + 1
    return found, index


def _kind(
    head: str, scripts: frozenset[str], inside: Sequence[Token] | None
) -> tuple[str | None, list[Sequence[Token]]]:
    parts = _parts(inside, _SEPARATORS) if inside is not None else []
    by_comma = _parts(inside, (",",)) if inside is not None else []
    if scripts & {"KL", "kl"} or {"K", "L"} <= scripts or _HEADS.get(head) == "kl":
        return "kl", parts if len(parts) == 2 else by_comma
    if head in _HEADS:
        return _HEADS[head], parts
    if head in _ENTROPIES and len(parts) == 2 and any(token.is_sign("||") for token in inside or ()):
        return "kl", parts  # a relative entropy
    if head in _ENTROPIES and inside is not None:
        return ("cross_entropy", by_comma) if len(by_comma) == 2 else ("entropy", parts)
    if head in _ENTROPIES:
        return "", []
    if len(parts) == 2 and inside is not None and any(token.is_sign("||") for token in inside):
        return "kl", parts
    return "", parts if len(parts) == 2 else by_comma


def _parts(tokens: Sequence[Token], separators: Sequence[str]) -> list[Sequence[Token]]:
    parts, start, depth = [], 0, 0
    for index, token in enumerate(tokens):
        if token.kind != "sign":
            continue
        if token.text in separators and depth == 0:
            parts.append(tokens[start:index])
            start = index + 1
        elif token.text not in ("|(", "|)"):
            depth += (token.text in CLOSING) - (token.text in OPENING)
    return [*parts, tokens[start:]]


def _closer(tokens: Sequence[Token], start: int) -> int | None:
    depth = 0
    for index in range(start, len(tokens)):
        token = tokens[index]
        if token.kind == "sign" and token.text not in ("|(", "|)"):
            depth += (token.text in CLOSING) - (token.text in OPENING)
            if depth == 0:
                return index
    return None


def _names_in(tokens: Sequence[Token]) -> frozenset[str]:
    """The letters (capitals as small ones too), words and digits among the tokens; `'` for primes."""
    found = {"'" if token.is_sign("'") else token.text for token in tokens
             if token.kind in ("letter", "digit", "word", "command") or token.is_sign("'")}  # fmt: skip
    return frozenset(found | {text.lower() for text in found if len(text) == 1})
