"""Machines of one ledger: each a process with a folder of its own, all over one database and one log of tiles."""

from __future__ import annotations

import json
import shutil
import signal
import time
import urllib.request
from pathlib import Path

from tests.crash.served import ServerProcess

PATIENCE = 120.0  # seconds for what must come to be


class Machine(ServerProcess):
    """`suyuan serve` on one machine; its guard and everything derived are its own, tiles are shared."""

    def __init__(self, zone: Path, name: str, **settings: str) -> None:
        """Prepare a folder beside the zone's: keys and the database's address are copied, the log is the same."""
        folder = zone.with_name(f"{zone.name}-{name}")
        root = folder / "ledger"
        root.mkdir(parents=True)
        shutil.copy(zone / "passphrase", folder)
        shutil.copytree(zone / "ledger" / "keys", root / "keys", copy_function=shutil.copy2)
        shutil.copy(zone / "ledger" / "database", root)
        (root / "log").symlink_to(zone / "ledger" / "log")
        super().__init__(folder, **{"allow_async": "1", "log_level": "info", **settings})

    def metric(self, name: str) -> float:
        """Return a gauge of this moment."""
        with urllib.request.urlopen(f"{self.url}/metrics", timeout=30) as answer:
            for line in answer.read().decode().splitlines():
                if line.startswith(f"{name} "):
                    return float(line.split()[1])
        raise AssertionError(f"no {name}")

    @property
    def leads(self) -> bool:
        return self.metric("suyuan_leads") == 1

    @property
    def term(self) -> int:
        return int(self.metric("suyuan_lease_term"))

    @property
    def ended(self) -> int | None:
        """Return its exit code; None where it runs."""
        assert self._process
        return self._process.poll()

    def forget(self, setting: str) -> None:
        """Start without a setting next time."""
        del self._settings[f"SUYUAN_{setting.upper()}"]

    def pause(self) -> None:
        """SIGSTOP: it does nothing any more, and does not know it."""
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    def told(self) -> list[dict[str, object]]:
        """Return its log."""
        return [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]


def until(condition, what: str) -> None:
    """Return once a condition holds."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.05)


def leader_of(machines: list[Machine]) -> Machine:
    """Return the machine that leads, once one does."""
    found: list[Machine] = []
    until(lambda: found.extend(each for each in machines if each.leads) or found, "nobody leads")
    return found[0]
