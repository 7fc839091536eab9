"""Public code for entropies and divergences, as people write it, each a file of its own with its verdict.

The names are those of the entries of `tests/corpus/formulas.json` that the code is the code of; others, named after
what is wrong in them, are its wrong siblings.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["FAMILIES", "SNIPPETS", "Snippet"]


@dataclass(frozen=True)
class Snippet:
    """The function `name` of the file `code` claims to be the quantity of p, or of p and q, and is so if `correct`."""

    id: str
    correct: bool
    claim: tuple[str, ...]
    name: str
    code: str
    names: tuple[str, ...] = ()
    where: tuple[str, ...] = ()
    dims: str = "none"
    units: str = "nats"


KL = ("kl", "Normal", "Normal")
STANDARD = ("mu_2=0", "sigma_2=1")

TORCH = "import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n"
NUMPY = "import numpy as np\n"
SCIPY = "import numpy as np\nfrom scipy import special\nfrom scipy.special import digamma, gammaln, psi\n"
JAX = "import jax\nimport jax.numpy as jnp\nfrom jax.scipy.special import digamma, gammaln\n"
PLAIN = "import math\n"

#: families that are not among the built-in ones
FAMILIES = {
    "halfstudentt.toml": """\
format = 1
[family]
name = "HalfStudentT"
kind = "continuous"
support = ["0", "oo"]
log_density = "log(2)+loggamma((nu+1)/2)-loggamma(nu/2)-log(nu*pi)/2-log(sigma)-(nu+1)/2*log(1+(x/sigma)**2/nu)"
[family.parameters]
nu = { domain = "positive" }
sigma = { domain = "positive" }
""",
    "zibinomial.toml": """\
format = 1
[family]
name = "ZIBinomial"
kind = "discrete"
support = ["0", "n"]
density = "Piecewise((1-psi+psi*(1-p)**n, Eq(x,0)), (psi*binomial(n,x)*p**x*(1-p)**(n-x), True))"
[family.parameters]
psi = { domain = "unit" }
n = { domain = "positive_integer" }
p = { domain = "unit" }
""",
}

SNIPPETS = [
    # the divergence from a standard normal distribution, in variational autoencoders
    Snippet("pytorch-examples-vae", True, KL, "loss_function", TORCH + '''
# Reconstruction + KL divergence losses summed over all elements and batch
def loss_function(mu, logvar):
    # see Appendix B from VAE paper:
    # 0.5 * sum(1 + log(sigma^2) - mu^2 - sigma^2)
    KLD = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
    return KLD
''', ("logvar=2*log(sigma_1)",), STANDARD, "sum"),
    Snippet("flax-vae", True, KL, "kl_divergence", JAX + '''
@jax.vmap
def kl_divergence(mean, logvar):
    return -0.5 * jnp.sum(1 + logvar - jnp.square(mean) - jnp.exp(logvar))
''', ("mean=mu_1", "logvar=2*log(sigma_1)"), STANDARD, "sum"),
    Snippet("bojone-vae", True, KL, "kl_loss", NUMPY + '''
K_sum, K_square, K_exp = np.sum, np.square, np.exp


def kl_loss(z_mean, z_log_var):
    return - 0.5 * K_sum(1 + z_log_var - K_square(z_mean) - K_exp(z_log_var), axis=-1)
''', ("z_mean=mu_1", "z_log_var=2*log(sigma_1)"), STANDARD, "sum"),
    Snippet("wiseodd-vae", True, KL, "kl_loss", TORCH + '''
def kl_loss(z_mu, z_var):
    return torch.mean(0.5 * torch.sum(torch.exp(z_var) + z_mu**2 - 1. - z_var, 1))
''', ("z_mu=mu_1", "z_var=2*log(sigma_1)"), STANDARD, "sum"),
    Snippet("aymeric-vae", True, KL, "vae_loss", NUMPY + '''
def vae_loss(z_mean, z_std):
    # KL Divergence loss
    kl_div_loss = 1 + z_std - np.square(z_mean) - np.exp(z_std)
    kl_div_loss = -0.5 * np.sum(kl_div_loss, 1)
    return np.mean(kl_div_loss)
''', ("z_mean=mu_1", "z_std=2*log(sigma_1)"), STANDARD, "sum"),
    Snippet("world-models", True, KL, "loss_function", TORCH + '''
def loss_function(mu, logsigma):
    KLD = -0.5 * torch.sum(1 + 2 * logsigma - mu.pow(2) - (2 * logsigma).exp())
    return KLD
''', (), STANDARD, "sum"),
    Snippet("tf-mnist-vae", True, KL, "KL_divergence", NUMPY + '''
def KL_divergence(mu, sigma):
    KL_divergence = 0.5 * np.sum(np.square(mu) + np.square(sigma) - np.log(1e-8 + np.square(sigma)) - 1, 1)
    return np.mean(KL_divergence)
''', (), STANDARD, "sum"),
    Snippet("kvfrans-vae", True, KL, "latent_loss", NUMPY + '''
def latent_loss(z_mean, z_stddev):
    return 0.5 * np.sum(np.square(z_mean) + np.square(z_stddev) - np.log(np.square(z_stddev)) - 1, 1)
''', ("z_mean=mu_1", "z_stddev=sigma_1"), STANDARD, "sum"),
    Snippet("stackgan-v2", True, KL, "KL_loss", TORCH + '''
def KL_loss(mu, logvar):
    # -0.5 * sum(1 + log(sigma^2) - mu^2 - sigma^2)
    KLD_element = mu.pow(2).add_(logvar.exp()).mul_(-1).add_(1).add_(logvar)
    KLD = torch.mean(KLD_element).mul_(-0.5)
    return KLD
''', (), STANDARD, "mean"),
    Snippet("gae-tf", False, KL, "kl", NUMPY + '''
def kl(z_mean, z_log_std, num_nodes=1):
    return (0.5 / num_nodes) * np.mean(
        np.sum(1 + 2 * z_log_std - np.square(z_mean) - np.square(np.exp(z_log_std)), 1))
''', ("z_mean=mu_1", "z_log_std=log(sigma_1)"), STANDARD, "sum"),
    Snippet("flux-vae-1", False, KL, "kl_q_p", NUMPY + '''
def kl_q_p(mu, logsig):
    return 0.5 * np.sum(np.exp(2 * logsig) + mu**2 - 1 + logsig**2)
''', ("logsig=log(sigma_1)",), STANDARD, "sum"),
    Snippet("karen-bcdl-1", False, KL, "kl_divergence", TORCH + '''
class LinearGroupNJ(nn.Module):
    def kl_divergence(self, mu, logvar):
        KLD_element = -logvar + 0.5 * (logvar.exp().pow(2) + mu.pow(2)) - 0.5
        return torch.sum(KLD_element)


kl_divergence = LinearGroupNJ().kl_divergence
''', (), STANDARD, "sum"),
    Snippet("karen-bcdl-2", False, KL, "LinearGroupNJ.kl_divergence", TORCH + '''
class LinearGroupNJ(nn.Module):
    def kl_divergence(self, mu, logvar):
        KLD_element = -logvar + 0.5 * (logvar.exp() + mu.pow(2)) - 0.5
        return torch.sum(KLD_element)
''', (), STANDARD, "sum"),
    Snippet("karen-bcdl-3", True, KL, "LinearGroupNJ.kl_divergence", TORCH + '''
class LinearGroupNJ(nn.Module):
    def kl_divergence(self, mu, logvar):
        KLD_element = -0.5 * logvar + 0.5 * (logvar.exp() + mu.pow(2)) - 0.5
        return torch.sum(KLD_element)
''', (), STANDARD, "sum"),
    Snippet("andrewspano-vae", False, KL, "criterion", TORCH + '''
def criterion(mean, std):
    return 0.5 * torch.sum(torch.exp(std) + mean**2 - 1.0 - std)
''', ("mean=mu_1", "std=sigma_1"), STANDARD, "sum"),
    Snippet("ericjang-draw", False, KL, "kl_term", NUMPY + '''
def kl_term(mu, sigma, T=1):
    mu2 = np.square(mu)
    sigma2 = np.square(sigma)
    logsigma = np.log(sigma)
    # each kl term is (1xminibatch)
    return 0.5 * np.sum(mu2 + sigma2 - 2 * logsigma, 1) - T * .5
''', (), STANDARD, "sum"),
    # the divergence of two normal distributions
    Snippet("pixelvae-two", True, KL, "kl_gaussian_gaussian", NUMPY + '''
def kl_gaussian_gaussian(mu1, sig1, mu2, sig2):
    return 0.5 * (2 * np.log(sig2) - 2 * np.log(sig1) + (sig1**2 + (mu1 - mu2)**2) / sig2**2 - 1)
''', ("sig1=sigma_1", "sig2=sigma_2")),
    Snippet("vrnn", True, KL, "VRNN._kld_gauss", TORCH + '''
class VRNN(nn.Module):
    def __init__(self, x_dim=4):
        super().__init__()
        self.x_dim = x_dim

    def _kld_gauss(self, mean_1, std_1, mean_2, std_2):
        """Using std to compute KLD"""
        kld_element = (2 * torch.log(std_2) - 2 * torch.log(std_1) +
            (std_1.pow(2) + (mean_1 - mean_2).pow(2)) /
            std_2.pow(2) - 1)
        return 0.5 * torch.sum(kld_element)
''', ("mean_1=mu_1", "std_1=sigma_1", "mean_2=mu_2", "std_2=sigma_2"), (), "sum"),
    Snippet("improved-diffusion", True, KL, "normal_kl", TORCH + '''
def normal_kl(mean1, logvar1, mean2, logvar2):
    """
    Compute the KL divergence between two gaussians.

    Shapes are automatically broadcasted, so batches can be compared to
    scalars, among other use cases.
    """
    tensor = None
    for obj in (mean1, logvar1, mean2, logvar2):
        if isinstance(obj, torch.Tensor):
            tensor = obj
            break
    assert tensor is not None, "at least one argument must be a Tensor"

    # Force variances to be Tensors. Broadcasting helps convert scalars to
    # Tensors, but it does not work for torch.exp().
    logvar1, logvar2 = [
        x if isinstance(x, torch.Tensor) else torch.tensor(x).to(tensor)
        for x in (logvar1, logvar2)
    ]

    return 0.5 * (
        -1.0
        + logvar2
        - logvar1
        + torch.exp(logvar1 - logvar2)
        + ((mean1 - mean2) ** 2) * torch.exp(-logvar2)
    )
''', ("mean1=mu_1", "logvar1=2*log(sigma_1)", "mean2=mu_2", "logvar2=2*log(sigma_2)")),
    Snippet("nvae-kl", True, KL, "kl", TORCH + '''
class Normal:
    def __init__(self, mu, sigma):
        self.mu, self.sigma = mu, sigma

    def kl(self, normal_dist):
        term1 = (self.mu - normal_dist.mu) / normal_dist.sigma
        term2 = self.sigma / normal_dist.sigma

        return 0.5 * (term1 * term1 + term2 * term2) - 0.5 - torch.log(term2)


def kl(mu, sigma, mu2, sigma2):
    return Normal(mu, sigma).kl(Normal(mu2, sigma2))
''', ("mu=mu_1", "sigma=sigma_1")),
    Snippet("trpo-kl", True, KL, "get_kl", TORCH + '''
def get_kl(mean1, log_std1, std1, mean0, log_std0, std0):
    kl = log_std1 - log_std0 + (std0.pow(2) + (mean0 - mean1).pow(2)) / (2.0 * std1.pow(2)) - 0.5
    return kl.sum(1, keepdim=True)
''', ("mean0=mu_1", "std0=sigma_1", "log_std0=log(sigma_1)", "mean1=mu_2", "std1=sigma_2", "log_std1=log(sigma_2)"), (),
     "sum"),
    Snippet("baselines-kl", True, KL, "kl", NUMPY + '''
def kl(mean, logstd, other_mean, other_logstd):
    std, other_std = np.exp(logstd), np.exp(other_logstd)
    return np.sum(other_logstd - logstd + (np.square(std) + np.square(mean - other_mean))
                  / (2.0 * np.square(other_std)) - 0.5, axis=-1)
''', ("mean=mu_1", "logstd=log(sigma_1)", "other_mean=mu_2", "other_logstd=log(sigma_2)"), (), "sum"),
    Snippet("spinup-gauss-kl", True, KL, "diagonal_gaussian_kl", NUMPY + '''
EPS = 1e-8


def diagonal_gaussian_kl(mu0, log_std0, mu1, log_std1):
    """
    computes mean kl divergence between two batches of diagonal gaussian distributions
    """
    var0, var1 = np.exp(2 * log_std0), np.exp(2 * log_std1)
    pre_sum = 0.5*(((mu1- mu0)**2 + var0)/(var1 + EPS) - 1) +  log_std1 - log_std0
    all_kls = np.sum(pre_sum, axis=1)
    return np.mean(all_kls)
''', ("mu0=mu_1", "log_std0=log(sigma_1)", "mu1=mu_2", "log_std1=log(sigma_2)"), (), "sum"),
    Snippet("harry24k", True, KL, "_kl_loss", TORCH + '''
def _kl_loss(mu_0, log_sigma_0, mu_1, log_sigma_1):
    kl = log_sigma_1 - log_sigma_0 + \\
    (torch.exp(log_sigma_0)**2 + (mu_0-mu_1)**2)/(2*torch.exp(log_sigma_1)**2) - 0.5
    return kl.sum()
''', ("mu_0=mu_1", "log_sigma_0=log(sigma_1)", "mu_1=mu_2", "log_sigma_1=log(sigma_2)"), (), "sum"),
    Snippet("javierantoran", True, KL, "KLD_cost", TORCH + '''
def KLD_cost(mu_p, sig_p, mu_q, sig_q):
    KLD = 0.5 * (2 * torch.log(sig_p / sig_q) - 1 + (sig_q / sig_p).pow(2) + ((mu_p - mu_q) / sig_p).pow(2)).sum()
    # https://arxiv.org/abs/1312.6114 0.5 * sum(1 + log(sigma^2) - mu^2 - sigma^2)
    return KLD
''', ("mu_q=mu_1", "sig_q=sigma_1", "mu_p=mu_2", "sig_p=sigma_2"), (), "sum"),
    Snippet("latent-ode", True, KL, "normal_kl", TORCH + '''
def normal_kl(mu1, lv1, mu2, lv2):
    v1 = torch.exp(lv1)
    v2 = torch.exp(lv2)
    lstd1 = lv1 / 2.
    lstd2 = lv2 / 2.

    kl = lstd2 - lstd1 + ((v1 + (mu1 - mu2) ** 2.) / (2. * v2)) - .5
    return kl
''', ("lv1=2*log(sigma_1)", "lv2=2*log(sigma_2)")),
    Snippet("gonum-normal-kl", True, KL, "dist_normal", PLAIN + '''
def dist_normal(l_mu, l_sigma, r_mu, r_sigma):
    d = l_mu - r_mu
    return math.log(r_sigma) - math.log(l_sigma) + (l_sigma*l_sigma + d*d)/(2*r_sigma*r_sigma) - 0.5
''', ("l_mu=mu_1", "l_sigma=sigma_1", "r_mu=mu_2", "r_sigma=sigma_2")),
    Snippet("bayesiancnn-order", False, KL, "kl_loss", TORCH + '''
def calculate_kl(mu_q, sig_q, mu_p, sig_p):
    kl = 0.5 * (2 * torch.log(sig_p / sig_q) - 1 + (sig_q / sig_p).pow(2) + ((mu_p - mu_q) / sig_p).pow(2)).sum()
    return kl


def kl_loss(W_mu, W_sigma, prior_mu, prior_sigma):
    return calculate_kl(prior_mu, prior_sigma, W_mu, W_sigma)

''', ("W_mu=mu_1", "W_sigma=sigma_1", "prior_mu=mu_2", "prior_sigma=sigma_2"), (), "sum"),
    # entropies of normal distributions
    Snippet("khrylx-entropy", True, ("entropy", "Normal"), "normal_entropy", PLAIN + TORCH + '''
def normal_entropy(std):
    var = std.pow(2)
    entropy = 0.5 + 0.5 * torch.log(2 * var * math.pi)
    return entropy.sum(1, keepdim=True)
''', ("std=sigma",), (), "sum"),
    Snippet("baselines-entropy", True, ("entropy", "Normal"), "entropy", NUMPY + '''
def entropy(logstd):
    return np.sum(logstd + .5 * np.log(2.0 * np.pi * np.e), axis=-1)
''', ("logstd=log(sigma)",), (), "sum"),
    Snippet("a3c-mujoco-entropy", False, ("entropy", "Normal"), "entropy", TORCH + '''
pi = 3.141592653589793


def entropy(sigma_sq):
    return -0.5 * ((sigma_sq + 2 * pi).log() + 1)
''', ("sigma_sq=sigma**2",)),
    Snippet("neuromax-entropy", False, ("entropy", "Normal"), "compute_entropy", PLAIN + '''
def compute_entropy(stddev):
    return .5 * math.log(2 * math.pi * math.exp(stddev))
''', ("stddev=sigma",)),
    Snippet("ray-entropy-2018", False, ("entropy", "Normal"), "DiagGaussian.entropy", NUMPY + '''
class DiagGaussian:
    @staticmethod
    def entropy(log_std):
        return np.sum(.5 * log_std + .5 * np.log(2.0 * np.pi * np.e), axis=1)
''', ("log_std=log(sigma)",), (), "sum"),
    # Bernoulli distributions
    Snippet("baselines-bern-kl", True, ("kl", "Bernoulli", "Bernoulli"), "kl", NUMPY + '''
def softplus(x):
    return np.log1p(np.exp(x))


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def sigmoid_cross_entropy_with_logits(logits, labels):
    return softplus(logits) - labels * logits


def kl(logits, other_logits):
    ps = sigmoid(logits)
    return np.sum(sigmoid_cross_entropy_with_logits(logits=other_logits, labels=ps), axis=-1) - \\
        np.sum(sigmoid_cross_entropy_with_logits(logits=logits, labels=ps), axis=-1)
''', ("logits=log(p_1/(1 - p_1))", "other_logits=log(p_2/(1 - p_2))"), (), "sum"),
    Snippet("chainer-bernoulli-kl", True, ("kl", "Bernoulli", "Bernoulli"), "_kl_bernoulli_bernoulli", NUMPY + '''
def _kl_bernoulli_bernoulli(logit1, logit2):
    p1 = 1 / (1 + np.exp(-logit1))
    return (logit1 - logit2) * (p1 - 1.) \\
        - np.log(np.exp(-logit1) + 1) + np.log(np.exp(-logit2) + 1)
''', ("logit1=log(p_1/(1 - p_1))", "logit2=log(p_2/(1 - p_2))")),
    Snippet("caglar-bern-kl", False, ("kl", "Bernoulli", "Bernoulli"), "kl_divergence", NUMPY + '''
def kl_divergence(p, p_hat):
    return p * np.log(p) - np.log(p_hat) + (1 - p) * np.log(1 - p) - (1 - p) * np.log(1 - p_hat)
''', ("p=p_1", "p_hat=p_2")),
    Snippet("caglar-bern-kl-ok", True, ("kl", "Bernoulli", "Bernoulli"), "kl_divergence", NUMPY + '''
def kl_divergence(p, p_hat):
    return p * np.log(p) - p * np.log(p_hat) + (1 - p) * np.log(1 - p) - (1 - p) * np.log(1 - p_hat)
''', ("p=p_1", "p_hat=p_2")),
    Snippet("spinup-categorical-kl", False, ("kl", "Bernoulli", "Bernoulli"), "categorical_kl", NUMPY + '''
def categorical_kl(p0, p1):
    """Of the two outcomes, from their probabilities."""
    logp0, logp1 = (np.log(1 - p0), np.log(p0)), (np.log(1 - p1), np.log(p1))
    return sum(np.exp(new) * (new - old) for old, new in zip(logp0, logp1))
''', ("p0=p_1", "p1=p_2")),
    Snippet("gumbel-vae-OLD", False, ("kl", "Bernoulli", "Bernoulli"), "kl", TORCH + '''
def kl(q_y):
    eps = 1e-20
    log_ratio_1 = torch.log(q_y + eps) - 1.0 / 2
    log_ratio_0 = torch.log(1 - q_y + eps) - 1.0 / 2
    return q_y * log_ratio_1 + (1 - q_y) * log_ratio_0
''', ("q_y=p_1",), ("p_2=1/2",)),
    Snippet("kaos-kl", True, ("kl", "Bernoulli", "Bernoulli"), "kl_divergence", NUMPY + '''
def kl_divergence(probs1, probs2, epsilon=1e-10):
    terms = [(probs1, probs2), (1 - probs1, 1 - probs2)]
    return sum(p * (np.log(p + epsilon) - np.log(q + epsilon)) for p, q in terms)
''', ("probs1=p_1", "probs2=p_2")),
    # gamma distributions and their kin
    Snippet("chainer-gamma-kl", True, ("kl", "Gamma", "Gamma"), "_kl_gamma_gamma", SCIPY + '''
def _kl_gamma_gamma(k1, theta1, k2, theta2):
    return (k1 - k2) * digamma(k1) \\
        - (gammaln(k1) - gammaln(k2)) \\
        + k2 * (np.log(theta2) - np.log(theta1)) \\
        + k1 * (theta1 / theta2 - 1)
''', ("k1=alpha_1", "theta1=1/beta_1", "k2=alpha_2", "theta2=1/beta_2")),
    Snippet("distrax-gamma-kl", True, ("kl", "Gamma", "Gamma"), "_kl_divergence_gamma_gamma", JAX + '''
from jax.scipy import special as jspecial


@jax.jit
def _kl_divergence_gamma_gamma(concentration1, rate1, concentration2, rate2):
    t1 = concentration2 * (jnp.log(rate1) - jnp.log(rate2))
    t2 = jspecial.gammaln(concentration2) - jspecial.gammaln(concentration1)
    t3 = (concentration1 - concentration2) * jspecial.digamma(concentration1)
    t4 = (rate2 - rate1) * (concentration1 / rate1)
    return t1 + t2 + t3 + t4
''', ("concentration1=alpha_1", "rate1=beta_1", "concentration2=alpha_2", "rate2=beta_2")),
    Snippet("hmmmar-gamma-kl-2018", True, ("kl", "Gamma", "Gamma"), "gamma_kl", SCIPY + '''
def gamma_kl(shape_q, rate_q, shape_p, rate_p):
    return shape_q * np.log(rate_q) - gammaln(shape_q) \\
        - shape_p * np.log(rate_p) + gammaln(shape_p) \\
        + (shape_q - shape_p) * (psi(shape_q) - np.log(rate_q)) \\
        - (rate_q - rate_p) * shape_q / rate_q
''', ("shape_q=alpha_1", "rate_q=beta_1", "shape_p=alpha_2", "rate_p=beta_2")),
    Snippet("julia-gamma-kl", True, ("kl", "Gamma", "Gamma"), "kldivergence", SCIPY + '''
from scipy.special import loggamma


def kldivergence(alpha_p, theta_p, alpha_q, theta_q):
    theta_pq = theta_p / theta_q
    return (alpha_p - alpha_q) * digamma(alpha_p) - loggamma(alpha_p) + loggamma(alpha_q) - \\
        alpha_q * np.log(theta_pq) + alpha_p * (theta_pq - 1)
''', ("alpha_p=alpha_1", "theta_p=1/beta_1", "alpha_q=alpha_2", "theta_q=1/beta_2")),
    Snippet("dtak-epgamma", False, ("cross_entropy", "InverseGamma", "InverseGamma"), "EPGamma", SCIPY + '''
def EPGamma(a0, b0, aq, bq):
    e_log = digamma(aq) - np.log(bq)
    return -(a0 * np.log(b0) - gammaln(a0) + (-a0 - 1) * e_log - b0 * aq / bq)
''', ("aq=alpha_1", "bq=beta_1", "a0=alpha_2", "b0=beta_2")),
    Snippet("dtak-invgamma-entropy", True, ("entropy", "InverseGamma"), "inv_gamma_entropy", SCIPY + '''
def inv_gamma_entropy(a, b):
    return np.sum(a + np.log(b) + gammaln(a) - (1 + a) * digamma(a))
''', ("a=alpha", "b=beta"), (), "sum"),
    Snippet("preliz-scaled_inverse_chi_squared", True, ("entropy", "ScaledInverseChi2"), "nb_entropy", SCIPY + '''
def nb_entropy(nu, tau2):
    h_nu = nu / 2
    return h_nu + np.log(h_nu * tau2) + gammaln(h_nu) - (1 + h_nu) * digamma(h_nu)
''', ("tau2=tau**2",)),
    Snippet("tfp-chi-kl", True, ("kl", "Chi", "Chi"), "_kl_chi_chi", JAX + '''
def _kl_chi_chi(df_a, df_b):
    return (0.5 * digamma(0.5 * df_a) * (df_a - df_b) + gammaln(0.5 * df_b) - gammaln(0.5 * df_a))
''', ("df_a=k_1", "df_b=k_2")),
    Snippet("tfp-weibull-kl", True, ("kl", "Weibull", "Weibull"), "_kl_weibull_weibull", SCIPY + '''
def _kl_weibull_weibull(k1, lam1, k2, lam2):
    a_log = np.log(k1) - k1 * np.log(lam1)
    b_log = np.log(k2) - k2 * np.log(lam2)
    return (a_log - b_log
            + (k1 - k2) * (np.log(lam1) - np.euler_gamma / k1)
            + (lam1 / lam2)**k2 * np.exp(gammaln(k2 / k1 + 1.)) - 1.)
'''),
    Snippet("julia-exp-kl", False, ("kl", "Exponential", "Exponential"), "kldivergence", PLAIN + '''
def kldivergence(scale_p, scale_q):
    ratio = scale_q / scale_p
    return -(math.log(ratio) - ratio + 1)
''', ("scale_p=1/lam_1", "scale_q=1/lam_2")),
    Snippet("julia-lindley-kl", True, ("kl", "Lindley", "Lindley"), "kldivergence", PLAIN + '''
def kldivergence(tp, tq):
    a = (tp + 2) * (tp - tq) / tp / (1 + tp)
    return 2 * math.log(tp) + math.log1p(tq) - 2 * math.log(tq) - math.log1p(tp) - a
''', ("tp=theta_1", "tq=theta_2")),
    # discrete distributions
    Snippet("chainer-geometric-kl", True, ("kl", "Geometric", "Geometric"), "_kl_geometric_geometric", NUMPY + '''
def _kl_geometric_geometric(p1, p2):
    return (1 / p1 - 1) * (np.log(1 - p1) - np.log(1 - p2)) \\
        + np.log(p1) - np.log(p2)
'''),
    Snippet("torch-poisson", True, ("kl", "Poisson", "Poisson"), "_kl_poisson_poisson", TORCH + '''
def _kl_poisson_poisson(p_rate, q_rate):
    return p_rate * (p_rate.log() - q_rate.log()) - (p_rate - q_rate)
''', ("p_rate=lam_1", "q_rate=lam_2")),
    Snippet("statrs-geometric-OLD", False, ("entropy", "Geometric"), "entropy", PLAIN + '''
def entropy(p):
    inv = 1.0 / p
    return -inv * math.log(1.0 - p, 2) + math.log2(inv - 1.0)
'''),
    Snippet("mathnet-geometric", False, ("entropy", "Geometric"), "entropy", PLAIN + '''
def entropy(p):
    return ((-p * math.log(p, 2.0)) - ((1.0 - p) * math.log(1.0 - p, 2.0))) / p
'''),
    Snippet("preliz-zi_binomial", False, ("entropy", "ZIBinomial"), "nb_entropy", SCIPY + '''
from scipy.special import xlogy


def binomial_entropy(n, p):
    return 0.5 * np.log(2 * np.pi * np.e * n * p * (1 - p))


def nb_entropy(psi, n, p):
    if psi < 0.00001:
        return 0.0
    if psi > 0.99999:
        return binomial_entropy(n, p)
    # the variance can be very low, then this is an approximation
    return (1 - psi) * (-xlogy(1 - psi, 1 - psi) - xlogy(psi, psi)) + psi * binomial_entropy(n, p)
'''),
    # other continuous distributions
    Snippet("chainer-laplace-kl", True, ("kl", "Laplace", "Laplace"), "_kl_laplace_laplace", NUMPY + '''
def _kl_laplace_laplace(loc1, scale1, loc2, scale2):
    scale12 = scale1 / scale2
    loc12 = np.abs(loc1 - loc2)
    return np.log(scale2) - np.log(scale1) + loc12 / scale2 + scale12 * np.exp(-loc12 / scale1) - 1
''', ("loc1=mu_1", "scale1=b_1", "loc2=mu_2", "scale2=b_2")),
    Snippet("chainer-lognormal-kl", True, ("kl", "LogNormal", "LogNormal"), "_kl_log_normal_log_normal", NUMPY + '''
def _kl_log_normal_log_normal(mu1, sigma1, mu2, sigma2):
    return (0.5 * ((mu1 - mu2)**2 + sigma1**2) / sigma2**2) - 0.5 + np.log(sigma2) - np.log(sigma1)
'''),
    Snippet("tfp-pareto-kl", True, ("kl", "Pareto", "Pareto"), "_kl_pareto_pareto", JAX + '''
def _kl_pareto_pareto(concentration_a, scale_a, concentration_b, scale_b):
    # The support of `a` is within the support of `b` where scale_a >= scale_b.
    final_batch_shape = jnp.broadcast_shapes(jnp.shape(concentration_a), jnp.shape(scale_b))
    common_type = concentration_a.dtype
    return jnp.where(
        scale_a >= scale_b,
        concentration_b * (jnp.log(scale_a) - jnp.log(scale_b)) +
        jnp.log(concentration_a) - jnp.log(concentration_b) +
        concentration_b / concentration_a - 1.0,
        jnp.broadcast_to(jnp.asarray(jnp.inf, common_type), final_batch_shape))
''', ("concentration_a=alpha_1", "scale_a=x_m_1", "concentration_b=alpha_2", "scale_b=x_m_2")),
    Snippet("torch-beta-normal", True, ("kl", "Beta", "Normal"), "_kl_beta_normal", PLAIN + TORCH + '''
def _kl_beta_normal(p_concentration1, p_concentration0, q_loc, q_scale):
    E_beta = p_concentration1 / (p_concentration1 + p_concentration0)
    var_normal = q_scale.pow(2)
    sum_params = p_concentration1 + p_concentration0
    entropy = (p_concentration1.lgamma() + p_concentration0.lgamma() - sum_params.lgamma()
               - (p_concentration1 - 1.0) * p_concentration1.digamma()
               - (p_concentration0 - 1.0) * p_concentration0.digamma()
               + (sum_params - 2.0) * sum_params.digamma())
    t1 = -entropy
    t2 = 0.5 * (var_normal * 2 * math.pi).log()
    t3 = (E_beta * (1 - E_beta) / (sum_params + 1) + E_beta.pow(2)) * 0.5
    t4 = q_loc * E_beta
    t5 = q_loc.pow(2) * 0.5
    return t1 + t2 + (t3 - t4 + t5) / var_normal
''', ("p_concentration1=alpha_1", "p_concentration0=beta_1", "q_loc=mu_2", "q_scale=sigma_2")),
    Snippet("torch-laplace-normal", True, ("kl", "Laplace", "Normal"), "_kl_laplace_normal", PLAIN + TORCH + '''
def _kl_laplace_normal(p_loc, p_scale, q_loc, q_scale):
    var_normal = q_scale.pow(2)
    scale_sqr_var_ratio = p_scale.pow(2) / var_normal
    t1 = 0.5 * torch.log(2 * scale_sqr_var_ratio / math.pi)
    t2 = 0.5 * p_loc.pow(2)
    t3 = p_loc * q_loc
    t4 = 0.5 * q_loc.pow(2)
    return -t1 + scale_sqr_var_ratio + (t2 - t3 + t4) / var_normal - 1
''', ("p_loc=mu_1", "p_scale=b_1", "q_loc=mu_2", "q_scale=sigma_2")),
    Snippet("torch-uniform-normal", True, ("kl", "Uniform", "Normal"), "_kl_uniform_normal", PLAIN + TORCH + '''
def _kl_uniform_normal(low, high, loc, scale):
    common_term = high - low
    t1 = (math.sqrt(math.pi * 2) * scale / common_term).log()
    t2 = (common_term).pow(2) / 12
    t3 = ((high + low - 2 * loc) / 2).pow(2)
    return t1 + 0.5 * (t2 + t3) / scale.pow(2)
''', ("low=a_1", "high=b_1", "loc=mu_2", "scale=sigma_2")),
    Snippet("torch-pareto-exp", True, ("kl", "Pareto", "Exponential"), "_kl_pareto_exponential", TORCH + '''
def _kl_pareto_exponential(p_scale, p_alpha, q_rate):
    scale_rate_prod = p_scale * q_rate
    t1 = (p_alpha / scale_rate_prod).log()
    t2 = p_alpha.reciprocal()
    t3 = p_alpha * scale_rate_prod / (p_alpha - 1)
    result = t1 - t2 + t3 - 1
    result[p_alpha <= 1] = torch.inf
    return result
''', ("p_scale=x_m_1", "p_alpha=alpha_1", "q_rate=lam_2")),
    Snippet("torch-pareto-gamma", True, ("kl", "Pareto", "Gamma"), "_kl_pareto_gamma", TORCH + '''
def _kl_pareto_gamma(p_scale, p_alpha, q_concentration, q_rate):
    common_term = p_scale.log() + p_alpha.reciprocal()
    t1 = p_alpha.log() - common_term
    t2 = q_concentration.lgamma() - q_concentration * q_rate.log()
    t3 = (1 - q_concentration) * common_term
    t4 = q_rate * p_alpha * p_scale / (p_alpha - 1)
    result = t1 + t2 + t3 + t4 - 1
    result[p_alpha <= 1] = torch.inf
    return result
''', ("p_scale=x_m_1", "p_alpha=alpha_1", "q_concentration=alpha_2", "q_rate=beta_2")),
    Snippet("numpyro-beta-review", True, ("kl", "Beta", "Beta"), "kl_divergence", JAX + '''
from jax.scipy.special import betaln


def kl_divergence(a, b, alpha, beta):
    a_diff = alpha - a
    b_diff = beta - b
    t1 = betaln(alpha, beta) - betaln(a, b)
    t2 = a_diff * digamma(a) + b_diff * digamma(b)
    t3 = (a_diff + b_diff) * digamma(a + b)
    return t1 - t2 + t3
''', ("a=alpha_1", "b=beta_1", "alpha=alpha_2", "beta=beta_2")),
    Snippet("julia-loguniform-kl", True, ("kl", "LogUniform", "LogUniform"), "kldivergence", PLAIN + '''
def kldivergence(ap, bp, aq, bq):
    finite = aq <= ap < bp <= bq
    res = math.log(math.log(bq / aq) / math.log(bp / ap))
    return res if finite else math.inf
''', ("ap=a_1", "bp=b_1", "aq=a_2", "bq=b_2")),
    Snippet("julia-uniform-OLD", False, ("entropy", "Uniform"), "entropy", PLAIN + '''
def entropy(a, b):
    return math.log(b - a + 1.0)
'''),
    Snippet("julia-frechet-OLD", False, ("entropy", "Frechet"), "entropy", PLAIN + SCIPY + '''
def entropy(k, lam):
    return (k + 1.0) * (math.log(lam) - digamma(1.0) / k) - math.log(lam * k) + 1.0
''', ("k=alpha", "lam=s"), ("m=0",)),
    Snippet("statrs-pareto-OLD", False, ("entropy", "Pareto"), "entropy", PLAIN + '''
def entropy(scale, shape):
    return math.log(shape) - math.log(scale) - (1.0 / shape) - 1.0
''', ("scale=x_m", "shape=alpha")),
    Snippet("mathnet-logistic", True, ("entropy", "Logistic"), "entropy", PLAIN + '''
def entropy(scale):
    return math.log(scale) + 2.0
''', ("scale=s",)),
    Snippet("preliz-kumaraswamy", True, ("entropy", "Kumaraswamy"), "nb_entropy", SCIPY + '''
def nb_entropy(a, b):
    return (1 - 1 / b) + (1 - 1 / a) * (psi(b + 1) + np.euler_gamma) - np.log(a) - np.log(b)
'''),
    Snippet("preliz-vonmises", True, ("entropy", "VonMises"), "nb_entropy", SCIPY + '''
from scipy.special import i0e, i1e


def nb_entropy(mu, kappa):
    return np.log(2 * np.pi * i0e(kappa)) + kappa * (1 - i1e(kappa) / i0e(kappa))
'''),
    Snippet("preliz-halfstudentt", True, ("entropy", "HalfStudentT"), "nb_entropy", SCIPY + '''
def nb_entropy(nu, sigma):
    return (
        np.log(sigma)
        + 0.5 * (nu + 1) * (digamma(0.5 * (nu + 1)) - digamma(0.5 * nu))
        + np.log(np.sqrt(nu) * special.beta(0.5 * nu, 0.5))
        - np.log(2)
    )
'''),
]  # fmt: skip

#: what is changed in which of them, and so is wrong
CHANGES = [
    ("a-sum-taken-for-a-mean", "pytorch-examples-vae", "torch.sum(", "torch.mean("),
    ("a-bracket-too-early", "pytorch-examples-vae", " - mu.pow(2) - logvar.exp())", ") - mu.pow(2) - logvar.exp()"),
    ("sigma-for-its-logarithm", "world-models", "1 + 2 * logsigma", "1 + logsigma"),
    ("the-batch-summed-and-the-dimensions-averaged", "wiseodd-vae", ", 1))", ", 0))"),
    ("in-place-once-too-often", "stackgan-v2", ".add_(1).", ".add_(1).add_(1)."),
    ("squared-twice", "flax-vae", "jnp.exp(logvar))", "jnp.exp(logvar) ** 2)"),
    ("a-guard-that-is-none", "spinup-gauss-kl", "EPS = 1e-8", "EPS = 1e-2"),
    ("a-square-forgotten", "nvae-kl", "term2 * term2", "term2"),
    ("the-two-exchanged", "trpo-kl", "log_std1 - log_std0", "log_std0 - log_std1"),
    ("half-of-pi", "khrylx-entropy", "2 * var * math.pi", "var * math.pi"),
    ("the-digamma-of-the-other", "distrax-gamma-kl", "digamma(concentration1)", "digamma(concentration2)"),
    ("rate-for-scale", "chainer-gamma-kl", "theta1 / theta2", "theta2 / theta1"),
    ("a-sign", "tfp-weibull-kl", "- np.euler_gamma", "+ np.euler_gamma"),
    ("one-logarithm-too-few", "chainer-laplace-kl", "np.log(scale2) - np.log(scale1)", "np.log(scale2) - scale1"),
    ("a-third", "torch-uniform-normal", ".pow(2) / 12", ".pow(2) / 3"),
    ("log1p-for-log", "julia-lindley-kl", "2 * math.log(tq)", "2 * math.log1p(tq)"),
    ("a-twentieth-digit-is-not-enough", "mathnet-logistic", "+ 2.0", "+ 2.0001"),
]  # fmt: skip


def _changed(change: tuple[str, str, str, str]) -> Snippet:
    name, of, old, new = change
    [right] = [snippet for snippet in SNIPPETS if snippet.id == of and snippet.correct]
    assert right.code.count(old) == 1, name
    given = {**vars(right), "id": name, "correct": False, "code": right.code.replace(old, new)}
    return Snippet(**given)


SNIPPETS += [_changed(change) for change in CHANGES]
