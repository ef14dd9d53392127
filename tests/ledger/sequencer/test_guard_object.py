"""A guard in object storage: one at a time has it, whoever took it before can commit to nothing more."""

from __future__ import annotations

from hashlib import sha256

import pytest

from ledger.errors import SetupError, StoppedError
from ledger.objects.address import parse_address
from ledger.objects.bucket import Bucket
from ledger.sequencer.guard_object import KEY, ObjectGuard, format_guard, parse_guard
from ledger.sequencer.guard_opening import holds_something, open_guard

ROOT, OTHER = sha256(b"root").digest(), sha256(b"other").digest()


def test_guard_remembers_the_newest_commitment(address, bucket):
    guard = open_guard(address)
    assert guard.newest is None
    guard.record(4, ROOT)
    guard.record(9, OTHER)
    guard.close()
    assert open_guard(address).newest == (9, OTHER)
    assert bucket.read(KEY).content.startswith(b"suyuan guard v1 9 ")


@pytest.mark.parametrize(("size", "root"), [(3, ROOT), (4, OTHER), (0, ROOT)])
def test_guard_takes_nothing_that_is_no_extension(bucket, size, root):
    guard = ObjectGuard(bucket)
    guard.record(4, ROOT)
    with pytest.raises(StoppedError, match="an extension of size 4"):
        guard.record(size, root)
    assert ObjectGuard(bucket).newest == (4, ROOT)


@pytest.mark.parametrize("size", [4, 5])
def test_stalled_predecessor_commits_to_nothing_more(bucket, size):
    stalled = ObjectGuard(bucket)
    stalled.record(4, ROOT)
    taken = ObjectGuard(bucket)
    with pytest.raises(StoppedError, match="somebody else has written"):
        stalled.record(size, ROOT)
    taken.record(5, OTHER)
    with pytest.raises(StoppedError, match="somebody else has written"):
        stalled.record(6, ROOT)
    assert ObjectGuard(bucket).newest == (5, OTHER)


@pytest.mark.parametrize("fault", ["refuse", "lose", "500", "503"])
def test_commitment_whose_answer_was_lost_is_made_once(address, faults, bucket, fault):
    guard = ObjectGuard(Bucket(parse_address(address), timeout=5, pause=0.005))
    faults.only, faults.plan = ("PUT",), [fault, fault]
    guard.record(4, ROOT)
    guard.record(5, OTHER)
    assert parse_guard(bucket.read(KEY).content, "") == (5, OTHER)


def test_without_an_answer_nothing_is_committed_to(address, faults, bucket):
    guard = ObjectGuard(Bucket(parse_address(address), timeout=5, attempts=2, pause=0.005))
    guard.record(4, ROOT)
    faults.always = "503"
    with pytest.raises(StoppedError, match="a guard that can be written"):
        guard.record(5, ROOT)
    faults.always = None
    assert guard.newest == (4, ROOT)


def test_damaged_guard_is_refused_at_every_cut_and_flip(bucket):
    whole = format_guard((7, ROOT), "ab" * 16)
    assert parse_guard(whole, "") == (7, ROOT)
    for at in range(len(whole)):
        for damaged in (whole[:at], whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]):
            with pytest.raises(StoppedError, match="a damaged guard"):
                parse_guard(damaged, "")
    bucket.create(KEY, whole[:-2])
    with pytest.raises(StoppedError, match="a damaged guard"):
        ObjectGuard(bucket)


def test_place_says_whether_a_guard_is_there_and_whether_it_says_anything(address):
    assert holds_something(address) is None
    guard = open_guard(address)
    assert holds_something(address) is False
    guard.record(1, ROOT)
    assert holds_something(address) is True


def test_storage_that_is_not_there_is_named(endpoint):
    with pytest.raises(SetupError, match="a bucket that can be written"):
        ObjectGuard(Bucket(parse_address("s3://there-is-no-such-bucket/guard"), attempts=1, pause=0.005))
