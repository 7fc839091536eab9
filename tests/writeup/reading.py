"""A small reader of LaTeX formulas that shares nothing with the printer: it evaluates them."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

import mpmath as mp

_TOKEN = re.compile(r"\\[A-Za-z]+|\\[,;]|\d+|\s+|.", re.DOTALL)
_GREEK = {r"\gamma": mp.euler, r"\pi": mp.pi}


class Reader:
    """Recursive descent over sums, products by juxtaposition, fractions, roots, powers and the functions printed."""

    def __init__(self, latex: str, names: Mapping[str, float]) -> None:
        text = latex.replace(r"\left|", "<").replace(r"\right|", ">").replace(r"\left", "").replace(r"\right", "")
        self.tokens = [t for t in _TOKEN.findall(text) if not t.isspace() and t not in (r"\,", r"\;")]
        self.at, self.names = 0, names

    def peek(self, ahead: int = 0) -> str:
        return self.tokens[self.at + ahead] if self.at + ahead < len(self.tokens) else ""

    def take(self, wanted: str = "") -> str:
        token = self.peek()
        assert token, "the formula ends too soon"
        assert wanted in ("", token), f"{wanted} wanted, {token} found"
        self.at += 1
        return token

    def sum(self) -> mp.mpf:
        total = mp.mpf(0)
        sign = 1
        if self.peek() == "-":
            self.take()
            sign = -1
        total += sign * self.product()
        while self.peek() in ("+", "-"):
            sign = 1 if self.take() == "+" else -1
            total += sign * self.product()
        return total

    def product(self) -> mp.mpf:
        value = self.power()
        while self.peek() not in ("", "+", "-", ")", "]", "}", ">", ","):
            if self.peek() == "/":
                self.take()
                value /= self.power()
            else:
                if self.peek() == r"\cdot":
                    self.take()
                value *= self.power()
        return value

    def power(self) -> mp.mpf:
        value = self.atom()
        while self.peek() == "!":
            self.take()
            value = mp.factorial(value)
        if self.peek() == "^":
            self.take()
            value = value ** self.script()
        return value

    def script(self) -> mp.mpf:
        if self.peek() == "{":
            return self.group("{", "}")
        return mp.mpf(self.take())

    def group(self, opening: str, closing: str) -> mp.mpf:
        self.take(opening)
        value = self.sum()
        self.take(closing)
        return value

    def argument(self) -> mp.mpf:
        return self.group("(", ")") if self.peek() == "(" else self.power()

    def atom(self) -> mp.mpf:
        token = self.peek()
        if token == "(":
            return self.group("(", ")")
        if token == "<":
            return abs(self.group("<", ">"))
        self.take()
        if token.isdigit():
            return mp.mpf(token)
        if token == r"\frac":
            return self.group("{", "}") / self.group("{", "}")
        if token == r"\sqrt":
            return mp.sqrt(self.group("{", "}"))
        if token == r"\log" and self.peek() == r"\Gamma":
            self.take()
            return mp.loggamma(self.group("(", ")"))
        if token in (r"\log", r"\exp", r"\Gamma", r"\psi"):
            function = {r"\log": mp.log, r"\exp": mp.exp, r"\Gamma": mp.gamma, r"\psi": mp.digamma}[token]
            return function(self.argument())
        return self.name(token)

    def name(self, token: str) -> mp.mpf:
        if self.peek() == "_":
            self.take()
            sub = self.take()
            if sub == "{":
                while self.peek() != "}":
                    sub += self.take()
                sub += self.take("}")
            token = f"{token}_{sub}"
        if token in self.names:
            return mp.mpf(self.names[token])
        if token == "e":
            return mp.e
        return mp.mpf(_GREEK[token])


def value(latex: str, names: Mapping[str, float]) -> float:
    """The number that a formula is at the given values of its letters."""
    reader = Reader(latex, names)
    found = reader.sum()
    assert not reader.peek(), f"read up to {reader.peek()} only: {latex}"
    assert math.isfinite(found)
    return float(found)
