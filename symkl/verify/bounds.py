"""Formulas with bounds: `max(x, 1e-6)` is x wherever x is not so small."""

from __future__ import annotations

from collections.abc import Iterable

import sympy as sp

__all__ = ["boundless", "bounds", "listed"]


def bounds(form: sp.Expr) -> list[sp.Expr]:
    """The numbers that something inside the form is at least, or at most."""
    return sorted({n for node in form.atoms(sp.Max, sp.Min) for n in node.args if n.is_number and _bounded(node)})


def boundless(form: sp.Expr) -> sp.Expr:
    """The form with what is bounded by numbers in the place of the greatest or least of it and them."""
    return form.replace(lambda node: _bounded(node) is not None, lambda node: _bounded(node))


def _bounded(node: sp.Basic) -> sp.Expr | None:
    if not isinstance(node, (sp.Max, sp.Min)):
        return None
    rest = [x for x in node.args if not x.is_number]
    return rest[0] if len(rest) == 1 else None


def listed(numbers: Iterable[sp.Expr]) -> str:
    """Numbers as people write them: 1e-06, 0.999."""
    return ", ".join(f"{float(number):.7g}" for number in numbers)
