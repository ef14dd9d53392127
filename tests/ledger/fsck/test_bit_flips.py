"""One bit in any column of any row: found, and named by table, key and column."""

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ledger.fsck.rows import COLUMNS
from tests.ledger.fsck.conftest import check
from tests.verifier.proof.audit.forge import flip

KEYS = {"event_lookup": ("lookup", "seq"), "disclosure": ("seq", "pointer"), "history": ("key_id", "n"),
        "cosignature": ("size", "line")}  # fmt: skip
PLACES = [(table, column) for table, columns in COLUMNS.items() for column in columns]
SAMPLES = {"entry": 2, "head": 2, "body": 2}  # rows a column


def _keys(table: str) -> tuple[str, ...]:
    return KEYS.get(table, COLUMNS[table][:1])


def _rows(database: Path, table: str) -> list[tuple]:
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(f"SELECT {', '.join(_keys(table))} FROM {table}").fetchall()


def _flip(database: Path, table: str, column: str, key: tuple, chosen: random.Random) -> bool:
    """Flip one bit of one value; return whether the database took it (keys are unique, and nothing has no bits)."""
    where = " AND ".join(f"{each} = ?" for each in _keys(table))
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        (value,) = connection.execute(f"SELECT {column} FROM {table} WHERE {where}", key).fetchone()
        if value is None or value in (b"", ""):
            return False
        if isinstance(value, int):
            other = value ^ 1 << chosen.randrange(24)
        else:
            raw = value.encode() if isinstance(value, str) else value
            other = flip(raw, chosen.randrange(8 * len(raw)))
        spelt = "CAST(? AS TEXT)" if isinstance(value, str) else "?"
        try:
            connection.execute(f"UPDATE {table} SET {column} = {spelt} WHERE {where}", (other, *key))
        except sqlite3.IntegrityError:
            return False
    return True


def _require_found(folder: Path, table: str, column: str, key: tuple) -> None:
    """Return if a check names the row by the key that it had, and next to nothing else."""
    found = check(folder, guard=table != "meta").damages
    shown = [str(each) for each in found[:5]]
    named = {each.key for each in found if each.table in _tables(table, column, key) and each.column in (column, "")}
    assert named, (table, column, key, shown)
    if table not in ("meta", "cosignature"):  # whose rows may be missing, so that only what is there can be named
        assert _spell_key(table, key) in named, (table, column, key, shown)
    if column not in ("entry", "head", *_keys(table)):
        assert len(found) <= 3, shown


def _tables(table: str, column: str, key: tuple) -> tuple[str, ...]:
    """Return what a damage may be said of."""
    if table in ("statement", "seal") and column == "leaf":
        return table, "statement or seal"
    return (table, "file") if (table, key) == ("meta", ("guard",)) else (table,)


def _spell_key(table: str, key: tuple) -> str:
    return ", ".join(f"{name}={_spell(value)}" for name, value in zip(_keys(table), key, strict=True))


def _spell(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


def _flip_and_require(rich, work: Path, table: str, column: str, *, most: int, seed: str) -> None:
    chosen = random.Random(seed)
    rows = _rows(rich.folder / "ledger.db", table)
    assert rows, f"the log of the tests has no {table}"
    for number, key in enumerate(chosen.sample(rows, min(len(rows), most))):
        folder = rich.copy(work / str(number))
        if _flip(folder / "ledger.db", table, column, key, chosen):
            _require_found(folder, table, column, key)


@pytest.mark.parametrize(("table", "column"), PLACES)
def test_one_bit_in_a_column_is_located(rich, tmp_path, table, column):
    most = SAMPLES.get(column, 1)
    _flip_and_require(rich, tmp_path, table, column, most=most, seed=f"{table}.{column}")


@pytest.mark.soak
@pytest.mark.parametrize(("table", "column"), PLACES)
def test_one_bit_in_many_rows_of_a_column_is_located(rich, tmp_path, table, column):
    _flip_and_require(rich, tmp_path, table, column, most=100, seed=f"soak {table}.{column}")


def _missed(table: str, rows: list[tuple]) -> list[tuple]:
    """Return the rows that are missed by themselves where they are gone."""
    if table == "meta":
        return [row for row in rows if row != ("looked-up",)]
    if table == "event_lookup":  # without its last row the others are whole, and it is their number that is wrong
        return sorted(rows, key=lambda row: row[1])[:-1]
    return rows


@pytest.mark.parametrize("table", COLUMNS)
def test_a_row_that_is_gone_is_named(folder, table):
    key = random.Random(table).choice(_missed(table, _rows(folder / "ledger.db", table)))
    with closing(sqlite3.connect(folder / "ledger.db", isolation_level=None)) as connection:
        where = " AND ".join(f"{each} = ?" for each in _keys(table))
        connection.execute(f"DELETE FROM {table} WHERE {where}", key)
    found = check(folder).damages
    if table in ("meta", "cosignature"):  # a witness's line may be missing; what the database is of, also
        assert not [each for each in found if each.table not in (table, "checkpoint")]
        return
    expected = {"statement": "statement or seal", "seal": "statement or seal"}.get(table, table)
    assert expected in {each.table for each in found}
    spelt = _spell(key[0])
    assert any(spelt in each.key for each in found if each.table == expected)


def test_a_head_among_sixteen_of_a_batch_is_told_apart(folder):
    with closing(sqlite3.connect(folder / "ledger.db", isolation_level=None)) as connection:
        sql = "SELECT seq, count FROM statement WHERE count = 16 LIMIT 1"
        seq, count = connection.execute(sql).fetchone()
        (head,) = connection.execute("SELECT head FROM event WHERE seq = ?", (seq + 11,)).fetchone()
        at = head.index(b"\x05\x1b") + 9  # the last byte of the claimed time
        altered = head[:at] + bytes([head[at] ^ 1]) + head[at + 1 :]
        connection.execute("UPDATE event SET head = ? WHERE seq = ?", (altered, seq + 11))
    named = {each.key for each in check(folder).damages if each.table == "event"}
    assert named == {f"seq={seq + 11}"}
    assert count == 16
