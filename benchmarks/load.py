"""A ledger under load: one carrier, one lean type, signed batches of events on logistic units."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fixtures.zone.actors import Actor, agency, enterprise
from fixtures.zone.founding import LedgerNames, Zone
from ledger.compose.event import ComposedEvent, Draft, uuid7
from ledger.ledger import Ledger
from ledger.signing.ledger_keys import generate_ledger_keys
from ledger.store.opening import NAMED, create_tables, open_store
from ledger.tiles.folder import TileFolder
from verifier.ledgerformat.body import body_hash
from verifier.ledgerformat.head import Head, event_name, format_head
from verifier.ledgerformat.subject import subject_name
from verifier.ledgerformat.submission import format_submission

CARRIER = "91330100BENCH00009"
PREFIX = "69012345"
TYPE: dict[str, Any] = {
    "type": "bench.moved",
    "version": 1,
    "mapping": 1,
    "stage": "transport",
    "title": {"zh": "移动", "en": "Moved"},
    "roles": ["carrier"],
    "subjects": {"units": {"form": "unit", "many": True, "joins": ["trace"], "opens": ["unit"]}},
    "head": {},
    "schema": {
        "type": "object",
        "properties": {
            "bizStep": {"type": "string", "maxLength": 64},
            "readPoint": {"type": "string", "maxLength": 128},
            "remark": {"type": "string", "maxLength": 512},
            "weight": {"type": "string", "pattern": "^[0-9]+[.][0-9]{3}$"},
        },
        "required": ["bizStep", "readPoint", "weight"],
        "additionalProperties": False,
    },
    "disclosures": {},
    "permanent": True,
}


def now() -> int:
    """Return milliseconds since 1970."""
    return time.time_ns() // 1_000_000


@dataclass(slots=True)
class Load:
    """A founded ledger, and the carrier that loads it."""

    ledger: Ledger
    carrier: Actor
    rnd: random.Random
    units: int = 0

    def batch(self, size: int, fresh: float = 0.9) -> bytes:
        """Return a signed submission of `size` events: 1.2 joins each, mostly of new units."""
        events = [self._event(fresh) for _ in range(size)]
        return format_submission(self.carrier.sign(events, self.ledger.origin))

    def _event(self, fresh: float) -> ComposedEvent:
        rnd = self.rnd
        units = [self._unit(fresh)]
        if rnd.random() < 0.2:
            units.append(self._unit(fresh))
        units = list(dict.fromkeys(units))
        body = json.dumps(
            {
                "subjects": {"units": units},
                "data": {
                    "bizStep": "departing",
                    "readPoint": f"https://id.gs1.org/414/{rnd.randrange(10**12):012d}0",
                    "weight": f"{rnd.randrange(1, 30)}.{rnd.randrange(1000):03d}",
                    "remark": rnd.randbytes(105).hex(),
                },
                "_sd": {},
                "salt": "AAAAAAAAAAAAAAAAAAAAAA",
            },
            separators=(",", ":"),
        ).encode()
        time_ = now()
        head = format_head(
            Head(
                type=TYPE["type"],
                id=uuid7(time_, rnd.randbytes(10)),
                issuer=self.carrier.uri,
                time=time_,
                joins=tuple(sorted(("trace", subject_name(each)) for each in units)),
                body=body_hash(body),
            )
        )
        return ComposedEvent(event_name(head), head, body, (), ())

    def _unit(self, fresh: float) -> str:
        if self.units and self.rnd.random() > fresh:
            return unit(self.rnd.randrange(self.units))
        self.units += 1
        return unit(self.units - 1)


def unit(number: int) -> str:
    """Return the SSCC subject of a running number."""
    digits = f"0{PREFIX}{number:08d}"
    weighted = sum(int(each) * (3 if place % 2 == 0 else 1) for place, each in enumerate(reversed(digits)))
    return f"https://id.gs1.org/00/{digits}{-weighted % 10}"


def uscc(seventeen: str) -> str:
    """Return a unified social credit code from its first 17 signs."""
    signs = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    total = sum(signs.index(each) * 3**place for place, each in enumerate(seventeen))
    return seventeen + signs[-total % 31]


def open_load(folder: Path, seed: int = 1, database: str | None = None) -> Load:
    """Return a new ledger in `folder`, founded without witnesses, with one carrier and the lean type.

    With the address of a server's empty database, its rows lie there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if database:
        (folder / NAMED).write_text(database)
    create_tables(folder)
    keys = generate_ledger_keys("bench.example/ledger")
    ledger = Ledger(
        open_store(folder),
        TileFolder(folder / "tiles"),
        keys=keys,
        guard=folder / "guard",
        clock=now,
        monotonic=time.monotonic,
    )
    root = agency("customs", "海关", "Customs", ["customs", "registrar"])
    carrier = enterprise(uscc("91330100MA2BENCH3"), "承运", "Carrier", ["carrier"], prefixes=[PREFIX])

    def send(data: bytes) -> None:
        ledger.submit(data).result()

    zone = Zone(LedgerNames.of(keys), [root], 1, [], 0, send, now)
    zone.found()
    zone.admit_agencies()
    file = json.dumps(TYPE)
    subjects: dict[str, str | list[str]] = {"type": f"urn:suyuan:type:{TYPE['type']}"}
    zone.decree([Draft("registry.type", now(), subjects=subjects, data={"file": file})])
    zone.admit_enterprises(root, [carrier])
    return Load(ledger, carrier, random.Random(seed))


def chunks(total: int, size: int) -> Iterator[int]:
    """Yield sizes that add up to `total`."""
    for start in range(0, total, size):
        yield min(size, total - start)
