"""Letters that stand side by side: a name, a function written without its backslash, or a product."""

from __future__ import annotations

from collections.abc import Sequence

from symkl.language.latex.tokens import Token

MAX_RUN = 33  # letters and digits side by side; a name has at most 32

__all__ = ["GREEK", "is_letter", "plain_run"]

GREEK = frozenset(
    "alpha beta gamma delta epsilon zeta eta theta vartheta iota kappa lambda mu nu xi omicron pi varpi rho varrho "
    "sigma varsigma tau upsilon phi varphi chi psi omega Alpha Beta Gamma Delta Epsilon Zeta Eta Theta Iota Kappa "
    "Lambda Mu Nu Xi Omicron Pi Rho Sigma Tau Upsilon Phi Chi Psi Omega ell digamma".split()
)


def is_letter(token: Token) -> bool:
    """Whether it is a letter, a word in upright letters, or a Greek letter."""
    return token.kind in ("letter", "word") or (token.kind == "command" and token.text in GREEK)


def plain_run(tokens: Sequence[Token], index: int) -> list[str]:
    """The beginnings of the row of adjacent plain letters and digits that starts there, longest first."""
    text, end = "", tokens[index].start
    found: list[str] = []
    for token in tokens[index : index + MAX_RUN]:
        if token.kind not in ("letter", "digit") or token.font or token.start != end:
            break
        text, end = text + token.text, token.end
        found.append(text)
    return found[::-1]
