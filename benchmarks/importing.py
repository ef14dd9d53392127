"""Importing: the messages of a trade, through a participant's gateway, into a ledger that is a process of its own.

The gateway keeps, signs and sends in this process and reads in one beside it, as `suyuan import ceb` does; the ledger
is served by `suyuan serve`. Messages are made beforehand and outside the measured time.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from fixtures.trade import draw_shipments
from fixtures.trade.founding import Authorities, draw_firms, found_trade
from fixtures.trade.gateways import trade_gateways
from fixtures.trade.sending import messages_sent
from fixtures.trade.shipments import Sent
from fixtures.trade.telling import Teller
from fixtures.zone.actors import Actor, agency, all_types
from ledger.client.client import LedgerClient
from ledger.gateway.intake import CEB
from ledger.gateway.jobs import Told
from ledger.gateway.reader import Reader
from ledger.gateway.received import Received
from ledger.opening import create_ledger, open_ledger
from ledger.readers.ceb import Mode
from ledger.signing.ledger_keys import load_ledger_keys
from tests.crash.served import PASSPHRASE, ServerProcess
from tests.world import DAY, ORIGIN, found_zone, now
from verifier.ledgerformat.trust_policy import TrustPolicy, format_trust_policy
from verifier.primitives.checkpoint import parse_signed_checkpoint

_AHEAD = 512  # arrivals on their way to the gateway's file at most
_STAGES = {
    "gateway-reader": "pass", "gateway-keep": "keep", "gateway-send": "send", "gateway-door": "send",
    "gateway-chores": "redeem",
}  # fmt: skip
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Imported:
    """What importing came to.

    Attributes:
        messages: how many were handed over.
        events: how many the ledger recorded of them.
        seconds: from the first message to the last receipt.
        cpu: seconds of CPU by stage: `read` (the gateway's reading process), `pass` (to it, and from it to the
            gateway), `keep`, `send`, `redeem` (of promises, beside) and `ledger`.
        left: events that were not recorded, by state.
    """

    messages: int
    events: int
    seconds: float
    cpu: dict[str, float]
    left: dict[str, int]

    @property
    def rate(self) -> float:
        """Return messages a second."""
        return self.messages / self.seconds

    def spent(self, stage: str) -> float:
        """Return milliseconds of CPU that a message took in a stage."""
        return 1000 * self.cpu[stage] / self.messages


@dataclass(frozen=True, slots=True)
class Harbour:
    """A zone whose trade goes through one gateway.

    Attributes:
        teller: hands messages to the gateway.
        reader: reads them for it.
        server: the ledger's process.
        policy: file of the trust policy.
    """

    teller: Teller
    reader: Reader
    server: ServerProcess
    policy: Path


@contextmanager
def opened_harbour(folder: Path) -> Iterator[Harbour]:
    """Yield a founded zone, its ledger served, and a gateway for all its firms."""
    folder.mkdir(parents=True)
    actors, policy = _found(folder)
    (folder / "trust.policy").write_bytes(format_trust_policy(policy))
    server = ServerProcess(folder)
    server.start()
    try:
        gateways = trade_gateways(folder / "gateway", server.url, [actors], policy=policy)
        with gateways as teller, closing(Reader(all_types())) as reader:
            list(reader.read_all([Received(CEB, b"")]))  # its process has begun
            yield Harbour(teller, reader, server, folder / "trust.policy")
    finally:
        server.stop()


def import_trade(harbour: Harbour, parcels: int, *, seed: int = 1) -> Imported:
    """Hand over the messages of `parcels`, one after the other, and wait until the ledger has promised all of them."""
    shipments = draw_shipments(seed, parcels, begins=now() - 30 * DAY)
    messages = [sent for each in shipments for sent in messages_sent(each)]
    before, begun = _spent(harbour), time.perf_counter()
    _hand_over(harbour, messages)
    harbour.teller.wait()
    seconds, after = time.perf_counter() - begun, _spent(harbour)
    states = _states(harbour.teller)
    return Imported(
        messages=len(messages),
        events=states.pop("recorded", 0),
        seconds=seconds,
        cpu={stage: after[stage] - before[stage] for stage in before},
        left=states,
    )


def _hand_over(harbour: Harbour, messages: Sequence[Sent]) -> None:
    """Hand messages over in their order, until all are durable."""
    gateway = harbour.teller.gateways[0]
    under_way: deque[Future[Told]] = deque()
    for sent, arrival in zip(messages, harbour.reader.read_all(map(_received, messages)), strict=True):
        if isinstance(arrival, Exception):
            raise arrival
        while gateway.open_items() + _AHEAD >= gateway.setting.most:
            gateway.wait_room(1.0)
        under_way.append(gateway.take(arrival, sent.by))
        if len(under_way) > _AHEAD:
            under_way.popleft().result()
    for each in under_way:
        each.result()


def _received(sent: Sent) -> Received:
    mode = Mode.LENIENT if sent.lenient else Mode.STRICT
    return Received(sent.kind, sent.data, mode, sent.facts, now=now())


def audit(harbour: Harbour) -> int:
    """Return the exit code of `suyuan-verify audit` over the ledger as it is served, once all of it is published."""
    client = LedgerClient(harbour.server.url)
    with harbour.teller.gateways[0].store.reading() as connection:
        (last,) = connection.execute("SELECT max(leaf) FROM batch").fetchone()
    while parse_signed_checkpoint(client.checkpoint())[0].size <= last:
        time.sleep(0.05)
    command = [sys.executable, "-m", "verifier", "--lang", "en", "audit", harbour.server.url]
    done = subprocess.run(
        [*command, "--policy", str(harbour.policy), "--no-state"], capture_output=True, text=True, check=False
    )
    return done.returncode


def _found(folder: Path) -> tuple[list[Actor], TrustPolicy]:
    root = folder / "ledger"
    create_ledger(root, ORIGIN, PASSPHRASE)
    (folder / "passphrase").write_bytes(PASSPHRASE)
    keys = load_ledger_keys(root / "keys", ORIGIN, PASSPHRASE)
    world = found_zone(folder, keys, open_ledger(root, PASSPHRASE), witnesses=0, quorum=0, policies=False)
    window = agency("window", "示例单一窗口", "Example Single Window", ["single-window"], root=False)
    neighbour = agency("neighbour", "示例邻区海关", "Example Customs next door", ["customs"], root=False)
    world.zone.admit_agencies([window, neighbour])
    firms, cast = draw_firms(), world.cast
    found_trade(world.zone, Authorities(cast["customs"], window, cast["market"], cast["inspection"], neighbour), firms)
    policy = world.standpoint().policy
    world.ledger.close()
    return list(firms.values()), policy


def _spent(harbour: Harbour) -> dict[str, float]:
    """Return seconds of CPU until now: of this thread, of the gateway's threads, of the ledger's process."""
    own = {"pass": time.thread_time(), "keep": 0.0, "send": 0.0, "redeem": 0.0}
    for each in threading.enumerate():
        stage = _STAGES.get(each.name.partition("_")[0])
        if stage:
            own[stage] += _ticks(Path(f"/proc/self/task/{each.native_id}/stat"))
    read, ledger = (_ticks(Path(f"/proc/{pid}/stat")) for pid in (harbour.reader.pid, harbour.server.pid))
    return {"read": read, **own, "ledger": ledger}


def _ticks(path: Path) -> float:
    fields = path.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _states(teller: Teller) -> dict[str, int]:
    with teller.gateways[0].store.reading() as connection:
        return dict(connection.execute("SELECT state, count(*) FROM item GROUP BY state").fetchall())
