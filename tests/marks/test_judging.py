"""Claims are judged one by one: what is decided is kept, what is not is not, and what fails does not stop the rest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from symkl.marks import judging
from symkl.marks.files import marks_of
from symkl.marks.judging import Judge
from symkl.settings import Settings

ANSWER = {"evidence": "proved", "derived": "1", "given": "1", "counterexample": None, "diagnosis": ""}


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that are asked about, each of which is the verdict that comes back, or the error."""
    found: list[str] = []

    def answer(question: Any, *_: object) -> dict[str, Any]:
        found.append(question.text)
        if question.text == "bug":
            raise RuntimeError("Traceback\nValueError: no")
        return {**ANSWER, "verdict": question.text}

    monkeypatch.setattr(judging, "answer", answer)
    monkeypatch.setenv("SYMKL_CACHE_DIR", str(tmp_path / "store"))
    return found


def _judge(folder: Path, text: str, settings: Settings | None = None) -> list[tuple[str, int]]:
    path = folder / "a.tex"
    path.write_text(text)
    with Judge(settings or Settings()) as judge:
        return [(finding.verdict, finding.exit_code) for finding in map(judge.finding, marks_of(path))]


def test_what_is_decided_is_kept_and_what_is_not_is_asked_again(tmp_path: Path, asked: list[str]) -> None:
    text = "".join(f"% symkl: entropy Normal: {word}\n" for word in ("correct", "wrong", "undecided", "bug"))
    expected = [("proved", 0), ("failed", 1), ("unknown", 3), ("unusable", 5)]
    assert _judge(tmp_path, text) == expected
    assert _judge(tmp_path, "% some lines\n% more\n" + text) == expected
    assert asked == ["correct", "wrong", "undecided", "bug", "undecided", "bug"]


@pytest.mark.parametrize(
    "claim",
    [
        "entropy Normal --where sigma=2: correct",
        "entropy Normal --map x=sigma: correct",
        "entropy Normal --units bits: correct",
        "entropy Normal --dims sum: correct",
        "entropy Normal --latex: correct",
        "entropy Gamma: correct",
        "kl Normal Normal: correct",
        "expectation Normal --of x: correct",
    ],
)
def test_whatever_a_claim_says_is_part_of_what_it_is_known_by(claim: str, tmp_path: Path, asked: list[str]) -> None:
    assert _judge(tmp_path, "% symkl: entropy Normal: correct\n") == [("proved", 0)]
    assert _judge(tmp_path, f"% symkl: {claim}\n") == [("proved", 0)]
    assert len(asked) == 2


def test_settings_and_definitions_are_part_of_it_too(tmp_path: Path, asked: list[str]) -> None:
    from symkl import resources

    text = "% symkl: entropy Normal --with own.toml: correct\n"
    normal = (resources.derivations() / "normal.toml").read_text("utf-8")
    (tmp_path / "own.toml").write_text(normal)
    assert _judge(tmp_path, text) == [("proved", 0)]
    (tmp_path / "own.toml").write_text(normal.replace('doc = "mean"', 'doc = "the mean"'))
    assert _judge(tmp_path, text) == [("proved", 0)]
    assert len(asked) == 2
    assert _judge(tmp_path, text, Settings(seed=1)) == [("proved", 0)]
    assert _judge(tmp_path, text, Settings(cache=False)) == [("proved", 0)]
    assert _judge(tmp_path, text, Settings(cache=False)) == [("proved", 0)]
    assert len(asked) == 5
    assert _judge(tmp_path, text, Settings(seed=1)) == [("proved", 0)]
    assert len(asked) == 5
