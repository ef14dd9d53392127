"""`suyuan erase run` as a process that dies at each of its steps: the next run finishes."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.ledger.erasure.seeking import places
from tests.ledger.erasure.test_eraser import BUYER, NUMBER, erase, held, settle
from tests.world import open_ledger

VALUES = [*BUYER, NUMBER]


def run(folder, point: str = "") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "SUYUAN_FAILPOINT": point, "LANG": "C.UTF-8"}
    command = [sys.executable, "-m", "ledger.cli", "erase", "run", str(folder), "--json"]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, env=environment)


@pytest.mark.parametrize("point", ["erase-before-commit", "erase-after-commit", "erase-scoured"])
def test_a_process_killed_at_any_point_leaves_what_the_next_one_finishes(world, point, monkeypatch):
    with monkeypatch.context() as idle:
        idle.setattr(world.ledger.writer.sequencer, "erase", lambda: None)
        erase(world, "order")
        settle(world)
        world.ledger.close()
    assert places(world.folder, VALUES)
    try:
        assert run(world.folder, point).returncode == 137
        ended = run(world.folder)
        assert ended.returncode == 0, ended.stderr
        assert not places(world.folder, VALUES)
    finally:
        world.ledger = open_ledger(world.folder, world.keys)
    assert held(world, "order") == (None, {})
