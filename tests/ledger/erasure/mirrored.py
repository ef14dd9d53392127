"""A mirror of a told world, and an agency's key with which it confirms what it erased."""

from __future__ import annotations

import secrets
from pathlib import Path
from types import SimpleNamespace

from fixtures.zone.founding import draft_key
from ledger.client.client import LedgerClient
from ledger.client.sequence import next_number, take_numbers
from ledger.client.transport import Patience
from ledger.client.trusted import read_charter
from ledger.compose.event import Draft
from ledger.signing.signer import MemorySigner, generate
from ledger.witness.mirror.confirming import ConfirmingKey
from ledger.witness.mirror.mirror import Held, LedgerMirror, open_mirror_keys
from tests.ledger.client.serving import Service
from tests.ledger.erasure.test_eraser import settle
from tests.world import World, now
from verifier.ledgerformat.body import Body, parse_body
from verifier.ledgerformat.head import Head, parse_head
from verifier.primitives.keys import ES256

PASSPHRASE = b"a passphrase of the mirror"
AGENCY = "tax"


def publish(world: World) -> None:
    world.ledger.writer.call(world.ledger.writer.sequencer.publish).result()


def advance(world: World) -> None:
    """Let the newest checkpoint have its quorum, and be served."""
    publish(world)
    settle(world)
    publish(world)


def register(world: World, signer: MemorySigner, who: str = AGENCY) -> None:
    """Let the roots register a key of an agency that may sign confirmations of erasures and nothing else."""
    draft = draft_key(world.cast[who].uri, signer.public, now())
    world.zone.decree([Draft(draft.type, draft.time, draft.subjects, {**draft.data, "types": ["record.erased"]})])


def confirmations(world: World) -> list[tuple[Head, Body]]:
    """Return every confirmation of an erasure in the ledger."""
    with world.ledger.store.read() as reader:
        found = [(parse_head(each.head), each.body) for each in reader.events_from(0) if each.head[0] != 0xD2]
    return [(head, parse_body(body)) for head, body in found if head.type == "record.erased" and body]


class Mirrored:
    """The mirror, begun anew as often as a test asks for."""

    def __init__(self, world: World, root: Path) -> None:
        self.world, self.root = world, root
        self.service = Service(world.ledger)
        self.signer = generate(ES256)
        self.numbers = root / "confirm.pem"
        self.keys = open_mirror_keys(root / "keys", "tax.example", PASSPHRASE)
        self.now = now() / 1000
        self.begin()

    @property
    def kid(self) -> str:
        return self.keys.signers[0][1].public.kid.hex()

    @property
    def kept(self) -> list[Path]:
        return sorted((self.mirror.folder / "confirmations").glob("*"))

    def begin(self) -> None:
        """Begin it as a new process would."""
        client = LedgerClient(self.service.url, timeout=20, patience=Patience(attempts=1))
        standpoint = self.world.standpoint()
        trusted = read_charter(client.charter(), standpoint.policy, standpoint.now)
        key = ConfirmingKey(self.signer, self._take)
        follower = SimpleNamespace(trusted=trusted, origin=self.world.ledger.origin)
        self.mirror = LedgerMirror(
            self.root / "mirrors", follower, client, keys=self.keys, confirming=key,
            random=secrets.token_bytes, clock=lambda: self.now,
        )  # fmt: skip

    def _take(self, least: int) -> int:
        kid = self.signer.public.kid
        return take_numbers(self.numbers, kid, 1, first=max(least, next_number(self.numbers, kid)))

    def round(self) -> Held:
        """Let the ledger serve what it has, and the mirror do a round."""
        advance(self.world)
        return self.mirror.step()

    def close(self) -> None:
        self.service.close()
