"""Other people's libraries against the derived truth: every KL and every entropy that they have.

    survey    library      -> what it has            in a child process
    subjects  what it has  -> Subject...             what symkl has a family for; the rest is told, with the reason
    places    Subject      -> Place...               inside, near equality, at the ends of domains and of supports
    answers   Place...     -> what the library says  in a child process, each call limited in time
    truths    Place...     -> what is true           closed forms that were proved, else the defining integral
    judged    both         -> Finding...             what is wrong, by how much, and where

It measures; it derives nothing that `symkl derive` would not, and it never takes a truth from the library audited.
"""
