"""One output that cannot be made does not take the others with it; nothing that failed leaves symkl."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from symkl import pipeline, resources
from symkl.build.outputs import Made, outputs_of, wanted
from symkl.build.pieces import Piece
from symkl.codegen import Program
from symkl.codegen.reading import Broken
from symkl.errors import NotYet, ToolMissing
from symkl.model import Verdict, Verified
from symkl.reading import claim_of
from symkl.requests import Request
from symkl.settings import Settings

SETTINGS = Settings()


@pytest.fixture(scope="module")
def piece() -> Piece:
    asked = (Request("entropy", "Exponential"),)
    return Piece("Exponential", pipeline.read().family("Exponential"), asked, coded=asked)


@pytest.fixture(scope="module")
def verified(piece: Piece) -> Verified:
    return pipeline.prove(claim_of(piece.requests[0], pipeline.read()), SETTINGS)


def _made(piece: Piece, verified: Verified | None, formats: tuple[str, ...]) -> Made:
    return Made.unpacked(outputs_of(piece, [] if verified is None else [verified], [], formats, SETTINGS))


def test_without_a_pdf_engine_the_rest_is_made_and_the_lack_is_told(
    piece: Piece, verified: Verified, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lacking(*_: object) -> bytes:
        raise ToolMissing("no PDF engine")

    monkeypatch.setattr(pipeline, "typeset", lacking)
    made = _made(piece, verified, ("pdf", "tex", "numpy", "torch"))
    assert sorted(made.files) == ["exponential.tex", "numpy/exponential.py", "torch/exponential.py"]
    assert made.troubles == [(4, "error: exponential.pdf: no PDF engine")]


def test_a_bug_in_one_backend_leaves_the_other(
    piece: Piece, verified: Verified, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = pipeline.generate

    def stumbling(backend: str, *rest: object) -> str:
        if backend == "numpy":
            raise ZeroDivisionError("oh")
        return real(backend, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(pipeline, "generate", stumbling)
    made = _made(piece, verified, ("numpy", "torch"))
    assert sorted(made.files) == ["torch/exponential.py"]
    [(code, line)] = made.troubles
    assert code == 5
    assert "numpy/exponential.py: this is a bug in symkl (ZeroDivisionError: oh)" in line


def test_a_function_that_a_backend_cannot_compute_is_left_out_and_named_and_the_others_are_made(
    piece: Piece, verified: Verified, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = pipeline.generate

    def lacking(backend: str, programs: Sequence[Program], *rest: Any) -> str:
        if backend == "numba" and any(program.name == "entropy_exponential" for program in programs):
            raise NotYet("no such function")
        return real(backend, programs, *rest)

    monkeypatch.setattr(pipeline, "generate", lacking)
    made = _made(piece, verified, ("numpy", "numba"))
    assert made.troubles == []
    code = {name: content.decode() for name, content in made.files.items()}
    assert "def entropy_exponential(" in code["numpy/exponential.py"]
    assert "left out" not in code["numpy/exponential.py"]
    assert "entropy_exponential is left out: no such function." in code["numba/exponential.py"]
    assert "def entropy_exponential(" not in code["numba/exponential.py"]
    assert "def entropy_exponential__" in code["numba/exponential.py"]


def test_a_module_without_a_function_is_not_written_and_a_note_says_so(
    piece: Piece, verified: Verified, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = pipeline.generate

    def lacking(backend: str, *rest: Any) -> str:
        if backend == "numba":
            raise NotYet("no such function")
        return real(backend, *rest)

    monkeypatch.setattr(pipeline, "generate", lacking)
    made = _made(piece, verified, ("numpy", "numba"))
    assert sorted(made.files) == ["numpy/exponential.py"]
    [(code, line)] = made.troubles
    assert code == 0
    assert line.startswith("note: numba/exponential.py is not written, as none of its functions can be: entropy_exp")
    assert line.endswith("no such function.")
    assert not made.broken


def test_a_function_that_cannot_be_a_program_is_left_out_of_every_module(
    piece: Piece, verified: Verified, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = pipeline.lower

    def lacking(asked: Sequence[Any], slopes: bool = False) -> list[Program]:
        if any(first is None for _, first, _ in asked):
            raise NotYet("no such shape")
        return real(asked, slopes)

    monkeypatch.setattr(pipeline, "lower", lacking)
    made = _made(piece, verified, ("numpy", "torch"))
    assert made.troubles == []
    for content in map(bytes.decode, made.files.values()):
        assert "entropy_exponential is left out: no such shape." in content
        assert "def entropy_exponential(" not in content
        assert "def entropy_exponential__" in content


def test_a_function_whose_code_is_seen_to_be_wrong_is_left_out_and_the_others_stay(
    piece: Piece, verified: Verified, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = pipeline.reread

    def wrong(backend: str, program: Program, settings: Settings) -> Program:
        if program.name == "entropy_exponential":
            raise Broken("it is nan at rate=1")
        return real(backend, program, settings)

    monkeypatch.setattr(pipeline, "reread", wrong)
    made = _made(piece, verified, ("numpy",))
    content = made.files["numpy/exponential.py"].decode()
    assert "entropy_exponential is left out: it is nan at rate=1." in content
    assert "def entropy_exponential(" not in content
    assert "def entropy_exponential__" in content


def test_a_failed_result_leaves_symkl_in_no_form(piece: Piece, verified: Verified) -> None:
    failed = replace(verified, verdict=Verdict("failed"))
    assert _made(piece, failed, ("pdf", "tex", "numpy")).files == {}
    assert _made(piece, None, ("pdf", "tex", "numpy")).files == {}
    assert b"entropy_exponential" in _made(piece, verified, ("numpy",)).files["numpy/exponential.py"]


@pytest.mark.parametrize("kind", ["unknown", "failed"])
def test_no_code_is_made_of_what_is_not_verified(kind: str, verified: Verified) -> None:
    assert wanted([replace(verified, verdict=Verdict(kind))]) == []
    assert wanted([verified])[0] == (verified, None, None)


@pytest.mark.parametrize(
    ("backend", "old", "new"),
    [
        ("numpy", "return _finish(value,", "return _finish(2.0 * value,"),
        ("torch", "    if not any(wanted):\n", "    value = 2.0 * value\n    if not any(wanted):\n"),
        ("jax", "return value, slopes", "return 2.0 * value, slopes"),
    ],
)
def test_code_is_read_back_as_it_is_written(
    backend: str, old: str, new: str, piece: Piece, verified: Verified, tmp_path: Path
) -> None:
    name = f"{backend}/exponential.py"
    assert "Re-verified" in _made(piece, verified, (backend,)).files[name].decode()
    own = tmp_path / "code" / backend
    own.mkdir(parents=True)
    text = (resources.templates() / "code" / backend / "function.py.j2").read_text()
    assert old in text
    (own / "function.py.j2").write_text(text.replace(old, new))
    broken = Made.unpacked(outputs_of(piece, [verified], [], (backend,), Settings(templates=tmp_path)))
    assert broken.files == {}
    [(code, line)] = broken.troubles
    assert code == 5
    assert f"{name}: entropy_exponential in {backend} is" in line
    assert "units in the last place off" in line
