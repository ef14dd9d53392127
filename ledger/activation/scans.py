"""How often a label is seen: per item, coarse region and day; no place, no person, gone after 90 days.

An item is counted under a name of the day, HMAC-SHA-256 under a secret of that day. With the secret the counts of the
day are nobody's any more; both are deleted. That one visitor who reloads a page counts once is remembered in memory
only, under a secret that no file has.
"""

from __future__ import annotations

import hmac
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field

DAY = 24 * 3600 * 1000  # milliseconds
KEPT_DAYS = 90
_SECRET = 32


@dataclass(frozen=True, slots=True)
class Counted:
    """How often a label was seen, and by how many its code was revealed after the first, by coarse region."""

    scans: dict[str, int]
    again: dict[str, int]

    @property
    def seen(self) -> int:
        """Return how often it was seen."""
        return sum(self.scans.values())

    @property
    def revealed_again(self) -> int:
        """Return by how many others it was revealed."""
        return sum(self.again.values())


@dataclass(slots=True)
class Visitors:
    """Who was counted today, in memory: as much as is needed to count nobody twice, and nothing that leaves."""

    random: Callable[[int], bytes]
    most: int = 200_000
    _day: int = -1
    _secret: bytes = b""
    _seen: set[bytes] = field(default_factory=set)

    def is_new(self, address: str, item: str, now: int) -> bool:
        """Return whether an address is seen with an item for the first time today."""
        if now // DAY != self._day:
            self._day, self._secret, self._seen = now // DAY, self.random(_SECRET), set()
        mark = hmac.digest(self._secret, f"{address}|{item}".encode(), "sha256")[:16]
        if mark in self._seen or len(self._seen) >= self.most:
            return False
        self._seen.add(mark)
        return True


def count_scan(
    connection: sqlite3.Connection, item: str, region: str, *, now: int, random: Callable[[int], bytes]
) -> None:
    """Count that a label was seen."""
    day = now // DAY
    thing = _name(_secret_of(connection, day, random), item)
    sql = "INSERT INTO scan VALUES (?, ?, ?, 1) ON CONFLICT (day, thing, region) DO UPDATE SET count = count + 1"
    connection.execute(sql, (day, thing, region))


def count_again(
    connection: sqlite3.Connection, item: str, claim: bytes, region: str, *, now: int, random: Callable[[int], bytes]
) -> None:
    """Count that a code was revealed by somebody who was not first; who comes again on that day counts once."""
    day = now // DAY
    thing = _name(_secret_of(connection, day, random), item)
    connection.execute("INSERT INTO again VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", (day, thing, claim, region))


def read_counts(connection: sqlite3.Connection, item: str, *, now: int, days: int) -> Counted:
    """Return what was counted of an item within so many days, today included."""
    since = now // DAY - days + 1
    counted = Counted({}, {})
    rows = connection.execute("SELECT day, secret FROM salt WHERE day >= ?", (since,)).fetchall()
    for day, secret in rows:
        thing = _name(secret, item)
        sql = "SELECT region, sum(count) FROM scan WHERE day = ? AND thing = ? GROUP BY region"
        _add(counted.scans, connection.execute(sql, (day, thing)))
        sql = "SELECT region, count(*) FROM again WHERE day = ? AND thing = ? GROUP BY region"
        _add(counted.again, connection.execute(sql, (day, thing)))
    return counted


def forget_old(connection: sqlite3.Connection, *, now: int) -> None:
    """Delete what is older than 90 days, and the secrets of those days."""
    last = now // DAY - KEPT_DAYS
    for table in ("scan", "again", "salt"):
        connection.execute(f"DELETE FROM {table} WHERE day <= ?", (last,))  # noqa: S608 - names of ours


def _secret_of(connection: sqlite3.Connection, day: int, random: Callable[[int], bytes]) -> bytes:
    row = connection.execute("SELECT secret FROM salt WHERE day = ?", (day,)).fetchone()
    if row:
        return bytes(row[0])
    forget_old(connection, now=day * DAY)
    secret = random(_SECRET)
    connection.execute("INSERT INTO salt VALUES (?, ?)", (day, secret))
    return secret


def _name(secret: bytes, item: str) -> bytes:
    return hmac.digest(secret, item.encode(), "sha256")


def _add(counts: dict[str, int], rows: sqlite3.Cursor) -> None:
    for region, count in rows:
        counts[region] = counts.get(region, 0) + count
