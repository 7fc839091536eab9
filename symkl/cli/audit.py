"""`symkl audit`: another library's divergences and entropies against the derived truth."""

from __future__ import annotations

from typing import Annotated

import typer

from symkl.cli.options import Common, Jobs
from symkl.cli.setup import open_library, settings
from symkl.cli.terminal import complain, note, progress, show_json, show_table, write
from symkl.errors import BadInput, Location, ToolMissing, nearest

__all__ = ["audit"]


def audit(
    common: Common,
    library: Annotated[str, typer.Argument(metavar="LIBRARY", help="torch, numpyro or scipy.", show_default=False)],
    only: Annotated[
        str | None,
        typer.Option("--only", metavar="GLOB", help="A class (Normal, 'Half*'), or ids: 'kl:Uniform:*', 'entropy:*'."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print every finding as JSON.")] = False,
    jobs: Jobs = None,
) -> int:
    """Hold every KL divergence and every entropy of an installed library against the derived truth: inside the domains,
    near equality, at the ends of domains and supports, and as arrays that broadcast. Exit code 1 where something is
    wrong. Where digits are lost, or an answer is refused, is told with -v, and in the JSON.
    """
    import importlib.util

    from symkl.audit.known import LIBRARIES

    if library not in LIBRARIES:
        todo = nearest(library, LIBRARIES) or f"there are {', '.join(LIBRARIES)}"
        raise BadInput(f"'{library}' is not known here", Location(field="LIBRARY"), todo)
    audited = LIBRARIES[library]
    if importlib.util.find_spec(audited.package) is None:
        raise ToolMissing(f"{audited.package} is not installed; install it with: pip install {audited.pip}")
    from symkl.audit.report import report
    from symkl.audit.stages import audit as hold
    from symkl.audit.tables import HEADER, lines_late, lines_left_out, rows, summary
    from symkl.workers import Crew

    chosen = settings(common, jobs)
    families = open_library(common)
    with (
        progress("auditing", common.quiet) as bar,
        Crew(1, bar.pulse, fresh=True) as asking,
        Crew(chosen.processes, bar.pulse) as crew,
    ):
        found = hold(audited, families, chosen, only, asking, crew, bar.begin)
    table = rows(found, everything=common.verbose)
    if as_json:
        show_json(report(found, common.seed))
    elif table:
        show_table(HEADER, table)
    for line in (*lines_left_out(found.left_out), *lines_late(found)):
        note(line, common.quiet)
    for line in found.apart:
        complain(f"error: our own value is not that of the defining integral, please report it: {line}")
    if not as_json:
        write(summary(found))
    return int(any(f.severity == "wrong" for one in found.audited for f in one.findings))
