"""Text that a column holds: PostgreSQL keeps no U+0000 in one, so no engine is given any.

Of what a participant sends, only the pointers of disclosures are kept as text that could hold one: URIs, nonces and
witnesses' lines have alphabets of their own, heads and bodies are bytes. A pointer is fixed by its type, so a type with
such a pointer is refused, and so is an event of one that was recorded before types were.
"""

from __future__ import annotations

from verifier.errors import MalformedError
from verifier.ledgerformat.body import Body
from verifier.ledgerformat.vocabulary import EventType, parse_type

TYPE = "registry.type"


def require_storable(text: str, what: str) -> str:
    """Return a text that every engine can keep.

    Raises:
        MalformedError: it has a U+0000.
    """
    if "\0" in text:
        todo = "Name this field otherwise in a new version of its type."
        raise MalformedError(what, came=text, expected="a text without U+0000", todo=todo)
    return text


def require_storable_type(kind: EventType, body: Body) -> None:
    """Return if events of a type that this event registers, where it does, can be kept.

    Raises:
        MalformedError: a pointer of its disclosures cannot.
    """
    if kind.name == TYPE and isinstance(body.data, dict) and isinstance(file := body.data.get("file"), str):
        for pointer in parse_type(file.encode()).disclosures:
            require_storable(pointer, "type.disclosures")
