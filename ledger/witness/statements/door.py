"""The doors `POST /statements`, `GET /<hex sha256(origin)>/statements/<identity>` and `GET …/withheld[/<identity>]`."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from ledger.errors import ConflictError, LedgerError, OverloadError, UnknownError
from ledger.witness.monitor import origin_of
from ledger.witness.serve.server import Door, Reply, Request, later
from ledger.witness.statements.desk import StatementDesk
from ledger.witness.statements.store import Taken
from verifier.errors import SuyuanError, VerificationError
from verifier.ledgerformat.statement import parse_entry
from verifier.ledgerformat.submission import MAX_SUBMISSION, parse_submission
from verifier.primitives.base64strict import parse_hash_hex

PATH = "/statements"
_JSON = "application/json"
_STATUS: tuple[tuple[type[SuyuanError], int], ...] = (
    (UnknownError, 404), (ConflictError, 409), (OverloadError, 429), (LedgerError, 503),
    (VerificationError, 403), (SuyuanError, 400),
)  # fmt: skip

Desks = Callable[[], Sequence[StatementDesk]]


def statements_door(desks: Desks) -> Door:
    """Return the door; `desks` are those of the ledgers whose names are known."""

    def answer(request: Request) -> Reply | None:
        try:
            if request.method == "POST":
                return _take(request.body, desks()) if request.path == PATH else None
            return _show(request.path, desks())
        except SuyuanError as error:
            status = next(status for kind, status in _STATUS if isinstance(error, kind))
            return Reply(status, f"{error}\n".encode(), headers=later(status))

    return Door(answer, {PATH: MAX_SUBMISSION})


def _take(body: bytes, desks: Sequence[StatementDesk]) -> Reply:
    """Keep a submission; 202 says that it is durable here, and nothing of the ledger."""
    audience = parse_entry(parse_submission(body).statement).header.audience
    desk = next((each for each in desks if each.origin in audience), None)
    if desk is None:
        raise UnknownError("statement.aud", came=", ".join(audience), expected="a ledger that this witness follows")
    return _json(202, _told(desk.take(body)))


def _show(path: str, desks: Sequence[StatementDesk]) -> Reply | None:
    asked, _, rest = path.removeprefix("/").partition("/")
    what, _, name = rest.partition("/")
    if what not in ("statements", "withheld"):
        return None
    origin = origin_of(asked, [each.origin for each in desks])
    desk = next((each for each in desks if each.origin == origin), None)
    if desk is None:
        return None
    if not name:
        return _list(desk) if what == "withheld" else None
    taken = desk.find(parse_hash_hex(name, "statement"))
    if what == "withheld":
        return Reply(200, taken.notice) if taken and taken.notice else None
    return _json(200, _told(taken)) if taken else None


def _list(desk: StatementDesk) -> Reply:
    notices = [(each.identity.hex(), each.notice.decode()) for each in desk.noticed() if each.notice]
    listed = [{"statement": identity, "notice": notice} for identity, notice in notices]
    return _json(200, {"ledger": desk.origin, "key": desk.vkey, "withheld": listed})


def _told(taken: Taken) -> dict[str, Any]:
    return {
        "statement": taken.identity.hex(),
        "ledger": taken.origin,
        "state": taken.state,
        "firstSeen": taken.first_seen,
        "lastTried": taken.last_tried,
        "openIntake": int(taken.open_intake),
        "answer": taken.answer,
        "leaf": taken.leaf,
        "withheld": taken.notice is not None,
    }


def _json(status: int, value: dict[str, Any]) -> Reply:
    return Reply(status, (json.dumps(value, ensure_ascii=False) + "\n").encode(), _JSON)
