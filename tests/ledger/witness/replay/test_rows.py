"""The database of a replay: histories stand as they were written last, wherever they lie."""

from __future__ import annotations

import random

import pytest

from ledger.errors import SetupError
from ledger.index.bucket import bucket_range
from ledger.witness.replay.rows import Chunk, Reached, ReplayRows

LEVELS = 3
NODES = range(1 << LEVELS, 2 << LEVELS)


def a_row(rnd: random.Random, key: bytes) -> tuple:
    return key, rnd.randrange(1, 9), rnd.randbytes(32), rnd.randbytes(32), rnd.randrange(99), None, None, None


def written(rows: ReplayRows, rnd: random.Random, keys: list[bytes], chunks: int) -> dict[bytes, tuple]:
    """Write chunks of changed histories; return what each key was last given."""
    stands = {}
    for _ in range(chunks):
        changed = {key: a_row(rnd, key) for key in rnd.sample(keys, 7)}
        rows.commit(Chunk(histories=list(changed.values())), Reached())
        stands |= changed
    return stands


def require_same(rows: ReplayRows, stands: dict[bytes, tuple], keys: list[bytes]) -> None:
    assert list(rows.leaves()) == sorted((key, row[3]) for key, row in stands.items())
    assert {key: rows.history(key) for key in keys} == {key: stands.get(key) for key in keys}
    for node in NODES:
        low, high = bucket_range(node, LEVELS)
        within = {key: row for key, row in stands.items() if low <= key and (not high or key < high)}
        found = rows.histories([(low, high)])
        assert len(found) == len(within)
        assert {row[0]: row for row in found} == within
    assert {row[0]: row for row in rows.histories([bucket_range(node, LEVELS) for node in NODES])} == stands


@pytest.mark.parametrize("fresh", [1, 20, 10_000], ids=["carried over at once", "now and then", "never"])
@pytest.mark.parametrize("chunks", [1, 2, 5, 12])
def test_a_history_stands_as_written_last(tmp_path, fresh, chunks):
    rnd = random.Random(chunks)
    keys = [rnd.randbytes(32) for _ in range(40)]
    rows = ReplayRows(tmp_path / "replay.db", fresh=fresh)
    stands = written(rows, rnd, keys, chunks)
    require_same(rows, stands, keys)
    rows.close()
    again = ReplayRows(tmp_path / "replay.db", fresh=fresh)
    require_same(again, stands, keys)
    again.close()


def test_what_waited_before_a_restart_is_carried_over_after_it(tmp_path):
    rnd = random.Random(1)
    keys = [rnd.randbytes(32) for _ in range(40)]
    rows = ReplayRows(tmp_path / "replay.db", fresh=10_000)
    stands = written(rows, rnd, keys, 3)
    rows.close()
    again = ReplayRows(tmp_path / "replay.db", fresh=25)
    stands |= written(again, rnd, keys, 2)
    assert again._connection.execute("SELECT count(*) FROM fresh").fetchone() == (0,)
    require_same(again, stands, keys)
    again.close()


def test_a_database_of_another_version_is_refused(tmp_path):
    rows = ReplayRows(tmp_path / "replay.db")
    rows.commit(Chunk(), Reached())
    rows._connection.execute("UPDATE state SET version = version - 1")
    rows.close()
    with pytest.raises(SetupError, match="version"):
        ReplayRows(tmp_path / "replay.db")
