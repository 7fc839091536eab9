"""What SymPy prints as LaTeX is read back to the same value: a writer that knows nothing of the reader."""

from __future__ import annotations

import random

import pytest
import sympy as sp

from symkl.errors import BadInput
from symkl.language import parse
from symkl.language.latex import Asked, Source, Vocabulary, read_latex, read_name
from symkl.verify.numbers import number_of

NAMES = {name: sp.Symbol(name.replace("lam", "lambda"), positive=True) for name in ("a", "b", "sigma_1", "lam")}
SYMBOLS = list(NAMES.values())
WORDS = Vocabulary((), {read_name(symbol.name, Source("x"))[0]: name for name, symbol in NAMES.items()})
AT = dict(zip(SYMBOLS, (sp.Rational(7, 5), sp.Rational(3, 4), sp.Rational(9, 4), sp.Rational(5, 3)), strict=True))
CONSTANTS = (sp.pi, sp.E, sp.EulerGamma, sp.Rational(1, 2), sp.Rational(5, 3), sp.Integer(2), sp.Integer(3))


def formula(draw: random.Random, depth: int) -> sp.Expr:
    """A formula as deep as that, of what a closed form is made of."""
    if depth == 0:
        return draw.choice([*SYMBOLS, *SYMBOLS, *CONSTANTS])
    one, two = formula(draw, depth - 1), formula(draw, depth - 1)
    shifted, plain = draw.choice(SYMBOLS) + draw.randint(1, 3), draw.choice(SYMBOLS)
    made = {
        "sum": lambda: one + two,
        "difference": lambda: one - two,
        "product": lambda: one * two,
        "quotient": lambda: one / (two + 7),
        "power": lambda: one ** draw.choice([2, -1, sp.Rational(1, 2), sp.Rational(2, 3), plain]),
        "log": lambda: sp.log(one),
        "square of a log": lambda: sp.log(one) ** 2,
        "exp": lambda: sp.exp(-one / 5),
        "gamma": lambda: sp.gamma(shifted),
        "polygamma": lambda: sp.polygamma(draw.randint(0, 2), shifted),
        "beta": lambda: sp.beta(shifted, plain),
        "erf": lambda: sp.erf(plain) * two,
        "Ei": lambda: sp.Ei(-plain),
        "expint": lambda: sp.expint(1, plain),
        "Bessel": lambda: sp.besseli(draw.randint(0, 2), plain) / sp.besselk(1, plain),
        "Abs": lambda: sp.Abs(plain - 2 * shifted),
        "Max": lambda: sp.Max(plain, shifted),
        "uppergamma": lambda: sp.uppergamma(plain, shifted),
        "atan": lambda: sp.atan(one),
        "cosh": lambda: sp.cosh(plain) ** 2,
        "factorial": lambda: sp.factorial(shifted),
        "zeta": lambda: sp.zeta(shifted),
    }
    return draw.choice(list(made.values()))()


def read(latex: str) -> sp.Expr:
    [line] = read_latex(Source(latex), WORDS, Asked("kl", "x")).lines
    assert line.written is not None
    return parse(line.written.text, NAMES)


@pytest.mark.parametrize("seed", range(8))
def test_what_sympy_prints_has_the_value_of_what_it_printed(seed: int) -> None:
    draw, compared = random.Random(seed), 0
    for _ in range(60):
        wanted = formula(draw, 3)
        if wanted.has(sp.I, sp.zoo, sp.nan, sp.oo):
            continue
        value = number_of(wanted, AT, 20)
        try:
            found = read(sp.latex(wanted))
        except BadInput as refusal:
            # the parser's bounds hold for LaTeX as well
            if not any(words in refusal.what for words in ("of a special function", "larger than", "not real")):
                raise
            continue
        if value is not None:
            again = number_of(found, AT, 20)
            assert again is not None, sp.latex(wanted)
            assert abs(again - value) < 1e-15 * (1 + abs(value)), sp.latex(wanted)
            compared += 1
    assert compared > 30


@pytest.mark.parametrize(
    "style",
    [{"fold_short_frac": True}, {"inv_trig_style": "full"}, {"ln_notation": True}, {"mul_symbol": "dot"},
     {"mul_symbol": "times"}, {"fold_frac_powers": True}, {"root_notation": False}, {"mode": "equation"}],
    ids=str,
)  # fmt: skip
def test_it_may_print_in_other_styles(style: dict[str, object]) -> None:
    a, b = NAMES["a"], NAMES["b"]
    wanted = (
        sp.log(2 * sp.pi * a**2 / b) / 2
        + sp.sqrt(a) / (2 * b)
        + sp.atan(a / b)
        - sp.exp(-a / 2) * b ** sp.Rational(2, 3)
    )
    found = number_of(read(sp.latex(wanted, **style)), AT, 20)
    value = number_of(wanted, AT, 20)
    assert found is not None
    assert abs(found - value) < 1e-15
    assert abs(number_of(read(sp.latex(wanted + a / 100, **style)), AT, 20) - value) > 1e-3
