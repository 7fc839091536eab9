"""Signs and conditions are decided from domains, under constraints where there are any."""

import sympy as sp

from symkl.algebra import assuming, expand_logs, holds, is_nonnegative, is_positive
from symkl.algebra.conditions import normal_condition, without_implied
from symkl.algebra.trial import takes_both_signs
from symkl.model import Unit

a, b = sp.symbols("a b", positive=True)
x, y = sp.symbols("x y", real=True)
p = Unit("p")


def test_a_unit_parameter_is_less_than_one():
    assert holds(sp.Gt(1 - p, 0)) is True
    assert holds(sp.Gt(p, 1)) is False
    assert is_positive(p / (1 - p)) is True


def test_what_depends_on_the_parameters_is_unknown():
    assert holds(sp.Gt(a, 2)) is None
    assert holds(sp.Gt(y - x, 0)) is None


def test_a_constraint_is_used_and_only_inside_its_block():
    with assuming([sp.Lt(x, y)]):
        assert holds(sp.Gt(y, x)) is True
        assert holds(sp.Gt(x, y)) is False
        assert expand_logs(sp.log(a / (y - x))) == sp.log(a) - sp.log(y - x)
    assert holds(sp.Gt(y, x)) is None
    assert expand_logs(sp.log(a / (y - x))) != sp.log(a) - sp.log(y - x)


def test_a_condition_is_written_as_people_write_it():
    assert normal_condition(sp.Gt(a - 2, 0)) == sp.Gt(a, 2)
    assert normal_condition(sp.Gt(1 / a - 1 / b, 0)) == sp.Gt(b, a)
    assert normal_condition(sp.Gt(1 - 2 * a, 0)) == sp.Lt(2 * a, 1)


def test_a_condition_that_another_implies_is_dropped():
    assert without_implied([sp.Gt(a, 1), sp.Gt(a, 2), sp.Gt(b, a)]) == (sp.Gt(a, 2), sp.Gt(b, a))


def test_two_differences_of_a_rising_function_have_slopes_of_their_own():
    a, b, x = sp.symbols("a b x", positive=True)
    rise = sp.erf(a + 1) - sp.erf(a)
    other = sp.erf(b + 1) - sp.erf(b)
    assert is_positive(x * rise) is True
    assert is_nonnegative(x * rise - x * other) is None


def test_a_logarithm_rises_only_where_it_is_real():
    assert is_positive(sp.log(a + b) - sp.log(a)) is True
    assert is_positive(sp.log(x - 1) - sp.log(x - 2)) is None
    with assuming([sp.Gt(x, 2)]):
        assert is_positive(sp.log(x - 1) - sp.log(x - 2)) is True


def test_numbers_show_both_signs_only_where_the_bounds_allow_them():
    assert takes_both_signs(a - b, [])
    assert takes_both_signs(sp.log(a) * sp.exp(x), [])
    assert not takes_both_signs(a - b, [a - b])
    assert not takes_both_signs(1 - p, [])


def test_rounding_is_no_sign():
    zero = (a + b) ** 2 - a**2 - 2 * a * b - b**2
    assert not takes_both_signs(zero, [])
    assert takes_both_signs(zero + a - b, [])
