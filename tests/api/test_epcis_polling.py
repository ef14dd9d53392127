"""Standing queries are polled: nothing is missed and nothing comes twice, whatever is recorded meanwhile."""

from __future__ import annotations

import json
import threading
from urllib.parse import quote

import pytest

from ledger.compose.event import Draft
from tests.api.access_world import Asker, found_access_world
from tests.api.conftest import Server, settings_for
from tests.world import UNIT, now

BATCHES = (1, 2, 7, 1, 1, 12, 3, 5, 1, 9)


@pytest.fixture(scope="module")
def zone(tmp_path_factory):
    made = found_access_world(tmp_path_factory.mktemp("polling") / "zone", askers=("customs",))
    yield made
    made.world.ledger.close()


@pytest.fixture
def server(zone):
    running = Server(zone.world.ledger, settings_for(zone.world.folder))
    yield running
    running.stop()


class Poller:
    """Asks again and again for a step's events, pages of three, and keeps the eventIDs in the order they came."""

    def __init__(self, zone, step, path="/epcis/events"):
        self.key, self.step, self.path = zone.keys["customs", "active"], step, path
        self.since, self.seen = "2020-01-01T00:00:00.000Z", []

    def poll(self, base):
        query = f"perPage=3&GE_recordTime={quote(self.since)}"
        if self.path == "/epcis/events":
            query += f"&EQ_bizStep={self.step}"
        path, since = f"{self.path}?{query}", None
        while path:
            answer = Asker(base, self.key).ask(path)
            assert answer.status == 200, answer.body
            document = json.loads(answer.body)
            since = since or document["suyuan:recordedBefore"]
            assert document["suyuan:recordedBefore"] == since, "all pages are about one moment"
            events = document["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
            assert all(self.since <= each["recordTime"] < since for each in events)
            self.seen += [each["eventID"] for each in events]
            link = answer.headers.get("link")
            path = link.split(">")[0].removeprefix("<") if link else None
        assert since >= self.since, "it never goes back"
        self.since = since


def ask_json(asker, path, method, body):
    headers = asker.signed(method, path, body) | ({"Content-Type": "application/json"} if body else {})
    return asker.ask(path, method, body, headers)


def say(zone, step, ids):
    drafts = [
        Draft("transport.object", now(), {"epcs": [UNIT]}, {"action": "OBSERVE", "bizStep": step, "eventID": each})
        for each in ids
    ]
    zone.world.say("carrier", *drafts)


def told(step, count, begin=0):
    return [f"urn:x:{step}:{each}" for each in range(begin, begin + count)]


def test_a_poller_gets_each_event_once_while_others_are_recorded(zone, server):
    poller, done, faults = Poller(zone, "storing"), threading.Event(), []

    def poll():
        try:
            while not done.is_set():
                poller.poll(server.base)
        except BaseException as error:
            faults.append(error)
            raise

    thread = threading.Thread(target=poll)
    thread.start()
    said = 0
    for size in BATCHES:
        say(zone, "storing", told("storing", size, said))
        said += size
    done.set()
    thread.join(60)
    assert not faults
    poller.poll(server.base)
    assert len(poller.seen) == len(set(poller.seen)), "nothing comes twice"
    assert sorted(poller.seen) == sorted(told("storing", said)), "nothing is missed"


def test_it_goes_on_where_it_was_though_the_projection_was_made_anew(zone):
    poller = Poller(zone, "picking")
    first = Server(zone.world.ledger, settings_for(zone.world.folder))
    say(zone, "picking", told("picking", 4))
    poller.poll(first.base)
    first.stop()
    assert len(poller.seen) == 4
    files = list(zone.world.folder.glob("epcis.db*"))
    assert files
    for each in files:
        each.unlink()
    say(zone, "picking", told("picking", 5, 4))
    second = Server(zone.world.ledger, settings_for(zone.world.folder))
    poller.poll(second.base)
    poller.poll(second.base)
    second.stop()
    assert sorted(poller.seen) == sorted(told("picking", 9))


def test_a_named_query_is_polled_likewise(zone, server):
    asker = Asker(server.base, zone.keys["customs", "active"])
    query = {"name": "loading", "query": {"EQ_bizStep": ["loading"]}}
    made = ask_json(asker, "/epcis/queries", "POST", json.dumps(query).encode())
    assert made.status == 201, made.body
    poller = Poller(zone, "loading", "/epcis/queries/loading/events")
    for begin in (0, 5):
        say(zone, "loading", told("loading", 5, begin))
        poller.poll(server.base)
        assert sorted(poller.seen) == sorted(told("loading", begin + 5))
    poller.poll(server.base)
    assert len(poller.seen) == 10


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_who_wants_to_be_called_back_is_told_to_poll(zone, server, method):
    asker = Asker(server.base, zone.keys["customs", "active"])
    body = b'{"dest": "https://10.0.0.1/callback", "stream": true}' if method == "POST" else None
    answer = ask_json(asker, "/epcis/queries/mine/subscriptions", method, body)
    problem = json.loads(answer.body)
    assert (answer.status, problem["field"]) == (422, "subscriptions")
    assert "GE_recordTime" in problem["todo"]
