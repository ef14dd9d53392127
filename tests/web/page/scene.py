"""A zone whose ledger four witnesses follow, told in this process: a parcel's life, a recall, a filing that waits."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from fixtures.demo.cast import Cast, draw_cast
from fixtures.demo.demonstration import _admit, _adopt_policies
from fixtures.demo.home import ORIGIN
from fixtures.demo.parcel import HOUR, Parcel
from fixtures.zone.founding import LedgerNames, Zone
from ledger.clock import milliseconds
from ledger.compose.event import Draft
from ledger.errors import BusyError
from ledger.ledger import Ledger
from ledger.opening import create_ledger, open_ledger
from ledger.signing.ledger_keys import load_ledger_keys
from ledger.signing.notes import sign_line
from ledger.signing.signer import generate
from verifier.ledgerformat.submission import parse_submission
from verifier.ledgerformat.trust_policy import TrustPolicy, format_trust_policy
from verifier.primitives.checkpoint import parse_signed_checkpoint
from verifier.primitives.keys import EDDSA
from verifier.primitives.merkle import leaf_hash
from verifier.primitives.note import ED25519_COSIGNATURE, Note, NoteKey, format_note

PASSPHRASE = b"an invented passphrase"
RECALLED, HOSTILE, FREE = "09520000009915", "09520000009922", "09520000009939"
GS1 = "https://id.gs1.org"
AMENDED = "09520000009946"  # filed, and renamed
WAITING = "09520000000127"  # filed, and recognised by nobody
UNDELIVERED = f"{GS1}/01/{HOSTILE}/21/R1"  # repaired before it was delivered
FILED = {"hsCode": "0409000000", "origin": "NZ"}
_COSIGNING = 3  # of the four


@dataclass
class Scene:
    """The ledger, and whoever speaks in it.

    Attributes:
        folder: the ledger's.
        ledger: it runs until it is closed.
        cast: everybody.
        parcel: what was told of it.
    """

    folder: Path
    ledger: Ledger = field(init=False)
    cast: Cast = field(default_factory=draw_cast)
    parcel: Parcel = field(init=False)
    charter: bytes = b""
    _signers: list = field(default_factory=lambda: [generate(EDDSA) for _ in range(4)])

    def __post_init__(self):
        create_ledger(self.folder, ORIGIN, PASSPHRASE)
        self.ledger = open_ledger(self.folder, PASSPHRASE)
        keys = load_ledger_keys(self.folder / "keys", ORIGIN, PASSPHRASE)
        self.witnesses = [
            NoteKey(f"witness{number}.example/w", ED25519_COSIGNATURE, each.public)
            for number, each in enumerate(self._signers, 1)
        ]
        self.zone = Zone(LedgerNames.of(keys), self.cast.agencies, 3, self.witnesses, 2, self._send, milliseconds)
        self._found()
        self.parcel = Parcel(self.zone, self.cast, milliseconds() - 6 * 24 * HOUR)
        for _, do in self.parcel.steps():
            do()
        self.parcel.file_another()
        self._tell_recall()
        self._repair_early()
        self._rename()
        self.cosign()

    @property
    def item(self) -> str:
        """Return the path of the item's page."""
        return self.parcel.item.removeprefix(GS1)

    @property
    def policy(self) -> bytes:
        """Return the trust policy that pins this ledger's charter."""
        return format_trust_policy(TrustPolicy(leaf_hash(self.charter)))

    def _send(self, submission: bytes):
        self.charter = self.charter or parse_submission(submission).statement
        try:
            self.ledger.submit(submission).result()
        except BusyError:  # a seal of an idle minute has stood here without its quorum
            self.cosign()
            self.ledger.submit(submission).result()
        if self.ledger.head.edge.size % 16 == 0:
            self.cosign()

    def _found(self):
        self.zone.found()
        _admit(self.zone, self.cast)
        self.zone.register_types()
        _adopt_policies(self.zone, self.cast)
        self.zone.admit_enterprises(self.cast.customs, self.cast.enterprises)

    def _tell_recall(self):
        """Let two products be filed and recognised, one with a hostile name, and the other be recalled."""
        names = {
            RECALLED: {"zh": "示例蜂蜜", "en": "Example honey"},
            HOSTILE: {
                "zh": "<script>alert(1)</script>奶粉",
                "en": "<script>alert(1)</script><img src=x onerror=alert(2)>",
            },
        }
        for gtin, each in names.items():
            self.file(gtin, each)
        words = {
            "hazard": {"zh": "可能含有异物", "en": "May contain foreign matter"},
            "advice": {"zh": "停止食用并联系销售方", "en": "Stop using it and call the seller"},
        }
        goods = {"goods": [f"{GS1}/01/{RECALLED}"], "responsible": self.cast.seller.uri}
        self.zone.say(self.cast.market, [Draft("aftersales.recall", milliseconds(), goods, words)])

    def _repair_early(self):
        """Let an item be repaired that nobody delivered: authentic, and impossible in this order."""
        self.observe("R1")
        repair = {"work": {"zh": "更换密封盖", "en": "Seal replaced"}, "outcome": "repaired"}
        self.zone.say(self.cast.seller, [Draft("aftersales.repair", milliseconds(), {"item": UNDELIVERED}, repair)])

    def observe(self, serial: str):
        """Let the seller commission one more item."""
        subjects = {"item": f"{GS1}/01/{HOSTILE}/21/{serial}", "product": f"{GS1}/01/{HOSTILE}"}
        self.zone.say(self.cast.seller, [Draft("transport.commissioning", milliseconds(), subjects, {"action": "ADD"})])

    def _rename(self):
        """Let a product be filed, and amended."""
        filed = self.file(AMENDED, {"zh": "示例旧名", "en": "Example old name"})
        data = FILED | {"names": {"zh": "示例新名", "en": "Example new name"}}
        self.zone.say(self.cast.seller, [Draft("filing.product-amended", milliseconds(), data=data, about=(filed,))])

    def file(self, gtin: str, names: dict[str, str]) -> bytes:
        """Let the seller file a product, and customs and inspection recognise it; return the filing's name."""
        subjects = {"product": f"{GS1}/01/{gtin}", "enterprise": self.cast.seller.uri}
        data = FILED | {"names": names}
        (filed,) = self.zone.say(self.cast.seller, [Draft("filing.product", milliseconds(), subjects, data)])
        for actor in (self.cast.customs, self.cast.inspection, self.cast.neighbour):
            about = (filed.name,)
            self.zone.say(actor, [Draft("endorsement.recognised", milliseconds(), data={"seen": []}, about=about)])
        return filed.name

    def cosign(self):
        """Let three of the four witnesses cosign the newest checkpoint."""
        checkpoint, note = parse_signed_checkpoint(self.ledger.prover.checkpoint())
        pairs = list(zip(self.witnesses, self._signers, strict=True))[:_COSIGNING]
        lines = [sign_line(key, signer, checkpoint, milliseconds() // 1000) for key, signer in pairs]
        self.ledger.cosign(format_note(Note(note.text, tuple(lines))))
