"""What is logged: JSON lines with the members that are documented, and nothing of whoever asks or about what."""

from __future__ import annotations

import io
import json
import logging
import re
import socket
import threading
from pathlib import Path

import pytest

from api.logs import JsonFormatter, make_logger
from api.server import _LOGGING

PAGE = (Path(__file__).parents[2] / "docs" / "settings.md").read_text("utf-8")
DOCUMENTED = set(re.findall(r"`(\w+)`", PAGE.partition("## Logs")[2])) | {"origin", "size", "meaning"}
PERSON = "zhangsan-13800138000"  # as somebody's name and number would stand anywhere
ADDRESS = re.compile(r"(?<![\d.])\d{1,3}(\.\d{1,3}){3}(?![\d.])|[0-9a-f]{1,4}:[0-9a-f:]*::?[0-9a-f]+")
EVERYWHERE = {
    "User-Agent": PERSON, "Referer": f"https://{PERSON}.example/", "Cookie": f"who={PERSON}", "From": PERSON,
    "Authorization": f"Bearer {PERSON}", "X-Forwarded-For": "203.0.113.77", "Accept-Language": PERSON,
    "X-Request-ID": f"{PERSON} 203.0.113.77",
}  # fmt: skip
PATHS = (
    "/", f"/{PERSON}", f"/search?q={PERSON}", f"/trace?subject={PERSON}", f"/01/06901234567892/21/{PERSON}",
    f"/01/{PERSON}", f"/events/{PERSON}", f"/entries/{PERSON}", f"/statements/{PERSON}", f"/agencies/{PERSON}/inbox",
    f"/mandates?agent={PERSON}", f"/epcis/events?EQ_bizStep={PERSON}", f"/lists/{PERSON}/{PERSON}",
    f"/charter?{PERSON}=1", f"/attachments/{PERSON}?event={PERSON}", f"/histories/{PERSON}?subject={PERSON}",
    "/readyz", "/metrics", "/checkpoint", "/status", "/%ff",
)  # fmt: skip
POSTS = ("/entries", "/validate", "/cosignatures", "/handles/resolve", f"/epcis/queries?name={PERSON}")


@pytest.fixture(scope="module")
def lines(server):
    """Return every line that a round through the server leaves, with a person's marks wherever one can put them."""
    begun = server.log.getvalue().count("\n")
    for path in PATHS:
        server.get(path, "application/json", **EVERYWHERE)
        server.get(path, "text/html", **EVERYWHERE)
    for path in POSTS:
        for kind in ("application/cose", "application/vnd.suyuan.submission+cbor", "application/json", "text/plain"):
            server.post(path, PERSON.encode(), kind, **EVERYWHERE)
    signed = {"Signature-Input": f'sig=("@method");keyid="{PERSON}"', "Signature": "sig=:AAAA:"}
    server.get("/", "application/json", **signed)
    server.ask(PERSON.upper(), "/")
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as odd:
        odd.sendall(f"GET / HTTP/1.1\r\n{PERSON}\r\n\r\n".encode())
        odd.recv(100)
    expected = begun + 2 * len(PATHS) + 4 * len(POSTS) + 1  # an invented method is refused by the parser
    ticking = threading.Event()
    for _ in range(6_000):  # a line is written after its answer left
        if server.log.getvalue().count("\n") >= expected:
            break
        ticking.wait(0.01)
    else:
        raise AssertionError("lines are missing")
    return server.lines[begun:]


def test_nothing_of_a_person_and_no_address_is_logged(lines):
    for line in lines:
        told = json.dumps({name: value for name, value in line.items() if name != "timestamp"}, ensure_ascii=False)
        assert PERSON not in told.lower()
        assert not ADDRESS.search(told), told


def test_every_member_of_a_line_is_documented(lines):
    assert {name for line in lines for name in line} <= DOCUMENTED
    for line in lines:
        assert {"event", "level", "timestamp", "request", "method", "route", "status", "milliseconds"} <= line.keys()


def test_routes_are_patterns_and_outcomes_are_codes(lines):
    for line in lines:
        assert re.fullmatch(r"-|/[\w./{}:-]*", line["route"]), line
        assert re.fullmatch(r"[a-z-]+", line.get("outcome", "none"))
        assert re.fullmatch(r"[A-Za-z0-9-]{8,64}", line["request"])


def test_what_libraries_log_is_json_too_and_their_errors_are_named_not_told():
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    fault = (ValueError, ValueError(PERSON), None)
    handler.emit(logging.LogRecord("uvicorn.error", logging.ERROR, "server.py", 1, "it failed", None, fault))
    (line,) = map(json.loads, stream.getvalue().splitlines())
    assert (line["event"], line["level"], line["exception"]) == ("it failed", "error", "ValueError")
    assert PERSON not in stream.getvalue()
    assert _LOGGING["loggers"].keys() == {"uvicorn", "opentelemetry"}


def test_a_level_below_the_one_that_is_set_is_silent():
    stream = io.StringIO()
    logger = make_logger("warning", stream)
    logger.info("request", route="/")
    logger.warning("open reads")
    assert [json.loads(line)["event"] for line in stream.getvalue().splitlines()] == ["open reads"]
