"""Objects: created once, replaced by whoever saw the newest one, whatever happens on the way."""

from __future__ import annotations

import pytest

from ledger.errors import SetupError, StoppedError, UnreachableError
from ledger.objects.address import parse_address
from ledger.objects.bucket import Bucket


def test_object_is_created_once_and_the_same_bytes_may_come_again(bucket):
    tag = bucket.create("a/b", b"one")
    assert bucket.create("a/b", b"one") == tag
    with pytest.raises(StoppedError, match="other bytes in an immutable object"):
        bucket.create("a/b", b"two")
    assert bucket.read("a/b").content == b"one"
    assert bucket.has("a/b")
    assert bucket.read("a/c") is None
    assert not bucket.has("a/c")


def test_object_is_replaced_by_whoever_saw_the_newest_state_and_by_nobody_else(bucket):
    first = bucket.replace("note", b"1", None)
    second = bucket.replace("note", b"2", first)
    for tag in (None, first):
        with pytest.raises(StoppedError, match="somebody else has written"):
            bucket.replace("note", b"3", tag)
    assert bucket.read("note").content == b"2"
    assert bucket.replace("note", b"2", first) == second, "an earlier attempt of ours that arrived is no conflict"
    bucket.remove(["note"])
    with pytest.raises(StoppedError, match="no object any more"):
        bucket.replace("note", b"3", second)


def test_keys_below_a_folder_are_listed_and_removed(bucket):
    for key in ("tile/0/000.p/1", "tile/0/000.p/77", "tile/0/000", "tile/0/001.p/3"):
        bucket.create(key, b"x")
    assert sorted(bucket.keys("tile/0/000.p")) == ["tile/0/000.p/1", "tile/0/000.p/77"]
    bucket.remove(bucket.keys("tile/0/000.p"))
    assert sorted(bucket.keys("tile")) == ["tile/0/000", "tile/0/001.p/3"]
    bucket.remove(["tile/0/000.p/1"])  # gone already


def test_storage_that_writes_conditionally_is_taken_at_every_start(bucket):
    bucket.require_conditional_writes("probe")
    bucket.require_conditional_writes("probe")


def test_bucket_that_is_not_there_is_named_at_the_start(address):
    missing = Bucket(parse_address("s3://there-is-no-such-bucket/zone"), attempts=1, pause=0.005)
    with pytest.raises(SetupError, match="a bucket that can be written"):
        missing.require_conditional_writes("probe")


@pytest.mark.parametrize("fault", ["refuse", "lose", "500", "503"])
def test_write_whose_first_attempts_fail_is_made_once(address, faults, fault):
    bucket = Bucket(parse_address(address), timeout=5, pause=0.005)
    faults.plan = [fault, fault]
    tag = bucket.create("tile", b"content")
    faults.plan = [fault, fault]
    second = bucket.replace("tile", b"newer", tag)
    assert bucket.read("tile").tag == second
    assert bucket.read("tile").content == b"newer"


@pytest.mark.parametrize("fault", ["refuse", "cut", "500", "503"])
def test_read_whose_first_attempts_fail_gives_the_whole_object(address, faults, fault):
    bucket = Bucket(parse_address(address), timeout=5, pause=0.005)
    content = bytes(range(256)) * 32
    bucket.create("tile", content)
    faults.plan = [fault, fault]
    assert bucket.read("tile").content == content


@pytest.mark.parametrize("fault", ["refuse", "cut", "503"])
def test_storage_that_never_answers_is_unreachable_after_bounded_attempts(address, faults, fault):
    bucket = Bucket(parse_address(address), timeout=5, attempts=2, pause=0.005)
    bucket.create("tile", bytes(1000))
    faults.always = fault
    with pytest.raises(UnreachableError, match=r"s3://.*/tile"):
        bucket.read("tile")
    assert sum(1 for method, _ in faults.asked if method == "GET") >= 2


@pytest.mark.parametrize(
    "text", ["s3://", "s3://B/x", "s3://zone/../x", "s3://zone/a//b", "s3:/zone", "https://zone/x"]
)
def test_what_is_no_address_is_refused(text):
    with pytest.raises(SetupError, match="s3://bucket/prefix"):
        parse_address(text)


def test_address_has_one_spelling():
    assert str(parse_address("s3://zone/a/b/")) == "s3://zone/a/b"
    assert str(parse_address("s3://zone")) == "s3://zone"
