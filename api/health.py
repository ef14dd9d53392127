"""Whether this server should be asked: checks that name what is wrong."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from api.settings import Settings
from ledger.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Check:
    """One check: what it looks at, whether it passed, what came and what was expected."""

    name: str
    passed: bool
    came: str
    expected: str


class Health:
    """Looks at a ledger."""

    def __init__(self, ledger: Ledger, settings: Settings, clock: Callable[[], int]) -> None:
        """Look at a ledger by a clock in milliseconds since 1970."""
        self._ledger = ledger
        self._settings = settings
        self._clock = clock

    def checks(self) -> list[Check]:
        """Return every check of this moment."""
        return [self._writer(), self._disk(), self._tiles(), self._quorum(), self._seal()]

    def report(self) -> tuple[bool, dict[str, Any]]:
        """Return whether all passed, and what to tell."""
        checks = self.checks()
        ready = all(each.passed for each in checks)
        return ready, {"ready": ready, "checks": [asdict(each) for each in checks]}

    def _writer(self) -> Check:
        stopped = self._ledger.stopped
        return Check("writer", stopped is None, "running" if stopped is None else "stopped", "running")

    def _disk(self) -> Check:
        root = self._ledger.store.beside("ledger.db").absolute().parent
        free, least = shutil.disk_usage(root).free, self._settings.min_free_disk
        return Check("disk", free >= least, f"{free} bytes free", f"at least {least}")

    def _tiles(self) -> Check:
        lag, most = self._ledger.tiles.lag, self._settings.max_quorum_wait
        return Check("tiles", lag <= most, f"{lag:.0f} s on their way", f"at most {most:.0f} s")

    def _quorum(self) -> Check:
        waited, most = self._ledger.oldest_without_quorum() / 1000, self._settings.max_quorum_wait
        return Check("quorum", waited <= most, f"{waited:.0f} s without", f"at most {most:.0f} s")

    def _seal(self) -> Check:
        newest, most = self._ledger.head.time, self._settings.max_seal_age
        if not newest:
            return Check("seal", passed=True, came="an empty ledger", expected="a newest seal")
        age = max(0, self._clock() - newest) / 1000
        return Check("seal", age <= most, f"{age:.0f} s old", f"at most {most:.0f} s")
