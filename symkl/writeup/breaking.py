"""Line breaking: a formula too wide for its column becomes lines, cut before a plus, a minus or an equals sign."""

from __future__ import annotations

from dataclasses import dataclass

from symkl.writeup.widths import Group, Node, Token, formula_width, nodes, text_width

__all__ = ["broken", "wrapped"]

_CUTS = {"+", "-", "=", r"\ge", r"\le", r"\geq", r"\leq"}
_DEPTH_COST = 0.34  # a cut inside a bracket is taken only where it fills so much more of the line than one outside


@dataclass(frozen=True)
class _Piece:
    """An unbreakable run of LaTeX; `depth` counts the brackets around the place before it, where a line may begin."""

    latex: str
    depth: int


def broken(latex: str, room: float, *, indent: str = r"\quad") -> list[str]:
    r"""The formula as lines of at most `room` em where that can be had, later ones indented.

    Cuts are before `+`, `-` and relations, at the top level first, then inside brackets; a bracket
    that is cut gets marks of one fixed size, since `\left` and `\right` must share a line. A sum in a numerator is
    brought behind its fraction first: `\frac{A + B}{c} => \frac{1}{c}(A + B)`.
    """
    if formula_width(latex) <= room or r"\begin" in latex:
        return [latex]
    pieces = _pieces(nodes(latex), room)
    widths = [formula_width(_balanced(p.latex)) for p in pieces]
    lines: list[str] = []
    start = 0
    while start < len(pieces):
        free = room - (formula_width(indent) if lines else 0.0)
        end, used, best, best_score = start, 0.0, start + 1, -1.0
        while end < len(pieces) and (end == start or used + widths[end] <= free):
            used += widths[end]
            end += 1
            if end == len(pieces):
                best = end
                break
            score = used / free - _DEPTH_COST * pieces[end].depth
            if score >= best_score:
                best, best_score = end, score
        text = "".join(p.latex for p in pieces[start:best]).strip()
        lines.append((f"{indent} {{}}" if lines else "") + text)
        start = best
    return lines


def _pieces(line: list[Node], room: float) -> list[_Piece]:
    pieces: list[_Piece] = []
    current = ""

    def flush(depth: int) -> None:
        nonlocal current, below
        if current.strip():
            pieces.append(_Piece(current, below))
        current, below = "", depth

    def walk(run: list[Node], depth: int) -> None:
        nonlocal current
        at = 0
        while at < len(run):
            node = run[at]
            if isinstance(node, Token) and node.text in _CUTS and at > 0 and run[at - 1].latex not in ("^", "_"):
                flush(depth)
            wide = isinstance(node, Group) and formula_width(node.latex) > room / 2
            fraction = isinstance(node, Token) and node.text == r"\frac"
            if fraction and formula_width(run[at + 1].latex) > room / 2:
                current += rf"\frac{{1}}{run[at + 2].latex}"
                walk([Group("(", ")", [run[at + 1]])], depth)
                at += 3
                continue
            if isinstance(node, Group) and node.opening[-1] in "([" and wide and _has_cut(node.nodes):
                size = ("\\Bigl", "\\Bigr") if _tall(node) else ("\\bigl", "\\bigr")
                current += size[0] + node.opening[-1]
                walk(node.nodes, depth + 1)
                current += size[1] + node.closing[-1]
            else:
                step = 3 if fraction else 1
                current += "".join(_spaced(n.latex) for n in run[at : at + step])
                at += step - 1
            at += 1

    below = 0
    walk(line, 0)
    flush(0)
    return pieces


def _spaced(latex: str) -> str:
    return latex + " " if latex.startswith("\\") and latex[-1].isalpha() else latex


def _has_cut(run: list[Node]) -> bool:
    return any(isinstance(n, Token) and n.text in _CUTS for n in run[1:])


def _tall(group: Group) -> bool:
    return group.opening.startswith(r"\left")


def _balanced(latex: str) -> str:
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
