"""Every row of the table of C2SP tlog-witness v1.0.0, against a running witness, by a log that shares no code."""

import http.client
from functools import partial
from hashlib import sha256

import pytest

from tests.ledger.witness.serve.conftest import FOREIGN, ForeignLog, ask, at_once, proof_of, tree_hash


def text_of(note: bytes) -> str:
    return note.decode().partition("\n\n")[0] + "\n"


def cosigned(served, log: ForeignLog, size: int | None = None, old: int = 0) -> None:
    assert served.post(log.request(old, size)).status == 200


def test_200_with_lines_that_verify_and_a_time(serve, foreign):
    served = serve(foreign)
    answer = served.post(foreign.request(0))
    assert answer.status == 200
    times = served.verified(answer.body, text_of(foreign.checkpoint()))
    assert len(times) == 2
    assert all(times)


def test_200_for_every_growth_from_what_was_cosigned(serve, foreign):
    served = serve(foreign)
    old = 0
    for count in (0, 1, 2, 3, 8, 1, 49):
        foreign.grow(count)
        answer = served.post(foreign.request(old))
        assert answer.status == 200, answer
        served.verified(answer.body, text_of(foreign.checkpoint()))
        old = len(foreign.leaves)


def test_200_for_the_same_size_again_with_a_later_time(serve, foreign):
    clock = [1_800_000_000.0]
    served = serve(foreign, clock=lambda: clock[0])
    cosigned(served, foreign)
    clock[0] += 60
    answer = served.post(foreign.request(5))
    assert served.verified(answer.body, text_of(foreign.checkpoint())) == [1_800_000_060] * 2


def test_200_for_an_empty_log_and_then_its_first_leaves(serve):
    log = ForeignLog()
    served = serve(log)
    answer = served.post(log.request(0))
    assert answer.status == 200
    served.verified(answer.body, text_of(log.checkpoint()))
    log.grow(3)
    cosigned(served, log)


def test_200_although_others_have_signed_as_well(serve, foreign):
    served = serve(foreign)
    other = ForeignLog(origin="other.example").signed(text_of(foreign.checkpoint())).decode().split("\n\n")[1]
    answer = served.post(ask(0, [], foreign.checkpoint() + other.encode()))
    assert answer.status == 200
    shown = served.get(f"/{sha256(FOREIGN.encode()).hexdigest()}/checkpoint")
    assert "other.example" not in shown.body.decode()


def test_200_although_another_witness_s_lines_or_its_own_are_there_twice(serve, foreign):
    served = serve(foreign)
    text, own = foreign.checkpoint().decode().split("\n\n")
    other = ForeignLog(origin="other.example").signed(text_of(foreign.checkpoint())).decode().split("\n\n")[1]
    answer = served.post(ask(0, [], f"{text}\n\n{own}{other}{other}{own}".encode()))
    assert answer.status == 200
    served.verified(answer.body, text_of(foreign.checkpoint()))
    shown = served.get(f"/{sha256(FOREIGN.encode()).hexdigest()}/checkpoint").body.decode()
    assert shown.count(own) == 1


def test_403_where_one_of_two_lines_of_the_log_is_not_its_signature(serve, foreign):
    served = serve(foreign)
    bad = foreign.checkpoint(4).decode().split("\n\n")[1]
    for note in (foreign.checkpoint() + bad.encode(), (text_of(foreign.checkpoint()) + "\n" + bad).encode()):
        assert served.post(ask(0, [], note)).status == 403
    assert served.post(ask(0, [], foreign.checkpoint())).status == 200


def test_200_covers_extension_lines(serve, foreign):
    served = serve(foreign)
    note = foreign.checkpoint(extension="extra words\n")
    answer = served.post(ask(0, [], note))
    served.verified(answer.body, text_of(note))


def test_404_for_an_origin_that_nobody_named(serve, foreign):
    served = serve(foreign)
    stranger = ForeignLog(origin="stranger.example")
    stranger.grow(5)
    assert served.post(stranger.request(0)).status == 404


def test_403_without_a_signature_of_the_log(serve, foreign):
    served = serve(foreign)
    thief = ForeignLog(leaves=foreign.leaves)
    assert served.post(thief.request(0)).status == 403


def test_403_where_the_log_s_line_is_not_its_signature(serve, foreign):
    served = serve(foreign)
    other = foreign.checkpoint(4).decode().split("\n\n")[1]
    note = (text_of(foreign.checkpoint()) + "\n" + other).encode()
    assert served.post(ask(0, [], note)).status == 403


def test_400_where_old_is_larger_than_the_checkpoint(serve, foreign):
    served = serve(foreign)
    cosigned(served, foreign)
    assert served.post(ask(6, [], foreign.checkpoint())).status == 400


@pytest.mark.parametrize(
    "spoil",
    [
        lambda _: b"",
        lambda body: body.replace(b"old 0", b"old 00"),
        lambda body: body.replace(b"old 0", b"old -1"),
        lambda body: body.replace(b"old 0", b"old"),
        lambda body: body.replace(b"old 0", b"old 0 "),
        lambda body: body.replace(b"old 0", b"new 0"),
        lambda body: body.replace(b"\n\n", b"\nAAAA\n\n", 1),
        lambda body: body.replace(b"\n\n", b"\n" + b"A" * 43 + b"=\n" * 1 + b"\xff\n\n", 1),
        lambda body: body.replace(b"\n\n", b"\n" + (b"A" * 43 + b"=\n") * 64 + b"\n", 1),
        lambda body: body.replace(b"\n\n", b"\n", 1),
        lambda body: body.split(b"\n\n")[0] + b"\n\n",
        lambda body: body.rpartition(b"\n\n")[0] + b"\n\n",
        lambda body: body.replace(b"\n5\n", b"\n05\n"),
    ],
)
def test_400_for_what_is_no_request(serve, foreign, spoil):
    served = serve(foreign)
    assert served.post(spoil(foreign.request(0))).status == 400
    cosigned(served, foreign)


def test_409_with_the_size_that_was_cosigned(serve, foreign):
    served = serve(foreign)
    foreign.grow(6)
    unknown = served.post(foreign.request(5))
    assert (unknown.status, unknown.kind, unknown.body) == (409, "text/x.tlog.size", b"0\n")
    cosigned(served, foreign, 7)
    for old in (0, 5, 8):
        answer = served.post(foreign.request(old))
        assert (answer.status, answer.kind, answer.body) == (409, "text/x.tlog.size", b"7\n")
    smaller = served.post(foreign.request(4, 6))
    assert (smaller.status, smaller.body) == (409, b"7\n")


def test_422_for_an_empty_log_with_a_root(serve):
    log = ForeignLog()
    served = serve(log)
    assert served.post(log.request(0, root=b"\1" * 32)).status == 422
    cosigned(served, log)


def test_422_for_a_proof_where_none_belongs(serve, foreign):
    served = serve(foreign)
    assert served.post(ask(0, [b"\2" * 32], foreign.checkpoint())).status == 422
    cosigned(served, foreign)
    assert served.post(ask(5, [b"\2" * 32], foreign.checkpoint())).status == 422


def test_422_for_a_proof_that_does_not_hold(serve, foreign):
    served = serve(foreign)
    cosigned(served, foreign)
    foreign.grow(4)
    proof = proof_of(5, foreign.leaves)
    for spoilt in (proof[:-1], [*proof, proof[0]], proof[::-1], [b"\3" * 32, *proof[1:]], []):
        assert served.post(ask(5, spoilt, foreign.checkpoint())).status == 422
    assert served.post(ask(5, proof, foreign.checkpoint())).status == 200


def test_422_for_another_root_of_the_same_size_and_both_are_kept(serve, foreign):
    served = serve(foreign)
    cosigned(served, foreign)
    twin = ForeignLog(private=foreign.private)
    twin.grow(5, "another")
    assert served.post(twin.request(5)).status == 422
    kept = [each.read_bytes() for each in served.witness.root.joinpath("evidence").iterdir()]
    assert sorted(kept) == sorted([foreign.checkpoint(), twin.checkpoint()])
    foreign.grow(1)
    cosigned(served, foreign, old=5)


def test_what_was_cosigned_is_shown_and_survives_a_new_start(serve, foreign):
    served = serve(foreign)
    lines = served.post(foreign.request(0)).body
    served.close()
    again = serve(name="witness")
    shown = again.get(f"/{sha256(FOREIGN.encode()).hexdigest()}/checkpoint")
    assert (shown.status, shown.body) == (200, foreign.checkpoint() + lines)
    assert again.post(foreign.request(0)).body == b"5\n"


@pytest.mark.parametrize(("at", "status"), [("witness-signed", 200), ("witness-persisted", 409)])
def test_a_line_is_durable_before_it_leaves(serve, foreign, monkeypatch, at, status):
    """Ended between signing and answering, it is bound by what was durable, and by nothing that was not."""

    def end(point: str) -> None:
        if point == at:
            raise RuntimeError(point)

    served = serve(foreign)
    with monkeypatch.context() as patch:
        patch.setattr("ledger.witness.foreign.reach", end)
        with pytest.raises((ConnectionError, http.client.HTTPException)):
            served.post(foreign.request(0))
    served.close()
    again = serve()
    twin = ForeignLog(private=foreign.private)
    twin.grow(5, "another")
    assert again.post(twin.request(0)).status == status


def test_of_two_histories_that_come_at_once_one_is_cosigned(serve):
    """A log that forks tells each client another story; whichever the witness heard first stays the only one."""
    private = ForeignLog().private
    sides = [ForeignLog(private=private) for _ in range(8)]
    served = serve(sides[0])
    roots: dict[int, set[bytes]] = {}
    for size in (3, 6, 9):
        for place, side in enumerate(sides):
            side.grow(3, f"side {place}")
        requests = [side.request(size - 3) for side in sides]
        answers = at_once([partial(served.post, each) for each in requests])
        signed = [tree_hash(side.leaves) for side, got in zip(sides, answers, strict=True) if got.status == 200]
        roots[size] = set(signed)
        assert len(signed) == 1
        assert {got.status for got in answers} <= {200, 409, 422}
        heard = next(side for side in sides if tree_hash(side.leaves) == signed[0])
        for side in sides:
            side.leaves = list(heard.leaves)
    assert all(len(each) == 1 for each in roots.values())
