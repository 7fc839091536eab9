"""Code with one thing changed in it, as slips of the keyboard change it."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator

__all__ = ["mutants"]

_OPERATORS: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div, ast.Add),
    ast.Div: (ast.Mult,),
    ast.Pow: (ast.Mult,),
}
_CALLS = {
    "log": ("exp", "sqrt"),
    "exp": ("log1p", "sqrt"),
    "sum": ("mean",),
    "mean": ("sum",),
    "square": ("sqrt", "abs"),
    "digamma": ("gammaln", "lgamma"),
    "psi": ("gammaln",),
    "gammaln": ("digamma",),
    "lgamma": ("digamma",),
    "pow": ("mul",),
    "add_": ("sub_",),
    "mul_": ("div_",),
}


def mutants(code: str) -> Iterator[str]:
    """The code with each operator, number, sign, name or function changed, one at a time."""
    tree = ast.parse(code)
    nodes = list(ast.walk(tree))
    names = [a.arg for node in nodes if isinstance(node, ast.FunctionDef) for a in node.args.args if a.arg != "self"]
    for number, node in enumerate(nodes):
        for change in _changes(node, names):
            changed = copy.deepcopy(tree)
            target = list(ast.walk(changed))[number]
            for name, value in change.items():
                setattr(target, name, value)
            yield ast.unparse(ast.fix_missing_locations(changed))


def _changes(node: ast.AST, names: list[str]) -> Iterator[dict[str, object]]:
    if isinstance(node, ast.BinOp):
        for other in _OPERATORS.get(type(node.op), ()):
            yield {"op": other()}
        if isinstance(node.op, ast.Sub | ast.Div):
            yield {"left": node.right, "right": node.left}
    elif isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
        yield {"value": node.value + 1}
        yield {"value": node.value * 1.01}
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield {"op": ast.UAdd()}
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in names:
        yield from ({"id": other} for other in dict.fromkeys(names) if other != node.id)
    elif isinstance(node, ast.Attribute) and node.attr in _CALLS:
        yield from ({"attr": other} for other in _CALLS[node.attr])
    elif isinstance(node, ast.Name) and node.id in _CALLS:
        yield from ({"id": other} for other in _CALLS[node.id])
