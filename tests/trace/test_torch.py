"""PyTorch functions to expressions."""

from __future__ import annotations

import math

import pytest
import sympy as sp
import torch
import torch.nn.functional as F

from symkl.model import symbol
from symkl.trace import Untraceable, recognised
from symkl.trace.meanings import ALIASES
from symkl.trace.torch import named, traced

from .rows import ARGUMENTS, X, Y, names_in, value

MU, LOGVAR = symbol("mu", "real"), symbol("logvar", "real")
D = sp.Symbol("D", integer=True, positive=True)
EACH = (MU**2 + sp.exp(LOGVAR) - 1 - LOGVAR) / 2
#: beta and gamma are no functions of torch's; its digits of these are few
LEFT_OUT = {"kl_div", "gamma", "i0", "i1", "i0e", "i1e", "positive"}
LOOSE = {"polygamma": 1e-6, "zeta": 1e-9}


def library(name):
    home = next(h for h in (torch, torch.special, F) if hasattr(h, name))
    return getattr(home, name)


def tensor(name, x):
    return int(x) if name == "polygamma" and x == 2.0 else torch.tensor(x, dtype=torch.float64)


@pytest.mark.parametrize("name", names_in(torch, torch.special, F, also=lambda n: n not in LEFT_OUT))
def test_a_row_of_the_table_is_what_the_library_computes(name):
    arguments = ARGUMENTS[ALIASES.get(name, name)]
    symbols = [X, Y][: len(arguments)]
    if name == "polygamma":
        found = traced(lambda y: library(name)(2, y), [Y])
    else:
        found = traced(lambda *x: library(name)(*x), symbols)
    true = float(library(name)(*(tensor(name, x) for x in arguments)))
    assert value(found, arguments) == pytest.approx(true, rel=LOOSE.get(name, 1e-13), abs=1e-15)


VAE_LINES = [
    lambda mu, logvar: -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp()),
    lambda mu, logvar: 0.5 * (mu**2 + logvar.exp() - 1.0 - logvar).sum(dim=-1),
    lambda mu, logvar: torch.sum(-0.5 * torch.sum(1 + logvar - mu.square() - torch.exp(logvar), dim=[-1]), dim=0),
    lambda mu, logvar: -0.5 * (1 + logvar - torch.mul(mu, mu) - logvar.exp()).mean() * mu.shape[-1],
    lambda mu, logvar: torch.add(mu.pow(exponent=2), logvar.exp()).sub(1).sub(other=logvar).sum(-1, keepdim=True) / 2,
]


@pytest.mark.parametrize("line", VAE_LINES)
def test_the_line_of_a_variational_autoencoder_is_read(line):
    assert sp.expand(traced(line, [MU, LOGVAR], (1009,)) - D * EACH) == 0


def test_methods_keywords_and_scales_are_followed():
    def whole(mu, logvar):
        first = F.softplus(mu, beta=2) + mu.mul(2).sub(logvar, alpha=3) + logvar.clamp(min=0.0)
        return first + torch.where(mu > 0, mu.lgamma(), torch.zeros_like(mu)) + torch.tensor(0.25) * logvar.rsqrt()

    expected = sp.log(1 + sp.exp(2 * MU)) / 2 + 2 * MU - 3 * LOGVAR + sp.Max(LOGVAR, 0)
    expected += sp.Piecewise((sp.loggamma(MU), MU > 0), (0, True)) + 1 / sp.sqrt(LOGVAR) / 4
    assert traced(whole, [MU, LOGVAR]) == expected


def test_a_tensor_of_symbols_answers_as_a_tensor_does():
    def asking(x):
        assert isinstance(x, torch.Tensor)
        assert x.dtype == torch.float64
        assert x.shape == (1009,)
        assert x.dim() == 1
        assert not x.is_complex()
        return torch.as_tensor(x, dtype=torch.float64, device=x.device).to(torch.float32)

    assert traced(asking, [X], (1009,)) == X


def test_what_writes_in_place_is_followed_for_all_who_hold_the_tensor():
    def written(x, y):
        other, kept = x.detach(), x.clone()
        x.add_(1).mul_(y)
        other += kept
        y[...] = 2
        return x.sqrt_() * y

    for shape in ((), (1009,)):
        assert traced(written, [X, Y], shape) == 2 * sp.sqrt((X + 1) * Y + X)


def test_other_shapes_hold_the_same_elements():
    def reshaped(mu, logvar):
        each = (
            mu.reshape(mu.size(0), -1)[:, None].squeeze(1).T.pow(2)
            + logvar.exp().t()
            - 1
            - logvar.flatten().view(-1, 2003)
        )
        ones = mu.new_ones(mu.shape) * mu.new_tensor(0.5) + mu.new_zeros(2003, 1)
        return (ones.T * each).sum() / mu.numel() * mu.size(1) + 0.0 * torch.zeros(mu.shape).mean()

    each = (MU**2 + sp.exp(LOGVAR) - 1 - LOGVAR) / 2
    assert sp.expand(traced(reshaped, [MU, LOGVAR], (2003, 1009)) - D * each) == 0


def test_a_product_of_vectors_is_a_sum():
    found = traced(lambda x, y: torch.dot(x, y) + x @ x - 0.5 / x.size(0), [X, Y], (1009,))
    assert sp.expand(found - D * X * Y - D * X**2 + 1 / (2 * D)) == 0


LOSSES = {
    "mse_loss": (lambda x, y: F.mse_loss(x, y, reduction="sum"), D * (X - Y) ** 2),
    "kl_div": (lambda x, y: F.kl_div(x.log(), y, reduction="none").mean(), Y * (sp.log(Y) - sp.log(X))),
    "log_target": (lambda x, y: F.kl_div(x, y, reduction="batchmean", log_target=True), sp.exp(Y) * (Y - X)),
    "outcomes": (lambda x, y: F.binary_cross_entropy(x, y), -Y * sp.log(X) - (1 - Y) * sp.log(1 - X)),
    "logits": (lambda x, y: torch.nn.BCEWithLogitsLoss()(x, y), sp.log(1 + sp.exp(X)) - X * Y),
}


@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_of_the_library_is_what_it_computes(name):
    line, expected = LOSSES[name]
    found = traced(line, [X, Y], (1009,))
    assert sp.simplify(sp.expand(found - expected)) == 0
    numbers = {X: sp.Rational(3, 10), Y: sp.Rational(6, 10), D: sp.Integer(2)}
    plain = line(*(torch.full((2,), float(numbers[s]), dtype=torch.float64) for s in (X, Y)))
    assert float(found.xreplace(numbers)) == pytest.approx(float(plain), rel=1e-12)


def test_a_distribution_of_the_library_is_followed_through_its_checks():
    def line(x, y):
        one, two = torch.distributions.Normal(x, y), torch.distributions.Normal(0.0, 1.0)
        assert not torch.isnan((x * y).sum()).any()
        return torch.distributions.kl_divergence(one, two).sum().numpy()

    assert sp.expand(traced(line, [X, Y], (1009,)) - D * (X**2 + Y**2 - 2 * sp.log(Y) - 1) / 2) == 0


def test_a_constant_in_single_precision_is_the_one_that_it_is_rounded_from():
    found = traced(lambda x: x * torch.FloatTensor([math.pi]) * torch.FloatTensor([0.1]), [X])
    assert recognised(found) == sp.pi * X / 10
    assert not traced(lambda x: x + torch.FloatTensor([3.1416]), [X]).has(sp.pi)


def test_a_named_function_stays_by_its_name():
    head = sp.Function("head")
    inner = named(head)
    assert traced(lambda x, y: 2 * inner(x, y - x), [X, Y]) == 2 * head(X, Y - X)


def otherwise(x):
    return F.huber_loss(x, x)


def in_place_on_a_view(x):
    return x.view(-1, 1).add_(1)


def in_place_behind_a_view(x):
    y = x[None]
    x *= 2
    return y


def some_elements(x):
    x[:3] = 0
    return x


def product_of_sums(x):
    return x.sum() * x.sum()


def over_a_sum(x):
    return 1 / x.sum()


def by_out(x):
    return torch.exp(x, out=x)


def deciding(x):
    return x if x > 1 else 1 - x


def plain(x):
    return torch.tensor(x.item())


def by_math(x):
    return math.exp(x)


def elements(x):
    return x[0]


def unknown(x):
    return torch.cumsum(x, 0)


def centred(x):
    return (x - x.mean()).sum()


def beside(x):
    return x + torch.arange(1009)


def rounded(x):
    return torch.div(x, 2, rounding_mode="floor")


@pytest.mark.parametrize(
    ("function", "why"),
    [
        (otherwise, "'huber_loss' of a tensor, which has no meaning"),
        (in_place_on_a_view, "two views"),
        (in_place_behind_a_view, "two views"),
        (some_elements, "some elements"),
        (product_of_sums, "a sum over an axis"),
        (over_a_sum, "a sum over an axis"),
        (by_out, "by `out=`"),
        (deciding, "decides by a value"),
        (plain, "a plain number"),
        (by_math, "a plain number"),
        (elements, "'__getitem__' of a tensor, which has no meaning"),
        (unknown, "'cumsum' of a tensor, which has no meaning"),
        (centred, "a sum over an axis"),
        (beside, "a Tensor takes part"),
        (rounded, "in a way that is not followed"),
    ],
)
def test_what_cannot_be_said_is_refused_with_its_line(function, why):
    with pytest.raises(Untraceable, match=why) as caught:
        traced(function, [X], (1009,))
    first = function.__code__.co_firstlineno
    file, _, line = caught.value.where.file.partition(":")
    assert file == "test_torch.py"
    assert first < int(line) <= first + 3
