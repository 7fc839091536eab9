"""What parameters are in a function's arguments is turned round; what has no one inverse is refused."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from symkl.check.explained import explained
from symkl.errors import BadInput
from symkl.language import parse
from symkl.model import symbol

DOMAINS = {"mu_1": "real", "sigma_1": "positive", "mu_2": "real", "sigma_2": "positive", "p_1": "unit"}
NAMES = {name: symbol(name, domain) for name, domain in DOMAINS.items()}
POINT = {"mu_1": -1.25, "sigma_1": 0.75, "mu_2": 2.0, "sigma_2": 3.0, "p_1": 0.375}


def _at_the_point(text: str) -> float:
    value = parse(text, NAMES).subs({NAMES[name]: number for name, number in POINT.items()})
    return float(value)


@pytest.mark.parametrize(
    ("parameter", "text", "meant"),
    [
        ("mu_1", "a", lambda a: a),
        ("mu_1", "3 - a/2", lambda a: 3 - a / 2),
        ("mu_1", "log(a)", math.log),
        ("sigma_1", "exp(a/2)", lambda a: math.exp(a / 2)),
        ("sigma_1", "sqrt(a)", math.sqrt),
        ("sigma_1", "1/sqrt(a)", lambda a: 1 / math.sqrt(a)),
        ("sigma_1", "2/a", lambda a: 2 / a),
        ("sigma_1", "log(1 + exp(a))", lambda a: math.log(1 + math.exp(a))),
        ("p_1", "1/(1 + exp(-a))", lambda a: 1 / (1 + math.exp(-a))),
    ],
)
def test_an_argument_is_found_from_a_parameter(parameter: str, text: str, meant: Callable[[float], float]) -> None:
    [said], where = explained([(parameter, text)], NAMES, ("a",))
    name, _, value = said.partition("=")
    assert (name, where) == ("a", ())
    assert meant(_at_the_point(value)) == pytest.approx(POINT[parameter], rel=1e-12)


@pytest.mark.parametrize(
    ("parameters", "arguments", "maps", "where"),
    [
        ([("mu_2", "0"), ("sigma_2", "1/2")], ("a",), (), ("mu_2=0", "sigma_2=1/2")),
        ([("sigma_1", "s"), ("sigma_2", "s")], ("s",), ("s=sigma_1",), ("sigma_2=sigma_1",)),
        ([("sigma_1", "s"), ("sigma_2", "c*s")], ("s", "c"), ("s=sigma_1", "c=sigma_2/sigma_1"), ()),
        ([("sigma_2", "sigma_1")], ("a",), (), ("sigma_2=sigma_1",)),
        ([("sigma_1", "sqrt(sigma_1)")], ("sigma_1",), ("sigma_1=sigma_1**2",), ()),
        ([("logvar", "2*log(sigma_1)")], ("logvar",), ("logvar=2*log(sigma_1)",), ()),
        ([("mu_1", "m"), ("sigma_1", "s")], (), ("m=mu_1", "s=sigma_1"), ()),
        ([("sigma_1", "exp(E*v)")], (), ("v=exp(-1)*log(sigma_1)",), ()),
    ],
)
def test_parameters_are_fixed_tied_and_explained(
    parameters: list[tuple[str, str]], arguments: tuple[str, ...], maps: tuple[str, ...], where: tuple[str, ...]
) -> None:
    assert explained(parameters, NAMES, arguments) == (maps, where)


@pytest.mark.parametrize(
    ("parameter", "text", "said"),
    [
        ("sigma_1", "a**2", "more than one solution or none"),
        ("mu_1", "exp(a)", "more than one solution or none"),
        ("mu_1", "1/a", "more than one solution or none"),
        ("mu_1", "sqrt(a)", "more than one solution or none"),
        ("sigma_1", "a + exp(a)", "more than one solution or none"),
        ("mu_1", "mu_2*a", "more than one solution or none"),
        ("mu_1", "digamma(a)", "more than one solution or none"),
        ("mu_1", "a + b", "it names a and b"),
        ("mu_1", "c", "unknown symbol 'c'"),
        ("mu_1", "a +", "column 3"),
        ("nu", "a", "'nu' is neither a parameter nor an argument"),
    ],
)
def test_what_does_not_say_which_argument_is_meant_is_refused(parameter: str, text: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        explained([(parameter, text)], NAMES, ("a", "b"))
