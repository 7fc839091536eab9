"""The Jinja2 environment of LaTeX templates: delimiters that LaTeX leaves alone, every name must be there."""

from __future__ import annotations

from jinja2 import BaseLoader, Environment, StrictUndefined

__all__ = ["latex_environment"]


def latex_environment(loader: BaseLoader) -> Environment:
    """`((* block *))`, `(( value ))`, `((= comment =))`. Values are data: they are never read as templates."""
    return Environment(
        loader=loader,
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701  # the output is LaTeX; what comes from outside is escaped for it before
        block_start_string="((*",
        block_end_string="*))",
        variable_start_string="((",
        variable_end_string="))",
        comment_start_string="((=",
        comment_end_string="=))",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
