"""Endorsing thousands of events from an agency's side, and judging recognition once histories are loaded."""

from __future__ import annotations

import io
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from api.app import create_app
from api.following import projections_of
from api.logs import make_logger
from api.server import server_config
from api.settings import Settings
from benchmarks.load import chunks
from ledger.client.client import LedgerClient
from ledger.compose.event import ComposedEvent, Draft
from ledger.endorsing.endorse import Decision, compose_endorsements, sign_endorsements
from ledger.endorsing.sending import send_batches
from ledger.endorsing.statements import Named, StatementReader
from tests.world import PRODUCT, World, found_world, now, parcel_story
from verifier.judgement.recognition import Answers, judge_recognition
from verifier.judgement.standing import Standing
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.head import parse_head
from verifier.ledgerformat.statement import MAX_BATCH

_TYPE = "transport.commissioning"
_FIRST = 1_000_000  # sequence numbers of the benchmark, behind those of the founding


@dataclass(slots=True)
class Waiting:
    """A ledger in which events await customs.

    Attributes:
        world: the ledger and its people.
        events: what awaits, with the leaf of its statement.
    """

    world: World
    events: dict[ComposedEvent, int]

    @property
    def named(self) -> dict[bytes, Named]:
        """Return what an inbox says of the events."""
        subjects = (_item(number) for number in range(len(self.events)))
        return {each.name: Named((next(subjects),), leaf) for each, leaf in self.events.items()}


@contextmanager
def waiting_events(folder: Path, count: int) -> Iterator[Waiting]:
    """Yield a ledger in which `count` items, in batches of 4,096, await recognition by customs and inspection."""
    world = found_world(folder, witnesses=0, quorum=0, policies=False)
    try:
        joint = {"k": 2, "of": [{"role": "customs"}, {"role": "inspection-quarantine"}]}
        world.zone.adopt_policy("items", [_TYPE], joint, "联合", "Joint")
        for _, who, draft in parcel_story(world)[:2]:
            world.say(who, draft)
        events: dict[ComposedEvent, int] = {}
        for size in chunks(count, MAX_BATCH):
            drafts = [_commissioning(len(events) + place) for place in range(size)]
            said = world.say("seller", *drafts)
            events |= dict.fromkeys(said, world.ledger.head.edge.size - 2)
        yield Waiting(world, events)
    finally:
        world.ledger.close()


def _item(number: int) -> str:
    return f"{PRODUCT}/21/B{number}"


def _commissioning(number: int) -> Draft:
    subjects: dict[str, str | list[str]] = {"item": _item(number), "product": PRODUCT}
    return Draft(_TYPE, now(), subjects, {"action": "ADD", "bizStep": "commissioning"})


@contextmanager
def serving(world: World) -> Iterator[str]:
    """Yield the address of a service for a world's ledger."""
    settings = Settings(folder=world.folder, port=0, min_free_disk=0, open_reads=True)
    app = create_app(settings, world.ledger, logger=make_logger("error", io.StringIO()))
    server = uvicorn.Server(server_config(app, settings))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.005)
    for each in projections_of(app):  # as those of a service that runs have: what they catch up on is not what is timed
        assert each.wait_for(world.ledger.head.edge.size, 600)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(20)


@dataclass(frozen=True, slots=True)
class Endorsed:
    """What endorsing came to: seconds from the names to the last promise checked, signatures, events."""

    seconds: float
    signatures: int
    events: int


def endorse_all(waiting: Waiting, url: str, keep: Path) -> Endorsed:
    """Return what it took to check, answer, sign, send and hold to their promises all that awaits customs."""
    world = waiting.world
    customs, standpoint = world.cast["customs"], world.standpoint()
    client = LedgerClient(url, timeout=60)
    named = waiting.named
    begun = time.perf_counter()
    checked = StatementReader(client, standpoint).read(named)
    assert not checked.refused, checked.refused[0]
    events = compose_endorsements(
        checked.events, Decision("recognise"), agency=customs.uri, now=now(), types=world.zone.types,
        random=secrets.token_bytes,
    )  # fmt: skip
    taken = [_FIRST]

    def take(count: int) -> int:
        taken.append(taken[-1] + count)
        return taken[-2]

    submissions = sign_endorsements(
        events, customs.signer, agency=customs.uri, audience=world.zone.ledger.origin, take=take
    )
    sent = send_batches(client, submissions, keep=keep, policy=standpoint.policy, wait=None, clock=time.time)
    return Endorsed(time.perf_counter() - begun, len(sent), sum(each.count for each in sent))


def judge_all(waiting: Waiting) -> float:
    """Return the seconds that judging took per event, once heads, registry and answers are in memory."""
    world = waiting.world
    with world.ledger.sources() as sources:
        registry = sources.replay.registry
        events = [_event(each, leaf, place) for place, (each, leaf) in enumerate(waiting.events.items())]
        answers = [
            Event(b"%032d" % row.seq, row.leaf, row.position, parse_head(row.head), None, b"k" * 32)
            for row in sources.reader.events_from(max(waiting.events.values()) + 1)
        ]
        at = world.ledger.head.time
    standing = Standing(registry)
    begun = time.perf_counter()
    given = Answers(answers)
    recognised = sum(
        judge_recognition(
            each, given, registry=registry, time=at, at=at, disputes=lambda event: standing.disputes(event, at)
        ).outcome
        == "not yet recognised"
        for each in events
    )
    seconds = time.perf_counter() - begun
    assert recognised == len(events)  # inspection has not answered
    return seconds / len(events)


def _event(composed: ComposedEvent, leaf: int, place: int) -> Event:
    return Event(composed.name, leaf, place % MAX_BATCH, parse_head(composed.head), None, b"k" * 32)
