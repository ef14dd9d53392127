"""What the gateway tells of itself: the queue, an item with its receipt, and parked items that are tried again."""

from __future__ import annotations

import json
import time
from typing import Any

from ledger.errors import ConflictError, UnknownError
from ledger.gateway.gateway import Gateway
from ledger.gateway.items import Items
from ledger.gateway.jobs import error_json, read_job
from ledger.gateway.store import PARKED, READY, STATES
from verifier.primitives.base64strict import format_base64url

_PARKED = 100  # parked items that are listed
_LOOK = 0.25  # seconds between two looks at a job where nothing says that it moved


def queue_json(gateway: Gateway) -> dict[str, Any]:
    """Return how the queue stands: items by state, what troubles senders, what was parked last."""
    sql = "SELECT id, sender, path, reason FROM item WHERE state = ? ORDER BY seq DESC LIMIT ?"
    with gateway.store.reading() as connection:
        counts = dict(connection.execute("SELECT state, count(*) FROM item GROUP BY state").fetchall())
        parked = connection.execute(sql, (PARKED, _PARKED)).fetchall()
    troubles = {
        sender: {**error_json(each.error), "attempts": each.attempts}
        for sender, each in dict(gateway.sending.troubles).items()
    }
    return {
        "origin": gateway.setting.origin,
        "states": {state: counts.get(state, 0) for state in STATES},
        "open": gateway.open_items(),
        "most": gateway.setting.most,
        "troubles": troubles,
        "fault": str(gateway.fault or gateway.chore_fault or ""),
        "parked": [
            {"item": id_, "sender": sender, "path": path, "reason": json.loads(reason)}
            for id_, sender, path, reason in parked
        ],
    }


def job_json(gateway: Gateway, job: str) -> dict[str, Any]:
    """Return a job with the state of its items; raise UnknownError where there is none."""
    with gateway.store.reading() as connection:
        return read_job(connection, job)


def jobs_json(
    gateway: Gateway, kind: str, *, before: tuple[int, str] | None, most: int
) -> tuple[list[dict[str, Any]], tuple[int, str] | None]:
    """Return jobs of a kind, the newest first, and before which (time received, id) the next page begins, if any."""
    received, id_ = before or (1 << 62, "")
    sql = "SELECT received, id FROM job WHERE kind = ? AND (received, id) < (?, ?) ORDER BY 1 DESC, 2 DESC LIMIT ?"
    with gateway.store.reading() as connection:
        rows = connection.execute(sql, (kind, received, id_, most + 1)).fetchall()
        jobs = [read_job(connection, each) for _, each in rows[:most]]
    return jobs, rows[most - 1] if len(rows) > most else None


def wait_done(gateway: Gateway, job: str, timeout: float) -> dict[str, Any]:
    """Return a job once nothing of it is on its way any more, or when the time, in seconds, is over."""
    end = time.monotonic() + timeout
    while not (told := job_json(gateway, job))["done"] and (left := end - time.monotonic()) > 0:
        gateway.wait_room(min(left, _LOOK))
    return told


def receipt_json(gateway: Gateway, item: str) -> dict[str, Any]:
    """Return an item, and once it is recorded its event, statement and receipt.

    `standing` is `promised`, or `recorded` once a quorum stands behind the receipt, which comes with its checkpoint.

    Raises:
        UnknownError: there is none of this name.
    """
    sql = (
        "SELECT i.state, i.reason, i.name, i.job, i.position, b.identity, b.leaf, b.statement, b.promise, b.receipt, "
        "b.checkpoint FROM item i LEFT JOIN batch b ON b.number = i.batch WHERE i.id = ?"
    )
    with gateway.store.reading() as connection:
        row = connection.execute(sql, (item,)).fetchone()
    if row is None:
        raise UnknownError("item", came=item, expected="a name that this gateway gave")
    state, reason, name, job, position, identity, leaf, statement, promise, receipt, checkpoint = row
    told: dict[str, Any] = {"item": item, "job": job, "state": state, "event": name.hex() if name else None}
    if reason:
        told["reason"] = json.loads(reason)
    if promise:
        told |= {"standing": "recorded" if receipt else "promised", "identity": identity.hex(), "leaf": leaf}
        told |= {"position": position, "statement": format_base64url(statement)}
        told |= {"receipt": format_base64url(receipt or promise)}
        told |= {"checkpoint": format_base64url(checkpoint)} if checkpoint else {}
    return told


def receipt_bytes(gateway: Gateway, item: str) -> bytes:
    """Return the newest receipt of an item.

    Raises:
        UnknownError: there is none of this name, or no receipt yet.
    """
    sql = "SELECT coalesce(b.receipt, b.promise) FROM item i JOIN batch b ON b.number = i.batch WHERE i.id = ?"
    with gateway.store.reading() as connection:
        row = connection.execute(sql, (item,)).fetchone()
    if row is None or row[0] is None:
        raise UnknownError("receipt", came=item, expected="an item that the ledger has recorded")
    return bytes(row[0])


def retry(gateway: Gateway, item: str) -> None:
    """Let a parked item be sent again: what was missing may be there now.

    Raises:
        UnknownError: there is none of this name.
        ConflictError: it is not parked, or was never composed.
    """
    with gateway.store.writing() as connection:
        row = connection.execute("SELECT seq, state, name FROM item WHERE id = ?", (item,)).fetchone()
        if row is None:
            raise UnknownError("item", came=item, expected="a name that this gateway gave")
        seq, state, name = row
        if state != PARKED or name is None:
            came = state if state != PARKED else "a document that never became an event"
            raise ConflictError("item", came=came, expected="a parked event", todo="Send the document again.")
        connection.execute("UPDATE item SET state = ?, reason = NULL WHERE seq = ?", (READY, seq))
        ready = Items(connection).ready_one(seq)
    gateway.send_again([ready])
