"""Findings as SARIF 2.1.0, which shows in a pull request the line that is wrong."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from symkl.findings import Finding
from symkl.resources import version

__all__ = ["sarif_log"]

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"
#: verdict -> the rule's name, its level, and what it says
_RULES = {
    "failed": ("wrong-formula", "error", "The formula is not what the densities say."),
    "unknown": ("undecided-formula", "warning", "It could not be decided whether the formula is right."),
    "unusable": ("unreadable-claim", "error", "The claim cannot be read."),
}


def sarif_log(findings: Sequence[Finding], root: Path) -> bytes:
    """A log with a result for each finding that is not right; paths are relative to `root` where they lie in it."""
    results = [_result(finding, root) for finding in findings if finding.verdict in _RULES]
    driver = {
        "name": "symkl",
        "semanticVersion": version(),
        "rules": [
            {"id": name, "shortDescription": {"text": text}, "defaultConfiguration": {"level": level}}
            for name, level, text in _RULES.values()
        ],
    }
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2, ensure_ascii=False).encode() + b"\n"


def _result(finding: Finding, root: Path) -> dict[str, Any]:
    rule, level, _ = _RULES[finding.verdict]
    location = {
        "artifactLocation": _artifact(finding.place.path, root),
        "region": {"startLine": finding.place.line, "startColumn": finding.place.column},
    }
    known_by = "\0".join((rule, _artifact(finding.place.path, root)["uri"], finding.field, finding.formula))
    return {
        "ruleId": rule,
        "ruleIndex": list(_RULES).index(finding.verdict),
        "level": level,
        "message": {"text": "\n".join([finding.summary, *finding.details])},
        "locations": [{"physicalLocation": location}],
        # the same formula is the same result, also after lines above it have moved
        "partialFingerprints": {"formula/v1": hashlib.sha256(known_by.encode()).hexdigest()},
    }


def _artifact(path: Path, root: Path) -> dict[str, str]:
    path = path.resolve()
    if path.is_relative_to(root.resolve()):
        return {"uri": quote(path.relative_to(root.resolve()).as_posix()), "uriBaseId": "%SRCROOT%"}
    return {"uri": path.as_uri()}
