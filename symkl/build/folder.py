"""The output directory: files are written whole, inside it and nowhere else."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from symkl.errors import BadInput, Location
from symkl.store import PART, file_digest, replace

__all__ = ["MANIFEST", "Folder"]

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Folder:
    """An output directory, which need not exist yet. Names in it are relative, with `/`."""

    root: Path

    def path(self, name: str) -> Path:
        """Where the file of that name lies. Raises `BadInput` where that is outside, links resolved."""
        root = self.root.resolve()
        parent = (root / name).parent.resolve()
        if not parent.is_relative_to(root) or Path(name).name in ("", ".", ".."):
            raise BadInput(
                f"'{name}' lies outside the output directory, through a link",
                Location(str(self.root)),
                "remove the link, or choose another directory with -o",
            )
        return parent / Path(name).name

    def digest(self, name: str) -> str | None:
        """The SHA-256 of a file in it; None where there is none."""
        path = self.path(name)
        return file_digest(path) if path.is_file() and not path.is_symlink() else None

    def write(self, name: str, content: bytes) -> str:
        """Write a file, unless its bytes are there already; its SHA-256."""
        wanted = hashlib.sha256(content).hexdigest()
        if self.digest(name) != wanted:
            replace(self.path(name), content)
        return wanted

    def remove(self, name: str) -> None:
        """Remove a file, and the sub-folders that it leaves empty."""
        path = self.path(name)
        path.unlink(missing_ok=True)
        root = self.root.resolve()
        for parent in path.parents:
            if parent == root or not parent.is_relative_to(root) or not parent.is_dir() or any(parent.iterdir()):
                break
            parent.rmdir()

    def sweep(self) -> None:
        """Remove what a build that was killed had begun to write."""
        for path in self.root.rglob(f".*{PART}"):
            path.unlink(missing_ok=True)

    def names(self) -> list[str]:
        """Every file in it, sorted, the manifest left out."""
        if not self.root.is_dir():
            return []
        files = (p for p in self.root.rglob("*") if p.is_symlink() or not p.is_dir())
        return sorted(n for n in (p.relative_to(self.root).as_posix() for p in files) if n != MANIFEST)
