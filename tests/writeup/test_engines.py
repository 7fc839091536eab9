from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import typst
from jinja2 import FileSystemLoader

from symkl.errors import SymklError, ToolMissing
from symkl.language import parse
from symkl.model import Verified
from symkl.writeup import build_pdf, pdf_engine, write_article, write_fragment
from symkl.writeup.tex import tex_engine, tex_pdf
from symkl.writeup.typst import typst_pdf, typst_source

ROOT = Path(__file__).resolve().parents[2]
#: Typst comes with the test extra; TeX is looked at where it is installed
INSTALLED = ["typst", "tex"] if tex_engine() else ["typst"]
PPI = 36
MILLIMETRE = PPI / 25.4
PAGE = r"\documentclass{article}\usepackage{amsmath}\begin{document}%s\end{document}"


@pytest.fixture(scope="module")
def pages() -> ModuleType:
    spec = importlib.util.spec_from_file_location("pages_for_writeup", Path(__file__).parent / "pages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def article(normal: tuple[Verified, ...], loader: FileSystemLoader) -> str:
    return write_article("Normal", normal, loader=loader, read=parse)


@pytest.fixture(scope="module")
def wide(verified: Callable[..., Verified], loader: FileSystemLoader) -> str:
    """An article with formulas much wider than a page."""
    return write_article("Mixed", [verified("kl", "normal", "laplace")], loader=loader, read=parse)


@pytest.fixture(scope="module")
def tall(verified: Callable[..., Verified], loader: FileSystemLoader) -> str:
    """An article with values by cases that are longer than a page has room for."""
    return write_article("Triangular", [verified("kl", "triangular", "triangular")], loader=loader, read=parse)


@pytest.fixture(scope="module")
def cases(verified: Callable[..., Verified], loader: FileSystemLoader) -> str:
    """An article with densities and values by cases, a proof in its main lines, and lists of other families."""
    shown = [
        verified("entropy", "triangular"),
        verified("kl", "triangular", "normal"),
        verified("kl", "uniform", "laplace"),
    ]
    why = "no closed form found for E[Abs(mu_2 - x)]"
    others = [(verified("kl", "uniform", "laplace").derivation.claim, status, why) for status in ("infinite", "none")]
    return write_article("Triangular", shown, loader=loader, read=parse, others=others)


@pytest.mark.parametrize("engine", INSTALLED)
def test_the_same_source_gives_the_same_bytes(engine: str, article: str, loader: FileSystemLoader) -> None:
    first = build_pdf(article, loader, engine=engine)
    assert first.startswith(b"%PDF")
    assert build_pdf(article, loader, engine=engine) == first


def test_two_hash_seeds_give_the_same_source() -> None:
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from jinja2 import FileSystemLoader\n"
        "from symkl.algebra import is_zero\n"
        "from symkl.derive import derive\n"
        "from symkl.language import load_family, parse\n"
        "from symkl.model import Verdict, Verified, claim\n"
        "from symkl.writeup import write_article\n"
        "root = Path(sys.argv[1])\n"
        "gumbel = load_family(root / 'derivations' / 'gumbel.toml')\n"
        "items = [Verified(derive(claim('kl', gumbel, gumbel)), Verdict('unknown'))]\n"
        "print(write_article('T', items, loader=FileSystemLoader(root / 'templates'), read=parse, is_zero=is_zero))\n"
    )
    outputs = []
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-c", program, str(ROOT)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        outputs.append(done.stdout)
    assert "mass-covering" in outputs[0]
    assert outputs[0] == outputs[1]


@pytest.mark.parametrize("which", ["article", "wide", "cases"])
def test_nothing_on_a_typst_page_is_outside_the_margins(
    which: str, request: pytest.FixtureRequest, loader: FileSystemLoader, pages: ModuleType
) -> None:
    text = typst_source(request.getfixturevalue(which), loader)
    pictures = typst.compile(text.encode(), format="png", ppi=PPI, ignore_system_fonts=True)
    assert len(pictures) > 1
    for picture in pictures:
        dark = np.flatnonzero((pages.darkness(picture) > 60).any(axis=0)) / MILLIMETRE
        assert dark.min() >= 24.0
        assert dark.max() <= 186.5  # punctuation may hang a little over the margin at 185 mm


def test_the_margin_test_sees_a_line_that_runs_off(loader: FileSystemLoader, pages: ModuleType) -> None:
    text = typst_source(PAGE % (r"\[ " + " + ".join(["x^2"] * 60) + r" \]"), loader)
    picture = typst.compile(text.encode(), format="png", ppi=PPI, ignore_system_fonts=True)
    dark = np.flatnonzero((pages.darkness(picture) > 60).any(axis=0)) / MILLIMETRE
    assert dark.max() > 190.0


def test_typst_gets_numbered_equations_theorems_reasons_and_marks(article: str, loader: FileSystemLoader) -> None:
    text = typst_source(article, loader)
    assert text.count("#numbered[") == article.count(r"\begin{equation}")
    assert text.count("#chain(") == article.count(r"\begin{flalign*}")
    assert len(re.findall(r"#(?:reason|aside)\(gap\)\[", text)) == len(re.findall(r"&& \\(?:reason|aside)\{", article))
    assert "#mark(good, sym.checkmark)" in text
    assert "(#ref(<eq:kl-normal-normal>, supplement: none))" in text
    body = text.split("#let chain")[1]
    assert r"\begin" not in body
    assert "$$" not in body


def test_a_reference_to_nothing_is_an_error_and_no_blank(loader: FileSystemLoader) -> None:
    with pytest.raises(SymklError, match="a reference to nothing: thm:x"):
        typst_pdf(PAGE % r"See \ref{thm:x}.", loader)


def test_a_formula_that_typst_cannot_set_is_an_error_and_no_raw_tex(loader: FileSystemLoader) -> None:
    with pytest.raises(SymklError, match="pandoc failed"):
        typst_pdf(PAGE % r"\[ \begin{nosuch} x \end{nosuch} \]", loader)


@pytest.mark.parametrize("engine", INSTALLED)
def test_any_text_can_be_set(engine: str, normal: tuple[Verified, ...], loader: FileSystemLoader) -> None:
    title = (
        "".join(map(chr, range(32, 127)))
        + " R\u00e9nyi \u2013 \u2018x\u2019 \u4e2d \u03b1 \u2265 \\input{x} ((x)) #set $p$"
    )
    assert build_pdf(write_article(title, normal[:1], loader=loader), loader, engine=engine).startswith(b"%PDF")


def test_without_any_engine_the_missing_tool_is_named(
    monkeypatch: pytest.MonkeyPatch, article: str, loader: FileSystemLoader, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert pdf_engine() == "typst"
    with pytest.raises(ToolMissing, match="no TeX engine"):
        build_pdf(article, loader, engine="tex")
    monkeypatch.setitem(sys.modules, "typst", None)
    assert pdf_engine() is None
    with pytest.raises(ToolMissing, match="symkl\\[pdf\\]"):
        build_pdf(article, loader)


def test_a_tex_installation_without_a_package_gives_way_to_typst(
    monkeypatch: pytest.MonkeyPatch, loader: FileSystemLoader, tmp_path: Path
) -> None:
    broken = tmp_path / "pdflatex"
    broken.write_text('#!/bin/sh\necho "! LaTeX Error: File \\`lmodern.sty\' not found."\nexit 1\n', encoding="utf-8")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}/bin{os.pathsep}/usr/bin")
    with pytest.raises(SymklError, match=r"lmodern\.sty' not found"):
        build_pdf(PAGE % "x", loader, engine="tex")
    assert build_pdf(PAGE % "x", loader) == typst_pdf(PAGE % "x", loader)


def test_an_unknown_engine_is_refused(article: str, loader: FileSystemLoader) -> None:
    with pytest.raises(ValueError, match="unknown PDF engine 'word'"):
        build_pdf(article, loader, engine="word")


if tex_engine() == "pdflatex":  # these are about an outside program, and defined where it is

    @pytest.mark.parametrize("which", ["article", "wide", "cases", pytest.param("tall", marks=pytest.mark.sweep)])
    def test_tex_finds_no_line_too_wide_and_no_page_too_full(
        which: str, request: pytest.FixtureRequest, tmp_path: Path
    ) -> None:
        (tmp_path / "page.tex").write_text(request.getfixturevalue(which), encoding="utf-8")
        command = ["pdflatex", "-interaction=nonstopmode", "-draftmode", "page.tex"]
        for _ in range(2):
            subprocess.run(command, cwd=tmp_path, capture_output=True, check=True)
        log = (tmp_path / "page.log").read_text(encoding="utf-8", errors="replace")
        assert not [w for w in re.findall(r"Overfull \\[hv]box \(([\d.]+)pt", log) if float(w) > 1.0]
        assert "undefined references" not in log

    @pytest.mark.sweep
    @pytest.mark.parametrize("name", sorted(p.stem for p in (ROOT / "derivations").glob("*.toml") if p.stem != "vae"))
    def test_tex_finds_no_line_too_wide_and_no_page_too_full_about_any_family(
        name: str, verified: Callable[..., Verified], loader: FileSystemLoader, tmp_path: Path
    ) -> None:
        shown = [verified("entropy", name), verified("kl", name, name), verified("kl", name, "lognormal")]
        latex = write_article(name, shown, loader=loader, read=parse)
        (tmp_path / "page.tex").write_text(latex, encoding="utf-8")
        command = ["pdflatex", "-interaction=nonstopmode", "-draftmode", "page.tex"]
        subprocess.run(command, cwd=tmp_path, capture_output=True, check=True)
        log = (tmp_path / "page.log").read_text(encoding="utf-8", errors="replace")
        assert not [w for w in re.findall(r"Overfull \\[hv]box \(([\d.]+)pt", log) if float(w) > 1.0]

    def test_a_fragment_can_be_set_in_a_document_of_ones_own(
        normal: tuple[Verified, ...], loader: FileSystemLoader
    ) -> None:
        own = (
            r"\documentclass{article}\usepackage{amsmath,amssymb,amsthm}"
            r"\newtheorem{theorem}{Theorem}\newtheorem{lemma}{Lemma}\newtheorem{remark}{Remark}"
            rf"\begin{{document}}{write_fragment(normal[2], loader=loader)}\end{{document}}"
        )
        assert tex_pdf(own).startswith(b"%PDF")

    def test_tex_says_what_is_wrong() -> None:
        with pytest.raises(SymklError, match="Undefined control sequence"):
            tex_pdf(PAGE % r"\nosuchcommand")

    def test_tex_reads_no_file_outside_its_folder_and_runs_no_command(tmp_path: Path) -> None:
        secret = tmp_path / "secret.tex"
        secret.write_text("secret", encoding="utf-8")
        with pytest.raises(SymklError):
            tex_pdf(PAGE % rf"\input{{{secret}}}")
        proof = tmp_path / "ran"
        tex_pdf(PAGE % rf"x\immediate\write18{{touch {proof}}}")
        assert not proof.exists()
