"""A ledger whose database was set back to an older copy, and what others still have of it."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from types import SimpleNamespace

import pytest

from ledger.backup import back_up
from ledger.export.export import export_ledger
from ledger.opening import create_ledger, open_ledger
from ledger.signing.ledger_keys import load_ledger_keys
from tests.ledger.export.operated import PASSPHRASE as SECRET
from tests.ledger.restore.rows import rows_of
from tests.world import ITEM, ORIGIN, found_zone, tell_parcel

PASSPHRASE = SECRET.encode()


@pytest.fixture(scope="module")
def lost(tmp_path_factory):
    """A ledger of which a backup is older than what was promised, an export of everything, and what submitters kept."""
    base = tmp_path_factory.mktemp("restore")
    root, receipts = base / "zone", base / "receipts"
    create_ledger(root, ORIGIN, PASSPHRASE)
    receipts.mkdir()
    ledger = open_ledger(root, PASSPHRASE)
    world = found_zone(root, load_ledger_keys(root / "keys", ORIGIN, PASSPHRASE), ledger)
    world.cosign()
    back_up(root, base / "older")
    send = world.zone.send

    def keep(data):
        (receipts / f"{len(list(receipts.iterdir()))}.submission").write_bytes(data)
        send(data)

    world.zone.send = keep
    tell_parcel(world)
    ledger.writer.call(ledger.writer.sequencer.seal).result()
    world.cosign()
    with ledger.store.read() as reader:
        export_ledger(reader, base / "export")
    size, trace = ledger.head.edge.size, ledger.prover.trace(ITEM).data
    ledger.close()
    return SimpleNamespace(base=base, size=size, root=ledger.head.root, trace=trace, rows=rows_of(root / "ledger.db"))


@pytest.fixture
def zone(lost, tmp_path):
    """The ledger after somebody put the older copy in its place; the guard is where it was."""
    for name in ("export", "receipts"):
        shutil.copytree(lost.base / name, tmp_path / name)
    shutil.copytree(lost.base / "older", tmp_path / "zone")
    shutil.copytree(lost.base / "zone" / "keys", tmp_path / "zone" / "keys")
    shutil.copyfile(lost.base / "zone.guard", tmp_path / "zone.guard")
    with closing(sqlite3.connect(tmp_path / "zone" / "ledger.db", isolation_level=None)) as connection:
        connection.execute("UPDATE meta SET value = ? WHERE name = 'guard'", (str(tmp_path / "zone.guard"),))
    return tmp_path / "zone"
