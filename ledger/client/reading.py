"""Reading what is not open to everybody, and checking it: a body against its head, a value against its body.

The server's word counts for nothing: an event's name is the hash of its head, the head has the hash of the body,
the body has the digest of each disclosure, and a disclosure has the hash of its attachment.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from ledger.client.client import LedgerClient
from verifier.errors import IncompleteError, MismatchError
from verifier.ledgerformat.body import Body, body_hash, parse_body
from verifier.ledgerformat.disclosure import Disclosure, check_disclosure, parse_attachment, parse_disclosure
from verifier.ledgerformat.head import Head, event_name, parse_head
from verifier.proof.eventproof import parse_event_proof


@dataclass(frozen=True, slots=True)
class Opened:
    """An event with what of it is open to the reader. Each part is what the event's name commits to.

    Attributes:
        name: 32 bytes.
        head: of the event.
        body: parsed.
        disclosures: those that were shown, by pointer.
    """

    name: bytes
    head: Head
    body: Body
    disclosures: dict[str, Disclosure]


def read_head(client: LedgerClient, name: bytes) -> Head:
    """Return the head of an event.

    Raises:
        MismatchError: the ledger answered with another one.
    """
    head = parse_event_proof(client.event(name)).statement.events[0].head
    if event_name(head) != name:
        raise MismatchError("head", came=event_name(head), expected=name.hex())
    return parse_head(head)


def read_body(client: LedgerClient, name: bytes, head: Head) -> Body:
    """Return the body that an event's head commits to.

    Raises:
        PrivateError: it is not open to the reader.
        MismatchError: the ledger answered with another one.
    """
    data = client.body(name)
    if body_hash(data) != head.body:
        raise MismatchError("body", came=body_hash(data), expected=head.body.hex())
    return parse_body(data)


def read_event(client: LedgerClient, name: bytes) -> Opened:
    """Return an event with the disclosures that are open to the reader, each checked.

    Raises:
        PrivateError: the body, or every disclosure, is not open to the reader.
        MismatchError: something that the event does not commit to.
    """
    head = read_head(client, name)
    body = read_body(client, name, head)
    return Opened(name, head, body, read_disclosures(client, name, body))


def read_disclosures(client: LedgerClient, name: bytes, body: Body) -> dict[str, Disclosure]:
    """Return the disclosures of an event that are open to the reader, by pointer, each of the body's digests."""
    found = {}
    for pointer, text in client.disclosures(name).items():
        disclosure = parse_disclosure(text, f"disclosures[{pointer!r}]")
        if disclosure.pointer != pointer:
            raise MismatchError("disclosure", came=disclosure.pointer, expected=pointer)
        check_disclosure(disclosure, body.digests)
        found[pointer] = disclosure
    return found


def read_attachment(client: LedgerClient, opened: Opened, pointer: str) -> bytes:
    """Return the attachment that a disclosure names.

    Raises:
        IncompleteError: that disclosure was not shown, or names none.
        MismatchError: other bytes than it names.
    """
    disclosure = opened.disclosures.get(pointer)
    named = parse_attachment(disclosure.value, pointer) if disclosure else None
    if named is None:
        raise IncompleteError(pointer, came="no attachment", expected="a disclosure that names one")
    content = client.attachment(named.sha256, opened.name)
    if len(content) != named.size or sha256(content).digest() != named.sha256:
        raise MismatchError("attachment", came=sha256(content).digest(), expected=named.sha256.hex())
    return content
