"""Participants with keys in files of their own, before a real service of a founded zone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ledger.compose.event import Draft
from ledger.signing.keyfile import save_key
from ledger.signing.signer import MemorySigner, generate
from tests.ledger.cli.conftest import SECRET
from tests.ledger.client.serving import Service
from tests.world import World, found_world, now
from verifier.judgement.participants import key_subject
from verifier.ledgerformat.trust_policy import format_trust_policy
from verifier.primitives.keys import EDDSA, format_key


@dataclass
class Street:
    """A founded zone without witnesses, its service, and a folder with participants' keys and the trust policy."""

    world: World
    service: Service
    folder: Path
    keys: dict[str, MemorySigner] = field(default_factory=dict)

    @property
    def to(self) -> tuple[str, ...]:
        return ("--to", self.service.url, "--policy", "zone.policy")

    def uri(self, who: str) -> str:
        return self.world.cast[who].uri

    def register(self, who: str, use: str = "statement") -> Path:
        """Give a participant one more key, in the file that is returned."""
        signer, holder = generate(EDDSA), self.world.cast[who]
        data = {"use": use, "key": format_key(signer.public), "types": ["*"], "subjects": []}
        subjects = {"key": key_subject(signer.public.kid), "holder": holder.uri}
        if holder.root:
            self.world.zone.decree([Draft("registry.key", now(), subjects, data)])
        else:
            self.world.say("customs", Draft("registry.enterprise-key", now(), subjects, data))
        path = self.folder / f"{who}-{use}.pem"
        save_key(path, signer, SECRET.encode())
        self.keys[path.name] = signer
        return path

    def speaking(self, who: str) -> tuple[Any, ...]:
        """The options with which a participant says something under a key that is registered when it first does."""
        path = self.folder / f"{who}-statement.pem"
        if not path.exists():
            self.register(who)
        self.publish()
        said = ("--issuer", self.uri(who), "--key", path, "--passphrase-env", "PASS")
        return (*self.to, *said, "--yes", "--json", "--quiet")

    def asking(self, who: str) -> tuple[Any, ...]:
        """The options with which a participant signs its requests, its key registered when it first does."""
        path = self.folder / f"{who}-request.pem"
        if not path.exists():
            self.register(who, "request")
        return ("--request-key", path, "--passphrase-env", "PASS")

    def publish(self) -> None:
        self.world.ledger.writer.call(self.world.ledger.writer.sequencer.publish).result()

    @property
    def size(self) -> int:
        return self.world.ledger.head.edge.size


@contextmanager
def open_street(folder: Path) -> Iterator[Street]:
    """Yield a street; its service lets everybody read."""
    world = found_world(folder / "zone", witnesses=0, quorum=0)
    (folder / "zone.policy").write_bytes(format_trust_policy(world.standpoint().policy))
    service = Service(world.ledger)
    yield Street(world, service, folder)
    service.close()
    world.ledger.close()
