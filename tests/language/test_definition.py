"""Definition files: what they say, and what is refused with file, field and column."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import sympy as sp

from symkl.errors import BadInput, NotYet
from symkl.language import load_families, load_family
from symkl.model import symbol

Write = Callable[..., Path]

DENSITY = 'density = "x/sigma**2*exp(-x**2/(2*sigma**2))"'
SIGMA = """sigma = { domain = "positive", latex = '\\sigma', doc = "scale" }"""
SUPPORT = 'support = ["0", "oo"]'
KNOWN = '\n[[known]]\nquantity = "entropy"\nformula = "1 + log(sigma/sqrt(2)) + EulerGamma/2"\nsource = "somewhere"\n'
PAIR = (
    '\n[[known]]\nquantity = "kl"\nother = "Rayleigh"\n'
    'formula = "2*log(sigma_2/sigma_1) + sigma_1**2/sigma_2**2 - 1"\nsource = "somewhere"\n'
)


def test_a_minimal_file_is_a_family(write: Write) -> None:
    family = load_family(write())
    sigma, x = symbol("sigma", "positive"), symbol("x", "positive")
    assert family.name == "Rayleigh"
    assert family.kind == "continuous"
    assert family.variable == x
    assert family.support == (0, sp.oo)
    assert family.density == x / sigma**2 * sp.exp(-(x**2) / (2 * sigma**2))
    assert family.log_density is None
    assert [(p.name, p.domain, p.latex, p.doc) for p in family.parameters] == [
        ("sigma", "positive", "\\sigma", "scale")
    ]
    assert family.origin.endswith("given.toml")


def test_parameters_keep_the_order_of_the_file(write: Write) -> None:
    path = write((SIGMA, f'zz = {{ domain = "real" }}\n{SIGMA}\naa = {{ domain = "unit" }}'))
    assert [p.name for p in load_family(path).parameters] == ["zz", "sigma", "aa"]


def test_the_digest_is_of_the_content_not_of_the_spelling(write: Write) -> None:
    plain = load_family(write()).digest
    assert (
        load_family(
            write(
                (
                    SUPPORT,
                    f"# a comment\n{SUPPORT}   ",
                ),
                name="b.toml",
            )
        ).digest
        == plain
    )
    assert load_family(write(("2*sigma**2", "3*sigma**2"), name="c.toml")).digest != plain


def test_a_discrete_support_may_end_at_a_parameter(write: Write) -> None:
    path = write((SUPPORT, 'kind = "discrete"\nsupport = ["0", "n"]'), (DENSITY, 'density = "1/(n + 1)"'),
                 (SIGMA, 'n = { domain = "positive_integer" }'))  # fmt: skip
    family = load_family(path)
    assert family.support == (0, symbol("n", "positive_integer"))
    assert family.variable.is_integer


def test_constraints_are_inequalities_between_parameters(write: Write) -> None:
    path = write((SUPPORT, 'support = ["a", "b"]\nconstraints = ["a < c < b", "sigma > 0"]'),
                 (SIGMA, SIGMA + "".join(f'\n{n} = {{ domain = "real" }}' for n in "abc")))  # fmt: skip
    a, b, c = (symbol(name, "real") for name in "abc")
    assert set(load_family(path).constraints) == {sp.Lt(a, c), sp.Lt(c, b)}


def test_a_parametrisation_replaces_and_inherits(write: Write) -> None:
    extra = (
        "[family.parametrisations.log_scale]\n"
        'parameters = { s = { domain = "real", latex = \'\\log\\sigma^2\' }, m = { domain = "real" } }\n'
        'where = { sigma = "exp(s/2)" }\n'
    )
    path = write((SIGMA, f'{SIGMA}\nm = {{ domain = "real", latex = \'m_0\', doc = "shift" }}\n{extra}'))
    (made,) = load_family(path).parametrisations
    assert made.name == "log_scale"
    assert [(p.name, p.latex, p.doc) for p in made.parameters] == [("s", "\\log\\sigma^2", ""), ("m", "m_0", "shift")]
    assert made.where == (("sigma", sp.exp(symbol("s", "real") / 2)),)


def test_known_forms_use_suffixes_for_pairs_only(write: Write) -> None:
    family = load_family(write((SIGMA, SIGMA + KNOWN + PAIR)))
    entropy, pair = family.known
    assert entropy.formula.free_symbols == {symbol("sigma", "positive")}
    assert pair.formula.free_symbols == {symbol("sigma_1", "positive"), symbol("sigma_2", "positive")}
    assert (entropy.field, pair.field) == ("known[1]", "known[2]")
    assert (pair.other, pair.units, pair.where) == ("Rayleigh", "nats", ())


def test_where_of_a_known_form_fixes_and_ties_parameters(write: Write) -> None:
    fixed = PAIR.replace("source", 'where = { sigma_2 = "1" }\nunits = "bits"\nsource')
    (known,) = load_family(write((SIGMA, SIGMA + fixed))).known
    assert known.where == (("sigma_2", sp.S.One),)
    assert known.units == "bits"
    assert known.formula.free_symbols == {symbol("sigma_1", "positive")}
    tied = PAIR.replace("source", 'where = { sigma_2 = "2*sigma_1" }\nsource')
    (known,) = load_family(write((SIGMA, SIGMA + tied), name="b.toml")).known
    assert known.where == (("sigma_2", 2 * symbol("sigma_1", "positive")),)


def test_other_may_stand_in_a_file_beside_it(write: Write) -> None:
    write(("Rayleigh", "Second"), name="second.toml")
    path = write((SIGMA, SIGMA + PAIR.replace("Rayleigh", "Second")))
    assert load_family(path).known[0].other == "Second"


def test_other_may_stand_in_any_file_given_together(write: Write, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    second = write(("Rayleigh", "Second"), name="elsewhere/second.toml")
    path = write((SIGMA, SIGMA + PAIR.replace("Rayleigh", "Second")))
    assert list(load_families([path, second])) == ["Rayleigh", "Second"]
    with pytest.raises(BadInput, match="unknown family 'Second'"):
        load_families([path])


def test_two_files_with_one_name_are_an_error_that_names_both(write: Write) -> None:
    first, second = write(), write(('"Rayleigh"', '"RAYLEIGH"'), name="again.toml")
    with pytest.raises(BadInput) as refused:
        load_families([first, second])
    assert "given.toml" in str(refused.value)
    assert "again.toml: family.name" in str(refused.value)


def test_a_file_given_twice_is_read_once(write: Write) -> None:
    path = write()
    assert list(load_families([path, path.parent / "." / path.name])) == ["Rayleigh"]


def test_a_given_file_shadows_one_that_lies_under(write: Write) -> None:
    below, above = write(name="below.toml"), write(("2*sigma**2", "3*sigma**2"))
    (family,) = load_families([above], under=[below]).values()
    assert family.origin == str(above)


REFUSED = [
    ((DENSITY, DENSITY[:-1]), "line 5, column", "broken TOML"),
    (("format = 1", "format = 2"), "format", "format 1 only"),
    (("format = 1", "format = 1\nextra = 2"), "given.toml:", "unknown key 'extra'"),
    (("format = 1\n", ""), "given.toml:", "'format' is missing"),
    (('name = "Rayleigh"', 'nmae = "Rayleigh"'), "family:", "unknown key 'nmae'; did you mean 'name'?"),
    ((SUPPORT + "\n", ""), "family:", "'support' is missing"),
    ((SUPPORT, "support = 3"), "family.support", "expected a list"),
    ((SUPPORT, 'support = ["0"]'), "family.support", "1 bounds"),
    ((SUPPORT, 'support = ["0", true]'), "family.support[2]", "expected a formula"),
    ((SUPPORT, 'support = ["zero", "oo"]'), "family.support[1], column 1", "unknown symbol 'zero'"),
    ((SUPPORT, 'support = ["0", "x"]'), "family.support[2], column 1", "unknown symbol 'x'"),
    ((SUPPORT, 'support = ["1", "0"]'), "family.support", "is not below"),
    ((SUPPORT, 'support = ["0", "-sigma"]'), "family.support", "is not below"),
    ((SUPPORT, 'support = ["oo", "-oo"]'), "family.support", "is not below"),
    ((SUPPORT, 'support = ["sigma", "sigma"]'), "family.support", "is not below"),
    ((SUPPORT, 'kind = "discrete"\nsupport = ["1/2", "oo"]'), "family.support[1]", "must be an integer"),
    ((SUPPORT, f'{SUPPORT}\nkind = "discret"'), "family.kind", "did you mean 'discrete'?"),
    ((SUPPORT, f"{SUPPORT}\nkind = 3"), "family.kind", "found a whole number"),
    ((SUPPORT, f'{SUPPORT}\nconstraints = ["sigma < 0"]'), "family.constraints[1]", "never holds"),
    ((SUPPORT, f'{SUPPORT}\nconstraints = ["sigma + 1"]'), "family.constraints[1]", "a condition is needed"),
    ((SUPPORT, f'{SUPPORT}\nconstraints = ["Eq(sigma, 2)"]'), "family.constraints[1]", "an inequality"),
    ((SUPPORT, f'{SUPPORT}\nvariable = "sigma"'), "family.parameters.sigma", "name of the variable"),
    ((SUPPORT, f'{SUPPORT}\nvariable = "x_1"'), "family.variable", "drop the ending"),
    ((SUPPORT, f'{SUPPORT}\nvariable = "pi"'), "family.variable", "is a constant"),
    ((DENSITY, 'density = "x/sgima"'), "family.density, column 3", "did you mean 'sigma'?"),
    ((DENSITY, "density = 'x/(2*__import__(\"os\"))'"), "family.density, column 17", "quotes"),
    ((DENSITY, 'density = ["x"]'), "family.density", "found a list"),
    ((DENSITY, 'density = "-1"'), "family.density", "not a density"),
    ((DENSITY, f'{DENSITY}\nlog_density = "x"'), "family:", "exactly one of"),
    ((DENSITY + "\n", ""), "family:", "exactly one of"),
    (("Rayleigh", "rayleigh"), "family.name", "cannot be the name of a family"),
    (("Rayleigh", "R" * 65), "family.name", "cannot be the name of a family"),
    (("Rayleigh", "../up"), "family.name", "cannot be the name of a family"),
    (('"positive"', '"posative"'), "family.parameters.sigma.domain", "did you mean 'positive'?"),
    (('domain = "positive", ', ""), "family.parameters.sigma:", "'domain' is missing"),
    (('doc = "scale"', 'docs = "scale"'), "family.parameters.sigma:", "did you mean 'doc'?"),
    ((SIGMA, "sigma = 3"), "family.parameters.sigma", "expected a table"),
    ((SIGMA, SIGMA + '\nlambda = { domain = "positive" }'), "family.parameters.lambda", "keyword of Python"),
    ((SIGMA, SIGMA + '\nE = { domain = "positive" }'), "family.parameters.E", "is a constant"),
    ((SIGMA, SIGMA + '\nlog = { domain = "positive" }'), "family.parameters.log", "is a function"),
    ((SIGMA, SIGMA + '\nSum = { domain = "positive" }'), "family.parameters.Sum", "is a function"),
    ((SIGMA, SIGMA + '\nx = { domain = "positive" }'), "family.parameters.x", "name of the variable"),
    ((SIGMA, SIGMA + '\n"\u03c3" = { domain = "positive" }'), "family.parameters", "cannot be the name"),
    ((SIGMA, SIGMA + '\n"a b" = { domain = "positive" }'), "family.parameters", "cannot be the name"),
    ((SIGMA, SIGMA + '\n__a = { domain = "positive" }'), "family.parameters.__a", "cannot be the name"),
    ((SIGMA, f"{SIGMA}\n{SIGMA}"), "line 8, column", "for the second time"),
    (('"scale"', '"a\\u0007b"'), "family.parameters.sigma.doc, column 2", "control character"),
    (('"scale"', '"a\\u202eb"'), "family.parameters.sigma.doc, column 2", "control character"),
    (('"scale"', f'"{"a" * 300}"'), "family.parameters.sigma.doc", "300 characters"),
    ((SIGMA, SIGMA + KNOWN.replace("entropy", "entropie")), "known[1].quantity", "did you mean 'entropy'?"),
    ((SIGMA, SIGMA + KNOWN.replace("log(sigma", "log(sgima")), "known[1].formula, column 9", "did you mean 'sigma'?"),
    ((SIGMA, SIGMA + KNOWN + KNOWN.replace("source", "sauce")), "known[2]:", "did you mean 'source'?"),
    ((SIGMA, SIGMA + KNOWN.replace("entropy", "kl")), "known[1]:", "'other' is missing"),
    ((SIGMA, SIGMA + KNOWN.replace("entropy", "expectation")), "known[1]:", "'of' is missing"),
    ((SIGMA, SIGMA + PAIR.replace('"kl"', '"entropy"')), "known[1]:", "does not belong"),
    ((SIGMA, SIGMA + PAIR.replace("Rayleigh", "Raleigh")), "known[1].other", "did you mean 'Rayleigh'?"),
    ((SIGMA, SIGMA + PAIR.replace("sigma_1", "sigma")), "known[1].formula, column 15", "write sigma_1 or sigma_2"),
    ((SIGMA, SIGMA + PAIR + 'units = "bit"\n'), "known[1].units", "did you mean 'bits'?"),
    ((SIGMA, SIGMA + PAIR + 'where = { sigma_2 = "-1" }\n'), "known[1].where.sigma_2", "must be positive"),
    ((SIGMA, SIGMA + PAIR + 'where = { sigma_3 = "1" }\n'), "known[1].where", "unknown parameter 'sigma_3'"),
    ((SIGMA, SIGMA + PAIR + 'where = { sigma_1 = "sigma_2", sigma_2 = "1" }\n'), "known[1].where.sigma_1", "replaced"),
    ((SIGMA, SIGMA + PAIR.replace('"somewhere"', '"a\\nb"')), "known[1].source, column 2", "control character"),
]


@pytest.mark.parametrize(("change", "place", "words"), REFUSED, ids=[str(i) for i in range(len(REFUSED))])
def test_a_faulty_file_is_refused_with_its_field(write: Write, change: tuple[str, str], place: str, words: str) -> None:
    with pytest.raises(BadInput) as refused:
        load_family(write(change))
    message = str(refused.value)
    assert "given.toml" in message
    assert place in message
    assert words in message
    assert "\n" not in message


PARAMETRISATION = '\n[family.parametrisations.other]\nparameters = {{ s = {{ domain = "real" }} }}\nwhere = {{ {} }}\n'


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ('sigma = "s"', "sigma must be positive, and s is not"),
        ('sigma = "exp(t)"', "unknown symbol 't'"),
        ('tau = "exp(s)"', "not a parameter of the family"),
        ("", "neither replaced in 'where' nor kept"),
    ],
)
def test_a_parametrisation_must_give_every_parameter_a_value_in_its_domain(
    write: Write, where: str, words: str
) -> None:
    with pytest.raises(BadInput, match=r"family\.parametrisations\.other") as refused:
        load_family(write((SIGMA, SIGMA + PARAMETRISATION.format(where))))
    assert words in str(refused.value)


@pytest.mark.parametrize(
    "latex", ["x", "\\mu", "\\sigma^2", "\\log\\sigma^2", "\\log b", "x_m", "\\mu_{0}", "k_{m,1}^\\beta"]
)
def test_a_letter_with_scripts_is_allowed_as_latex(write: Write, latex: str) -> None:
    assert load_family(write(("'\\sigma'", f"'{latex}'"))).parameters[0].latex == latex


@pytest.mark.parametrize(
    "latex",
    ["\\input{/etc/passwd}", "\\write18{ls}", "\\sigma\\input", "\\sigma}", "a_1_2", "$a$", "a%", "\\def\\a{}", "^^5c",
     "\\sigmaa", "ab", "", "\\log", "a_{\\input}", "x^{2}{3}", "\u03c3", "a\\\\b"],
)  # fmt: skip
def test_any_other_latex_is_refused(write: Write, latex: str) -> None:
    with pytest.raises(BadInput, match=r"family\.parameters\.sigma\.latex: the LaTeX"):
        load_family(write(("'\\sigma'", f"'{latex}'")))


def test_three_quotes_in_a_source_are_data(write: Write) -> None:
    source = "'''\"\"\"; import os; os.abort() #'''"
    path = write((SIGMA, SIGMA + KNOWN.replace('"somewhere"', source)))
    assert load_family(path).known[0].source == '"""; import os; os.abort() #'


def test_a_variable_with_a_shape_is_not_supported_yet(write: Write) -> None:
    with pytest.raises(NotYet, match="not supported yet"):
        load_family(write((SUPPORT, f'{SUPPORT}\nvariable = {{ name = "x", shape = ["D"] }}')))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff\xfe", "not UTF-8"),
        (b"a = " + b"[" * 100_000, "nested too deeply"),
        (b"a = " + b"9" * 100_000, "too long"),
        (b"#" * 1_000_001, "at most 1000000"),
        (b"", "'format' is missing"),
        (b"[document]\ntitle = 'x'", "is a document"),
    ],
    ids=["encoding", "nesting", "number", "size", "empty", "document"],
)
def test_a_file_that_is_no_definition_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "bad.toml"
    path.write_bytes(content)
    with pytest.raises(BadInput, match=words):
        load_family(path)


def test_a_missing_file_and_a_directory_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no such file"):
        load_family(tmp_path / "none.toml")
    with pytest.raises(BadInput, match="is a directory"):
        load_family(tmp_path)
