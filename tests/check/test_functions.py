"""Functions as people write them, each right one beside wrong ones that look like it."""

from __future__ import annotations

import math
import re
import textwrap
from fractions import Fraction

import pytest

from symkl.errors import BadInput

pytestmark = pytest.mark.sample(3)

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


def first_axis(mu, logvar):
    return -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp(), dim=0)


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
    "mean_of_all over_dimensions columns first_axis bracket sign no_square deviation square_of_the_sum".split(),
)
def test_a_wrong_sum_over_dimensions_is_wrong(judged, vae, name):
    answer = found(judged, vae, name, "sum")
    assert answer["verdict"] == "wrong"
    counter = answer["counterexample"]
    at = {key: float(Fraction(value)) for key, value in counter["at"].items()}
    assert float(counter["true"]) == pytest.approx(
        (at["mu_1"] ** 2 + at["sigma_1"] ** 2 - 1) / 2 - math.log(at["sigma_1"])
    )
    assert float(counter["given"]) != pytest.approx(float(counter["true"]))
    assert answer["diagnosis"] or name in ("deviation", "square_of_the_sum")
    [call] = [note for note in answer["notes"] if note.startswith("called with arrays")]
    given, true = (float(text) for text in re.findall(r"gives (.*), and (.*) would be right", call)[0])
    assert given != pytest.approx(true)


def test_a_mean_over_dimensions_is_another_claim(judged, vae):
    for name in ("mean_of_all", "over_dimensions"):
        assert found(judged, vae, name, "mean")["verdict"] == "correct"
    for name in ("line", "mean_of_rows"):
        answer = found(judged, vae, name, "mean")
        assert answer["verdict"] == "wrong"
        assert "over the dimensions it is the sum, not the mean" in answer["notes"]
    assert "over the dimensions it is the mean, not the sum" in found(judged, vae, "mean_of_all", "sum")["notes"]


def test_for_one_dimension_a_sum_and_a_mean_are_the_value(judged, vae):
    for name in ("line", "mean_of_rows", "mean_of_all"):
        answer = found(judged, vae, name, "none")
        assert (answer["verdict"], answer["evidence"]) == ("correct", "proved")
    assert found(judged, vae, "sign", "none")["verdict"] == "wrong"


CODE = {
    "branches": """
        import math

        def kl(p1, p2):
            if not (0 < p1 < 1 and 0 < p2 < 1):
                raise ValueError("no probabilities")
            if p1 == p2:
                return 0.0
            if p1 > 0.5:
                return p1 * math.log(p1 / p2) + (1 - p1) * math.log((1 - p1) / (1 - p2))
            return (1 - p1) * (math.log1p(-p1) - math.log1p(-p2)) + p1 * (math.log(p1) - math.log(p2))
    """,
    "wrong_branches": """
        import math

        def kl(p1, p2):
            if p1 > 0.5:
                return p1 * math.log(p1 / p2) + (1 - p1) * math.log((1 - p1) / (1 - p2))
            return p1 * math.log(p1 / p2) + (1 - p1) * math.log((1 - p1) / p2)
    """,
    "elements": """
        import math

        def kl(p1, p2):
            return sum(a * math.log(a / b) + (1 - a) * math.log((1 - a) / (1 - b)) for a, b in zip(p1, p2))
    """,
    "wrong_elements": """
        import math

        def kl(p1, p2):
            return sum(a * math.log(a / b) + (1 - a) * math.log((1 - a) / (1 - b)) for a, b in zip(p1[1:], p2[1:]))
    """,
    "helpers": """
        import numpy as np
        from helping import relative

        def kl(p1, p2):
            return float(relative(p1, p2) + relative(1 - p1, 1 - p2))
    """,
    "wrong_helpers": """
        import numpy as np
        from helping import relative

        def kl(p1, p2):
            return float(relative(p1, p2) + relative(1 - p1, p2))
    """,
    "parts": """
        def kl(p, q):
            first, second = p.logits.sigmoid(), q["logits"].sigmoid()
            [logits] = p
            return first * (logits - q[0]) + (1 - first).log() - (1 - second).log()
    """,
    "wrong_parts": """
        def kl(p, q):
            first, second = q.logits.sigmoid(), p["logits"].sigmoid()
            [logits] = p
            return first * (logits - q[0]) + (1 - first).log() - (1 - second).log()
    """,
    "clamped": """
        import torch

        def kl(p1, p2, eps=1e-7):
            p1, p2 = p1.clamp(eps, 1 - eps), torch.clamp(p2, min=eps, max=1 - eps)
            return p1 * (p1 / p2).log() + (1 - p1) * torch.log((1 - p1) / (1 - p2))
    """,
    "wrong_clamped": """
        import torch

        def kl(p1, p2, eps=1e-1):
            p1, p2 = p1.clamp(eps, 1 - eps), torch.clamp(p2, min=eps, max=1 - eps)
            return p1 * (p1 / p2).log() + (1 - p1) * torch.log((1 - p1) / (1 - p2))
    """,
    "module": """
        import torch

        class Divergence(torch.nn.Module):
            def forward(self, p1, p2, *, weight=1.0):
                return weight * (p1 * (p1 / p2).log() + (1 - p1) * ((1 - p1) / (1 - p2)).log())

        kl = Divergence()
    """,
    "wrong_module": """
        import torch

        class kl(torch.nn.Module):
            def forward(self, p1, p2, *, weight=2.0):
                return weight * (p1 * (p1 / p2).log() + (1 - p1) * ((1 - p1) / (1 - p2)).log())
    """,
    "coarse": """
        import numpy as np

        def kl(p1, p2):
            p1, p2 = np.float32(p1), np.float32(p2)
            return p1 * np.log(p1 / p2) + (1 - p1) * np.log((1 - p1) / (1 - p2))
    """,
    "wrong_coarse": """
        import numpy as np

        def kl(p1, p2):
            p1, p2 = np.float32(p1), np.float32(p2)
            return p1 * np.log(p1 / p2) + (1 - p1) * np.log((1 - p1) / (1 - p2)) + np.float32(0.001)
    """,
    "distributions": """
        from torch.distributions import Bernoulli, kl_divergence

        def kl(p1, p2):
            return kl_divergence(Bernoulli(probs=p1), Bernoulli(probs=p2))
    """,
    "wrong_distributions": """
        from torch.distributions import Bernoulli, kl_divergence

        def kl(p1, p2):
            return kl_divergence(Bernoulli(probs=p2), Bernoulli(probs=p1))
    """,
    "compiled": """
        from functools import partial

        import jax
        import jax.numpy as jnp

        @partial(jax.jit, static_argnames="reduction")
        def kl(p1, p2, *, reduction="sum"):
            each = jax.scipy.special.rel_entr(p1, p2) + jax.scipy.special.rel_entr(1 - p1, 1 - p2)
            return jnp.sum(each) if reduction == "sum" else jnp.mean(each)
    """,
    "wrong_compiled": """
        from functools import partial

        import jax
        import jax.numpy as jnp

        @partial(jax.jit, static_argnames="reduction")
        def kl(p1, p2, *, reduction="mean"):
            each = jax.scipy.special.rel_entr(p1, p2) + jax.scipy.special.rel_entr(1 - p1, 1 - p2)
            return jnp.sum(each) if reduction == "sum" else jnp.mean(each)
    """,
    "weighted": """
        import torch

        def kl(p1, p2, beta, batch_size):
            return beta * (p1 * (p1 / p2).log() + (1 - p1) * ((1 - p1) / (1 - p2)).log()).sum() / batch_size
    """,
    "wrong_weighted": """
        import torch

        def kl(p1, p2, beta, batch_size):
            return beta * (p1 * (p1 / p2).log() + (1 - p1) * ((1 - p1) / (1 - p2)).log()).sum() / batch_size**2
    """,
}
CODE["wrong_infinity"] = """
    import math

    def kl(p1, p2):
        finite = p1 * math.log(p1 / p2) + (1 - p1) * math.log((1 - p1) / (1 - p2))
        return finite if p1 < 0.9 else math.inf
"""
NUMERIC = ("branches", "elements", "clamped", "coarse", "distributions")
GIVEN = {
    "parts": ("p.logits=log(p_1/(1 - p_1))", "q.logits=log(p_2/(1 - p_2))"),
    "weighted": ("beta=1", "batch_size=N"),
}


CODE["scripted"] = """
    import torch

    @torch.jit.script
    def relative(a: torch.Tensor, b: torch.Tensor):
        return a * torch.log(a / b)

    @torch.jit.script
    def kl(p1, p2):
        return relative(p1, p2) + relative(1 - p1, 1 - p2)
"""
CODE["wrong_scripted"] = CODE["scripted"].replace("relative(1 - p1, 1 - p2)", "relative(1 - p1, p2)")
CODE["by_numba"] = """
    import math
    from numba import njit

    @njit
    def relative(a, b):
        return a * math.log(a / b)

    @njit(fastmath=True)
    def kl(p1, p2):
        return relative(p1, p2) + relative(1 - p1, 1 - p2)
"""
CODE["wrong_by_numba"] = CODE["by_numba"].replace("relative(1 - p1, 1 - p2)", "relative(1 - p1, p2)")
CODE["vectorized"] = """
    import numpy as np

    @np.vectorize
    def kl(p1, p2):
        return p1 * np.log(p1 / p2) + (1 - p1) * np.log((1 - p1) / (1 - p2))
"""
CODE["wrong_vectorized"] = CODE["vectorized"].replace("np.log(p1 / p2)", "np.log(p1)")
CODE["timed"] = """
    import math
    import time

    def timed(function):
        def wrapper(*args, **kwargs):
            begun = time.time()
            try:
                return function(*args, **kwargs)
            finally:
                print(time.time() - begun)
        return wrapper

    @timed
    def kl(p1, p2):
        return p1 * math.log(p1 / p2) + (1 - p1) * math.log((1 - p1) / (1 - p2))
"""
CODE["wrong_timed"] = CODE["timed"].replace("math.log(p1 / p2)", "math.log(p2 / p1)")


@pytest.fixture(scope="module")
def bernoulli(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bernoulli")
    helper = "import math\n\n\ndef relative(a, b):\n    return a * (math.log(a) - math.log(b))\n"
    (folder / "helping.py").write_text(helper, encoding="utf-8")
    for name, code in CODE.items():
        (folder / f"{name}.py").write_text(textwrap.dedent(code), encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", CODE)
def test_a_divergence_of_bernoulli_distributions_is_judged_however_it_is_written(judged, bernoulli, name):
    stem = name.removeprefix("wrong_")
    dims = "sum" if stem in ("elements", "compiled", "weighted") else "none"
    answer = judged(f"{bernoulli / name}.py:kl", "kl", "Bernoulli", "Bernoulli", (), GIVEN.get(stem, ()), dims)
    assert answer["verdict"] == ("wrong" if name.startswith("wrong_") else "correct"), answer
    if answer["verdict"] == "correct":
        assert answer["evidence"] == ("numeric" if stem in NUMERIC else "proved"), answer


MISTAKES = {
    "distributions": ("kl_divergence(Bernoulli(probs=p2), Bernoulli(probs=p1))", "the two arguments are exchanged"),
    "half": ("0.5 * kl_divergence(Bernoulli(probs=p1), Bernoulli(probs=p2))", "it is 0.5 times the truth"),
    "more": ("kl_divergence(Bernoulli(probs=p1), Bernoulli(probs=p2)) + 0.25", "it is off by the constant 0.25"),
    "sign": ("-kl_divergence(Bernoulli(probs=p1), Bernoulli(probs=p2))", "sign is wrong"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_in_what_was_only_run_is_named(judged, bernoulli, name):
    body, words = MISTAKES[name]
    path = bernoulli / f"mistaken_{name}.py"
    head = "import torch\nfrom torch.distributions import Bernoulli, kl_divergence\n\n\ndef kl(p1, p2):\n    return "
    for whole, dims in ((body, "none"), (f"({body}).sum(-1)", "sum")):
        path.write_text(f"{head}torch.stack([{whole}]).sum(0)\n", encoding="utf-8")
        answer = judged(f"{path}:kl", "kl", "Bernoulli", "Bernoulli", (), (), dims)
        assert (answer["verdict"], answer["evidence"]) == ("wrong", "numeric")
        assert words in answer["diagnosis"] or (name, dims) == ("more", "sum")
        assert any("not read as a formula" in note for note in answer["notes"])


PARTS = """
import torch


class Weighted(torch.nn.Module):
    def __init__(self, width, weight):
        super().__init__()
        self.width, self.weight = width, weight

    def plain(self, p1, p2):
        return p1 * (p1 / p2).log() + (1 - p1) * ((1 - p1) / (1 - p2)).log()

    def kl(self, p1, p2):
        return self.weight * self.plain(p1, p2)


class Bernoulli:
    def __init__(self, logits):
        self.probs, self.logits = logits.sigmoid(), logits

    @property
    def others(self):
        return 1 - self.probs

    def kl(self, other):
        return self.probs * (self.logits - other.logits) + torch.log(self.others / (1 - other.logits.sigmoid()))


def several(p1, p2):
    kl = p1 * (p1 / p2).log() + (1 - p1) * ((1 - p1) / (1 - p2)).log()
    return -kl, {"kl": kl, "twice": 2 * kl}


def named(p1, p2):
    return several(p1, p2)[1]
"""
LOGITS = ("other.logits=log(p_2/(1 - p_2))",)


@pytest.mark.parametrize(
    ("name", "given", "verdict"),
    [
        ("Weighted.plain", (), "correct"),
        ("Weighted.kl", (), "undecided"),
        ("Weighted.kl", ("self.weight=1",), "correct"),
        ("Weighted.kl", ("weight=1",), "correct"),
        ("Weighted.kl", ("width=3", "weight=2"), "wrong"),
        ("Bernoulli.kl", ("logits=log(p_1/(1 - p_1))", *LOGITS), "correct"),
        ("Bernoulli.kl", ("logits=log((1 - p_1)/p_1)", *LOGITS), "wrong"),
        ("Bernoulli.kl", ("self.probs=p_1", "self.logits=log(p_1/(1 - p_1))", *LOGITS), "correct"),
        ("Bernoulli.kl", ("self.probs=p_1", "self.others=p_1", "self.logits=log(p_1/(1-p_1))", *LOGITS), "wrong"),
        ("several[0]", (), "wrong"),
        ("named[kl]", (), "correct"),
        ("named[twice]", (), "wrong"),
    ],
)
def test_methods_are_judged_and_parts_of_what_comes_out(judged, tmp_path, name, given, verdict):
    (tmp_path / "parts.py").write_text(PARTS, encoding="utf-8")
    answer = judged(f"{tmp_path}/parts.py:{name}", "kl", "Bernoulli", "Bernoulli", (), given)
    assert (answer["verdict"], answer["evidence"]) == (verdict, "numeric" if verdict == "undecided" else "proved")
    if verdict == "undecided":
        assert "it uses self.weight, which is not known: say what it is, --map self.weight=EXPR" in answer["diagnosis"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("several", r"gives a tuple of 2, not a number; say which of them, such as FILE.py:NAME\[0\]"),
        ("named", r"gives a dict of kl, twice, not a number; say which of them"),
        ("named[half]", r"gives a dict of kl, twice, not a number, and it has no 'half'"),
        ("several[2]", r"gives a tuple of 2, not a number, and it has no '2'"),
        ("several[1", "is not of the form"),
        ("several[-1]", "is not of the form"),
    ],
)
def test_of_several_things_one_is_to_be_named(judged, tmp_path, name, words):
    (tmp_path / "parts.py").write_text(PARTS, encoding="utf-8")
    with pytest.raises(BadInput, match=words):
        judged(f"{tmp_path}/parts.py:{name}", "kl", "Bernoulli", "Bernoulli")


READ = """
import math


def line(mu, spread):
    return 0.5 * (mu**2 + math.exp(spread) - spread - 1)


def wrong(mu, spread):
    return 0.5 * (mu**2 + math.exp(spread) - 2 * spread - 1)


def digamma(x, terms=5):
    below = 0.0
    while x < 8:
        below, x = below - 1 / x, x + 1
    series = [1 / 12, -1 / 120, 1 / 252, -1 / 240, 1 / 132]
    return below + math.log(x) - 0.5 / x - sum(b / x ** (2 * k + 2) for k, b in enumerate(series[:terms]))


def entropy(alpha, beta):
    return alpha - math.log(beta) + math.lgamma(alpha) + (1 - alpha) * digamma(alpha)


def coarse(alpha, beta):
    return alpha - math.log(beta) + math.lgamma(alpha) + (1 - alpha) * digamma(alpha, 1)
"""


def test_what_an_argument_must_stand_for_is_named(judged, tmp_path):
    (tmp_path / "read.py").write_text(READ, encoding="utf-8")

    def told(name, *given):
        return judged(f"{tmp_path}/read.py:{name}", "kl", "Normal", "Normal", STANDARD, given)

    assert told("line", "spread=2*log(sigma_1)")["verdict"] == "correct"
    for held in ("sigma_1**2", "log(sigma_1)", "1/sigma_1**2"):
        answer = told("line", f"spread={held}")
        assert answer["verdict"] == "wrong"
        shown = held.replace("1/sigma_1**2", "sigma_1**(-2)")
        assert answer["diagnosis"].endswith(f"right if spread stands for 2*log(sigma_1), not for {shown}")
    assert "stands for" not in told("wrong", "spread=sigma_1**2")["diagnosis"]


def test_a_series_that_is_cut_off_is_correct_as_far_as_it_goes(judged, tmp_path):
    (tmp_path / "read.py").write_text(READ, encoding="utf-8")
    answer = judged(f"{tmp_path}/read.py:entropy", "entropy", "Gamma")
    assert (answer["verdict"], answer["evidence"], answer["counterexample"]) == ("correct", "numeric", None)
    assert answer["diagnosis"].startswith("an approximation: off by ")
    assert judged(f"{tmp_path}/read.py:coarse", "entropy", "Gamma")["verdict"] == "wrong"


def test_a_function_that_is_only_run_is_judged_by_a_dozen_probabilities(judged, tmp_path):
    code = "import numpy as np\nfrom scipy.stats import entropy\n\n\ndef h(p):\n    return entropy([p, 1 - p])\n"
    for name, text, verdict in (("right", code, "correct"), ("wrong", code.replace("1 - p]", "p]"), "wrong")):
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
        answer = judged(f"{tmp_path}/{name}.py:h", "entropy", "Bernoulli")
        assert (answer["verdict"], answer["evidence"]) == (verdict, "numeric")


REFUSING = """
import math


def kl(lam_1, lam_2):
    if lam_1 > lam_2:
        raise ValueError("the rates are the wrong way round")
    return math.log(lam_1 / lam_2) + lam_2 / lam_1 - 1
"""


def test_a_function_that_refuses_some_parameters_is_not_called_correct(judged, tmp_path):
    (tmp_path / "losses.py").write_text(REFUSING, encoding="utf-8")
    (tmp_path / "worse.py").write_text(REFUSING.replace("- 1", "+ 1"), encoding="utf-8")
    answer = judged(f"{tmp_path}/losses.py:kl", "kl", "Exponential", "Exponential")
    assert answer["verdict"] == "undecided"
    assert "right where it gives a value" in answer["diagnosis"]
    assert "the wrong way round" in answer["diagnosis"]
    answer = judged(f"{tmp_path}/worse.py:kl", "kl", "Exponential", "Exponential")
    assert answer["verdict"] == "wrong"
    assert "constant 2" in answer["diagnosis"]
    assert any("the wrong way round" in note for note in answer["notes"])
