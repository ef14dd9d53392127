"""A zone whose items have hidden codes, a real service in front of it, and the zone's public desk."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import count
from pathlib import Path

from fixtures.zone.actors import Actor, agency
from ledger.activation.drawing import Drawn, draw_codes
from ledger.client.client import LedgerClient
from ledger.compose.event import Draft
from ledger.publicdesk.alarms import Alarms
from ledger.publicdesk.desk import PublicDesk
from ledger.publicdesk.setting import Setting
from ledger.trade.speaker import Speaker
from tests.ledger.client.serving import Service
from tests.world import DAY, ORIGIN, PRODUCT, World, found_world, now
from verifier.ledgerformat.body import parse_body
from verifier.ledgerformat.head import parse_head


def claim(secret: bytes = b"mine") -> bytes:
    """Return what stands in an activation for a buyer's secret."""
    return sha256(secret).digest()


@dataclass
class Counter:
    """The zone, its service, and whose clock the desk looks at."""

    world: World
    service: Service
    official: Actor
    time: int = 0  # ahead of the clock
    numbers: count = field(default_factory=count)
    serials: count = field(default_factory=lambda: count(1))

    def item(self, *, coded: bool = True) -> Drawn:
        """Return a new item, commissioned, and committed to the code that is returned with it."""
        item = f"{PRODUCT}/21/H{next(self.serials):05}"
        self.world.say(
            "seller", Draft("transport.commissioning", now(), {"item": item, "product": PRODUCT}, {"action": "ADD"})
        )
        (drawn,) = draw_codes([item], secrets.token_bytes)
        if coded:
            self.world.say("seller", drawn.draft(now()))
        return drawn

    def setting(self, folder: Path, *, alarms: Alarms | None = None, client: LedgerClient | None = None) -> Setting:
        zone = self.world.zone
        speaker = Speaker(self.official.uri, self.official.signer, self._take, zone.types, ORIGIN, secrets.token_bytes)
        return Setting(
            folder=folder,
            client=client or LedgerClient(self.service.url, timeout=60),
            speaker=speaker,
            policy=self.world.standpoint().policy,
            clock=lambda: now() + self.time,
            random=secrets.token_bytes,
            alarms=alarms or Alarms(),
        )

    def desk(self, folder: Path, **setting: object) -> PublicDesk:
        return PublicDesk(self.setting(folder, **setting))

    def _take(self, many: int) -> int:
        first, *_ = [next(self.numbers) for _ in range(many)]
        return first

    def recorded(self, type_: str, item: str) -> list[dict]:
        """Return the data of the events of a type in an item's trace, as the ledger's database has them."""
        found = []
        with self.world.ledger.store.read() as reader:
            for row in reader.events_from(0, self.world.ledger.head.edge.size):
                if row.head[0] != 0xD2 and parse_head(row.head).type == type_:
                    body = parse_body(row.body)
                    found += [dict(body.data)] if item in (body.all_subjects() or (item,)) else []
        return found


def open_counter(folder: Path) -> Counter:
    world = found_world(folder, witnesses=0, quorum=0, policies=False)
    official = agency("public-desk", "示例公众服务台", "Example Public Desk", ["public-desk"], root=False)
    world.cast["desk"] = official
    world.zone.admit_agencies([official])
    seller = {"enterprise": world.cast["seller"].uri}
    names = {"zh": "示例奶粉", "en": "Example milk powder"}
    filing = Draft("filing.enterprise", now() - DAY, seller, {"names": names, "customsCode": "3301000001"})
    world.say("seller", filing)
    filed = {"names": names, "hsCode": "1901101000", "origin": "NZ"}
    world.say("seller", Draft("filing.product", now() - DAY, {"product": PRODUCT, **seller}, filed))
    return Counter(world, Service(world.ledger), official)


def close_counter(counter: Counter) -> None:
    counter.service.close()
    counter.world.ledger.close()
