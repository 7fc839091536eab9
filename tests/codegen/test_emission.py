"""The text of a module: safe whatever the definitions hold, the same bytes every time, by templates to replace."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import jinja2
import pytest
import sympy as sp

from symkl.codegen import emit, lower
from symkl.codegen.emission import docstring_text
from symkl.model import (
    Derivation,
    Family,
    Judged,
    Known,
    Parameter,
    Verdict,
    Verified,
    claim,
)

pytestmark = pytest.mark.sample(3)

ROOT = Path(__file__).parents[2]
NASTY = (
    'three quotes """ and more """',
    '""""""""',
    '"""\nraise SystemExit("run")\n"""',
    'ends with a quote "',
    "ends with a backslash \\",
    '\\""" + __import__("os").abort() + """',
    "\\N{nonsense} \\x \\u12 \\",
    "{{ 7*7 }} {% raise %} {# x #}",
    "a\r\nb\u2028c\x00d\x0be\u202ef",
    "%s {0} {name}",
)


def hostile(text: str, name: str = "a") -> Verified:
    """A claim whose every piece of prose is `text`."""
    a = Parameter(name, "positive", doc=text)
    x = sp.Symbol("x", real=True)
    family = Family("Strange", x, "continuous", (sp.S.Zero, sp.oo), (a,), log_density=sp.S.Zero, origin=text)
    made = Derivation(claim("entropy", family), "closed", 2 * a.symbol, (), reason=text)
    known = Known("entropy", None, a.symbol, text, text, "known[1]")
    return Verified(made, Verdict("proved", note=text), known=(Judged(known, Verdict("proved")),))


@pytest.mark.parametrize("backend", ["numpy", "torch", "jax"])
@pytest.mark.parametrize("index", range(len(NASTY)))
def test_prose_from_a_definition_stays_prose(
    backend: str, index: int, loader: jinja2.BaseLoader, imported: Callable[[str, str], ModuleType]
) -> None:
    source = emit([lower(hostile(NASTY[index]))], backend, loader, title=NASTY[index])
    module = imported(source, f"hostile_{backend}_{index}")
    assert float(module.entropy_strange(1.5)) == 3.0
    # nothing but the docstring, imports, names, functions and classes stands at the top
    allowed = (ast.Expr, ast.Import, ast.ImportFrom, ast.Assign, ast.FunctionDef, ast.ClassDef)
    assert all(isinstance(node, allowed) for node in ast.parse(source).body)
    expected = " ".join("".join(c for c in NASTY[index] if c.isprintable() or c in "\n\r\t\x0b").split())
    found = " ".join(module.entropy_strange.__doc__.split())
    assert expected.replace("\r", "").split()[0] in found


@pytest.mark.parametrize("text", NASTY)
def test_escaped_text_is_a_literal_that_reads_back(text: str) -> None:
    kept = ast.literal_eval(f'"""{docstring_text(text)}\n"""')
    assert set(kept) <= set(text) | {"\n"}


def test_an_escape_that_is_left_out_would_be_caught() -> None:
    with pytest.raises((SyntaxError, ValueError)):
        ast.literal_eval(f'"""{NASTY[2]}\n"""')


@pytest.mark.parametrize("backend", ["numpy", "torch", "jax"])
@pytest.mark.parametrize(
    "name", ["np", "torch", "value", "shape", "dtype", "valid", "event_ndims", "special", "_log_gap", "sum", "Tensor"]
)
def test_a_parameter_may_have_the_name_of_something_that_the_code_uses(
    backend: str, name: str, loader: jinja2.BaseLoader, imported: Callable[[str, str], ModuleType]
) -> None:
    module = imported(emit([lower(hostile("", name))], backend, loader), f"named_{backend}_{name.strip('_')}")
    assert float(module.entropy_strange(1.5)) == 3.0


def test_a_parameter_called_t_does_not_collide_with_names_of_common_subexpressions(
    loader: jinja2.BaseLoader, imported: Callable[[str, str], ModuleType]
) -> None:
    t = Parameter("t", "positive")
    family = Family("Timed", sp.Symbol("x", real=True), "continuous", (sp.S.Zero, sp.oo), (t,), log_density=sp.S.Zero)
    about = claim("kl", family, family)
    t_1, t_2 = (p.symbol for p in about.parameters)
    value = sp.exp(t_1 + 2 * t_2) + (t_1 + 2 * t_2) ** 2 + sp.sqrt(2) * t_1
    module = imported(
        emit([lower(Verified(Derivation(about, "closed", value, ()), Verdict("proved")))], "numpy", loader), "timed"
    )
    assert float(module.kl_timed_timed(0.5, 0.25)) == pytest.approx(float(value.subs({t_1: 0.5, t_2: 0.25})), rel=1e-15)


@pytest.mark.parametrize("backend", ["jax", "numba", "numpy", "torch"])
def test_a_module_stands_alone(backend: str, programs: list, loader: jinja2.BaseLoader) -> None:
    tree = ast.parse(emit(programs, backend, loader))
    imports = [n for n in ast.walk(tree) if isinstance(n, (ast.Import, ast.ImportFrom))]
    names = {(n.module if isinstance(n, ast.ImportFrom) else n.names[0].name).split(".")[0] for n in imports}
    # torch takes numba and NumPy where they are there: that it does without is tested with the one pass
    others = {"numpy": {"scipy"}, "numba": {"numpy"}, "torch": {"numba", "numpy"}}.get(backend, set())
    assert names - set(sys.stdlib_module_names) <= {backend, *others}


def test_scipy_is_imported_only_where_it_is_needed(
    verified: Callable[..., Verified], loader: jinja2.BaseLoader
) -> None:
    assert "scipy" not in emit([lower(verified("kl", "Gamma", "Gamma"))], "numpy", loader)
    source = emit([lower(verified("kl", "Normal", "Laplace"))], "numpy", loader)
    assert "from scipy import special" in source
    assert "NumPy and SciPy" in source


def test_only_the_kernels_that_are_called_are_there(
    verified: Callable[..., Verified], loader: jinja2.BaseLoader
) -> None:
    made = verified("kl", "Normal", "Normal", (("mu_2", sp.S.Zero), ("sigma_2", sp.S.One)))
    source = emit([lower(made, "log_variance", "log_variance")], "torch", loader)
    defined = {n.name for n in ast.parse(source).body if isinstance(n, ast.FunctionDef)}
    used = {n.id for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Name)}
    assert defined - {"kl_normal_normal__log_variance"} <= used


@pytest.mark.parametrize("backend", ["jax", "numba", "numpy", "torch"])
@pytest.mark.parametrize("slopes", [False, True])
def test_generated_code_passes_the_linter(
    backend: str,
    slopes: bool,
    programs: list,
    programs_with_slopes: list,
    loader: jinja2.BaseLoader,
    tmp_path: Path,
) -> None:
    path = tmp_path / f"generated_{backend}.py"
    path.write_text(emit(programs_with_slopes if slopes else programs, backend, loader), encoding="utf-8")
    options = ["--isolated", "--select", "E,F,W,I,B,UP,C4,PIE,RET,SIM,PERF", "--line-length", "120"]
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", *options, str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_every_function_is_exported_and_says_formula_arguments_units_and_verdict(
    numpy_module: ModuleType, programs: list
) -> None:
    assert sorted(numpy_module.__all__) == sorted(p.name for p in programs)
    for name in numpy_module.__all__:
        doc = getattr(numpy_module, name).__doc__
        assert "in nats" in doc
        assert "Formula:" in doc
        assert "Verdict: proved" in doc
        assert "event_ndims" in doc


def test_a_source_is_cited_only_where_the_known_form_was_confirmed(loader: jinja2.BaseLoader) -> None:
    made = hostile("A. Author (1999), equation 7")
    assert "Source: A. Author (1999)" in emit([lower(made)], "numpy", loader)
    wrong = replace(made, known=(replace(made.known[0], verdict=Verdict("failed")),))
    assert "Source:" not in emit([lower(wrong)], "numpy", loader)


def test_a_kernel_within_a_longer_spelling_is_there_too(loader: jinja2.BaseLoader) -> None:
    result = hostile("")
    shape = result.derivation.claim.parameters[0].symbol
    program = lower(replace(result, derivation=replace(result.derivation, result=sp.gamma(shape))))
    source = emit([program], "jax", loader)
    assert "jnp.exp(_loggamma(a))" in source
    assert "def _loggamma(" in source


def test_a_users_template_takes_the_place_of_one_file_includes_too(
    verified: Callable[..., Verified], loader: jinja2.BaseLoader, tmp_path: Path
) -> None:
    own = tmp_path / "code" / "numpy"
    own.mkdir(parents=True)
    (own / "support.py.j2").write_text("# my own support\n", encoding="utf-8")
    chain = jinja2.ChoiceLoader([jinja2.FileSystemLoader(tmp_path), loader])
    program = lower(verified("entropy", "Exponential"))
    source = emit([program], "numpy", chain)
    assert "# my own support" in source
    assert "def _prepare" not in source
    assert "def entropy_exponential(" in source
    assert "# my own support" not in emit([program], "numpy", loader)


def test_a_template_that_names_what_is_not_there_is_an_error(
    verified: Callable[..., Verified], loader: jinja2.BaseLoader, tmp_path: Path
) -> None:
    own = tmp_path / "code" / "numpy"
    own.mkdir(parents=True)
    (own / "support.py.j2").write_text("{{ no_such_thing }}\n", encoding="utf-8")
    chain = jinja2.ChoiceLoader([jinja2.FileSystemLoader(tmp_path), loader])
    with pytest.raises(jinja2.UndefinedError, match="no_such_thing"):
        emit([lower(verified("entropy", "Exponential"))], "numpy", chain)


@pytest.mark.sweep
def test_the_bytes_do_not_depend_on_the_hash_seed() -> None:
    script = (
        "import jinja2, sys\nfrom pathlib import Path\n"
        "from symkl.codegen import emit, lower\nfrom symkl.derive import derive\n"
        "from symkl.language import load_family, to_text\nfrom symkl.model import Verdict, Verified, claim\n"
        "programs = []\n"
        "for name in ('gumbel', 'gamma', 'normal'):\n"
        "    family = load_family(Path('derivations') / f'{name}.toml')\n"
        "    made = Verified(derive(claim('kl', family, family)), Verdict('proved'))\n"
        "    ways = [None, *(p.name for p in family.parametrisations)]\n"
        "    programs += [lower(made, way, way, to_text) for way in ways]\n"
        "for backend in ('numpy', 'torch', 'jax'):\n"
        "    sys.stdout.write(emit(programs, backend, jinja2.FileSystemLoader('templates')))\n"
    )
    found = []
    for seed in ("1", "42"):
        environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            [sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
        )
        found.append(done.stdout)
    assert len(found[0]) > 10_000
    assert found[0] == found[1]


def test_what_was_read_of_templates_for_one_module_serves_the_next(
    verified: Callable[..., Verified], loader: jinja2.BaseLoader
) -> None:
    read: list[str] = []

    def source(name: str) -> tuple[str, str | None, Callable[[], bool] | None]:
        read.append(name)
        return loader.get_source(jinja2.Environment(), name)

    class Counted(jinja2.FunctionLoader):
        def list_templates(self) -> list[str]:
            return loader.list_templates()

    counted, program = Counted(source), lower(verified("kl", "Normal", "Normal"))
    first = emit([program], "numpy", counted)
    assert read
    read.clear()
    assert emit([program], "numpy", counted) == first
    assert not read
