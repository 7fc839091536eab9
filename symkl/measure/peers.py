"""What people use today for the same divergence: the classes of frameworks, SciPy, and lines written by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from symkl.library import Library
from symkl.measure.cases import VAE, Case
from symkl.requests import Request

__all__ = ["FORMULAS", "Peer", "build_peer", "peers_of"]


@dataclass(frozen=True)
class Peer:
    """A way to compute a divergence: `framework` holds its arrays, `packages` must be installed.

    `classes` are, of each of the two distributions, the class and the fields that take the arguments in their order;
    where there are none, `name` is a key of `FORMULAS`.
    """

    name: str
    framework: str
    packages: tuple[str, ...]
    classes: tuple[tuple[str, tuple[str, ...]], ...] = ()


#: library of distributions -> how it is called here, and whose arrays it takes
_LIBRARIES = {"torch": ("torch.distributions", "torch"), "numpyro": ("NumPyro", "jax")}


def peers_of(case: Case, library: Library) -> list[Peer]:
    """The peers of a case."""
    found = [Peer(f.name, f.framework, f.packages) for f in FORMULAS.values() if f.case == case]
    if case.request.where or case.request.q is None:
        return found
    for counted, (name, framework) in _LIBRARIES.items():
        sides = [_side(library, family, counted, case.way) for family in (case.request.p, case.request.q)]
        whole = [side for side in sides if side is not None]
        if len(whole) == len(sides):
            found.append(Peer(name, framework, (framework, counted), tuple(whole)))
    return found


def _side(library: Library, family: str, framework: str, way: str | None) -> tuple[str, tuple[str, ...]] | None:
    """The class of a framework that is the family under that parametrisation, and its fields in their order."""
    own = library.family(family)
    names = [p.name for p in own.parameters]
    names = next(([p.name for p in w.parameters] for w in own.parametrisations if w.name == way), names)
    for counterpart in own.classes:
        if (counterpart.framework, counterpart.parametrisation) == (framework, way):
            fields = dict(counterpart.fields)
            return counterpart.name, tuple(fields[name] for name in names)
    return None


def build_peer(peer: Peer, modules: dict[str, Any]) -> Any:
    """The peer as a function of arrays, given the imported `modules` of its packages."""
    if not peer.classes:
        return FORMULAS[peer.name].build(modules)
    package = modules[peer.packages[-1]].distributions
    divergence = package.kl.kl_divergence
    (first, first_fields), (second, second_fields) = peer.classes
    p_class, q_class, split = getattr(package, first), getattr(package, second), len(first_fields)

    def compute(*arguments: Any) -> Any:
        p = p_class(**dict(zip(first_fields, arguments[:split], strict=True)), validate_args=False)
        q = q_class(**dict(zip(second_fields, arguments[split:], strict=True)), validate_args=False)
        return divergence(p, q)

    return compute


class Formula:
    """A line that is written by hand, or a function of a library that happens to be the divergence."""

    def __init__(self, name: str, framework: str, packages: Sequence[str], case: Case, build: Any) -> None:
        self.name, self.framework, self.packages = name, framework, tuple(packages)
        self.case, self.build = case, build


def _vae_line(modules: dict[str, Any]) -> Any:
    exp = modules["torch"].exp
    return lambda mu, logvar: -0.5 * (1 + logvar - mu.pow(2) - exp(logvar))


def _vae_classes(modules: dict[str, Any]) -> Any:
    torch = modules["torch"]
    divergence = torch.distributions.kl_divergence

    def compute(mu: Any, logvar: Any) -> Any:
        zero, one = torch.zeros_like(mu), torch.ones_like(mu)
        p = torch.distributions.Normal(mu, torch.exp(0.5 * logvar), validate_args=False)
        return divergence(p, torch.distributions.Normal(zero, one, validate_args=False))

    return compute


def _poisson(modules: dict[str, Any]) -> Any:
    kl_div = modules["scipy.special"].kl_div
    return lambda first, second: kl_div(first, second)


def _bernoulli(modules: dict[str, Any]) -> Any:
    rel_entr = modules["scipy.special"].rel_entr
    return lambda p, q: rel_entr(p, q) + rel_entr(1 - p, 1 - q)


_ROWS = (
    Formula("the VAE line (torch)", "torch", ["torch"], VAE, _vae_line),
    Formula("torch.distributions, exp(logvar/2)", "torch", ["torch"], VAE, _vae_classes),
    Formula(
        "scipy.special.kl_div", "numpy", ["numpy", "scipy.special"], Case(Request("kl", "Poisson", "Poisson")), _poisson
    ),
    Formula(
        "scipy.special.rel_entr",
        "numpy",
        ["numpy", "scipy.special"],
        Case(Request("kl", "Bernoulli", "Bernoulli")),
        _bernoulli,
    ),
)
FORMULAS = {row.name: row for row in _ROWS}
