"""A small log with something of everything, for audits: more than 256 leaves, batches, attachments, a hash envelope."""

from __future__ import annotations

import shutil
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from unittest.mock import patch

from fixtures.zone.actors import Actor, enterprise
from ledger.compose.batch import sign_envelope
from ledger.compose.event import AttachmentDraft, ComposedEvent, Draft
from ledger.export.export import export_ledger
from ledger.ledger import Ledger
from ledger.signing.ledger_keys import LedgerKeys
from ledger.store.sqlite.store import SqliteStore
from tests.world import ITEM, ORDER, PRODUCT, Witness, World, found_world, handle, now, open_ledger, tell_parcel, uscc
from verifier.ledgerformat.trust_policy import TrustPolicy
from verifier.primitives.keys import format_key
from verifier.primitives.merkle import leaf_hash
from verifier.proof.examination import Standpoint
from verifier.vocabulary import registry_types

LINE = handle("order-line", "1")
REPORTS = "https://reports.example/"


@dataclass(frozen=True)
class Rich:
    """A stopped ledger, and what it takes to audit it.

    Attributes:
        folder: ledger.db, tiles/ and guard.
        keys: the ledger's own.
        cast: everybody in it, by name.
        witnesses: its cosigners.
        export: everything, as `suyuan export` writes it.
        standpoint: of somebody who trusts its charter.
        size: leaves.
    """

    folder: Path
    keys: LedgerKeys
    cast: dict[str, Actor]
    witnesses: list[Witness]
    export: Path
    standpoint: Standpoint
    size: int

    def copy(self, folder: Path) -> Path:
        """Return a copy of the ledger's folder."""
        return shutil.copytree(self.folder, folder)

    def copy_export(self, folder: Path) -> Path:
        """Return a copy of the export."""
        return shutil.copytree(self.export, folder)


def build_rich(folder: Path) -> Rich:
    """Return the log, its ledger stopped."""
    with patch("ledger.store.sqlite.lookup.BULK", 64):  # so that names are looked up in the table as well
        world = _tell(folder)
    world.ledger.close()
    store = SqliteStore(folder / "ledger" / "ledger.db", writable=False)
    with store.read() as reader:
        manifest = export_ledger(reader, folder / "export")
        pinned = leaf_hash(reader.entries(0, 1)[0])
    store.close()
    standpoint = Standpoint(TrustPolicy(pinned), now() // 1000, registry_types())
    return Rich(
        folder / "ledger", world.keys, world.cast, world.witnesses, folder / "export", standpoint, manifest.size
    )


def _tell(folder: Path) -> World:
    world = found_world(folder / "ledger")
    for name, value in (("origin", world.ledger.origin), ("guard", str(folder / "ledger" / "guard"))):
        world.ledger.writer.call(partial(world.ledger.store.writer().set_meta, name, value)).result()
    tell_parcel(world)
    world.cosign()
    lab = _admit_lab(world)
    _attach(world)
    _note(world.ledger, world, lab)
    _commission(world, 2 * 16)
    _count(world)
    _revoke(world, lab)
    _fill(world, 270)
    world.cosign()
    return world


def reopen(rich: Rich, folder: Path) -> Ledger:
    """Return the ledger, running on a copy of its folder."""
    rich.copy(folder)
    return open_ledger(folder, rich.keys)


def _admit_lab(world: World) -> Actor:
    """Admit an enterprise whose key may sign notes below one prefix."""
    lab = enterprise(uscc("91330100MA2TEXT06"), "示例实验室", "Example Laboratory", ["laboratory"])
    world.cast["lab"] = lab
    data = {"names": dict(lab.names), "roles": list(lab.roles), "gs1Prefixes": [], "subjects": []}
    world.say("customs", Draft("registry.enterprise", now(), {"enterprise": lab.uri}, data))
    public = lab.signer.public
    key = {"use": "statement", "key": format_key(public), "types": ["*"], "subjects": [REPORTS]}
    subjects = {"key": f"urn:suyuan:key:{public.kid.hex()}", "holder": lab.uri}
    world.say("customs", Draft("registry.enterprise-key", now(), subjects, key))
    return lab


def _attach(world: World) -> None:
    """Correct the filing with a document that goes along."""
    names = {"zh": "示例奶酪", "en": "Example cheese"}
    other = "https://id.gs1.org/01/16901234567899"
    source = AttachmentDraft("application/pdf", b"%PDF-1.7 invented")
    subjects = {"product": other, "enterprise": world.cast["seller"].uri}
    data = {"names": names, "hsCode": "0406100000", "origin": "NZ"}
    draft = Draft("filing.product", now(), subjects, data, {"/price": "9.90"}, {"/source": source})
    (world.events["cheese"],) = world.say("seller", draft)


def _note(ledger: Ledger, world: World, lab: Actor) -> None:
    """Record a hash envelope."""
    digest = sha256(b"a report").digest()
    entry = sign_envelope(digest, lab.signer, issuer=lab.uri, subject=f"{REPORTS}1", audience=[ledger.origin])
    ledger.submit_envelope(entry).result()


def _commission(world: World, count: int) -> None:
    """Commission items in batches of 16, and pack two of them in one batch."""
    seller = world.cast["seller"]
    warehouse = world.cast["warehouse"].uri
    items = [f"{PRODUCT}/21/B{number:04d}" for number in range(count)]
    for at in range(0, count, 16):
        drafts = [
            Draft("transport.commissioning", now(), {"item": item, "product": PRODUCT}, {"action": "ADD"}, to=warehouse)
            for item in items[at : at + 16]
        ]
        world.zone.say(seller, drafts)


def _count(world: World) -> None:
    """Say a line of the order, by an amount that is disclosed, and take from it, by one in clear."""
    taken = {"item": ITEM, "order": ORDER, "line": LINE}
    world.say("seller", Draft("order.line", now(), {"line": LINE, "order": ORDER}, {"number": 1}, {"/quantity": "5"}))
    world.say("seller", Draft("aftersales.return", now(), taken, {"lineCount": 1, "quantity": "2"}))


def _revoke(world: World, lab: Actor) -> None:
    """Let roots revoke the laboratory's key."""
    subject = {"key": f"urn:suyuan:key:{lab.signer.public.kid.hex()}"}
    data = {"reason": "retired", "compromisedSince": None}
    world.say("customs", Draft("registry.revocation", now(), subject, data))


def _fill(world: World, size: int) -> None:
    """Say one-event batches, many a block, until the log has `size` leaves."""
    waiting: list[Future[int]] = []
    world.zone.send = lambda data: waiting.append(world.ledger.submit(data))
    names = iter(range(10_000))
    said: list[ComposedEvent] = []
    while world.ledger.head.edge.size < size:
        for _ in range(24):
            item = f"{PRODUCT}/21/C{next(names):04d}"
            draft = Draft("transport.commissioning", now(), {"item": item, "product": PRODUCT}, {"action": "ADD"})
            said += world.zone.say(world.cast["seller"], [draft])
        for future in waiting:
            future.result()
        waiting.clear()
    world.zone.send = lambda data: world.ledger.submit(data).result() and None
