"""Findings as a JUnit report, which continuous integration shows."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as ET  # XML is written here, never read

from symkl.findings import Finding

__all__ = ["junit_xml"]

_ELEMENTS = {"failed": "failure", "unknown": "error", "unusable": "error"}


def junit_xml(findings: Sequence[Finding]) -> bytes:
    """One test case a finding: what is wrong is a failure, what is undecided or cannot be read an error."""
    count = {kind: sum(_ELEMENTS.get(f.verdict) == kind for f in findings) for kind in ("failure", "error")}
    suite = ET.Element(
        "testsuite",
        name="symkl",
        tests=str(len(findings)),
        failures=str(count["failure"]),
        errors=str(count["error"]),
    )
    for finding in findings:
        case = ET.SubElement(
            suite,
            "testcase",
            classname=_clean(finding.id),
            name=_clean(f"{finding.field}: {finding.source}"),
            file=_clean(str(finding.place.path)),
            line=str(finding.place.line),
        )
        if finding.summary:
            said = ET.SubElement(
                case, _ELEMENTS[finding.verdict], message=_clean(f"{finding.place}: {finding.summary}")
            )
            said.text = "\n".join(_clean(line) for line in finding.details)
    ET.indent(suite)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(suite, encoding="utf-8") + b"\n"


def _clean(text: str) -> str:
    """Control characters have no place in XML 1.0."""
    return "".join(c for c in text if c.isprintable())
