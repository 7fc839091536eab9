"""Closed forms into code: a stable form, a program, and the text of a module for a backend."""

from symkl.codegen.backends import BACKENDS
from symkl.codegen.emission import emit
from symkl.codegen.lowering import function_name, lower
from symkl.codegen.program import Program
from symkl.codegen.recheck import checked_module, reread
from symkl.codegen.registration import FRAMEWORK_OF, Registration, registrations
from symkl.codegen.running import runs_here

__all__ = [
    "BACKENDS",
    "FRAMEWORK_OF",
    "Program",
    "Registration",
    "checked_module",
    "emit",
    "function_name",
    "lower",
    "registrations",
    "reread",
    "runs_here",
]
