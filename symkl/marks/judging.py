"""Claims in files held against the truth; what has not changed since it was decided is not decided again."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any, Self

from symkl.checking import Question, answer, asked
from symkl.errors import BadInput, SymklError
from symkl.findings import Finding, known_findings
from symkl.foreign import check_foreign
from symkl.guests import Guest
from symkl.library import Library, read_library
from symkl.marks.mark import Mark
from symkl.places import Place
from symkl.proving import open_store, prove_all
from symkl.requests import Request
from symkl.settings import Settings
from symkl.store import Key, digest, engine, file_digest
from symkl.workers import Crew

__all__ = ["Judge"]

_LINE = re.compile(r"line \d+, column \d+(?:: | is )")
_VERDICTS = {"wrong": "failed", "undecided": "unknown"}
#: what a function's value depends on besides its own text, and that of the files that it imports
_LIBRARIES = ("numpy", "scipy", "torch", "jax", "jaxlib", "numba")


class Judge:
    """Finds out about one claim after the other; `extra` are definition files that all of them may be about."""

    def __init__(self, settings: Settings, extra: Sequence[Path] = (), crew: Crew | None = None) -> None:
        self._settings, self._extra = settings, tuple(extra)
        self._crew, self._guest = crew or Crew(1), Guest(quiet=True)
        self._libraries: dict[tuple[Path, ...], Library] = {}
        self._store = open_store(settings)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._crew.__exit__()
        self._guest.end()
        self._store.close()

    def finding(self, mark: Mark) -> Finding:
        """What is to be said about the claim; a bug of symkl's is told as one, and the other claims go on."""
        if mark.question is None:
            return _unusable(mark, mark.refusal or BadInput("this cannot be read"))
        try:
            library = self._library((*self._extra, *mark.definitions))
            return _decided(mark, self._answer(mark.question, library))
        except SymklError as error:
            return _unusable(mark, error)
        except RuntimeError as error:
            last = str(error).strip().rpartition("\n")[2]
            return _unusable(mark, SymklError(f"this is a bug in symkl ({last}); please report it"))

    def known(self, request: Request, field: str, library: Library, path: Path) -> Finding:
        """What is to be said about a known form of the definition file, by its field: `known[1]`."""
        check_foreign(library, [request], self._settings, self._crew)
        proof = prove_all([request], library, self._settings, self._crew).proofs[request]
        found = next(finding for finding in known_findings(proof, library) if finding.field == field)
        return replace(found, place=replace(found.place, path=path))

    def prepare(self, marks: Sequence[Mark]) -> None:
        """Derive what the claims are about, side by side, so that judging one after the other finds it in the store."""
        wanted = [request for mark in marks if (request := self._wanted(mark)) is not None]
        if self._settings.cache and self._crew.processes > 1 and len(set(wanted)) > 1:
            prove_all(wanted, self._library(self._extra), self._settings, self._crew)

    def _wanted(self, mark: Mark) -> Request | None:
        """What has to be derived for the claim; None where it is decided, cannot be read, or has its own families."""
        if mark.question is None or mark.definitions:
            return None
        try:
            library = self._library(self._extra)
            if self._known(mark.question, library) is None:
                from symkl.reading import request_of

                return request_of(asked(mark.question, library)[1])
        except SymklError:
            pass  # `finding` tells it
        return None

    def _library(self, definitions: tuple[Path, ...]) -> Library:
        definitions = tuple(dict.fromkeys(path.resolve() for path in definitions))
        if definitions not in self._libraries:
            for path in definitions:
                if not path.is_file():
                    raise BadInput(f"there is no file {path}", None, "correct the name of the definition file")
            self._libraries[definitions] = read_library((), definitions)
        return self._libraries[definitions]

    def _answer(self, question: Question, library: Library) -> dict[str, Any]:
        known = self._known(question, library)
        if known is not None:
            return known
        found = answer(question, library, self._settings, self._crew, self._guest)
        files = found.pop("files", {})
        if found["verdict"] in ("correct", "wrong"):
            self._store.put(_key(question, library, self._settings), {"answer": found, "files": files})
        return found

    def _known(self, question: Question, library: Library) -> dict[str, Any] | None:
        """The answer of an earlier run, if nothing that it depends on has changed."""
        known = self._store.head(_key(question, library, self._settings))
        if isinstance(known, dict) and all(_is_unchanged(*file) for file in known["files"].items()):
            return dict(known["answer"])
        return None


def _key(question: Question, library: Library, settings: Settings) -> Key:
    """By all that the question says, the definitions that it is about, and the versions of what answers it."""
    families = [library.sources[name].core for name in (question.p, question.q) if name in library.sources]
    text, versions = question.text, digest(engine())
    if question.kind == "function":
        text, versions = str(Path(text).absolute()), digest([engine(), _python(), sys.path])
    said: list[object] = [question.quantity, question.p, question.q, question.of, question.kind, text]
    said += [question.names, question.where, question.units, question.dims, question.parameters, question.arguments]
    return Key(digest(["answer", *said, families, settings.digits, settings.seed]), versions)


@cache
def _python() -> list[str]:
    """The versions of Python and of the libraries that functions call; nothing is imported."""
    found = [sys.version]
    for name in _LIBRARIES:
        try:
            found.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            found.append(name)
    return found


def _is_unchanged(path: str, known: str) -> bool:
    try:
        return file_digest(Path(path)) == known
    except OSError:
        return False


def _decided(mark: Mark, found: dict[str, Any]) -> Finding:
    question = mark.question
    assert question is not None
    verdict = _VERDICTS.get(found["verdict"], found["evidence"])
    request = _request(question)
    where = [*(binding.partition("=")[::2] for binding in question.where), *question.parameters]
    claim = Request(request.quantity, request.p, request.q, request.of, tuple(where)).title
    # the line of a derivation that is wrong is told by its place
    why = _LINE.sub("", found["diagnosis"]) if verdict != "proved" else ""
    given = found["given"] if question.kind != "function" else found.get("read") or mark.name
    return Finding(
        request.id,
        claim,
        mark.name,
        given,
        str(mark.place),
        _place(mark, found),
        verdict,
        found["counterexample"],
        why,
        tuple(found.get("notes", ())),
    )


def _place(mark: Mark, found: dict[str, Any]) -> Place:
    """The place of the line that is wrong or undecided, of a derivation; else that of the formula."""
    for line in found.get("lines", ()):
        if line["verdict"] == found["verdict"] != "correct":
            return mark.row(line["line"], line["column"])
    return mark.place


def _request(question: Question) -> Request:
    return Request(question.quantity.replace("-", "_").lower(), question.p, question.q, question.of)


def _unusable(mark: Mark, error: SymklError) -> Finding:
    place, why = mark.placed(error)
    text, identity = mark.name, mark.name
    if mark.question is not None:
        text, identity = mark.question.text, _request(mark.question).id
    return Finding(identity, "", mark.name, text, str(mark.place), place, "unusable", None, why, code=error.exit_code)
