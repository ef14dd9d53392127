"""What every place for tiles promises: a folder, and each S3-compatible server that there is."""

from __future__ import annotations

import time
from contextlib import contextmanager
from hashlib import sha256

import pytest

from ledger.errors import BusyError, StoppedError, UnknownError
from ledger.objects.address import parse_address
from ledger.objects.bucket import Bucket
from ledger.tiles.bucket import TileBucket
from ledger.tiles.folder import TileFolder
from ledger.tiles.uploads import MOST_BYTES
from tests.objects import SERVERS, make_bucket, point_at
from verifier.primitives.tiles import WIDTH, Tile, format_tile_path


def hashes(count, seed=b""):
    return [sha256(seed + each.to_bytes(4, "big")).digest() for each in range(count)]


def until(condition):
    while not condition():
        time.sleep(0.005)


@pytest.fixture(params=["folder", *SERVERS])
def again(request, tmp_path, monkeypatch):
    """A way to open the same place again and again."""
    if request.param == "folder":
        return lambda: TileFolder(tmp_path / "log")
    endpoint = request.getfixturevalue("object_servers")[request.param]
    point_at(endpoint, monkeypatch)
    address = parse_address(f"s3://{make_bucket(endpoint)}/zone/log")
    return lambda: TileBucket(Bucket(address, timeout=5, pause=0.005), monotonic=time.monotonic)


@contextmanager
def opened(again):
    tiles = again()
    try:
        yield tiles
    finally:
        tiles.close()


@pytest.mark.parametrize("width", [WIDTH, 7])
def test_what_was_written_is_read_at_once_and_after_the_next_start(again, width):
    tile, bundle = Tile(2, 1234, width), Tile(None, 1234, width)
    for _ in range(2):  # the second time as a start after a crash does
        with opened(again) as tiles:
            tiles.write_tile(tile, hashes(width))
            tiles.write_bundle(bundle, [b"ab"] * width)
            assert tiles.read(tile) == b"".join(hashes(width))
            assert tiles.has(bundle)
    with opened(again) as tiles:
        assert tiles.find(tile) == b"".join(hashes(width))
        assert tiles.read(bundle) == b"\0\2ab" * width


def test_what_is_not_there_is_unknown(again):
    with opened(again) as tiles:
        assert tiles.find(Tile(0, 0)) is None
        assert not tiles.has(Tile(None, 5, 3))
        assert tiles.checkpoint() is None
        with pytest.raises(UnknownError, match="tile/0/000"):
            tiles.read(Tile(0, 0))


@pytest.mark.parametrize(("width", "count"), [(WIDTH, WIDTH - 1), (WIDTH, WIDTH + 1), (WIDTH, 0), (7, 6), (7, WIDTH)])
def test_another_width_than_the_name_says_is_not_written(again, width, count):
    with opened(again) as tiles:
        with pytest.raises(StoppedError, match="of 32 bytes each"):
            tiles.write_tile(Tile(0, 0, width), hashes(count))
        with pytest.raises(StoppedError):
            tiles.write_bundle(Tile(None, 0, width), [b"x"] * count)
        assert not tiles.has(Tile(0, 0, width))


def test_other_bytes_never_take_the_place_of_what_is_there_and_nothing_is_published_over_them(again):
    with opened(again) as tiles:
        tiles.write_tile(Tile(0, 0), hashes(WIDTH))
        tiles.write_checkpoint(b"first")
    with opened(again) as tiles:

        def go_on():
            while True:  # a bucket tells with the next call after it knows
                tiles.write_tile(Tile(0, 0), hashes(WIDTH, b"other"))
                tiles.write_checkpoint(b"second")
                until(lambda: tiles.ready)

        with pytest.raises(StoppedError, match=r"other bytes in an immutable|tile/0/000"):
            go_on()
    with opened(again) as tiles:
        assert tiles.read(Tile(0, 0)) == b"".join(hashes(WIDTH))
        assert tiles.checkpoint() == b"first"


def test_newest_checkpoint_is_the_one_that_readers_get(again):
    with opened(again) as tiles:
        for note in (b"1", b"2", b"2", b"3"):
            tiles.write_checkpoint(note)
            until(lambda: tiles.ready)
            assert tiles.checkpoint() == note
    with opened(again) as tiles:
        assert tiles.checkpoint() == b"3"
        tiles.write_checkpoint(b"4")
    with opened(again) as tiles:
        assert tiles.checkpoint() == b"4"


def test_partial_tiles_are_collected_once_the_full_one_is_there(again):
    with opened(again) as tiles:
        for width in (3, 200):
            tiles.write_tile(Tile(0, 7, width), hashes(width))
        tiles.write_tile(Tile(0, 8, 5), hashes(5))
        tiles.write_checkpoint(b"note")
    with opened(again) as tiles:
        tiles.write_tile(Tile(0, 7), hashes(WIDTH))
        tiles.collect([Tile(0, 7)])
    with opened(again) as tiles:
        assert not tiles.has(Tile(0, 7, 3))
        assert not tiles.has(Tile(0, 7, 200))
        assert tiles.read(Tile(0, 7)) == b"".join(hashes(WIDTH))
        assert tiles.has(Tile(0, 8, 5))


# What only a bucket has to withstand.


@pytest.fixture
def tiles(address, faults):
    tiles = TileBucket(Bucket(parse_address(address), timeout=2, attempts=1, pause=0.005), monotonic=time.monotonic)
    yield tiles
    faults.always = None
    faults.release.set()
    tiles.close()


@pytest.mark.parametrize("fault", ["refuse", "lose", "500", "503"])
def test_checkpoint_waits_for_its_tiles_however_often_they_fail(tiles, faults, fault, bucket):
    faults.only, faults.always = ("PUT",), fault
    tiles.write_tile(Tile(0, 0), hashes(WIDTH))
    tiles.write_bundle(Tile(None, 0), [b"entry"] * WIDTH)
    tiles.write_checkpoint(b"note")
    assert tiles.read(Tile(0, 0)) == b"".join(hashes(WIDTH)), "the process that writes reads at once"
    until(lambda: sum(method == "PUT" for method, _ in faults.asked) > 6)
    assert bucket.read("checkpoint") is None
    assert tiles.checkpoint() is None
    assert tiles.lag > 0
    assert tiles.held == (2, WIDTH * (32 + 7), MOST_BYTES), "objects, their bytes, and the bound"
    assert not tiles.ready
    faults.always = None
    until(lambda: tiles.checkpoint() == b"note")
    assert bucket.read("tile/0/000").content == b"".join(hashes(WIDTH))
    assert bucket.read("tile/entries/000").content == b"\0\5entry" * WIDTH
    until(lambda: tiles.lag == 0)
    assert tiles.held == (0, 0, MOST_BYTES)
    paths = [path for method, path in faults.asked if method == "PUT"]
    assert paths[-1].endswith("/checkpoint")


def test_writer_does_not_wait_for_storage_that_hangs(tiles, faults):
    faults.only, faults.always = ("PUT",), "hold"
    for number in range(100):
        tiles.write_tile(Tile(0, number), hashes(WIDTH, b"%d" % number))
    tiles.write_checkpoint(b"note")
    assert tiles.checkpoint() is None
    assert not faults.release.is_set(), "every call came back while every request still hung"


@pytest.mark.parametrize("fault", ["refuse", "cut", "503"])
def test_tile_that_cannot_be_fetched_is_busy_and_never_a_part_of_it(tiles, faults, fault, bucket):
    bucket.create(format_tile_path(Tile(0, 3)), b"".join(hashes(WIDTH)))
    faults.always = fault
    with pytest.raises(BusyError, match="object storage that answers"):
        tiles.read(Tile(0, 3))
    faults.always = None
    assert tiles.read(Tile(0, 3)) == b"".join(hashes(WIDTH))
    faults.always = fault
    assert tiles.read(Tile(0, 3)) == b"".join(hashes(WIDTH)), "a full tile is fetched once"


def test_tile_of_another_length_than_its_name_says_is_not_passed_on(tiles, bucket):
    bucket.create(format_tile_path(Tile(0, 3)), b"".join(hashes(WIDTH - 1)))
    with pytest.raises(BusyError, match="came 8160 bytes"):
        tiles.read(Tile(0, 3))


def test_cache_is_bounded(address, bucket, faults):
    tiles = TileBucket(Bucket(parse_address(address)), monotonic=time.monotonic, cached_bytes=3 * 32 * WIDTH)
    for number in range(5):
        bucket.create(format_tile_path(Tile(0, number)), b"".join(hashes(WIDTH)))
    for number in (0, 1, 2, 3, 4, 4, 3, 2):
        tiles.read(Tile(0, number))
    assert sum("/tile/0/" in path for _, path in faults.asked) == 5, "five fetched, three from memory"
    tiles.read(Tile(0, 0))
    assert sum("/tile/0/" in path for _, path in faults.asked) == 6


def test_second_writer_is_found_out_by_the_first(address, bucket):
    first = TileBucket(Bucket(parse_address(address)), monotonic=time.monotonic)
    first.write_checkpoint(b"ours")
    until(lambda: first.ready)
    bucket.replace("checkpoint", b"theirs", bucket.read("checkpoint").tag)

    def go_on():
        while True:
            first.write_checkpoint(b"ours again")
            time.sleep(0.005)

    with pytest.raises(StoppedError, match="somebody else has written"):
        go_on()
    assert bucket.read("checkpoint").content == b"theirs"
    first.close()


def test_who_does_not_publish_sees_a_newer_checkpoint_after_a_second(address, bucket):
    now = [0.0]
    reader = TileBucket(Bucket(parse_address(address)), monotonic=lambda: now[0])
    assert reader.checkpoint() is None
    bucket.create("checkpoint", b"note")
    assert reader.checkpoint() is None
    now[0] = 1.0
    assert reader.checkpoint() == b"note"
