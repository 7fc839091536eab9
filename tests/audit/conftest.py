"""Libraries to be audited that are right or wrong on purpose, and what every test here needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product

import mpmath as mp
import pytest

from symkl.audit.counterparts import counterparts
from symkl.audit.libraries import Answer, Call, Refused, Survey, Value
from symkl.audit.report import Audit
from symkl.audit.stages import audit
from symkl.audit.subjects import Subject
from symkl.library import Library, read_library
from symkl.settings import Settings
from symkl.workers import Crew, Job


def right(a: Value, b: Value) -> float:
    """KL of an exponential with rate a from one with rate b, to the last digit."""
    with mp.workdps(60):
        ratio = mp.mpf(b) / mp.mpf(a)
        return float(ratio - 1 - mp.log(ratio))


def swapped(a: Value, b: Value) -> float:
    return right(b, a)


def rounded(a: Value, b: Value) -> float:
    """The textbook's formula, which cancels near equality."""
    return float(mp.log(mp.mpf(a) / b) + mp.mpf(b) / a - 1)


def below(a: Value, b: Value) -> float:
    return right(a, b) - 1e-14


def raising(a: Value, b: Value) -> float:
    raise ZeroDivisionError("by nothing")


def slow(a: Value, b: Value) -> float:
    while True:
        pass


def huge(a: Value, b: Value) -> float:
    return float("inf")


def nothing(a: Value, b: Value) -> float:
    return float("nan")


def refusing(a: Value, b: Value) -> float:
    raise Refused("no")


@dataclass(frozen=True)
class Fake:
    """A library with torch's names that has one class and one divergence."""

    divergence: Callable[[Value, Value], float] = right
    narrow: bool = False
    name: str = "torch"
    package: str = "fake"
    pip: str = "fake"

    def survey(self, classes: tuple[str, ...]) -> Survey:
        """Exponential alone, and a class that nobody knows."""
        return Survey("1.0", ("Exponential", "Unheard"), (("Exponential", "Exponential"), ("Unheard", "Unheard")),
                      (("Exponential", "Exponential"),))  # fmt: skip

    def compute(self, call: Call) -> Answer:
        """Its divergence at each point; of `narrow` ones in the shape of the first argument alone."""
        a = dict(call.first_arguments)["rate"]
        if not call.second:
            return Answer((), (float(1 - mp.log(mp.mpf(a))),)) if isinstance(a, float) else Answer((), ())
        b = dict(call.second_arguments)["rate"]
        if not isinstance(a, list):
            if min(a, b) <= 0:
                raise Refused("rates are positive")
            return Answer((), (self.divergence(a, b),))
        if self.narrow:
            return Answer((3, 1), tuple(self.divergence(x, b[0]) for (x,) in a))
        return Answer((3, 4), tuple(self.divergence(x, y) for (x,), y in product(a, b)))


@pytest.fixture(scope="session")
def families() -> Library:
    return read_library()


@pytest.fixture(scope="session")
def audited(families: Library) -> Iterator[Callable[..., Audit]]:
    """Audit a library; what was proved once is not proved again."""
    with pytest.MonkeyPatch.context() as patch, Crew(1) as crew, Crew(1, fresh=True) as fresh:
        import tempfile

        with tempfile.TemporaryDirectory() as folder:
            patch.setenv("SYMKL_CACHE_DIR", folder)

            def run(library: object, pattern: str | None = None, timeout: float | None = None) -> Audit:
                asking = crew if isinstance(library, Fake) else fresh
                chosen = Settings(timeout=timeout)
                return audit(library, families, chosen, pattern, asking, crew, lambda n: lambda name: None)  # type: ignore[arg-type]

            yield run


@pytest.fixture(scope="session")
def apart() -> Iterator[Callable[..., object]]:
    """Do something in a process of its own: a library that has threads must not be imported where others fork."""
    with Crew(1, fresh=True) as crew:

        def run(function: Callable[..., object], *arguments: object) -> object:
            [outcome] = crew.work([Job(function.__name__, function, arguments, 300)])
            assert not outcome.bug, outcome.bug
            return outcome.value

        yield run


@pytest.fixture(scope="session")
def subject(families: Library) -> Callable[..., Subject]:
    """The subject of one or two classes of a library, by their titles."""
    made = {name: {m.title: m for m in counterparts(name, families)} for name in ("torch", "numpyro", "scipy")}

    def find(framework: str, *titles: str) -> Subject:
        return Subject(*(made[framework][title] for title in titles))

    return find
