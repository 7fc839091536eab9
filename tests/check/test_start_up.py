"""What checking a formula of a known pair brings into the process, and what it leaves out."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from symkl.check import comparison, read_formula
from symkl.derive import derive
from symkl.language import load_family
from symkl.model import Derivation, claim

ROOT = Path(__file__).parents[2]
RIGHT = "lam_2/lam_1 - 1 - log(lam_2/lam_1)"
ASK = (
    "import sys\n"
    "from symkl.cli import main\n"
    "sys.argv = ['symkl', 'check', 'kl', 'Exponential', 'Exponential', '--formula', sys.argv[1], '-q']\n"
    "try:\n    main()\n"
    "finally:\n    print('loaded', *(name for name in sys.modules if name.startswith('symkl.')))\n"
)


def loaded(store: Path) -> set[str]:
    ran = subprocess.run(
        [sys.executable, "-c", ASK, RIGHT],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=ROOT,
        env={**os.environ, "SYMKL_CACHE_DIR": str(store)},
    )
    assert ran.stdout.startswith("correct (proved)"), ran.stdout + ran.stderr
    return set(ran.stdout.rpartition("loaded")[2].split())


@pytest.mark.slow
def test_a_claim_that_is_in_the_store_is_checked_without_deriving_writing_up_or_code(tmp_path: Path) -> None:
    first, again = loaded(tmp_path), loaded(tmp_path)
    assert "symkl.derive" in first
    assert not {"symkl.derive", "symkl.codegen", "symkl.writeup", "symkl.algebra.masters"} & again


@pytest.fixture(scope="module")
def derivation() -> Derivation:
    exponential = load_family(ROOT / "derivations" / "exponential.toml")
    return derive(claim("kl", exponential, exponential))


@pytest.mark.parametrize("vouched", [False, True])
def test_what_is_proved_already_is_held_against_the_integral_at_fewer_points_and_wrong_forms_at_all(
    derivation: Derivation, vouched: bool
) -> None:
    from symkl.model import Known
    from symkl.verify import judge

    def judged(formula: str) -> tuple[str, list[int]]:
        read = read_formula(derivation.claim, formula, (), "nats", "none")
        known = Known("kl", "Exponential", read.per_dimension, formula, "a test", "formula")
        verdict = judge(known, derivation.claim, derivation, vouched=vouched).verdict
        return verdict.kind, [check.points for check in verdict.checks if check.method != "kernel"]

    assert judged(RIGHT) == ("proved", [2] if vouched else [8, 2])
    assert judged(RIGHT + " + (lam_1 - lam_2)**2/10**9")[0] == "failed"
    answer = comparison(
        derivation, read_formula(derivation.claim, f"({RIGHT})/2", (), "nats", "none"), "none", vouched=vouched
    )
    assert (answer["verdict"], answer["diagnosis"]) == ("wrong", "it is 1/2 times the truth")
