"""`numpyro.distributions`: what it registers, and its answers in float64."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any

from symkl.audit.libraries import Answer, Call, NotThere, Refused, Survey, Value

__all__ = ["NumPyro"]


@dataclass(frozen=True)
class NumPyro:
    """The classes of `numpyro.distributions`, and `kl_divergence` by its dispatcher."""

    name: str = "numpyro"
    package: str = "numpyro"
    pip: str = "numpyro"

    def survey(self, classes: tuple[str, ...]) -> Survey:
        """All classes that it exports, and the pairs for which its dispatcher finds a function."""
        own = _distributions()
        divergence = own.kl.kl_divergence
        made = {name: getattr(own, name) for name in classes if hasattr(own, name)}
        return Survey(
            str(importlib.import_module("numpyro").__version__),
            tuple(name for name in dir(own) if _is_class(getattr(own, name), own.Distribution)),
            tuple((p.__name__, q.__name__) for p, q in divergence.funcs),
            tuple((p, q) for p in made for q in made if divergence.dispatch(made[p], made[q]) is not None),
        )

    def compute(self, call: Call) -> Answer:
        """The divergence or the entropy, the parameters checked by NumPyro itself."""
        own = _distributions()
        sides = [_made(own, call.first, call.first_arguments)]
        if call.second:
            sides.append(_made(own, call.second, call.second_arguments))
        try:
            found = own.kl.kl_divergence(*sides) if call.second else sides[0].entropy()
        except NotImplementedError as why:
            raise NotThere(str(why)) from None
        array = importlib.import_module("numpy").asarray(found, dtype="float64")
        return Answer(tuple(array.shape), tuple(array.ravel().tolist()))


def _distributions() -> Any:
    importlib.import_module("jax").config.update("jax_enable_x64", True)
    return importlib.import_module("numpyro.distributions")


def _is_class(thing: object, base: type) -> bool:
    return isinstance(thing, type) and issubclass(thing, base)


def _made(own: Any, name: str, arguments: tuple[tuple[str, Value], ...]) -> Any:
    """An instance. Raises Refused where NumPyro does not accept the parameters."""
    numpy = importlib.import_module("jax.numpy")
    given = {key: numpy.asarray(value) for key, value in arguments}
    try:
        return getattr(own, name)(**given, validate_args=True)
    except ValueError as why:
        raise Refused(str(why)) from None
