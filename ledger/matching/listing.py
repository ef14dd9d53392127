"""Is what a declaration names on a reference list? Judged by the version in force, which the result names.

A positive list must have every HS code of the declaration; a negative list must have none of its subjects. The result
names the list's event, its place and the position up to which presence and absence are proved, so that whoever holds
the declaration's lines asks the same histories again and gets the same answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ledger.trade.listed import NEGATIVE, POSITIVE, ListReader, Version, canonical_entry
from verifier.errors import MalformedError
from verifier.results.documents import Document
from verifier.results.findings import AGREES, DIFFERS, INCOMPLETE, MOST_FIELDS

_OF = {"hs-code": "hsCode", "product": "barCode"}  # what entries of a list name, and the member of a line that has it

_NOTHING = ("", "无")  # what a declarant writes where there is no bar code


def judge_lists(documents: Mapping[str, Document], labels: Sequence[str], reader: ListReader) -> list[dict[str, Any]]:
    """Return what reference lists say of a declaration, one result a list; nothing before there is a declaration.

    Raises:
        SuyuanError: a list that is not recorded, whose entries no line names, or whose proof does not verify.
    """
    document = documents.get("list")
    return [_judge(document, reader.version(label), reader) for label in labels] if document else []


def _judge(document: Document, version: Version, reader: ListReader) -> dict[str, Any]:
    if version.kind not in (POSITIVE, NEGATIVE) or version.of not in (*_OF, "enterprise"):
        expected = f"a positive or negative list of {', '.join((*_OF, 'enterprise'))}"
        raise MalformedError(f"list {version.label}", came=f"{version.kind}, of {version.of}", expected=expected)
    missing, refused = [], []
    for field, entry in _entries(document, version.of):
        if entry is None:
            missing.append(field)
        elif canonical_entry(version.of, entry) is None:
            refused.append(field)  # no code at all: neither on a positive list nor sure to be off a negative one
        elif reader.presence(version.label, entry).listed != (version.kind == POSITIVE):
            refused.append(field)
    outcome = DIFFERS if refused else INCOMPLETE if missing else AGREES
    return {
        "list": version.label,
        "kind": version.kind,
        "version": version.version,
        "event": version.event.hex(),
        "leaf": version.leaf,
        "size": version.size,
        "outcome": outcome,
        "fields": sorted(refused or missing)[:MOST_FIELDS],
    }


def _entries(document: Document, of: str) -> Iterator[tuple[str, str | None]]:
    """Yield each field that has to be looked up, with what it states; None where it is not shown."""
    if of == "enterprise":
        yield "list/seller/code", _text(document.find("/seller/code"))
        return
    if not document.items:
        yield "list/lines/items", None
    for place, item in enumerate(document.items, 1):
        number = _text(item.get("number"))
        where = number if number and number.isascii() and number.isalnum() else str(place)
        yield f"list/lines/items/{where}/{_OF[of]}", _text(item.get(_OF[of]))


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value.strip() not in _NOTHING else None
