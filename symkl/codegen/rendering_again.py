"""What is worked out again, with twice the digits or in wide numbers, as the data that a template is filled with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sympy as sp

from symkl.codegen.backends import Backend
from symkl.codegen.coefficients import in_two
from symkl.codegen.layout import WIDTH, all_of, assigned, free, joined, tupled
from symkl.codegen.printer import Printer
from symkl.codegen.program import Program
from symkl.codegen.stable.kernels import NearOrFar
from symkl.codegen.twice import Again, Exact
from symkl.codegen.wide import Wide

__all__ = ["again_rendered", "watched_sum", "wide_rendered"]

#: what has a form of its own far from equality is worked out again no farther than this
_FARTHEST = 8
#: products of some lengths that are no less than this have twice the digits
_LEAST = sp.Rational(1, 2**160)
#: where all that is done is done again, which takes long, only divergences below this
_CLOSE = 4.0


def again_rendered(watched: Again, program: Program, target: Backend, printer: Printer) -> dict[str, Any]:
    """The sums that are watched besides those of the derivatives, and the closed forms with twice the digits."""
    names_of = {a.symbol: a.name for a in program.arguments}
    precise = Printer(target, names_of, target.TWICE)
    rounded = Printer(target, {symbol: f"{name}.high" for symbol, name in names_of.items()})
    printer.called.add("_refined")
    both = dict.fromkeys(e.args[0] for whole in program.expressions for e in whole.atoms(NearOrFar))
    held = [printer.condition(sp.Abs(x) < _FARTHEST) for x in both]
    held += [printer.condition(bound) for x in watched.lengths for bound in (x > _LEAST, x < 1 / _LEAST)]
    held += [f"(value < {_CLOSE})"] if watched.lengths else []
    given = [case.conditions for case in watched.cases]
    shared = [c for c in given[0] if all(c in conditions for conditions in given)]
    own = [[c for c in conditions if c not in shared] for conditions in given]
    if all(own):
        alternatives = [all_of(conditions, printer) for conditions in own]
        held = [" | ".join(f"({a})" if " & " in a else a for a in alternatives), *held]
        held[0] = f"({held[0]})" if len(own) > 1 else held[0]
    held = [*map(printer.condition, shared), *held]
    others = [all_of(conditions, rounded) for conditions in own[:-1]]
    found = {
        "sums": [watched_sum(terms, printer) for terms in watched.sums],
        "held": joined(held, " & ", WIDTH - len("held = ")) if held else [],
        "near": tupled([f"({printer.text(x)}, {printer.text(y)})," for x, y in watched.near]),
        "constants": [
            {"name": a.name.name, "value": f"_Twice({high!r}, {low!r})", "comment": sp.sstr(a.value)}
            for a in watched.constants
            for high, low in [in_two(a.value)]
        ],
        "assignments": assigned(watched.assignments, precise),
        **_cases(watched.cases, others, "_selected_twice", precise),
    }
    printer.called |= precise.called
    return found


def wide_rendered(again: Wide, program: Program, target: Backend, printer: Printer) -> dict[str, Any]:
    """What is worked out again in wide numbers, and the arguments that may be vast or tiny."""
    wider = Printer(target, {a.symbol: a.name for a in program.arguments}, target.WIDE)
    others = [all_of(case.conditions, wider) for case in again.cases[:-1]]
    found = {
        "reals": tupled([f"{a.name}," for a in program.arguments if a.domain == "real"]),
        "positive": tupled([f"{a.name}," for a in program.arguments if a.domain != "real"]),
        "assignments": assigned(again.assignments, wider),
        **_cases(again.cases, others, "_selected_wide", wider),
    }
    printer.called |= {"_reached", *wider.called}
    return found


def _cases(given: Sequence[Exact], others: Sequence[str], selected: str, printer: Printer) -> dict[str, Any]:
    """The values in each case, and how one is selected by the conditions of all but the last."""
    names = [free(f"case_{i + 1}", printer.names) for i in range(len(given))]
    chosen, rest = names[-1], free("rest", printer.names)
    choices = []
    for name, condition in zip(reversed(names[:-1]), reversed(others), strict=True):
        printer.called.add(selected)
        choices.append(f"{rest} = {selected}({condition}, {name}, {chosen})")
        chosen = rest
    return {
        "cases": [
            {"name": name, "values": [joined(printer.terms(value)) for value in case.values]}
            for name, case in zip(names, given, strict=True)
        ],
        "chosen": [*choices[:-1], *(choice.replace(f"{rest} =", "return", 1) for choice in choices[-1:])],
    }


def watched_sum(terms: Sequence[sp.Expr], printer: Printer) -> str:
    """A tuple, on a line for each term where it would be too long."""
    texts = [printer.text(term) for term in terms]
    whole = f"({', '.join(texts)})"
    return whole if len(whole) < WIDTH - 8 else "\n".join(["(", *(f"    {text}," for text in texts), ")"])
