"""`symkl bench`: the speed of generated code, as ratios to what people use today."""

from __future__ import annotations

from typing import Annotated

import typer

from symkl.cli.measuring import Backends, Dtypes, JsonFile, PlotFile, check_plot, chosen_of, prepared_cases, tell
from symkl.cli.options import Common, Jobs
from symkl.cli.setup import settings
from symkl.cli.terminal import progress
from symkl.errors import BadInput, Location

__all__ = ["bench"]

#: how many different points the arguments are drawn from
_POINTS = 500
_LARGEST = 10**8


def bench(
    common: Common,
    pairs: Annotated[
        list[str] | None, typer.Argument(metavar="[FAMILY|P:Q]...", help="Families or pairs (default: Normal).")
    ] = None,
    backend: Backends = None,
    sizes: Annotated[str, typer.Option("--sizes", metavar="LIST", help="How many values a call computes.")] = (
        "1,10,1e5,1e6,1e7"
    ),
    dtype: Dtypes = "float64,float32",
    compiled: Annotated[
        bool, typer.Option("--compile/--no-compile", help="Whether torch.compile is measured as well.")
    ] = True,
    json_file: JsonFile = None,
    plot: PlotFile = None,
    jobs: Jobs = None,
) -> int:
    """Measure how many times as fast as torch.distributions generated KL divergences are, with NumPyro, SciPy, the line
    written by hand and plain additions beside them: in turn in one run, on one CPU, the median of five.
    """
    check_plot(plot)
    wanted = _sizes(sizes)
    from symkl import pipeline
    from symkl.measure.charts import draw, speed_panels
    from symkl.measure.child import Child
    from symkl.measure.machine import machine
    from symkl.measure.speed import timed
    from symkl.measure.tables import speed_tables
    from symkl.measure.ulps import DTYPES
    from symkl.resources import loader

    backends = chosen_of(backend, list(pipeline.BACKENDS), "--backend")
    dtypes = chosen_of(dtype, list(DTYPES), "--dtype")
    chosen = settings(common, jobs)
    prepared, library = prepared_cases(common, pairs or ["Normal"], backends, dtypes, _POINTS, chosen, "points")
    with progress("measuring", common.quiet) as bar, Child(bar.pulse) as child:
        report = timed(prepared, library, backends, wanted, child, bar.begin, compiled=compiled)
    report["machine"] = machine()
    svg = draw(speed_panels(report), "Times as fast", loader(chosen.own_templates)) if plot else ""
    tell(report, speed_tables(report), json_file, plot, svg, common)
    return 0


def _sizes(text: str) -> list[int]:
    found = []
    for part in text.split(","):
        try:
            size = float(part)
        except ValueError:
            size = 0.0
        if not (1 <= size <= _LARGEST and size.is_integer()):
            raise BadInput(f"'{part.strip()}' is no size", Location(field="--sizes"), "write such as 1,10,1e5")
        found.append(int(size))
    return list(dict.fromkeys(found))
