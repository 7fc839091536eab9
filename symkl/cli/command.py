"""What is the same about every command: the common options, and how an error becomes one line and an exit code."""

from __future__ import annotations

import inspect
import os
import sys
import traceback
from collections.abc import Callable
from typing import Any, get_type_hints

import typer

from symkl.cli.options import COMMON, Common
from symkl.cli.terminal import complain
from symkl.errors import SymklError

__all__ = ["command"]


def command(app: typer.Typer, name: str, run: Callable[..., int]) -> None:
    """Add `run(common, ...) -> exit code` to the app, with the common options after its own."""
    own = list(inspect.signature(run).parameters.values())[1:]
    hints = get_type_hints(run, include_extras=True)

    def wrapped(**given: Any) -> None:
        given.pop("version")
        shared = {key: given.pop(key) for key in COMMON if key in given}
        shared["extra"] = shared["extra"] or []
        raise typer.Exit(guarded(run, Common(**shared), given))

    parameters = [p.replace(annotation=hints[p.name], kind=p.KEYWORD_ONLY) for p in own]
    for key, (annotation, default) in COMMON.items():
        parameters.append(
            inspect.Parameter(key, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default)
        )
    wrapped.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # what typer reads
    wrapped.__annotations__ = {p.name: p.annotation for p in parameters}
    wrapped.__doc__ = run.__doc__
    app.command(name)(wrapped)


def guarded(run: Callable[..., int], common: Common, given: dict[str, Any]) -> int:
    """Run a command; whatever it raises becomes one line on stderr and an exit code."""
    try:
        code = run(common, **given)
        sys.stdout.flush()
        return code
    except SymklError as error:
        complain(f"error: {error}")
        if common.verbose:
            traceback.print_exc()
        return error.exit_code
    except KeyboardInterrupt:
        complain("interrupted")
        return 130
    except BrokenPipeError:
        # The reader of our output has gone away (`symkl list | head`): nothing is wrong, and nothing more can be said.
        # What is still in the buffer goes nowhere, so that the interpreter does not complain when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        complain(f"error: {error.filename or ''}: {error.strerror or error}".replace(": : ", ": "))
        if common.verbose:
            traceback.print_exc()
        return 2
    except Exception as error:  # noqa: BLE001  # the last guard: nothing may reach the user as a traceback
        advice = "" if common.verbose else "; run it again with -v to see where, and please report it"
        complain(f"error: this is a bug in symkl ({type(error).__name__}: {str(error)[:200]}){advice}")
        if common.verbose:
            traceback.print_exc()
        return 5
