"""What the user may choose about any command, beyond its own arguments."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

__all__ = ["SECONDS", "Settings"]

#: how long one claim may take where the user says nothing
SECONDS = 120.0


@dataclass(frozen=True)
class Settings:
    """`digits` and `seed` are the oracle's; `seconds` is one claim's limit; `templates` the user's own folder;
    `limited` says that the user asked for the limit, so that even a built-in claim is worked on where it can be killed.
    """

    digits: int = 30
    seed: int = 0
    seconds: float = SECONDS
    templates: Path | None = None
    cache: bool = True
    processes: int = 1
    limited: bool = False

    @property
    def own_templates(self) -> tuple[Path, ...]:
        """The user's folder of templates, where there is one."""
        return () if self.templates is None else (self.templates,)
