"""Counting how often labels are seen, and raising each alarm once."""

from __future__ import annotations

from contextlib import suppress

from ledger.activation import scans
from ledger.activation.reading import read_item
from ledger.activation.scans import Counted
from ledger.publicdesk.file import DeskFile
from ledger.publicdesk.outbox import LATER, Outbox
from ledger.publicdesk.setting import Setting
from ledger.trade.speaker import Said


class Watching:
    """Counts. Any thread may use it."""

    def __init__(self, file: DeskFile, counts: DeskFile, outbox: Outbox, setting: Setting) -> None:
        """Keep counts in one file, and alarms in the one that lasts."""
        self._file, self._counts, self._outbox, self._setting = file, counts, outbox, setting
        self._visitors = scans.Visitors(setting.random)

    def see(self, item: str, *, address: str, region: str) -> bool:
        """Count that a label was seen; return whether it was counted: once a day for one address.

        The address is compared in memory and written nowhere.
        """
        setting, now = self._setting, self._setting.clock()
        if not self._visitors.is_new(address, item, now):
            return False
        with self._counts.use() as connection:
            scans.count_scan(connection, item, region, now=now, random=setting.random)
        self._raise_alarms(item, self.counted(item))
        return True

    def reveal_again(self, item: str, *, claim: bytes, region: str) -> Counted:
        """Count that a code was revealed after the first; return what is counted now."""
        setting = self._setting
        with self._counts.use() as connection:
            scans.count_again(connection, item, claim, region, now=setting.clock(), random=setting.random)
        counted = self.counted(item)
        self._raise_alarms(item, counted)
        return counted

    def counted(self, item: str) -> Counted:
        """Return what was counted of an item within 90 days."""
        with self._counts.use() as connection:
            return scans.read_counts(connection, item, now=self._setting.clock(), days=scans.KEPT_DAYS)

    def is_alarmed(self, item: str) -> bool:
        """Return whether an alarm was raised."""
        with self._file.use() as connection:
            return connection.execute("SELECT 1 FROM alarm WHERE item = ?", (item,)).fetchone() is not None

    def forget(self) -> None:
        """Delete counts that are older than 90 days."""
        with self._counts.use() as connection:
            scans.forget_old(connection, now=self._setting.clock())

    def _raise_alarms(self, item: str, counted: Counted) -> None:
        """Say once of an item and ground that it is seen too often, to everybody who reads its trace."""
        for ground in self._setting.alarms.grounds(counted):
            if self._is_raised(item, ground):
                continue
            with suppress(*LATER):  # the next who sees it raises the alarm
                story = read_item(self._setting.story_of(item), item)
                if story.recorded:  # a label that leads to nothing recorded is no copy of one
                    self._say(item, ground, counted, story.owner)

    def _is_raised(self, item: str, ground: str) -> bool:
        with self._file.use() as connection:
            sql = "SELECT 1 FROM alarm WHERE item = ? AND ground = ?"
            return connection.execute(sql, (item, ground)).fetchone() is not None

    def _say(self, item: str, ground: str, counted: Counted, owner: str | None) -> None:
        draft = self._setting.alarms.draft(item, ground, counted, owner, now=self._setting.clock())
        signed = self._outbox.sign(Said(draft))
        with self._file.use() as connection:
            sql = "INSERT INTO alarm VALUES (?, ?) ON CONFLICT DO NOTHING"
            if connection.execute(sql, (item, ground)).rowcount:
                self._outbox.keep(connection, signed)
