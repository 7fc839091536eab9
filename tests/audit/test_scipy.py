"""`scipy.stats`: which of its distributions is which family, and what is wrong with its entropies."""

from __future__ import annotations

from collections.abc import Callable

import mpmath as mp
import pytest
import sympy as sp

from symkl.audit.child import answers
from symkl.audit.counterparts import Made, counterparts
from symkl.audit.domains import family_point
from symkl.audit.findings import judged
from symkl.audit.libraries.scipy import SciPy
from symkl.audit.points import Place, places
from symkl.audit.subjects import Subject
from symkl.audit.truths import Truth, truths
from symkl.library import Library, read_library
from symkl.verify.setting import density_of

stats = pytest.importorskip("scipy.stats")

pytestmark = pytest.mark.sample(3)

#: what an entropy does not see: how x is moved or mirrored between SciPy's distribution and the family
_MIRRORED = {"gumbel_l", "levy_l", "weibull_max"}


def _moved(name: str, x: float, at: dict[str, float]) -> float:
    """SciPy's x as the family's."""
    if name in _MIRRORED:
        return -x
    if name == "geom":
        return x - 1
    if name == "pearson3":  # of mean 0 and standard deviation `scale`
        return x + 2 * at["scale"] / at["skew"]
    return x


@pytest.mark.parametrize("made", counterparts("scipy", read_library()), ids=lambda made: made.name)
def test_each_distribution_is_the_family_that_it_is_said_to_be(made: Made) -> None:
    subject = Subject(made)
    names = [p.name for p in subject.signature.parameters]
    for place in [p for p in places(subject, 0) if p.regime == "interior"][:2]:
        at = dict(zip(names, place.values, strict=True))
        whole = {p.name: int(at[p.name]) if "integer" in p.domain else at[p.name] for p in subject.signature.parameters}
        frozen = getattr(stats, made.name)(**whole)
        own = family_point(subject, {p.symbol: at[p.name] for p in subject.signature.parameters})
        density = density_of(subject.claim.p).xreplace(own)
        variable = subject.claim.p.variable
        for share in (0.2, 0.7):
            x = float(frozen.ppf(share))
            theirs = frozen.pmf(x) if subject.claim.p.kind == "discrete" else frozen.pdf(x)
            moved = _moved(made.name, x, at)
            there = sp.Integer(round(moved)) if subject.claim.p.kind == "discrete" else sp.Float(moved, 30)
            assert float(density.subs(variable, there).evalf(30)) == pytest.approx(float(theirs), rel=1e-6)


def _normal_between(a: float, b: float) -> mp.mpf:
    """The entropy of a standard normal between two bounds, by quadrature."""
    with mp.workdps(40):
        upper = min(mp.mpf(b), mp.mpf(40))
        mass = mp.quad(mp.npdf, mp.linspace(a, upper, 20))
        return -mp.quad(
            lambda x: mp.npdf(x) / mass * (-x * x / 2 - mp.log(2 * mp.pi) / 2 - mp.log(mass)), mp.linspace(a, upper, 20)
        )


@pytest.mark.parametrize(("a", "b"), [(8.0, 9.0), (0.0, mp.inf)])
def test_a_truncated_normal_far_out_or_without_an_end(families: Library, a: float, b: float) -> None:
    [made] = [one for one in counterparts("scipy", families) if one.name == "truncnorm"]
    subject, place = Subject(made), Place("interior", (a, float(b)))
    symbols = [p.symbol for p in subject.signature.parameters]
    [answer] = answers(SciPy(), [subject.call(dict(zip(symbols, place.values, strict=True)))], 10)
    truth = Truth(**truths(subject, None, [place])[0])
    assert abs(truth.number - _normal_between(a, b)) < 1e-9
    finding = judged(answer, truth, place, ["a", "b"], "entropy")
    assert finding is not None
    assert finding.severity == "wrong"


def test_truncated_normals_are_found_without_being_told_where(audited: Callable[..., object]) -> None:
    [one] = audited(SciPy(), "truncnorm").audited  # type: ignore[attr-defined]
    wrong = [f for f in one.findings if f.severity == "wrong"]
    assert {f.regime for f in wrong} == {"far", "boundary"}
    for finding in wrong:
        a, b = (float(v) for _, v in finding.at)
        low, high = (max(a, -40.0), b) if abs(a) < abs(b) else (-b, min(-a, 40.0))  # the same by its mirror
        assert abs(mp.mpf(finding.true) - _normal_between(low, high)) < 1e-9


def test_what_scipy_computes_rightly_has_no_finding(audited: Callable[..., object]) -> None:
    [one] = audited(SciPy(), "entropy:norm").audited  # type: ignore[attr-defined]
    assert one.findings == ()
    assert one.known == one.points
