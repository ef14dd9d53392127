"""Submissions that come together are looked at together; each gets its own answer, and none another's."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.waiting import until
from verifier.ledgerformat.statement import parse_entry, statement_identity
from verifier.ledgerformat.submission import MEDIA_TYPE as SUBMISSION
from verifier.ledgerformat.submission import parse_submission

MANY = 12


@pytest.fixture
def gathered(world, serve):
    """A server whose intake waits until it is let go, and what lets it go."""
    server, gate = serve(world.ledger, world.folder, intake_threads=1), threading.Event()
    server.app.state.intake.gathering._looking.submit(gate.wait, 120)
    yield server, gate
    gate.set()


def together(server, gate, bodies):
    """Send all while the first waits for its thread; return the answers."""
    with ThreadPoolExecutor(len(bodies)) as senders:
        sent = [senders.submit(server.post, "/entries", each, SUBMISSION) for each in bodies]
        until(lambda: server.app.state.intake.bodies.held[0] == sum(map(len, bodies)))  # all of them have arrived
        gate.set()
        return [each.result(120) for each in sent]


def identity(data):
    return statement_identity(parse_entry(parse_submission(data).statement)).hex()


def test_each_of_many_gets_its_own_answer_and_a_bad_one_spoils_no_other(gathered, world, zone_terms):
    server, gate = gathered
    good, others = (
        [world.submission(world.seller, zone_terms.item(f"{word}{each}")) for each in range(MANY)] for word in "GB"
    )
    bodies = [each for pair in zip(good, [one[:-9] + bytes(9) for one in others], strict=True) for each in pair]
    answers = together(server, gate, bodies)
    assert [each.status for each in answers[1::2]] == [400] * MANY
    assert [each.status for each in answers[::2]] == [201] * MANY
    assert [each.headers["Location"] for each in answers[::2]] == [f"/entries/{identity(each)}" for each in good]
    for data, answer in zip(good, answers[::2], strict=True):
        assert answer.body == world.ledger.prover.promise(int(answer.headers["Suyuan-Leaf"])).receipt, identity(data)


def test_a_fault_that_nobody_foresaw_is_the_fault_of_one(gathered, world, zone_terms, monkeypatch):
    server, gate = gathered
    good = [world.submission(world.seller, zone_terms.item(f"F{each}")) for each in range(4)]
    poison, submit = good[2], world.ledger.submit_together

    def fall(group):
        if poison in group:
            raise ZeroDivisionError
        return submit(group)

    monkeypatch.setattr(world.ledger, "submit_together", fall)
    assert [each.status for each in together(server, gate, good)] == [201, 201, 500, 201]


def test_what_has_a_query_is_routed_and_both_are_counted_under_the_route(world, serve, zone_terms):
    server = serve(world.ledger, world.folder)
    assert server.post("/entries?a=1", b"", SUBMISSION).status == 400
    data = world.submission(world.seller, zone_terms.item("Q1"))
    assert server.post("/entries", data, SUBMISSION).status == 201
    text = server.get("/metrics").text
    found = re.findall(r'request_duration_seconds_count{method="POST",route="(\S+)",status="(\d+)"} 1', text)
    assert sorted(found) == [("/entries", "201"), ("/entries", "400")]
