"""A user's folder of templates takes precedence file by file, included templates too."""

from __future__ import annotations

from pathlib import Path

import jinja2
import pytest

from symkl import resources


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Built-in templates `page` (which includes `part`) and `other`, and an empty folder of the user's."""
    builtin = tmp_path / "builtin"
    (builtin / "latex").mkdir(parents=True)
    (builtin / "latex" / "page").write_text("page {% include 'latex/part' %}")
    (builtin / "latex" / "part").write_text("built-in part")
    (builtin / "latex" / "other").write_text("other")
    monkeypatch.setattr(resources, "templates", lambda: builtin)
    (tmp_path / "own" / "latex").mkdir(parents=True)
    return tmp_path / "own"


def _render(own: Path | None, name: str) -> str:
    return jinja2.Environment(loader=resources.loader(() if own is None else (own,))).get_template(name).render()


def test_without_a_file_of_ones_own_the_built_in_one_is_taken(own: Path) -> None:
    assert _render(own, "latex/page") == _render(None, "latex/page") == "page built-in part"


def test_an_included_template_is_overridden_by_its_namesake_alone(own: Path) -> None:
    (own / "latex" / "part").write_text("own part")
    assert _render(own, "latex/page") == "page own part"
    assert _render(own, "latex/other") == "other"
    assert _render(None, "latex/page") == "page built-in part"


def test_templates_do_not_reach_outside_their_folders(own: Path) -> None:
    (own.parent / "secret").write_text("secret")
    with pytest.raises(jinja2.TemplateNotFound):
        _render(own, "../secret")
