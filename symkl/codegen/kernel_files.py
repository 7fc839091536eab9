"""Which kernel templates a module needs: those that define what it calls, and in turn what they use themselves."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

import jinja2

__all__ = ["kernels_for", "names_defined"]

_DEFINED = re.compile(r"^(?:def |class )?(_[A-Za-z]\w*)(?=[(:]| = )", re.MULTILINE)
_USED = re.compile(r"(?<!\w)_[A-Za-z]\w*")


def kernels_for(called: Iterable[str], backend: str, environment: jinja2.Environment) -> list[str]:
    """The names of the templates in `code/<backend>/kernels`, sorted, that define the names called (`_log_gap`)."""
    texts = _texts(backend, environment)
    home = {name: kernel for kernel, text in sorted(texts.items()) for name in names_defined(text)}
    found: set[str] = set()
    waiting = {home[name] for name in called}
    while waiting:
        kernel = waiting.pop()
        found.add(kernel)
        waiting |= {home[name] for name in _USED.findall(texts[kernel]) if name in home} - found
    return sorted(found)


def names_defined(text: str) -> list[str]:
    """The private names that the text of a kernel defines, in its order."""
    return _DEFINED.findall(text)


@lru_cache(maxsize=32)
def _texts(backend: str, environment: jinja2.Environment) -> dict[str, str]:
    folder = f"code/{backend}/kernels/"
    return {
        name.removeprefix(folder).removesuffix(".py.j2"): _source(environment, name)
        for name in environment.list_templates()
        if name.startswith(folder)
    }


def _source(environment: jinja2.Environment, name: str) -> str:
    assert environment.loader is not None
    return environment.loader.get_source(environment, name)[0]
