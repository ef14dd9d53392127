"""A replaying witness beside a ledger that may lie: a real service, a real follower, its own databases."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ledger.client.client import LedgerClient
from ledger.client.transport import Patience
from ledger.signing.signer import generate
from ledger.witness.follow import Follower
from ledger.witness.keys import CosignerKeys
from ledger.witness.outcome import STOPPED, Outcome
from ledger.witness.replay.replayer import Replayer
from ledger.witness.statements.keys import NoticeKey
from ledger.witness.store import WitnessStore
from tests.ledger.client.serving import Service
from tests.world import World
from verifier.ledgerformat.trust_policy import TrustPolicy
from verifier.ledgerformat.witness_report import verify_witness_report
from verifier.primitives.keys import EDDSA


@dataclass
class Watching:
    """A ledger, its service, and a witness that replays it."""

    world: World
    service: Service
    follower: Follower
    replayer: Replayer
    store: WitnessStore
    evidence: Path
    notices: NoticeKey

    @property
    def cosigned(self) -> int:
        newest = self.store.newest(self.world.ledger.origin)
        return newest.size if newest else 0

    def look(self) -> Outcome:
        """Let the ledger publish, and the witness look."""
        publish(self.world)
        return self.follower.step()

    def caught(self, word: str, *, leaf: int | None = None, event: int | None = None) -> tuple[str, ...]:
        """Require that the witness stops for a lie of this name, for good; return the files that it kept."""
        before = self.cosigned
        outcome = self.look()
        assert outcome.word == STOPPED, outcome
        assert self.cosigned == before, "nothing is cosigned that was not replayed"
        (report,) = (Path(each) for each in outcome.evidence if each.endswith(".json"))
        told = json.loads(report.read_text())
        assert told["lie"] == word, told
        assert leaf is None or told["leaf"] == leaf, told
        assert event is None or told["event"] == event, told
        self._reported(outcome, told)
        assert self.follower.step().word == STOPPED
        assert word in self.store.stopped(self.world.ledger.origin).reason
        return outcome.evidence

    def _reported(self, outcome: Outcome, told: dict[str, object]) -> None:
        """Require the witness's signed word for the same."""
        (file,) = (Path(each) for each in outcome.evidence if each.endswith(".report"))
        found = verify_witness_report(file.read_bytes(), self.notices.public)
        assert (found.lie.replace("-", " "), found.leaf, found.event) == (told["lie"], told["leaf"], told["event"])
        head = self.world.ledger.head.edge
        assert (found.origin, found.size) == (self.world.ledger.origin, head.size)
        assert found.evidence == any(each.endswith(".evidence") for each in outcome.evidence)


def publish(world: World) -> None:
    """Publish the newest checkpoint now, rather than within a second."""
    world.ledger.writer.call(world.ledger.writer.sequencer.publish).result()


@contextmanager
def watched(world: World, folder: Path, *, clock: Callable[[], float] = time.time) -> Iterator[Watching]:
    """A witness that is one of the charter's, over the world's ledger."""
    policy: TrustPolicy = world.standpoint().policy
    service = Service(world.ledger)
    client = LedgerClient(service.url, timeout=10, patience=Patience(attempts=1))
    folder.mkdir(parents=True, exist_ok=True)
    store = WitnessStore(folder / "witness.db")
    replayer = Replayer(folder / "replay.db", client, policy)
    own = world.witnesses[0]
    keys = CosignerKeys(((own.key, own.signer),))
    evidence = folder / "evidence"
    notices = NoticeKey(own.key.name, generate(EDDSA))
    follower = Follower(
        client,
        policy,
        keys=keys,
        store=store,
        evidence=evidence,
        replayer=replayer,
        sign_report=notices.sign_report,
        clock=clock,
    )
    try:
        yield Watching(world, service, follower, replayer, store, evidence, notices)
    finally:
        service.close()
        replayer.close()
        store.close()
