"""What is known to be wrong in torch.distributions is found, and each finding is true by a sum or an integral here."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec

import mpmath as mp
import pytest

from symkl.audit.child import survey
from symkl.audit.counterparts import counterparts, left_out
from symkl.audit.findings import Finding
from symkl.audit.libraries.torch import Torch
from symkl.audit.subjects import pairs
from symkl.library import Library

pytestmark = pytest.mark.skipif(find_spec("torch") is None, reason="torch is not installed")


@pytest.fixture
def findings(audited: Callable[..., object]) -> Callable[[str], list[Finding]]:
    """The findings about one divergence; our own values are never apart from the defining integral."""

    def find(pattern: str) -> list[Finding]:
        found = audited(Torch(), pattern)
        assert found.apart == ()  # type: ignore[attr-defined]
        [one] = found.audited  # type: ignore[attr-defined]
        return list(one.findings)

    return find


def _points(found: list[Finding], kind: str) -> dict[tuple[float, ...], Finding]:
    return {tuple(float(v) for _, v in f.at): f for f in found if f.kind == kind}


def _tilted(lam: float) -> Callable[[mp.mpf], mp.mpf]:
    """The density of a continuous Bernoulli, normalised by quadrature."""
    weigh = lambda x: mp.mpf(lam) ** x * (1 - mp.mpf(lam)) ** (1 - x)  # noqa: E731
    mass = mp.quad(weigh, [0, 1])
    return lambda x: weigh(x) / mass


def test_a_uniform_against_a_continuous_bernoulli_whose_ends_it_touches(
    findings: Callable[[str], list[Finding]],
) -> None:
    found = _points(findings("kl:Uniform:ContinuousBernoulli"), "infinite where finite")
    assert {(low == 0, high == 1) for low, high, _ in found} == {(True, True), (True, False), (False, True)}
    for (low, high, lam), finding in found.items():
        q = _tilted(lam)
        true = mp.quad(lambda x: mp.log(1 / (mp.mpf(high) - low) / q(x)), [low, high]) / (high - low)  # noqa: B023
        assert finding.given == "oo"
        assert abs(true - mp.mpf(finding.true)) < 1e-12


def test_a_continuous_bernoulli_against_a_uniform_whose_ends_it_touches(
    findings: Callable[[str], list[Finding]],
) -> None:
    found = _points(findings("kl:ContinuousBernoulli:Uniform"), "infinite where finite")
    assert any((low, high) == (0, 1) for _, low, high in found)
    for (lam, low, high), finding in found.items():
        p = _tilted(lam)
        true = mp.quad(lambda x: p(x) * mp.log(p(x) * (mp.mpf(high) - low)), [0, 1])  # noqa: B023
        assert finding.given == "oo"
        assert abs(true - mp.mpf(finding.true)) < 1e-12


def _binomial(n: float, p: float, q: float) -> mp.mpf:
    total = mp.mpf(0)
    for k in range(int(n) + 1):
        one, other = (mp.binomial(n, k) * mp.mpf(x) ** k * (1 - mp.mpf(x)) ** (n - k) for x in (p, q))
        if one:
            total += one * mp.log(one / other) if other else mp.inf
    return total


def test_a_binomial_at_the_ends_of_the_probabilities(findings: Callable[[str], list[Finding]]) -> None:
    found = findings("kl:Binomial:Binomial")
    wrong = [f for f in found if f.regime == "boundary" and f.severity == "wrong"]
    assert {(f.kind, f.given) for f in wrong if dict(f.at)["probs_1"] == "1.0"} >= {
        ("infinite where finite", "-oo"),
        ("nan", "nan"),
    }
    assert "finite where infinite" in {f.kind for f in wrong}
    for finding in wrong:
        n, p, _, q = (float(v) for _, v in finding.at)
        true = _binomial(n, p, q)
        given = mp.inf if finding.true == "oo" else mp.mpf(finding.true)
        assert true == given or abs(true - given) < 1e-12


def test_a_poisson_with_rate_zero(findings: Callable[[str], list[Finding]]) -> None:
    found = _points(findings("kl:Poisson:Poisson"), "nan")
    assert any(first == 0 < second for first, second in found)
    assert all(first == 0 and float(f.true) == pytest.approx(second) for (first, second), f in found.items())


def test_two_geometrics_that_are_sure_of_success(findings: Callable[[str], list[Finding]]) -> None:
    found = _points(findings("kl:Geometric:Geometric"), "infinite where finite")
    assert found[1.0, 1.0].given == "oo"
    assert float(found[1.0, 1.0].true) == 0


@pytest.mark.sweep
def test_divergences_that_are_negative_near_equality(audited: Callable[..., object]) -> None:
    found = [
        (one.subject.id, finding)
        for pattern in ("kl:Gamma:Gamma", "kl:Poisson:Poisson")
        for one in audited(Torch(), pattern).audited  # type: ignore[attr-defined]
        for finding in one.findings
        if finding.kind == "negative"
    ]
    assert {name for name, _ in found} == {"kl:Gamma:Gamma", "kl:Poisson:Poisson"}
    assert all(float(f.given) < 0 < float(f.true) for _, f in found if f.regime == "near")
    assert all(f.ulp is not None and f.ulp > 1e6 for _, f in found if f.regime == "near")


def test_every_registered_divergence_is_audited_or_left_out_with_a_reason(
    families: Library, apart: Callable[..., dict[str, list[list[str]]]]
) -> None:
    made = counterparts("torch", families)
    mapped = {one.name for one in made}
    found = apart(survey, Torch(), tuple(mapped))
    audited = {(s.first.name, s.second.name) for s in pairs(made, [tuple(pair) for pair in found["pairs"]]) if s.second}
    lacking = {name for pair in found["registered"] for name in pair} - mapped
    assert len(found["registered"]) > 80
    assert {tuple(pair) for pair in found["registered"] if not set(pair) & lacking} <= audited
    assert "symkl has no such family" not in left_out("torch", sorted(lacking)).values()
