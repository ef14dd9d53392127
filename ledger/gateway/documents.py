"""Documents that can become events, and customs documents among them: what is said with them, what answers what."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from hashlib import sha256

from ledger.compose.event import PreparedEvent
from ledger.gateway.register import Number, numbers_of_declaration
from ledger.readers.ceb import Document, Draw, Facts, Mode, Signature, answered_by, draw_events
from ledger.readers.ceb.draft import NO_FACTS
from ledger.readers.ceb.drafts.receipt import ANSWERED
from ledger.readers.ceb.signature.result import Reason, State
from ledger.readers.epcis import Recorded
from verifier.primitives.json_spelling import speller_of
from verifier.primitives.quick import maker_of

_spell_sorted = speller_of(json.JSONEncoder(ensure_ascii=False, sort_keys=True))
_FACTS = tuple(each.name for each in fields(Facts))


@dataclass(frozen=True, slots=True)
class Prepared:
    """An event of a document, as far as it is made without the gateway's file (`ledger.gateway.preparing`).

    Attributes:
        event: with stand-ins for handles.
        asked: each stand-in, and the numbers of what it stands for, in the order in which they were asked for.
        told: by what EPCIS documents may refer to it.
    """

    event: PreparedEvent
    asked: tuple[tuple[str, tuple[Number, ...]], ...]
    told: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Read:
    """One document that can become events.

    Attributes:
        path: where it stood, like `Order[2]`.
        digest: SHA-256 of what it says: the same document is taken once, however often it comes.
        drafts: what makes its drafts, given earlier events and those that it answers; each asks for handles.
        source: what it is read from again, where something is missing; None where nothing can be.
        reported: what a receipt to it is found by.
        answers: what the document that it is a receipt to is found by; None where it is none.
        names: numbers of one list that it states together: a receipt tells customs' number of what was declared under
            the declarant's own.
        prepared: its events, where somebody has prepared them: what `drafts` comes to.
    """

    path: str
    digest: bytes
    drafts: Callable[[Recorded, Sequence[bytes]], Sequence[Draw]]
    source: bytes | None = None
    reported: tuple[str, ...] = ()
    answers: str | None = None
    names: tuple[Number, ...] = ()
    prepared: tuple[Prepared, ...] | None = None


make_prepared, make_read = maker_of(Prepared), maker_of(Read)  # the same, quickly


def ceb_document(document: Document, facts: Facts, signature: Signature, said: bytes) -> Read:
    """Return a customs document; `said` goes before its source, so that it can be read again."""
    content = _spell_sorted([document.message, document.head, document.lines])
    answered = answered_by(document) if not facts.about else None

    def drafts(_recorded: Recorded, about: Sequence[bytes]) -> Sequence[Draw]:
        told = facts
        if about:
            names = [each.hex() for each in about]
            told = Facts(about=names) if facts is NO_FACTS else replace(facts, about=names)
        return draw_events(document, facts=told, signature=signature)

    return make_read(
        path=document.path,
        digest=sha256(content.encode()).digest(),
        drafts=drafts,
        source=said + b"\n" + document.source,
        reported=_reported(document),
        answers=_key(answered.message, answered.elements) if answered else None,
        names=_names_in(document) if document.message in _NAMING else (),
    )


def format_said(mode: Mode, facts: Facts, signature: Signature) -> bytes:
    """Return what was said with a message and found of it, as one line of JSON."""
    return _spell_nothing(mode, signature) if facts is NO_FACTS else _spell_said(mode, facts, signature)


@lru_cache(maxsize=64)
def _spell_nothing(mode: Mode, signature: Signature) -> bytes:
    """Return the line of those many messages with which nothing was said."""
    return _spell_said(mode, NO_FACTS, signature)


def _spell_said(mode: Mode, facts: Facts, signature: Signature) -> bytes:
    reason = signature.reason.value if signature.reason else None
    found = [signature.state.value, reason, signature.fingerprint, signature.subject]
    told = {"mode": mode.value, "facts": {name: getattr(facts, name) for name in _FACTS}, "signature": found}
    return _spell_sorted(told).encode()


def parse_said(said: bytes) -> tuple[Mode, Facts, Signature]:
    """Return what `format_said` wrote."""
    told = json.loads(said)
    facts = told["facts"]
    facts["products"] = {int(number): product for number, product in facts["products"].items()}
    facts["covers"] = tuple(facts["covers"]) if facts["covers"] else None
    state, reason, fingerprint, subject = told["signature"]
    signature = Signature(State(state), Reason(reason) if reason else None, fingerprint, subject)
    return Mode(told["mode"]), Facts(**facts), signature


def _reported(document: Document) -> tuple[str, ...]:
    """Return what receipts to a document find it by."""
    return tuple(
        _key(document.message, {name: document.head[name] for name in names})
        for names in _NAMES.get(document.message, ())
        if all(name in document.head for name in names)
    )


def _names_in(document: Document) -> tuple[Number, ...]:
    head = document.head
    numbers = (head.get(name) for name in ("invtNo", "copNo", "preNo"))
    return tuple(numbers_of_declaration(head["agentCode"], *numbers)) if "agentCode" in head else ()


def _key(message: str, elements: Mapping[str, str]) -> str:
    return sha256(_spell_sorted([message, elements]).encode()).hexdigest()


_NAMING = ("CEB604", "CEB622")
_NAMES: dict[str, set[tuple[str, ...]]] = {}
for _message, _names in ANSWERED.values():
    _NAMES.setdefault(_message, set()).add(_names)
