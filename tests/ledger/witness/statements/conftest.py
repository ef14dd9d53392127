"""A witness that takes statements for a real ledger, with clocks that tests turn."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from ledger.client.client import LedgerClient
from ledger.client.transport import Patience
from ledger.signing.signer import generate
from ledger.witness.monitor import Monitor
from ledger.witness.statements.desk import PERIOD, StatementDesk
from ledger.witness.statements.keys import NoticeKey
from ledger.witness.statements.service import StatementService
from tests.ledger.witness.conftest import Watched
from tests.ledger.witness.serve.conftest import Served
from verifier.errors import SuyuanError
from verifier.ledgerformat.withheld import Withheld, verify_withheld
from verifier.primitives.keys import EDDSA


@dataclass
class Honest:
    """A judge with a state of its own, as a replaying witness has it: the ledger's word does not matter to it."""

    client: LedgerClient
    fault: SuyuanError | None = None
    basis: str = "replay"

    def judge(self, submission: bytes) -> int:  # noqa: ARG002 - the interface
        if self.fault:
            raise self.fault
        return 7


@dataclass
class Taking:
    """The statements' side of a witness."""

    watched: Watched
    service: StatementService
    served: Served
    key: NoticeKey
    judges: list[Honest]
    seconds: list[float] = field(default_factory=lambda: [0.0])
    lag: list[float] = field(default_factory=lambda: [0.0])  # by which the calendar's clock was set back

    @property
    def desk(self) -> StatementDesk:
        (desk,) = self.service.desks()
        return desk

    def rounds(self, seconds: float) -> None:
        """Let time pass, round by round; the longest rounds that count whole."""
        end = self.seconds[0] + seconds
        while self.seconds[0] < end:
            self.seconds[0] = min(end, self.seconds[0] + 2 * PERIOD)
            self.desk.step()

    def notice(self, identity: bytes) -> Withheld | None:
        found = self.desk.find(identity)
        return verify_withheld(found.notice, self.key.public) if found and found.notice else None


@pytest.fixture
def taking(watch, tmp_path) -> Iterator[Callable[..., Taking]]:
    made: list[Taking] = []

    def build(*, replay: bool = False) -> Taking:
        watched = watch()
        assert watched.follower.step().size
        key, seconds, lag, judges = NoticeKey("w0.example", generate(EDDSA)), [0.0], [0.0], []

        def judge(_follower: object, client: LedgerClient, _origin: str) -> Honest:
            judges.append(Honest(client))
            return judges[-1]

        service = StatementService(
            tmp_path / "statements.db", watched.followers, key=key, cosigned=watched.store,
            judge_of=judge if replay else None,
            clock=lambda: 1_800_000_000 + seconds[0] - lag[0], monotonic=lambda: seconds[0],
        )  # fmt: skip
        monitor = Monitor("127.0.0.1:0", watched.store, [service.door()])
        made.append(Taking(watched, service, Served(None, monitor, []), key, judges, seconds, lag))
        return made[-1]

    yield build
    for each in made:
        each.served.monitor.close()
        each.service.close()


def patient(url: str) -> LedgerClient:
    return LedgerClient(url, timeout=5, patience=Patience(attempts=1))
