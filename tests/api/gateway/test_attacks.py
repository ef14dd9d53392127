"""What somebody on the gateway's machine, without its token, may try at its door."""

from __future__ import annotations

import socket

import pytest

from tests.api.gateway.serving import TOKEN


def raw(gateway, *lines: str) -> bytes:
    """Return the first line of the answer to a request that is sent as it stands."""
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=10) as connection:
        connection.sendall("\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1"))
        return connection.makefile("rb").readline()


OPEN = "healthz"


@pytest.mark.parametrize("path", ["/queue", "/metrics", "/receipts/1", "/epcis/capture/1"])
@pytest.mark.parametrize("host", [f"127.0.0.1/{OPEN}?", f"x/{OPEN}#", f"x/{OPEN};", "a@b:80", "", "127.0.0.1"])
def test_no_host_that_is_named_opens_what_is_closed(gateway, path, host):
    """A framework may read the path out of an address that it put together with the Host header."""
    assert raw(gateway, f"GET {path} HTTP/1.1", f"Host: {host}").split()[1] in (b"401", b"400")


@pytest.mark.parametrize(
    "target",
    [f"/{OPEN}/../queue", f"//{OPEN}/queue", "/queue/", "/queue?x=/healthz", "/./queue", "/%71ueue", "//queue",
     f"http://x/{OPEN}/queue", "/queue%00", f"/queue;/{OPEN}", f"/{OPEN}%2f..%2fqueue", "*", f"/{OPEN.upper()}"],
)  # fmt: skip
def test_no_spelling_of_a_path_opens_what_is_closed(gateway, target):
    answer = raw(gateway, f"GET {target} HTTP/1.1", "Host: x")
    assert answer.split()[1] in (b"401", b"400", b"404", b"405"), answer
    assert raw(gateway, f"GET /{OPEN} HTTP/1.1", "Host: x").split()[1] == b"200"


@pytest.mark.parametrize(
    "value", ["Bearer", "Bearer ", "bearer  ", "Basic eDp5", "Bearer \xff", "Bearer null", "Token x"]
)
def test_no_other_authorization_is_the_token(gateway, value):
    assert raw(gateway, "GET /queue HTTP/1.1", "Host: x", f"Authorization: {value}").split()[1] == b"401"


def test_of_two_tokens_none_is_taken_for_the_right_one(gateway):
    lines = ("Authorization: Bearer wrong", f"Authorization: Bearer {TOKEN}")
    assert raw(gateway, "GET /queue HTTP/1.1", "Host: x", *lines).split()[1] == b"401"
