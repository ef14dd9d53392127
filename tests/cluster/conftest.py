"""A zone on PostgreSQL, and machines that serve it."""

from __future__ import annotations

import pytest

from tests.cluster.machines import Machine
from tests.crash.served import found_served
from tests.postgres import server


@pytest.fixture
def zone(tmp_path):
    """A founded zone whose ledger is on a database server, closed."""
    database = server().database(empty=True)
    world = found_served(tmp_path / "zone", database)
    yield world
    server().drop(database)


@pytest.fixture
def machine(zone):
    """Makes machines; those that still run are ended."""
    made = []

    def make(name, **settings):
        made.append(Machine(zone.folder, name, **settings))
        return made[-1]

    yield make
    for each in made:
        if each._process and each._process.poll() is None:
            each.resume()
            each.kill()
