"""Claims as tests: beside functions and in text, and, with `pytest --symkl`, in definition files.

A claim in a file that pytest comes by (Python, Markdown, reStructuredText, LaTeX) is a test; none of these files is
imported for it. So is one beside a function that a test module defines or imports. With `--symkl`, each `[[known]]` of
a definition file is a test too. `-p no:symkl` leaves all of it out. Nothing of symkl is imported before there is
something to look at, and nothing of its engine before there is a claim.
"""

from __future__ import annotations

import warnings
from collections.abc import Generator, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from symkl.findings import Finding
    from symkl.library import Library
    from symkl.marks.judging import Judge
    from symkl.marks.mark import Mark
    from symkl.requests import Request
    from symkl.sources import Stated

__all__ = [
    "pytest_addoption",
    "pytest_collect_file",
    "pytest_collection_modifyitems",
    "pytest_configure",
    "pytest_pycollect_makeitem",
    "pytest_unconfigure",
]

_SUFFIXES = (".py", ".md", ".markdown", ".rst", ".tex")
_MARKER = (
    "symkl(quantity, p, q=None, **parameters): the function computes the entropy, cross-entropy or KL divergence of "
    'these families, such as symkl("kl", "Normal", "Normal", mu_1="mu", sigma_1="exp(logvar/2)", mu_2=0, sigma_2=1); '
    "as symkl.claims. function= names another one than the marked."
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--symkl` and `--symkl-with`."""
    group = parser.getgroup("symkl")
    what = "test the known forms in symkl's definition files (*.toml) as well"
    group.addoption("--symkl", action="store_true", help=what)
    what = "a definition file with families that claims are about (repeatable)"
    group.addoption("--symkl-with", action="append", default=[], metavar="FILE.toml", help=what)


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", _MARKER)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect files that hold claims, and definition files; other TOML files are not symkl's."""
    if file_path.suffix == ".toml" and parent.config.getoption("--symkl"):
        return DefinitionFile.from_parent(parent, path=file_path) if _holds(file_path, b"[family]") else None
    if file_path.suffix in _SUFFIXES and _holds(file_path, b"symkl"):
        return ClaimFile.from_parent(parent, path=file_path)
    return None


def _holds(path: Path, word: bytes) -> bool:
    try:
        return word in path.read_bytes()
    except OSError:
        return False  # a link to nowhere; what cannot be read is no test


@pytest.hookimpl(wrapper=True)
def pytest_pycollect_makeitem(collector: Any, name: str, obj: object) -> Generator[None, Any, Any]:
    """Collect the claims beside a function. If they are about the function itself, it is no test beyond them."""
    made = yield
    obj = obj.__func__ if isinstance(obj, (staticmethod, classmethod)) else obj
    own = getattr(obj, "__dict__", {})
    if not isinstance(own, Mapping):
        return made
    if not own.get("__symkl_claims__") and not any(mark.name == "symkl" for mark in _marks(own)):
        return made
    from symkl.marks.live import live_marks

    marked = [(mark.args, mark.kwargs) for mark in _marks(own) if mark.name == "symkl"]
    found = live_marks(obj, marked, collector.path, collector.config.invocation_params.dir)
    if not any("function" in keywords for _, keywords in marked):
        made = []
    made = [] if made is None else made if isinstance(made, list) else [made]
    return [*made, *(ClaimItem.from_parent(collector, name=f"{name}[{_title(m)}]", mark=m) for m in found)]


def _marks(own: Mapping[str, Any]) -> list[pytest.Mark]:
    found = own.get("pytestmark", [])
    return [mark for mark in (found if isinstance(found, list) else [found]) if isinstance(mark, pytest.Mark)]


def _title(mark: Mark) -> str:
    asked = mark.question
    return "claim" if asked is None else " ".join(word for word in (asked.quantity, asked.p, asked.q) if word)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A claim that was met in its file and where its function was imported is tested once: there, where it can be, as
    values that the file does not spell out are known.
    """
    claims = [item for item in items if isinstance(item, ClaimItem)]
    live = {item.mark.beside for item in claims if not isinstance(item.parent, ClaimFile)}
    first: dict[object, pytest.Item] = {}
    for item in items:
        if not isinstance(item, ClaimItem):
            first[item] = item
        elif not isinstance(item.parent, ClaimFile) or item.mark.beside is None or item.mark.beside not in live:
            first.setdefault((item.mark.place, item.mark.name, item.mark.question, str(item.mark.refusal)), item)
    items[:] = first.values()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Let the processes go in which claims were judged."""
    judge = config.stash.get(_JUDGE, None)
    if judge is not None:
        judge.__exit__()


_JUDGE: pytest.StashKey[Judge] = pytest.StashKey()


def _judge(config: pytest.Config) -> Judge:
    """The one of this run."""
    from symkl.marks.judging import Judge
    from symkl.settings import Settings

    if _JUDGE not in config.stash:
        extra = [config.invocation_params.dir / file for file in config.getoption("--symkl-with")]
        config.stash[_JUDGE] = Judge(Settings(), extra)
    return config.stash[_JUDGE]


def _shown(path: Path, config: pytest.Config) -> Path:
    """A path as people write it who run pytest where it was run."""
    here = config.invocation_params.dir
    return path.relative_to(here) if path.is_relative_to(here) else path


class Told(AssertionError):
    """A formula that is not what the densities say, or of which that could not be decided."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(f"{finding.place}: {finding.summary}")
        self.text = "\n".join([str(self), *(f"  {line}" for line in finding.details)])


class _Said:
    """What pytest shows of a failure: the text, and the first line of it in its summary and in JUnit reports."""

    def __init__(self, error: Told) -> None:
        self.text, self.reprcrash = error.text, self
        self.message = str(error)

    def __str__(self) -> str:
        return self.text

    def toterminal(self, writer: Any) -> None:
        writer.line(self.text)


class _Item(pytest.Item):
    """A formula that is held against the truth; `-m symkl` chooses all of them."""

    def __init__(self, **rest: Any) -> None:
        super().__init__(**rest)
        self.add_marker("symkl")

    def found(self) -> Finding:
        raise NotImplementedError

    def place(self) -> tuple[int, str]:
        raise NotImplementedError

    def runtest(self) -> None:
        """Judge it, in a process that can be killed."""
        with warnings.catch_warnings():
            # what is forked off uses none of the threads that the user's libraries have started
            warnings.filterwarnings("ignore", r".*\bfork\(\)")
            finding = self.found()
        if finding.exit_code:
            raise Told(finding)

    def repr_failure(self, excinfo: Any, style: Any = None) -> Any:
        """The formula, the counterexample and the diagnosis, without a traceback."""
        return _Said(excinfo.value) if isinstance(excinfo.value, Told) else super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where it stands, and its source."""
        line, title = self.place()
        return self.path, line - 1, title


class ClaimFile(pytest.File):
    """The claims that one file holds."""

    def collect(self) -> Iterator[pytest.Item]:
        """A test for each; one that cannot be read is a test that fails."""
        from symkl.marks.files import marks_of

        for mark in marks_of(_shown(self.path, self.config)):
            yield ClaimItem.from_parent(self, name=mark.name, mark=mark)


class ClaimItem(_Item):
    """One claim."""

    def __init__(self, *, mark: Mark, **rest: Any) -> None:
        super().__init__(**rest)
        self.mark = mark

    def found(self) -> Finding:
        return _judge(self.config).finding(self.mark)

    def place(self) -> tuple[int, str]:
        return self.mark.place.line, self.name


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


class KnownForm(_Item):
    """One published form, judged against the density."""

    def __init__(self, *, request: Request, form: Stated, library: Library, **rest: Any) -> None:
        super().__init__(**rest)
        self.asked, self.form, self.library = request, form, library

    def found(self) -> Finding:
        path = _shown(self.path, self.config)
        return _judge(self.config).known(self.asked, self.form.field, self.library, path)

    def place(self) -> tuple[int, str]:
        from symkl.places import known_place

        return known_place(self.path, self.form.field).line, f"{self.name}: {self.form.source}"
