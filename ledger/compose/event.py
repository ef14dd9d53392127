"""From a draft to an event: body, disclosures, and the head that follows from them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from verifier.errors import MalformedError
from verifier.ledgerformat.body import MAX_BODY, SALT_SIZE, Body, are_subjects, body_hash, make_body, parse_body
from verifier.ledgerformat.disclosure import MIN_SALT, disclosure_digest, format_disclosure
from verifier.ledgerformat.head import Head, State, event_name, format_head, make_head
from verifier.ledgerformat.mapping import Links, check_body, check_head, check_targets, map_links
from verifier.ledgerformat.vocabulary import EventType
from verifier.primitives.base64strict import format_base64url
from verifier.primitives.json_spelling import spell_compact
from verifier.primitives.quick import maker_of
from verifier.primitives.strict_json import MAX_DEPTH, is_plain

Randomness = Callable[[int], bytes]
_NO_JSON = (ValueError, TypeError, RecursionError)


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


@dataclass(frozen=True, slots=True)
class PreparedEvent:
    """An event whose body and disclosures are written; who says it, and its head, are still open.

    Attributes:
        type: type name.
        id: UUIDv7, 16 bytes.
        time: when it happened, milliseconds since 1970.
        subjects: as they stand in the body.
        body: its bytes.
        disclosures: as base64url texts.
        attachments: the bytes of each.
        about: names of the events it answers.
        to: who takes custody.
        until: end of a term.
        state: a history's root that it states.
        behalf: the principal of a mandate.
    """

    type: str
    id: bytes
    time: int
    subjects: Mapping[str, str | list[str]]
    body: bytes
    disclosures: tuple[str, ...]
    attachments: tuple[bytes, ...]
    about: tuple[bytes, ...] = ()
    to: str | None = None
    until: int | None = None
    state: State | None = None
    behalf: str | None = None


make_draft, make_attachment = maker_of(Draft), maker_of(AttachmentDraft)  # the same, quickly
_make_prepared = maker_of(PreparedEvent)
_make_event = maker_of(ComposedEvent)


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
    return finish_event(prepare_event(draft, kind, random=random), kind, issuer=issuer, targets=targets)


def prepare_event(draft: Draft, kind: EventType, *, random: Randomness) -> PreparedEvent:
    """Return what of an event rests on its draft and type alone; arguments and errors as for `compose_event`."""
    values = {**dict.fromkeys(kind.disclosures), **draft.disclosed, **_attachment_values(draft)}
    disclosures = _write_disclosures(values, random)
    digests = {pointer: disclosure_digest(text) for pointer, text in disclosures.items()}
    body = _write_body(draft, digests, random(SALT_SIZE))
    check_body(kind, _read_back(draft, digests, body))
    return _make_prepared(
        type=draft.type,
        id=uuid7(draft.time, random(10)),
        time=draft.time,
        subjects=draft.subjects,
        body=body,
        disclosures=tuple(disclosures.values()),
        attachments=tuple(each.content for each in draft.attachments.values()),
        about=tuple(sorted(draft.about)),
        to=draft.to,
        until=draft.until,
        state=draft.state,
        behalf=draft.behalf,
    )


def finish_event(
    prepared: PreparedEvent, kind: EventType, *, issuer: str, targets: Sequence[Head] = ()
) -> ComposedEvent:
    """Return the event, its head written over what was prepared; arguments and errors as for `compose_event`."""
    return finish_with_head(prepared, kind, issuer=issuer, targets=targets)[0]


def finish_with_head(
    prepared: PreparedEvent, kind: EventType, *, issuer: str, targets: Sequence[Head] = ()
) -> tuple[ComposedEvent, Head]:
    """Return the event that `finish_event` returns, and its head as whoever reads it will find it."""
    head = _head_of(prepared, map_links(kind, prepared.subjects, targets), issuer=issuer)
    check_head(kind, head)
    check_targets(kind, targets)
    spelt = format_head(head)
    return _make_event(event_name(spelt), spelt, prepared.body, prepared.disclosures, prepared.attachments), head


def _no_json(name: str, error: Exception) -> MalformedError:
    """Return why a draft holds what JSON has not; the value itself, which may be personal, is not repeated."""
    expected = "texts of whole signs, whole numbers, lists and objects"
    return MalformedError(f"draft.{name}", came=type(error).__name__, expected=expected)


def _write_disclosures(values: Mapping[str, Any], random: Randomness) -> dict[str, str]:
    try:
        return {
            pointer: format_disclosure(salt=random(MIN_SALT), pointer=pointer, value=values[pointer])
            for pointer in sorted(values)
        }
    except _NO_JSON as error:
        raise _no_json("disclosed", error) from error


def _write_body(draft: Draft, digests: Mapping[str, bytes], salt: bytes) -> bytes:
    body = {
        "subjects": dict(draft.subjects),
        "data": dict(draft.data),
        "_sd": {pointer: format_base64url(digest) for pointer, digest in digests.items()},
        "salt": format_base64url(salt),
    }
    try:
        return spell_compact(body).encode()
    except _NO_JSON as error:
        raise _no_json("data", error) from error


def _read_back(draft: Draft, digests: Mapping[str, bytes], body: bytes) -> Body:
    """Return what a reader will find in the body that was written.

    What JSON gives back as it was is not read again; of anything else the reader itself says what it makes of it.
    """
    plain = is_plain(draft.data, MAX_DEPTH - 1) and all(map(_are_plain_subjects, draft.subjects.values()))
    return make_body(draft.subjects, draft.data, digests) if plain and len(body) <= MAX_BODY else parse_body(body)


def _are_plain_subjects(given: Any) -> bool:
    return type(given) in (str, list) and are_subjects(given)


def _head_of(prepared: PreparedEvent, links: Links, *, issuer: str) -> Head:
    return make_head(
        type=prepared.type,
        id=prepared.id,
        issuer=issuer,
        time=prepared.time,
        joins=links.joins,
        follows=links.follows,
        about=prepared.about,
        to=prepared.to,
        until=prepared.until,
        state=prepared.state,
        behalf=prepared.behalf,
        body=body_hash(prepared.body),
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
