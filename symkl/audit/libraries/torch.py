"""`torch.distributions`: what it registers, and its answers in float64."""

from __future__ import annotations

import importlib
import warnings
from dataclasses import dataclass
from typing import Any

from symkl.audit.libraries import Answer, Call, NotThere, Refused, Survey, Value

__all__ = ["Torch"]


@dataclass(frozen=True)
class Torch:
    """The classes of `torch.distributions`, and `kl_divergence` by its registry."""

    name: str = "torch"
    package: str = "torch"
    pip: str = "torch"

    def survey(self, classes: tuple[str, ...]) -> Survey:
        """All classes that it exports, and the pairs for which its dispatcher finds a function."""
        torch = _torch()
        own = torch.distributions
        registry = importlib.import_module("torch.distributions.kl")
        made = {name: getattr(own, name) for name in classes if hasattr(own, name)}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about ambiguous pairs
            found = [
                (p, q) for p in made for q in made if registry._dispatch_kl(made[p], made[q]) is not NotImplemented
            ]
        return Survey(
            str(torch.__version__),
            tuple(name for name in own.__all__ if _is_class(getattr(own, name), own.Distribution)),
            tuple((p.__name__, q.__name__) for p, q in registry._KL_REGISTRY),
            tuple(found),
        )

    def compute(self, call: Call) -> Answer:
        """The divergence or the entropy, the parameters checked by torch itself."""
        torch = _torch()
        sides = [_made(torch, call.first, call.first_arguments)]
        if call.second:
            sides.append(_made(torch, call.second, call.second_arguments))
        try:
            found = torch.distributions.kl_divergence(*sides) if call.second else sides[0].entropy()
        except NotImplementedError as why:
            raise NotThere(str(why)) from None
        found = torch.as_tensor(found).detach().to(torch.float64)
        return Answer(tuple(found.shape), tuple(found.flatten().tolist()))


def _torch() -> Any:
    torch = importlib.import_module("torch")
    torch.set_num_threads(1)
    return torch


def _is_class(thing: object, base: type) -> bool:
    return isinstance(thing, type) and issubclass(thing, base)


def _made(torch: Any, name: str, arguments: tuple[tuple[str, Value], ...]) -> Any:
    """An instance. Raises Refused where torch does not accept the parameters."""
    given = {key: torch.as_tensor(value, dtype=torch.float64) for key, value in arguments}
    try:
        return getattr(torch.distributions, name)(**given, validate_args=True)
    except (ValueError, RuntimeError) as why:
        raise Refused(str(why)) from None
