"""kill at every named point, again and again: nothing lost, nothing twice, the receipts identical."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from ledger import failpoints
from ledger.gateway.store import Store
from tests.crash.checking import check_no_gap
from tests.ledger.gateway.zone import messages_of, recorded_names
from tests.world import ORIGIN

POINTS = [each for each in failpoints.POINTS if each.startswith("gateway-")]
PARCELS = 6
UNFILED = "https://id.gs1.org/01/09520000000172"


class Nursery:
    """The forking process, and how to ask it."""

    def __init__(self, world, folder: Path) -> None:
        keys = {
            world.cast[name].uri: (
                world.cast[name].signer.private.private_bytes_raw().hex(), str(world.folder / f"{name}.pem")
            )
            for name in ("platform", "payment", "carrier", "seller")
        }  # fmt: skip
        self._errors = (folder / "nursery.err").open("w+b")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.ledger.gateway.nursery"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=self._errors, text=True,
        )  # fmt: skip
        assert self.ask(keys) == "ready", self.errors()

    def ask(self, said):
        self._process.stdin.write(json.dumps(said) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline() or "null")

    def errors(self) -> str:
        self._errors.seek(0)
        return self._errors.read().decode()[-3000:]

    def close(self) -> None:
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(30)
        self._errors.close()


@pytest.fixture(scope="module")
def nursery(world, tmp_path_factory):
    made = Nursery(world, tmp_path_factory.mktemp("nursery"))
    yield made
    made.close()


def write_messages(world, folder: Path, seeds) -> int:
    """Write messages of parcels, out of order, and one draft that the ledger refuses; return how many are good."""
    folder.mkdir()
    seller = world.cast["seller"].uri
    listed = [
        (world.cast[who].uri, seller if b"CEB311Message" in message else "", message)
        for who, message in messages_of(seeds)
    ]
    random.Random(str(seeds)).shuffle(listed)
    draft = {"type": "transport.commissioning", "subjects": {"item": f"{UNFILED}/21/{seeds.start}", "product": UNFILED},
             "data": {"action": "ADD"}}  # fmt: skip
    listed.insert(2, (seller, "", json.dumps(draft).encode()))
    for place, (uri, to, message) in enumerate(listed):
        (folder / f"{place:04}").write_bytes(f"{uri}\n{to}\n".encode() + message)
    return len(listed) - 1


def check(world, folder: Path, good: int, before: int) -> None:
    """Everything is in the ledger once, with the receipt that the ledger gives whenever it is asked."""
    names = recorded_names(world)
    assert len(names) == len(set(names))
    assert len(names) - before == good
    store = Store(folder, origin=ORIGIN)
    try:
        with store.reading() as connection:
            states = dict(connection.execute("SELECT state, count(*) FROM item GROUP BY state").fetchall())
            own = [name for (name,) in connection.execute("SELECT name FROM item WHERE state = 'recorded'")]
            batches = connection.execute("SELECT leaf, promise FROM batch WHERE state = 'recorded'").fetchall()
    finally:
        store.close()
    assert states == {"recorded": good, "parked": 1}
    assert set(own) <= set(names)
    for leaf, promise in batches:
        assert world.ledger.prover.promise(leaf).receipt == promise


def kill_again_and_again(world, service, nursery, tmp_path, *, point, rounds):
    rnd = random.Random(point)
    for round_ in range(rounds):
        home = tmp_path / str(round_)
        home.mkdir()
        begin = 50_000 + POINTS.index(point) * 5_000 + round_ * 50
        good = write_messages(world, home / "messages", range(begin, begin + PARCELS))
        before = len(recorded_names(world))
        run = {"url": service.url, "folder": str(home / "gateway"), "messages": str(home / "messages")}
        count = 1 if point == "gateway-parked" or rounds == 1 else rnd.randrange(1, 4)
        killed = nursery.ask({**run, "point": point, "count": count})
        assert killed == 137 or (killed == 0 and count > 1), nursery.errors()
        assert nursery.ask({**run, "point": "", "count": 1}) == 0, nursery.errors()
        check(world, home / "gateway", good, before)
    check_no_gap(world.ledger)


@pytest.mark.parametrize("point", POINTS)
def test_nothing_is_lost_and_nothing_twice_when_the_gateway_is_killed_at(point, world, service, nursery, tmp_path):
    kill_again_and_again(world, service, nursery, tmp_path, point=point, rounds=1)


@pytest.mark.soak
@pytest.mark.parametrize("point", POINTS)
def test_nothing_is_lost_and_nothing_twice_when_it_is_killed_twenty_times_at(point, world, service, nursery, tmp_path):
    kill_again_and_again(world, service, nursery, tmp_path, point=point, rounds=20)
