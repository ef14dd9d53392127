"""From a JSON description of events to drafts: what `suyuan submit` reads.

One object or a list of them, each with `type`, and optionally `time`, `subjects`, `data`, `disclosed`,
`attachments`, `about`, `to`, `until`, `behalf` (the principal, for whom the issuer says it under a mandate), and
`state` (`{"kind", "subject", "count", "root"}`: the root of the first entries of a history, 64 hexadecimal digits).
Attachments are files, named from the description's own folder.
`about` names events by 64 hexadecimal digits, or an earlier event of the same description as `#0`, `#1`, …
"""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ledger.compose.event import AttachmentDraft, ComposedEvent, Draft, Randomness, compose_event
from ledger.errors import SetupError
from verifier.errors import MalformedError, NotPermittedError, SuyuanError
from verifier.ledgerformat.disclosure import MAX_ATTACHMENT
from verifier.ledgerformat.head import Head, State, parse_head
from verifier.ledgerformat.subject import form_of, subject_name
from verifier.ledgerformat.vocabulary import EventType
from verifier.primitives.base64strict import parse_hash_hex
from verifier.primitives.strict_json import parse_json

_MEMBERS = {"type", "time", "subjects", "data", "disclosed", "attachments", "about", "to", "until", "behalf", "state"}
_STATE = {"kind", "subject", "count", "root"}
_EARLIER = re.compile(r"#(0|[1-9][0-9]{0,3})")
FindHead = Callable[[bytes], Head]


@dataclass(frozen=True, slots=True)
class Described:
    """A draft, and the events that it answers, as they were named."""

    draft: Draft
    about: tuple[str, ...]


def read_descriptions(data: bytes, folder: Path, now: int) -> list[Described]:
    """Return the drafts that a description makes.

    Args:
        data: UTF-8 JSON.
        folder: where attachments are.
        now: the claimed time of events that name none, milliseconds since 1970.

    Raises:
        MalformedError: another shape, its field named (`events[2].until`).
        SetupError: an attachment that cannot be read.
    """
    value = parse_json(data, "events")
    events = value if isinstance(value, list) else [value]
    if not events:
        raise MalformedError("events", came="an empty list", expected="at least one event")
    return [_described(each, f"events[{place}]", folder, now) for place, each in enumerate(events)]


def compose_all(
    described: Sequence[Described],
    types: Mapping[str, EventType],
    *,
    issuer: str,
    find_head: FindHead,
    random: Randomness,
) -> list[ComposedEvent]:
    """Return the events that drafts make, in order.

    Args:
        described: the drafts.
        types: by name.
        issuer: participant URI.
        find_head: the head of a recorded event, by name.
        random: the source of salts and ids.

    Raises:
        SuyuanError: the first that does not fit its type, its place named.
    """
    composed: list[ComposedEvent] = []
    for place, each in enumerate(described):
        try:
            if each.draft.type not in types:
                raise NotPermittedError("type", came=each.draft.type, expected="a type that is known here")
            names = [_target(named, composed) for named in each.about]
            earlier = {event.name: event.head for event in composed}
            targets = [parse_head(earlier[name]) if name in earlier else find_head(name) for name in names]
            draft = replace(each.draft, about=tuple(names))
            kind = types[draft.type]
            composed.append(compose_event(draft, kind, issuer=issuer, targets=targets, random=random))
        except SuyuanError as error:
            raise error.within(f"events[{place}]") from error
    return composed


def _target(named: str, composed: Sequence[ComposedEvent]) -> bytes:
    match = _EARLIER.fullmatch(named)
    if not match:
        return parse_hash_hex(named, "about")
    if int(match[1]) >= len(composed):
        raise MalformedError("about", came=named, expected="an earlier event of this description")
    return composed[int(match[1])].name


def _described(value: Any, what: str, folder: Path, now: int) -> Described:
    if not isinstance(value, dict) or "type" not in value or not value.keys() <= _MEMBERS:
        came = sorted(value) if isinstance(value, dict) else type(value).__name__
        raise MalformedError(what, came=came, expected=f"an object with type, and of {', '.join(sorted(_MEMBERS))}")
    attachments = _object(value, "attachments", what)
    to, until, behalf = value.get("to"), value.get("until"), value.get("behalf")
    draft = Draft(
        type=_text(value["type"], f"{what}.type"),
        time=parse_time(value["time"], f"{what}.time") if "time" in value else now,
        subjects=_subjects(_object(value, "subjects", what), f"{what}.subjects"),
        data=_object(value, "data", what),
        disclosed=_object(value, "disclosed", what),
        attachments={name: _attachment(each, f"{what}.attachments", folder) for name, each in attachments.items()},
        to=None if to is None else _text(to, f"{what}.to"),
        until=None if until is None else parse_time(until, f"{what}.until"),
        behalf=None if behalf is None else _text(behalf, f"{what}.behalf"),
        state=_state(value["state"], f"{what}.state") if "state" in value else None,
    )
    return Described(draft, tuple(_texts(value.get("about", []), f"{what}.about")))


def _state(value: Any, what: str) -> State:
    """Return the history's root that an event states; whether it is the ledger's, admission says."""
    if not isinstance(value, dict) or value.keys() != _STATE:
        raise MalformedError(what, came=value, expected=f"an object with exactly {', '.join(sorted(_STATE))}")
    count, subject = value["count"], _text(value["subject"], f"{what}.subject")
    if not isinstance(count, int) or isinstance(count, bool) or count < 1:
        raise MalformedError(f"{what}.count", came=count, expected="how many first entries, at least 1")
    form_of(subject, f"{what}.subject")
    root = parse_hash_hex(_text(value["root"], f"{what}.root"), f"{what}.root")
    return State(_text(value["kind"], f"{what}.kind"), subject_name(subject), count, root)


def _object(value: Mapping[str, Any], member: str, what: str) -> dict[str, Any]:
    found = value.get(member, {})
    if not isinstance(found, dict):
        raise MalformedError(f"{what}.{member}", came=type(found).__name__, expected="an object")
    return found


def _subjects(value: Mapping[str, Any], what: str) -> dict[str, str | list[str]]:
    return {
        role: _texts(named, f"{what}.{role}") if isinstance(named, list) else _text(named, f"{what}.{role}")
        for role, named in value.items()
    }


def _attachment(value: Any, what: str, folder: Path) -> AttachmentDraft:
    """Read a file, named by a path or by {"path", "mediaType"}."""
    named = {"path": value} if isinstance(value, str) else value
    if not isinstance(named, dict) or not {"path"} <= named.keys() <= {"path", "mediaType"}:
        raise MalformedError(what, came="another shape", expected="a path, or an object with path and mediaType")
    path = folder / _text(named["path"], f"{what}.path")
    guessed = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    try:
        with path.open("rb") as file:
            content = file.read(MAX_ATTACHMENT + 1)
    except OSError as error:
        raise SetupError(str(path), came=error.strerror, expected="a file to attach") from error
    if len(content) > MAX_ATTACHMENT:
        raise MalformedError(str(path), came="more", expected=f"at most {MAX_ATTACHMENT} bytes")
    return AttachmentDraft(_text(named.get("mediaType", guessed), f"{what}.mediaType"), content)


def parse_time(value: Any, what: str) -> int:
    """Return milliseconds since 1970 of a number, or of an RFC 3339 time with its zone."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        expected = "milliseconds since 1970, or a time like 2026-11-22T08:00:00+08:00"
        raise MalformedError(what, came=value, expected=expected)
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1000 + since.microseconds // 1000


def _text(value: Any, what: str) -> str:
    if not isinstance(value, str) or not value:
        raise MalformedError(what, came=value, expected="a text")
    return value


def _texts(value: Any, what: str) -> list[str]:
    if not isinstance(value, list):
        raise MalformedError(what, came=type(value).__name__, expected="a list of texts")
    return [_text(each, what) for each in value]
