"""A recall of a large lot: listing its items over the service, and counting where they are."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.endorse import serving
from benchmarks.load import chunks
from fixtures.zone.founding import draft_key
from ledger.client.client import LedgerClient
from ledger.compose.event import Draft
from ledger.signing.signer import MemorySigner, generate
from ledger.trade.recall import Reach, reach_of
from tests.world import FIRM, PRODUCT, World, found_world, handle, now, parcel_story
from verifier.ledgerformat.statement import MAX_BATCH
from verifier.primitives.keys import EDDSA

LOT = f"{PRODUCT}/10/LARGE"


@dataclass(frozen=True, slots=True)
class Lot:
    """A ledger with a lot.

    Attributes:
        world: the ledger and its people.
        items: how many came from the lot.
        sold: how many of them were packed into a parcel of their own; of these every second was delivered.
        key: the market regulator's request key.
    """

    world: World
    items: int
    sold: int
    key: MemorySigner


@contextmanager
def recalled_lot(folder: Path, items: int) -> Iterator[Lot]:
    """Yield a ledger with a lot of `items`, of which a tenth was sold."""
    world = found_world(folder, witnesses=0, quorum=0, policies=False)
    try:
        for _, who, draft in parcel_story(world)[:2]:
            world.say(who, draft)
        produced = Draft("transport.production", now(), {"lot": LOT, "product": PRODUCT}, {"producedOn": "20261001"})
        world.say("seller", produced)
        _tell(world, "seller", [_commissioning(number) for number in range(items)])
        sold = items // 10
        _tell(world, "platform", [_order(number, world.cast["seller"].uri) for number in range(sold)])
        _tell(world, "carrier", [_waybill(number) for number in range(sold)])
        _tell(world, "seller", [_packing(number) for number in range(sold)])
        _tell(world, "carrier", [_delivery(number) for number in range(0, sold, 2)])
        key = generate(EDDSA)
        world.zone.decree([draft_key(world.cast["market"].uri, key.public, now(), use="request")])
        yield Lot(world, items, sold, key)
    finally:
        world.ledger.close()


def list_items(lot: Lot) -> float:
    """Return the seconds that the market regulator took to list every item, page by page, over the service."""
    with serving(lot.world) as url:
        client = LedgerClient(url, timeout=60, request_key=lot.key)
        begun = time.perf_counter()
        found: list[str] = []
        after: int | None = 0
        while after is not None:
            page = client.items(LOT, after=after)
            found += [each["item"] for each in page["items"]]
            after = page["next"]
        seconds = time.perf_counter() - begun
    assert found == [_item(number) for number in range(lot.items)]
    return seconds


def count_items(lot: Lot) -> tuple[float, Reach]:
    """Return the seconds that counting where they are took, and the counts."""
    with lot.world.ledger.store.read() as reader:
        size = reader.counters().size
        begun = time.perf_counter()
        reach = reach_of([LOT], reader, size)
        return time.perf_counter() - begun, reach


def _tell(world: World, who: str, drafts: list[Draft]) -> None:
    done = 0
    for size in chunks(len(drafts), MAX_BATCH):
        world.say(who, *drafts[done : done + size])
        done += size


def _item(number: int) -> str:
    return f"{PRODUCT}/21/R{number}"


def _commissioning(number: int) -> Draft:
    subjects: dict[str, str | list[str]] = {"item": _item(number), "product": PRODUCT, "lot": LOT}
    return Draft("transport.commissioning", now(), subjects, {"action": "ADD", "bizStep": "commissioning"})


def _order(number: int, seller: str) -> Draft:
    data = {"platform": FIRM, "seller": FIRM, "lineCount": 1}
    return Draft("order.placed", now(), {"order": handle("order", f"R{number}")}, data, to=seller)


def _waybill(number: int) -> Draft:
    subjects = {"parcel": handle("parcel", f"R{number}"), "order": handle("order", f"R{number}")}
    return Draft("transport.waybill", now(), subjects, {"carrier": FIRM, "weight": "1", "packages": 1})


def _packing(number: int) -> Draft:
    subjects = {"item": _item(number), "parcel": handle("parcel", f"R{number}")}
    return Draft("transport.packing", now(), subjects, {"line": 1})


def _delivery(number: int) -> Draft:
    return Draft("delivery.signed", now(), {"parcel": handle("parcel", f"R{number}")}, {"carrier": FIRM})
