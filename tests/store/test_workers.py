"""Children answer, fail, run late, grow too large and die; the parent hears of each and goes on."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest

from symkl import workers
from symkl.errors import BadInput, Location, ToolMissing
from symkl.library import read_library
from symkl.workers import MEMORY, Crew, Job, Outcome, shared


def square(x: int) -> int:
    return x * x


def process(_: int) -> int:
    return os.getpid()


def nap(seconds: float) -> int:
    time.sleep(seconds)
    return os.getpid()


def spin(seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass


def told(_: int) -> int:
    return shared()["n"]


def told_families(_: int) -> int:
    return len(shared().sources)


def told_name(name: str) -> str:
    return shared().family(name).name


def alive(pid: int) -> bool:
    """Whether the process runs; one that has ended may wait for a parent to take notice."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


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
        job(sleep, 60, 0.5),
        job(allocate, MEMORY + MEMORY // 8),
        job(die, 3),
        job(refuse, 7),
        job(lack, "TeX"),
        job(stumble, 0),
        job(square, 3),
    ]
    with Crew(2) as crew:
        late, large, dead, refused, lacking, bug, fine = crew.work(jobs)
    assert "not done in the 0.5 s given" in late.lost
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
        jobs = [Job("job", process, (0,), 30.0, group, at) for at, group in enumerate("abab")]
        first = crew.work(jobs, lambda job, _: heard.append(job.about))
        second = crew.work([job(process, 0)])
    assert heard == [0, 2, 1, 3]
    assert {o.value for o in first} == {second[0].value}


def test_each_child_has_a_group_of_its_own_until_there_are_none_then_they_share_one() -> None:
    with Crew(2) as crew:
        long = [o.value for o in crew.work([job(nap, 0.1, group="ab"[at >= 4]) for at in range(24)])]
    assert len(set(long[:4])) == 1
    assert long[4] != long[0]
    first, second = (long.count(child) for child in set(long))
    assert abs(first - second) <= 4


def test_what_follows_from_an_outcome_is_done_too_and_its_outcome_comes_last() -> None:
    def more(job: Job, outcome: Outcome) -> list[Job]:
        return [Job("more", square, (outcome.value,), 30.0, about=None)] if job.about else []

    with Crew(2) as crew:
        found = crew.work([Job("first", square, (n,), 30.0, about=True) for n in (2, 3)], more)
    assert [o.value for o in found[:2]] == [4, 9]
    assert {o.value for o in found[2:]} == {16, 81}


def test_a_limit_is_of_cpu_time_whatever_else_the_machine_does() -> None:
    with Crew(1) as crew:
        begun = time.monotonic()
        [waited, worked] = crew.work([job(nap, 1.0, 0.5), job(spin, 60.0, 0.5)])
    assert waited.lost == ""
    assert worked.lost
    assert time.monotonic() - begun < 20


def test_the_rest_of_a_group_goes_on_in_another_child_when_one_is_killed() -> None:
    with Crew(1) as crew:
        before, late, after = crew.work(
            [job(process, 0, group="a"), job(sleep, 60, 0.5, group="a"), job(process, 0, group="a")]
        )
    assert late.lost
    assert not late.died
    assert after.value not in (None, before.value)


def test_what_a_crew_shares_is_known_to_its_children() -> None:
    with Crew(1) as crew:
        crew.share({"n": 5})
        first = crew.work([job(told, 0), job(process, 0)])
        crew.share({"n": 6})
        second = crew.work([job(told, 0), job(process, 0)])
    assert (first[0].value, second[0].value) == (5, 6)
    assert first[1].value != second[1].value


def test_a_child_that_holds_too_much_is_replaced_after_its_job(monkeypatch: pytest.MonkeyPatch) -> None:
    with Crew(1) as crew:
        kept = {o.value for o in crew.work([job(process, 0), job(process, 0)])}
        monkeypatch.setattr(workers, "_HELD", 1)
        replaced = {o.value for o in crew.work([job(process, 0), job(process, 0)])}
    assert len(kept) == 1
    assert len(replaced) == 2


def test_what_the_parent_holds_does_not_count_as_held_by_the_child(monkeypatch: pytest.MonkeyPatch) -> None:
    small = 32 << 20
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 > small
    monkeypatch.setattr(workers, "_HELD", small)
    with Crew(1) as crew:
        kept = {o.value for o in crew.work([job(process, 0), job(process, 0)])}
    assert len(kept) == 1


def test_who_waits_is_called_now_and_then() -> None:
    called: list[float] = []
    with Crew(1, lambda: called.append(time.monotonic())) as crew:
        crew.work([job(sleep, 1.6)])
    assert len(called) >= 3


def test_when_the_parent_is_killed_its_children_end(tmp_path: Path) -> None:
    script = (
        "import os, time\nfrom symkl.workers import Crew, Job\n"
        "with Crew(3) as crew:\n"
        "    crew.work([Job('', time.sleep, (0.3,), 30.0) for _ in range(6)])\n"
        "    print(*(c.process.pid for c in crew._children), flush=True)\n"
        "    time.sleep(60)\n"
    )
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    run = subprocess.Popen([sys.executable, "-c", script], env=env, text=True, stdout=subprocess.PIPE)
    assert run.stdout is not None
    children = [int(word) for word in run.stdout.readline().split()]
    assert len(children) == 3
    run.kill()
    run.wait()
    run.stdout.close()
    end = time.monotonic() + 20
    while time.monotonic() < end and any(alive(child) for child in children):
        time.sleep(0.1)
    assert not any(alive(child) for child in children)


def test_no_child_is_left_after_the_block() -> None:
    with Crew(1) as crew:
        [outcome] = crew.work([job(process, 0)])
    with pytest.raises(ProcessLookupError):
        os.kill(outcome.value, 0)


def test_where_the_system_cannot_fork_children_are_started_afresh_and_know_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    library = read_library()
    assert library.family("Normal").parameters
    monkeypatch.setattr(workers.multiprocessing, "get_all_start_methods", lambda: ["spawn"])
    with Crew(1) as crew:
        crew.share(library)
        [known, name] = crew.work([job(told_families, 0), job(told_name, "Exponential")])
    assert known.value == len(library.sources)
    assert name.value == "Exponential"
