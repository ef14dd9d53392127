"""More comes than is taken: real clients, a real server. Whoever floods is refused at once, others get in."""

from __future__ import annotations

import http.client
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import pytest

from ledger.sequencer import queue
from tests.api.conftest import tell
from tests.waiting import until

CLIENTS, EACH = 12, 10
QUIET = 6


@pytest.fixture
def told(make_world):
    """A world in which a seller may say a lot, and an agency a little."""
    world = make_world()
    tell(world)
    return world


def items(world, terms, first, count):
    return [world.submission(world.seller, terms.item(f"{first + each}")) for each in range(count)]


def registered(world, terms, count):
    draft = terms.Draft(
        "registry.enterprise", terms.now(), subjects={"enterprise": world.seller.uri},
        data={"names": dict(world.seller.names), "roles": ["seller"], "gs1Prefixes": [], "subjects": []},
    )  # fmt: skip
    return [world.submission(world.customs, draft) for _ in range(count)]


class Client:
    """One connection that is kept, as a busy sender's is."""

    def __init__(self, server, media_type):
        self._connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        self._headers = {"Content-Type": media_type, "Accept": "application/problem+json"}

    def send(self, data):
        self._connection.request("POST", "/entries", data, self._headers)
        with self._connection.getresponse() as answer:
            answer.read()
            return answer.status, answer.headers

    def close(self):
        self._connection.close()


def gauge(server, name, which):
    (value,) = re.findall(rf'^{name}{{queue="{which}"}} (\S+)$', server.get("/metrics").text, re.MULTILINE)
    return float(value)


def test_while_the_writer_is_busy_a_flood_is_refused_at_once_and_a_quiet_issuer_gets_in(
    told, serve, zone_terms, monkeypatch
):
    monkeypatch.setattr(queue, "MAX_WAITING", 24)  # of which one issuer alone may hold half: six statements
    told.ledger.close()
    told.ledger = told.open()
    server, kind = serve(told.ledger, told.folder, max_wait=600), zone_terms.SUBMISSION
    flood, (quiet,) = items(told, zone_terms, 0, 20), registered(told, zone_terms, 1)
    release = threading.Event()
    told.ledger.writer.call(lambda: release.wait(120))
    with ThreadPoolExecutor(21) as senders:
        try:
            flooding = [senders.submit(server.post, "/entries", each, kind) for each in flood]
            until(lambda: sum(each.done() for each in flooding) == 14)
            refused = [each.result() for each in flooding if each.done()]
            assert gauge(server, "suyuan_queue_held", "writer") == 12
            waiting = senders.submit(server.post, "/entries", quiet, kind)
            until(lambda: told.ledger.writer.issuers == 2)
        finally:
            release.set()
        assert waiting.result(60).status == 201
        statuses = [each.result(60).status for each in flooding]
    assert {each.status for each in refused} == {429}
    assert all(int(each.headers["Retry-After"]) >= 1 for each in refused)
    assert (statuses.count(201), statuses.count(429)) == (6, 14)


def test_in_a_flood_every_answer_is_a_receipt_or_a_429_and_whoever_comes_again_gets_in(told, serve, zone_terms):
    server = serve(told.ledger, told.folder, intake_threads=1, intake_waiting=20 * 4096, max_wait=60.0)
    before, statuses, leaves = told.ledger.head.edge.size, [], []
    flood = [items(told, zone_terms, 1_000 * (each + 1), EACH) for each in range(CLIENTS)]
    quiet = registered(told, zone_terms, QUIET)
    peaks, over = [], threading.Event()

    def sender(submissions):
        client = Client(server, zone_terms.SUBMISSION)
        for data in submissions:
            status = None
            while status != 201:
                status, headers = client.send(data)
                statuses.append(status)
            leaves.append(int(headers["Suyuan-Leaf"]))
        client.close()

    def watch():
        while not over.wait(0.01):
            peaks.append(server.app.state.intake.gathering.held)

    threading.Thread(target=watch, daemon=True).start()
    with ThreadPoolExecutor(CLIENTS + 1) as senders:
        flooding = [senders.submit(sender, each) for each in flood]
        senders.submit(sender, quiet).result(120)
        for each in flooding:
            each.result(120)
    over.set()
    assert set(statuses) <= {201, 429}
    assert len(leaves) == len(set(leaves)) == CLIENTS * EACH + QUIET, "each once"
    assert all(before <= leaf < told.ledger.head.edge.size for leaf in leaves)
    assert all(held <= bound for held, bound in peaks)
    assert server.app.state.intake.gathering.held[0] == server.app.state.intake.bodies.held[0] == 0
    assert told.ledger.writer.held[0] == 0


@pytest.mark.soak
def test_at_more_than_the_machine_can_take_every_answer_comes_within_what_is_waited_for(told, serve, zone_terms):
    """So many senders that never rest that most of what they send cannot be taken; a quiet issuer among them."""
    patience, many, each_sends = 4.0, 128, 150
    server = serve(told.ledger, told.folder, intake_waiting=96 * 4096, max_wait=patience)
    flood = [items(told, zone_terms, 10_000 * (number + 1), each_sends) for number in range(many)]
    quiet, took, quiet_took, over = registered(told, zone_terms, 100), [], [], threading.Event()

    def send(client, data, into):
        begun = time.monotonic()
        status, _ = client.send(data)
        into.append((status, time.monotonic() - begun))

    def sender(submissions):
        client = Client(server, zone_terms.SUBMISSION)
        for data in submissions:
            send(client, data, took)
        client.close()

    with ThreadPoolExecutor(many) as senders:
        flooding = [senders.submit(sender, each) for each in flood]
        client = Client(server, zone_terms.SUBMISSION)
        for data in quiet:
            send(client, data, quiet_took)
            over.wait(0.05)
        client.close()
        for each in flooding:
            each.result(600)
    assert {status for status, _ in (*took, *quiet_took)} <= {201, 429}
    assert len(took) == many * each_sends
    assert {status for status, _ in took} == {201, 429}, "it was more than could be taken"
    for answers in (took, quiet_took):
        ordered = sorted(seconds for _, seconds in answers)
        assert ordered[len(ordered) * 99 // 100] < 2 * patience
    assert sum(status == 201 for status, _ in quiet_took) >= 0.95 * len(quiet)
    assert told.ledger.writer.held[0] == 0


def test_reads_that_wait_for_a_thread_are_refused_in_time_and_submissions_do_not_wait_for_them(
    told, serve, zone_terms, monkeypatch
):
    release, begun = threading.Event(), threading.Semaphore(0)
    make = told.ledger.prover.trace_file

    def slow(*arguments, **how):
        begun.release()
        release.wait(120)
        return make(*arguments, **how)

    monkeypatch.setattr(told.ledger.prover, "trace_file", slow)
    server = serve(told.ledger, told.folder, read_threads=2, max_wait=1.0)
    path = f"/trace?subject={quote(told.seller.uri, safe='')}"
    with ThreadPoolExecutor(3) as readers:
        try:
            held = [readers.submit(server.get, path) for _ in range(2)]
            for _ in held:
                assert begun.acquire(timeout=120)
            refused = server.get(path)
            assert (refused.status, refused.headers["Retry-After"]) == (429, "1")
            (data,) = registered(told, zone_terms, 1)
            until(lambda: server.post("/entries", data, zone_terms.SUBMISSION).status == 201)
            assert re.search(r'^suyuan_overloads_total{queue="reads"} 1.0$', server.get("/metrics").text, re.MULTILINE)
        finally:
            release.set()
        assert [each.result(120).status for each in held] == [200, 200]
    assert server.get(path).status == 200
    assert server.app.state.reading.borrowed_tokens == 0
