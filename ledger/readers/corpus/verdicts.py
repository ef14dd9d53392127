"""What a reader says of one file, short enough for a table, and without anything that stands in the file."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any, Literal

from ledger.readers.ceb.read import read_message
from ledger.readers.ceb.result import Departure, Mode
from verifier.errors import SuyuanError

Result = Literal["read", "refused", ""]
Verdict = tuple[Result, Result, str]  # strict, lenient, reason
Read = Callable[[bytes], Verdict]
MOST_REASONS = 3
_PLACE = re.compile(r"\[[0-9]+\]")


def judge_ceb(data: bytes) -> Verdict:
    """Read a customs message in both modes; say what was accepted, and how many faults a strict reader finds."""
    try:
        reading = read_message(data, Mode.LENIENT)
    except SuyuanError as error:
        return "refused", "refused", _reason(error)
    if reading.all_faults:
        return "refused", "refused", summarise(reading.all_faults)
    strict = len(read_message(data, Mode.STRICT).all_faults)
    if not strict:
        return "read", "read", ""
    return "refused", "read", f"accepted: {summarise(reading.all_departures)}; strict: {strict} faults"


def find_epcis_reader() -> Read | None:
    """Return how EPCIS documents are judged, None if there is no reader of them."""
    try:
        epcis = import_module("ledger.readers.epcis")
        read_epcis, map_event = epcis.read_epcis, epcis.map_event
    except (ImportError, AttributeError):
        return None
    return lambda data: _judge_epcis(read_epcis, map_event, data)


def _judge_epcis(read_epcis: Callable[[bytes], Any], map_event: Callable[[Any], Any], data: bytes) -> Verdict:
    """Read a document; say why events of it become none of the ledger's, if they do not."""
    try:
        reading = read_epcis(data)
    except SuyuanError as error:
        return "refused", "", _reason(error)
    faults = [fault for event in reading.faulty for fault in event.faults]
    if faults:
        return "refused", "", summarise(faults)
    refusals = [found for event in reading.events if (found := _refusal(map_event, event))]
    return "read", "", f"not mapped: {summarise(refusals)}" if refusals else ""


def _refusal(map_event: Callable[[Any], Any], event: Any) -> SuyuanError | None:
    """Return why an event that stands alone becomes none of the ledger's, None if it does."""
    try:
        map_event(event)
    except SuyuanError as error:
        return error
    return None


def summarise(findings: Iterable[SuyuanError | Departure]) -> str:
    """Return the three most frequent reasons, places left out, and how often each came."""
    counted = Counter(_reason(each) for each in findings).most_common()
    shown = [reason if many == 1 else f"{reason} ({many} times)" for reason, many in counted[:MOST_REASONS]]
    rest = len(counted) - len(shown)
    return "; ".join([*shown, *([f"and {rest} more"] if rest else [])])


def _reason(finding: SuyuanError | Departure) -> str:
    """Return field and expectation; what came stays in the file."""
    field = _PLACE.sub("[*]", finding.field)
    return f"{field}: expected {finding.expected}" if finding.expected else field
