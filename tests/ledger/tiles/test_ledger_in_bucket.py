"""A whole ledger whose tiles and guard lie in object storage."""

from __future__ import annotations

import shutil
import time

import pytest

from ledger.errors import StoppedError
from ledger.ledger import Ledger
from ledger.objects.address import parse_address
from ledger.objects.bucket import Bucket
from ledger.prove.log import root_at
from ledger.signing.ledger_keys import generate_ledger_keys
from ledger.store.sqlite.connection import create
from ledger.store.sqlite.store import SqliteStore
from ledger.tiles.bucket import TileBucket
from ledger.tiles.folder import LogReader
from tests.objects import make_bucket
from tests.world import ORIGIN, found_zone, now
from verifier.primitives.checkpoint import parse_signed_checkpoint
from verifier.primitives.tiles import format_tile_path, tiles_of


def until(condition):
    while not condition():
        time.sleep(0.005)


def start(folder, keys, address):
    """Start a ledger whose storage gives up soon."""
    return Ledger(
        SqliteStore(folder / "ledger.db"),
        TileBucket(Bucket(parse_address(address), timeout=2, attempts=1, pause=0.005), monotonic=time.monotonic),
        keys=keys,
        guard=f"{address}/guard",
        clock=now,
        monotonic=time.monotonic,
    )


@pytest.fixture
def folder(tmp_path):
    create(tmp_path / "ledger.db")
    return tmp_path


@pytest.fixture
def keys():
    return generate_ledger_keys(ORIGIN)


def published(bucket):
    held = bucket.read("checkpoint")
    return parse_signed_checkpoint(held.content)[0] if held else None


def require_whole(bucket, ledger):
    """Every tile of the published size is in the bucket, and they give its root."""
    checkpoint = published(bucket)
    for tile in tiles_of(checkpoint.size):
        assert bucket.has(format_tile_path(tile)), tile
    log = LogReader(TileBucket(bucket, monotonic=time.monotonic), ledger.head.edge)
    assert root_at(log, checkpoint.size) == checkpoint.root


def test_log_is_published_in_storage_and_goes_on_after_a_start_elsewhere(folder, keys, address, bucket, tmp_path):
    world = found_zone(folder, keys, start(folder, keys, address))
    for _ in range(210):
        world.ledger.writer.call(world.ledger.writer.sequencer.seal).result()
    world.ledger.close()
    assert published(bucket).size == world.ledger.head.edge.size > 256
    require_whole(bucket, world.ledger)
    assert not [key for key in bucket.keys("tile/0") if ".p/" in key and "/000.p/" in key], "collected"
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    shutil.copyfile(folder / "ledger.db", moved / "ledger.db")
    again = start(moved, keys, address)
    assert again.head.edge.size == world.ledger.head.edge.size
    again.writer.call(again.writer.sequencer.seal).result()
    again.close()
    require_whole(bucket, again)


def test_dead_storage_delays_publishing_and_nothing_else(folder, keys, address, bucket, faults):
    tiles = TileBucket(Bucket(parse_address(address), timeout=2, attempts=1, pause=0.005), monotonic=time.monotonic)
    ledger = Ledger(
        SqliteStore(folder / "ledger.db"), tiles, keys=keys, guard=folder / "guard", clock=now, monotonic=time.monotonic
    )
    world = found_zone(folder, keys, ledger)
    until(lambda: published(bucket) is not None and tiles.lag == 0)
    before = published(bucket)
    faults.always = "refuse"
    for _ in range(30):
        ledger.writer.call(ledger.writer.sequencer.seal).result()
    assert ledger.head.edge.size >= before.size + 30
    world.cosign()
    assert ledger.prover.checkpoint(ledger.head.edge.size)
    assert published(bucket) == before
    faults.always = None
    until(lambda: tiles.lag == 0 and published(bucket).size >= ledger.head.edge.size)
    require_whole(bucket, ledger)
    ledger.close()


def test_what_storage_lost_to_a_crash_is_written_by_the_next_start(folder, keys, address, bucket, faults):
    ledger = start(folder, keys, address)
    found_zone(folder, keys, ledger)
    until(lambda: published(bucket) is not None and ledger.tiles.lag == 0)
    faults.only, faults.always = ("PUT",), "lose"
    guarded = ledger._leadership.guard.newest
    with pytest.raises(StoppedError):  # its guard is in the same storage, and does not answer
        ledger.writer.call(ledger.writer.sequencer.seal).result()
    assert ledger._leadership.guard.newest == guarded
    assert isinstance(ledger.stopped, StoppedError)
    faults.always = None
    size = ledger.store.writer().reader().counters().size
    ledger.close()
    again = start(folder, keys, address)
    assert again.head.edge.size == size
    again.close()
    assert published(bucket).size == size
    require_whole(bucket, again)


def test_older_database_is_refused_by_what_storage_has(folder, keys, address, tmp_path):
    ledger = start(folder, keys, address)
    world = found_zone(folder, keys, ledger)
    older = tmp_path / "older"
    older.mkdir()
    ledger.store.backup(str(older / "ledger.db"))
    ledger.writer.call(ledger.writer.sequencer.seal).result()
    world.ledger.close()
    with pytest.raises(StoppedError, match="older state"):
        start(older, keys, address)


def test_two_ledgers_never_share_an_address(folder, keys, endpoint, tmp_path):
    address = f"s3://{make_bucket(endpoint)}/zone"
    first = start(folder, keys, address)
    found_zone(folder, keys, first)
    first.close()
    other = tmp_path / "other"
    other.mkdir()
    create(other / "ledger.db")
    with pytest.raises(StoppedError, match="older state"):
        start(other, generate_ledger_keys(ORIGIN), address)
