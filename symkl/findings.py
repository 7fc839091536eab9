"""What was found out about a stated formula, wherever it stands: what tests, tables, JUnit and SARIF reports tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from symkl.errors import BadInput
from symkl.places import Place, field_place, known_place

if TYPE_CHECKING:
    from symkl.library import Library
    from symkl.proofs import Proof

__all__ = ["EXIT", "Finding", "known_findings", "refused"]

#: what each verdict means for the exit code; the others mean 0
EXIT = {"unusable": 2, "failed": 1, "unknown": 3}


@dataclass(frozen=True)
class Finding:
    """A formula and its verdict: "proved", "numeric", "failed", "unknown", or "unusable" where it could not be read.

    `claim` is what it was held against, in words, such as `KL(Normal || Normal)`; `field` is its name in its file;
    `why` says what was wrong with it, `notes` how it was read. `code` is the exit code that it asks for, where its
    verdict does not say.
    """

    id: str
    claim: str
    field: str
    formula: str
    source: str
    place: Place
    verdict: str
    counterexample: Mapping[str, Any] | None = None
    why: str = ""
    notes: tuple[str, ...] = ()
    code: int | None = None

    @property
    def exit_code(self) -> int:
        """The exit code that it asks for."""
        return EXIT.get(self.verdict, 0) if self.code is None else self.code

    @property
    def summary(self) -> str:
        """What is to be said about it in a line; empty where it is right."""
        what = {"failed": f"wrong for {self.claim}", "unknown": f"undecided for {self.claim}", "unusable": self.why}
        said = what.get(self.verdict, "")
        return ": ".join(part for part in (self.field, said) if part) if said else ""

    @property
    def details(self) -> list[str]:
        """What there is to say beyond the summary: the formula, the counterexample, the diagnosis."""
        if not self.summary or self.verdict == "unusable":
            return []
        lines = [f"given:  {' '.join(self.formula.split())}"]
        if self.counterexample is not None:
            at = ", ".join(f"{name} = {value}" for name, value in self.counterexample["at"].items())
            at = f"at {at} it" if at else "it"
            lines.append(
                f"{at} gives {self.counterexample['given']}, the defining integral {self.counterexample['true']}"
            )
        return [*lines, *([self.why] if self.why else []), *(f"note: {note}" for note in self.notes)]

    @property
    def data(self) -> dict[str, Any]:
        """As `symkl verify --json` prints it."""
        quantity, p, q = (*self.id.split(":"), None)[:3]
        return {
            "id": self.id,
            "quantity": quantity,
            "p": p,
            "q": q,
            "field": self.field,
            "formula": self.formula,
            "source": self.source,
            "verdict": self.verdict,
            "counterexample": self.counterexample,
            "file": str(self.place.path),
            "line": self.place.line,
            "column": self.place.column,
            "why": self.why,
        }


def known_findings(proof: Proof, library: Library) -> list[Finding]:
    """The known forms of a claim, each with its verdict; unusable where something was in the way."""
    from symkl.proofs import known_rows
    from symkl.requests import stated_forms
    from symkl.trouble import trouble

    source = library.sources[proof.request.p]
    if proof.checked is not None:
        return [_known(row, proof, source.path) for row in known_rows(proof, library)]
    code, why = trouble(proof)
    return [
        Finding(
            proof.request.id,
            proof.request.title,
            stated.field,
            stated.formula,
            stated.source,
            known_place(source.path, stated.field),
            "unusable",
            why=why.removeprefix("error: "),
            code=code,
        )
        for stated in stated_forms(proof.request, source)
    ]


def _known(row: Mapping[str, Any], proof: Proof, path: Path) -> Finding:
    why = proof.why if row["verdict"] == "unknown" else ""
    return Finding(
        row["id"],
        proof.request.title,
        row["field"],
        row["formula"],
        row["source"],
        known_place(path, row["field"]),
        row["verdict"],
        row["counterexample"],
        why,
    )


def refused(error: BadInput) -> Finding:
    """A definition file that cannot be used."""
    path = Path(error.where.file or ".")
    place = field_place(path, error.where.field)
    return Finding(path.name, "", error.where.field, "", str(path), place, "unusable", None, str(error))
