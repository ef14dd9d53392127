"""What a run told the world before it died, one JSON line each: whatever stands here must hold afterwards."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterator
from pathlib import Path
from threading import Lock
from typing import Any


class Journal:
    """Lines that are in the file when `write` returns, however the process ends after that."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._lock = Lock()

    def sent(self, number: int, submission: bytes) -> None:
        """A submission is about to leave."""
        self._write({"sent": number, "submission": submission.hex()})

    def acknowledged(self, number: int, leaf: int, receipt: bytes) -> None:
        """The ledger answered it."""
        self._write({"acknowledged": number, "leaf": leaf, "receipt": receipt.hex()})

    def root(self, size: int, root: bytes) -> None:
        """A signed root was seen."""
        self._write({"size": size, "root": root.hex()})

    def close(self) -> None:
        os.close(self._file)

    def _write(self, line: dict[str, Any]) -> None:
        with self._lock:
            os.write(self._file, (json.dumps(line) + "\n").encode())


class Told:
    """A journal, read."""

    def __init__(self, lines: Iterator[dict[str, Any]]) -> None:
        self.sent: dict[int, bytes] = {}
        self.acknowledged: dict[int, tuple[int, bytes]] = {}
        self.roots: dict[int, set[str]] = {}
        for line in lines:
            if "sent" in line:
                self.sent[line["sent"]] = bytes.fromhex(line["submission"])
            elif "acknowledged" in line:
                self.acknowledged[line["acknowledged"]] = line["leaf"], bytes.fromhex(line["receipt"])
            else:
                self.roots.setdefault(line["size"], set()).add(line["root"])


def read_journal(path: Path, *, only: Collection[int] | None = None) -> Told:
    """Return what was told, about some submissions only if asked; a line that a crash cut short was told to nobody."""
    lines = path.read_bytes().split(b"\n")[:-1] if path.exists() else []
    told = Told(json.loads(line) for line in lines)
    if only is not None:
        told.acknowledged = {number: told.acknowledged[number] for number in only}
    return told
