"""A library that is right has no finding; one that is sabotaged is caught, and the finding says how."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from symkl.audit.report import report

from .conftest import Fake, below, huge, nothing, raising, refusing, right, rounded, slow, swapped

PAIR = "kl:Exponential:Exponential"


def _kinds(found: object) -> set[str]:
    return {finding.kind for one in found.audited for finding in one.findings}  # type: ignore[attr-defined]


def test_a_library_that_is_right_has_no_finding(audited: Callable[..., object]) -> None:
    found = audited(Fake(right), PAIR)
    [one] = found.audited
    assert one.findings == ()
    assert one.known == one.points > 20
    assert one.refused == 3  # rates of 0, alone and both


@pytest.mark.parametrize(
    ("divergence", "kind", "severity"),
    [
        (swapped, "wrong value", "wrong"),
        (rounded, "loses digits", "digits"),
        (below, "negative", "wrong"),
        (raising, "raises", "wrong"),
        (huge, "infinite where finite", "wrong"),
        (nothing, "nan", "wrong"),
        (refusing, "refuses", "refused"),
    ],
)
def test_a_sabotaged_divergence_is_caught(
    audited: Callable[..., object], divergence: object, kind: str, severity: str
) -> None:
    found = audited(Fake(divergence), PAIR)  # type: ignore[arg-type]
    assert kind in _kinds(found)
    assert {f.severity for one in found.audited for f in one.findings if f.kind == kind} == {severity}


def test_a_wrong_value_is_confirmed_by_the_defining_integral(audited: Callable[..., object]) -> None:
    found = audited(Fake(swapped), PAIR)
    worst = max((f for f in found.audited[0].findings if f.kind == "wrong value"), key=lambda f: f.weight)
    assert worst.confirmed is True
    assert found.apart == ()
    values = dict(worst.at)
    a, b = float(values["rate_1"]), float(values["rate_2"])
    assert float(worst.true) == pytest.approx(right(a, b), rel=1e-15)
    assert float(worst.given) == pytest.approx(right(b, a), rel=1e-15)


def test_an_answer_of_the_wrong_shape_is_found(audited: Callable[..., object]) -> None:
    found = audited(Fake(right, narrow=True), PAIR)
    assert _kinds(found) == {"shape wrong"}
    [finding] = found.audited[0].findings
    assert (finding.given, finding.true) == ("shape (3, 1)", "shape (3, 4)")


def test_a_call_that_does_not_end_is_given_up(audited: Callable[..., object]) -> None:
    found = audited(Fake(slow), PAIR, 0.05)
    [one] = found.audited
    assert one.findings == ()
    assert one.late > 20


def test_what_has_no_family_is_left_out_with_the_reason(audited: Callable[..., object]) -> None:
    found = audited(Fake(right))
    assert ("entropy:Unheard", "symkl has no such family") in found.left_out
    assert ("kl:Unheard:Unheard", "Unheard: symkl has no such family") in found.left_out
    assert {one.subject.id for one in found.audited} == {PAIR, "entropy:Exponential"}


def test_the_report_is_plain_data(audited: Callable[..., object]) -> None:
    import json

    said = json.loads(json.dumps(report(audited(Fake(swapped), PAIR), 0), allow_nan=False))
    assert said["schema"] == 1
    assert said["summary"]["wrong"] == 1
    assert said["summary"]["findings"]["wrong value"] == len(
        [f for f in said["audited"][0]["findings"] if f["kind"] == "wrong value"]
    )
    assert {"kind", "severity", "at", "given", "true", "absolute", "ulp"} <= set(said["audited"][0]["findings"][0])
