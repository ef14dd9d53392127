"""A zone whose papers come in any order, a real service in front of it, and customs' desk for matching them."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

from ledger.client.client import LedgerClient
from ledger.compose.event import ComposedEvent, Draft
from ledger.matching.following import log_size
from ledger.matching.matcher import Judging, Matcher
from ledger.matching.memory import Memory
from ledger.signing.signer import Signer, generate
from ledger.trade.speaker import Speaker
from tests.ledger.client.serving import Service
from tests.verifier.results.paperwork import FOUR, PAPERS
from tests.world import DAY, ORIGIN, PRODUCT, World, found_world, handle, now
from verifier.ledgerformat.body import parse_body
from verifier.ledgerformat.disclosure import parse_disclosure
from verifier.ledgerformat.head import parse_head
from verifier.ledgerformat.submission import Submission, format_submission
from verifier.primitives.keys import EDDSA, format_key
from verifier.results.amounts import add, spell_amount

SAYS = {"order": "platform", "payment": "payer", "waybill": "carrier", "list": "seller"}
TYPES = {"order": "order.placed", "payment": "order.payment", "waybill": "transport.waybill", "list": "clearance.list"}
LISTED = {"customs": "2244", "port": "2244", "origin": "601", "lineCount": 2}


@dataclass
class Office:
    """A world with the seller's product filed, its service, and request keys by name."""

    world: World
    service: Service
    folder: Path
    keys: dict[str, Signer] = field(default_factory=dict)
    seeds: count = field(default_factory=lambda: count(1))

    def file(self) -> None:
        seller = {"enterprise": self.uri("seller")}
        names = {"zh": "示例奶粉", "en": "Example milk powder"}
        filing = Draft("filing.enterprise", now() - DAY, seller, {"names": names, "customsCode": "3301000001"})
        filed = {"names": names, "hsCode": "1901101000", "origin": "NZ"}
        product = Draft("filing.product", now() - DAY, {"product": PRODUCT, **seller}, filed)
        self.world.say("seller", filing)
        self.world.say("seller", product)

    def uri(self, who: str) -> str:
        return self.world.cast[who].uri

    def client(self, who: str) -> LedgerClient:
        """Return a client that signs its requests for somebody, with a key that the zone registered."""
        if who not in self.keys:
            self.keys[who] = generate(EDDSA)
            key = self.keys[who].public
            agency = self.uri(who).startswith("urn:suyuan:agency:")
            subjects = {"key": f"urn:suyuan:key:{key.kid.hex()}", "holder": self.uri(who)}
            data = {"use": "request", "key": format_key(key), "types": ["*"], "subjects": []}
            draft = Draft("registry.key" if agency else "registry.enterprise-key", now(), subjects, data)
            self.world.zone.decree([draft]) if agency else self.world.say("customs", draft)
        return LedgerClient(self.service.url, request_key=self.keys[who])

    def purchase(self) -> Purchase:
        return Purchase(self, str(next(self.seeds)))

    def desk(self, path: Path, **judging: object) -> Desk:
        return Desk(self, path, Judging(**judging))

    def fresh_desk(self, path: Path, **judging: object) -> Desk:
        """Return a desk for which everything that is recorded by now is old."""
        memory = Memory(path, origin=ORIGIN, issuer=self.uri("customs"))
        self.client("customs")  # whose key is recorded when it first asks
        memory.notice((), self.world.ledger.head.edge.size)
        memory.close()
        return self.desk(path, **judging)

    def recorded(self, type_: str) -> list[dict]:
        """Return the data of all recorded events of a type, in log order."""
        with self.world.ledger.store.read() as reader:
            rows = list(reader.events_from(0, self.world.ledger.head.edge.size))
        return [dict(parse_body(row.body).data) for row in rows if parse_head(row.head).type == type_]


@dataclass
class Purchase:
    """The papers of one parcel, said one by one, bent where asked."""

    office: Office
    seed: str
    said: dict[str, ComposedEvent] = field(default_factory=dict)

    @property
    def order(self) -> str:
        return handle("order", f"match {self.seed}")

    @property
    def parcel(self) -> str:
        return handle("parcel", f"match {self.seed}")

    @property
    def declaration(self) -> str:
        return handle("declaration", f"match {self.seed}")

    def say(self, *sources: str, **bent: dict[str, object]) -> Purchase:
        for source in sources or FOUR:
            draft = self._draft(source, bent.get(source, {}))
            (self.said[source],) = self.office.world.say(SAYS[source], draft)
        return self

    def _draft(self, source: str, bent: dict[str, object]) -> Draft:
        stated = deepcopy(PAPERS[source])
        for pointer, value in bent.items():
            stated[pointer] = {**stated[pointer], **value} if isinstance(value, dict) else value
        stated |= {"/quantity": pieces(stated)} if source == "order" else {}
        data = stated.pop("data") | (LISTED if source == "list" else {})
        seller = self.office.uri("seller")
        month = f"urn:suyuan:set:lists:{seller.rpartition(':')[2]}:2026-11"
        subjects = {
            "order": {"order": self.order, "total": self.order},
            "payment": {"order": self.order},
            "waybill": {"parcel": self.parcel, "order": self.order},
            "list": {"declaration": self.declaration, "order": self.order, "products": [PRODUCT],
                     "enterprise": seller, "month": month},
        }[source]  # fmt: skip
        to = seller if source == "order" else None
        return Draft(TYPES[source], now(), subjects, data, stated, to=to)

    def values(self, source: str) -> dict[str, object]:
        return {each.pointer: each.value for each in map(parse_disclosure, self.said[source].disclosures)}


def pieces(stated: Mapping[str, Any]) -> str:
    """Return how many pieces the lines of papers are of."""
    return spell_amount(add(Decimal(each["quantity"]) for each in stated["/lines"]["items"]))


@dataclass
class Desk:
    """A matching service of customs that can be stopped, broken and started again."""

    office: Office
    path: Path
    judging: Judging
    sent: list[Submission] = field(default_factory=list)
    fail: Exception | None = None
    lose: Exception | None = None

    def run(self):
        """Take one pass over all that is recorded, in a process of its own as far as the memory knows."""
        world = self.office.world
        until(lambda: log_size(self.office.client("customs")) == world.ledger.head.edge.size)
        customs = world.cast["customs"]
        memory = Memory(self.path, origin=ORIGIN, issuer=customs.uri)
        speaker = Speaker(customs.uri, customs.signer, self._numbers, world.zone.types, ORIGIN, secrets.token_bytes)
        try:
            return Matcher(
                memory, self.office.client("customs"), speaker, judging=self.judging, standpoint=world.standpoint,
                clock=now, send=self._send,
            ).turn()  # fmt: skip
        finally:
            memory.close()

    def _numbers(self, count_: int) -> int:
        customs = self.office.world.cast["customs"]
        kid = customs.signer.public.kid
        first = customs.next_number(kid)
        customs._sequence[kid] = first + count_
        return first

    def _send(self, submission: Submission) -> None:
        self.sent.append(submission)
        if self.fail:
            raise self.fail
        self.office.client("customs").submit(format_submission(submission))
        if self.lose:
            raise self.lose


def open_office(folder: Path) -> Office:
    world = found_world(folder / "world", witnesses=0, quorum=0, policies=False)
    office = Office(world, Service(world.ledger), folder)
    office.service.open_reads(open_=False)
    office.file()
    return office


def close_office(office: Office) -> None:
    office.service.close()
    office.world.ledger.close()


def until(condition, seconds: float = 120.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.01)
