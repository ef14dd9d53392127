"""`POST /add-checkpoint` for ledgers that a witness follows: charter and freshness on top of the protocol's table."""

import base64
import threading
from functools import partial
from hashlib import sha256

import pytest

from ledger.prove.log import consistency_path
from ledger.witness.monitor import Monitor
from ledger.witness.outcome import STOPPED, UNCHANGED
from ledger.witness.protocol import AddCheckpoint, format_add_checkpoint
from ledger.witness.serve.add_checkpoint import Prompt, add_checkpoint_door
from tests.ledger.client.serving import Reply
from tests.ledger.witness.serve.conftest import Served, at_once, tree_hash
from verifier.primitives.checkpoint import parse_signed_checkpoint


@pytest.fixture
def asked(watch):
    """A followed ledger, and its witness's server."""
    watched = watch()
    prompt = Prompt(watched.follower)
    failed: list[Exception] = []
    monitor = Monitor("127.0.0.1:0", watched.store, [add_checkpoint_door(lambda: [prompt], failed.append)])
    watched.prompt = prompt
    yield watched, Served(None, monitor, [])
    monitor.close()
    prompt.close()
    assert not failed


def request(ledger, old: int) -> bytes:
    """What the ledger's newest published checkpoint asks, from a size on."""
    note = ledger.tiles.checkpoint()
    size = parse_signed_checkpoint(note)[0].size
    with ledger.sources() as sources:
        proof = consistency_path(sources.log, old, size) if 0 < old < size else []
    return format_add_checkpoint(AddCheckpoint(old, tuple(proof), note))


def know(watched) -> None:
    """Let the witness learn the ledger's name, and cosign it as it stands."""
    assert watched.follower.step().size


def test_before_it_knows_the_ledger_it_asks_to_come_again(asked):
    watched, served = asked
    assert served.post(request(watched.world.ledger, 0)).status == 503
    know(watched)
    assert served.post(request(watched.world.ledger, 0)).status == 409


def test_it_cosigns_what_extends_what_it_cosigned_and_both_ways_agree(asked):
    watched, served = asked
    know(watched)
    size = watched.store.newest(watched.world.ledger.origin).size
    watched.grow(3)
    answer = served.post(request(watched.world.ledger, size))
    assert answer.status == 200
    newest = watched.store.newest(watched.world.ledger.origin)
    assert newest.lines == answer.body
    assert served.post(request(watched.world.ledger, newest.size)).body == answer.body
    assert (watched.follower.step().word, watched.store.waiting(watched.world.ledger.origin)) == (UNCHANGED, None)
    cosigned = watched.world.ledger.prover.checkpoint(newest.size)
    assert cosigned.endswith(answer.body)


def test_409_422_403_and_404(asked):
    watched, served = asked
    know(watched)
    ledger = watched.world.ledger
    watched.grow(3)
    size = watched.store.newest(ledger.origin).size
    assert served.post(request(ledger, size - 1)).body == f"{size}\n".encode()
    body = request(ledger, size)
    proof = body.split(b"\n\n")[0].split(b"\n")[1:]
    assert served.post(body.replace(b"\n".join(proof), b"\n".join(reversed(proof)), 1)).status == 422
    assert served.post(body.replace(b"ledger.example/zone\n", b"other.example/zone\n", 1)).status == 404
    text, _, lines = body.rpartition(b"\n\n")
    assert served.post(text + b"\n\n" + lines.replace(b"ledger.example", b"thief.example")).status == 403
    first, second = lines.splitlines(keepends=True)
    assert served.post(text + b"\n\n" + second + first).status == 200
    other = body.replace(b"\n\n" + lines, b"\n\n" + first[:-4] + b"AA=\n")
    assert served.post(other).status in (400, 403)


def test_anybody_s_bad_notes_do_not_make_it_ask_the_ledger_again_and_again(asked):
    watched, served = asked
    know(watched)
    watched.grow()
    size = watched.store.newest(watched.world.ledger.origin).size
    body = request(watched.world.ledger, size)
    other = parse_signed_checkpoint(watched.world.ledger.prover.checkpoint(size))[0].root
    spoilt = body.replace(body.split(b"\n\n")[1].split(b"\n")[2], _b64(other))
    before = watched.service.asked.count("GET /charter")
    assert [served.post(spoilt).status for _ in range(20)] == [403] * 20
    assert watched.service.asked.count("GET /charter") <= before + 1


def test_a_ledger_whose_charter_is_spoilt_meanwhile_is_judged_later(asked):
    watched, served = asked
    know(watched)
    watched.grow()
    size = watched.store.newest(watched.world.ledger.origin).size
    body = request(watched.world.ledger, size)
    watched.follower._walked -= 1_000  # long ago
    for lie in (Reply(b"\xff"), Reply(b"", status=404), Reply(b"", status=500)):
        watched.service.lie("/charter", lie)
        assert served.post(body).status == 503
    del watched.service.lies["/charter"]
    assert served.post(body).status == 200


def test_a_fork_that_is_handed_in_stops_it_with_evidence(asked):
    watched, served = asked
    know(watched)
    twin = watched.twin()
    watched.grow()
    ledger = watched.world.ledger
    assert watched.follower.step().size == ledger.head.edge.size
    watched.serve(twin)
    watched.grow()
    size = twin.head.edge.size
    assert size == ledger.head.edge.size
    assert served.post(request(twin, size)).status == 422
    stopped = watched.store.stopped(ledger.origin)
    assert stopped.reason == "another root for the same size"
    assert len(stopped.evidence) == 3
    assert watched.follower.step().word == STOPPED
    assert served.post(request(twin, size)).status == 503


def test_what_takes_long_is_answered_later_and_handed_in_by_the_witness(asked):
    watched, served = asked
    know(watched)
    watched.grow()
    goes_on, begun = threading.Event(), threading.Event()

    def wait(_body: bytes) -> None:
        begun.set()
        assert goes_on.wait(20)

    ledger = watched.world.ledger
    watched.prompt._seconds = 0.2
    size = watched.store.newest(ledger.origin).size
    paths = {path.split(" ")[1] for path in watched.service.asked if "/tile/" in path}
    watched.service.lies |= dict.fromkeys(tile_paths(ledger.head.edge.size) | paths, wait)
    answer = served.post(request(ledger, size))
    assert (answer.status, begun.is_set()) == (503, True)
    assert served.post(request(ledger, size)).status == 429, "one at a time"
    goes_on.set()
    assert watched.follower.step().word == UNCHANGED
    with ledger.store.read() as reader:
        assert reader.newest_checkpoint(quorum=True).size == ledger.head.edge.size > size


def tile_paths(size: int) -> set[str]:
    return {f"/tile/0/{size // 256:03d}.p/{size % 256}"}


def test_many_at_once_leave_one_state(asked):
    watched, served = asked
    know(watched)
    ledger = watched.world.ledger
    watched.prompt._seconds = 20
    for _ in range(3):
        size = watched.store.newest(ledger.origin).size
        watched.grow()
        push = partial(served.post, request(ledger, size))
        *answers, _ = at_once([*[push] * 6, watched.follower.step])
        assert {each.status for each in answers} <= {200, 409, 429}
        assert watched.store.newest(ledger.origin).size == ledger.head.edge.size
    with ledger.store.read() as reader:
        assert tree_hash(reader.entries(0, ledger.head.edge.size)) == watched.store.newest(ledger.origin).root


def _b64(raw: bytes) -> bytes:
    return base64.b64encode(raw)


def test_the_path_is_the_hash_of_the_origin(asked):
    watched, served = asked
    know(watched)
    origin = watched.world.ledger.origin
    shown = served.get(f"/{sha256(origin.encode()).hexdigest()}/checkpoint")
    assert shown.body == watched.store.newest(origin).whole
