"""In the process of its own: the user's function imported, traced and run."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import sympy as sp

from symkl.errors import BadInput, Location
from symkl.language import parse_condition, to_text
from symkl.trace.user.absent import absent, is_there
from symkl.trace.user.arguments import Arguments, arguments_of
from symkl.trace.user.names import Names
from symkl.trace.user.question import Question
from symkl.trace.user.running import NoNumber, Runs, differs, run, watched
from symkl.trace.user.target import Target, files, load, source_of
from symkl.trace.user.tracing import Trace, likely, traces
from symkl.trace.value import AXES

__all__ = ["NAMES_OF_AXES", "answer"]

#: what the lengths of axes are called in the text of an expression, which may have parameters D and N of its own
NAMES_OF_AXES = {"D": "D_axis", "N": "N_axis"}
#: the axes of the arguments that are tried, for a function that says nothing of dimensions and for one that does
_SHAPES: dict[bool, list[tuple[str, ...]]] = {True: [()], False: [("N", "D"), ("D",)]}
#: what tells of random numbers in a function that gives the same ones each time
_RANDOM = ("'random_", "'threefry", "'rng_")


def answer(asked: Mapping[str, Any], tell: Callable[[str], None]) -> dict[str, Any]:
    """What is found out about the function; `tell` hears what is being done. Raises `BadInput`."""
    question = Question(**asked)
    tell("importing it")
    _prepare(source_of(question.target))
    target = load(question.target)
    arguments = arguments_of(target, question)
    return _answer(target, arguments, question, tell)


def _prepare(source: str) -> None:
    """Libraries that a module uses compute in float64 from before it is imported."""
    if "torch" in source and is_there("torch"):
        import torch

        torch.set_default_dtype(torch.float64)


def _answer(target: Target, arguments: Arguments, question: Question, tell: Callable[[str], None]) -> dict[str, Any]:
    if "torch" in sys.modules and is_there("torch"):
        sys.modules["torch"].set_default_dtype(sys.modules["torch"].float64)
    frameworks = likely(target.function)
    tell("running it")
    try:
        runs, failure, noisy = _run(target, arguments, question, frameworks)
        if not runs and arguments.numbers:
            arguments = arguments.without_numbers()
            runs, _, noisy = _run(target, arguments, question, frameworks)
    except NoNumber as error:
        which = "say which of them, such as FILE.py:NAME[0] or FILE.py:NAME[kl]"
        todo = which if error.several else "name a function that gives the value alone"
        raise BadInput(f"the function gives {error}", Location(target.place), todo) from error
    found: list[Trace] = []
    why = ""
    if runs and not noisy:
        tell("following it")
        first = runs[0].framework
        order = [first, *(f for f in frameworks if f != first)]
        call, given = arguments.call(target.function, AXES), list(arguments.arrays.values())
        found, why = traces(call, given, order, [r.axes for r in runs], _given(question))
        noisy = any(word in why for word in _RANDOM)
    taken = {**arguments.arrays, **arguments.numbers}
    return {
        "place": target.place,
        "arguments": {name: _text(value) for name, value in taken.items()},
        "kept": arguments.kept,
        "traces": [
            {"framework": t.framework, "axes": t.axes, "left": t.left, "expression": _text(t.expression)} for t in found
        ],
        "untraced": why,
        "runs": [{**vars(r), "calls": [vars(c) for c in r.calls]} for r in runs],
        "failure": failure,
        "absent": absent(),
        "noisy": noisy,
        "files": files(),
    }


def _run(
    target: Target, arguments: Arguments, question: Question, frameworks: Sequence[str]
) -> tuple[list[Runs], str, bool]:
    """The calls for each shape that goes, why there are none, and whether random numbers take part."""
    names, alone = Names(question), question.dims == "none"
    points = [{names.free[n]: sp.Rational(v) for n, v in p.items() if n in names.free} for p in question.points]
    failure = ""

    def calling(sizes: Mapping[str, int]) -> Callable[..., Any]:
        return arguments.call(target.function, sizes)

    given = list(arguments.arrays.values())
    for shapes in [_SHAPES[True], _SHAPES[False]] if alone else [_SHAPES[False]]:
        with watched() as drawn:
            runs, reason = run(calling, given, points, frameworks, shapes, alone)
            noisy = drawn()
        if runs:
            again, _ = run(calling, given, points, [runs[0].framework], [r.axes for r in runs], alone)
            return runs, "", noisy or differs(runs, again)
        failure = failure or reason
    return [], failure, False


def _given(question: Question) -> list[sp.Basic]:
    free, found = Names(question).free, []
    for text in question.given:
        with suppress(BadInput):  # a condition that the language does not have helps nobody here
            found.append(parse_condition(text, free))
    return found


def _text(expression: sp.Expr) -> str:
    lengths = {s: sp.Symbol(NAMES_OF_AXES[s.name], integer=True, positive=True) for s in _LENGTHS}
    return to_text(expression.xreplace(lengths))


_LENGTHS = [sp.Symbol(name, integer=True, positive=True) for name in NAMES_OF_AXES]
