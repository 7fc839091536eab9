"""`KL` => `H(p, q) - H(p)`;  `H(p, q)` => `-E_p[log q(x)]`;  `H(p)` => `-E_p[log p(x)]`; `E_p[t]` => `int t p`."""

from __future__ import annotations

import sympy as sp

from symkl.model import CrossEntropy, Density, Distribution, Divergence, Entropy, Expectation, Law, Step

__all__ = ["as_integral", "cross_entropy", "divergence", "entropy", "log_density"]

NAME = "definition"


def entropy(p: Distribution) -> Step:
    law = Law(p.role)
    after = -Expectation(sp.log(Density(law, p.variable)), p.variable, law)
    return Step(Entropy(law), after, NAME, "definition of the entropy")


def cross_entropy(p: Distribution, q: Distribution) -> Step:
    first, second = Law(p.role), Law(q.role)
    after = -Expectation(sp.log(Density(second, p.variable)), p.variable, first)
    return Step(CrossEntropy(first, second), after, NAME, "definition of the cross-entropy")


def divergence(p: Distribution, q: Distribution) -> Step:
    first, second = Law(p.role), Law(q.role)
    after = CrossEntropy(first, second) - Entropy(first)
    return Step(Divergence(first, second), after, NAME, "the divergence is cross-entropy minus entropy")


def log_density(dist: Distribution, value: sp.Expr) -> Step:
    """A family that is given by its log-density: nothing to do but to state it."""
    return Step(sp.log(Density(Law(dist.role), dist.variable)), value, NAME, "the log-density as given")


def as_integral(
    statement: Expectation,
    density: sp.Expr,
    lower: sp.Expr,
    upper: sp.Expr,
    discrete: bool,
    substitution: tuple[tuple[sp.Symbol, sp.Expr], ...] = (),
) -> Step:
    """`E_p[t]` => `int t(x) p(x) dx` or `sum_x t(x) p(x)`; `substitution` puts the kinks of a case in order."""
    whole = sp.Sum if discrete else sp.Integral
    after = whole(statement.body * density, (statement.variable, lower, upper))
    because = "definition of the expectation"
    return Step(statement, after, NAME, because, substitution=substitution)
