"""What the drafts of all messages share: names, values that must hold, disclosures, the message as attachment."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ledger.compose.event import Draft, make_attachment, make_draft
from ledger.readers.ceb.result import Document
from ledger.readers.ceb.tables import TABLES
from ledger.readers.ceb.values import milliseconds
from verifier.errors import IncompleteError, MalformedError, TooLargeError, UnsupportedError
from verifier.ledgerformat.disclosure import MAX_DISCLOSURE
from verifier.primitives.base64strict import parse_hash_hex
from verifier.primitives.json_spelling import spell_compact
from verifier.results.amounts import add, read_amount, spell_amount

MEDIA_TYPE = "application/xml"
_GUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_SHORT = 4_096  # characters of a text that fits, whatever they are
_MOST = 10**13  # of a counter
_OVERHEAD = 64  # brackets, quotes and salt of a disclosure, with room to spare
Names = Mapping[str, str]  # member to element


def path_of(document: Document, name: str) -> str:
    """Return where a head field stands, like `Order[2]/OrderHead/orderNo`."""
    return f"{document.path}/{TABLES[document.message].path_of(name)}"


def require_declared(document: Document) -> None:
    """Return if a document reports something that happened: declared, and new or changed; so is all that customs sends.

    Raises:
        UnsupportedError: it is a draft at the e-port (appStatus 1), or deletes what was reported before (appType 3).
    """
    status, type_ = document.head.get("appStatus", "2"), document.head.get("appType", "1")
    if status != "2":
        raise UnsupportedError(path_of(document, "appStatus"), came=status, expected="2, a declared document")
    if type_ not in ("1", "2"):
        todo = "Answer the recorded event with record.correction, reason did-not-occur."
        raise UnsupportedError(path_of(document, "appType"), came=type_, expected="1 or 2", todo=todo)


def require_value(document: Document, name: str, pattern: str, expected: str) -> str:
    """Return a head field that the event carries in clear, if it is of the shape that its type asks for.

    Raises:
        MalformedError: it is not; a lenient reader accepts more than an event can say.
    """
    value = document.head.get(name, "")
    if not re.fullmatch(pattern, value):
        raise MalformedError(path_of(document, name), came=value, expected=expected)
    return value


def require_fact(value: str | None, name: str, document: Document, expected: str) -> str:
    """Return a fact that came.

    Raises:
        IncompleteError: it did not.
    """
    if value is None:
        raise IncompleteError(f"facts.{name}", came=f"nothing for {document.path}", expected=expected)
    return value


def time_of(document: Document, name: str) -> int:
    """Return a head field as milliseconds since 1970."""
    moment = milliseconds(document.head[name])
    if moment is None:
        raise MalformedError(path_of(document, name), came=document.head[name], expected="a time YYYYMMDDhhmmss")
    return moment


def firm(document: Document, word: str) -> dict[str, str]:
    """Return code and name of a firm; `word` is how its elements begin, like `ebp`.

    Raises:
        MalformedError: an element is empty, which export messages allow.
    """
    for element in (f"{word}Code", f"{word}Name"):
        if element not in document.head:
            raise MalformedError(path_of(document, element), came="nothing", expected="a firm's code and name")
    return {"code": document.head[f"{word}Code"], "name": document.head[f"{word}Name"]}


def part(document: Document) -> dict[str, Any]:
    """Return which part of how many a document is, where it was split over several messages."""
    number, of = (int(document.head.get(name, 0)) for name in ("msgSeqNo", "msgCount"))
    return {"part": {"number": number, "of": of}} if 0 < number <= of and of > 1 else {}


def pick(values: Mapping[str, str], names: Names) -> dict[str, str]:
    """Return the members whose element is there."""
    return {member: values[element] for member, element in names.items() if element in values}


def items(document: Document, names: Names) -> list[dict[str, str]]:
    """Return the members of each line."""
    return [pick(line, names) for line in document.lines]


def quantity_of(document: Document) -> str | None:
    """Return how many pieces all lines are of, as a decimal that counters take; None where a line does not say."""
    amounts = [read_amount(line.get("qty")) for line in document.lines]
    total = add(each for each in amounts if each is not None)
    return None if None in amounts or not amounts or not 0 <= total < _MOST else spell_amount(total)


def total_of(document: Document, subject: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return the subject and disclosure by which a document states how much may come back, at first: changes do not."""
    total = quantity_of(document) if document.head.get("appType", "1") == "1" else None
    return ({"total": subject}, {"/quantity": total}) if total else ({}, {})


def remarks(document: Document) -> dict[str, Any] | None:
    """Return what somebody wrote in free text: on the document, and by line number on its lines; None if nothing."""
    lines = {line["gnum"]: line["note"] for line in document.lines if "note" in line and "gnum" in line}
    found: dict[str, Any] = pick(document.head, {"note": "note"})
    if lines:
        found["lines"] = lines
    return found or None


def report(
    document: Document,
    *,
    type: str,  # noqa: A002 - the field's name
    time: int,
    subjects: Mapping[str, str | list[str]],
    data: Mapping[str, Any],
    disclosed: Mapping[str, Any],
    to: str | None = None,
) -> Draft:
    """Return the draft of a document: which document it was, and the message as received, come in here.

    The document's number is named only if it is a GUID: any other text of 36 characters might say something.

    Raises:
        TooLargeError: a disclosed value is larger than a disclosure may be.
    """
    for pointer, value in disclosed.items():
        _require_fitting(document, pointer, value)
    guid = document.head["guid"]
    known = {"message": document.message, "guid": guid, **pick(document.head, {"appType": "appType"})}
    return make_draft(
        type=type,
        time=time,
        subjects=subjects,
        data={**data, "document": known} if _GUID.fullmatch(guid) else data,
        disclosed={pointer: value for pointer, value in disclosed.items() if value},
        attachments={"/source": make_attachment(MEDIA_TYPE, document.source)},
        to=to,
    )


def answering(draft: Draft, about: Sequence[str]) -> Draft:
    """Return a draft with the events that it answers; raise MalformedError where a text is no event's name."""
    names = tuple([parse_hash_hex(each, "facts.about") for each in about])
    return make_draft(
        draft.type, draft.time, draft.subjects, draft.data, draft.disclosed, draft.attachments, names, draft.to,
        draft.until, draft.state, draft.behalf,
    )  # fmt: skip


def _require_fitting(document: Document, pointer: str, value: Any) -> None:
    if not value or (isinstance(value, str) and len(value) < _SHORT):
        return
    size = len(spell_compact(value).encode()) + len(pointer) + _OVERHEAD
    if size * 4 > MAX_DISCLOSURE * 3:
        came = f"{size} bytes in {document.path}"
        raise TooLargeError(
            pointer, came=came, expected=f"at most {MAX_DISCLOSURE * 3 // 4}", todo="Report fewer lines."
        )
