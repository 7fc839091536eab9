r"""The names of a formula matched to the parameters of a claim: `\mu_q` is `mu_1` where q is the first distribution.

A name is a parameter's own, as the definition writes it in ASCII or in LaTeX, or that with a mark: a subscript, a
prime, a number in brackets above it. Marks stand for the two distributions only where exactly two kinds of them occur.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from symkl.errors import BadInput, nearest
from symkl.language.latex.place import Source
from symkl.language.latex.tree import Named, Symbol

__all__ = ["Matching", "Stem", "is_spelled", "matched"]

#: marks that two distributions usually bear, the first one's before the second's; "" is no mark, "'" a prime
_PAIRS = (
    ("1", "2"), ("0", "1"), ("p", "q"), ("P", "Q"), ("i", "j"), ("a", "b"), ("A", "B"), ("x", "y"), ("X", "Y"),
    ("f", "g"), ("", "'"), ("'", "''"),
)  # fmt: skip


#: the letters of the two distributions' only parameters where no left-hand side says them
_USUAL = (Symbol("p"), Symbol("q"))


@dataclass(frozen=True)
class Stem:
    """One way to write a parameter without its index: `name` is its name in the definition, `sides` are the indices
    ("1", "2", or "" of a single distribution) of the distributions that have it, `free` those where nothing fixes it.
    """

    symbol: Symbol
    name: str
    sides: tuple[str, ...]
    free: tuple[str, ...]


@dataclass(frozen=True)
class Matching:
    """What each name is called in symkl's notation, and what had to be taken for what."""

    names: Mapping[Symbol, str]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Found:
    name: Named
    stem: Stem
    mark: str


def matched(
    names: Sequence[Named],
    stems: Sequence[Stem],
    arguments: tuple[frozenset[str], ...],
    source: Source,
    letters: tuple[Symbol | None, ...] = (),
    hints: Mapping[str, str] | None = None,
) -> Matching:
    """Match them; `arguments` is what the left-hand side says of its arguments, `letters` the one symbol that each
    argument is, if it is one. Raises `BadInput` for unknown names; `hints` has more to say of some of them.
    """
    alone = _arguments_themselves(names, stems, letters)
    found: dict[Symbol, _Found] = {}
    for name in names:
        if name.symbol not in found and name.symbol not in alone:
            found[name.symbol] = _find(name, stems, source, hints or {})
    pair = any("2" in stem.sides for stem in stems)
    rest = _of_pair(found, arguments, source) if pair else _of_one(found, source)
    said = _pairs([symbol for symbol, name in alone.items() if symbol.name != name], alone)
    what = "the arguments on the left" if letters else "p and q"
    first = [f"{what} are taken for the parameters: {said}"] if said else []
    return Matching({**alone, **rest.names}, (*first, *rest.notes))


def _arguments_themselves(
    names: Sequence[Named], stems: Sequence[Stem], letters: tuple[Symbol | None, ...]
) -> dict[Symbol, str]:
    """Where the two distributions have one parameter each that may differ, and the left-hand side's arguments are names
    in the formula, as in `D(p || q) = p ln(p/q) + ...`: these are the two parameters. Without arguments p is of the
    first distribution, and q of the second; to `D(P || Q)` belong p and q.
    """
    own = list({stem.name for stem in stems if {"1", "2"} <= {*stem.free}})
    symbols = {name.symbol for name in names}
    if len(own) != 1 or len(letters) not in (0, 2) or None in letters:
        return {}
    meant = [letter for letter in letters if letter is not None] or list(_USUAL)
    if not {*meant} <= symbols:
        meant = [replace(letter, base=letter.base.lower()) for letter in meant]
        if {*meant} != {*_USUAL}:
            return {}
    others = {stem.symbol.base for stem in stems if stem.name != own[0]}
    known = [letter for letter in meant if letter in symbols]
    if len({*meant}) < 2 or others & {letter.base for letter in meant} or not known:
        return {}
    if not letters and len(known) < 2:
        return {}
    return {letter: f"{own[0]}_{side}" for letter, side in zip(meant, "12", strict=True) if letter in symbols}


def _find(name: Named, stems: Sequence[Stem], source: Source, hints: Mapping[str, str]) -> _Found:
    """The stem that the name begins with, and the mark that is left of it."""
    options = []
    for stem in stems:
        mark = _left(name.symbol, stem.symbol)
        if mark is not None:
            options.append((len(mark[1]), -len(stem.symbol.subscripts), _Found(name, stem, mark[0])))
    if options:
        return min(options, key=lambda option: option[:2])[2]
    raise _unknown(name, stems, source, hints.get(name.symbol.base, ""))


def _left(symbol: Symbol, stem: Symbol) -> tuple[str, str] | None:
    """The mark that the symbol bears beyond the stem, and a text that is the shorter the better they fit."""
    if symbol.base != stem.base or stem.primes or stem.marks:
        return None
    own = len(stem.subscripts)
    if symbol.subscripts[:own] == stem.subscripts:
        rest, fit = symbol.subscripts[own:], ""
    elif symbol.subscripts[-own:] == stem.subscripts:
        rest, fit = symbol.subscripts[:-own], "-"
    else:
        return None
    marks = [*rest, *symbol.marks, *(["'" * symbol.primes] if symbol.primes else [])]
    return ("".join(marks), fit + "-" * len(marks)) if len(marks) <= 1 else None


def is_spelled(symbol: Symbol, stem: Stem) -> bool:
    """Whether the symbol is the stem, or that with a mark."""
    return _left(symbol, stem.symbol) is not None


def _unknown(name: Named, stems: Sequence[Stem], source: Source, hint: str) -> BadInput:
    known = sorted({f"{stem.name}_{side}" if side else stem.name for stem in stems for side in stem.free})
    ascii_name = name.symbol.name
    todo = f'say what it is with --map "{ascii_name}=..."'
    todo += f"; the parameters are {', '.join(known)}" if known else ""
    near = nearest(ascii_name, known)
    if hint:
        todo = f"{hint} {todo[0].upper()}{todo[1:]}"
    elif near:
        todo = f"{near} If not, {todo}"
    return source.refusal(f"'{ascii_name}' is not known here", name.place, todo)


def _of_one(found: Mapping[Symbol, _Found], source: Source) -> Matching:
    marks = dict.fromkeys(each.mark for each in found.values())
    if len(marks) > 1:
        odd = next(each for each in found.values() if each.mark)
        what = f"'{odd.name.symbol.name}' bears a mark that other names do not bear"
        raise source.refusal(
            what, odd.name.place, f'say what it is, such as --map "{odd.name.symbol.name}={odd.stem.name}"'
        )
    names = {symbol: each.stem.name for symbol, each in found.items()}
    notes = [f"{_mark_in_words(mark)} is left out: {_pairs(found, names)}" for mark in marks if mark]
    return Matching(names, tuple(notes))


def _of_pair(found: Mapping[Symbol, _Found], arguments: tuple[frozenset[str], ...], source: Source) -> Matching:
    unmarked = {s: each for s, each in found.items() if not each.mark and len(each.stem.free) == 1}
    rest = {s: each for s, each in found.items() if s not in unmarked}
    marks = list(dict.fromkeys(each.mark for each in rest.values()))
    alone = len(marks) == 1 and not unmarked and marks[0] not in ("", "1", "2")
    if alone and all(len(each.stem.free) == 1 for each in rest.values()):
        unmarked, rest, marks = rest, {}, []
    sides = _sides(marks, arguments, rest, source)
    names = {s: f"{each.stem.name}_{each.stem.free[0]}" for s, each in unmarked.items()}
    for symbol, each in rest.items():
        side = sides[each.mark]
        if side not in each.stem.sides:
            order = "first" if side == "1" else "second"
            what = f"'{symbol.name}' would be the {order} distribution's '{each.stem.name}', which it has not"
            raise source.refusal(what, each.name.place, f'say what it is, such as --map "{symbol.name}=..."')
        names[symbol] = f"{each.stem.name}_{side}"
    notes = []
    if any(mark != side for mark, side in sides.items()):
        first, second = (next((_mark_in_words(m) for m, s in sides.items() if s == side), "") for side in "12")
        notes.append(f"{first} stands for the first distribution, {second} for the second: {_pairs(rest, names)}")
    if unmarked:
        notes.append(f"only one distribution has it free: {_pairs(unmarked, names)}")
    return Matching(names, tuple(notes))


def _sides(
    marks: Sequence[str], arguments: tuple[frozenset[str], ...], found: Mapping[Symbol, _Found], source: Source
) -> dict[str, str]:
    """The index that each mark stands for."""
    if not marks:
        return {}
    said = _said(marks, arguments)
    if said:
        return said
    if set(marks) <= {"1", "2"}:
        return {mark: mark for mark in marks}
    if len(marks) == 2:
        for one, two in _PAIRS:
            if {one, two} == set(marks):
                return {one: "1", two: "2"}
    odd = next(each for each in found.values() if each.mark not in ("1", "2"))
    words = " and ".join(dict.fromkeys(_mark_in_words(mark) for mark in marks))
    what = f"which of the two distributions '{odd.name.symbol.name}' belongs to is not clear ({words} occur)"
    raise source.refusal(what, odd.name.place, f'say it, such as --map "{odd.name.symbol.name}={odd.stem.name}_1"')


def _said(marks: Sequence[str], arguments: tuple[frozenset[str], ...]) -> dict[str, str]:
    """What a left-hand side such as `D(q || p)` says of the marks; nothing where it is not clear."""
    if len(arguments) != 2 or len(marks) > 2:
        return {}
    alone = arguments[0] - arguments[1], arguments[1] - arguments[0]
    said = {mark: side for mark in marks for side, words in zip("12", alone, strict=True) if mark in words}
    if len(marks) == 2 and len(said) == 1:
        [(known, side)] = said.items()
        other = marks[0] if marks[1] == known else marks[1]
        # only a missing mark says nothing of itself
        said = {known: side, other: "2" if side == "1" else "1"} if other == "" else {}
    return said if len(said) == len(marks) and len(set(said.values())) == len(marks) else {}


def _mark_in_words(mark: str) -> str:
    if not mark:
        return "no mark"
    return "the prime" if mark == "'" else f"the mark {mark}"


def _pairs(found: Iterable[Symbol], names: Mapping[Symbol, str]) -> str:
    return ", ".join(f"{symbol.name} is {names[symbol]}" for symbol in found)
