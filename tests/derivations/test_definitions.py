"""The built-in definition files against the tables beside this file, and every density and known form against numbers.

`families.tsv` says how each family is parametrised, `kl_pairs.tsv` and `entropies.tsv` what other libraries have.
Nothing of the engine takes part: densities and formulas are evaluated by mpmath at seeded random parameters.
"""

from __future__ import annotations

import csv
import random
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import mpmath as mp
import pytest
import sympy as sp

from symkl.language import is_document, load_families
from symkl.model import Claim, Distribution, Family, Known, Parameter, claim

pytestmark = pytest.mark.sample(3)

FOLDER = Path(__file__).resolve().parents[2] / "derivations"
FAMILIES = load_families(path for path in sorted(FOLDER.glob("*.toml")) if not is_document(path))
EVERY = [(family, known) for family in FAMILIES.values() for known in family.known]
FORMS = [(family, known) for family, known in EVERY if known.formula != sp.oo]
TOLERANCE = mp.mpf(10) ** -10


def table(name: str) -> list[dict[str, str]]:
    with (Path(__file__).parent / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


TABLE = table("families.tsv")
#: the names of `entropies.tsv` that are not symkl's
_ALIASES = {
    "hypsecant": "HyperbolicSecant",
    "gengamma": "GeneralizedGamma",
    "powerlaw": "PowerFunction",
    "maxwell": "Maxwell",
    "nakagami": "Nakagami",
    "gompertz": "Gompertz",
}

#: where a parameter is drawn, in tenths, if its known forms hold in a part of its domain or are hard to integrate
_INSIDE = {
    ("Pareto", "alpha"): (45, 90),
    ("Lomax", "alpha"): (45, 90),
    ("StudentT", "nu"): (45, 90),
    ("InverseGamma", "alpha"): (45, 90),
    ("InverseChi2", "nu"): (45, 90),
    ("ScaledInverseChi2", "nu"): (45, 90),
    ("BetaPrime", "beta"): (45, 90),
    ("FisherSnedecor", "d2"): (45, 90),
    ("Frechet", "alpha"): (45, 90),
    ("LogLogistic", "beta"): (45, 90),
    ("GeneralizedPareto", "xi"): (1, 3),
    ("GeneralizedExtremeValue", "xi"): (1, 3),
    ("Zeta", "s"): (90, 140),
    ("Chi2", "k"): (15, 60),
    ("FisherSnedecor", "d1"): (15, 60),
}
_TENTHS = {"real": (-15, 15), "positive": (6, 30), "nonnegative": (6, 30)}
_WHOLE = {"integer": (-3, 4), "positive_integer": (1, 6)}

Point = dict[sp.Symbol, sp.Rational]


def draw(family: Family, parameter: Parameter, chance: random.Random) -> sp.Rational:
    """A short number in the middle of the parameter's domain; never 1/2 in the unit interval, where forms have gaps."""
    if parameter.domain in _WHOLE:
        return sp.Integer(chance.randint(*_WHOLE[parameter.domain]))
    if parameter.domain == "unit":
        return sp.Rational(chance.randint(1, 10), 11)
    low, high = _INSIDE.get((family.name, parameter.name), _TENTHS[parameter.domain])
    return sp.Rational(chance.randint(low, high), 10)


def points(made: Claim, seed: str) -> Iterator[Point]:
    """Points inside the constraints at which the support of the first lies in that of the second."""
    chance = random.Random(seed)
    members = [made.p] if made.q is None else [made.p, made.q]
    for _ in range(10_000):
        at = {p.symbol: draw(m.family, p, chance) for m in members for p in m.parameters}
        (low, high), (least, most) = (tuple(b.subs(at) for b in m.support) for m in (members[0], members[-1]))
        if least <= low and high <= most and all(c.subs(at) == sp.true for m in members for c in m.constraints):
            yield at
    raise AssertionError(f"no point for {made.id}")


def log_density(member: Distribution, at: Point) -> sp.Expr:
    """log p(x) at numeric parameters, from the definition's own density."""
    given = member.density if member.log_density is None else member.log_density
    return logarithm(given.subs(at), member.variable) if member.log_density is None else given.subs(at)


def logarithm(density: sp.Expr, x: sp.Symbol) -> sp.Expr:
    """Factor by factor, so that nothing overflows."""
    if isinstance(density, sp.Piecewise):
        return sp.Piecewise(*((logarithm(value, x), when) for value, when in density.args), evaluate=False)
    constant, rest = density.as_independent(x, as_Add=False)
    powers = (factor.as_base_exp() for factor in sp.Mul.make_args(rest))
    return sp.log(constant) + sp.Add(*(power if base == sp.E else power * sp.log(base) for base, power in powers))


def number(value: sp.Expr) -> mp.mpf:
    return mp.mpf(str(value.evalf(30))) if value.is_finite else mp.mpf(float(value))


def mean(of: sp.Expr, member: Distribution, at: Point) -> mp.mpf:
    """E[of] under the member, by adding up, or by tanh-sinh quadrature between many cuts.

    A finite lower end is moved to 0, so that nothing cancels there.
    """
    low, high = (bound.subs(at) for bound in member.support)
    start = low if low.is_finite and member.kind == "continuous" else sp.Integer(0)
    u = sp.Dummy(real=True)
    exponent, value = (
        sp.lambdify(u, body.subs(member.variable, u + start), "mpmath") for body in (log_density(member, at), of)
    )

    def weighted(x: mp.mpf) -> mp.mpf:
        power = exponent(x)
        if isinstance(power, mp.mpc) or power < -400:  # complex: a node was rounded to beyond the upper end
            return mp.mpf(0)
        return mp.exp(power) * value(x)

    if member.kind == "discrete":
        return mp.fsum(weighted(mp.mpf(k)) for k in range(int(low), min(high, 800) + 1))
    first, last = number(low - start), number(high - start)
    cuts = {number(c - start) for c in (*at.values(), *map(sp.Integer, (-80, -30, -8, -3, 3, 8, 30, 80)))}
    return mp.quad(weighted, [first, *sorted(c for c in cuts if first < c < last), last], maxdegree=7)


def true_value(made: Claim, at: Point) -> mp.mpf:
    """The quantity from its definition, in nats."""
    log_p = log_density(made.p, at)
    match made.quantity:
        case "expectation":
            return mean(made.of.subs(at), made.p, at)
        case "entropy":
            return mean(-log_p, made.p, at)
        case "cross_entropy":
            return mean(-log_density(made.q, at), made.p, at)
    return mean(log_p - log_density(made.q, at), made.p, at)


def stated_value(known: Known, made: Claim, at: Point) -> mp.mpf:
    """What the formula says, in nats; a series that it leaves is added up by the Euler-Maclaurin formula."""
    formula = known.formula.subs(at) * (sp.log(2) if known.units == "bits" else 1)
    for series in formula.atoms(sp.Sum):
        (index, first, last), body = series.limits[0], series.function
        if last == sp.oo:
            terms = sp.lambdify(index, body, "mpmath")
            total = mp.nsum(terms, [int(first), mp.inf], method="euler-maclaurin")
            formula = formula.subs(series, sp.Float(str(total), 30))
    return number(formula)


def errors(family: Family, known: Known, count: int = 1) -> list[mp.mpf]:
    """How far the formula is from the defining integral at so many random points, relative beyond 1."""
    made = claim(known.quantity, family, FAMILIES[known.other] if known.other else None, known.of, known.where)
    found = []
    with mp.workdps(20):
        for _, at in zip(range(count), points(made, f"{family.name} {known.field}"), strict=False):
            true = true_value(made, at)
            found.append(abs(stated_value(known, made, at) - true) / max(1, abs(true)))
    return found


def test_the_files_define_the_families_of_the_table() -> None:
    assert sorted(FAMILIES) == sorted(row["family"] for row in TABLE)
    assert len(TABLE) == 57


@pytest.mark.parametrize("row", TABLE, ids=[row["family"] for row in TABLE])
def test_a_file_has_the_parameters_and_the_support_of_the_table(row: dict[str, str]) -> None:
    family = FAMILIES[row["family"]]
    declared, conditions = re.subn(r" \([^)]*\)", "", row["parameters, in order"]), row["parameters, in order"]
    pairs = [part.split() for part in declared[0].split("; ")]
    assert [(p.name, p.domain) for p in family.parameters] == [(n, *(d or ["positive"])) for n, *d in pairs]
    assert {str(c) for c in family.constraints} == constraints(conditions)
    assert [str(bound) for bound in family.support] == bounds(row["support"])
    assert family.kind == ("discrete" if row["support"].startswith("{") else "continuous")


def constraints(text: str) -> set[str]:
    """The inequalities in brackets in the table: `(a < c < b)` is two."""
    found = set()
    for chain in re.findall(r"\(([^)]*)\)", text):
        parts = re.split(r" (<=|<|>) ", chain)
        found |= {" ".join(parts[i : i + 3]) for i in range(0, len(parts) - 1, 2)}
    return found


def bounds(text: str) -> list[str]:
    """The first and the last value of a support of the table, `{0, 1, ...}` being without end."""
    ends = text.strip("{}").split(", ")
    return [ends[0], "oo" if ends[-1] == "..." else ends[-1]]


def test_every_entropy_and_every_finite_divergence_that_a_library_has_is_among_the_known_forms() -> None:
    known = {(family.name, form.quantity, form.other) for family, form in FORMS}
    named = {_ALIASES.get(row["family"], row["family"]) for row in table("entropies.tsv")}
    wanted = {(name, "entropy", None) for name in named if name in FAMILIES}
    wanted |= {
        (row["p"], "kl", row["q"])
        for row in table("kl_pairs.tsv")
        if row["value"] == "finite" and row["p"] in FAMILIES and row["q"] in FAMILIES
    }
    assert len(wanted) > 100
    assert wanted <= known, wanted - known


def test_every_parameter_is_explained_in_a_phrase_of_its_own() -> None:
    for family in FAMILIES.values():
        phrases = [parameter.doc for parameter in family.parameters]
        assert all(phrases), family.name
        assert len(set(phrases)) == len(phrases), family.name


@pytest.mark.parametrize("family", FAMILIES.values(), ids=list(FAMILIES))
def test_a_density_has_total_mass_one(family: Family) -> None:
    made = claim("entropy", family)
    with mp.workdps(20):
        for _, at in zip(range(2), points(made, family.name), strict=False):
            assert abs(mean(sp.Integer(1), made.p, at) - 1) < TOLERANCE


def test_a_density_that_is_not_normalised_is_noticed() -> None:
    family = FAMILIES["Laplace"]
    made = claim("entropy", replace(family, density=family.density * (1 + sp.Rational(1, 10**6))))
    at = next(points(made, family.name))
    assert abs(mean(sp.Integer(1), made.p, at) - 1) > TOLERANCE


@pytest.mark.sweep
@pytest.mark.parametrize(("family", "known"), FORMS, ids=[f"{f.name}-{k.field}" for f, k in FORMS])
def test_a_known_form_equals_its_defining_integral(family: Family, known: Known) -> None:
    assert max(errors(family, known)) < TOLERANCE


@pytest.mark.parametrize(("name", "field"), [("Gamma", "known[2]"), ("Weibull", "known[1]"), ("Geometric", "known[3]")])
def test_a_known_form_that_is_a_little_wrong_is_noticed(name: str, field: str) -> None:
    family = FAMILIES[name]
    known = next(k for k in family.known if k.field == field)
    assert max(errors(family, known)) < TOLERANCE
    assert max(errors(family, replace(known, formula=known.formula + sp.Rational(1, 10**6)))) > TOLERANCE


def test_where_a_known_form_is_infinite_the_first_has_mass_outside_the_second() -> None:
    infinite = [(family, known) for family, known in EVERY if known.formula == sp.oo]
    assert infinite
    for family, known in infinite:
        made = claim(known.quantity, family, FAMILIES[known.other])
        chance = random.Random(1)
        at = {p.symbol: draw(m.family, p, chance) for m in (made.p, made.q) for p in m.parameters}
        assert made.p.support == (-sp.oo, sp.oo)
        assert log_density(made.p, at).subs(made.p.variable, made.q.support[0] - 1).is_finite


def test_every_known_form_names_its_source() -> None:
    assert all(len(known.source) > 20 for _, known in EVERY)
