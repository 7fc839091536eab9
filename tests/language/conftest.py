"""Files to read, written for one test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

RAYLEIGH = """\
format = 1
[family]
name = "Rayleigh"
support = ["0", "oo"]
density = "x/sigma**2*exp(-x**2/(2*sigma**2))"
[family.parameters]
sigma = { domain = "positive", latex = '\\sigma', doc = "scale" }
"""


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes a text (by default a Rayleigh distribution) to a file, with some parts replaced by others."""

    def made(*changes: tuple[str, str], text: str = RAYLEIGH, name: str = "given.toml") -> Path:
        for old, new in changes:
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path / name

    return made
