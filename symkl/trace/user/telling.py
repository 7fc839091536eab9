"""Statements of the user's code that only tell something, such as `warnings.warn(f"negative: {float(kl.min())}")`.

What they tell may be what no expression says. That is no reason not to follow the rest of the function.
"""

from __future__ import annotations

import ast
from importlib.machinery import SourceFileLoader
from types import CodeType, ModuleType
from typing import Any

from symkl.trace.refusal import Untraceable

__all__ = ["Loader"]

#: functions and methods that are called for what they show, not for what they give or do to their arguments
_TELLING = frozenset("print pprint warn warning info debug error critical exception log add_scalar".split())
#: decorators of functions that are compiled, and may not be written in another way
_COMPILED = frozenset("jit njit vectorize guvectorize script compile".split())
_ERROR = "__symkl_untraceable__"


class Loader(SourceFileLoader):
    """Loads a file whose telling statements end where they cannot be followed; what is compiled is not kept."""

    def get_code(self, fullname: str) -> CodeType:
        path = self.get_filename(fullname)
        tree = _Lenient().visit(ast.parse(self.get_data(path), path))
        found: CodeType = compile(ast.fix_missing_locations(tree), path, "exec", dont_inherit=True)
        return found

    def exec_module(self, module: ModuleType) -> None:
        vars(module)[_ERROR] = Untraceable
        super().exec_module(module)


class _Lenient(ast.NodeTransformer):
    """`print(x)` => `try: print(x)`, `except Untraceable: pass`."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> Any:
        return node if {_last(decorator) for decorator in node.decorator_list} & _COMPILED else self.generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> Any:
        if not isinstance(node.value, ast.Call) or _last(node.value) not in _TELLING:
            return node
        handler = ast.ExceptHandler(type=ast.Name(_ERROR, ast.Load()), name=None, body=[ast.Pass()])
        whole = ast.Try(body=[node], handlers=[ast.copy_location(handler, node)], orelse=[], finalbody=[])
        return ast.copy_location(whole, node)


def _last(node: ast.expr) -> str:
    """The last name of what is called or named: `warn` of `warnings.warn(...)`."""
    found = node.func if isinstance(node, ast.Call) else node
    return found.attr if isinstance(found, ast.Attribute) else found.id if isinstance(found, ast.Name) else ""
