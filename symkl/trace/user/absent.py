"""Libraries that a user's file imports and that are not installed: empty in their place, until something needs them.

A file with a loss function imports what the training needs as well. While the file is imported, whatever it takes from
such a library is a `Stand`; whoever uses one later is told which library is missing.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, NoReturn

__all__ = ["absent", "forgotten", "is_there", "standing_in"]

#: so many different libraries of one file may be missing
_MOST = 20


class Stand:
    """What stands in the place of something of a library that is missing."""

    def __init__(self, name: str, home: Stands) -> None:
        self._name, self._home = name, home

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Stand(f"{self._name}.{name}", self._home)

    def __call__(self, *given: Any, **named: Any) -> Any:
        if not self._home.importing:
            self._fail()
        single = given[0] if len(given) == 1 and not named else None
        return single if callable(single) and not isinstance(single, Stand) else self  # a decorator

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[type, ...]:
        return ()

    def __getitem__(self, key: Any) -> Stand:
        return self if self._home.importing else self._fail()

    def __iter__(self) -> NoReturn:
        self._fail()

    def __bool__(self) -> NoReturn:
        self._fail()

    def __or__(self, other: Any) -> Any:
        return self if self._home.importing else self._fail()

    __ror__ = __or__

    def _operate(self, *_: Any) -> NoReturn:
        self._fail()

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _operate
    __pow__ = __rpow__ = __neg__ = __lt__ = __gt__ = __le__ = __ge__ = __float__ = __int__ = __len__ = _operate

    def _fail(self) -> NoReturn:
        library = self._name.partition(".")[0]
        raise ModuleNotFoundError(f"it uses '{self._name}', and '{library}' is not installed here", name=library)


class _Module(ModuleType):
    def __init__(self, name: str, home: Stands) -> None:
        super().__init__(name)
        self.__path__: list[str] = []
        self._home = home

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Stand(f"{self.__name__}.{name}", self._home)


class Stands:
    """Finds the modules of the libraries in `names`, all of them empty."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.importing = False

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: Any = None) -> ModuleSpec | None:
        if not self.importing or name.partition(".")[0] not in self.names:
            return None
        return importlib.util.spec_from_loader(name, self, is_package=True)  # type: ignore[arg-type]

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _Module(spec.name, self)

    def exec_module(self, module: ModuleType) -> None:
        """There is nothing in it."""


_STANDS = Stands()


def absent() -> list[str]:
    """The libraries that are missing, of the module that was imported last."""
    return sorted(_STANDS.names)


def is_there(library: str) -> bool:
    """Whether it is installed, and nothing stands in its place."""
    return not isinstance(sys.modules.get(library), _Module) and not _is_missing(library)


def forgotten() -> None:
    """Nothing stands in the place of anything any longer."""
    _STANDS.names.clear()
    for name in [name for name, module in sys.modules.items() if isinstance(module, _Module)]:
        del sys.modules[name]


def standing_in(load: Callable[[], ModuleType], own: str) -> ModuleType:
    """What `load` gives, in another attempt with an empty library wherever one is missing; `own` is no library."""
    forgotten()
    with _finding():
        for _ in range(_MOST):
            try:
                return load()
            except ModuleNotFoundError as error:
                library = (error.name or "").partition(".")[0]
                if not library or library in _STANDS.names or library == own or not _is_missing(library):
                    raise
                _STANDS.names.add(library)
        return load()


def _is_missing(library: str) -> bool:
    try:
        return importlib.util.find_spec(library) is None
    except (ImportError, ValueError):
        return False


@contextmanager
def _finding() -> Iterator[None]:
    sys.meta_path.append(_STANDS)
    _STANDS.importing = True
    try:
        yield
    finally:
        _STANDS.importing = False
        sys.meta_path.remove(_STANDS)
