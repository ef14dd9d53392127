"""What a replaying witness keeps of a lie: a report for people, and evidence for everybody where a file can convict."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

from ledger.tiles.files import write_new
from ledger.witness.replay.lies import LieFoundError


def keep_lie(folder: Path, origin: str, found: LieFoundError) -> tuple[str, ...]:
    """Write what was found down; return the files' names, the evidence first.

    Raises:
        StoppedError: they could not be written.
    """
    word = found.word.replace(" ", "-")
    stem = f"{sha256(origin.encode()).hexdigest()[:16]}-{found.where.leaf}-{word}"
    kept = []
    if found.evidence is not None:
        kept.append(folder / f"{stem}.evidence")
        write_new(kept[0], found.evidence)
    report = {
        "ledger": origin,
        "lie": found.word,
        "leaf": found.where.leaf,
        "event": found.where.position,
        "field": found.cause.field,
        "came": found.cause.came,
        "expected": found.cause.expected,
        "convicts": found.evidence is not None,
    }
    kept.append(folder / f"{stem}.json")
    write_new(kept[-1], (json.dumps(report, indent=2, ensure_ascii=False, default=str) + "\n").encode())
    return tuple(str(file) for file in kept)
