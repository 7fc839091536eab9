"""How a parameter is written: its LaTeX from the definition file, or one made from its name, with its index."""

from __future__ import annotations

import re

from symkl.model import Parameter

__all__ = ["indexed", "latex_of_name", "parameter_latex"]

_GREEK = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi psi "
    "omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega"
).split()
_SCRIPT = re.compile(r"([_^])(\{[^{}]*\}|\\[A-Za-z]+|.)")


def latex_of_name(name: str) -> str:
    r"""`mu` => `\\mu`, `x_m` => `x_m`, `rate` => `\\mathrm{rate}`, `s2` => `s_2`."""
    stem, _, sub = name.partition("_")
    if not sub and (found := re.fullmatch(r"([A-Za-z]+)(\d+)", stem)):
        stem, sub = found.groups()
    word = _word(stem)
    return f"{word}_{_braced(latex_of_name(sub))}" if sub else word


def _word(name: str) -> str:
    if name in _GREEK:
        return "\\" + name
    if len(name) == 1 or name.isdigit():
        return name
    return r"\mathrm{" + name.replace("_", r"\_") + "}"


def _braced(text: str) -> str:
    return text if len(text) == 1 or re.fullmatch(r"\\[A-Za-z]+", text) else "{" + text + "}"


def indexed(latex: str, *indices: str) -> str:
    r"""Put indices into the subscript: `\mu`, 1 => `\mu_1`; `x_m`, 1 => `x_{m,1}`; `\sigma^2`, 1 => `\sigma_1^2`."""
    new = [index for index in indices if index]
    if not new:
        return latex
    scripts = {mark: text.strip("{}") for mark, text in _SCRIPT.findall(latex)}
    stem = _SCRIPT.sub("", latex)
    sub = ",".join([scripts["_"], *new] if "_" in scripts else new)
    power = "^" + _braced(scripts["^"]) if "^" in scripts else ""
    return f"{stem}_{_braced(sub)}{power}"


def parameter_latex(parameter: Parameter, *, bare: bool = False, dimension: str = "") -> str:
    """The parameter as printed; `bare` leaves its index out, `dimension` adds one behind it."""
    latex = parameter.latex or latex_of_name(parameter.name)
    return indexed(latex, "" if bare else parameter.index, dimension)
