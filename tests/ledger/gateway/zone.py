"""A zone whose firms are those of the invented messages, and gateways that speak for them."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from fixtures.messages import EXAMPLE_COMPANIES, EXAMPLE_GOODS, parcel_messages
from fixtures.zone.actors import Actor, enterprise
from ledger.client.client import LedgerClient
from ledger.client.transport import Patience
from ledger.compose.event import Draft
from ledger.gateway.batching import Limits
from ledger.gateway.door import Door
from ledger.gateway.gateway import Gateway, Setting
from ledger.gateway.intake import Arrival, read_ceb
from ledger.gateway.jobs import Told
from ledger.gateway.resolving import Resolver
from ledger.gateway.sending import Sender
from ledger.gateway.store import Store
from ledger.readers.ceb import Facts
from ledger.signing.signer import Signer
from tests.world import ORIGIN, World, found_world, now
from verifier.ledgerformat.head import event_name
from verifier.ledgerformat.trust_policy import TrustPolicy

GOODS = EXAMPLE_GOODS[:1]
SENDERS = {"CEB311": "platform", "CEB411": "payment", "CEB511": "carrier", "CEB621": "seller", "CEB513": "carrier"}
QUICK = Limits(period=0.02)


def found_firms(folder: Path, *, witnesses: int = 0) -> World:
    """Return a zone with the firms of the messages and their product filed."""
    world = found_world(folder, witnesses=witnesses, quorum=min(witnesses, 2), policies=False)
    firms = EXAMPLE_COMPANIES
    roles = {"platform": ["platform"], "seller": ["seller"], "payment": ["payment"], "carrier": ["carrier"]}
    for name, role in roles.items():
        firm = getattr(firms, name)
        prefixes = ["952000000"] if name in ("seller", "carrier") else []
        world.cast[name] = enterprise(firm.code, firm.name, name, role, prefixes=prefixes)
    world.zone.admit_enterprises(world.cast["customs"], [world.cast[name] for name in roles])
    seller = world.cast["seller"]
    filed = {"names": dict(seller.names), "customsCode": "3301000001"}
    world.say("seller", Draft("filing.enterprise", now(), {"enterprise": seller.uri}, filed))
    for goods in EXAMPLE_GOODS:
        product = {"product": f"https://id.gs1.org/01/{goods.gtin.zfill(14)}", "enterprise": seller.uri}
        data = {"names": {"zh": goods.name, "en": "Example"}, "hsCode": goods.hs_code, "origin": "NZ"}
        world.say("seller", Draft("filing.product", now(), product, data))
    return world


def messages_of(seeds: Iterable[int], codes: Iterable[str] = tuple(SENDERS)) -> list[tuple[str, bytes]]:
    """Return the messages of parcels, each with the name of its sender, in the order of their life."""
    wanted = set(codes)
    return [
        (SENDERS[code], message)
        for seed in seeds
        for code, message in parcel_messages(seed, goods=GOODS).items()
        if code in wanted and code in SENDERS
    ]


@dataclass
class Gated:
    """A gateway over a folder that can be stopped and started again."""

    world: World
    url: str
    folder: Path
    names: tuple[str, ...] = ("platform", "payment", "carrier", "seller")
    limits: Limits = QUICK
    most: int = 100_000
    request_key: Signer | None = None
    policy: TrustPolicy | None = None
    gateway: Gateway | None = None
    resolver: Resolver | None = None

    def start(self) -> Gateway:
        senders = [
            Sender(self.world.cast[name].uri, self.world.cast[name].signer, self.world.folder / f"{name}.pem")
            for name in self.names
        ]
        setting = Setting(
            senders={each.uri: each for each in senders}, types=self.world.zone.types, origin=ORIGIN,
            random=secrets.token_bytes, clock=now, most=self.most, limits=self.limits, pause=0.05,
        )  # fmt: skip
        client = LedgerClient(self.url, patience=Patience(attempts=1))
        self.gateway = Gateway(
            Store(self.folder, origin=ORIGIN), setting, client=client, door=Door(self.url), check=lambda *_: None
        )
        if self.request_key and self.policy:
            self.resolver = self.resolving(time.monotonic)
        self.gateway.start()
        return self.gateway

    def resolving(self, steady: Callable[[], float]) -> Resolver:
        """A resolver of the gateway that keeps its pauses by this clock, in seconds."""
        assert self.gateway
        assert self.policy
        asking = LedgerClient(self.url, patience=Patience(attempts=1), request_key=self.request_key)
        return Resolver(self.gateway, asking, self.policy, clock=now, steady=steady)

    def stop(self) -> None:
        if self.gateway:
            self.gateway.close()
        self.gateway = None

    def take(self, who: str, data: bytes, facts: Facts | None = None) -> Told:
        return self.hand(who, self.read(data, facts))

    def read(self, data: bytes, facts: Facts | None = None) -> Arrival:
        """Read a message; an order hands the goods over to the seller."""
        ordered = Facts(to=self.world.cast["seller"].uri) if b"CEB311Message" in data else None
        return read_ceb(data, facts=facts or ordered)

    def hand(self, who: str, arrival: Arrival, *, whole: bool = False) -> Told:
        return self.gateway.take(arrival, self.world.cast[who].uri, whole=whole).result(30)

    def states(self) -> dict[str, int]:
        with self.gateway.store.reading() as connection:
            return dict(connection.execute("SELECT state, count(*) FROM item GROUP BY state").fetchall())

    def reasons(self) -> list[str]:
        with self.gateway.store.reading() as connection:
            return [reason for (reason,) in connection.execute("SELECT reason FROM item WHERE state = 'parked'")]

    def wait(self, seconds: float = 120) -> dict[str, int]:
        assert self.gateway.wait_idle(seconds), (self.states(), self.gateway.sending.troubles)
        assert self.gateway.fault is None
        return self.states()


def recorded_names(world: World) -> list[bytes]:
    """Return the names of all events that the ledger holds, one entry each time it holds them."""
    with world.ledger.store.read() as reader:
        return [event_name(row.head) for row in reader.events_from(0, world.ledger.head.edge.size)]


def until(condition, seconds: float = 120.0) -> None:
    """Wait for a condition."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.01)


def actor_of(world: World, name: str) -> Actor:
    return world.cast[name]
