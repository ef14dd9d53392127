import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ledger.client.client import LedgerClient
from ledger.client.transport import Patience
from ledger.ledger import Ledger
from ledger.opening import LedgerFolder
from ledger.witness.follow import Follower
from ledger.witness.keys import CosignerKeys, create_cosigner_keys
from ledger.witness.store import WitnessStore
from tests.ledger.client.serving import Service
from tests.ledger.client.world import World, copy_ledger

WITNESS_PASSPHRASE = b"a passphrase of the witness"


@dataclass
class Watched:
    """A ledger with witnesses, its service, and a follower for each witness."""

    world: World
    service: Service
    followers: list[Follower]
    stores: list[WitnessStore]
    evidence: Path

    @property
    def follower(self) -> Follower:
        return self.followers[0]

    @property
    def store(self) -> WitnessStore:
        return self.stores[0]

    def grow(self, blocks: int = 1) -> None:
        self.world.note(blocks)
        self.world.publish()

    def twin(self, name: str = "twin") -> Ledger:
        """A second ledger that goes on from a copy of the first, under the same keys: whoever starts it forks."""
        self.world.ledger.close()
        copy = self.world.root.with_name(name)
        copy_ledger(self.world.root, copy)
        self.world.ledger = self.world.open()
        self.service.ledger = self.world.ledger
        twin = self.world.open(copy, guard=copy / "guard", new_guard=True)
        self.twins.append(twin)
        return twin

    def __post_init__(self) -> None:
        self.twins: list[Ledger] = []

    def serve(self, ledger: Ledger) -> None:
        """Let the service speak for a ledger, and the zone speak to it."""
        self.world.ledger = self.service.ledger = ledger


@pytest.fixture
def watch(tmp_path) -> Iterator[Callable[..., Watched]]:
    made: list[Watched] = []

    def build(witnesses: int = 1, quorum: int = 1, *, clock: Callable[[], float] = time.time) -> Watched:
        keys = [keys_of(tmp_path / f"keys{each}", f"w{each}.example") for each in range(witnesses)]
        world = World(tmp_path / "ledger", [key for each in keys for key in each.note_keys], quorum)
        world.found()
        service = Service(world.ledger)
        client = LedgerClient(service.url, timeout=5, patience=Patience(attempts=1))
        stores = [WitnessStore(tmp_path / f"witness{each}.db") for each in range(witnesses)]
        evidence = tmp_path / "evidence"
        followers = [
            Follower(client, world.policy, keys=own, store=store, evidence=evidence, clock=clock)
            for own, store in zip(keys, stores, strict=True)
        ]
        made.append(Watched(world, service, followers, stores, evidence))
        return made[-1]

    yield build
    for each in made:
        each.service.close()
        for ledger in {id(one): one for one in (each.world.ledger, *each.twins)}.values():
            ledger.close()
        for store in each.stores:
            store.close()


def keys_of(folder: Path, name: str, *, post_quantum: bool = False) -> CosignerKeys:
    return create_cosigner_keys(folder, name, WITNESS_PASSPHRASE, post_quantum=post_quantum)


def database_of(root: Path) -> Path:
    return LedgerFolder(root).database
