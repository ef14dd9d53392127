"""From a draft to an event: body, disclosures, and the head that follows from them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from verifier.errors import MalformedError
from verifier.ledgerformat.body import SALT_SIZE, body_hash, parse_body
from verifier.ledgerformat.disclosure import MIN_SALT, disclosure_digest, format_disclosure
from verifier.ledgerformat.head import Head, State, event_name, format_head
from verifier.ledgerformat.mapping import Links, check_body, check_head, check_targets, map_links
from verifier.ledgerformat.vocabulary import EventType
from verifier.primitives.base64strict import format_base64url

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)  # made once: `dumps` makes each

Randomness = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class AttachmentDraft:
    """Bytes that go along, named by one disclosure."""

    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody wants to say, before it has bytes.

    Attributes:
        type: type name.
        time: when it happened, milliseconds since 1970.
        subjects: role to URI or URIs.
        data: what everybody may read who may read the body.
        disclosed: pointer to a value that only its audience sees; pointers left out are null.
        attachments: pointer to bytes that go along.
        about: names of the events it answers.
        to: who takes custody.
        until: end of a term.
        state: a history's root that it states.
        behalf: the principal, where somebody else says it under a mandate.
    """

    type: str
    time: int
    subjects: Mapping[str, str | list[str]] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)
    disclosed: Mapping[str, Any] = field(default_factory=dict)
    attachments: Mapping[str, AttachmentDraft] = field(default_factory=dict)
    about: Sequence[bytes] = ()
    to: str | None = None
    until: int | None = None
    state: State | None = None
    behalf: str | None = None


@dataclass(frozen=True, slots=True)
class ComposedEvent:
    """An event's bytes, ready to be signed in a batch."""

    name: bytes
    head: bytes
    body: bytes
    disclosures: tuple[str, ...]
    attachments: tuple[bytes, ...]


def compose_event(
    draft: Draft, kind: EventType, *, issuer: str, targets: Sequence[Head] = (), random: Randomness
) -> ComposedEvent:
    """Return the event that a draft makes.

    Args:
        draft: what is to be said.
        kind: its type.
        issuer: participant URI.
        targets: heads of the events named in `draft.about`.
        random: the source of salts and of the id's random bits.

    Raises:
        MalformedError: a value that JSON cannot carry.
        MismatchError: the draft does not fit its type.
        NotPermittedError: it answers what its type may not answer.
    """
    values = {**dict.fromkeys(kind.disclosures), **draft.disclosed, **_attachment_values(draft)}
    with _requiring_json("disclosed"):
        disclosures = {
            pointer: format_disclosure(salt=random(MIN_SALT), pointer=pointer, value=value)
            for pointer, value in sorted(values.items())
        }
    with _requiring_json("data"):
        body = _write_body(draft, disclosures, random(SALT_SIZE))
    links = map_links(kind, draft.subjects, targets)
    head = _head_of(draft, links, id_=uuid7(draft.time, random(10)), issuer=issuer, body=body_hash(body))
    check_head(kind, head)
    check_targets(kind, targets)
    check_body(kind, parse_body(body))
    spelt = format_head(head)
    attachments = tuple(each.content for each in draft.attachments.values())
    return ComposedEvent(event_name(spelt), spelt, body, tuple(disclosures.values()), attachments)


@contextmanager
def _requiring_json(name: str) -> Iterator[None]:
    """Refuse what `json` takes and JSON has not; the value itself, which may be personal, is not repeated."""
    try:
        yield
    except (ValueError, TypeError) as error:
        expected = "texts of whole signs, whole numbers, lists and objects"
        raise MalformedError(f"draft.{name}", came=type(error).__name__, expected=expected) from error


def _head_of(draft: Draft, links: Links, *, id_: bytes, issuer: str, body: bytes) -> Head:
    return Head(
        type=draft.type,
        id=id_,
        issuer=issuer,
        time=draft.time,
        joins=links.joins,
        follows=links.follows,
        about=tuple(sorted(draft.about)),
        to=draft.to,
        until=draft.until,
        state=draft.state,
        behalf=draft.behalf,
        body=body,
    )


def uuid7(time: int, random: bytes) -> bytes:
    """Return a UUIDv7 of a time in milliseconds and 10 random bytes. RFC 9562 §5.7."""
    drawn = bytearray((time & (1 << 48) - 1).to_bytes(6, "big") + random)
    drawn[6] = 0x70 | drawn[6] & 0x0F
    drawn[8] = 0x80 | drawn[8] & 0x3F
    return bytes(drawn)


def _attachment_values(draft: Draft) -> dict[str, Any]:
    return {
        pointer: {
            "mediaType": each.media_type,
            "sha256": sha256(each.content).hexdigest(),
            "size": len(each.content),
        }
        for pointer, each in draft.attachments.items()
    }


def _write_body(draft: Draft, disclosures: Mapping[str, str], salt: bytes) -> bytes:
    body = {
        "subjects": dict(draft.subjects),
        "data": dict(draft.data),
        "_sd": {pointer: format_base64url(disclosure_digest(text)) for pointer, text in disclosures.items()},
        "salt": format_base64url(salt),
    }
    return _ENCODER.encode(body).encode()
