"""A Python function against the truth: in a process of its own it is imported, traced and run; here it is judged.

    question    Claim, names     -> Question     what the other process is asked
    answer      Question         -> Answer       (there) what the function is as an expression, and what it gives
    judgement   Answer           -> answer       what `symkl check --json` prints
"""

from symkl.check.function.judgement import judgement
from symkl.check.function.question import Question, question

__all__ = ["Question", "judgement", "question"]
