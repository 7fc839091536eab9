"""Code that hangs, dies, prints or gives what is no number, in the process that is there for it."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from symkl import pipeline
from symkl.errors import BadInput
from symkl.guests import Guest

from .conftest import derived

RIGHT = "import math\n\n\ndef entropy(mu, sigma):\n    return 0.5 * math.log(2 * math.pi * math.e * sigma**2)\n"
#: what the training around a loss function needs, as far as it is not installed
SURROUNDED = """\
import there_is_no_such_thing as things
from there_is_no_such_thing.layers import Layer, dense
try:
    import nor_is_this
except ImportError:
    nor_is_this = None
assert nor_is_this is None
things.config.update("memory", True)


class Encoder(Layer):
    kind: "Layer | None" = None

    @things.function
    def call(self, x: things.Tensor[int]):
        return dense(x)


@things.compiled
def half(x):
    return x / 2


assert half(1) == 0.5
"""
FILES = {
    "right": RIGHT,
    "loop": "while True:\n    pass\n" + RIGHT,
    "sleeps": "import time\ntime.sleep(600)\n" + RIGHT,
    "leaves": "import sys\n\nsys.exit('no more')\n" + RIGHT,
    "dies": "import os\n\nos._exit(7)\n" + RIGHT,
    "prints": "import sys, os\nprint('{\"verdict\": 1}')\nsys.stdout.flush()\nos.write(1, b'raw\\n')\n" + RIGHT,
    "reads": "text = input()\n" + RIGHT,
    "fails": "x = 1\nraise RuntimeError('not today')\n" + RIGHT,
    "unwritten": "def entropy(mu, sigma):\n    return (\n",
    "lacks": "import there_is_no_such_thing\nHALF = there_is_no_such_thing.half + 0\n" + RIGHT,
    "surrounded": SURROUNDED + RIGHT,
    "needs": SURROUNDED + "\n\ndef entropy(mu, sigma):\n    return things.of(sigma)\n",
    "text": "def entropy(mu, sigma):\n    return 'sigma'\n",
    "nothing": "def entropy(mu, sigma):\n    sigma + 1\n",
    "two": "def entropy(mu, sigma):\n    return mu, sigma\n",
    "huge": "import numpy as np\n\n\ndef entropy(mu, sigma):\n    return np.zeros(10**11).sum() + np.log(sigma)\n",
    "hangs": "def entropy(mu, sigma):\n    while True:\n        pass\n",
    "deep": "def entropy(mu, sigma):\n    return entropy(mu, sigma)\n",
    "raises": "def entropy(mu, sigma):\n    raise KeyError('sigma')\n",
    "others": "def entropy(mu, sigma, temperature):\n    return sigma\n",
    "exits": "import sys\n\n\ndef entropy(mu, sigma):\n    sys.exit(0)\n",
    "noise": "import random\n\n\ndef entropy(mu, sigma):\n    return sigma + random.random()\n",
    "key": "import jax\n\n\ndef entropy(mu, sigma):\n    return sigma + jax.random.normal(jax.random.key(0))\n",
    "seeded": "import numpy as np\n\n\ndef entropy(mu, sigma):\n    return sigma + np.random.default_rng(0).normal()\n",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("guests")
    for name, text in FILES.items():
        (made / f"{name}.py").write_text(text, encoding="utf-8")
    return made


@pytest.fixture
def ask(judged, folder):
    return lambda name, function="entropy": judged(f"{folder / name}.py:{function}", "entropy", "Normal")


def test_a_function_that_prints_at_import_is_judged_all_the_same(ask):
    for name in ("right", "prints"):
        assert (ask(name)["verdict"], ask(name)["evidence"]) == ("correct", "proved")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("leaves", "leaves.py:3: importing it fails: it ends the program"),
        ("fails", "fails.py:2: importing it fails: RuntimeError: not today"),
        ("reads", "reads.py:1: importing it fails: EOFError"),
        ("unwritten", "unwritten.py:2: importing it fails: SyntaxError: '(' was never closed"),
        ("lacks", "lacks.py:2: importing it fails: ModuleNotFoundError: it uses 'there_is_no_such_thing.half'"),
        ("text", "text.py:1: the function gives a str, not a number"),
        ("nothing", "nothing.py:1: the function gives nothing"),
        ("two", "two.py:1: the function gives a tuple of 2, not a number; say which of them, such as FILE.py:NAME[0]"),
        ("others", "others.py:1: the argument 'temperature' of 'entropy' is none of the parameters (mu, sigma)"),
        ("absent", "there is no such file"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_line(ask, name, words):
    with pytest.raises(BadInput) as caught:
        ask(name)
    assert words in str(caught.value)


def test_a_name_that_is_not_there_is_refused_with_the_nearest(ask):
    with pytest.raises(BadInput, match=r"there is no 'entrpy' in right.py; did you mean 'entropy'\?"):
        ask("right", "entrpy")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("raises", "it cannot be run: raises.py:2: KeyError: 'sigma'"),
        ("exits", "it cannot be run: exits.py:5: SystemExit"),
        ("huge", "it cannot be run: huge.py:5: MemoryError|it cannot be run: huge.py:5: _ArrayMemoryError"),
        ("deep", "it cannot be run: deep.py:2: RecursionError"),
        ("noise", "random numbers"),
        ("seeded", "random numbers"),
        ("key", "random numbers"),
    ],
)
def test_what_cannot_be_run_is_undecided(ask, name, words):
    answer = ask(name)
    assert answer["verdict"] == "undecided"
    assert any(word in answer["diagnosis"] for word in words.split("|")), answer["diagnosis"]


def test_a_process_that_dies_or_hangs_is_replaced(folder):
    claim = pipeline.claim(pipeline.read([]), "entropy", "Normal")
    asked = pipeline.ask(_verified(claim), f"{folder / 'right'}.py:entropy", (), "none", 0)
    with Guest(quiet=True) as guest:
        for name, seconds, words in (
            ("dies", 30, "importing it ended the process (exit code 7)"),
            ("loop", 3, "importing it was not done in the 3 s given"),
            ("sleeps", 3, "importing it was not done in the 3 s given"),
            ("hangs", 3, "running it was not done in the 3 s given"),
        ):
            begun = time.monotonic()
            lost = guest.ask({**asked, "target": f"{folder / name}.py:entropy"}, seconds)
            assert words in lost.lost
            assert time.monotonic() - begun < seconds + 10
        assert guest.ask(json.loads(json.dumps(asked)), 60).value["failure"] == ""


def _verified(claim):
    from symkl.model import Verdict, Verified

    return Verified(pipeline.derive(claim), Verdict("unknown"))


def test_modules_of_two_folders_may_have_the_same_names(judged, tmp_path):
    for name, factor in (("one", "2"), ("other", "3")):
        made = tmp_path / name
        made.mkdir()
        (made / "helper.py").write_text(f"FACTOR = {factor} * 3.141592653589793 * 2.718281828459045\n")
        (made / "losses.py").write_text(
            "import math\nimport helper\n\n\ndef entropy(sigma):\n    return 0.5 * math.log(helper.FACTOR * sigma**2)\n"
        )
    verdicts = [
        judged(f"{tmp_path / name}/losses.py:entropy", "entropy", "Normal")["verdict"] for name in ("one", "other")
    ]
    assert verdicts == ["correct", "wrong"]


def test_a_file_in_a_package_is_imported_as_a_part_of_it(judged, tmp_path):
    made = tmp_path / "losses"
    made.mkdir()
    (made / "__init__.py").write_text("")
    (made / "constants.py").write_text("HALF = 0.5\n")
    (made / "gaussian.py").write_text(
        "import math\n\nfrom .constants import HALF\n\n\nclass Gaussian:\n    @staticmethod\n    def entropy(sigma):\n"
        "        return HALF * (math.log(2 * math.pi * sigma**2) + 1)\n\n"
        "    def wrong(self, sigma):\n        return HALF * math.log(2 * math.pi * sigma**2)\n"
    )
    assert judged(f"{made}/gaussian.py:Gaussian.entropy", "entropy", "Normal")["verdict"] == "correct"
    assert judged(f"{made}/gaussian.py:Gaussian.wrong", "entropy", "Normal")["verdict"] == "wrong"


def test_libraries_that_are_not_installed_are_missing_only_where_they_are_needed(ask):
    answer = ask("surrounded")
    assert (answer["verdict"], answer["evidence"]) == ("correct", "proved")
    assert any("without there_is_no_such_thing" in note for note in answer["notes"])
    assert not any("without" in note for note in ask("right")["notes"])
    answer = ask("needs")
    assert answer["verdict"] == "undecided"
    assert "it uses 'there_is_no_such_thing.of', and 'there_is_no_such_thing' is not installed" in answer["diagnosis"]


WITHOUT_TORCH = """\
import importlib.machinery
import json
import sys

found = importlib.machinery.PathFinder.find_spec
importlib.machinery.PathFinder.find_spec = classmethod(
    lambda _, name, *more: None if name.partition(".")[0] == "torch" else found(name, *more)
)
from symkl.trace.user.answering import answer

for asked in json.loads(sys.argv[1]):
    print(json.dumps(answer(asked, lambda _: None)))
"""


def test_functions_of_a_framework_that_is_not_installed_are_undecided_and_say_what_to_install(tmp_path):
    (tmp_path / "losses.py").write_text(
        "import torch\nimport math\n\n\ndef one(mu, sigma):\n    return torch.log(sigma)\n\n\n"
        "def other(mu, sigma):\n    return math.log(sigma) + (1 + math.log(2 * math.pi)) / 2\n"
    )
    verified = derived("entropy", "Normal", None, (), ())
    asked = [pipeline.ask(verified, f"{tmp_path / 'losses.py'}:{name}", (), "none", 0) for name in ("one", "other")]
    ran = subprocess.run(
        [sys.executable, "-c", WITHOUT_TORCH, json.dumps(asked)],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=Path(__file__).parents[2],
        check=True,
    )
    said = [json.loads(line) for line in ran.stdout.splitlines()]
    one, two = (pipeline.judge_function(verified, *pair, "nats") for pair in zip(asked, said, strict=True))
    assert one["verdict"] == "undecided"
    assert one["diagnosis"].endswith("install torch beside symkl and ask again")
    assert (two["verdict"], two["evidence"]) == ("correct", "proved")
