"""The power goes at any moment of a run: what was acknowledged before stays. With weaker settings it does not."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ledger.opening import open_ledger
from ledger.signing.keyfile import save_key
from ledger.tiles.folder import TileFolder
from tests.crash.checking import check_all
from tests.crash.journal import Told
from tests.crash.power.disk import Disk
from tests.crash.power.syscalls import SYSCALLS, Call, read_calls
from tests.crash.served import PASSPHRASE, found_served
from verifier.primitives.checkpoint import parse_signed_checkpoint
from verifier.primitives.tiles import Tile, tiles_of

FULL, NORMAL = 2, 1
pytestmark = pytest.mark.skipif(shutil.which("strace") is None, reason="needs the Debian package strace")


class Run:
    """A run of the ledger, call by call, and the folder that it began with."""

    def __init__(self, folder: Path, count: int, synchronous: int) -> None:
        world = found_served(folder)
        seller = world.cast["seller"]
        save_key(folder / "seller.pem", seller.signer, PASSPHRASE)
        self.folder, self.before = folder, folder.with_name(f"{folder.name}.before")
        shutil.copytree(folder, self.before)
        log = folder.with_name(f"{folder.name}.strace")
        strace = ["strace", "-f", "-y", "-xx", "-s", "100000000", "-e", f"trace={SYSCALLS}", "-o", str(log)]
        module = [sys.executable, "-m", "tests.crash.power.run", str(folder), str(count), str(synchronous), seller.uri]
        subprocess.run([*strace, *module], check=True, stdout=subprocess.DEVNULL)
        self.calls = list(read_calls(log))
        log.unlink()
        shutil.rmtree(folder)
        shutil.copytree(self.before, folder)

    def lose_power(self, after: int, target: Path, seed: int) -> Told:
        """Write what is on the disk after some calls to `target`; return what had been told by then."""
        disk = Disk(self.folder)
        said = b""
        for call in self.calls[:after]:
            if call.name == "write" and call.descriptor == 1:
                said += call.data
            else:
                disk.apply(call)
        disk.lose_power(target, random.Random(seed))
        return Told(json.loads(line) for line in said.splitlines())

    def moments(self, count: int) -> list[int]:
        """Return moments to look at: just after something was acknowledged, and between."""
        rnd = random.Random(count)
        told = [place + 1 for place, call in enumerate(self.calls) if _acknowledges(call)]
        return sorted({*rnd.sample(told, min(len(told), count // 2)), *rnd.sample(range(len(self.calls)), count // 2)})


def _acknowledges(call: Call) -> bool:
    return call.name == "write" and call.descriptor == 1 and b'"acknowledged"' in call.data


def survives(run: Run, moment: int, target: Path) -> None:
    told = run.lose_power(moment, target, seed=moment)
    check_published(target / "ledger" / "log")
    ledger = open_ledger(target / "ledger", PASSPHRASE, guard=target / "ledger.guard")
    try:
        check_all(ledger, told)
    finally:
        ledger.close()


def check_published(log: Path) -> None:
    """Every tile and bundle of the published size is there, before anything is recovered."""
    tiles = TileFolder(log)
    note = tiles.checkpoint()
    size = parse_signed_checkpoint(note)[0].size if note else 0
    for tile in tiles_of(size):
        assert tiles.path(tile).exists() or tiles.path(Tile(tile.level, tile.number)).exists(), f"{tile} of size {size}"


def every_moment_survives(run: Run, moments: int, folder: Path) -> None:
    looked = run.moments(moments)
    assert len(looked) > moments // 2
    for moment in looked:
        target = folder / f"at{moment}"
        survives(run, moment, target)
        shutil.rmtree(target)


@pytest.mark.slow
def test_what_was_acknowledged_survives_a_power_loss_at_some_moments(tmp_path):
    every_moment_survives(Run(tmp_path / "zone", 16, FULL), 16, tmp_path)


@pytest.mark.soak
def test_what_was_acknowledged_survives_a_power_loss_at_any_moment(tmp_path):
    every_moment_survives(Run(tmp_path / "zone", 240, FULL), 400, tmp_path)


@pytest.mark.slow
def test_weaker_settings_lose_what_was_acknowledged_so_this_battery_can_fail(tmp_path):
    run = Run(tmp_path / "zone", 16, NORMAL)
    lost = 0
    for moment in run.moments(12):
        try:
            survives(run, moment, tmp_path / f"at{moment}")
        except Exception:  # noqa: BLE001 - lost, torn, or refused: each of them is a loss
            lost += 1
    assert lost
