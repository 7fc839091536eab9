"""LaTeX as people write it, and the text in symkl's notation that it is read as; and what is refused, and where."""

from __future__ import annotations

import pytest

from symkl.errors import BadInput
from symkl.language.latex import Asked, Source, Style, Vocabulary, other_styles, read_latex, read_name

NAMES = ("a", "b", "k", "n", "p", "x", "sigma", "mu", "lambda", "x_min", "beta_prime")
WORDS = Vocabulary((), {read_name(name, Source(name))[0]: name.replace("lambda", "lam") for name in NAMES})


def read(latex: str, style: Style | None = None, dimensions: bool = False) -> list[str]:
    """The text of each side, or why it is not read."""
    asked = Asked("kl", "y", dimensions)
    reading = read_latex(Source(latex), WORDS, asked, *([style] if style else []))
    return [line.written.text if line.written else line.reason for line in reading.lines]


READ = {
    r"\frac12": "1/2",
    r"\frac1k": "1/k",
    r"\frac 1 k": "1/k",
    r"\tfrac{a}{b}": "a/b",
    r"{a \over b}": "a/b",
    r"a+1 \over b": "(a + 1)/b",
    r"{n \choose k}": "binomial(n, k)",
    r"\binom nk": "binomial(n, k)",
    r"\dbinom{n}{k}": "binomial(n, k)",
    "n!": "factorial(n)",
    r"\ln x!": "log(factorial(x))",
    "(n-1)!": "factorial(n - 1)",
    r"\ln\ln x": "log(log(x))",
    r"\log_2 x": "log(x)/log(2)",
    r"\log_{10}x": "log(x)/log(10)",
    r"\log_{2}(1-p)": "log(1 - p)/log(2)",
    r"\lg x": "log(x)/log(10)",
    r"\ln^2 x": "log(x)**2",
    r"\ln x^2": "log(x**2)",
    r"(\ln x)^2": "log(x)**2",
    r"\ln(x)^a": "log(x**a)",
    r"\ln\left(x\right)^{a}": "log(x**a)",
    r"\Gamma(a)^2": "gamma(a)**2",
    r"\psi(a)^2": "digamma(a)**2",
    r"\exp(x)^2": "exp(x)**2",
    r"\ln\Gamma(a)": "log(gamma(a))",
    r"\log\Gamma(a)\Gamma(b)": "log(gamma(a)*gamma(b))",
    r"\ln 2\pi e\sigma^2": "log(2*pi*E*sigma**2)",
    r"\ln\frac ab": "log(a/b)",
    r"\ln\sqrt a B(a,b)": "log(sqrt(a)*beta(a, b))",
    r"\ln a \cdot b": "log(a)*b",
    r"\ln a \ln b": "log(a)*log(b)",
    r"\ln a (b+1)": "log(a)*(b + 1)",
    r"\ln a (b k)": "log(a*b*k)",
    r"\ln |a|": "log(Abs(a))",
    "|a|b": "Abs(a)*b",
    r"\left|a-b\right|^2": "Abs(a - b)**2",
    r"\lvert a \rvert": "Abs(a)",
    "a|b|k|x|": "a*Abs(b)*k*Abs(x)",
    r"\ln a/b": "log(a/b)",
    r"\ln(a)/b": "log(a)/b",
    "a/2b": "a/(2*b)",
    r"a/2\sigma^2": "a/(2*sigma**2)",
    r"1/2 \ln a": "1/2*log(a)",
    r"1/2\sigma^2": "1/(2*sigma**2)",
    r"1/2 \sigma^2": "1/2*sigma**2",
    "1/2 (a+b)": "1/2*(a + b)",
    "a/b/k": "a/b/k",
    r"a\cdot -b": "a*(-b)",
    "np": "n*p",
    r"2\pi e": "2*pi*E",
    r"\psi(a)+\Psi(a)+\digamma(a)": "digamma(a) + digamma(a) + digamma(a)",
    r"\psi'(a)": "polygamma(1, a)",
    r"\psi''(a)": "polygamma(2, a)",
    r"\psi_1(a)": "polygamma(1, a)",
    r"\psi^{(1)}(a)": "polygamma(1, a)",
    r"\psi^{(0)}(a)": "digamma(a)",
    r"\psi_0(a)": "digamma(a)",
    r"\psi^2(a)": "digamma(a)**2",
    r"\psi_{1}\left(\frac a2\right)": "polygamma(1, a/2)",
    r"\Gamma(a,x)": "uppergamma(a, x)",
    r"\gamma(a,x)": "gamma(a) - uppergamma(a, x)",
    r"\mathrm{B}(a,b)": "beta(a, b)",
    r"\operatorname{B}(a,b)": "beta(a, b)",
    "B(a,b)^2": "beta(a, b)**2",
    r"\beta(a,b)": "beta(a, b)",
    r"\mathrm{Ei}(x)": "Ei(x)",
    r"\operatorname{Ei}(-x)": "Ei(-x)",
    "E_1(x)": "expint(1, x)",
    r"\mathrm{E}_1(x)": "expint(1, x)",
    r"\operatorname{erf}(x)": "erf(x)",
    r"\operatorname{erfc}\left(\frac{x}{\sqrt2}\right)": "erfc(x/sqrt(2))",
    "I_0(x)": "besseli(0, x)",
    "I_{a}(x)": "besseli(a, x)",
    "K_{1/2}(x)": "besselk(1/2, x)",
    "H_n": "digamma(n + 1) + EulerGamma",
    "H_{n-1}": "digamma((n - 1) + 1) + EulerGamma",
    r"\zeta(2)": "zeta(2)",
    r"\zeta(a,b)": "zeta(a, b)",
    r"\zeta'(a)": "zeta_derivative(1, a)",
    r"\operatorname{Li}_2(x)": "polylog(2, x)",
    r"\mathrm{Li}_{a}(x)": "polylog(a, x)",
    r"\Phi(x)": "(1 + erf(x/sqrt(2)))/2",
    r"\varphi(x)": "exp(-x**2/2)/sqrt(2*pi)",
    r"\phi\left(\frac{a-b}{\sigma}\right)": "exp(-((a - b)/sigma)**2/2)/sqrt(2*pi)",
    r"\max(a,b)": "Max(a, b)",
    r"\min\{a,b\}": "Min(a, b)",
    r"\sqrt[3]{a}": "a**(1/3)",
    r"\sqrt a b": "sqrt(a)*b",
    r"\sqrt{a}b": "sqrt(a)*b",
    r"\cosh^2 x": "cosh(x)**2",
    r"\cosh(x)^2": "cosh(x)**2",
    r"\tanh\frac{x}{2}": "tanh(x/2)",
    r"\coth x": "1/tanh(x)",
    "e^{-x}": "exp(-x)",
    "e^{a}b": "exp(a)*b",
    r"\exp\{-a\}": "exp(-a)",
    r"\exp\left[-\frac{(a-b)^2}{2\sigma^2}\right]": "exp(-(a - b)**2/(2*sigma**2))",
    "2^{a}": "2**a",
    "a^{-1}": "a**(-1)",
    r"a^\frac12": "a**(1/2)",
    r"\sigma^{2}": "sigma**2",
    r"x_{\min}": "x_min",
    r"x_\mathrm{min}": "x_min",
    r"x_{\text{min}}": "x_min",
    r"\beta'": "beta_prime",
    r"\beta^{\prime}": "beta_prime",
    r"\beta^\prime{}^2": "beta_prime**2",
    r"\gamma": "EulerGamma",
    r"\gamma_E": "EulerGamma",
    r"\gamma_{\mathrm{E}}": "EulerGamma",
    r"\pi": "pi",
    "e": "E",
    r"\infty": "oo",
    r"\boldsymbol\mu": "mu",
    r"\boldsymbol{\mu}": "mu",
    r"\mathbf{\mu}": "mu",
    "a − b": "a - b",
    "a – b·k": "a - b*k",
    "π σ²": "pi*sigma**2",
    "½a": "1/2*a",
    r"\vec\sigma^2": "sigma**2",
    r"\vec{x}_{\min}": "x_min",
    r"\underbrace{a + b}_{= 1} n": "(a + b)*n",
    r"\boxed{a^2}": "a**2",
    r"2\frac{a}{2}": "2*(a/2)",
    r"a \quad (2)": "a",
    r"a \qquad (2.13a)": "a",
    "a (2)": "a*2",
    r"\textcolor{red}{a} b": "a*b",
    "λ⋅μ": "lam*mu",
    r"a\;b\,k\!n~p\quad x": "a*b*k*n*p*x",
    r"\hphantom{+} a": "a",
    r"a \tag{3}\label{eq} \nonumber": "a",
    "a % comment": "a",
    "$a$": "a",
    "$$a$$": "a",
    r"\[ a \]": "a",
    r"\( a \)": "a",
    r"\begin{equation} a \end{equation}": "a",
    "a(b)": "a*b",
    "p(1-p)": "p*(1 - p)",
    r"\log(1-p)p": "log(1 - p)*p",
    "+a": "a",
    "-a": "-a",
    r"\sum_{k=0}^n k": "Sum(k_, (k_, 0, n))",
    r"\sum_{i=1}^n p^i": "Sum(p**i, (i, 1, n))",
    r"\sum_{i=1}^\infty \frac{1}{i^2}": "Sum(1/i**2, (i, 1, oo))",
    r"\frac12 3": "1/2*3",
    "2.5a": "2.5*a",
    ".5a": ".5*a",
    "1.": "1",
    r"a\times 10^{-8}": "a*10**(-8)",
    "sigma + mu": "sigma + mu",
    "log(sigma)": "log(sigma)",
    "ln sigma": "log(sigma)",
    "sqrt(2)": "sqrt(2)",
    r"a \text{ nats}": "a",
    r"-D_{KL}(p\|q) = a - b": "-(a - b)",
    r"\mathrm{KL}[P||Q]=a": "a",
    r"\mathbb{KL}=a": "a",
    r"D_\mathrm{KL}\left(p\,\middle\|\,q\right) = a": "a",
    r"\mathcal{L}=a": "a",
    r"\mathcal{L}_{KL}=a": "a",
    "KL_{loss}=a": "a",
    "D(p:q)=a": "a",
    r"\mathrm{KL}\left(\mathcal N(\mu,\sigma^2)\,\big\|\,\mathcal N(0,1)\right)=a": "a",
    "h=a": "a",
    r"\ln\left[{\frac {\Gamma (k)}{\lambda }}\right]": "log(gamma(k)/lam)",
    "a^{b^{k}}": "a**(b**k)",
    r"{\sigma}^2": "sigma**2",
    r"{\sigma^2}": "sigma**2",
    "{{a}}": "a",
    "{}a": "a",
    r"\mathrm{ln}\,x": "log(x)",
    r"\operatorname{log}x": "log(x)",
    r"\log{x}b": "log(x)*b",
    r"\log{(x)}b": "log(x)*b",
    r"\log{x^2}": "log(x**2)",
    r"\ln\!\left(x\right)": "log(x)",
    r"\ln \left \{ a \right \}": "log(a)",
    r"\Bigl(a\Bigr)^2": "a**2",
    r"\bigl[a\bigr]": "a",
    r"\left.a\right.": "a",
    r"\exp(-a/2b)": "exp(-a/(2*b))",
    r"\tfrac{1}{2}\log\tfrac{a}{b}": "1/2*log(a/b)",
    r"a\ln a + b \ln b": "a*log(a) + b*log(b)",
    r"a\,\ln\,b\,\sigma": "a*log(b*sigma)",
    r"\ln\Gamma\left(\frac a2\right)\psi(b)": "log(gamma(a/2))*digamma(b)",
    r"\sqrt{\frac{a}{b}}\Gamma(a)/\Gamma(b)": "sqrt(a/b)*gamma(a)/gamma(b)",
    r"\Gamma(a)/\Gamma(b)\Gamma(k)": "gamma(a)/gamma(b)*gamma(k)",
    r"\ln(a)(b)": "log(a)*b",
    "(a)(b)": "a*b",
    "(a)^2(b)^{-1}": "a**2*b**(-1)",
    r"\sin a": "sin(a)",
    r"\arctan a": "atan(a)",
    r"\log a^{2}b^{3}": "log(a**2*b**3)",
    r"\ln a - b": "log(a) - b",
    r"\ln(-a)": "log(-a)",
}


READ |= {
    # brackets in braces, as SymPy prints them, and other ways to set them
    r"\psi{\left(a \right)}": "digamma(a)",
    r"\operatorname{B}{\left(a,b\right)}": "beta(a, b)",
    r"\ln\qty(a+b)": "log(a + b)",
    r"\tanh^{-1}(1-2p)": "atanh(1 - 2*p)",
    r"\frac{\Gamma'(a)}{\Gamma(a)}": "gamma(a)*digamma(a)/gamma(a)",
    r"\Gamma'(a)^2": "(gamma(a)*digamma(a))**2",
    r"\boxed{a + b}": "a + b",
    # words beside a formula
    r"\frac12\ln a \quad \text{nats}": "1/2*log(a)",
    r"\frac12\ln a \; \mathrm{bits}.": "1/2*log(a)",
    r"\log_2 a\ [\text{bits}]": "log(a)/log(2)",
    r"\ln a, \text{ where } \gamma \text{ is Euler's constant}": "log(a)",
    r"\text{KL divergence} = a": "a",
    r"\text{KL loss:} \quad KL = a": "a",
    r"\text{where } a + b": "a + b",
    # cases
    r"\begin{cases} a & \text{if } a\le b \\ \infty & \text{otherwise.} \end{cases}": (
        "Piecewise((a, a <= b), (oo, True))"
    ),
    r"\begin{cases} a, & a<b,\\ +\infty, & a\geq b.\end{cases}": "Piecewise((a, a < b), (oo, a >= b))",
    r"\begin{dcases} a & \text{if $a < b$ and $0 < k \le n$} \\ b & \text{else} \end{dcases}": (
        "Piecewise((a, a < b and 0 < k and k <= n), (b, True))"
    ),
    r"\left\{\begin{array}{ll} a & \text{for } a = b \\ b & \text{for } a\neq b \end{array}\right.": (
        "Piecewise((a, a == b), (b, a != b))"
    ),
    # marks of `align` between factors
    r"\begin{aligned} a &(b + k) \\ &+ 1 \end{aligned}": "a*(b + k) + 1",
}  # fmt: skip

#: letters that are defined beside the formula
DEFINED = {
    r"a + r, \quad r = b/k": ["a + b/k", "not read"],
    r"r^2 \ln r \quad \text{where } r = |a - b|": ["Abs(a - b)**2*log(Abs(a - b))", "not read"],
    r"a r + s, \text{ with } r = s + 1 \text{ and } s = b": ["a*(b + 1) + b", "not read", "not read"],
    r"\begin{align} \Delta &= a - b \\ D(p\|q) &= \Delta^2 \end{align}": ["not read", "(a - b)**2"],
    r"\sum_{j=1}^{n} r j, \quad r = b": ["Sum(b*j, (j, 1, n))", "not read"],
    r"\Phi(r), \; r = a": ["(1 + erf(a/sqrt(2)))/2", "not read"],
}


@pytest.mark.parametrize("latex", DEFINED)
def test_what_a_letter_is_may_stand_beside_the_formula(latex: str) -> None:
    found = read_latex(Source(latex), WORDS, Asked("kl", "y"))
    assert ["not read" if line.written is None else line.written.text for line in found.lines] == DEFINED[latex]


@pytest.mark.parametrize("latex", READ)
def test_latex_is_read_as_this_text(latex: str) -> None:
    assert read(latex) == [READ[latex]]


#: what is refused: the column, and how the refusal begins
REFUSED = {
    r"\Gamma''(a)": (1, "'Gamma' with a prime or a mark is not read"),
    r"\Gamma'^2(a)": (1, "the derivative of 'Gamma' has no bracket after it"),
    r"I_\nu(x)": (3, "'nu' is not known here"),
    r"\sigma^2_{}": (9, "this script is empty"),
    r"\hat\mu": (1, "'mu_hat' is not known here"),
    r"\tilde{\beta'}": (1, "'beta_tilde_prime' is not known here"),
    r"\overline{a+b}": (1, "this accent stands over what is not a name"),
    "√2": (1, r"the character '\u221a' is not read"),
    r"\operatorname{logit}(a)": (1, "'logit' is no function that is read, and no name"),
    "a 2 3": (5, "two numbers stand side by side"),
    r"10\,000": (5, "two numbers stand side by side"),
    "1.2.3": (4, "two numbers stand side by side"),
    r"1\frac12": (2, "a number before a fraction of numbers"),
    r"a & b": (3, "an alignment mark or the end of a row parts two factors"),
    r"\left(a \\\\ b\right)": (9, "an alignment mark or the end of a row parts two factors"),
    "$a$ and $b$": (3, "a formula ends or begins here"),
    r"\begin{cases} a & b \end{cases}": (19, "this condition is not read"),
    r"\begin{cases} a & \text{if it rains} \end{cases}": (19, "the condition 'if it rains' is not read"),
    r"\begin{cases} a \\ b \end{cases}": (15, "of this case it is not clear what is the value"),
    r"\begin{cases} a & \text{otherwise} \\ b & a < b \end{cases}": (1, "only the last of the cases may be"),
    r"\begin{cases} a & a < b": (1, "the environment 'cases' is never ended"),
    r"\psi{\left(a,b\right)}": (1, "'psi' takes 1 argument, not 2"),
    r"\sinh^{-1}(a)": (6, "a negative power on the name 'sinh'"),
    r"a + r, \quad r = b, \quad r = k": (27, "'r' is defined twice"),
    r"a + r, \quad r = s, \quad s = r": (14, "'r' is defined by itself"),
    r"a + r, \quad a = b": (14, "this says what 'a' is, which is a parameter or explained already"),
    r"a + r, \quad r = b = k": (6, "a comma stands where the formula should go on or end"),
    r"a + r, \quad r^2 = b": (6, "a comma stands where the formula should go on or end"),
    r"\sum_{k=1}^{n} r k, \quad r = k": (1, "what is defined beside the formula names 'k', the index of this sum"),
    r"a + r, \quad r = t": (18, "'t' is not known here"),
    r"\begin{pmatrix} a\end{pmatrix}": (1, "the environment 'pmatrix' is not read"),
    "f(x)": (1, "a density stands here: 'f' is no name, and a bracket follows it"),
    "a(b+k": (2, "this '(' is not closed as it should be"),
    "a]": (2, "the bracket ']' is not closed or opened as it should be"),
    r"\frac{a}": (9, "the formula ends too early"),
    "a+": (3, "the formula ends where a number, a name or a bracket is needed"),
    "--a": (2, "two signs stand in a row"),
    "a ++ b": (4, "two signs stand in a row"),
    "a^": (3, "the formula ends too early"),
    "a_": (3, "the formula ends too early"),
    "a^^2": (3, "'^' stands where an argument is needed"),
    "a^2^3": (4, "a second superscript"),
    "a__1": (3, "'_' stands where an argument is needed"),
    r"\foo{a}": (1, r"the command '\foo' is not read"),
    r"\input{x}": (1, r"the command '\input' is not read"),
    "a,b": (2, "a comma stands where the formula should go on or end"),
    r"\sum_j a": (1, "the index 'j' of this sum stands for no number in it: it runs over independent dimensions"),
    r"\sum a": (1, "this sum does not say over which index it runs"),
    r"\int_0^1 a": (1, "an integral stands here"),
    r"\prod_i a": (1, "a product over an index stands here"),
    "x^12": (3, "only the digit 1 belongs to this script or argument, and another follows it"),
    r"\frac123": (7, "only the digit 2 belongs to this script or argument, and another follows it"),
    "1e-8": (1, "'1e' may be a power of ten, or times Euler's number"),
    r"\mathrm{d}x": (1, "'d' is not known here"),
    r"\text{Cross-entropy of both} = a": (1, "the left-hand side is a cross-entropy"),
    r"\text{if } a": (1, "words stand in the formula: 'if'"),
    "H(X)=a": (1, "the left-hand side is an entropy, and what is checked is a divergence"),
    r"a \le b": (3, "an inequality or an arrow is not checked"),
    r"\lambda^{k_1}": (10, "'k_1' is not known here"),
    r"\operatorname{ln}(x)y": (21, "the variable 'y' of the densities stands here"),
    r"\ln -a": (1, "'ln' has no argument"),
    r"\ln+1": (1, "'ln' has no argument"),
    "(a,b)": (3, "a comma stands where the formula should go on or end"),
    r"\ln()": (5, "the formula ends where a number, a name or a bracket is needed"),
    "()": (2, "the formula ends where a number, a name or a bracket is needed"),
    r"E_p[\log x]": (1, "an expectation stands here"),
    r"\mathbb{E}[x]": (1, "an expectation stands here"),
    r"\mathbb E_{x\sim p}[\log a]": (9, "an expectation stands here"),
    r"\operatorname{E}[x]": (1, "an expectation stands here"),
    r"\operatorname{Var}(x)": (1, "an expectation stands here"),
    r"\operatorname{tr}(a)": (1, "'tr' is no function that is read, and no name"),
    "a^T": (3, "'T' is not known here"),
    r"a^\top": (3, r"the command '\top' is not read"),
    r"\sigma_{11}": (1, "'sigma_11' is not known here"),
    r"\|a\|^2": (1, "a double bar stands here: norms are not read"),
    "||a||": (1, "a double bar stands here: norms are not read"),
    r"\sum_{i}^{n} i": (1, "this sum does not say from where to where it runs"),
    r"\sum_{i \in S} i": (9, "the range of this sum is not read"),
    r"\sum_{k} k": (1, "this sum does not say from where to where it runs"),
    r"\prod": (1, "a product over an index stands here"),
    r"\limits": (1, "there is no formula here"),
    r"\left(": (6, "this '(' is not closed as it should be"),
    r"\right)": (7, "the bracket ')' is not closed or opened as it should be"),
    "}": (1, "the bracket '}' is not closed or opened as it should be"),
    "{": (1, "this '{' is not closed as it should be"),
}


@pytest.mark.parametrize("latex", REFUSED)
def test_what_cannot_be_read_is_refused_where_reading_stops(latex: str) -> None:
    with pytest.raises(BadInput) as refused:
        read(latex)
    column, words = REFUSED[latex]
    assert refused.value.where.column == column
    assert refused.value.what.startswith(words)


#: what is ambiguous: the usual reading, then the others
AMBIGUOUS = {
    r"\ln a b": ["log(a*b)", "log(a)*b"],
    r"\ln a/b": ["log(a/b)", "log(a)/b"],
    r"\ln(a) b": ["log(a)*b", "log(a*b)"],
    r"\ln(a)^2": ["log(a**2)", "log(a)**2"],
    "a/2b": ["a/(2*b)", "a/2*b"],
    r"a/\Gamma(b)\Gamma(k)": ["a/gamma(b)*gamma(k)", "a/(gamma(b)*gamma(k))"],
    "1/2 b": ["1/2*b", "1/(2*b)"],
    r"\ln a + b": ["log(a) + b"],
    r"\log{\left(a \right)}^{2}": ["log(a)**2", "log(a**2)"],
    r"\Gamma(a)^2": ["gamma(a)**2"],
    r"\frac{a}{2b}": ["a/(2*b)"],
}


@pytest.mark.parametrize("latex", AMBIGUOUS)
def test_other_styles_give_the_other_readings_of_what_is_ambiguous(latex: str) -> None:
    decided = read_latex(Source(latex), WORDS, Asked("kl", "y")).decided
    readings = [read(latex), *(read(latex, style) for style in other_styles(decided))]
    assert list(dict.fromkeys(text for [text] in readings)) == AMBIGUOUS[latex]


NOTES = {
    r"\gamma a": "gamma is taken for Euler's constant",
    r"\lg a": "lg is taken for the logarithm to base 10",
    "H_n": "H with a subscript is taken for a harmonic number",
    r"\phi(x)": "phi of a bracket is taken for the standard normal density",
    r"\mathrm{Ei}(1, x)": "Ei with two arguments is taken for the exponential integral E_n(x)",
    r"a \text{ nats}": "'nats' is left out",
    r"a, \quad b > 0": r"'\quad b > 0' is left out",
    r"a \quad \text{for } p \in (0, 1).": r"'p \in (0, 1)' is left out",
    "-D_{KL}(p||q) = a": "the left-hand side is minus the quantity: the sign of each line is turned",
    "a": "",
}


@pytest.mark.parametrize("latex", NOTES)
def test_what_a_thing_is_taken_for_is_said(latex: str) -> None:
    notes = read_latex(Source(latex), WORDS, Asked("kl", "y")).notes
    assert notes == ((NOTES[latex],) if NOTES[latex] else ())


def test_a_letter_that_is_a_name_is_no_constant_and_no_function() -> None:
    names = {read_name(name, Source(name))[0]: name for name in ("gamma", "e", "psi", "H_b", "B")}
    own = Vocabulary((), names)
    assert "gamma" in names.values()
    [line] = read_latex(Source(r"\gamma + e\psi(1) - H_b B(2)"), own, Asked("kl", "x")).lines
    assert line.written is not None
    assert line.written.text == "gamma + e*psi*1 - H_b*B*2"


DIMENSIONS = {
    r"\sum_{j=1}^J a": "D*a",
    r"\frac1J\sum_{j=1}^J a": "1/D*(D*a)",
    r"\sum_{j=1}^J a - \frac{J}{2}": "D*a - D/2",
    r"\frac12\sum_{j=1}^{J}\left(\mu_j^2 + \sigma_j^2 - \log\sigma_j^2 - 1\right)": (
        "1/2*(D*(mu**2 + sigma**2 - log(sigma**2) - 1))"
    ),
    r"\sum\limits_{i}^{D} a x_{\min,i}": "D*(a*x_min)",
}


@pytest.mark.parametrize("latex", DIMENSIONS)
def test_a_sum_over_dimensions_is_that_many_times_its_body(latex: str) -> None:
    assert read(latex, dimensions=True) == [DIMENSIONS[latex]]


NOT_LINEAR = {
    r"\log\sum_j \sigma_j^2": (5, "a sum over dimensions stands in a function"),
    r"(\sum_j a)(\sum_j b)": (2, "a sum over dimensions stands in a function"),
    r"1/\sum_j a": (3, "a sum over dimensions stands in a function"),
    r"(\sum_j a)^2": (2, "a sum over dimensions stands in a function"),
    r"\sum_j \mu_j^2 + \sigma_j^2": (18, "'sigma_j' bears the index 'j', and the sum over it has ended before"),
    r"\sum_j \mu_j^2 + \mu": (18, "'mu' stands in this formula both with the index of a sum and without it"),
    r"\sum_{j=1}^n \mu_j": (12, "a sum over dimensions ends at their number"),
    r"\sum_{j=2}^J \mu_j": (9, "a sum over dimensions begins at 1"),
    r"\sum_{j=1}^3 \mu_j": (12, "a sum over dimensions ends at their number"),
}


@pytest.mark.parametrize("latex", NOT_LINEAR)
def test_other_sums_over_dimensions_are_refused(latex: str) -> None:
    """A sum inside a function may be right for equal parameters and wrong for others."""
    with pytest.raises(BadInput) as refused:
        read(latex, dimensions=True)
    column, words = NOT_LINEAR[latex]
    assert refused.value.where.column == column
    assert refused.value.what.startswith(words)


def test_depth_and_length_are_bounded() -> None:
    for latex in ("(" * 300 + "a" + ")" * 300, "{" * 300 + "a" + "}" * 300, r"\frac{1}{1+" * 100 + "a" + "}" * 100):
        with pytest.raises(BadInput, match="nested more than"):
            read(latex)
    with pytest.raises(BadInput, match="10002 characters; at most 10000"):
        read("a+" * 5001)
    with pytest.raises(BadInput, match="101 digits"):
        read("1" * 101)
    assert read("a" + "+a" * 2000)[0].count("+") == 2000
