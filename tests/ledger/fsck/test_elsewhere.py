"""A check of a ledger whose tiles lie in object storage: the files there are compared with the rows."""

from __future__ import annotations

import time

import pytest

from ledger.fsck.check import check_ledger
from ledger.fsck.elsewhere import files_at_hand
from ledger.opening import LedgerFolder, create_ledger, open_ledger
from ledger.signing.ledger_keys import load_ledger_keys
from tests.world import ORIGIN, found_zone

PASSPHRASE = b"elsewhere"


@pytest.fixture
def zone(address, tmp_path):
    """A stopped ledger that was made with tiles in a bucket, and whose guard is a file."""
    root = tmp_path / "zone"
    create_ledger(root, ORIGIN, PASSPHRASE, tiles=address)
    ledger = open_ledger(root, PASSPHRASE)
    found_zone(root, load_ledger_keys(root / "keys", ORIGIN, PASSPHRASE), ledger)
    ledger.close()
    return LedgerFolder(root)


def newest(bucket):
    """The widest of the partial bundles, which is the published one."""
    return max(bucket.keys("tile/entries"), key=lambda key: int(key.rpartition("/")[2]))


def damages(zone):
    with files_at_hand(zone.database, zone.tiles) as tiles:
        return check_ledger(zone.database, tiles, zone.usual_guard).damages


def test_files_in_storage_are_checked_and_damage_is_named(zone, bucket):
    assert not zone.tiles.exists()
    assert damages(zone) == ()
    key = newest(bucket)
    content = bucket.read(key).content
    bucket.remove([key])
    bucket.create(key, content[:-1] + bytes([content[-1] ^ 1]))
    assert any(key in each.error.field or key in str(each.error) for each in damages(zone))


def test_deleting_what_is_damaged_and_the_checkpoint_mends_it_at_the_next_start(zone, bucket):
    key = newest(bucket)
    whole = bucket.read(key).content
    bucket.remove([key, "checkpoint"])
    ledger = open_ledger(zone.root, PASSPHRASE)
    ledger.writer.call(ledger.writer.sequencer.publish).result()
    while ledger.tiles.lag:
        time.sleep(0.005)
    ledger.close()
    assert bucket.read(key).content == whole
    assert damages(zone) == ()
