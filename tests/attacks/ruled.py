"""A world with types whose rules of order look at one kind of histories, or at what stands there as the latest."""

from __future__ import annotations

import json
import threading
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from ledger.compose.event import ComposedEvent, Draft
from ledger.export.export import export_ledger
from tests.world import World, now
from verifier.cli.sources import open_source
from verifier.ledgerformat.head import Pair, State, event_name
from verifier.ledgerformat.index import HistoryEntry, history_root, index_key
from verifier.ledgerformat.subject import subject_name
from verifier.ledgerformat.submission import format_submission
from verifier.ledgerformat.vocabulary import parse_type
from verifier.proof.audit.report import Report
from verifier.proof.audit.walk import audit

INVOICE = f"urn:suyuan:claim:tax:{sha256(b'invoice').hexdigest()}"
ENTRY, OTHER = "urn:suyuan:list:hold:1", "urn:suyuan:list:hold:2"
MONTH, SECOND = (f"urn:suyuan:set:lists:91350100M000100Y43:2026-{month}" for month in ("11", "12"))
_CLAIM = {"invoice": {"form": "claim", "joins": ["claim"]}}
_ENTRY = {"entries": {"form": "list-entry", "many": True, "joins": ["list"]}}
_MONTH = {"months": {"form": "set", "many": True, "joins": ["member"]}}
_FOLLOWED = {"goods": {"form": ["handle:order", "handle:parcel", "product"], "many": True, "follows": ["trace"]}}
_HELD = ["test.held", "test.lifted", "test.seized"]
_FILES: dict[str, dict[str, Any]] = {
    "test.claimed": {
        "subjects": _CLAIM,
        "order": [{"code": "claimed-twice", "once": True, "in": "claim", "refuse": True}],
    },
    "test.held": {"subjects": _ENTRY},
    "test.lifted": {
        "subjects": _ENTRY,
        "order": [{"code": "not-held", "last": _HELD, "needs": ["test.held"], "in": "list", "refuse": True}],
    },
    "test.released": {
        "subjects": _ENTRY,
        "order": [{"code": "held", "last": _HELD, "is": ["test.lifted"], "in": "list", "refuse": True}],
    },
    "test.used": {
        "subjects": _CLAIM,
        "order": [
            {"code": "not-claimed", "after": ["test.claimed"], "in": "claim", "by": "position", "refuse": True},
        ],
    },
    "test.timed": {
        "subjects": _CLAIM,
        "order": [{"code": "timed-early", "after": ["test.claimed"], "in": "claim", "by": "time", "refuse": True}],
    },
    "test.told": {
        "subjects": _CLAIM,
        "order": [{"code": "told-twice", "once": True, "in": "claim", "refuse": False}],
    },
    "test.settled": {
        "subjects": _CLAIM | _FOLLOWED,
        "order": [{"code": "not-ordered", "after": ["order.placed"], "in": "each", "by": "position", "refuse": True}],
    },
    "test.reached": {
        "subjects": _CLAIM | _FOLLOWED,
        "order": [
            {"code": "not-released", "after": ["clearance.release"], "in": "reach", "by": "position", "refuse": True}
        ],
    },
    "test.listed": {"subjects": _MONTH},
    "test.summed": {
        "subjects": _MONTH,
        "head": {"state": "required"},
        "order": [{"code": "not-later", "advances": True, "in": "member", "refuse": True}],
    },
}
_COMMON = {"version": 1, "mapping": 1, "stage": "clearance", "title": {"zh": "试", "en": "Test"}, "roles": ["*"],
           "head": {}, "schema": {"type": "object"}, "disclosures": {}, "permanent": True}  # fmt: skip


def files() -> dict[str, str]:
    """Return the type files, by name."""
    return {name: json.dumps({**_COMMON, "type": name, **file}) for name, file in _FILES.items()}


def register(world: World) -> None:
    """Put the types into force."""
    drafts = [
        Draft("registry.type", now(), {"type": f"urn:suyuan:type:{name}"}, {"file": file})
        for name, file in files().items()
    ]
    world.zone.decree(drafts)


@dataclass(slots=True)
class Ruled:
    """A world in which these types are in force."""

    world: World
    who: str = "seller"

    def event(self, type_: str, *subjects: str, state: State | None = None, when: int | None = None) -> ComposedEvent:
        """Return an event of a type on its subjects; `when`: the time that it claims, now if it is not given."""
        kind = parse_type(files()[type_].encode())
        (role,) = kind.subjects.values()
        named: dict[str, str | list[str]] = {role.name: list(subjects) if role.many else subjects[0]}
        return self.world.cast[self.who].compose(Draft(type_, when or now(), named, state=state), {type_: kind})

    def signed(self, *events: ComposedEvent) -> bytes:
        """Return one batch of events."""
        return format_submission(self.world.cast[self.who].sign(events, self.world.ledger.origin))

    def say(self, *events: ComposedEvent) -> int:
        """Record events as one batch; return its leaf."""
        return self.world.ledger.submit(self.signed(*events)).result(timeout=30)

    def tell(self, type_: str, *subjects: str) -> int:
        """Record one event."""
        return self.say(self.event(type_, *subjects))

    def sum(self, subject: str = MONTH, *, back: int = 0, joins: tuple[str, ...] = (), **changes: Any) -> ComposedEvent:
        """Return an event that states a set's first entries, but for the newest `back` of them."""
        name = subject_name(subject)
        entries = self.entries(("member", name))
        entries = entries[: len(entries) - back]
        state = {"kind": "member", "name": name, "count": len(entries), "root": history_root(entries)} | changes
        return self.event("test.summed", *(joins or (subject,)), state=State(**state))

    def entries(self, pair: Pair) -> list[HistoryEntry]:
        """Return a history's entries as the store has them."""
        with self.world.ledger.store.read() as reader:
            rows = reader.history(index_key(*pair), reader.counters().size)
        return [HistoryEntry(event_name(each.head), each.leaf, each.position) for each in rows]

    def together(self, *submissions: bytes) -> list[Future[int]]:
        """Submit while the writer is busy, so that all come into one block."""
        started, release = threading.Event(), threading.Event()
        self.world.ledger.writer.call(lambda: (started.set(), release.wait(60)))
        assert started.wait(30)
        try:
            return [self.world.ledger.submit(each) for each in submissions]
        finally:
            release.set()

    def audited(self, folder: Path) -> Report:
        """Return an auditor's report on what the ledger exports."""
        world = self.world
        world.cosign()
        for meta in (("origin", world.ledger.origin), ("guard", str(world.folder / "guard"))):
            world.ledger.writer.call(partial(world.ledger.store.writer().set_meta, *meta)).result()
        with world.ledger.store.read() as reader:
            export_ledger(reader, folder)
        return audit(open_source(str(folder)), world.standpoint())
