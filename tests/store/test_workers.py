"""Children answer, fail, run late, grow too large and die; the parent hears of each and goes on."""

from __future__ import annotations

import os
import time

import pytest

from symkl.errors import BadInput, Location, ToolMissing
from symkl.workers import MEMORY, Crew, Job


def square(x: int) -> int:
    return x * x


def process(_: int) -> int:
    return os.getpid()


def sleep(seconds: float) -> None:
    time.sleep(seconds)


def allocate(size: int) -> int:
    return len(bytearray(size))


def die(code: int) -> None:
    os._exit(code)


def refuse(column: int) -> None:
    raise BadInput("it is wrong", Location("a.toml", "family.density", column), "mend it")


def lack(name: str) -> None:
    raise ToolMissing(f"no {name}")


def stumble(_: int) -> float:
    return 1 / 0


def job(run: object, argument: object, seconds: float = 30.0, group: str = "") -> Job:
    return Job("job", run, (argument,), seconds, group)  # type: ignore[arg-type]


def test_outcomes_stand_in_the_order_of_the_jobs() -> None:
    with Crew(2) as crew:
        assert [o.value for o in crew.work([job(square, n) for n in range(7)])] == [n * n for n in range(7)]


def test_each_kind_of_failure_is_told_apart_and_stops_no_other_job() -> None:
    jobs = [
        job(sleep, 60, 2.0),
        job(allocate, MEMORY + 1),
        job(die, 3),
        job(refuse, 7),
        job(lack, "TeX"),
        job(stumble, 0),
        job(square, 3),
    ]
    with Crew(2) as crew:
        late, large, dead, refused, lacking, bug, fine = crew.work(jobs)
    assert "not done in the 2 s given" in late.lost
    assert "memory" in large.lost
    assert "died" in dead.lost
    assert isinstance(refused.error, BadInput)
    assert refused.error.where == Location("a.toml", "family.density", 7)
    assert lacking.error is not None
    assert lacking.error.exit_code == 4
    assert "ZeroDivisionError" in bug.bug
    assert fine.value == 9


def test_a_child_stays_with_a_group_and_with_its_crew() -> None:
    heard: list[int] = []
    with Crew(1) as crew:
        first = crew.work([job(process, 0, group=g) for g in "abab"], lambda at, _: heard.append(at))
        second = crew.work([job(process, 0)])
    assert heard == [0, 2, 1, 3]
    assert {o.value for o in first} == {second[0].value}


def test_no_child_is_left_after_the_block() -> None:
    with Crew(1) as crew:
        [outcome] = crew.work([job(process, 0)])
    with pytest.raises(ProcessLookupError):
        os.kill(outcome.value, 0)
