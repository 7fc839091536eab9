"""Ways in which public code writes losses: each here in a function of our own, with one change that makes it wrong.

What is said of the change is what `check` should tell its writer.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["MANNERS", "Manner"]


@dataclass(frozen=True)
class Manner:
    """The function `name` of the file `code`, which is right, and wrong where `old` is changed into `new`."""

    id: str
    claim: tuple[str, ...]
    name: str
    names: tuple[str, ...]
    where: tuple[str, ...]
    dims: str
    code: str
    old: str
    new: str
    words: str = ""
    units: str = "nats"
    often: bool = True


KL, H = ("kl", "Normal", "Normal"), ("entropy", "Normal")
BERNOULLI, POISSON = ("kl", "Bernoulli", "Bernoulli"), ("kl", "Poisson", "Poisson")
EXPONENTIAL, GAMMA, BETA = ("kl", "Exponential", "Exponential"), ("kl", "Gamma", "Gamma"), ("kl", "Beta", "Beta")
PRIOR = ("mu_2=0", "sigma_2=1")
LOGVAR = ("logvar=2*log(sigma_1)",)
TWO = ("m1=mu_1", "s1=sigma_1", "m2=mu_2", "s2=sigma_2")

MANNERS = [
    Manner("training-file", KL, "Encoder.kl", LOGVAR, PRIOR, "sum", '''
import torch
from torch import nn
import some_tracker_of_experiments as tracker
from some_data_sets import Digits, Transform

tracker.start(project="vae", entity=tracker.me())


class Encoder(nn.Module):
    def __init__(self, data: Digits, width: int, latent: int):
        super().__init__()
        self.body = nn.Linear(width, latent)

    @tracker.timed
    def kl(self, mu, logvar):
        each = 1.0 + logvar - mu.square() - logvar.exp()
        return each.sum(dim=1).mean(dim=0).mul(-0.5)
''', "mul(-0.5)", "mul(-0.25)", "1/2 times the truth"),
    Manner("method-of-two", KL, "Gaussian.kl", ("loc=mu_1", "log_scale=log(sigma_1)", "other.loc=mu_2",
           "other.log_scale=log(sigma_2)", "other.variance=sigma_2**2"), (), "sum", '''
import torch


class Gaussian:
    def __init__(self, loc, log_scale, bounded=False):
        self.loc, self.log_scale = loc, log_scale
        if bounded:
            self.log_scale = torch.tanh(log_scale)

    @property
    def variance(self):
        return (2 * self.log_scale).exp()

    def kl(self, other: "Gaussian | None" = None):
        gap = (self.loc - other.loc) ** 2 / other.variance
        ratio = self.variance / other.variance
        return 0.5 * (gap + ratio - 1 - 2 * (self.log_scale - other.log_scale)).sum(-1)
''', "/ other.variance\n        ratio", "/ self.variance\n        ratio", "should be"),
    Manner("state-of-an-object", H, "Policy.entropy", ("self.log_std=log(sigma)",), (), "sum", '''
import math
import torch

HALF_LOG_TWO_PI_E = 0.5 * math.log(2 * math.pi * math.e)


class Policy(torch.nn.Module):
    def __init__(self, observations, actions):
        super().__init__()
        self.log_std = torch.nn.Parameter(torch.zeros(actions.shape))

    def entropy(self):
        return (self.log_std + HALF_LOG_TWO_PI_E).sum(-1)
''', "0.5 * math.log(", "math.log(", "off by the constant"),
    Manner("scripted", KL, "kl", TWO, (), "none", '''
import torch


@torch.jit.script
def square(x: torch.Tensor):
    return x * x


@torch.jit.script
def kl(m1, s1, m2, s2):
    """KL(1 || 2)"""
    return torch.log(s2 / s1) + (square(s1) + square(m1 - m2)) / (2 * square(s2)) - 0.5
''', "square(m1 - m2)", "(m1 - m2)", "should be"),
    Manner("prior-made-of-the-shape", KL, "kl", LOGVAR, PRIOR, "sum", '''
import torch


def kl(mu, logvar, prior_mu=None, prior_logvar=None):
    if prior_mu is None:
        prior_mu = torch.zeros(mu.shape, dtype=mu.dtype)
    if prior_logvar is None:
        prior_logvar = torch.zeros_like(logvar)
    var, prior_var = logvar.exp(), torch.exp(prior_logvar)
    each = prior_logvar - logvar + (var + (mu - prior_mu) ** 2) / (prior_var + 1e-12) - 1.0
    return each.flatten(start_dim=1).sum(dim=1) / 2
''', "torch.zeros_like(logvar)", "torch.ones_like(logvar)"),
    Manner("one-of-several", KL, "elbo[kl]", ("x=0", "output=0", *LOGVAR), PRIOR, "sum", '''
import torch
import torch.nn.functional as F


def elbo(output, x, mu, logvar, beta=1e-3):
    recon = F.mse_loss(output, x, reduction="sum")
    kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp(), dim=list(range(1, mu.dim()))).mean()
    return {"loss": recon + beta * kl, "recon": recon.item(), "kl": kl}
''', '"kl": kl', '"kl": beta * kl', "1/1000 times the truth"),
    Manner("library-distributions", KL, "kl", ("mu=mu_1", "scale=sigma_1"), PRIOR, "sum", '''
import torch
import torch.distributions as td


def kl(mu, scale):
    prior = td.Independent(td.Normal(torch.zeros_like(mu), torch.ones_like(mu)), 1)
    posterior = td.Independent(td.Normal(mu, scale), 1)
    return td.kl_divergence(posterior, prior).mean()
''', "(posterior, prior)", "(prior, posterior)", "this is KL(q, p), not KL(p, q)"),
    Manner("variance-and-deviation", KL, "kl", ("mean=mu_1", "var=sigma_1**2"), PRIOR, "sum", '''
import numpy as np


def kl(mean, var):
    log_var = np.log(var)
    return 0.5 * np.sum(mean**2 + np.exp(log_var) - 1.0 - log_var, axis=-1)
''', "log_var = np.log(var)", "log_var = var", "right if var stands for 2*log(sigma_1), not for sigma_1**2"),
    Manner("constant-once", H, "entropy", ("logvar=2*log(sigma)",), (), "sum", '''
import numpy as np


def entropy(logvar):
    constant = 0.5 * logvar.shape[-1] * (1.0 + np.log(2 * np.pi))
    return constant + 0.5 * logvar.sum(-1)
''', "0.5 * logvar.shape[-1] *", "0.5 *", "for D = 1 only"),
    Manner("clipped", BERNOULLI, "kl", (), (), "none", '''
import numpy as np


def kl(p_1: np.ndarray, p_2: np.ndarray, eps: float = 1e-9) -> np.ndarray:
    """In nats."""
    p_1, p_2 = (np.clip(p, eps, 1 - eps) for p in (p_1, p_2))
    return p_1 * np.log(p_1 / p_2) + (1 - p_1) * np.log((1 - p_1) / (1 - p_2))
''', "eps: float = 1e-9", "eps: float = 0.2", "wherever no bound takes hold"),
    Manner("guarded", BERNOULLI, "kl", ("a=p_1", "b=p_2"), (), "none", '''
import torch

EPS = 1e-8


def kl(a, b):
    return a * torch.log(a / (b + EPS)) + (1 - a) * torch.log((1 - a) / (1 - b + EPS))
''', "EPS = 1e-8", "EPS = 1e-3", "without what is added to keep it finite"),
    Manner("case-by-case", BERNOULLI, "kl", ("x=p_1", "y=p_2"), (), "none", '''
import math


def kl(x, y):
    def term(a, b):
        if a == 0:
            return 0.0
        return math.inf if b == 0 else a * math.log(a / b)

    x = min(max(x, 1e-15), 1 - 1e-15)
    return term(x, y) + term(1 - x, 1 - y)
''', "term(1 - x, 1 - y)", "term(1 - x, y)"),
    Manner("from-logits", BERNOULLI, "kl", ("x=log(p_1/(1 - p_1))", "y=log(p_2/(1 - p_2))"), (), "sum", '''
import torch
import torch.nn.functional as F


def kl(x, y):
    p = torch.sigmoid(x.view(x.size(0), -1))
    cross = F.binary_cross_entropy_with_logits(y, p, reduction="none")
    own = F.binary_cross_entropy_with_logits(x, p, reduction="none")
    return (cross - own).sum(-1)
''', "(cross - own)", "cross", "this is the cross-entropy"),
    Manner("safe-where", BERNOULLI, "kl", (), (), "none", '''
import jax
import jax.numpy as jnp


@jax.jit
def kl(p_1, p_2):
    one = jnp.where(p_1 > 0, jax.scipy.special.xlogy(p_1, p_1 / p_2), 0.0)
    return one + jax.scipy.special.xlogy(1 - p_1, (1 - p_1) / (1 - p_2))
''', "p_1 / p_2", "p_2 / p_1"),
    Manner("bits", ("entropy", "Bernoulli"), "entropy", (), (), "none", '''
from math import log2


def entropy(p: float) -> float:
    if not 0.0 < p < 1.0:
        return 0.0
    return -sum(x * log2(x) for x in (p, 1.0 - p) if x > 0)
''', "log2(x)", "log2(1 - x)", "", "bits"),
    Manner("dropped-terms", POISSON, "kl", ("rate=lam_1", "target=lam_2"), (), "mean", '''
import torch
import torch.nn.functional as F


def kl(rate, target):
    each = F.kl_div(target.log(), rate, reduction="none")
    return torch.mean(each - rate + target)
''', "each - rate + target", "each", "lacks"),
    Manner("turned", POISSON, "kl", (), (), "none", '''
import math


def kl(lam_1, lam_2):
    """As a gap of x log x."""
    lam_2 = max(lam_2, 1e-12)
    return lam_1 * math.log(lam_1 / lam_2) - (lam_1 - lam_2)
''', "- (lam_1 - lam_2)", "+ (lam_1 - lam_2)", "signs of the terms"),
    Manner("scales", EXPONENTIAL, "kl", ("scale_p=1/lam_1", "scale_q=1/lam_2"), (), "none", '''
import numpy as np


def kl(*, scale_p, scale_q):
    ratio = scale_p / scale_q
    return ratio - np.log(ratio) - 1
''', "scale_p / scale_q", "scale_q / scale_p", "this is KL(q, p), not KL(p, q)"),
    Manner("wrapped", EXPONENTIAL, "kl", (), (), "none", '''
import functools
import logging
import math


def logged(function):
    def wrapper(*args, **kwargs):
        logging.getLogger(__name__).debug("called")
        return function(*args, **kwargs)
    return wrapper


@logged
@functools.lru_cache(maxsize=None)
def kl(lam_1, lam_2):
    return math.log(lam_1) - math.log(lam_2) + lam_2 / lam_1 - 1
''', "- 1\n", "\n", "off by the constant 1"),
    Manner("checked", KL, "kl", LOGVAR, PRIOR, "sum", '''
import torch


def kl(mu, logvar):
    assert mu.shape == logvar.shape, f"{mu.shape} and {logvar.shape}"
    total = 0.5 * (mu**2 + logvar.exp() - logvar - 1).sum(dim=-1)
    if torch.isnan(total).any() or torch.isinf(total).any():
        raise RuntimeError("the loss is not finite")
    return total.detach().cpu().numpy()
''', ".sum(dim=-1)", ".mean(dim=-1)", "does not grow with D"),
    Manner("free-bits", KL, "kl", LOGVAR, PRIOR, "sum", '''
import torch


def kl(mu, logvar, free=0.0):
    each = 0.5 * (mu**2 + logvar.exp() - logvar - 1)
    return torch.clamp(each, min=free).sum(-1).mean()
''', "free=0.0", "free=0.5", "wherever no bound takes hold (0.5)", often=False),
    Manner("softplus", KL, "kl", ("rho=log(exp(sigma_1) - 1)",), PRIOR, "sum", '''
import math
import torch
import torch.nn.functional as F


def kl(mu, rho, prior_sigma=1.0):
    sigma = F.softplus(rho) + 1e-7
    return (math.log(prior_sigma) - sigma.log() + (sigma**2 + mu**2) / (2 * prior_sigma**2) - 0.5).sum()
''', "- sigma.log()", "+ sigma.log()", "sign", often=False),
    Manner("bits-per-dimension", KL, "kl", ("mean=mu_1", *LOGVAR), PRIOR, "mean", '''
import numpy as np
import torch as th


def kl(mean, logvar):
    mean2, logvar2 = (x if isinstance(x, th.Tensor) else th.tensor(x).to(mean) for x in (0.0, 0.0))
    each = 0.5 * (-1.0 + logvar2 - logvar + th.exp(logvar - logvar2) + (mean - mean2) ** 2 * th.exp(-logvar2))
    return each.mean(dim=list(range(1, len(each.shape)))) / np.log(2.0)
''', " / np.log(2.0)", "", "in nats, not in bits", "bits", often=False),
    Manner("gamma", GAMMA, "kl", ("a=alpha_1", "b=beta_1", "c=alpha_2", "d=beta_2"), (), "sum", '''
import torch


def kl(a, b, c=None, d=None):
    total = (a - c) * torch.digamma(a) - torch.lgamma(a)
    total += torch.lgamma(c) + c * (b.log() - d.log())
    return (total + a * (d - b) / b).sum(-1)
''', "a * (d - b) / b", "c * (d - b) / b", "should be", often=False),
    Manner("own-digamma", ("entropy", "Gamma"), "entropy", (), (), "none", '''
import math


def digamma(x):
    below = 0.0
    while x < 7:
        below, x = below - 1 / x, x + 1
    y = 1 / x**2
    return below + math.log(x) - 0.5 / x - y * (1 / 12 - y * (1 / 120 - y * (1 / 252 - y * (1 / 240 - y / 132))))


def entropy(alpha, beta):
    return alpha - math.log(beta) + math.lgamma(alpha) + (1 - alpha) * digamma(alpha)
''', "0.5 / x", "0.5 * x", "", often=False),
    Manner("refused-values", BETA, "kl", ("a=alpha_1", "b=beta_1", "c=alpha_2", "d=beta_2"), (), "none", '''
from scipy.special import betaln, digamma


def kl(a: float, b: float, c: float, d: float) -> float:
    a, b, c, d = map(float, (a, b, c, d))
    if min(a, b, c, d) <= 0:
        raise ValueError("not positive")
    return float(betaln(c, d) - betaln(a, b) + (a - c) * digamma(a) + (b - d) * digamma(b)
                 + (c + d - a - b) * digamma(a + b))
''', "betaln(c, d) - betaln(a, b)", "betaln(a, b) - betaln(c, d)", "sign", often=False),
    Manner("warning-with-values", GAMMA, "kl", ("a=alpha_1", "b=beta_1", "c=alpha_2", "d=beta_2"), (), "none", '''
import warnings

import torch


def kl(a, b, c, d):
    total = (a - c) * torch.digamma(a) + torch.lgamma(c) - torch.lgamma(a) + c * (torch.log(b) - torch.log(d))
    total += a * (d - b) / b
    if (total < 0).any():
        warnings.warn("below zero: %f" % float(torch.min(total)))
    return total
''', "a * (d - b) / b", "a * (d - b) / d", "should be"),
    Manner("default-of-the-other", BERNOULLI, "kl", ("posterior=p_1",), ("p_2=1/2",), "sum", '''
import torch


def kl(posterior, p=0.5):
    prior = torch.tensor(p, dtype=posterior.dtype)
    each = posterior * (posterior / prior).log() + (1 - posterior) * ((1 - posterior) / (1 - prior)).log()
    return each.sum()
''', "+ (1 - posterior) *", "- (1 - posterior) *"),
    Manner("constant-of-all-dimensions", H, "entropy", ("logvar=2*log(sigma)",), (), "sum", '''
import numpy as np


def entropy(logvar):
    dimensions = float(logvar.size(1))
    return 0.5 * logvar.sum(dim=1) + 0.5 * dimensions * (1.0 + np.log(2 * np.pi))
''', "(1.0 + np", "(2.0 + np", "constant"),
    Manner("angle-within-a-turn", ("kl", "VonMises", "VonMises"), "kl", ("m=mu_1", "k=kappa_1", "n=mu_2", "l=kappa_2"),
           (), "none", '''
import math
import torch


def kl(m, k, n, l):
    gap = (m - n + math.pi) % (2 * math.pi) - math.pi
    ratio = torch.special.i1(k) / torch.special.i0(k)
    return torch.log(torch.special.i0(l) / torch.special.i0(k)) + ratio * (k - l * torch.cos(gap))
''', "torch.cos(gap)", "torch.sin(gap)", "should be cos"),
    Manner("float-as-a-type", BERNOULLI, "kl", ("a=p_1", "b=p_2"), (), "none", '''
import numpy as np


def kl(a, b):
    if isinstance(a, (float, int)):
        a = np.asarray(a, dtype=float)
    a, b = (np.clip(x, np.finfo(float).tiny, 1.0) for x in (a, b))
    return a * np.log(a / b) + (1 - a) * np.log((1 - a) / (1 - b))
''', "(1 - a) * np.log", "(1 - b) * np.log", "should be", often=False),
    Manner("elements-of-an-argument", ("entropy", "Gamma"), "entropy", ("theta[0]=log(alpha-1)", "theta[1]=log(beta)"),
           (), "none", '''
import torch


def entropy(theta):
    alpha, beta = torch.exp(theta[0]) + 1, torch.exp(theta[1])
    return alpha - torch.log(beta) + torch.lgamma(alpha) + (1 - alpha) * torch.digamma(alpha)
''', "alpha - torch.log(beta)", "alpha + torch.log(beta)", "its inverse"),
    Manner("asserted-of-what-comes-out", GAMMA, "kl", ("b_q=alpha_1", "c_q=beta_1", "b_p=alpha_2", "c_p=beta_2"), (),
           "none", '''
import numpy as np
from scipy.special import digamma, gammaln


def kl(b_q, c_q, b_p, c_p):
    found = (b_q - b_p) * digamma(b_q) - gammaln(b_q) + gammaln(b_p)
    found = found + b_p * (np.log(c_q) - np.log(c_p)) + b_q * (c_p - c_q) / c_q
    assert found >= 0, f"below zero: {found}"
    return found
''', "np.log(c_q) - np.log(c_p)", "np.log(c_p) - np.log(c_q)", "sign"),
    Manner("what-is-fixed-named", KL, "kl", ("m=mu_1", "v=sigma_1**2", "n=mu_2", "w=sigma_2**2"), PRIOR, "none", '''
import jax.numpy as jnp


def kl(m, v, n, w):
    return 0.5 * (jnp.log(w / v) + (v + (m - n) ** 2) / w - 1.0)
''', "- 1.0", "+ 1.0", "off by the constant"),
]  # fmt: skip
