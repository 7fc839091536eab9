"""`symkl accuracy`: errors of generated code, beside what people use today."""

from __future__ import annotations

from typing import Annotated

import typer

from symkl.cli.measuring import Backends, Dtypes, JsonFile, PlotFile, check_plot, chosen_of, prepared_cases, tell
from symkl.cli.options import Common, Jobs
from symkl.cli.setup import settings
from symkl.cli.terminal import complain, note, progress

__all__ = ["accuracy"]


def accuracy(
    common: Common,
    families: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FAMILY|P:Q]...", help="Families or pairs (default: those that a framework has too)."),
    ] = None,
    backend: Backends = None,
    dtype: Dtypes = "float64,float32",
    points: Annotated[int, typer.Option("--points", min=1, metavar="N", help="Points in each regime.")] = 50,
    json_file: JsonFile = None,
    plot: PlotFile = None,
    jobs: Jobs = None,
) -> int:
    """Measure the errors of generated KL divergences in units in the last place, near equality, at random and at
    extreme scales, against references of 60 digits and more; beside them torch.distributions, NumPyro and SciPy.
    """
    check_plot(plot)
    from symkl import pipeline
    from symkl.measure.accuracy import measured
    from symkl.measure.charts import accuracy_panels, draw
    from symkl.measure.child import Child
    from symkl.measure.machine import machine
    from symkl.measure.tables import accuracy_tables
    from symkl.measure.ulps import DTYPES
    from symkl.resources import loader

    backends = chosen_of(backend, list(pipeline.BACKENDS), "--backend")
    dtypes = chosen_of(dtype, list(DTYPES), "--dtype")
    chosen = settings(common, jobs)
    prepared, library = prepared_cases(common, families or [], backends, dtypes, points, chosen, "slopes")
    with progress("measuring", common.quiet) as bar, Child(bar.pulse) as child:
        report = {**measured(prepared, library, backends, child, bar.begin), "machine": machine()}
    svg = draw(accuracy_panels(report), "Largest error in ULP", loader(chosen.own_templates)) if plot else ""
    tell(report, accuracy_tables(report), json_file, plot, svg, common)
    for line in report["quadrature"]["apart"]:
        complain(f"error: a reference is wrong: {line}")
    note(f"{report['quadrature']['agree']} references agree with a quadrature of the density", common.quiet)
    return 1 if report["quadrature"]["apart"] else 0
