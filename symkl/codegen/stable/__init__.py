"""A closed form turned into one that loses no digits: rules, candidates, and a measured choice."""

from symkl.codegen.stable.form import StableForm, stable_form

__all__ = ["StableForm", "stable_form"]
