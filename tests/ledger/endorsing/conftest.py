"""A founded zone, and a projection that takes its turns when a test says so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from ledger.compose.event import ComposedEvent
from ledger.endorsing.projection import Projection
from ledger.endorsing.store import ProjectionReader, Waiting
from tests.world import ORIGIN, World, found_world


class Followed:
    """A world, and what its projection makes of it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.path = world.folder / "endorsing.db"
        self.projection = self.open()

    def open(self) -> Projection:
        return Projection(self.path, self.world.ledger.sources, origin=ORIGIN)

    def catch_up(self) -> None:
        while not self.projection.follow():
            pass

    @contextmanager
    def read(self) -> Iterator[ProjectionReader]:
        with self.projection.read() as connection:
            yield ProjectionReader(connection)

    def inbox(self, who: str) -> list[Waiting]:
        """Return what awaits somebody, after the projection has caught up."""
        self.catch_up()
        with self.read() as reader:
            return reader.inbox(self.world.cast[who].uri, after=None, limit=1000)

    def awaits(self, who: str, event: ComposedEvent) -> bool:
        return event.name in [each.name for each in self.inbox(who)]

    def dump(self) -> list[str]:
        """Return every row but the order of rows."""
        self.catch_up()
        with self.projection.read() as connection:
            return sorted(connection.iterdump())


@pytest.fixture
def followed(tmp_path) -> Iterator[Followed]:
    world = found_world(tmp_path / "zone", witnesses=0, quorum=0)
    made = Followed(world)
    yield made
    made.projection.close()
    world.ledger.close()
