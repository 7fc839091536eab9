"""What formulas mean."""

from __future__ import annotations

import mpmath as mp
import pytest
import sympy as sp

from symkl.errors import BadInput, Location
from symkl.language import parse, parse_condition
from symkl.model import CrossEntropy, Density, Divergence, Entropy, Expectation, Law, symbol

X, A, B = (symbol(name, "real") for name in ("x", "a", "b"))
SIGMA, BETA, LAM = (symbol(name, "positive") for name in ("sigma", "beta", "lam"))
P = symbol("p", "unit")
N = symbol("n", "positive_integer")
NAMES = {s.name: s for s in (X, A, B, SIGMA, BETA, LAM, P, N)}


def read(text: str) -> sp.Expr:
    return parse(text, NAMES)


def value(text: str, **at: str) -> mp.mpf:
    """The formula at a point, to 30 digits, as SymPy evaluates it."""
    return mp.mpf(str(read(text).subs({NAMES[name]: sp.Rational(number) for name, number in at.items()}).evalf(30)))


def test_names_become_the_declared_symbols_with_their_domains() -> None:
    made = read("a*sigma + p")
    assert made == A * SIGMA + P
    assert {s: s.is_positive for s in made.free_symbols} == {A: None, SIGMA: True, P: True}


def test_decimals_and_powers_of_ten_are_exact_rationals() -> None:
    assert read("0.1 + 1e-3") == sp.Rational(101, 1000)
    assert read("2.50") == sp.Rational(5, 2)
    assert read(".5e2") == 50
    assert read("1/3") == sp.Rational(1, 3)
    assert not read("0.1*x").has(sp.Float)


def test_powers_bind_to_the_right_and_tighter_than_a_minus() -> None:
    assert read("2**3**2") == 512
    assert read("-x**2") == -(X**2)
    assert read("2**-1") == sp.Rational(1, 2)
    assert read("a/b/sigma") == A / (B * SIGMA)
    assert read("a - b - x") == A - B - X


def test_a_declared_parameter_wins_over_a_function_of_its_name_unless_called() -> None:
    assert read("beta + beta(beta, 2)") == BETA + sp.beta(BETA, 2)


def test_constants_are_known_by_their_names() -> None:
    assert read("E**x") == sp.exp(X)
    assert read("EulerGamma*pi") == sp.EulerGamma * sp.pi
    assert read("-oo") == -sp.oo


def test_a_long_sum_is_no_deep_nest() -> None:
    assert read("+".join(["x"] * 400)) == 400 * X
    assert read("*".join(["x"] * 400)) == X**400


def test_a_divisor_keeps_its_factors() -> None:
    assert sp.srepr(read("x/(2*(a + b))")) == sp.srepr(X / 2 / (A + B))


def test_line_breaks_and_margins_do_not_matter() -> None:
    assert read("\n  a +\n\tb ") == A + B


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("log(sigma)", lambda: mp.log("1.5")),
        ("exp(sigma)", lambda: mp.exp("1.5")),
        ("sqrt(sigma)", lambda: mp.sqrt("1.5")),
        ("Abs(-sigma)", lambda: mp.mpf("1.5")),
        ("gamma(sigma)", lambda: mp.gamma("1.5")),
        ("loggamma(sigma)", lambda: mp.loggamma("1.5")),
        ("digamma(sigma)", lambda: mp.digamma("1.5")),
        ("polygamma(2, sigma)", lambda: mp.polygamma(2, mp.mpf("1.5"))),
        ("beta(sigma, 2)", lambda: mp.beta("1.5", 2)),
        ("erf(sigma)", lambda: mp.erf("1.5")),
        ("erfc(sigma)", lambda: mp.erfc("1.5")),
        ("Ei(sigma)", lambda: mp.ei("1.5")),
        ("expint(2, sigma)", lambda: mp.expint(2, mp.mpf("1.5"))),
        ("besseli(1, sigma)", lambda: mp.besseli(1, mp.mpf("1.5"))),
        ("besselk(1, sigma)", lambda: mp.besselk(1, mp.mpf("1.5"))),
        ("zeta(sigma)", lambda: mp.zeta("1.5")),
        ("zeta(3, sigma)", lambda: mp.zeta(3, mp.mpf("1.5"))),
        ("zeta_derivative(1, sigma)", lambda: mp.diff(mp.zeta, mp.mpf("1.5"))),
        ("uppergamma(1/3, sigma)", lambda: mp.gammainc(mp.mpf(1) / 3, mp.mpf("1.5"))),
        ("polylog(2, sigma/2)", lambda: mp.polylog(2, mp.mpf("0.75"))),
        ("factorial(n)", lambda: mp.factorial(4)),
        ("binomial(n, 2)", lambda: mp.binomial(4, 2)),
        ("cos(sigma)", lambda: mp.cos("1.5")),
        ("sin(sigma)", lambda: mp.sin("1.5")),
        ("cosh(sigma)", lambda: mp.cosh("1.5")),
        ("sinh(sigma)", lambda: mp.sinh("1.5")),
        ("tanh(sigma)", lambda: mp.tanh("1.5")),
        ("atan(sigma)", lambda: mp.atan("1.5")),
        ("atanh(sigma/2)", lambda: mp.atanh("0.75")),
        ("Min(sigma, n)", lambda: mp.mpf("1.5")),
        ("Max(sigma, n)", lambda: mp.mpf(4)),
        ("Rational(1, 3)", lambda: mp.mpf(1) / 3),
        ("Piecewise((1, sigma > 2), (sigma, n > 3), (0, True))", lambda: mp.mpf("1.5")),
        (
            "Sum(sigma**k/factorial(k), (k, 0, n))",
            lambda: mp.fsum(mp.mpf("1.5") ** k / mp.factorial(k) for k in range(5)),
        ),
        ("Integral(exp(-sigma*t), (t, 0, oo))", lambda: 1 / mp.mpf("1.5")),
    ],
)
def test_a_function_has_the_value_that_another_library_gives_it(text: str, reference) -> None:  # type: ignore[no-untyped-def]
    with mp.workdps(30):
        assert mp.almosteq(value(text, sigma="3/2", n="4"), reference(), rel_eps=mp.mpf(10) ** -25)


def test_an_index_is_an_integer_in_a_sum_and_a_real_in_an_integral() -> None:
    (index,) = read("Sum(lam**k, (k, 0, n))").variables
    assert index.is_integer
    assert index.is_nonnegative
    (variable,) = read("Integral(lam*t, (t, -1, 1))").variables
    assert variable.is_integer is None
    assert variable.is_real


def test_an_index_is_unknown_outside_its_sum() -> None:
    with pytest.raises(BadInput, match="unknown symbol 'k'"):
        read("Sum(lam**k, (k, 0, n)) + k")


def test_expectation_averages_over_the_variable() -> None:
    names = {"a": A}
    assert parse("Expectation(a*x**2)", names, variable=X) == Expectation(A * X**2, X, Law("p"))
    with pytest.raises(BadInput, match="no variable"):
        parse("Expectation(a)", names)


def test_inert_quantities_are_read_only_where_asked_for() -> None:
    made = parse("H(p) + 2*H(p, q) + 3*KL(p, q) + p(x) + q(x)", NAMES, inert=True)
    p, q = Law("p"), Law("q")
    assert made == Entropy(p) + 2 * CrossEntropy(p, q) + 3 * Divergence(p, q) + Density(p, X) + Density(q, X)
    with pytest.raises(BadInput, match="unknown function 'KL'"):
        read("KL(p, q)")


def test_an_integral_without_parameters_is_read_only_back_from_a_derivation() -> None:
    text = "Integral(exp(-t), (t, 0, oo))"
    assert parse(text, {}, inert=True).doit() == 1
    with pytest.raises(BadInput, match="no parameter"):
        parse(text, {})


def test_conditions_are_comparisons_joined_by_words() -> None:
    assert parse_condition("a < b", NAMES) == sp.Lt(A, B)
    assert parse_condition("0 < a <= b and a != 1", NAMES) == sp.And(sp.Lt(0, A), sp.Le(A, B), sp.Ne(A, 1))
    assert parse_condition("Eq(a, b) or not a > b", NAMES) == sp.Or(sp.Eq(A, B), sp.Le(A, B))


def test_a_condition_that_the_domains_decide_is_decided() -> None:
    assert parse_condition("sigma > 0", NAMES) is sp.true
    assert read("Piecewise((1, sigma < 0), (a, True))") == A


def test_a_value_is_no_condition_and_a_condition_no_value() -> None:
    with pytest.raises(BadInput, match="a condition is needed here"):
        parse_condition("a + b", NAMES)
    with pytest.raises(BadInput, match="a value is needed"):
        read("a < b")


def test_a_refusal_carries_file_field_and_column() -> None:
    with pytest.raises(BadInput) as refused:
        parse("log(sigma) + sgima", NAMES, Location("n.toml", "known[1].formula"))
    assert str(refused.value) == "n.toml: known[1].formula, column 14: unknown symbol 'sgima'; did you mean 'sigma'?"
