"""Claims that stand in somebody's files: beside a function, in a docstring, in Markdown, in LaTeX.

decorator   what people put beside a function; it only leaves a record
files       which files may hold claims; each is read by the reader of its kind:
            python (with strings and record), markdown, rst, tex; block and head are what these have in common
live        the same beside functions that are imported already
judging     Mark -> Finding   each claim held against the truth

Reading imports neither SymPy nor anybody's code: Python files are read by `ast`. A `Passage` is text that remembers
where it stands, so that each error and each wrong line has its place.
"""
