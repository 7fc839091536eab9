"""Rigorous balls around an expectation, from the density alone: nothing here knows how anything was derived."""

from __future__ import annotations

from symkl.verify.rigorous.enclosure import Enclosure, enclose

__all__ = ["Enclosure", "enclose"]
