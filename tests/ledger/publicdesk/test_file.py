"""The files of a desk: private, one desk's, of one layout."""

from __future__ import annotations

import sqlite3

import pytest

from ledger.errors import BusyError, SetupError
from ledger.publicdesk.file import COUNTS, DESK, DeskFile


def opened(path, owner="a.example urn:suyuan:agency:a"):
    return DeskFile(path, DESK, owner=owner, durable=True)


def test_a_file_is_its_owners_alone_and_is_opened_again(tmp_path):
    path = tmp_path / "desk" / "desk.db"
    opened(path).close()
    assert path.stat().st_mode & 0o077 == 0
    again = opened(path)
    with again.use() as connection:
        assert connection.execute("SELECT count(*) FROM said").fetchone() == (0,)
    again.close()


@pytest.mark.parametrize("change", ["UPDATE meta SET value = 'b.example'", "PRAGMA user_version=2", "DELETE FROM meta"])
def test_a_file_of_another_desk_or_layout_is_refused(tmp_path, change):
    path = tmp_path / "desk.db"
    opened(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute(change)
    with pytest.raises(SetupError):
        opened(path)


def test_what_fails_leaves_nothing_and_says_so(tmp_path):
    file = DeskFile(tmp_path / "counts.db", COUNTS, owner="a", durable=False)

    def break_off():
        with file.use() as connection:
            connection.execute("INSERT INTO salt VALUES (1, x'00')")
            connection.execute("INSERT INTO nowhere VALUES (1)")

    with pytest.raises(BusyError):
        break_off()
    with file.use() as connection:
        assert connection.execute("SELECT * FROM salt").fetchall() == []
    file.close()


def test_a_file_that_is_no_database_is_refused(tmp_path):
    (tmp_path / "desk.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(SetupError):
        opened(tmp_path / "desk.db")
