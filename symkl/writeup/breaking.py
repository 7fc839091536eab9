"""Line breaking: a formula too wide for its column becomes lines, cut before a plus, a minus or an equals sign."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import accumulate, pairwise

from symkl.writeup.brackets import enlarged, is_tall
from symkl.writeup.widths import Group, Node, Token, environment_rows, formula_width, nodes, text_width

__all__ = ["broken", "even", "wrapped"]

_LEADS = {"^", "_", r"\log", r"\frac", r"\sqrt", r"\,", r"\cdot"}
_CUTS = {"+", "-", "=", r"\ge", r"\le", r"\geq", r"\leq"}
_FACTOR_COST = 3.0
_CASE_ROOM = 9.0  # a value of a case gets no less
_DEPTH_COST = 1.2  # a cut inside a bracket is dearer than another line


@dataclass(frozen=True)
class _Piece:
    """An unbreakable run of LaTeX; a line may begin before it.

    `depth` counts the brackets around that place. `factor`: it goes on a product, and a line that it begins says so.
    """

    latex: str
    depth: int
    factor: bool = False


def broken(latex: str, room: float, *, indent: str = r"\quad") -> list[str]:
    r"""The formula as lines of at most `room` em where that can be had, later ones indented.

    Cuts are before `+`, `-` and relations, at the top level first, then inside brackets; a bracket
    that is cut gets marks of one fixed size, since `\left` and `\right` must share a line. A sum in a numerator is
    brought behind its fraction first: `\frac{A + B}{c} => \frac{1}{c}(A + B)`.
    """
    if formula_width(latex) <= room:
        return [latex]
    cutter = _Cutter(room, formula_width(indent))
    cutter.walk(nodes(latex), 0)
    cutter.cut(0)
    pieces = cutter.pieces
    sums = [0.0, *accumulate(formula_width(even(p.latex)) for p in pieces)]
    first, later = room, room - formula_width(indent)
    # the cheapest way to set the pieces before each place, and where its last line begins
    best = [(0.0, 0)]
    for end in range(1, len(pieces) + 1):
        ways = [
            (best[start][0] + _cost(sums[end] - sums[start], later if start else first, pieces[start]), start)
            for start in range(end)
        ]
        best.append(min(ways))
    begins: list[int] = []
    end = len(pieces)
    while end:
        end = best[end][1]
        begins.append(end)
    begins.reverse()
    lines = [
        (r"\times " if pieces[a].factor else "") + "".join(p.latex for p in pieces[a:b]).strip()
        for a, b in pairwise([*begins, len(pieces)])
    ]
    return [lines[0], *(f"{indent} {{}} {line}" for line in lines[1:])]


def _cost(width: float, room: float, begin: _Piece) -> float:
    """What a line costs: one, something for a beginning inside a bracket or a product, and for blank room.

    An overrun costs much, and its square, so that two short ones are better than a long one.
    """
    slack = (room - width) / room
    return (
        1.0
        + _DEPTH_COST * begin.depth
        + _FACTOR_COST * begin.factor
        + (0.6 * slack**2 if slack >= 0 else 20.0 + 20.0 * slack**2)
    )


class _Cutter:
    """Walks a formula and cuts it into pieces, each before a plus, a minus or a relation."""

    def __init__(self, room: float, indent: float) -> None:
        self.room, self.indent = room, indent
        self.pieces: list[_Piece] = []
        self.current = ""
        self.depth = 0
        self.factor = False

    def cut(self, depth: int, *, factor: bool = False) -> None:
        """End the piece; the next one begins inside `depth` brackets, or goes on a product."""
        if self.current.strip():
            self.pieces.append(_Piece(_tidied(self.current), self.depth, self.factor))
        self.current, self.depth, self.factor = "", depth, factor

    def walk(self, run: list[Node], depth: int) -> None:
        at = 0
        while at < len(run):
            node = run[at]
            if isinstance(node, Token) and node.text in _CUTS and at > 0 and run[at - 1].latex not in ("^", "_"):
                self.cut(depth)
                self.current += f" {node.text} "
                at += 1
                continue
            if at > 0 and _begins_factor(run[at - 1], node):
                self.cut(depth, factor=True)
            if isinstance(node, Token) and node.text == r"\frac":
                self._fraction(run[at + 1], run[at + 2], depth)
                at += 2
            elif isinstance(node, Group) and self._opens(node):
                size = "B" if node.opening.startswith(r"\left") else "b"
                self.current += rf"\{size}igl{node.opening[-1]}"
                self.walk(node.nodes, depth + 1)
                self.current += rf"\{size}igr{node.closing[-1]}"
            else:
                self.current += self._narrowed(node)
            at += 1

    def _fraction(self, above: Node, below: Node, depth: int) -> None:
        widest = (0.75 if depth == 0 else 0.5) * self.room
        if isinstance(above, Group) and _has_cut(above.nodes) and formula_width(above.latex) > widest:
            self.current += rf"\frac{{1}}{below.latex}"
            tall = is_tall(above.latex)
            self.walk([Group(r"\left(" if tall else "(", r"\right)" if tall else ")", above.nodes)], depth)
        elif isinstance(above, Group) and _holds_cut(above.nodes) and formula_width(above.latex) > widest:
            self.current += rf"\frac{{1}}{below.latex}"
            self.walk(above.nodes, depth)
        elif isinstance(below, Group) and _has_cut(below.nodes) and formula_width(below.latex) > widest:
            self.current += above.latex if above.latex != "{1}" else ""
            self.walk([Group(r"\left(", r"\right)", below.nodes)], depth)
            self.current += "^{-1}"
        else:
            self.current += rf"\frac{above.latex}{below.latex}"

    def _narrowed(self, node: Node) -> str:
        """Cases too wide for the room with their values broken into lines; all else as it is."""
        if isinstance(node, Token) and node.text.startswith(r"\begin{cases}"):
            return _narrowed(node.text, self.room - self.indent - formula_width(even(self.current)) - 1.0)
        if isinstance(node, Token):
            return _spaced(node.latex)
        if any(isinstance(inner, Token) and inner.text.startswith(r"\begin") for inner in node.nodes):
            return node.opening + "".join(map(self._narrowed, node.nodes)) + node.closing
        return _spaced(node.latex)

    def _opens(self, node: Group) -> bool:
        if node.opening[-1] not in "([":
            return False
        width = formula_width(node.latex)
        if _has_cut(node.nodes):
            return width > 0.5 * self.room
        return width > self.room and _holds_cut(node.nodes)


def _narrowed(cases: str, room: float) -> str:
    """The cases with values broken into lines, so that they and their conditions fit."""
    rows = environment_rows(cases)
    if formula_width(cases) <= room or any(len(row) != 2 for row in rows):
        return cases
    taken = max(formula_width(when) for _, when in rows) + 2.9
    shown = []
    for value, when in rows:
        lines = broken(value.replace(r"\dfrac", r"\frac"), max(room - taken, _CASE_ROOM))
        lines = [enlarged(line) for line in lines]
        whole = lines[0] if len(lines) == 1 else r"\begin{aligned} & " + r" \\ & ".join(lines) + r" \end{aligned}"
        # room below a row counts from its first line: behind several lines it is a row of its own
        shown += [f"{whole} & {when}", r" \\[3ex] " if len(lines) == 1 else r" \\ & \\[-1ex] "]
    return r"\begin{cases} " + "".join(shown[:-1]) + r" \end{cases}"


def _begins_factor(before: Node, node: Node) -> bool:
    """Whether a new factor of some size begins: an exponential, an integral, a bracket behind a bracket."""
    if isinstance(before, Token) and (before.text in _CUTS or before.text in _LEADS):
        return False
    if isinstance(node, Token):
        return node.text in (r"\exp", r"\int", r"\sum")
    return node.opening[-1] == "(" and isinstance(before, Group) and before.closing[-1] == ")"


def _spaced(latex: str) -> str:
    return latex + " " if latex.startswith("\\") and latex[-1].isalpha() else latex


def _tidied(latex: str) -> str:
    r"""Without the blanks that end a command where no letter follows: `\sigma _2 => \sigma_2`."""
    return re.sub(r"(\\[A-Za-z]+) (?![A-Za-z])", r"\1", latex)


def _has_cut(run: list[Node]) -> bool:
    return any(isinstance(n, Token) and n.text in _CUTS for n in run[1:])


def _holds_cut(run: list[Node]) -> bool:
    return any(isinstance(n, Group) and n.opening[-1] in "([" and _has_cut(n.nodes) for n in run)


def even(latex: str) -> str:
    """The piece without bracket marks of fixed size, whose halves may stand in different pieces."""
    for size in (r"\Bigl", r"\Bigr", r"\bigl", r"\bigr"):
        for mark in "()[]":
            latex = latex.replace(size + mark, "/")
    return latex


def wrapped(text: str, room: float, scale: float = 1.0) -> list[str]:
    """Words as lines of at most `room` em."""
    lines: list[str] = []
    for word in text.split():
        if lines and text_width(f"{lines[-1]} {word}", scale) <= room:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines
