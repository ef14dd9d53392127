"""The process ends at every named point of the write path, again and again: nothing acknowledged is lost."""

from __future__ import annotations

import ast
import json
import random
import subprocess
import sys
from itertools import count
from pathlib import Path

import pytest

from ledger import failpoints
from tests.postgres import server

ROUNDS = 5  # of an end and a start; more in `make soak`
MANY = 20
ELSEWHERE = ("witness-", "replay-", "erase-", "mirror-", "gateway-")  # other processes, other tests
LEDGER_POINTS = [each for each in failpoints.POINTS if not each.startswith(ELSEWHERE)]


class Nursery:
    """The forking process, and how to ask it."""

    def __init__(self, folder: Path, *database: str) -> None:
        self._errors = (folder.parent / f"{folder.name}.err").open("w+b")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.nursery", str(folder), *database],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )
        assert self._answer() == {"ready": True}

    def ask(self, **command: object) -> int:
        assert self._process.stdin
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()
        code: int = self._answer()["exit"]
        return code

    def errors(self) -> str:
        self._errors.seek(0)
        return self._errors.read().decode()[-4000:]

    def close(self) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()
        self._errors.close()

    def _answer(self) -> dict:
        assert self._process.stdout
        line = self._process.stdout.readline()
        assert line, self.errors()
        return json.loads(line)


def end_again_and_again(folder: Path, point: str, rounds: int, *database: str) -> None:
    nursery = Nursery(folder, *database)
    rnd = random.Random(point)
    try:
        for round_ in range(rounds):
            end_and_check(nursery, round_, point, rnd.randrange(1, 12))
    finally:
        nursery.close()


def end_and_check(nursery: Nursery, round_: int, point: str, times: int) -> None:
    """Let a run end when it reaches the point for the so-manieth time, and hold the next start to what was told."""
    run = {"round_": round_, "point": point, "count": times}
    assert nursery.ask(do="run", run=run) == 137, nursery.errors()
    assert nursery.ask(do="check") == 0, f"{run}: {nursery.errors()}"


@pytest.mark.slow
@pytest.mark.parametrize("point", LEDGER_POINTS)
def test_nothing_acknowledged_is_lost_no_gap_and_one_root_per_size_when_the_process_ends_at(point, tmp_path):
    end_again_and_again(tmp_path / "zone", point, ROUNDS)


@pytest.mark.soak
@pytest.mark.parametrize("point", LEDGER_POINTS)
def test_nothing_acknowledged_is_lost_when_the_process_ends_twenty_times_at(point, tmp_path):
    end_again_and_again(tmp_path / "zone", point, MANY)


@pytest.fixture
def database():
    made = server().database()
    yield made
    server().drop(made)


@pytest.fixture(scope="module")
def on_a_server(tmp_path_factory):
    """One zone on a database server for all points, and the numbers of its rounds."""
    database = server().database()
    nursery = Nursery(tmp_path_factory.mktemp("server") / "zone", database)
    yield nursery, count()
    nursery.close()
    server().drop(database)


@pytest.mark.slow
@pytest.mark.parametrize("point", LEDGER_POINTS)
def test_nothing_acknowledged_is_lost_on_a_server_when_the_process_ends_at(point, on_a_server):
    nursery, numbers = on_a_server
    end_and_check(nursery, next(numbers), point, random.Random(point).randrange(1, 12))


@pytest.mark.soak
@pytest.mark.parametrize("point", LEDGER_POINTS)
def test_nothing_acknowledged_is_lost_on_a_server_when_the_process_ends_twenty_times_at(point, tmp_path, database):
    end_again_and_again(tmp_path / "zone", point, MANY, database)


def test_every_point_that_the_code_reaches_is_named_and_every_name_is_reached():
    root = Path(failpoints.__file__).parent
    reached = {
        call.args[0].value
        for path in root.rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "reach"
        and isinstance(call.args[0], ast.Constant)
    }  # fmt: skip
    assert reached == set(failpoints.POINTS)
