"""What the user may choose about any command, beyond its own arguments."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

__all__ = ["Settings"]

#: how long a claim may take to be derived, and again to be verified, where the user says nothing
_SECONDS = 120.0

#: and how long where it is one of more than so many
_SECONDS_EACH, _MANY = 30.0, 200


@dataclass(frozen=True)
class Settings:
    """`digits`, `seed` and `points`, how many it encloses, are the oracle's; `timeout` is one claim's limit in
    seconds, where the user gave one; `templates` is the user's own folder.
    """

    digits: int = 30
    seed: int = 0
    points: int = 8
    timeout: float | None = None
    templates: Path | None = None
    cache: bool = True
    processes: int = 1

    @property
    def own_templates(self) -> tuple[Path, ...]:
        """The user's folder of templates, where there is one."""
        return () if self.templates is None else (self.templates,)

    def seconds(self, claims: int = 1) -> float:
        """The limit on a stage of one of so many claims."""
        if self.timeout is not None:
            return self.timeout
        return _SECONDS if claims <= _MANY else _SECONDS_EACH
