"""Taking rows' contents out, in SQL that every engine understands; what stays behind them is the engine's affair.

No row is ever deleted: bodies become null, disclosures and attachments become empty, in place. An empty disclosure
or attachment is one that was erased (a disclosure is never empty; an attachment may be, and then has the hash of
nothing).

The meta rows `erased <order>` say what was taken out: a list that a restart compares with the orders in force.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any, Protocol

from ledger.store.interface import Deletion, Naming, StoredErasure
from verifier.errors import SuyuanError
from verifier.ledgerformat.disclosure import parse_attachment, parse_disclosure
from verifier.primitives.base64strict import format_base64url

ERASED, ERASED_END = "erased ", "erased!"  # meta rows from the one to before the other
_EMPTY = sha256(b"").digest()
_ESCAPED = (b"\\u003", b"\\u006")  # how JSON can spell a hex digit otherwise
_AT_ONCE = 64  # needles a query


class Sql(Protocol):
    """A connection: `?` stands for values. SQLite's is one."""

    def execute(self, sql: str, values: Sequence[Any] = ..., /) -> Any:
        """Run a statement; return what its rows are fetched from."""
        ...

    def executemany(self, sql: str, rows: Any, /) -> Any:
        """Run a statement for each row."""
        ...


def is_blank(digest: bytes, content: bytes) -> bool:
    """Return whether an attachment's row is of bytes that were taken out."""
    return not content and digest != _EMPTY


def erase(connection: Sql, deletions: Sequence[Deletion], time: int, names: Naming) -> None:
    """Take out what orders are about, within the caller's transaction; attachments that others need stay."""
    for each in deletions:
        if each.body:
            connection.execute("UPDATE event SET body = NULL WHERE seq = ?", (each.seq,))
        blank = "UPDATE disclosure SET text = '' WHERE seq = ? AND pointer = ?"
        connection.executemany(blank, [(each.seq, pointer) for pointer in each.pointers])
    needed = attachments_named(connection, [digest for each in deletions for digest in each.attachments], names)
    for each in deletions:
        gone = tuple(digest for digest in each.attachments if digest not in needed)
        blank = "UPDATE attachment SET content = ? WHERE sha256 = ?"
        connection.executemany(blank, [(b"", digest) for digest in gone])
        _write_down(connection, StoredErasure(each._replace(attachments=gone), time))


def _write_down(connection: Sql, erasure: StoredErasure) -> None:
    """Write the meta row of an order; what it took out before, of a row that came back since, stays in it."""
    name, value = format_erasure(erasure)
    row = connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    if row:
        _, value = format_erasure(StoredErasure(_joined(parse_erasure(name, row[0]).deletion, erasure), erasure.time))
    sql = "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
    connection.execute(sql, (name, value))


def _joined(before: Deletion, erasure: StoredErasure) -> Deletion:
    after = erasure.deletion
    return after._replace(
        body=before.body or after.body,
        pointers=tuple(dict.fromkeys(before.pointers + after.pointers)),
        attachments=tuple(dict.fromkeys(before.attachments + after.attachments)),
    )


def format_erasure(erasure: StoredErasure) -> tuple[str, str]:
    """Return the meta row that says what was taken out."""
    deletion = erasure.deletion
    value = {
        "since": deletion.since,
        "event": deletion.event.hex(),
        "seq": deletion.seq,
        "body": deletion.body,
        "disclosures": list(deletion.pointers),
        "attachments": [each.hex() for each in deletion.attachments],
        "time": erasure.time,
    }
    return f"{ERASED}{deletion.order.hex()}", json.dumps(value, separators=(",", ":"))


def parse_erasure(name: str, value: str) -> StoredErasure:
    """Return what a meta row says was taken out."""
    said = json.loads(value)
    deletion = Deletion(
        order=bytes.fromhex(name.removeprefix(ERASED)),
        since=said["since"],
        event=bytes.fromhex(said["event"]),
        seq=said["seq"],
        body=said["body"],
        pointers=tuple(said["disclosures"]),
        attachments=tuple(bytes.fromhex(each) for each in said["attachments"]),
    )
    return StoredErasure(deletion, said["time"])


def attachments_named(connection: Sql, digests: Sequence[bytes], names: Naming) -> set[bytes]:
    """Return those of these SHA-256 that some disclosure names as its attachment, as `names` tells which do.

    No index says so: the database looks through the texts for what base64url makes of the hash in hexadecimal, at each
    of the three places where it can begin; what it finds is read.
    """
    wanted = set(digests)
    found: set[bytes] = set()
    needles = [needle for digest in sorted(wanted) for needle in _spellings(digest.hex().encode())]
    needles += [needle for escaped in _ESCAPED for needle in _spellings(escaped)]
    for start in range(0, len(needles) if wanted else 0, _AT_ONCE):
        chunk = needles[start : start + _AT_ONCE]
        where = " OR ".join(["instr(text, ?)"] * len(chunk))
        sql = f"SELECT seq, pointer, text FROM disclosure WHERE {where}"
        for seq, pointer, text in connection.execute(sql, chunk).fetchall():
            if (hashes := wanted.intersection(_named(text)) - found) and _is_named(connection, seq, pointer, names):
                found |= hashes
    return found


def _is_named(connection: Sql, seq: int, pointer: str, names: Naming) -> bool:
    head, leaf = connection.execute("SELECT head, leaf FROM event WHERE seq = ?", (seq,)).fetchone()
    return names(head, leaf, pointer)


def _spellings(needle: bytes) -> Iterator[str]:
    """Yield what is sure to stand in base64url of a text that contains some bytes, wherever they begin in it."""
    for shift in range(3):
        spelt = format_base64url(bytes(shift) + needle)
        yield spelt[-(-shift * 8 // 6) : (shift + len(needle)) * 8 // 6]


def _named(text: str) -> Iterator[bytes]:
    try:
        attachment = parse_attachment(parse_disclosure(text).value)
    except SuyuanError:
        return
    if attachment:
        yield attachment.sha256
