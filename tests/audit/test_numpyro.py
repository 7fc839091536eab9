"""What is wrong in NumPyro is found, and each finding is true by an integral here."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec

import mpmath as mp
import pytest

from symkl.audit.child import answers
from symkl.audit.findings import judged
from symkl.audit.libraries.numpyro import NumPyro
from symkl.audit.points import places
from symkl.audit.subjects import Subject
from symkl.audit.truths import Truth, truths

pytestmark = pytest.mark.skipif(find_spec("numpyro") is None, reason="numpyro is not installed")


@pytest.mark.sweep
def test_a_series_that_is_cut_off_is_a_wrong_value(
    subject: Callable[..., Subject], apart: Callable[..., list[dict[str, object]]]
) -> None:
    asked = subject("numpyro", "Kumaraswamy", "Beta")
    chosen = [place for place in places(asked, 0) if place.regime == "interior"][:2]
    names = [p.full_name for p in asked.signature.parameters]
    symbols = [p.symbol for p in asked.signature.parameters]
    calls = [asked.call(dict(zip(symbols, place.values, strict=True))) for place in chosen]
    known = [Truth(**said) for said in truths(asked, None, chosen)]
    for place, truth, answer in zip(chosen, known, apart(answers, NumPyro(), calls, 60), strict=True):
        finding = judged(answer, truth, place, names, "kl")
        assert finding is not None
        assert (finding.kind, finding.severity) == ("wrong value", "wrong")
        a, b, alpha, beta = map(mp.mpf, place.values)

        def integrand(t: mp.mpf) -> mp.mpf:
            """With x = (1 - (1 - u)**(1/b))**(1/a) for a uniform u, and u = 1/(1 + exp(-t))."""
            log_u, log_v = -mp.log1p(mp.exp(-t)), -mp.log1p(mp.exp(t))
            log_y = log_v / b  # noqa: B023  # of 1 - x**a
            log_x = mp.log(-mp.expm1(log_y)) / a  # noqa: B023
            p = mp.log(a * b) + (a - 1) * log_x + (b - 1) * log_y  # noqa: B023
            q = (alpha - 1) * log_x + (beta - 1) * mp.log(-mp.expm1(log_x)) - mp.log(mp.beta(alpha, beta))  # noqa: B023
            return mp.exp(log_u + log_v) * (p - q)

        with mp.workdps(60):
            true = mp.quad(integrand, mp.linspace(-40, 40, 21))
        assert abs(true - mp.mpf(finding.true)) < 1e-9
        assert abs(true - mp.mpf(finding.given)) > 1e-7


def test_an_entropy_whose_shape_forgets_an_argument(audited: Callable[..., object]) -> None:
    [one] = audited(NumPyro(), "entropy:Laplace").audited  # type: ignore[attr-defined]
    [finding] = one.findings
    assert (finding.kind, finding.given) == ("shape wrong", "shape (1, 4)")


def test_what_numpyro_computes_rightly_has_no_grave_finding(audited: Callable[..., object]) -> None:
    [one] = audited(NumPyro(), "kl:Normal:Normal").audited  # type: ignore[attr-defined]
    assert {finding.severity for finding in one.findings} <= {"digits"}
