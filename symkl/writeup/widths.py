"""How wide a formula is on paper, in em: an estimate from its LaTeX, with the advance widths of Computer Modern."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

__all__ = ["Group", "Node", "Token", "environment_rows", "formula_width", "nodes", "text_width"]

# advance widths of cmmi10 and cmr10 in thousandths of an em (from their TFM files)
_ITALIC = dict(
    zip(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
        [750, 759, 715, 828, 738, 643, 786, 831, 440, 555, 849, 681, 970, 803, 763, 642, 791, 759, 613, 584, 683, 583,
         944, 828, 581, 683, 529, 429, 433, 520, 466, 490, 477, 576, 345, 412, 521, 298, 878, 600, 485, 503, 446, 451,
         469, 361, 572, 485, 716, 572, 490, 465],
        strict=True,
    )
)  # fmt: skip
_ROMAN = dict(
    zip(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
        [750, 708, 722, 764, 681, 653, 785, 750, 361, 514, 778, 625, 917, 750, 778, 681, 778, 736, 556, 722, 750, 750,
         1028, 750, 750, 611, 500, 556, 444, 556, 444, 306, 500, 556, 278, 306, 528, 278, 833, 556, 500, 556, 528, 392,
         394, 389, 556, 528, 722, 528, 528, 444],
        strict=True,
    )
)  # fmt: skip
_MARKS = {"(": 389, ")": 389, "[": 278, "]": 278, "|": 278, "/": 500, "!": 278, "'": 280, ".": 278, ",": 445, ";": 445}
_RELATIONS = {"=", "<", ">", r"\ge", r"\le", r"\geq", r"\leq", r"\ne", r"\sim", r"\in", r"\to", r"\approx", r"\mid"}
_BINARY = {"+", "-", r"\cdot", r"\times"}
_COMMANDS = {
    r"\alpha": 640, r"\beta": 566, r"\gamma": 518, r"\delta": 444, r"\epsilon": 406, r"\zeta": 438, r"\eta": 497,
    r"\theta": 469, r"\iota": 354, r"\kappa": 576, r"\lambda": 583, r"\mu": 603, r"\nu": 494, r"\xi": 438, r"\pi": 570,
    r"\rho": 517, r"\sigma": 571, r"\tau": 437, r"\upsilon": 540, r"\phi": 596, r"\varphi": 654, r"\chi": 626,
    r"\psi": 651, r"\omega": 622, r"\Gamma": 625, r"\Delta": 833, r"\Theta": 778, r"\Lambda": 694, r"\Xi": 667,
    r"\Pi": 750, r"\Sigma": 722, r"\Upsilon": 778, r"\Phi": 722, r"\Psi": 778, r"\Omega": 722, r"\infty": 1000,
    r"\,": 167, r"\;": 278, r"\:": 222, r"\ ": 333, r"\quad": 1000, r"\qquad": 2000, r"\|": 500, r"\dots": 1172,
    r"\{": 500, r"\}": 500, r"\ell": 417, r"\checkmark": 833,
}  # fmt: skip
_FUNCTIONS = {r"\log": 1.28, r"\exp": 1.53, r"\cos": 1.34, r"\sin": 1.23, r"\KL": 1.57, r"\max": 1.86, r"\min": 1.67}
_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\s+|.", re.DOTALL)
_SCRIPT = 0.72
_SAFETY = 1.03


@dataclass(frozen=True)
class Token:
    """One command or character."""

    text: str

    @property
    def latex(self) -> str:
        return self.text


@dataclass(frozen=True)
class Group:
    r"""Nodes between `opening` and `closing`: braces, brackets, or `\\left` and `\\right` with their marks."""

    opening: str
    closing: str
    nodes: list[Node] = field(default_factory=list)

    @property
    def latex(self) -> str:
        return self.opening + "".join(_spaced(n.latex) for n in self.nodes) + self.closing


Node = Token | Group


def _spaced(latex: str) -> str:
    return latex + " " if re.fullmatch(r"\\[A-Za-z]+", latex) else latex


def nodes(latex: str) -> list[Node]:
    """The formula as a tree of groups; blanks, which mean nothing in mathematics, are dropped."""
    tokens = list(_TOKEN.findall(latex))
    return _read(tokens, 0, None)[0]


_PAIRS = {"{": "}", "(": ")", "[": "]"}


def _read(words: list[str], at: int, closing: str | None) -> tuple[list[Node], int]:
    out: list[Node] = []
    while at < len(words):
        word = words[at]
        if word == closing or (closing == r"\right" and word == r"\right"):
            return out, at
        if word == r"\left":
            inner, end = _read(words, at + 2, r"\right")
            out.append(Group(rf"\left{words[at + 1]}", rf"\right{words[end + 1]}", inner))
            at = end + 2
        elif word == r"\begin":
            end = _environment_end(words, at)
            out.append(Token("".join(words[at:end])))
            at = end
        elif word in (r"\text", r"\mathrm", r"\operatorname", r"\mathbb"):
            end = at + 2
            while words[end] != "}":
                end += 1
            out.append(Group(word + "{", "}", [Token(t) for t in words[at + 2 : end]]))
            at = end + 1
        elif word in _PAIRS:
            inner, end = _read(words, at + 1, _PAIRS[word])
            if end == len(words) and word == "{":
                raise ValueError(f"unbalanced formula: {''.join(words)}")
            if end == len(words):  # a half-open interval: the mark stands alone
                out.append(Token(word))
                at += 1
            else:
                out.append(Group(word, _PAIRS[word], inner))
                at = end + 1
        else:
            if not word.isspace():
                out.append(Token(word))
            at += 1
    return out, at


def _environment_end(words: list[str], at: int) -> int:
    r"""The place behind the `\end{..}` that belongs to the `\begin` at `at`."""
    depth = 0
    for end in range(at, len(words)):
        depth += (words[end] == r"\begin") - (words[end] == r"\end")
        if depth == 0:
            return words.index("}", end) + 1
    raise ValueError(f"unbalanced formula: {''.join(words)}")


def environment_rows(latex: str) -> list[list[str]]:
    r"""The rows of `\begin{..} a & b \\[1ex] c & d \end{..}`, each as its cells; environments in them stay whole."""
    words = _TOKEN.findall(latex)
    rows: list[list[str]] = [[""]]
    depth, at = 0, words.index("}") + 1
    while depth or words[at] != r"\end":
        word = words[at]
        depth += (word == r"\begin") - (word == r"\end")
        if depth == 0 and word == r"\\":
            rows.append([""])
            if words[at + 1] == "[":
                at = words.index("]", at)
        elif depth == 0 and word == "&":
            rows[-1].append("")
        else:
            rows[-1][-1] += word
        at += 1
    return [[cell.strip() for cell in row] for row in rows]


def _environment_width(latex: str, scale: float) -> float:
    """The columns' widths together, each that of its widest cell, with the brace and the gaps."""
    rows = environment_rows(latex)
    columns = [[row[i] for row in rows if i < len(row)] for i in range(max(map(len, rows)))]
    return sum(max(_width(nodes(cell), scale) for cell in column) for column in columns) + scale * (0.9 + len(columns))


def text_width(text: str, scale: float = 1.0) -> float:
    """Words in the roman of the body, in em of the body."""
    return scale * sum(_ROMAN.get(c, 333 if c == " " else 500 if c.isdigit() else 400) for c in text) / 1000


def formula_width(latex: str) -> float:
    """The width of a displayed formula, in em; a little on the wide side."""
    return _SAFETY * _width(nodes(latex), 1.0)


def _width(line: list[Node], scale: float) -> float:
    total, at = 0.0, 0
    while at < len(line):
        node = line[at]
        text = node.text if isinstance(node, Token) else ""
        if text in (r"\frac", r"\dfrac", r"\binom"):
            inner = scale if scale == 1.0 and text != r"\binom" else scale * _SCRIPT
            above, below = (_width([n], inner) for n in line[at + 1 : at + 3])
            total += max(above, below) + 0.26 * scale
            at += 3
        elif text == r"\sqrt":
            total += _width([line[at + 1]], scale) + 0.86 * scale
            at += 2
        elif text in (r"\int", r"\sum", r"\prod"):
            scripts, at = _scripts(line, at + 1, scale)
            total += (max(1.5 * scale, *scripts) if text != r"\int" else 0.75 * scale + max(scripts)) + 0.17
        elif text in ("^", "_"):
            scripts, at = _scripts(line, at, scale)
            total += max(scripts)
        else:
            total += _single(node, scale)
            at += 1
    return total


def _scripts(line: list[Node], at: int, scale: float) -> tuple[list[float], int]:
    """The widths of the scripts that begin at `at` (at least one, 0.0), and where they end."""
    found = [0.0]
    while at + 1 < len(line) and isinstance(line[at], Token) and line[at].latex in "^_":
        found.append(_width([line[at + 1]], scale * _SCRIPT) + 0.05)
        at += 2
    return found, at


def _single(node: Node, scale: float) -> float:
    if isinstance(node, Group):
        if node.opening.startswith((r"\text", r"\mathrm", r"\operatorname")):
            return text_width("".join(n.latex for n in node.nodes), scale) + 0.17 * scale
        if node.opening.startswith(r"\mathbb"):
            return 0.67 * scale
        inner = _width(node.nodes, scale)
        if node.opening == "{":
            return inner
        return inner + scale * (2 * 0.66 if node.opening.startswith(r"\left") else 0.78)
    text = node.text
    if text.startswith(r"\begin"):
        return _environment_width(text, scale)
    if text in _FUNCTIONS:
        return scale * (_FUNCTIONS[text] + 0.17)
    if text in _RELATIONS:
        return scale * (0.78 + 0.56)
    if text in _BINARY:
        return scale * (0.78 + (0.45 if scale == 1.0 else 0.0))
    return scale * (_ITALIC.get(text) or _MARKS.get(text) or _COMMANDS.get(text) or 500) / 1000
