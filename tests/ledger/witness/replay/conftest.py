"""A founded zone in which one parcel's life was told, and a replay of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.client.client import LedgerClient
from ledger.client.transport import Patience
from ledger.witness.replay.replayer import Replayer
from tests.attacks.conftest import reborn, template  # noqa: F401 - a fixture
from tests.attacks.watching import publish
from tests.ledger.client.serving import Service
from tests.world import World
from verifier.primitives.checkpoint import parse_signed_checkpoint


class Replaying:
    """A ledger, its service, and how to replay it."""

    def __init__(self, world: World, service: Service, root: Path) -> None:
        self.world, self.service, self.root = world, service, root
        self.client = LedgerClient(service.url, timeout=10, patience=Patience(attempts=1))

    def open(self, **options: int) -> Replayer:
        return Replayer(self.root / "replay.db", self.client, self.world.standpoint().policy, **options)

    def advance(self, replayer: Replayer) -> None:
        publish(self.world)
        note = self.client.checkpoint()
        replayer.advance_to(parse_signed_checkpoint(note)[0], note)


@pytest.fixture
def replaying(template: World, tmp_path: Path) -> Iterator[Replaying]:  # noqa: F811 - the fixture
    world = reborn(template, tmp_path / "ledger")
    service = Service(world.ledger)
    yield Replaying(world, service, tmp_path)
    service.close()
    world.ledger.close()
