"""Five agencies, each with a machine of its own: a folder with its root key. What leaves it is carried as a file."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fixtures.zone.actors import Actor, agency
from fixtures.zone.founding import KINDS, YEAR
from ledger.ledger import Ledger
from ledger.opening import create_ledger, open_ledger
from ledger.signing.keyfile import save_key
from tests.ledger.client.serving import Service
from verifier.ledgerformat.trust_policy import TrustPolicy, format_trust_policy
from verifier.primitives.keys import format_key
from verifier.primitives.merkle import leaf_hash

ORIGIN = "ledger.example/zone"
PASSPHRASE = b"a passphrase of the ledger"
LABELS = ("commerce", "customs", "inspection", "market", "tax")
ENV = ("--passphrase-env", "PASS")


@dataclass
class Federation:
    """A ledger that is not founded yet, its service, and five holders' machines."""

    folder: Path
    run: Callable[..., Any]
    secret: bytes
    now: Callable[[], int]
    holders: dict[str, Actor] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.public = create_ledger(self.root, ORIGIN, PASSPHRASE)
        self.ledger = self.open()
        self.service = Service(self.ledger)
        for label in LABELS:
            holder = self.holders[label] = agency(label, f"示例{label}", f"Example {label}", [label])
            save_key(self.machine(label) / "root.pem", holder.root, self.secret)

    @property
    def root(self) -> Path:
        return self.folder / "ledger"

    @property
    def to(self) -> tuple[str, ...]:
        return ("--to", self.service.url)

    @property
    def trust(self) -> tuple[str, ...]:
        """The trust policy, once the ledger is founded."""
        with self.ledger.store.read() as reader:
            pinned = leaf_hash(reader.entries(0, 1)[0])
        (self.folder / "zone.policy").write_bytes(format_trust_policy(TrustPolicy(pinned)))
        return ("--policy", str(self.folder / "zone.policy"))

    def open(self) -> Ledger:
        return open_ledger(self.root, PASSPHRASE, clock=self.now)

    def restart(self) -> None:
        self.ledger.close()
        self.ledger = self.service.ledger = self.open()

    def close(self) -> None:
        self.service.close()
        self.ledger.close()

    def machine(self, label: str) -> Path:
        return self.folder / label

    def uri(self, label: str) -> str:
        return f"urn:suyuan:agency:{label}"

    def publish(self) -> None:
        self.ledger.writer.call(self.ledger.writer.sequencer.publish).result()

    def charter(self) -> dict[str, Any]:
        """The first charter, but for what the tool adds."""
        return {
            "origin": ORIGIN,
            "zone": "demonstration",
            "names": {"zh": "示范账本", "en": "Demonstration ledger"},
            "threshold": 3,
            "roots": [
                {"agency": each.uri, "names": dict(each.names), "key": format_key(each.root.public)}
                for each in self.holders.values()
            ],
            "seal": self.public["seal"],
            "receipt": self.public["receipt"],
            "policy": self.public["policy"] + "quorum none\n",
            "replay": None,
            "kinds": KINDS,
            "expires": self.now() + YEAR,
        }

    def propose(self, members: dict[str, Any], *options: str, by: str = "customs", name: str = "next") -> Path:
        """Write a charter's ceremony on its proposer's machine; return the file."""
        described = self.machine(by) / f"{name}.json"
        described.write_text(json.dumps(members))
        file = self.machine(by) / f"{name}.ceremony"
        ran = self.run("charter", "propose", described, "--by", self.uri(by), "--out", file, *options, "--quiet")
        assert ran.code == 0, ran.err
        return file

    def carry(self, file: Path, label: str) -> Path:
        """Carry a file to a holder's machine; return it there."""
        there = self.machine(label) / file.name
        if there != file:
            shutil.copy(file, there)
        return there

    def sign(self, file: Path, label: str, *options: str) -> Any:
        """Let a holder sign on its own machine; return what the command came to."""
        there = self.carry(file, label)
        return self.run("charter", "sign", there, "--key", self.machine(label) / "root.pem", "--yes", *ENV, *options)

    def found(self) -> None:
        """Found the ledger by a ceremony: propose, sign, sign, sign, submit."""
        file = self.propose(self.charter(), name="first")
        for label in ("customs", "market", "tax"):
            ran = self.sign(file, label)
            assert ran.code == 0, ran.err
            file = self.machine(label) / file.name
        ran = self.run("charter", "submit", file, *self.to, "--yes", "--quiet")
        assert ran.code == 0, ran.err
        self.publish()
