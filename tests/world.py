"""A founded zone on a real ledger, for tests: five agencies, five enterprises, witnesses, one parcel's life."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from fixtures.zone.actors import Actor, agency, enterprise
from fixtures.zone.founding import LedgerNames, Zone
from ledger.compose.event import ComposedEvent, Draft
from ledger.ledger import Ledger
from ledger.signing.ledger_keys import LedgerKeys, generate_ledger_keys
from ledger.signing.notes import sign_line
from ledger.signing.signer import MemorySigner, generate
from ledger.store.opening import NAMED, open_store
from ledger.store.sqlite.connection import create
from ledger.tiles.folder import TileFolder
from verifier.ledgerformat.trust_policy import TrustPolicy
from verifier.primitives.checkpoint import parse_signed_checkpoint
from verifier.primitives.keys import EDDSA
from verifier.primitives.merkle import leaf_hash
from verifier.primitives.note import ED25519_COSIGNATURE, Note, NoteKey, format_note
from verifier.proof.examination import Standpoint
from verifier.vocabulary import registry_types

ORIGIN = "ledger.test/zone"
PRODUCT = "https://id.gs1.org/01/06901234567892"
ITEM = f"{PRODUCT}/21/A0001"
UNIT = "https://id.gs1.org/00/069012345000000011"
SECOND = 1000
DAY = 24 * 3600 * SECOND


def handle(word: str, seed: str) -> str:
    """Return a handle that tests can name again."""
    return f"urn:suyuan:{word}:{sha256(seed.encode()).hexdigest()[:32]}"


ORDER, PARCEL, DECLARATION = handle("order", "1"), handle("parcel", "1"), handle("declaration", "1")


def now() -> int:
    """Return milliseconds since 1970."""
    return time.time_ns() // 1_000_000


@dataclass(slots=True)
class Witness:
    """A cosigner whose key the test holds."""

    key: NoteKey
    signer: MemorySigner


@dataclass(slots=True)
class World:
    """A founded ledger and everybody in it."""

    folder: Path
    keys: LedgerKeys
    ledger: Ledger
    zone: Zone
    witnesses: list[Witness]
    cast: dict[str, Actor] = field(default_factory=dict)
    events: dict[str, ComposedEvent] = field(default_factory=dict)

    def say(self, who: str, *drafts: Draft) -> list[ComposedEvent]:
        """Let somebody say drafts as one batch."""
        return self.zone.say(self.cast[who], drafts)

    def endorse(self, who: str, event: ComposedEvent, verb: str = "recognised", **data: object) -> ComposedEvent:
        """Let an agency answer an event."""
        (said,) = self.say(who, Draft(f"endorsement.{verb}", now(), data={"seen": [], **data}, about=(event.name,)))
        return said

    def cosign(self, count: int | None = None, note: bytes | None = None) -> bytes:
        """Let witnesses cosign the newest checkpoint (or a note); return it as the ledger gives it out then."""
        note = note or self.ledger.prover.checkpoint()
        checkpoint, parsed = parse_signed_checkpoint(note)
        lines = [sign_line(each.key, each.signer, checkpoint, int(time.time())) for each in self.witnesses[:count]]
        if lines:
            self.ledger.cosign(format_note(Note(parsed.text, tuple(lines))))
        return self.ledger.prover.checkpoint(checkpoint.size)

    def standpoint(self, **changes: object) -> Standpoint:
        """Return what a stranger with the right trust policy brings along."""
        with self.ledger.store.read() as reader:
            pinned = leaf_hash(reader.entries(0, 1)[0])
        values = {"policy": TrustPolicy(pinned), "now": int(time.time()), "builtin": registry_types(), **changes}
        return Standpoint(**values)  # type: ignore[arg-type]

    def trace(self, subject: str = ITEM, walk: str = "public") -> bytes:
        """Return a trace proof against a checkpoint that all witnesses have just cosigned."""
        self.cosign()
        return self.ledger.prover.trace(subject, walk=walk).data

    def reopen(self) -> None:
        """Stop the ledger and start it again on the same folder."""
        self.ledger.close()
        self.ledger = open_ledger(self.folder, self.keys)
        self.zone.send = lambda data: self.ledger.submit(data).result() and None


def open_ledger(folder: Path, keys: LedgerKeys) -> Ledger:
    """Return a ledger on a folder that has its database."""
    return Ledger(
        open_store(folder),
        TileFolder(folder / "tiles"),
        keys=keys,
        guard=folder / "guard",
        clock=now,
        monotonic=time.monotonic,
    )


def found_world(
    folder: Path, *, witnesses: int = 3, quorum: int = 2, policies: bool = True, database: str | None = None
) -> World:
    """Return a founded zone on a new ledger in `folder`; with the address of a server's new database, on that."""
    folder.mkdir(parents=True, exist_ok=True)
    if database:
        (folder / NAMED).write_text(database)
    else:
        (folder / "ledger.db").write_bytes(_empty_database())
    keys = generate_ledger_keys(ORIGIN)
    return found_zone(folder, keys, open_ledger(folder, keys), witnesses=witnesses, quorum=quorum, policies=policies)


@cache
def _empty_database() -> bytes:
    """Return what `create` makes: nothing in it tells one from another, and migrations cost more than a copy."""
    with TemporaryDirectory() as folder:
        create(Path(folder) / "ledger.db")
        return (Path(folder) / "ledger.db").read_bytes()


def found_zone(
    folder: Path, keys: LedgerKeys, ledger: Ledger, *, witnesses: int = 3, quorum: int = 2, policies: bool = True
) -> World:
    """Return a zone founded on a ledger that is open and empty."""
    cosigners = []
    for place in range(witnesses):
        signer = generate(EDDSA)
        cosigners.append(Witness(NoteKey(f"witness{place}.test", ED25519_COSIGNATURE, signer.public), signer))
    cast = _cast()
    agencies = [cast[name] for name in ("customs", "inspection", "tax", "market", "commerce")]
    zone = Zone(
        LedgerNames.of(keys),
        agencies,
        3,
        [each.key for each in cosigners],
        quorum,
        lambda data: ledger.submit(data).result() and None,
        now,
    )
    world = World(folder, keys, ledger, zone, cosigners, cast)
    zone.found()
    zone.admit_agencies()
    zone.register_types()
    zone.admit_enterprises(
        cast["customs"], [cast[name] for name in ("seller", "platform", "payer", "carrier", "warehouse")]
    )
    if policies:
        joint = {"k": 2, "of": [{"role": "customs"}, {"role": "inspection-quarantine"}]}
        zone.adopt_policy("joint-release", ["clearance.inspection", "clearance.release"], joint, "关检", "Joint")
        zone.adopt_policy("filing", ["filing.enterprise", "filing.product"], {"role": "customs"}, "备案", "Filing")
    return world


def _cast() -> dict[str, Actor]:
    return {
        "customs": agency("customs", "示例海关", "Example Customs", ["customs", "registrar"]),
        "inspection": agency("inspection", "示例检验检疫", "Example Inspection", ["inspection-quarantine"]),
        "tax": agency("tax", "示例税务", "Example Tax", ["tax"]),
        "market": agency("market", "示例市场监管", "Example Market Regulator", ["market-regulator"]),
        "commerce": agency("commerce", "示例商务", "Example Commerce", ["commerce"]),
        "seller": enterprise(
            uscc("91330100MA2TEXT01"), "示例电商", "Example Seller", ["seller"], prefixes=["690123456"]
        ),
        "platform": enterprise(uscc("91330100MA2TEXT02"), "示例平台", "Example Platform", ["platform"]),
        "payer": enterprise(uscc("91330100MA2TEXT03"), "示例支付", "Example Payment", ["payment"]),
        "carrier": enterprise(
            uscc("91330100MA2TEXT04"), "示例物流", "Example Carrier", ["carrier"], prefixes=["69012345"]
        ),
        "warehouse": enterprise(uscc("91330100MA2TEXT05"), "示例仓", "Example Warehouse", ["warehouse"]),
    }


def uscc(seventeen: str) -> str:
    """Return a unified social credit code from its first 17 signs."""
    signs = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    total = sum(signs.index(each) * 3**place for place, each in enumerate(seventeen))
    return seventeen + signs[-total % 31]


FIRM = {"code": "3301000001", "name": "示例公司"}


def tell_parcel(world: World, *, until: str | None = None) -> dict[str, ComposedEvent]:
    """Let the life of one parcel be said, in order; stop after the step named `until`."""
    for name, who, draft in parcel_story(world):
        draft_ = draft(world.events) if callable(draft) else draft
        (world.events[name],) = world.say(who, draft_)
        if name == until:
            break
    return world.events


Step = tuple[str, str, object]  # name, who says it, and a draft or how to make it
_HOUR = 3600 * SECOND


def parcel_story(world: World) -> Sequence[Step]:
    """Return the steps of one parcel's life."""
    uris = {name: each.uri for name, each in world.cast.items()}
    start = now() - 5 * DAY
    return [
        *_filed(uris, start),
        *_bought(uris, start),
        *_cleared(uris, start),
        *_moved(uris, start),
        *_returned(start),
    ]


def _about(name: str, kind: str, data: dict[str, object], time: int) -> object:
    return lambda events: Draft(kind, time, data=data, about=(events[name].name,))


def _recognised(name: str, time: int) -> object:
    return _about(name, "endorsement.recognised", {"seen": []}, time)


def _filed(uris: dict[str, str], start: int) -> list[Step]:
    seller = {"enterprise": uris["seller"]}
    names = {"zh": "示例奶粉", "en": "Example milk powder"}
    enterprise = Draft("filing.enterprise", start, seller, {"names": names, "customsCode": "3301000001"})
    data = {"names": names, "hsCode": "1901101000", "origin": "NZ"}
    product = Draft("filing.product", start, {"product": PRODUCT, **seller}, data)
    return [
        ("enterprise", "seller", enterprise),
        ("product", "seller", product),
        ("enterprise recognised", "customs", _recognised("enterprise", start + _HOUR)),
        ("product recognised", "customs", _recognised("product", start + _HOUR)),
    ]


def _bought(uris: dict[str, str], start: int) -> list[Step]:
    order = Draft(
        "order.placed",
        start + _HOUR,
        {"order": ORDER, "total": ORDER},
        {"platform": FIRM, "seller": FIRM, "lineCount": 1},
        {"/number": "ORDER-1", "/buyer": {"name": "张三", "telephone": "13800000001"}, "/quantity": "9"},
        to=uris["seller"],
    )
    paid = {"/amount": {"paid": "199.00", "currency": "142"}}
    payment = Draft("order.payment", start + _HOUR, {"order": ORDER}, {"firm": FIRM}, paid)
    waybill = Draft(
        "transport.waybill",
        start + 2 * _HOUR,
        {"parcel": PARCEL, "unit": UNIT, "order": ORDER},
        {"carrier": FIRM, "weight": "1.2", "packages": 1},
        {"/number": "WB-1"},
    )
    return [("order", "platform", order), ("payment", "payer", payment), ("waybill", "carrier", waybill)]


def _cleared(uris: dict[str, str], start: int) -> list[Step]:
    seller = uris["seller"]
    month = f"urn:suyuan:set:lists:{seller.removeprefix('urn:suyuan:enterprise:')}:2026-11"
    subjects = {
        "declaration": DECLARATION, "order": ORDER, "products": [PRODUCT], "enterprise": seller, "month": month,
    }  # fmt: skip
    listed = {
        "tradeMode": "9610", "customs": "2244", "port": "2244", "declaredOn": "20261102", "origin": "601",
        "seller": FIRM, "platform": FIRM, "carrier": FIRM, "lineCount": 1,
    }  # fmt: skip
    inspected, released = start + 4 * _HOUR, start + 5 * _HOUR
    return [
        ("list", "seller", Draft("clearance.list", start + 3 * _HOUR, subjects, listed)),
        ("inspection", "inspection", _about("list", "clearance.inspection", {"result": "conformant"}, inspected)),
        ("inspection recognised", "customs", _recognised("inspection", inspected)),
        ("release", "customs", _about("list", "clearance.release", {"code": "800"}, released)),
        ("release recognised", "inspection", _recognised("release", released)),
    ]


def _moved(uris: dict[str, str], start: int) -> list[Step]:
    made = {"action": "ADD", "bizStep": "commissioning"}
    item = {"item": ITEM, "product": PRODUCT}
    commissioning = Draft("transport.commissioning", start + 2 * _HOUR, item, made, to=uris["warehouse"])
    packed = {"item": ITEM, "parcel": PARCEL, "unit": UNIT}
    packing = Draft("transport.packing", start + 6 * _HOUR, packed, {"line": 1}, to=uris["carrier"])
    delivered = Draft("delivery.signed", start + 40 * _HOUR, {"parcel": PARCEL}, {"carrier": FIRM})
    return [
        ("commissioning", "seller", commissioning),
        ("packing", "warehouse", packing),
        ("departing", "carrier", _seen("departing", start + 7 * _HOUR)),
        ("arriving", "carrier", _seen("arriving", start + 30 * _HOUR)),
        ("delivery", "carrier", delivered),
    ]


def _seen(step: str, time: int) -> Draft:
    return Draft("transport.object", time, {"epcs": [UNIT]}, {"action": "OBSERVE", "bizStep": step})


def _returned(start: int) -> list[Step]:
    back = {"lineCount": 1, "quantity": "1"}
    opened = Draft("aftersales.return", start + 60 * _HOUR, {"item": ITEM, "order": ORDER}, back)
    closed = _about("return", "aftersales.return-closed", {"outcome": "returned"}, start + 80 * _HOUR)
    return [("return", "seller", opened), ("return closed", "customs", closed)]
