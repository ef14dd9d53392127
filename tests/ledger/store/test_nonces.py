"""A key uses a nonce once, whoever asks at the same moment, and whatever crashed meanwhile."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest

from ledger.errors import BusyError, SetupError
from ledger.store.sqlite.nonces import SqliteNonces

KID, OTHER = b"\x01" * 32, b"\x02" * 32


@pytest.fixture
def nonces(tmp_path):
    opened = SqliteNonces(tmp_path / "nonces.db")
    yield opened
    opened.close()


def test_a_key_uses_a_nonce_once_and_another_key_the_same_one(nonces):
    assert nonces.use(KID, "abc", until=1000, now=0)
    assert not nonces.use(KID, "abc", until=2000, now=1)
    assert nonces.use(OTHER, "abc", until=1000, now=2)
    assert nonces.use(KID, "abd", until=1000, now=3)


def test_of_sixteen_at_one_moment_exactly_one_is_first(nonces):
    with ThreadPoolExecutor(16) as pool:
        for nonce in map(str, range(20)):
            asked = [pool.submit(nonces.use, KID, nonce, until=1000, now=0) for _ in range(16)]
            assert sum(each.result() for each in asked) == 1


def test_two_servers_on_one_file_let_one_in(tmp_path, nonces):
    second = SqliteNonces(tmp_path / "nonces.db")
    assert nonces.use(KID, "abc", until=1000, now=0)
    assert not second.use(KID, "abc", until=1000, now=0)
    second.close()


def test_what_was_used_stays_used_after_a_restart(tmp_path, nonces):
    nonces.use(KID, "abc", until=1000, now=0)
    nonces.close()
    again = SqliteNonces(tmp_path / "nonces.db")
    assert not again.use(KID, "abc", until=1000, now=1)
    again.close()


def test_what_nobody_could_use_any_more_is_forgotten_and_nothing_else(nonces):
    for number in range(10):
        nonces.use(KID, f"old {number}", until=5_000, now=0)
    nonces.use(KID, "new", until=9_000, now=0)
    assert nonces.kept == 11
    nonces.use(KID, "newer", until=9_000, now=5_001)
    assert nonces.kept == 2
    assert not nonces.use(KID, "new", until=9_000, now=8_999)


def test_where_it_cannot_be_written_nothing_is_let_in(tmp_path, nonces):
    with sqlite3.connect(tmp_path / "nonces.db") as hand:
        hand.execute("DROP TABLE request_nonce")
    hand.close()
    with pytest.raises(BusyError, match="nonces"):
        nonces.use(KID, "abc", until=1000, now=0)


def test_a_file_that_is_none_is_said_to_be_none(tmp_path):
    (tmp_path / "nonces.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(SetupError, match=r"nonces\.db"):
        SqliteNonces(tmp_path / "nonces.db")


def test_the_ledgers_own_database_holds_no_nonces(store):
    assert store.nonces() is store.nonces()
    assert store.nonces().use(KID, "abc", until=1000, now=0)
    with store.read() as reader:
        assert reader.participant(1) is None
