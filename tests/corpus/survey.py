"""Every entry of the corpus, each in a process of its own: `PYTHONPATH=. python tests/corpus/survey.py [ID...]`.

Prints a line for each (the verdict, the processor seconds, the reason), and at the end what is not as it should be.
"""

from __future__ import annotations

import multiprocessing
import sys
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from corpus import convert, judging

SECONDS = 90


def child(entry: Any, end: Connection) -> None:
    begun = time.process_time()
    try:
        form = judging.judged(entry)
        verdict = form.verdict
        notes = [f"{check.method}: {check.passed} {check.digits} {check.note}" for check in verdict.checks]
        if verdict.counterexample is not None:
            found = verdict.counterexample
            notes.insert(0, f"at {dict(found.at)} {found.given} true {found.true}")
        said = (verdict.kind, verdict.note + " | " + "; ".join(notes))
    except Exception as error:  # noqa: BLE001  # a survey goes on
        said = ("crashed", f"{type(error).__name__}: {error}")
    end.send((*said, time.process_time() - begun))


def main(chosen: list[str]) -> None:
    context = multiprocessing.get_context("fork")
    odd = []
    for entry in convert.entries():
        if chosen and entry["id"] not in chosen:
            continue
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=child, args=(entry, theirs))
        process.start()
        theirs.close()
        try:
            found = ours.recv() if ours.poll(SECONDS) else ("timeout", "", float(SECONDS))
        except EOFError:
            found = ("died", "", 0.0)
        process.terminate()
        process.join()
        kind, note, seconds = found
        good = kind in ("proved", "numeric") if entry["correct"] else kind == "failed"
        word = "ok " if good else "BAD"
        line = f"{word} {entry['id']:28} {entry['kind']:13} {entry['correct']!s:5} {kind:8} {seconds:6.2f} {note[:420]}"
        print(line, flush=True)  # noqa: T201
        odd += [] if good else [line]
    print(f"\n{len(odd)} not as they should be", *odd, sep="\n")  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])
