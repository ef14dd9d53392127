"""A small zone on a real ledger: agencies, a seller, witnesses; clocks that tests can turn."""

import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fixtures.zone.actors import Actor, agency, enterprise
from fixtures.zone.founding import LedgerNames, Zone
from ledger.compose.event import ComposedEvent, Draft
from ledger.ledger import Ledger
from ledger.opening import LedgerFolder, create_ledger, open_ledger
from ledger.signing.ledger_keys import load_ledger_keys
from ledger.signing.signer import generate
from verifier.ledgerformat.submission import format_submission
from verifier.ledgerformat.trust_policy import TrustPolicy, format_trust_policy
from verifier.primitives.keys import EDDSA
from verifier.primitives.merkle import leaf_hash
from verifier.primitives.note import ED25519_COSIGNATURE, NoteKey

ORIGIN = "ledger.example/zone"
PASSPHRASE = b"a passphrase of the ledger"
USCC = "91350100M000100Y43"


def copy_ledger(folder: Path, to: Path) -> Path:
    """Copy the folder of a closed ledger whose service still runs and writes what it derives: that stays behind."""
    derived = [f"{name}.db*" for name in ("endorsing", "epcis", "handles", "standing")]
    return shutil.copytree(folder, to, ignore=shutil.ignore_patterns(*derived))


def spare_witness() -> NoteKey:
    """A witness's key that nobody uses."""
    return NoteKey("spare.example", ED25519_COSIGNATURE, generate(EDDSA).public)


@dataclass
class World:
    """A founded ledger in a folder, and who speaks in it."""

    root: Path
    witnesses: Sequence[NoteKey] = ()
    quorum: int = 0
    ahead: float = 0.0
    customs: Actor = field(default_factory=lambda: agency("customs", "海关", "Customs", ["customs", "registrar"]))
    market: Actor = field(default_factory=lambda: agency("market", "市场监管", "Market", ["market"]))
    seller: Actor = field(default_factory=lambda: enterprise(USCC, "卖家", "Seller", ["seller"], prefixes=["6901234"]))

    def __post_init__(self) -> None:
        create_ledger(self.root, ORIGIN, PASSPHRASE)
        self.ledger = self.open()
        names = LedgerNames.of(load_ledger_keys(LedgerFolder(self.root).keys, ORIGIN, PASSPHRASE))
        agencies = [self.customs, self.market]
        self.zone = Zone(names, agencies, 2, self.witnesses, self.quorum, self.send, self.now)

    def now(self) -> int:
        """The ledger's clock, `ahead` seconds ahead of this machine's."""
        return time.time_ns() // 1_000_000 + int(self.ahead * 1000)

    def open(self, root: Path | None = None, **options: object) -> Ledger:
        return open_ledger(root or self.root, PASSPHRASE, clock=self.now, **options)

    def send(self, submission: bytes) -> None:
        self.ledger.submit(submission).result()

    def found(self) -> None:
        """Charter, agencies, types, one seller and its filing."""
        self.zone.found()
        self.zone.admit_agencies()
        self.zone.register_types()
        self.zone.admit_enterprises(self.customs, [self.seller])
        self.publish()

    def filing(self) -> Draft:
        subjects: dict[str, str | list[str]] = {"enterprise": self.seller.uri}
        data = {"customsCode": "3501960ABC"}
        return Draft("filing.enterprise", self.now(), subjects=subjects, data=data)

    def note(self, count: int = 1) -> list[ComposedEvent]:
        """Let the registrar say something small and new, `count` times, a block each."""
        return [event for _ in range(count) for event in self.zone.say(self.customs, [self.role_draft()])]

    def role_draft(self) -> Draft:
        """An agency's event that may be said any number of times."""
        subjects: dict[str, str | list[str]] = {"enterprise": self.seller.uri}
        data = {
            "names": dict(self.seller.names),
            "roles": list(self.seller.roles),
            "gs1Prefixes": list(self.seller.prefixes),
            "subjects": [],
        }
        return Draft("registry.enterprise", self.now(), subjects=subjects, data=data)

    def submission(self, *drafts: Draft) -> bytes:
        """A signed submission of the registrar's, not sent yet."""
        events = [self.customs.compose(draft, self.zone.types) for draft in drafts or (self.role_draft(),)]
        return format_submission(self.customs.sign(events, ORIGIN))

    def publish(self) -> None:
        """Publish the newest checkpoint now, rather than within a second."""
        self.ledger.writer.call(self.ledger.writer.sequencer.publish).result()

    @property
    def pin(self) -> bytes:
        with self.ledger.store.read() as reader:
            return leaf_hash(reader.entries(0, 1)[0])

    @property
    def policy(self) -> TrustPolicy:
        return TrustPolicy(self.pin)

    @property
    def policy_file(self) -> bytes:
        return format_trust_policy(self.policy)
