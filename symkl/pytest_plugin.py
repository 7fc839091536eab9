"""Known forms in definition files as tests: `pytest --symkl derivations/`.

Each `[[known]]` is a test, which fails where the form is not what the density says.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from symkl.library import Library
    from symkl.requests import Request
    from symkl.sources import Stated

__all__ = ["pytest_addoption", "pytest_collect_file"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--symkl`."""
    group = parser.getgroup("symkl")
    group.addoption("--symkl", action="store_true", help="test the known forms in symkl's definition files (*.toml)")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect definition files of families; other TOML files are not symkl's."""
    if file_path.suffix != ".toml" or not parent.config.getoption("--symkl"):
        return None
    from symkl.sources import sources

    found = sources([file_path])
    if found is not None and not found[0].is_family:
        return None
    text = file_path.read_text("utf-8", errors="replace")
    return DefinitionFile.from_parent(parent, path=file_path) if "[family]" in text else None


class DefinitionFile(pytest.File):
    """The known forms of one definition file."""

    def collect(self) -> Iterator[pytest.Item]:
        """A test for each known form. A file that cannot be read is an error of collection."""
        from symkl.errors import BadInput
        from symkl.library import read_library
        from symkl.requests import known_requests, stated_forms

        try:
            library = read_library([self.path])
            source = library.sources[library.files[0].name]
            library.family(source.name)
        except BadInput as error:
            raise self.CollectError(str(error)) from None
        for request in known_requests(source):
            for form in stated_forms(request, source):
                yield KnownForm.from_parent(self, name=form.field, request=request, form=form, library=library)


class KnownForm(pytest.Item):
    """One published form, judged against the density."""

    def __init__(self, *, request: Request, form: Stated, library: Library, **rest: Any) -> None:
        super().__init__(**rest)
        self.asked, self.form, self.library = request, form, library

    def runtest(self) -> None:
        """Derive the claim, in a process that can be killed, and judge the form."""
        from symkl.proving import known_rows, prove_all
        from symkl.settings import Settings
        from symkl.workers import Crew

        with Crew(1) as crew:
            proof = prove_all([self.asked], self.library, Settings(), crew).proofs[self.asked]
        if proof.error is not None:
            raise proof.error
        if proof.bug:
            raise RuntimeError(proof.bug)
        [row] = [row for row in known_rows(proof, self.library) if row["field"] == self.form.field]
        found = row["counterexample"]
        if found is not None:
            at = ", ".join(f"{name} = {value}" for name, value in found["at"].items())
            raise WrongForm(
                f"{self.form.formula}\nat {at} gives {found['given']}, the defining integral {found['true']}"
            )
        if row["verdict"] in ("failed", "unknown"):
            raise WrongForm(f"{self.form.formula}\n{row['verdict']}: {proof.why}")

    def repr_failure(self, excinfo: Any, style: Any = None) -> Any:
        """The form and the counterexample, without a traceback."""
        if isinstance(excinfo.value, WrongForm):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where it stands, and its source."""
        return self.path, None, f"{self.name}: {self.form.source}"


class WrongForm(AssertionError):
    """A known form that is not what the density says, or of which that could not be decided."""
