"""How the parameters of a claim are written: by their names in the definition, and by the definition's LaTeX."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from symkl.errors import BadInput
from symkl.language.latex.matching import Stem
from symkl.language.latex.place import Source
from symkl.language.latex.reader import Context, read_tree
from symkl.language.latex.tokens import Token, tokens
from symkl.language.latex.tree import Named, Number, Power, Symbol, Tree
from symkl.language.latex.words import GREEK, is_letter
from symkl.model import Parameter

__all__ = ["Vocabulary", "letters_of", "name_in", "read_name", "stems_of"]


@dataclass(frozen=True)
class Vocabulary:
    """All names that a formula may use: the parameters', and those that --map explains, by what they are called.

    `hints` says of letters that are none what they are elsewhere.
    """

    stems: tuple[Stem, ...]
    mapped: Mapping[Symbol, str] = field(default_factory=dict)
    hints: Mapping[str, str] = field(default_factory=dict)

    @property
    def bases(self) -> frozenset[str]:
        """What these names begin with: such a letter is no function and no constant."""
        return frozenset({stem.symbol.base for stem in self.stems} | {symbol.base for symbol in self.mapped})

    @property
    def words(self) -> frozenset[str]:
        """The names of more than one letter that may be written in plain letters."""
        return frozenset(base for base in self.bases if len(base) > 1)


def stems_of(members: Sequence[tuple[str, Sequence[Parameter], Sequence[Parameter]]]) -> tuple[Stem, ...]:
    """The stems of a claim's distributions, each given by its index, all its parameters, and those that are free."""
    found: dict[tuple[Symbol, str], tuple[list[str], list[str]]] = {}
    for index, parameters, free in members:
        names = {parameter.name for parameter in free}
        for parameter in parameters:
            for written in dict.fromkeys(_written(parameter)):
                sides, open_sides = found.setdefault((written, parameter.name), ([], []))
                sides.append(index)
                open_sides += [index] * (parameter.name in names)
    return tuple(Stem(symbol, name, tuple(sides), tuple(free)) for (symbol, name), (sides, free) in found.items())


def letters_of(parameter: Parameter) -> frozenset[str]:
    """The letters or words with which the parameter's name may begin."""
    return frozenset(symbol.base for symbol in _written(parameter))


def _written(parameter: Parameter) -> Iterable[Symbol]:
    plain = _from_ascii(parameter.name)
    yield plain
    letters = plain.base.rstrip("0123456789")
    if plain.base == "lam":
        yield replace(plain, base="lambda")  # the usual name where `lambda` is a keyword
    elif letters and letters != plain.base:
        yield replace(plain, base=letters, subscripts=(plain.base[len(letters) :], *plain.subscripts))
    if parameter.latex is not None:
        try:
            symbol, power = read_name(parameter.latex, Source(parameter.latex))
        except BadInput:
            return  # \log\sigma is no name in a formula
        if power == 1:
            yield symbol


def read_name(text: str, source: Source) -> tuple[Symbol, int]:
    r"""A name in ASCII (`sigma_1`) or in LaTeX (`\sigma_1`), and the power to which it stands (`\sigma^2`: 2)."""
    if text.isascii() and text.isidentifier():
        return _from_ascii(text), 1
    match name_in(tokens(source), source):
        case Named(symbol=symbol):
            return symbol, 1
        case Power(base=Named(symbol=symbol), exponent=Number(text=digits)) if digits.isdigit() and int(digits) > 0:
            return symbol, int(digits)
    raise BadInput("this is not a name", source.at(0), r"write a letter or a word, such as \sigma_1 or logvar")


def name_in(found: Sequence[Token], source: Source) -> Tree:
    """The tokens read as if each letter in them began a name. Raises `BadInput`."""
    plain = frozenset(token.text for token in found if is_letter(token)) | GREEK
    return read_tree(found, Context(source, plain))


def _from_ascii(name: str) -> Symbol:
    base, *rest = name.strip("_").split("_")
    primes = sum(part == "prime" for part in rest)
    return Symbol(base, tuple(part for part in rest if part and part != "prime"), primes)
