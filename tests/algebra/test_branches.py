"""On which side of their kinks absolute values lie: linear and monotone arguments, and those that must be left."""

import pytest
import sympy as sp

from symkl.algebra.branches import settled

Z = sp.Symbol("z", positive=True)
A, R = sp.symbols("a r", positive=True)


@pytest.mark.parametrize(
    ("argument", "lower", "upper", "sign"),
    [
        (Z - A, A, sp.oo, 1),
        (sp.log(Z), sp.Integer(1), sp.oo, 1),
        (sp.log(Z), sp.Integer(0), sp.Integer(1), -1),
        (A - Z ** (1 / R), A**R, sp.oo, -1),
        (A - Z ** (1 / R), sp.Integer(0), A**R, 1),
        (A * Z ** (-R) - A, sp.Integer(0), sp.Integer(1), 1),
    ],
)
def test_a_monotone_argument_has_the_sign_that_its_end_says(argument, lower, upper, sign):
    assert sp.expand(settled(sp.Abs(argument), Z, lower, upper) - sign * argument) == 0


@pytest.mark.parametrize(
    ("argument", "lower", "upper"),
    [
        (sp.log(Z), sp.Integer(0), sp.oo),  # changes its sign
        (1 / (1 - Z), sp.Integer(0), sp.oo),  # rises on both sides of a pole
        (sp.log(Z) * (Z - 3), sp.Integer(1), sp.oo),  # turns
        (sp.log(Z) - A, sp.Integer(1), sp.oo),  # starts below 0
    ],
)
def test_what_turns_jumps_or_is_not_known_at_an_end_is_left(argument, lower, upper):
    left = settled(sp.Abs(argument), Z, lower, upper)
    assert left.has(sp.Abs)
