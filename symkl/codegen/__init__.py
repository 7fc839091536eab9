"""Closed forms into code: a stable form, a program, and the text of a module for a backend."""

from symkl.codegen.backends import BACKENDS
from symkl.codegen.emission import emit
from symkl.codegen.lowering import function_name, lower
from symkl.codegen.program import Program

__all__ = ["BACKENDS", "Program", "emit", "function_name", "lower"]
