"""Over HTTP, too: `/validate` says what `/entries` then answers."""

from __future__ import annotations

import pytest

from ledger.client.client import LedgerClient
from tests.api.conftest import Server, settings_for
from tests.ledger.admission.test_intake import SPOILT, order, signed
from tests.world import found_world
from verifier.errors import SuyuanError


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    made = found_world(tmp_path_factory.mktemp("validate") / "zone", witnesses=0, quorum=0, policies=False)
    yield made
    made.ledger.close()


@pytest.fixture(scope="module")
def client(world):
    running = Server(world.ledger, settings_for(world.folder))
    yield LedgerClient(running.base)
    running.stop()


@pytest.mark.parametrize("name", SPOILT)
def test_what_validate_finds_entries_refuses(world, client, name):
    _, spoil = SPOILT[name]
    submission = spoil(world)
    found = [(each.code, each.field) for each in client.validate(submission)]
    with pytest.raises(SuyuanError) as refused:
        client.submit(submission)
    assert (refused.value.code, refused.value.field) in found


def test_where_it_finds_nothing_entries_records(world, client):
    submission = signed(world, order(world, 90), order(world, 91))
    assert client.validate(submission) == []
    assert client.submit(submission)
    assert client.validate(submission) == [], "it is given the same promise again"
