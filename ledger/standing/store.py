"""The file of what was declared: papers, what was said about each, and what passed on their way."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ledger.following.file import Layout
from ledger.standing.papers import Stand
from ledger.trade.declarations import Told

_TABLES = """
CREATE TABLE paper (
    name BLOB PRIMARY KEY, leaf INTEGER NOT NULL, position INTEGER NOT NULL, kind TEXT NOT NULL, type TEXT NOT NULL,
    mode TEXT NOT NULL, declarant TEXT NOT NULL, enterprise TEXT NOT NULL, claimed INTEGER NOT NULL,
    time INTEGER NOT NULL, standing TEXT NOT NULL, code TEXT NOT NULL, irregular INTEGER NOT NULL,
    moved INTEGER NOT NULL
) STRICT;
CREATE INDEX paper_moved ON paper (standing, moved, leaf, position);
CREATE INDEX paper_declarant ON paper (declarant, moved);
CREATE INDEX paper_enterprise ON paper (enterprise, moved);
CREATE TABLE said (
    paper BLOB NOT NULL, leaf INTEGER NOT NULL, position INTEGER NOT NULL, name BLOB NOT NULL, type TEXT NOT NULL,
    about BLOB NOT NULL, claimed INTEGER NOT NULL, time INTEGER NOT NULL, code TEXT, message TEXT,
    PRIMARY KEY (paper, leaf, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX said_name ON said (name);
CREATE TABLE passed (
    subject BLOB NOT NULL, leaf INTEGER NOT NULL, position INTEGER NOT NULL, type TEXT NOT NULL,
    claimed INTEGER NOT NULL, PRIMARY KEY (subject, leaf, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE beside (one BLOB NOT NULL, other BLOB NOT NULL, PRIMARY KEY (one, other)) STRICT, WITHOUT ROWID;
"""
LAYOUT = Layout("1", _TABLES)
_PAPER = (
    "name, leaf, position, kind, type, mode, declarant, enterprise, claimed, time, standing, code, irregular, moved"
)


class Paper(NamedTuple):
    """A paper as it stands: where it is recorded, by whom and for whom, and how it stands since when."""

    name: bytes
    leaf: int
    position: int
    kind: str
    type: str
    mode: str
    declarant: str
    enterprise: str
    claimed: int
    time: int
    standing: str
    code: str
    irregular: bool
    moved: int


class Passed(NamedTuple):
    """An event of a mode's documents and steps, by place."""

    leaf: int
    position: int
    type: str
    claimed: int


class Wanted(NamedTuple):
    """Which papers are asked for: None is any.

    Attributes:
        kinds: of them.
        standings: that they have.
        before: ledger time up to which they last moved.
        whose: participant who said them, or for whom.
        after: (moved, leaf, position) behind which the page begins.
    """

    kinds: Sequence[str]
    standings: Sequence[str]
    before: int
    whose: str | None = None
    after: tuple[int, int, int] | None = None


def add_paper(connection: sqlite3.Connection, paper: Paper) -> None:
    """Add a paper."""
    marks = ", ".join("?" * len(Paper._fields))
    connection.execute(f"INSERT OR IGNORE INTO paper VALUES ({marks})", paper)  # noqa: S608 - own columns


def paper_of(connection: sqlite3.Connection, name: bytes) -> Paper | None:
    """Return a paper."""
    row = connection.execute(f"SELECT {_PAPER} FROM paper WHERE name = ?", (name,)).fetchone()  # noqa: S608 - own columns
    return Paper(*row) if row else None


def papers_about(connection: sqlite3.Connection, name: bytes) -> list[bytes]:
    """Return the papers that an event is, or is about."""
    sql = "SELECT name FROM paper WHERE name = ? UNION SELECT paper FROM said WHERE name = ?"
    return [paper for (paper,) in connection.execute(sql, (name, name))]


def set_stand(connection: sqlite3.Connection, name: bytes, stand: Stand) -> None:
    """Write how a paper stands."""
    sql = "UPDATE paper SET standing = ?, code = ?, irregular = ?, moved = ? WHERE name = ?"
    connection.execute(sql, (stand.standing, stand.code, stand.irregular, stand.moved, name))


def add_said(connection: sqlite3.Connection, paper: bytes, place: tuple[int, int], told: Told, about: bytes) -> None:
    """Add what was said about a paper, or about something that was."""
    data = told.data or {}
    document = data.get("document")
    message = document.get("message") if isinstance(document, dict) else None
    code = data.get("code")
    row = (paper, *place, told.name, told.type, about, told.claimed, told.time, code, message)
    connection.execute("INSERT OR IGNORE INTO said VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)


def said_about(connection: sqlite3.Connection, paper: bytes) -> list[Told]:
    """Return what was said about a paper, in log order."""
    sql = "SELECT name, type, about, claimed, time, code, message FROM said WHERE paper = ? ORDER BY leaf, position"
    return [
        Told(name, type_, (about,), claimed, _data(code, message), time)
        for name, type_, about, claimed, time, code, message in connection.execute(sql, (paper,))
    ]


def _data(code: str | None, message: str | None) -> dict[str, object] | None:
    """Return what a status said; None of anything else, and where it was erased."""
    return None if code is None else {"code": code, "document": {"message": message or ""}}


def forget(connection: sqlite3.Connection, name: bytes) -> list[bytes]:
    """Forget what the body of an event said: it was erased; return the papers that stand otherwise without it."""
    connection.execute("UPDATE paper SET mode = '', enterprise = '' WHERE name = ?", (name,))
    sql = "SELECT paper FROM said WHERE name = ? AND code IS NOT NULL"
    touched = [paper for (paper,) in connection.execute(sql, (name,))]
    connection.execute("UPDATE said SET code = NULL, message = NULL WHERE name = ?", (name,))
    return touched


def add_passed(connection: sqlite3.Connection, passed: Iterable[tuple[bytes, Passed]]) -> None:
    """Add events to what passed on the way of subjects."""
    rows = [(subject, *each) for subject, each in passed]
    connection.executemany("INSERT OR IGNORE INTO passed VALUES (?, ?, ?, ?, ?)", rows)


def join(connection: sqlite3.Connection, pairs: Iterable[tuple[bytes, bytes]]) -> None:
    """Let pairs of subjects be of one way; each is given both ways around."""
    connection.executemany("INSERT OR IGNORE INTO beside VALUES (?, ?)", pairs)


def passed_by(connection: sqlite3.Connection, subject: bytes) -> list[Passed]:
    """Return what passed on the way of a subject and of those beside it, two steps far, in log order."""
    sql = (
        "WITH near (name) AS (SELECT ?1 UNION SELECT other FROM beside WHERE one = ?1), "
        "far (name) AS (SELECT name FROM near UNION SELECT other FROM beside JOIN near ON one = name) "
        "SELECT DISTINCT leaf, position, type, claimed FROM passed JOIN far ON subject = name ORDER BY leaf, position"
    )
    return [Passed(*row) for row in connection.execute(sql, (subject,))]


def find_papers(connection: sqlite3.Connection, wanted: Wanted, limit: int) -> list[Paper]:
    """Return papers, those that moved longest ago first."""
    where = [f"kind IN ({_marks(wanted.kinds)})", f"standing IN ({_marks(wanted.standings)})", "moved <= ?"]
    given: list[object] = [*wanted.kinds, *wanted.standings, wanted.before]
    if wanted.whose is not None:
        where.append("(declarant = ? OR enterprise = ?)")
        given += [wanted.whose, wanted.whose]
    if wanted.after is not None:
        where.append("(moved, leaf, position) > (?, ?, ?)")
        given += wanted.after
    sql = f"SELECT {_PAPER} FROM paper WHERE {' AND '.join(where)} ORDER BY moved, leaf, position LIMIT ?"  # noqa: S608
    return [Paper(*row) for row in connection.execute(sql, (*given, limit))]


def _marks(values: Sequence[str]) -> str:
    return ", ".join("?" * len(values))
