"""Modules generated once a session from the derivations that ship with symkl, and imported."""

from __future__ import annotations

import importlib.util
import itertools
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import jax
import jinja2
import pytest

from symkl.codegen import Program, emit, lower
from symkl.derive import derive
from symkl.language import is_document, load_families, to_text
from symkl.model import Check, Family, Verdict, Verified, claim

ROOT = Path(__file__).parents[2]
SAME = ("Normal", "LogNormal", "Exponential", "Gamma", "Laplace", "Gumbel", "Poisson", "Bernoulli")
MIXED = (
    ("Normal", "Laplace"),
    ("Laplace", "Normal"),
    ("Gumbel", "Normal"),
    ("Exponential", "Gamma"),
    ("Normal", "Gamma"),
)


def _imported(path: Path, name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def references() -> ModuleType:
    """Closed forms typed from the literature (`references.py`), which share nothing with symkl."""
    return _imported(Path(__file__).parent / "references.py", "references_for_code")


@pytest.fixture(scope="session")
def loader() -> jinja2.BaseLoader:
    return jinja2.FileSystemLoader(ROOT / "templates")


@pytest.fixture(scope="session")
def families() -> dict[str, Family]:
    return load_families([path for path in sorted((ROOT / "derivations").glob("*.toml")) if not is_document(path)])


@pytest.fixture(scope="session")
def verified(families: dict[str, Family]) -> Callable[..., Verified]:
    """Derives a claim by family names; the verdict is made up, the tests of `verify` are elsewhere."""

    def make(quantity: str, p: str, q: str | None = None, where: tuple = ()) -> Verified:
        derivation = derive(claim(quantity, families[p], families[q] if q else None, where=where))
        return Verified(derivation, Verdict("proved", (Check("kernel", True),)))

    return make


@pytest.fixture(scope="session")
def programs(verified: Callable[..., Verified], families: dict[str, Family]) -> list[Program]:
    """Every entropy, cross-entropy and KL of the families and of the mixed pairs, where there is one."""
    return _programs(verified, families, slopes=False)


@pytest.fixture(scope="session")
def programs_with_slopes(verified: Callable[..., Verified], families: dict[str, Family]) -> list[Program]:
    """The same with their derivatives."""
    return _programs(verified, families, slopes=True)


def _programs(verified: Callable[..., Verified], families: dict[str, Family], slopes: bool) -> list[Program]:
    found = []
    for name in SAME:
        if name != "Poisson":  # its entropy has no closed form
            found.append(lower(verified("entropy", name), text=to_text, slopes=slopes))
            found.append(lower(verified("cross_entropy", name, name), text=to_text, slopes=slopes))
        kl = verified("kl", name, name)
        ways = (None, *(p.name for p in families[name].parametrisations))
        found += [lower(kl, way, way, text=to_text, slopes=slopes) for way in ways]
    for p, q in MIXED:
        found += [lower(verified(quantity, p, q), text=to_text, slopes=slopes) for quantity in ("cross_entropy", "kl")]
    return found


@pytest.fixture(scope="session")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str, str], ModuleType]]:
    """Imports the source of a module, given a name that is not taken."""
    folder, names = tmp_path_factory.mktemp("generated"), []

    def load(source: str, name: str) -> ModuleType:
        path = folder / f"{name}.py"
        path.write_text(source, encoding="utf-8")
        names.append(name)
        return _imported(path, name)

    yield load
    for name in names:
        sys.modules.pop(name, None)


@pytest.fixture(scope="session")
def with_slip(
    loader: jinja2.BaseLoader, imported: Callable[[str, str], ModuleType]
) -> Callable[[Program, str, str, str, str], ModuleType]:
    """The module of a program in a backend, with something changed in the template of one of its kernels."""
    numbers = itertools.count()

    def make(program: Program, backend: str, kernel: str, old: str, new: str) -> ModuleType:
        name = f"code/{backend}/kernels/{kernel}.py.j2"
        source = loader.get_source(jinja2.Environment(), name)[0]
        assert old in source
        chain = jinja2.ChoiceLoader([jinja2.DictLoader({name: source.replace(old, new)}), loader])
        return imported(emit([program], backend, chain), f"slip_{backend}_{kernel}_{next(numbers)}")

    return make


@pytest.fixture(scope="session")
def numpy_module(
    programs: list[Program], loader: jinja2.BaseLoader, imported: Callable[[str, str], ModuleType]
) -> ModuleType:
    return imported(emit(programs, "numpy", loader), "generated_numpy")


@pytest.fixture(scope="session")
def torch_module(
    programs_with_slopes: list[Program], loader: jinja2.BaseLoader, imported: Callable[[str, str], ModuleType]
) -> ModuleType:
    return imported(emit(programs_with_slopes, "torch", loader), "generated_torch")


@pytest.fixture(scope="session")
def numba_module(
    programs: list[Program], loader: jinja2.BaseLoader, imported: Callable[[str, str], ModuleType]
) -> ModuleType:
    return imported(emit(programs, "numba", loader), "generated_numba")


@pytest.fixture(scope="session")
def jax_module(
    programs_with_slopes: list[Program], loader: jinja2.BaseLoader, imported: Callable[[str, str], ModuleType]
) -> Iterator[ModuleType]:
    """With float64 enabled, as long as tests run that use it."""
    with jax.enable_x64(True):
        yield imported(emit(programs_with_slopes, "jax", loader), "generated_jax")
