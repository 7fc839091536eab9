"""Reports as charts: panels of lines over logarithmic axes, drawn by a template as SVG."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from symkl.measure.tables import number

if TYPE_CHECKING:
    from jinja2 import BaseLoader

__all__ = ["Panel", "accuracy_panels", "draw", "speed_panels"]

#: a panel's inner width and height, and the room around it, in pixels
_WIDTH, _HEIGHT, _LEFT, _TOP, _BELOW = 300, 170, 56, 34, 34
_ACROSS = 3
#: told apart by who does not see red and green alike (Okabe and Ito)
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#000000", "#999999")


@dataclass(frozen=True)
class Panel:
    """A title, the names along the bottom, and a line of values for each name; None is a gap."""

    title: str
    along: Sequence[str]
    lines: Mapping[str, Sequence[float | None]]


def accuracy_panels(report: dict[str, Any]) -> list[Panel]:
    """The largest error of values in each regime; what is infinite is drawn at the top, below 0.1 ULP at the bottom."""
    return _panels(report, ("case", "dtype"), "regime", lambda row: _at_least(row["value"]["max"]))


def _at_least(value: float | None) -> float:
    return 1e20 if value is None else min(max(value, 0.1), 1e20)


def speed_panels(report: dict[str, Any]) -> list[Panel]:
    """How many times as fast as the base, by size."""
    return _panels(report, ("case", "dtype", "mode"), "size", lambda row: row["ratio"])


def _panels(
    report: dict[str, Any], keys: tuple[str, ...], along: str, value: Callable[[dict[str, Any]], float]
) -> list[Panel]:
    found: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row in report["results"]:
        found.setdefault(tuple(row[key] for key in keys), []).append(row)
    panels = []
    for names, rows in found.items():
        places = list(dict.fromkeys(row[along] for row in rows))
        lines: dict[str, list[float | None]] = {}
        for row in rows:
            lines.setdefault(row["who"], [None] * len(places))[places.index(row[along])] = value(row)
        panels.append(Panel(", ".join(names), [_place(place) for place in places], lines))
    return panels


def _place(place: str | int) -> str:
    return place if isinstance(place, str) else number(place) if place >= 1e4 else str(place)


def draw(panels: Sequence[Panel], title: str, loader: BaseLoader) -> str:
    """The text of an SVG file."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        loader=loader, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=True
    )
    names = list(dict.fromkeys(name for panel in panels for name in panel.lines))
    colours = {name: _COLOURS[i % len(_COLOURS)] for i, name in enumerate(names)}
    across = min(_ACROSS, max(1, len(panels)))
    wide, high = _LEFT + _WIDTH + 24, _TOP + _HEIGHT + _BELOW
    legend = 24 + 18 * math.ceil(len(names) / across)
    return environment.get_template("measure/chart.svg.j2").render(
        title=title,
        width=across * wide,
        height=legend + 12 + high * math.ceil(len(panels) / across),
        legend=[
            {"name": name, "colour": colours[name], "x": 20 + wide * (i % across), "y": 40 + 18 * (i // across)}
            for i, name in enumerate(names)
        ],
        panels=[
            {**_drawn(panel, colours), "x": wide * (i % across) + _LEFT, "y": legend + 12 + high * (i // across) + _TOP}
            for i, panel in enumerate(panels)
        ],
        inner={"width": _WIDTH, "height": _HEIGHT},
    )


def _drawn(panel: Panel, colours: Mapping[str, str]) -> dict[str, Any]:
    """Where everything in a panel lies, from its upper left corner."""
    powers = [math.log10(v) for line in panel.lines.values() for v in line if v]
    low, high = math.floor(min(powers, default=0)), math.ceil(max(powers, default=0))
    high = max(high, low + 1)
    step = max(1, math.ceil((high - low) / 6))
    rise = _HEIGHT / (high - low)
    stride = _WIDTH / max(1, len(panel.along) - 1)

    def height(power: float) -> float:
        return round(_HEIGHT - rise * (power - low), 1)

    return {
        "title": panel.title,
        "rows": [{"y": height(power), "name": _power(power)} for power in range(low, high + 1, step)],
        "along": [{"x": round(i * stride, 1), "name": name} for i, name in enumerate(panel.along)],
        "lines": [
            {
                "colour": colours[name],
                "dots": [(round(i * stride, 1), height(math.log10(v))) for i, v in enumerate(line) if v],
            }
            for name, line in panel.lines.items()
        ],
    }


def _power(power: int) -> str:
    return f"{10.0**power:g}" if -3 < power < 4 else f"1e{power}"
