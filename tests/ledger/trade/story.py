"""Goods and what happens to them: lots, items, parcels, returns, recalls."""

from __future__ import annotations

from ledger.compose.event import Draft
from tests.world import FIRM, PRODUCT, handle, now

LOT, OTHER, BLEND = f"{PRODUCT}/10/L1", f"{PRODUCT}/10/L2", f"{PRODUCT}/10/B%2F1"
TEXT = {"zh": "示例", "en": "Example"}
HELD = {"category": "quarantine", "basis": TEXT}
SERIALS = ("at-home", "stopped", "gone", "sold", "asked", "back", "kept", "unpacked")


def item(serial: str) -> str:
    return f"{PRODUCT}/21/{serial}"


def about(event, kind, data):
    return Draft(kind, now(), data=data, about=(event.name,))


def commission(serial, lot=None):
    subjects = {"item": item(serial), "product": PRODUCT} | ({"lot": lot} if lot else {})
    return Draft("transport.commissioning", now(), subjects, {"action": "ADD"})


class Story:
    """Says what happens to goods; each item goes its own way in a parcel of its own."""

    def __init__(self, world):
        self.world = world
        self.cast = world.cast

    def say(self, who, *drafts):
        return self.world.say(who, *drafts)

    def file(self):
        seller = {"enterprise": self.cast["seller"].uri}
        (firm,) = self.say("seller", Draft("filing.enterprise", now(), seller, {"names": TEXT, "customsCode": "3301"}))
        data = {"names": TEXT, "hsCode": "1901101000", "origin": "NZ"}
        (product,) = self.say("seller", Draft("filing.product", now(), {"product": PRODUCT, **seller}, data))
        return firm, product

    def produce(self, lot):
        subjects = {"lot": lot, "product": PRODUCT}
        return self.say("seller", Draft("transport.production", now(), subjects, {"producedOn": "20261001"}))

    def blend(self, inputs, output):
        subjects = {"inputs": inputs, "outputs": [output], "products": [PRODUCT]}
        return self.say("seller", Draft("transport.transformation", now(), subjects, {}))

    def commission(self, *serials, lot=None):
        return self.say("seller", *(commission(each, lot) for each in serials))

    def order(self, serial):
        """Let an item be ordered, declared and put into its parcel; return its list and packing."""
        order, parcel = handle("order", serial), handle("parcel", serial)
        subjects, data = {"order": order, "total": order}, {"platform": FIRM, "seller": FIRM, "lineCount": 1}
        placed = Draft("order.placed", now(), subjects, data, {"/quantity": "1"}, to=self.cast["seller"].uri)
        self.say("platform", placed)
        shipped = {"carrier": FIRM, "weight": "1", "packages": 1}
        self.say("carrier", Draft("transport.waybill", now(), {"parcel": parcel, "order": order}, shipped))
        seller = self.cast["seller"].uri
        month = f"urn:suyuan:set:lists:{seller.removeprefix('urn:suyuan:enterprise:')}:2026-11"
        subjects = {"declaration": handle("declaration", serial), "order": order, "products": [PRODUCT],
                    "enterprise": seller, "month": month}  # fmt: skip
        data = {"tradeMode": "9610", "customs": "2244", "port": "2244", "declaredOn": "20261102", "origin": "601",
                "seller": FIRM, "platform": FIRM, "carrier": FIRM, "lineCount": 1}  # fmt: skip
        (listed,) = self.say("seller", Draft("clearance.list", now(), subjects, data))
        (packed,) = self.say(
            "seller", Draft("transport.packing", now(), {"item": item(serial), "parcel": parcel}, {"line": 1})
        )
        return listed, packed

    def deliver(self, serial):
        parcel = handle("parcel", serial)
        return self.say("carrier", Draft("delivery.signed", now(), {"parcel": parcel}, {"carrier": FIRM}))

    def ask_back(self, serial):
        subjects = {"item": item(serial), "order": handle("order", serial)}
        return self.say("seller", Draft("aftersales.return", now(), subjects, {"lineCount": 1, "quantity": "1"}))[0]

    def close(self, returned, outcome):
        return self.say("customs", about(returned, "aftersales.return-closed", {"outcome": outcome}))

    def recall(self, *goods, who="market", **subjects):
        draft = Draft("aftersales.recall", now(), {"goods": list(goods), **subjects}, {"hazard": TEXT, "advice": TEXT})
        return self.say(who, draft)[0]
