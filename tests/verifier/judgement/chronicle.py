"""A registry replayed event by event, without a ledger: whatever is said stands at the next leaf."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any

from fixtures.zone.actors import Actor, agency, enterprise
from fixtures.zone.founding import LedgerNames, Zone
from ledger.compose.event import ComposedEvent, Draft
from ledger.signing.ledger_keys import generate_ledger_keys
from ledger.signing.signer import MemorySigner, generate
from tests.world import uscc
from verifier.judgement.registry import Registry
from verifier.judgement.replay import Replay
from verifier.ledgerformat.body import parse_body
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.head import Head, event_name, parse_head
from verifier.ledgerformat.statement import parse_statement
from verifier.ledgerformat.submission import parse_submission
from verifier.ledgerformat.vocabulary import EventType
from verifier.primitives.keys import EDDSA, PublicKey, format_key
from verifier.primitives.note import ED25519_COSIGNATURE, NoteKey
from verifier.vocabulary import registry_types

ORIGIN = "ledger.test/chronicle"
TIME = 1_700_000_000_000
NAMES = {"zh": "甲", "en": "A"}


class Chronicle:
    """Five agencies with root keys, an enterprise, and the replay of what they say.

    Attributes:
        replay: what was applied so far.
        leaf: the next one.
        time: ledger time of the next leaf.
        events: everything applied, in log order.
        times: ledger time of each leaf.
        zone: composes what founds a ledger.
    """

    def __init__(self, *, threshold: int = 3) -> None:
        """Start before leaf 0."""
        words = {"customs": ["customs", "registrar"], "inspection": ["inspection-quarantine"], "tax": ["tax"],
                 "market": ["market-regulator"], "commerce": ["commerce"]}  # fmt: skip
        self.agencies = [agency(label, label, label, roles) for label, roles in words.items()]
        self.customs, self.inspection, self.tax = self.agencies[:3]
        self.seller = enterprise(uscc("91330100MA2TEXT01"), "卖", "Seller", ["seller"], prefixes=["690123456"])
        self.replay = Replay(registry_types())
        self.leaf, self.time = 0, TIME
        self.events: list[Event] = []
        self.times: dict[int, int] = {}
        self.keys = generate_ledger_keys(ORIGIN)
        witness = NoteKey("witness.test", ED25519_COSIGNATURE, generate(EDDSA).public)
        names = LedgerNames.of(self.keys)
        self.zone = Zone(names, self.agencies, threshold, [witness], 1, self._record, lambda: TIME)

    def found(self) -> Chronicle:
        """Found the ledger and admit everybody."""
        self.zone.found()
        self.zone.admit_agencies()
        self.zone.admit_enterprises(self.customs, [self.seller])
        return self

    @property
    def registry(self) -> Registry:
        """Return the registry as it is now."""
        return self.replay.registry

    def say(self, actor: Actor, *drafts: Draft, as_root: bool = False) -> list[ComposedEvent]:
        """Let somebody say drafts as one batch, at the next leaf."""
        return self.zone.say(actor, drafts, as_root=as_root)

    def decree(self, *drafts: Draft) -> list[ComposedEvent]:
        """Let a root propose drafts and enough roots approve."""
        return self.zone.decree(drafts)

    def approve(self, event: ComposedEvent, *holders: Actor) -> None:
        """Let root holders approve, each at a leaf of its own."""
        for holder in holders:
            self.say(holder, approval(event), as_root=True)

    def charter(self, **changes: Any) -> Draft:
        """Return version 2 of the charter, with other members."""
        draft = self.zone._charter()
        data = {**json.loads(json.dumps(dict(draft.data))), **changes}
        founding = self.replay.founding
        if founding and "version" not in changes:
            data["version"], data["previous"] = 2, founding.name.hex()
        subjects = {"ledger": f"urn:suyuan:ledger:{data['origin']}"}
        return replace(draft, data=data, subjects=subjects)

    def _record(self, data: bytes) -> None:
        submission = parse_submission(data)
        header = parse_statement(submission.statement).header
        kid = header.kid
        if self.replay.founding:
            self.replay.signer_at(kid, self.leaf, self.time)
        replay, events = self.replay.copy(), []
        for position, (head, body) in enumerate(zip(submission.heads, submission.bodies, strict=True)):
            event = Event(event_name(head), self.leaf, position, parse_head(head), parse_body(body), kid)
            replay.apply(event, time=self.time)
            events.append(event)
        self.replay = replay  # a batch that is refused leaves nothing behind
        self.events += events
        self.times[self.leaf] = self.time
        self.leaf += 1


def approval(*events: ComposedEvent) -> Draft:
    """Return an approval of events."""
    return Draft("registry.approval", TIME, about=tuple(event.name for event in events))


def admission(who: Actor, **changes: Any) -> Draft:
    """Return the admission of an agency."""
    data = {"names": dict(who.names), "roles": list(who.roles), "jurisdiction": ["demonstration"], **changes}
    return Draft("registry.agency", TIME, {"agency": who.uri}, data)


def enterprise_admission(who: Actor, **changes: Any) -> Draft:
    """Return the admission of an enterprise."""
    data = {"names": dict(who.names), "roles": list(who.roles), "gs1Prefixes": [], "subjects": [], **changes}
    return Draft("registry.enterprise", TIME, {"enterprise": who.uri}, data)


def key_draft(holder: str, public: PublicKey, *, until: int | None = None, **changes: Any) -> Draft:
    """Return the registration of a key; of an agency or enterprise, as its holder is."""
    kind = "registry.key" if holder.startswith("urn:suyuan:agency:") else "registry.enterprise-key"
    subjects: dict[str, str | list[str]] = {"key": key_uri(public), "holder": holder}
    data = {"use": "statement", "key": format_key(public), "types": ["*"], "subjects": [], **changes}
    return Draft(kind, TIME, subjects, data, until=until)


def revocation(public: PublicKey, since: int | None = None) -> Draft:
    """Return the revocation of a key."""
    return ending({"key": key_uri(public)}, since)


def ending(subjects: Mapping[str, str], since: int | None = None) -> Draft:
    """Return the revocation of whatever stands in one of its roles."""
    return Draft("registry.revocation", TIME, dict(subjects), {"reason": "lost", "compromisedSince": since})


def suspension(subjects: Mapping[str, str], until: int) -> Draft:
    """Return the suspension of a key or agency."""
    return Draft("registry.suspension", TIME, dict(subjects), {"reason": "doubt"}, until=until)


def restoration(subjects: Mapping[str, str]) -> Draft:
    """Return the restoration of a key, agency or enterprise."""
    return Draft("registry.restoration", TIME, dict(subjects), {"reason": "found"})


def administered(who: Actor, keys: Sequence[MemorySigner], threshold: int) -> Draft:
    """Return the admission of an agency that names administrators."""
    named = {"administrators": [format_key(each.public) for each in keys], "administratorThreshold": threshold}
    return admission(who, **named)


def under(who: Actor, signer: MemorySigner) -> Actor:
    """Return the same participant, signing with another key."""
    return replace(who, signer=signer)


def policy_draft(label: str, types: Sequence[str], rule: Mapping[str, Any], until: int | None = None) -> Draft:
    """Return a recognition policy."""
    subjects: dict[str, str | list[str]] = {
        "policy": f"urn:suyuan:policy:{label}",
        "types": [f"urn:suyuan:type:{each}" for each in types],
    }
    return Draft("registry.policy", TIME, subjects, {"rule": dict(rule), "basis": NAMES}, until=until)


def key_uri(public: PublicKey) -> str:
    """Return the subject of a key."""
    return f"urn:suyuan:key:{public.kid.hex()}"


def revoked_from(chronicle: Chronicle, public: PublicKey) -> int:
    """Return the first leaf at which a key is revoked, as of the next leaf."""
    revoked = chronicle.registry.revocation_at(key_uri(public), chronicle.leaf)
    assert revoked is not None, "a key that is revoked"
    return revoked.since


def new_key() -> MemorySigner:
    """Return a signer with a new key."""
    return generate(EDDSA)


def bare(type_: str, leaf: int, *, position: int = 0, issuer: str = "urn:suyuan:agency:a", **members: Any) -> Event:
    """Return an event of which only the head is held, named after its place."""
    name = sha256(f"{type_} {leaf} {position} {members.get('about')}".encode()).digest()
    head = Head(type_, bytes(16), issuer, members.pop("time", leaf), members.pop("joins", ()), bytes(32), **members)
    return Event(name, leaf, position, head, None, b"")


def made_type(name: str, **members: Any) -> EventType:
    """Return a type with these members, and nothing in all others."""
    nothing = {
        "version": 1, "stage": "s", "title": NAMES, "roles": frozenset("*"), "subjects": {}, "answers": None,
        "closes": False, "ends": False, "head": {}, "schema": {}, "disclosures": {}, "permanent": False, "order": (),
        "late": None,
    }  # fmt: skip
    return EventType(name, **{**nothing, **members})
