"""Is what a declaration names on a reference list? Judged by the version in force, which the result names.

A positive list must have every HS code of the declaration; a negative list must have none of its subjects. The result
names the list's event, its place and the position up to which presence and absence are proved, so that whoever holds
the declaration's lines asks the same histories again and gets the same answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ledger.trade.listed import ListReader, Version
from verifier.errors import MalformedError
from verifier.results.documents import Document
from verifier.results.reference_lists import MEMBERS, NEGATIVE, POSITIVE, judge_entries


def judge_lists(documents: Mapping[str, Document], labels: Sequence[str], reader: ListReader) -> list[dict[str, Any]]:
    """Return what reference lists say of a declaration, one result a list; nothing before there is a declaration.

    Raises:
        SuyuanError: a list that is not recorded, whose entries no line names, or whose proof does not verify.
    """
    document = documents.get("list")
    return [_judge(document, reader.version(label), reader) for label in labels] if document else []


def _judge(document: Document, version: Version, reader: ListReader) -> dict[str, Any]:
    if version.kind not in (POSITIVE, NEGATIVE) or version.of not in (*MEMBERS, "enterprise"):
        expected = f"a positive or negative list of {', '.join((*MEMBERS, 'enterprise'))}"
        raise MalformedError(f"list {version.label}", came=f"{version.kind}, of {version.of}", expected=expected)
    outcome, fields = judge_entries(
        document, kind=version.kind, of=version.of,
        is_listed=lambda entry: reader.presence(version.label, entry).listed,
    )  # fmt: skip
    return {
        "list": version.label,
        "kind": version.kind,
        "version": version.version,
        "event": version.event.hex(),
        "leaf": version.leaf,
        "size": version.size,
        "outcome": outcome,
        "fields": fields,
    }
