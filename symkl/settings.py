"""What the user may choose about any command, beyond its own arguments."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

__all__ = ["SECONDS", "Settings"]

#: how long one claim may take where the user says nothing
SECONDS = 120.0


@dataclass(frozen=True)
class Settings:
    """`digits` and `seed` are the oracle's; `seconds` is one claim's limit; `templates` the user's own folder."""

    digits: int = 30
    seed: int = 0
    seconds: float = SECONDS
    templates: Path | None = None
    cache: bool = True
    processes: int = 1
