"""Functions as people write them, each right one beside wrong ones that look like it."""

from __future__ import annotations

import pytest

VAE = """
import math
import torch
from torch.nn import functional as F


def line(mu, logvar):
    return -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())


def mean_of_rows(mu, logvar):
    rows = torch.sum(1 + logvar - mu ** 2 - logvar.exp(), dim=1)
    return torch.mean(-0.5 * rows, dim=0)


def over_the_batch(mu, logvar):
    return -0.5 * (1 + logvar - mu.pow(2) - logvar.exp()).sum() / mu.size(0)


def in_place(mu, logvar):
    total = logvar.exp().add_(mu * mu)
    total -= 1
    total.sub_(logvar).mul_(0.5)
    return total.sum(dim=-1)


def mean_of_all(mu, logvar):
    return -0.5 * torch.mean(1 + logvar - mu.pow(2) - logvar.exp())


def over_dimensions(mu, logvar):
    return -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp()) / mu.size(1)


def columns(mu, logvar):
    return torch.mean(-0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp(), dim=0))


def bracket(mu, logvar):
    return -0.5 * torch.sum(1 + logvar) - mu.pow(2) - logvar.exp()


def sign(mu, logvar):
    return 0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())


def no_square(mu, logvar):
    return -0.5 * torch.sum(1 + logvar - mu - logvar.exp())


def deviation(mu, logvar):
    return -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp().pow(2))


def square_of_the_sum(mu, logvar):
    return 0.5 * (logvar.exp() - 1 - logvar).sum() + 0.5 * mu.sum() ** 2 / mu.numel()
"""
STANDARD = ("mu_2=0", "sigma_2=1")
LOGVAR = ("logvar=2*log(sigma_1)",)


@pytest.fixture(scope="module")
def vae(tmp_path_factory):
    path = tmp_path_factory.mktemp("vae") / "vae.py"
    path.write_text(VAE, encoding="utf-8")
    return path


def found(judged, vae, name, dims):
    return judged(f"{vae}:{name}", "kl", "Normal", "Normal", STANDARD, LOGVAR, dims)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("line", "of a batch of N it is the sum"),
        ("mean_of_rows", "the mean"),
        ("over_the_batch", "the mean"),
        ("in_place", ""),
    ],
)
def test_a_right_sum_over_dimensions_is_proved_and_its_batch_told(judged, vae, name, words):
    answer = found(judged, vae, name, "sum")
    assert (answer["verdict"], answer["evidence"]) == ("correct", "proved")
    assert any(words in note for note in answer["notes"])
    assert answer["arguments"] == {"mu": "mu_1", "logvar": "2*log(sigma_1)"}


@pytest.mark.parametrize(
    "name",
    ["mean_of_all", "over_dimensions", "columns", "bracket", "sign", "no_square", "deviation", "square_of_the_sum"],
)
def test_a_wrong_sum_over_dimensions_is_wrong(judged, vae, name):
    answer = found(judged, vae, name, "sum")
    assert answer["verdict"] == "wrong"
    assert answer["counterexample"]["given"] != answer["counterexample"]["true"]


def test_a_mean_over_dimensions_is_another_claim(judged, vae):
    for name in ("mean_of_all", "over_dimensions"):
        assert found(judged, vae, name, "mean")["verdict"] == "correct"
    for name in ("line", "mean_of_rows"):
        assert found(judged, vae, name, "mean")["verdict"] == "wrong"


def test_for_one_dimension_a_sum_and_a_mean_are_the_value(judged, vae):
    for name in ("line", "mean_of_rows", "mean_of_all"):
        answer = found(judged, vae, name, "none")
        assert (answer["verdict"], answer["evidence"]) == ("correct", "proved")
    assert found(judged, vae, "sign", "none")["verdict"] == "wrong"
