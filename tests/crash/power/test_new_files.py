"""What is new on the disk is there after a power loss too: guard, key files, tiles, and the folders they lie in."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys

import pytest

from ledger.sequencer.guard_file import FileGuard
from tests.crash.power.disk import Disk
from tests.crash.power.syscalls import SYSCALLS, read_calls

pytestmark = pytest.mark.skipif(shutil.which("strace") is None, reason="needs the Debian package strace")
LOSSES = 20
GUARD = (
    "from ledger.sequencer.guard_file import FileGuard; "
    "FileGuard(folder / 'a' / 'b' / 'guard').record(7, bytes(range(32)))"
)
KEY = (
    "from ledger.signing.keyfile import save_key; from ledger.signing.signer import generate; "
    "save_key(folder / 'a' / 'keys' / 'key.pem', generate(-8), b'an invented passphrase')"
)
TILE = (
    "from ledger.tiles.folder import TileFolder; from verifier.primitives.tiles import Tile; "
    "TileFolder(folder / 'log').write_tile(Tile(0, 1234), [bytes(32)] * 256)"
)
CHECKPOINT = "from ledger.tiles.folder import TileFolder; TileFolder(folder / 'a' / 'log').write_checkpoint(b'a note')"
WRITTEN = {
    "guard": (GUARD, "a/b/guard"),
    "key file": (KEY, "a/keys/key.pem"),
    "tile": (TILE, "log/tile/0/x001/234"),
    "checkpoint": (CHECKPOINT, "a/log/checkpoint"),
}


@pytest.mark.parametrize(("code", "file"), WRITTEN.values(), ids=WRITTEN)
def test_new_file_is_there_whole_after_a_power_loss_in_the_next_moment(tmp_path, code, file):
    folder, log = tmp_path / "disk", tmp_path / "strace"
    folder.mkdir()
    disk = Disk(folder)
    strace = ["strace", "-f", "-y", "-xx", "-s", "1000000", "-e", f"trace={SYSCALLS}", "-o", str(log)]
    prelude = f"from pathlib import Path; folder = Path({str(folder)!r}); "
    subprocess.run([*strace, sys.executable, "-c", prelude + code], check=True)
    for call in read_calls(log):
        disk.apply(call)
    whole = (folder / file).read_bytes()
    assert whole
    for seed in range(LOSSES):
        target = tmp_path / f"after{seed}"
        disk.lose_power(target, random.Random(seed))
        assert (target / file).read_bytes() == whole
    if file.endswith("guard"):
        guard = FileGuard(target / file)
        assert guard.newest == (7, bytes(range(32)))
        guard.close()
