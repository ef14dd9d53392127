import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from ledger.client.transport import Answer, Patience, Transport, retry_after
from ledger.errors import UnreachableError
from tests.ledger.client.serving import Reply, Service
from verifier.errors import MalformedError, TooLargeError


@pytest.fixture
def liar() -> Iterator[Service]:
    service = Service()
    yield service
    service.close()


@pytest.fixture
def raw() -> Iterator[tuple[str, list[bytes]]]:
    """A server that answers every connection with these pieces, a tenth of a second apart, then hangs up."""
    pieces: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.recv(65_536)
                for piece in pieces:
                    try:
                        connection.sendall(piece)
                    except OSError:
                        break
                    time.sleep(0.1)

    threading.Thread(target=serve, daemon=True).start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}", pieces
    listener.close()


def patient(naps: list[float], **options: float) -> Patience:
    return Patience(sleep=naps.append, spread=lambda: 0.0, **options)


def test_a_busy_server_is_asked_again_after_the_pause_that_it_names(liar):
    answers = [Reply(b"", status=503, headers={"Retry-After": "7"}), Reply(b"", status=429), Reply(b"here")]
    liar.lies["/x"] = lambda _: answers.pop(0)
    naps: list[float] = []
    assert Transport(liar.url, patience=patient(naps)).get("/x").body == b"here"
    assert naps == [7.0, 0.5]


@pytest.mark.parametrize(("asked", "latest"), [(7.0, 10.5), (0.0, 0.125)])
def test_whoever_is_asked_to_wait_comes_no_sooner_and_not_with_everybody_else(asked, latest):
    pauses = [Patience(spread=lambda drawn=drawn: drawn).pause(0, asked) for drawn in (0.0, 0.5, 1.0)]
    assert pauses == [asked, (asked + latest) / 2, latest]


def test_pauses_grow_and_the_last_answer_is_given_back(liar):
    liar.lie("/x", Reply(b"", status=503))
    naps: list[float] = []
    assert Transport(liar.url, patience=patient(naps, attempts=4)).get("/x").status == 503
    assert naps == [0.25, 0.5, 1.0]
    assert len(liar.asked) == 4


def test_who_asks_for_too_long_a_pause_is_not_waited_for(liar):
    liar.lie("/x", Reply(b"", status=503, headers={"Retry-After": "3600"}))
    naps: list[float] = []
    assert Transport(liar.url, patience=patient(naps)).get("/x").status == 503
    assert naps == []


@pytest.mark.parametrize("status", [400, 403, 404, 409, 500])
def test_a_refusal_is_not_asked_again(liar, status):
    liar.lie("/x", Reply(b"", status=status))
    assert Transport(liar.url, patience=patient([])).get("/x").status == status
    assert len(liar.asked) == 1


def test_a_redirect_is_not_followed(liar):
    liar.lie("/x", Reply(b"", status=302, headers={"Location": "/y"}))
    assert Transport(liar.url).get("/x").status == 302
    assert liar.asked == ["GET /x"]


def test_a_post_is_repeated_whole_when_the_line_breaks(liar):
    bodies: list[bytes] = []

    def first_time_broken(body: bytes) -> Reply:
        bodies.append(body)
        return Reply(b"short", headers={"Content-Length": "50"}) if len(bodies) == 1 else Reply(b"done")

    liar.lies["/entries"] = first_time_broken
    answer = Transport(liar.url, patience=patient([])).post("/entries", b"the same bytes", kind="text/plain")
    assert (answer.body, bodies) == (b"done", [b"the same bytes"] * 2)


def test_nobody_there_is_unreachable_after_all_attempts():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    naps: list[float] = []
    with pytest.raises(UnreachableError):
        Transport(url, patience=patient(naps, attempts=3)).get("/x")
    assert len(naps) == 2


def test_an_answer_that_is_cut_is_no_answer(raw):
    url, pieces = raw
    pieces += [b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nten bytes."]
    with pytest.raises(UnreachableError, match="the 100 that were announced"):
        Transport(url, patience=Patience(attempts=1)).get("/x")


def test_an_answer_that_drips_is_given_up(raw):
    url, pieces = raw
    pieces += [b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", *[b"."] * 100]
    began = time.monotonic()
    with pytest.raises(UnreachableError):
        Transport(url, deadline=0.3, patience=Patience(attempts=1)).get("/x")
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    "head",
    [b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n"],
    ids=["announced", "not"],
)
def test_more_than_was_asked_for_is_not_read(raw, head):
    url, pieces = raw
    pieces += [head + b"x" * 5_000]
    with pytest.raises(TooLargeError):
        Transport(url, patience=Patience(attempts=1)).get("/x", limit=1_000)


@pytest.mark.parametrize(
    "answer",
    [
        b"no HTTP at all\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx",
        b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: y\r\n" % each for each in range(300)) + b"\r\n",
        b"",
    ],
    ids=["no-http", "bad-chunk", "encoded", "too-many-headers", "nothing"],
)
def test_what_is_no_answer_is_unreachable(raw, answer):
    url, pieces = raw
    pieces += [answer]
    with pytest.raises(UnreachableError):
        Transport(url, patience=Patience(attempts=1)).get("/x")


@pytest.mark.parametrize(
    "url",
    ["", "ledger.example", "ftp://a", "file:///etc/passwd", "http://", "http://u:p@a", "http://a?x=1", "http://a#b"],
)
def test_only_plain_urls_are_asked(url):
    with pytest.raises(MalformedError):
        Transport(url)


def test_a_path_below_the_host_is_kept(liar):
    liar.lie("/zone/x", Reply(b"here"))
    assert Transport(f"{liar.url}/zone/").get("/x").body == b"here"


@pytest.mark.parametrize(
    ("given", "expected"), [("0", 0), ("120", 120), ("", None), ("soon", None), ("-1", None), ("٣", None)]
)
def test_retry_after_in_seconds(given, expected):
    assert retry_after(Answer(503, {"retry-after": given}, b"")) == expected


def test_retry_after_as_a_date():
    then = format_datetime(datetime.now(UTC) + timedelta(seconds=100), usegmt=True)
    asked = retry_after(Answer(503, {"retry-after": then}, b""))
    assert asked is not None
    assert 90 < asked <= 100
    assert retry_after(Answer(503, {"retry-after": "Thu, 01 Jan 1970 00:00:00 GMT"}, b"")) == 0
