"""Families that no file of the repository defines, given by nothing but their densities."""

import pytest

from symkl.language import load_families
from tests.derive.toml import written

#: name -> (parameters and domains, support, density[, kind])
STRANGERS = {
    "Gauss": ("mu: real, sigma: positive", "-oo, oo", "exp(-(x - mu)**2/(2*sigma**2))/(sigma*sqrt(2*pi))"),
    "GaussPrecision": ("m: real, tau: positive", "-oo, oo", "sqrt(tau/(2*pi))*exp(-tau*(x - m)**2/2)"),
    "LogGauss": ("mu: real, sigma: positive", "0, oo", "exp(-(log(x) - mu)**2/(2*sigma**2))/(x*sigma*sqrt(2*pi))"),
    "Expo": ("lam: positive", "0, oo", "lam*exp(-lam*x)"),
    "GammaRate": ("alpha: positive, beta: positive", "0, oo", "beta**alpha*x**(alpha-1)*exp(-beta*x)/gamma(alpha)"),
    "TwoSided": ("mu: real, b: positive", "-oo, oo", "exp(-Abs(x - mu)/b)/(2*b)"),
    "Extreme": ("mu: real, beta: positive", "-oo, oo", "exp(-(x-mu)/beta - exp(-(x-mu)/beta))/beta"),
    "Counts": ("lam: positive", "0, oo", "lam**x*exp(-lam)/factorial(x)", "discrete"),
    "Coin": ("p: unit", "0, 1", "p**x*(1-p)**(1-x)", "discrete"),
    "Trials": ("p: unit", "0, oo", "p*(1-p)**x", "discrete"),
    "Ray": ("s: positive", "0, oo", "x*exp(-x**2/(2*s**2))/s**2"),
    "Stretched": ("k: positive, lam: positive", "0, oo", "k/lam*(x/lam)**(k-1)*exp(-(x/lam)**k)"),
    "Shares": ("a: positive, b: positive", "0, 1", "x**(a-1)*(1-x)**(b-1)/beta(a, b)"),
    "Flat": ("a: real, b: real", "a, b", "1/(b - a)"),
    "PowerTail": ("m: positive, alpha: positive", "m, oo", "alpha*m**alpha/x**(alpha+1)"),
    "InverseG": ("alpha: positive, beta: positive", "0, oo", "beta**alpha/gamma(alpha)*x**(-alpha-1)*exp(-beta/x)"),
    "Sech": ("mu: real, s: positive", "-oo, oo", "exp(-(x-mu)/s)/(s*(1 + exp(-(x-mu)/s))**2)"),
}


@pytest.fixture(scope="session")
def strangers(tmp_path_factory):
    folder = tmp_path_factory.mktemp("strangers")
    for name in STRANGERS:
        (folder / f"{name.lower()}.toml").write_text(written(name, *STRANGERS[name]), encoding="utf-8")
    return load_families(sorted(folder.glob("*.toml")))
