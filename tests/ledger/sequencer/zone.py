"""A small zone on a real ledger: one agency, one carrier, one type, and clocks that the test holds.

It is founded once a run and copied for each test, so that a test starts in milliseconds.
"""

from __future__ import annotations

import json
import secrets
import shutil
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from benchmarks.load import unit
from fixtures.zone.actors import Actor, agency, enterprise
from fixtures.zone.founding import LedgerNames, Zone
from ledger.compose.batch import sign_batch, sign_envelope
from ledger.compose.event import ComposedEvent, Draft
from ledger.ledger import Ledger
from ledger.signing.ledger_keys import LedgerKeys, generate_ledger_keys
from ledger.signing.notes import sign_line
from ledger.signing.signer import MemorySigner, generate
from ledger.store.opening import NAMED, open_store
from ledger.store.sqlite.connection import create
from ledger.tiles.folder import TileFolder
from tests.postgres import server
from tests.world import uscc
from verifier.ledgerformat.seal import Seal, parse_seal
from verifier.ledgerformat.submission import format_submission
from verifier.ledgerformat.vocabulary import parse_type
from verifier.primitives.checkpoint import Checkpoint, parse_signed_checkpoint
from verifier.primitives.keys import EDDSA, ES256, format_key
from verifier.primitives.merkle import leaf_hash
from verifier.primitives.note import ED25519_COSIGNATURE, Note, NoteKey, format_note

ORIGIN = "small.test/ledger"
START = 1_790_000_000_000  # milliseconds since 1970: what the clock shows at first
NOTED = "https://notes.test/"
FOREIGN = "https://id.gs1.org/00/012345678901234560"  # of a company prefix that nobody here has
MOVED: dict[str, Any] = {
    "type": "test.moved",
    "version": 1,
    "mapping": 1,
    "stage": "transport",
    "title": {"zh": "移动", "en": "Moved"},
    "roles": ["carrier"],
    "subjects": {"units": {"form": "unit", "many": True, "joins": ["trace"], "opens": ["unit"]}},
    "head": {},
    "schema": {"type": "object", "properties": {"remark": {"type": "string"}}, "additionalProperties": False},
    "disclosures": {},
    "permanent": True,
}


@dataclass
class Clocks:
    """The clock of the ledger, in milliseconds, and one that never goes back, in seconds: they stand still."""

    ms: int = START
    seconds: float = 1_000.0

    def now(self) -> int:
        return self.ms

    def monotonic(self) -> float:
        return self.seconds


@dataclass
class Witness:
    key: NoteKey
    signer: MemorySigner

    def line(self, checkpoint: Checkpoint, time: int = START // 1000):
        return sign_line(self.key, self.signer, checkpoint, time)


@dataclass
class Small:
    """The zone, its ledger, and everybody in it."""

    folder: Path
    keys: LedgerKeys
    customs: Actor
    carrier: Actor
    noter: MemorySigner
    witnesses: list[Witness]
    clocks: Clocks = field(default_factory=Clocks)
    ledger: Ledger | None = None

    # Opening and closing.

    def open(self) -> Ledger:
        store = open_store(self.folder)
        try:
            self.ledger = Ledger(
                store,
                self.tiles(),
                keys=self.keys,
                guard=self.folder / "guard",
                clock=self.clocks.now,
                monotonic=self.clocks.monotonic,
            )
        except BaseException:
            store.close()
            raise
        return self.ledger

    def tiles(self) -> TileFolder:
        return TileFolder(self.folder / "tiles")

    def close(self) -> None:
        ledger, self.ledger = self.ledger, None
        if ledger:
            ledger.close()

    def reopen(self) -> Ledger:
        self.close()
        return self.open()

    def copy(self, folder: Path) -> Small:
        """Return the same zone in another folder, its ledger closed; this one's must be closed too."""
        shutil.copytree(self.folder, folder)
        if (folder / NAMED).exists():
            (folder / NAMED).write_text(server().copy((self.folder / NAMED).read_text()))
        return self.at(folder)

    def drop(self) -> None:
        """Close, and remove the server's database, if it has one."""
        self.close()
        if (self.folder / NAMED).exists():
            server().drop((self.folder / NAMED).read_text())

    def at(self, folder: Path) -> Small:
        actors = {name: replace(one, _sequence=dict(one._sequence)) for name, one in self.actors.items()}
        clocks = Clocks(self.clocks.ms, self.clocks.seconds)
        return Small(folder, self.keys, actors["customs"], actors["carrier"], self.noter, self.witnesses, clocks)

    @property
    def actors(self) -> dict[str, Actor]:
        return {"customs": self.customs, "carrier": self.carrier}

    # Saying.

    def event(self, *units: int | str, **changes: Any) -> ComposedEvent:
        """Return an event of the carrier on these units, which it opens if need be."""
        subjects = [unit(each) if isinstance(each, int) else each for each in units]
        draft = Draft("test.moved", self.clocks.ms, {"units": subjects}, {})
        random = changes.pop("random", secrets.token_bytes)
        return replace(self.carrier, random=random).compose(replace(draft, **changes), {"test.moved": _MOVED})

    def sign(self, *events: ComposedEvent, first: int | None = None) -> bytes:
        """Return a submission of the carrier, with its next numbers or those from `first`."""
        if first is None:
            return format_submission(self.carrier.sign(events, ORIGIN))
        uri, signer = self.carrier.uri, self.carrier.signer
        return format_submission(sign_batch(events, signer, issuer=uri, audience=[ORIGIN], first=first))

    def moved(self, *units: int | str) -> bytes:
        """Return a submission of one event on each unit."""
        return self.sign(*[self.event(each) for each in units])

    def move(self, *units: int | str) -> int:
        """Let the carrier say one event on each unit, in one batch; return its leaf."""
        return self.ledger.submit(self.moved(*units)).result(timeout=30)

    def envelope(self, digest: bytes = bytes(32), subject: str = f"{NOTED}x") -> bytes:
        return sign_envelope(digest, self.noter, issuer=self.carrier.uri, subject=subject, audience=[ORIGIN])

    def decree_zone(self) -> Zone:
        """Return the zone as its founders speak in it."""
        return _zone(self)

    # Looking.

    @property
    def size(self) -> int:
        return self.ledger.head.edge.size

    @property
    def kid(self) -> bytes:
        return self.carrier.signer.public.kid

    def entries(self) -> list[bytes]:
        with self.ledger.store.read() as reader:
            return reader.entries(0, reader.counters().size)

    def seals(self) -> list[Seal]:
        with self.ledger.store.read() as reader:
            return [parse_seal(row.entry).seal for leaf in range(self.size) if (row := reader.seal(leaf))]

    def published(self) -> Checkpoint | None:
        """Return the published checkpoint, read from its file."""
        note = TileFolder(self.folder / "tiles").checkpoint()
        return parse_signed_checkpoint(note)[0] if note else None

    # The writer.

    def settle(self) -> None:
        """Return when the writer has done, and looked whether to publish, what was asked before."""
        for _ in range(2):
            self.ledger.writer.call(lambda: None).result(timeout=30)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep the writer busy inside: what is submitted meanwhile waits."""
        started, release = threading.Event(), threading.Event()
        self.ledger.writer.call(lambda: (started.set(), release.wait(60)))
        assert started.wait(30)
        try:
            yield
        finally:
            release.set()

    def together(self, *submissions: bytes) -> list[Future[int]]:
        """Submit while the writer is busy, so that all are judged as one group; return their answers."""
        with self.held():
            return [self.ledger.submit(each) for each in submissions]

    # Witnesses.

    def cosign(self, note: bytes | None = None, witnesses: Sequence[Witness] | None = None):
        """Let witnesses cosign a note, or the newest checkpoint; return what the ledger made of it."""
        checkpoint, parsed = parse_signed_checkpoint(note or self.ledger.prover.checkpoint())
        lines = [each.line(checkpoint) for each in (self.witnesses if witnesses is None else witnesses)]
        return self.ledger.cosign(format_note(Note(parsed.text, tuple(lines))))

    def pinned(self) -> bytes:
        return leaf_hash(self.entries()[0])


_MOVED = parse_type(json.dumps(MOVED).encode(), "test.moved")


def found(folder: Path, *, quorum: int = 0, engine: str = "sqlite") -> Small:
    """Return a founded zone, its ledger closed; with a quorum there are three witnesses, who have cosigned."""
    folder.mkdir(parents=True)
    if engine == "postgres":
        (folder / NAMED).write_text(server().database())
    else:
        create(folder / "ledger.db")
    customs = agency("customs", "海关", "Customs", ["customs", "registrar"])
    carrier = enterprise(uscc("91330100MA2TEXT09"), "承运", "Carrier", ["carrier"], prefixes=["69012345"])
    signers = [generate(EDDSA) for _ in range(3 if quorum else 0)]
    witnesses = [
        Witness(NoteKey(f"witness{place}.test", ED25519_COSIGNATURE, signer.public), signer)
        for place, signer in enumerate(signers)
    ]
    small = Small(folder, generate_ledger_keys(ORIGIN), customs, carrier, generate(ES256), witnesses)
    small.open()
    zone = _zone(small, quorum)
    zone.found()
    zone.admit_agencies()
    subjects = {"type": "urn:suyuan:type:test.moved"}
    zone.decree([Draft("registry.type", small.clocks.ms, subjects, {"file": json.dumps(MOVED)})])
    zone.admit_enterprises(customs, [carrier])
    zone.say(customs, [key_draft(small, small.noter, subjects=[NOTED])])
    if quorum:
        small.cosign()
    small.close()
    return small


def key_draft(small: Small, signer: MemorySigner, *, subjects: Sequence[str] = ()) -> Draft:
    """Return the draft that registers a further key of the carrier."""
    public = signer.public
    data = {"use": "statement", "key": format_key(public), "types": ["*"], "subjects": list(subjects)}
    named = {"key": f"urn:suyuan:key:{public.kid.hex()}", "holder": small.carrier.uri}
    return Draft("registry.enterprise-key", small.clocks.ms, named, data)


def _zone(small: Small, quorum: int = 0) -> Zone:
    return Zone(
        LedgerNames.of(small.keys),
        [small.customs],
        1,
        [each.key for each in small.witnesses],
        quorum,
        lambda data: small.ledger.submit(data).result(timeout=30) and None,
        small.clocks.now,
    )
