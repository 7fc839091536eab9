"""`scipy.stats`: the entropies of its continuous and discrete distributions."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any

from symkl.audit.libraries import Answer, Call, NotThere, Refused, Survey

__all__ = ["SciPy"]


@dataclass(frozen=True)
class SciPy:
    """The distributions of `scipy.stats` that are instances of `rv_continuous` and `rv_discrete`; it has no KL."""

    name: str = "scipy"
    package: str = "scipy"
    pip: str = "scipy"

    def survey(self, classes: tuple[str, ...]) -> Survey:
        """All distributions by name."""
        stats = importlib.import_module("scipy.stats")
        kinds = stats.rv_continuous, stats.rv_discrete
        named = tuple(name for name in sorted(dir(stats)) if isinstance(getattr(stats, name), kinds))
        return Survey(str(importlib.import_module("scipy").__version__), named)

    def compute(self, call: Call) -> Answer:
        """The entropy; the parameters are checked as SciPy does, which answers nan to what it does not accept."""
        if call.second:
            raise NotThere("scipy.stats has no KL divergence")
        numpy = importlib.import_module("numpy")
        distribution = getattr(importlib.import_module("scipy.stats"), call.first)
        given = {key: numpy.asarray(value) for key, value in call.first_arguments}
        with numpy.errstate(all="ignore"):
            if not _accepted(distribution, given, numpy):
                raise Refused("the shape parameters are out of their range")
            found = numpy.asarray(distribution.entropy(**given), dtype="float64")
        return Answer(tuple(found.shape), tuple(found.ravel().tolist()))


def _accepted(distribution: Any, given: dict[str, Any], numpy: Any) -> bool:
    """Whether its own check lets these pass: of the shapes, and of the scale that every continuous one has."""
    shapes = [name.strip() for name in (distribution.shapes or "").split(",") if name.strip()]
    scale, loc = given.get("scale", numpy.asarray(1.0)), given.get("loc", numpy.asarray(0.0))
    checked = distribution._argcheck(*(given[name] for name in shapes))
    return bool(numpy.all(checked) and numpy.all(scale > 0) and numpy.all(numpy.isfinite(loc)))
