"""Suyuan with the same events, over HTTP as its users speak to it."""

from __future__ import annotations

from collections.abc import Sequence

from fixtures.load.drive import Driven, Request, drive
from fixtures.load.plan import SUBMIT

_PIPES = 4


def ours(url: str, batched: Sequence[bytes], sequential: Sequence[bytes], *, batch: int) -> dict[str, float]:
    """Return events a second: submissions of `batch` events over four connections, then of one over one.

    Raises:
        RuntimeError: one was not answered by a receipt.
    """
    many = drive(url, [_request(each, batch) for each in batched], connections=_PIPES)
    one = drive(url, [_request(each, 1) for each in sequential], connections=1)
    events = _taken(many) + _taken(one)
    return {"batched": many.rate, "sequential": one.rate, "events": events}


def _request(submission: bytes, events: int) -> Request:
    return Request("POST", "/entries", submission, SUBMIT, events=events)


def _taken(driven: Driven) -> int:
    if set(driven.statuses) - {200, 201}:
        raise RuntimeError(f"statuses {dict(driven.statuses)}: expected every submission to be taken in")
    return driven.events
