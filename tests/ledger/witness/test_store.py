import sqlite3
from hashlib import sha256

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.errors import ConflictError, SetupError
from ledger.witness.store import Cosigned, Stopped, StoreFailedError, WitnessStore, open_reader

ORIGIN = "ledger.example"


def cosigned(size: int, root: str = "a") -> Cosigned:
    return Cosigned(size, sha256(f"{root}{size}".encode()).digest(), 1_700_000_000 + size, None, b"note\n", b"line\n")


@pytest.fixture
def store(tmp_path):
    store = WitnessStore(tmp_path / "witness.db")
    yield store
    store.close()


def test_a_second_process_is_refused(tmp_path, store):
    with pytest.raises(SetupError, match="runs already"):
        WitnessStore(tmp_path / "witness.db")


def test_what_was_cosigned_is_there_after_a_restart(tmp_path):
    for _ in range(2):
        store = WitnessStore(tmp_path / "witness.db")
        if not store.origins():
            store.advance(ORIGIN, None, cosigned(7))
        assert store.newest(ORIGIN) == store.waiting(ORIGIN) == cosigned(7)
        store.close()
    store = WitnessStore(tmp_path / "witness.db")
    store.handed(ORIGIN, 7)
    assert store.waiting(ORIGIN) is None
    store.close()


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 4), st.sampled_from("ab"), st.sampled_from("ab"))))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_sizes_only_grow_and_no_size_has_two_roots(store, moves):
    origin = f"{ORIGIN}/{len(store.origins())}"
    signed: dict[int, bytes] = {}
    for before, size, root, was in moves:
        state = cosigned(before, was) if signed else None
        try:
            store.advance(origin, state, cosigned(size, root))
        except ConflictError:
            continue
        assert size not in signed
        assert not signed or size > max(signed)
        signed[size] = cosigned(size, root).root
    newest = store.newest(origin)
    assert (newest.size if newest else None) == max(signed, default=None)


def test_a_second_beginning_is_refused(store):
    store.advance(ORIGIN, None, cosigned(7))
    with pytest.raises(ConflictError):
        store.advance(ORIGIN, None, cosigned(9))
    assert store.newest(ORIGIN) == cosigned(7)


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (cosigned(7, "b"), cosigned(9)),
        (cosigned(6), cosigned(9)),
        (cosigned(7), cosigned(7)),
        (cosigned(7), cosigned(7, "b")),
        (cosigned(7), cosigned(6)),
    ],
)
def test_it_moves_only_from_what_was_checked_and_only_forward(store, before, now):
    store.advance(ORIGIN, None, cosigned(7))
    with pytest.raises(ConflictError):
        store.advance(ORIGIN, before, now)
    assert store.newest(ORIGIN) == cosigned(7)


def test_nothing_moves_after_a_stop(store):
    store.advance(ORIGIN, None, cosigned(7))
    store.stop(Stopped(ORIGIN, "a fork", 1, ("x", "y")))
    store.stop(Stopped(ORIGIN, "another reason", 2, ()))
    assert store.stopped(ORIGIN) == Stopped(ORIGIN, "a fork", 1, ("x", "y"))
    with pytest.raises(ConflictError):
        store.advance(ORIGIN, cosigned(7), cosigned(8))


def test_it_can_be_read_while_it_runs_and_not_written(tmp_path, store):
    store.advance(ORIGIN, None, cosigned(7))
    reader = open_reader(tmp_path / "witness.db")
    assert reader.origins() == [ORIGIN]
    assert reader.newest(ORIGIN) == cosigned(7)
    with pytest.raises(sqlite3.OperationalError):
        reader._connection.execute("DELETE FROM cosigned")
    reader.close()


def test_a_database_that_cannot_be_written_fails_loudly_and_stays_failed(store):
    store.advance(ORIGIN, None, cosigned(7))
    store._connection.execute("PRAGMA query_only=1")
    with pytest.raises(StoreFailedError):
        store.advance(ORIGIN, cosigned(7), cosigned(8))
    store._connection.execute("PRAGMA query_only=0")
    with pytest.raises(StoreFailedError):
        store.advance(ORIGIN, cosigned(7), cosigned(8))


def test_what_is_no_database_is_refused(tmp_path):
    (tmp_path / "witness.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(SetupError):
        WitnessStore(tmp_path / "witness.db")
    with pytest.raises(SetupError):
        open_reader(tmp_path / "none.db")
