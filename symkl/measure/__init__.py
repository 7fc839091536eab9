"""How accurate and how fast generated code is, beside what people use today.

cases        names             -> Case          which divergence, called how
points       a signature       -> points        at random, near equality, at extreme scales
exact        a derivation      -> truths        60 digits and more
preparation  a verified claim  -> sources, samples   in limited child processes
child        a question        -> an answer     the one process that imports frameworks
accuracy, speed                -> a report      data that JSON can hold, and `tables`, `charts` of it
"""
