"""Claims that stand in somebody's files: beside a function, in a docstring, in Markdown, in LaTeX.

`decorator` is what people put beside a function; `files` finds which files hold claims and reads them, each with the
reader of its kind (`python`, `markdown`, `tex`, and `block` for what these have in common); `judging` holds each
against the truth. Reading imports neither SymPy nor anybody's code: Python files are read by `ast`.
"""
