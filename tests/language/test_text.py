"""Text that the parser reads back, the same in every process."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
import sympy as sp

from symkl.derive import derive
from symkl.language import load_family, parse, parse_condition, to_text
from symkl.language.functions import FUNCTIONS
from symkl.model import CrossEntropy, Density, Divergence, Entropy, Expectation, Law, claim, symbol

pytestmark = pytest.mark.sample(3)

DERIVATIONS = Path(__file__).resolve().parents[2] / "derivations"

DOMAINS = {
    "mu_1": "real", "mu_2": "real", "a": "real", "x": "real", "sigma_1": "positive", "sigma_2": "positive",
    "lam": "positive", "alpha": "positive", "beta": "positive", "p": "unit", "n": "positive_integer",
}  # fmt: skip
NAMES = {name: symbol(name, domain) for name, domain in DOMAINS.items()}

TEXTS = [
    "log(sigma_2/sigma_1) + (sigma_1**2 + (mu_1 - mu_2)**2)/(2*sigma_2**2) - 1/2",
    "log(sigma_1) + log(2*pi)/2 + 1/2",
    "alpha - log(beta) + (1 - alpha)*digamma(alpha) + loggamma(alpha)",
    "1 - p",
    "-p*log(p) - (1 - p)*log(1 - p)",
    "-a/2",
    "-1/2",
    "a**(3/2)",
    "2**(1/3)",
    "sqrt(2)*a/sqrt(pi)",
    "1/(2*sigma_1*(a - x))",
    "-(mu_1 - mu_2)**2",
    "(-1)**n",
    "x**(-lam)",
    "polygamma(1, alpha)",
    "gamma(alpha + 1/3)",
    "Abs(mu_1 - mu_2)",
    "besselk(1/2, lam)",
    "zeta(3) + zeta(3, lam)",
    "uppergamma(alpha, x**2)",
    "Max(0, a, x)",
    "exp(1/2)",
    "EulerGamma",
    "E",
    "-oo",
    "0",
    "Piecewise((1, a < x and x < 3), (a, Eq(a, x)), (2, not (a < x or x > 4)), (0, True))",
    "Sum(lam**k*log(factorial(k))/factorial(k), (k, 0, oo))",
    "Sum(Sum(lam**(j + k), (j, 0, k)), (k, 1, n))",
    "Integral(exp(-sigma_1*t**2), (t, -oo, oo))",
    "log(zeta(lam)) - lam*zeta_derivative(1, lam)/zeta(lam)",
]
BOUND = [name for name, row in FUNCTIONS.items() if name not in ("Rational", "polygamma", "zeta_derivative")]


@pytest.mark.parametrize("text", TEXTS)
def test_text_reads_back_to_an_equal_expression(text: str) -> None:
    made = parse(text, NAMES)
    assert parse(to_text(made), NAMES) == made


@pytest.mark.parametrize("text", [TEXTS[i] for i in (0, 3, 4, 5, 6, 7, 8, 10, 11, 14, 16, 21, 22, 24, 25, 27, 29)])
def test_text_that_reads_well_stays_as_it_is(text: str) -> None:
    assert to_text(parse(text, NAMES)) == text


def some_expression(chance: random.Random, depth: int) -> str:
    """A random formula over the whole whitelist."""
    if depth == 0 or chance.random() < 0.2:
        return chance.choice([*NAMES, "pi", "EulerGamma", "1", "2", "3", "1/3", "0.25", "7"])

    def inner() -> str:
        return some_expression(chance, depth - 1)

    if chance.random() < 0.55:
        return f"({inner()}){chance.choice(['+', '-', '*', '/', '**'])}({inner()})"
    name = chance.choice(BOUND)
    return f"{name}({', '.join(inner() for _ in range(FUNCTIONS[name].arity[0]))})"


def test_random_expressions_survive_the_round_trip() -> None:
    chance, read = random.Random(7), 0
    for _ in range(600):
        try:
            made = parse(some_expression(chance, 3), NAMES)
        except ValueError:
            continue  # a nest or a number that the parser refuses
        read += 1
        assert parse(to_text(made), NAMES) == made
    assert read > 300


def test_inert_quantities_survive_the_round_trip() -> None:
    x, p, q = NAMES["x"], Law("p"), Law("q")
    made = CrossEntropy(p, q) - Entropy(p) + 2 * Divergence(p, q) - Density(q, x)
    made += Expectation(x**2 / NAMES["lam"], x, p) - Expectation(sp.log(x), x, q)
    text = to_text(made)
    assert parse(text, NAMES, variable=x, inert=True) == made
    for part in ("H(p, q)", "H(p)", "KL(p, q)", "q(x)", "Expectation(x**2/lam)", "Expectation(log(x), q)"):
        assert part in text


@pytest.mark.parametrize("text", ["a < x", "a <= x and x < lam", "Eq(a, x)", "Ne(a, x)", "a > 1 or (a < 0 and x > 2)"])
def test_conditions_survive_the_round_trip(text: str) -> None:
    made = parse_condition(text, NAMES)
    assert parse_condition(to_text(made), NAMES) == made


def test_digamma_is_not_printed_as_a_polygamma() -> None:
    assert to_text(sp.digamma(NAMES["lam"])) == "digamma(lam)"


def test_an_index_made_by_a_machine_gets_a_name_that_is_free() -> None:
    k = sp.Dummy("k", integer=True, nonnegative=True)
    outside = sp.Symbol("k", real=True)
    text = to_text(sp.Sum(outside**k, (k, 0, sp.oo)))
    assert text == "Sum(k**k0, (k0, 0, oo))"
    assert parse(text, {"k": outside}).dummy_eq(sp.Sum(outside**k, (k, 0, sp.oo)))


def test_text_does_not_depend_on_the_hash_seed() -> None:
    program = (
        "import sympy as sp; from symkl.language import parse, to_text; from symkl.model import symbol\n"
        f"names = {{n: symbol(n, d) for n, d in {DOMAINS!r}.items()}}\n"
        f"for text in {TEXTS!r}:\n    print(to_text(sp.expand(parse(text, names))))"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(printed) == 1
    assert printed.pop().count(b"\n") == len(TEXTS)


@pytest.mark.parametrize(
    ("quantity", "p", "q"),
    [("kl", "normal", "normal"), ("kl", "gumbel", "gumbel"), ("kl", "laplace", "normal"), ("entropy", "poisson", None)],
)
def test_every_line_of_a_derivation_reads_back(quantity: str, p: str, q: str | None) -> None:
    first, second = (load_family(DERIVATIONS / f"{name}.toml") if name else None for name in (p, q))
    made = claim(quantity, first, second)
    derived = derive(made)
    x = made.p.variable
    names = {parameter.full_name: parameter.symbol for parameter in made.parameters} | {x.name: x}
    lines = [line for step in derived.steps for line in (step.before, step.after)] + [derived.result]
    for lemma in derived.lemmas:
        lines += [lemma.statement, lemma.value, *(line for step in lemma.steps for line in (step.before, step.after))]
    lines = [line for line in lines if line is not None and line.free_symbols <= set(names.values())]
    assert len(lines) > 10
    assert [parse(to_text(line), names, variable=x, inert=True) for line in lines] == lines
