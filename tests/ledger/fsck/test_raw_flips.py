"""One bit anywhere in the database's file: something is named, or every row still reads as it did."""

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ledger.fsck.rows import COLUMNS
from tests.ledger.fsck.conftest import check
from tests.verifier.proof.audit.forge import flip


def _contents(database: Path) -> dict[str, list[tuple]] | None:
    """Return every row of every table, None where SQLite itself refuses."""
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
        connection.text_factory = bytes
        try:
            return {
                table: sorted(connection.execute(f"SELECT {', '.join(columns)} FROM {table}"), key=repr)
                for table, columns in COLUMNS.items()
            }
        except sqlite3.DatabaseError:
            return None


def _require_found_or_harmless(folder: Path, whole: bytes, sound, bit: int) -> bool:
    """Return whether the bit mattered."""
    database = folder / "ledger.db"
    database.write_bytes(flip(whole, bit))
    checked = check(folder)
    if not checked.damages:
        assert _contents(database) == sound, f"byte {bit // 8}, bit {bit % 8}"
    return bool(checked.damages)


@pytest.mark.parametrize("seed", range(8))
def test_one_bit_anywhere_in_the_database_is_found_or_harmless(folder, seed):
    whole, sound = (folder / "ledger.db").read_bytes(), _contents(folder / "ledger.db")
    bit = random.Random(f"raw {seed}").randrange(8 * len(whole))
    _require_found_or_harmless(folder, whole, sound, bit)


@pytest.mark.soak
def test_one_bit_every_few_bytes_of_the_database_is_found_or_harmless(folder):
    whole, sound = (folder / "ledger.db").read_bytes(), _contents(folder / "ledger.db")
    chosen = random.Random("raw")
    mattered = [
        _require_found_or_harmless(folder, whole, sound, 8 * at + chosen.randrange(8))
        for at in range(chosen.randrange(211), len(whole), 211)
    ]
    assert sum(mattered) > len(mattered) // 4
