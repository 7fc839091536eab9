"""Verdicts on known forms as a JUnit report, which continuous integration shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree as ET  # XML is written here, never read

__all__ = ["junit_xml"]


def junit_xml(rows: Sequence[dict[str, Any]]) -> bytes:
    """One test case a known form: `failed` is a failure, `unknown` is an error, all else passes."""
    count = {kind: sum(row["verdict"] == kind for row in rows) for kind in ("failed", "unknown")}
    suite = ET.Element(
        "testsuite", name="symkl", tests=str(len(rows)), failures=str(count["failed"]), errors=str(count["unknown"])
    )
    for row in rows:
        case = ET.SubElement(suite, "testcase", classname=row["id"], name=_clean(f"{row['field']}: {row['source']}"))
        if row["verdict"] == "failed":
            found = row["counterexample"] or {}
            failure = ET.SubElement(case, "failure", message=_clean(f"{row['formula']} is wrong"))
            failure.text = _clean(", ".join(f"{key}: {value}" for key, value in found.items()))
        elif row["verdict"] == "unknown":
            ET.SubElement(case, "error", message="could not be decided")
    ET.indent(suite)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(suite, encoding="utf-8") + b"\n"


def _clean(text: str) -> str:
    """Control characters have no place in XML 1.0."""
    return "".join(c for c in text if c.isprintable())
