"""A founded zone that goes on, and lookers beside its ledger."""

from __future__ import annotations

from contextlib import ExitStack, closing

import pytest

from ledger.leading import door
from ledger.looking.lookers import Lookers
from tests.ledger.looking.zone import commissioned
from tests.waiting import until
from tests.world import found_world, tell_parcel


@pytest.fixture(scope="package")
def world(tmp_path_factory):
    world = found_world(tmp_path_factory.mktemp("looking") / "zone", witnesses=0, quorum=0, policies=False)
    tell_parcel(world, until="product recognised")
    yield world
    world.ledger.close()


@pytest.fixture
def beside(world, monkeypatch):
    """Return lookers that are ready, and that the ledger asks, also for what is small."""
    monkeypatch.setattr(door, "_WORTH", 1)
    with ExitStack() as opened:

        def begin(count=1, **given):
            lookers = opened.enter_context(closing(Lookers(count, str(world.folder), world.ledger.origin, **given)))
            opened.callback(world.ledger.look_beside, None)
            world.ledger.look_beside(lookers)
            assert lookers.look([], world.ledger.head.replay, leaf=0, now=0) is None  # none yet: they are begun
            until(lambda: lookers.ready == count)
            return lookers

        yield begin


@pytest.fixture
def fresh(world, request):
    """Return a maker of groups of submissions that nobody has sent yet."""
    drawn = iter(range(10_000))

    def make(count, events=2):
        name = f"{abs(hash(request.node.name)) % 10**8}"
        return [commissioned(world, *[f"{name}X{next(drawn)}" for _ in range(events)]) for _ in range(count)]

    return make
