"""Reports as tables: rows of text for whoever prints them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

__all__ = ["accuracy_tables", "speed_tables"]

Table = tuple[str, list[str], list[list[str]]]
_COUNTS = ("negative", "nan", "infinite")


def accuracy_tables(report: dict[str, Any]) -> list[Table]:
    """For each dtype, of values and of slopes: the largest and the median error in each regime, and what is wrong
    beyond measure, counted over all regimes.
    """
    tables = []
    rows = report["results"]
    for dtype in _once(row["dtype"] for row in rows):
        for what in ("value", "slopes"):
            own = [row for row in rows if row["dtype"] == dtype and row[what] is not None]
            if own:
                tables.append(_errors(dtype, what, own))
    return tables


def _errors(dtype: str, what: str, rows: Sequence[dict[str, Any]]) -> Table:
    names = _once(row["regime"] for row in rows)
    counts = _COUNTS if what == "value" else _COUNTS[1:]
    lines = []
    for case, who in _once((row["case"], row["who"]) for row in rows):
        own = {row["regime"]: row[what] for row in rows if (row["case"], row["who"]) == (case, who)}
        cells = [_cell(own[name]) if name in own else "" for name in names]
        lines.append([case, who, *cells, *(str(sum(part[c] for part in own.values())) for c in counts)])
    title = f"{'gradient' if what == 'slopes' else 'KL'}, {dtype}: largest / median error in ULP"
    return title, ["family", "who", *names, *counts], lines


def _cell(part: dict[str, Any]) -> str:
    return f"{number(part['max'])} / {number(part['median'])}" if part["points"] else "-"


def number(value: float | None) -> str:
    """Two digits are enough, and of what is large its power of ten."""
    if value is None:
        return "inf"
    if value < 10:
        return f"{value:.1f}"
    return f"{value:.0f}" if value < 1e4 else f"{value:.0e}".replace("e+0", "e").replace("e+", "e")


def speed_tables(report: dict[str, Any]) -> list[Table]:
    """For each case, dtype and direction: how many times as fast as the base each is, by size."""
    tables = []
    rows = report["results"]
    for case, dtype, mode in _once((row["case"], row["dtype"], row["mode"]) for row in rows):
        own = [row for row in rows if (row["case"], row["dtype"], row["mode"]) == (case, dtype, mode)]
        sizes = _once(row["size"] for row in own)
        lines = []
        for who in _once(row["who"] for row in own):
            times = {row["size"]: row for row in own if row["who"] == who}
            lines.append([who, *(_ratio(times.get(size)) for size in sizes)])
        title = f"{case}, {dtype}, {mode}: times as fast as {own[0]['base']}"
        tables.append((title, ["who", *(f"{size:.0e}" if size >= 1e4 else str(size) for size in sizes)], lines))
    return tables


def _ratio(row: dict[str, Any] | None) -> str:
    if row is None:
        return ""
    return f"1 ({_seconds(row['seconds'])})" if row["who"] == row["base"] else _two_digits(row["ratio"])


def _two_digits(value: float) -> str:
    return f"{float(f'{value:.2g}'):g}"


def _seconds(value: float) -> str:
    for unit, name in ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs")):
        if value >= unit:
            return f"{value / unit:.3g} {name}"
    return f"{value / 1e-9:.3g} ns"


def _once(values: Any) -> list[Any]:
    return list(dict.fromkeys(values))
