"""The events that everybody gets: made and signed once, as submissions for us and as plain bytes for the others."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from fixtures.load.statements import Commissioner
from verifier.ledgerformat.submission import parse_submission


@dataclass(frozen=True, slots=True)
class Loads:
    """What is put through each.

    Attributes:
        batched: submissions of many events.
        sequential: submissions of one event.
    """

    batched: tuple[bytes, ...]
    sequential: tuple[bytes, ...]


def make(commissioner: Commissioner, *, events: int, batch: int, singles: int) -> Loads:
    """Return signed submissions: `events` in batches, then `singles` of one."""
    sizes = [min(batch, events - start) for start in range(0, events, batch)]
    batched = tuple(commissioner.submission(each) for each in sizes)
    return Loads(batched, tuple(commissioner.submission(1) for _ in range(singles)))


def records(submissions: Iterable[bytes]) -> Iterator[bytes]:
    """Yield head and body of each event, one after the other, without what signs them."""
    for each in submissions:
        parsed = parse_submission(each)
        for head, body in zip(parsed.heads, parsed.bodies, strict=True):
            yield head + body


def write_records(path: Path, events: Iterable[bytes]) -> None:
    """Write events for a process in another language: four bytes of length (big-endian), then the event."""
    path.write_bytes(b"".join(struct.pack(">I", len(each)) + each for each in events))
