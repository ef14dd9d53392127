"""Error declarations: what was recorded stays, and an answer says that it is wrong (EPCIS 2.0, ErrorDeclaration)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ledger.compose.event import Draft
from ledger.errors import UnknownError
from ledger.readers.epcis.cbv_hash import cbv_hash
from ledger.readers.epcis.reading import EpcisEvent
from ledger.readers.epcis.recorded import Recorded
from ledger.readers.epcis.telling import MAX_WORD, source_of
from ledger.readers.epcis.times import parse_time
from verifier.errors import TooLargeError

_MOST = 16
_REASONS = {"did_not_occur": "did-not-occur", "incorrect_data": "incorrect-data"}


def map_correction(event: EpcisEvent, recorded: Recorded) -> Iterator[Draft]:
    """Yield a `record.correction` about each event of the ledger that the erroneous event became.

    Corrective events that are recorded are named as what replaces it; their eventIDs are kept in any case.

    Raises:
        UnknownError: the event that is declared an error is not recorded.
        TooLargeError: more than 16 corrective events, or an eventID of more than 256 characters.
    """
    declared = event.members["errorDeclaration"]
    alias = cbv_hash(event)
    wrong = recorded.told(event.event_id or alias) or recorded.told(alias)
    if not wrong:
        came = event.event_id or alias
        todo = "Send the event itself first, or through the gateway that sent it."
        raise UnknownError(event.field("eventID"), came=came, expected="an event that was recorded", todo=todo)
    data: dict[str, Any] = {"reason": _reason(declared), "alias": alias}
    if event.event_id is not None:
        data["eventID"] = event.event_id
    if ids := declared.get("correctiveEventIDs"):
        data["correctiveEventIDs"] = ids
        known = list(dict.fromkeys(name.hex() for each in ids for name in recorded.told(each)))
        data |= {"replacedBy": known[:_MOST]} if known else {}
    _require_small(event, data)
    time = parse_time(declared["declarationTime"], event.field("errorDeclaration.declarationTime"))
    for name in wrong:
        yield Draft("record.correction", time, data=data, attachments={"/source": source_of(event)}, about=(name,))


def _reason(declared: dict[str, Any]) -> str:
    """Return the reason as the ledger says it; one of somebody's own vocabulary stands in the source only."""
    given = str(declared.get("reason", "")).removeprefix("https://ref.gs1.org/cbv/ER-").removeprefix("cbv:ER-")
    return _REASONS.get(given, "not-stated")


def _require_small(event: EpcisEvent, data: dict[str, Any]) -> None:
    ids = data.get("correctiveEventIDs", [])
    if len(ids) > _MOST:
        field = event.field("errorDeclaration.correctiveEventIDs")
        raise TooLargeError(field, came=f"{len(ids)} events", expected=f"at most {_MOST}")
    longest = max((len(each) for each in (*ids, data.get("eventID", ""))), default=0)
    if longest > MAX_WORD:
        raise TooLargeError(event.field("eventID"), came=f"{longest} characters", expected=f"at most {MAX_WORD}")
