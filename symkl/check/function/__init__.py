"""A Python function against the truth: what another process found out about it is judged here.

question    Derivation, names    -> Question    what that process (`symkl.trace.user`) is asked
judgement   Derivation, answer   -> answer      what `symkl check --json` prints
"""

from symkl.check.function.judgement import judgement
from symkl.check.function.questions import question

__all__ = ["judgement", "question"]
