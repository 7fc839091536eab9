"""What things are: families, claims, derivations, verdicts. Plain frozen data that holds SymPy expressions."""

from symkl.model.claim import QUANTITIES, Claim, Distribution, claim
from symkl.model.derivation import Case, Derivation, Lemma, Step
from symkl.model.family import FRAMEWORKS, Counterpart, Family, Known, Parameter, Parametrisation
from symkl.model.inert import CrossEntropy, Density, Divergence, Entropy, Expectation, Law
from symkl.model.symbols import Unit, domain_of, symbol, variable_symbol
from symkl.model.verdict import Check, Counterexample, Judged, Verdict, Verified

__all__ = [
    "FRAMEWORKS",
    "QUANTITIES",
    "Case",
    "Check",
    "Claim",
    "Counterexample",
    "Counterpart",
    "CrossEntropy",
    "Density",
    "Derivation",
    "Distribution",
    "Divergence",
    "Entropy",
    "Expectation",
    "Family",
    "Judged",
    "Known",
    "Law",
    "Lemma",
    "Parameter",
    "Parametrisation",
    "Step",
    "Unit",
    "Verdict",
    "Verified",
    "claim",
    "domain_of",
    "symbol",
    "variable_symbol",
]
