"""Claims and known forms as tests of pytest's own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from .cli.conftest import RAYLEIGH

ROOT = Path(__file__).parents[1]
FORMS = """
[[known]]
quantity = "entropy"
formula = "1 + log(s/sqrt(2)) + EulerGamma/2"
source = "right"

[[known]]
quantity = "expectation"
of = "x**2"
formula = "3*s**2"
source = "wrong"
"""
#: run pytest, and say afterwards what has been imported
TELLING = """
import sys, pytest
code = pytest.main(sys.argv[1:])
print("imported:", *sorted({"sympy", "torch", "numpy", "flint", "symkl.pipeline", "symkl.model"} & set(sys.modules)))
sys.exit(code)
"""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store for all runs."""
    return tmp_path_factory.mktemp("store")


def _pytest(folder: Path, *options: str, store: Path | None = None) -> tuple[int, str]:
    env = {**os.environ, "PYTHONPATH": str(ROOT), "SYMKL_CACHE_DIR": str(store or folder / "store")}
    command = [sys.executable, "-c", TELLING, "-p", "symkl.pytest_plugin", "-q", "-p", "no:cacheprovider", *options]
    env["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def _write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(textwrap.dedent(text).lstrip("\n"))
    return path


def test_a_wrong_form_fails_and_a_right_one_passes(tmp_path: Path) -> None:
    (tmp_path / "rayleigh.toml").write_text(RAYLEIGH + FORMS)
    (tmp_path / "other.toml").write_text("[tool]\nname = 'not symkl'\n")
    code, said = _pytest(tmp_path, "--symkl")
    assert code == 1
    assert "1 failed, 1 passed" in said
    assert "the defining integral" in said
    line = (RAYLEIGH + FORMS).split("\n").index('formula = "3*s**2"') + 1
    assert f"rayleigh.toml:{line}:11: known[2]: wrong for E_Rayleigh[x**2]" in said


def test_without_the_option_no_definition_is_touched(tmp_path: Path) -> None:
    (tmp_path / "rayleigh.toml").write_text(RAYLEIGH + FORMS)
    code, said = _pytest(tmp_path)
    assert code == 5, said


def test_a_definition_that_cannot_be_read_is_an_error_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "rayleigh.toml").write_text(RAYLEIGH.replace("x*exp", "y*exp") + FORMS)
    code, said = _pytest(tmp_path, "--symkl")
    assert code == 2
    assert "family.density, column 1" in said


DECORATED = """
    from math import log

    import pytest
    import symkl


    @symkl.claims("kl", "Exponential", "Exponential", lam_1="a", lam_2="b")
    def right(a, b):
        return log(a / b) + b / a - 1


    @pytest.mark.symkl("kl", "Exponential", "Exponential", map={"a": "lam_1", "b": "lam_2"})
    def wrong(a, b):
        return log(b / a) + a / b - 1


    class TestLosses:
        @staticmethod
        @symkl.claims("entropy", "Exponential")
        def entropy(lam):
            return 1 - log(lam)


    def test_of_the_usual_kind():
        assert right(1, 1) == 0
"""


def test_functions_of_test_modules_are_tests_for_each_of_their_claims(tmp_path: Path, store: Path) -> None:
    _write(tmp_path, "test_losses.py", DECORATED)
    code, said = _pytest(tmp_path, "-v", store=store)
    assert code == 1
    assert "1 failed, 3 passed" in said
    assert "test_losses.py:14:12: wrong: wrong for KL(Exponential || Exponential)" in said
    assert "this is KL(q, p), not KL(p, q)" in said
    assert "Traceback" not in said
    assert "PytestUnknownMarkWarning" not in said
    code, said = _pytest(tmp_path, "-k", "not wrong", store=store)
    assert (code, "3 passed, 1 deselected" in said) == (0, True)
    code, said = _pytest(tmp_path, "-m", "symkl", "--strict-markers", store=store)
    assert (code, "1 failed, 2 passed, 1 deselected" in said) == (1, True)


def test_a_function_that_is_imported_is_tested_once(tmp_path: Path, store: Path) -> None:
    _write(tmp_path, "losses.py", DECORATED)
    _write(tmp_path, "test_it.py", "from losses import right, wrong\nimport losses as _other\n")
    _write(tmp_path, "test_too.py", "from losses import right\n")
    code, said = _pytest(tmp_path, store=store)
    assert (code, "1 failed, 2 passed" in said) == (1, True), said
    assert "losses.py:14:12: wrong: wrong for" in said
    code, said = _pytest(tmp_path, "test_it.py", "test_too.py", store=store)
    assert (code, "1 failed, 1 passed" in said) == (1, True), said


def test_a_marker_may_name_another_function(tmp_path: Path, store: Path) -> None:
    _write(tmp_path, "losses.py", DECORATED)
    text = """
        import pytest
        import losses

        @pytest.mark.symkl("kl", "Exponential", "Exponential", function="losses:right", lam_1="a", lam_2="b")
        @pytest.mark.symkl("kl", "Exponential", "Exponential", function=losses.wrong, lam_1="a", lam_2="b")
        def test_losses(): ...
    """
    _write(tmp_path, "test_it.py", text)
    code, said = _pytest(tmp_path, "test_it.py", store=store)
    assert (code, "1 failed, 2 passed" in said) == (1, True), said
    assert "losses.py:14:12: wrong: wrong for" in said


UNUSABLE = {
    '"kl", "Exponential"': "kl is of two families",
    '"kl", "Exponential", "Exponentia"': "did you mean 'Exponential'?",
    '"kl", "Exponential", "Exponential", lam_1="a", lam2="b"': "'lam2' is neither a parameter nor an argument",
    '"kl", "Exponential", "Exponential", lam_1="a*", lam_2="b"': "lam_1='a*', column 2: the formula is incomplete",
    '"kl", "Exponential", "Exponential", lam_1="a*b", lam_2="b"': "it names a and b",
    '"kl", "Exponential", "Exponential", lam_1="a**2", lam_2="b"': "more than one solution or none",
    '"kl", "Exponential", "Exponential", lam_1="a"': "'b'",
    '"kl", "Exponential", "Exponential", dims="all"': "dims: 'all' is not known here; write none or sum or mean",
    '"kl"': "a claim names a quantity and one or two families",
}


def test_a_claim_that_cannot_be_used_is_an_error_of_its_own(tmp_path: Path, store: Path) -> None:
    text = "import symkl\n\ndef test_other(): ...\n"
    for index, claim in enumerate(UNUSABLE):
        text += f"@symkl.claims({claim})\ndef f{index}(a, b):\n    return a - b\n"
    _write(tmp_path, "test_it.py", text)
    code, told = _pytest(tmp_path, store=store)
    assert (code, f"{len(UNUSABLE)} failed, 1 passed" in told) == (1, True), told
    assert "Traceback" not in told
    for index, said in enumerate(UNUSABLE.values()):
        [(line, what)] = re.findall(rf"^test_it\.py:(\d+):\d+: f{index}: (.*)", told, re.MULTILINE)
        assert 3 * index + 4 <= int(line) <= 3 * index + 6
        assert said in what


def test_claims_may_be_about_families_of_ones_own(tmp_path: Path, store: Path) -> None:
    (tmp_path / "families").mkdir()
    (tmp_path / "families/own.toml").write_text(RAYLEIGH.replace("Rayleigh", "Own"))
    text = """
        import symkl
        import threading
        import warnings
        from numpy import log, euler_gamma

        threading.Thread(target=threading.Event().wait, daemon=True).start()

        @symkl.claims("entropy", "Own", s="scale", definitions="families/own.toml")
        def named(scale): return 1 + log(scale) - log(2)/2 + euler_gamma/2

        @symkl.claims("entropy", "Own")
        def not_named(s): return 1 + log(s) - log(2)/2 + euler_gamma/2
    """
    _write(tmp_path, "test_it.py", text)
    code, said = _pytest(tmp_path, "-W", "error", store=store)
    assert (code, "1 failed, 1 passed" in said, "there is no family 'Own'" in said) == (1, True, True), said
    code, said = _pytest(tmp_path, "-W", "error", "--symkl-with", "families/own.toml", store=store)
    assert (code, "2 passed" in said) == (0, True), said


def test_what_is_no_function_of_a_module_is_told(tmp_path: Path, store: Path) -> None:
    text = """
        from math import log
        import symkl

        def maker():
            @symkl.claims("entropy", "Exponential")
            def f(lam): return lam
            return f

        inner = maker()

        kept = "Exponential"

        @symkl.claims("entropy", kept)
        def not_spelt_out(lam): return 1 - log(lam)

        @symkl.claims("entropy", "Exponential")
        class Loss:
            pass
    """
    _write(tmp_path, "test_it.py", text)
    code, said = _pytest(tmp_path, store=store)
    assert (code, "2 failed, 1 passed" in said) == (1, True), said
    assert "is defined within another function" in said
    assert "Loss is no function" in said


def test_nothing_of_the_engine_is_imported_before_there_is_a_claim(tmp_path: Path, store: Path) -> None:
    _write(tmp_path, "test_it.py", "import symkl\n\ndef test_one(): ...\n")
    _write(tmp_path, "notes.md", "symkl is mentioned here.\n\n```python\nimport symkl\n```\n")
    _write(tmp_path, "plain.py", '"""About symkl."""\nraise SystemExit\n')
    code, said = _pytest(tmp_path, "--symkl", store=store)
    assert code == 0
    assert re.search(r"^imported:$", said, re.MULTILINE), said
    _write(tmp_path, "more.md", "```symkl entropy Exponential\n2 - log(lam)\n```\n")
    code, said = _pytest(tmp_path, "--symkl", store=store)
    assert code == 1
    assert "sympy" in said.partition("imported:")[2]


COUNTED = """
    import symkl
    from halves import half

    with open("imports.txt", "a") as file:
        file.write("once more\\n")


    @symkl.claims("entropy", "Exponential")
    def f(lam):
        from math import log
        return half() + half() - log(lam)
"""


def test_what_has_not_changed_is_not_decided_again(tmp_path: Path, store: Path) -> None:
    _write(tmp_path, "losses.py", COUNTED)
    _write(tmp_path, "halves.py", "def half():\n    return 0.5\n")
    _write(tmp_path, "notes.md", "```symkl entropy Exponential\n2 - log(lam)\n```\n")
    imports = tmp_path / "imports.txt"
    code, said = _pytest(tmp_path, "--symkl", store=store)
    assert (code, "1 failed, 1 passed" in said) == (1, True), said
    assert imports.read_text() == "once more\n"
    code, again = _pytest(tmp_path, "--symkl", store=store)
    assert (code, "1 failed, 1 passed" in again) == (1, True), again
    assert imports.read_text() == "once more\n"
    assert re.search(r"^imported:$", again, re.MULTILINE), again
    _write(tmp_path, "halves.py", "def half():\n    return 0.25\n")
    code, said = _pytest(tmp_path, "--symkl", store=store)
    assert (code, "2 failed" in said) == (1, True), said
    assert imports.read_text() == "once more\n" * 2


def test_the_decorator_returns_the_function_and_imports_nothing() -> None:
    text = """
        import sys
        before = set(sys.modules)
        import symkl
        def f(x): return x
        g = symkl.claims("kl", "Normal", "Normal", mu_1="mu", of="anything", definitions="missing.toml")(f)
        assert g is f and f(2) == 2 and len(f.__symkl_claims__) == 1
        import symkl.marks.judging
        assert symkl.claims.__module__ == "symkl.marks.decorator"
        assert "sympy" not in sys.modules
    """
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", textwrap.dedent(text)], env=env, check=True)
