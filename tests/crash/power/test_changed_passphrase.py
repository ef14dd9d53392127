"""A power loss at any moment of a change of passphrase leaves the key, under the old one or the new one."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from ledger.errors import KeyFileError
from ledger.signing.keyfile import load_key, save_key
from ledger.signing.signer import generate
from tests.crash.power.disk import Disk
from tests.crash.power.syscalls import SYSCALLS, read_calls
from verifier.primitives.keys import EDDSA, PublicKey

pytestmark = pytest.mark.skipif(shutil.which("strace") is None, reason="needs the Debian package strace")
OLD, NEW = b"an invented passphrase", b"another one"
CODE = "from ledger.signing.keyfile import change_passphrase; change_passphrase(folder / 'key.pem', {!r}, {!r})"
LOSSES = 6


def test_key_is_there_under_the_old_or_the_new_passphrase(tmp_path):
    folder, log = tmp_path / "disk", tmp_path / "strace"
    key = generate(EDDSA)
    save_key(folder / "key.pem", key, OLD)
    disk = Disk(folder)
    strace = ["strace", "-f", "-y", "-xx", "-s", "1000000", "-e", f"trace={SYSCALLS}", "-o", str(log)]
    prelude = f"from pathlib import Path; folder = Path({str(folder)!r}); "
    subprocess.run([*strace, sys.executable, "-c", prelude + CODE.format(OLD, NEW)], check=True)
    opened = []
    for at, call in enumerate(read_calls(log)):
        disk.apply(call)
        for seed in range(LOSSES):
            after = tmp_path / "after"
            disk.lose_power(after, random.Random(1000 * at + seed))
            opened.append(opened_by(after / "key.pem", key.public))
            shutil.rmtree(after)
    assert set(opened) == {OLD, NEW}
    assert opened[0] == OLD
    assert set(opened[-LOSSES:]) == {NEW}, "durable once the command has ended"


def opened_by(path: Path, public: PublicKey) -> bytes:
    path.chmod(0o600)  # the disk remembers no modes
    for passphrase in (OLD, NEW):
        with suppress(KeyFileError):
            assert load_key(path, passphrase).public == public
            return passphrase
    raise AssertionError(f"lost: {path.read_bytes()!r}")
