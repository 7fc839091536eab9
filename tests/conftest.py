"""What all tests share."""

from __future__ import annotations

import signal
from collections import Counter

import pytest


def pytest_configure() -> None:
    """Interrupts are heard, also by what tests start, where tests run in a background that ignores them."""
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="rewrite the checked-in outputs in tests/golden")
    parser.addoption(
        "--sweep", action="store_true", help="run the sweeps too, an hour of them, and every case of a sample"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the sweeps out unless they are asked for, and of the cases of a test that is a sample all but every n-th.

    A single case that is named on the command line runs: a sample is taken of what stands beside it.
    """
    if config.getoption("--sweep"):
        return
    seen: Counter[str] = Counter()
    left_out = set()
    for item in items:
        sample, test = item.get_closest_marker("sample"), item.nodeid.partition("[")[0]
        if item.get_closest_marker("sweep") or (sample is not None and seen[test] % sample.args[0]):
            left_out.add(item)
        seen[test] += 1
    if left_out:
        config.hook.pytest_deselected(items=[item for item in items if item in left_out])
        items[:] = [item for item in items if item not in left_out]


@pytest.fixture
def update(request: pytest.FixtureRequest) -> bool:
    """Whether goldens are to be rewritten instead of compared."""
    return bool(request.config.getoption("--update"))
