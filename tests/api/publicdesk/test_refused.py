"""What a desk refuses, whatever comes: a clear 4xx that names the field, never a 5xx, and nothing is left behind."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.publicdesk.rates import DeskLimits
from tests.api.publicdesk.serving import DeskServer
from tests.world import PRODUCT

JSON, FORM = "application/json", "application/x-www-form-urlencoded"
POSTS = ("/activations", "/scans", "/complaints", "/return-requests", "/follow", "/receipts")
BODIES = [
    (JSON, b""),
    (JSON, b"[]"),
    (JSON, b'{"item": 1}'),
    (JSON, b'{"item": "a", "item": "b"}'),
    (JSON, b'{"item": "\xff"}'),
    (JSON, b'{"more": "a"}'),
    (JSON, b"{" * 40),
    (FORM, b"item"),
    (FORM, b"item=%FF&code=x"),
    (FORM, b"item=a&item=b"),
    (FORM, b"&" * 100),
    (FORM, b"\xff=1"),
    ("text/plain", b"item=a"),
    (JSON, b" " * 20_000),
    (JSON, b'{"item": "https://id.gs1.org/01/06901234567892/21/\\u0000"}'),
    (JSON, b'{"goods": "urn:suyuan:item", "category": "x", "text": "", "handle": "x", "secret": "!", "event": "00"}'),
]


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize(("kind", "body"), BODIES, ids=lambda each: str(each)[:32])
def test_what_is_no_form_is_refused_by_its_field(server, desk, path, kind, body):
    answer = server.ask("POST", path, body, {"Content-Type": kind})
    assert 400 <= answer.status < 500, answer.text
    assert answer.json["field"]
    assert not desk.outbox.waiting()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(POSTS), st.dictionaries(st.sampled_from(["item", "code", "goods", "text", "category", "secret",
       "handle", "event", "claim", "region", "contact"]), st.text(max_size=40), max_size=6))  # fmt: skip
def test_no_members_make_a_fault(server, path, members):
    answer = server.ask("POST", path, json.dumps(members).encode(), {"Content-Type": JSON})
    assert answer.status in (400, 403, 404, 413)


def test_what_a_person_lodges_is_bounded_by_the_hour(counter, desk):
    server = DeskServer(desk, DeskLimits(lodged=2))
    try:
        told = [server.post("/complaints", goods=PRODUCT, category="quality", text="x") for _ in range(3)]
        assert [each.status for each in told] == [201, 201, 429]
        assert int(told[-1].headers["Retry-After"]) > 60
        assert server.post("/return-requests", goods=PRODUCT, category="damaged", text="x").status == 429
    finally:
        server.stop()


@pytest.mark.parametrize(
    ("path", "limits"),
    [("/follow", DeskLimits(guesses=2)), ("/activations", DeskLimits(reveals=2)), ("/scans", DeskLimits(scans=2))],
    ids=["follow", "activations", "scans"],
)
def test_every_way_in_is_bounded_by_the_minute(counter, desk, path, limits):
    server, drawn = DeskServer(desk, limits), counter.item()
    handle, secret = "urn:suyuan:complaint:" + "0" * 32, "A" * 22
    members = {
        "/follow": {"handle": handle, "secret": secret},
        "/activations": {"item": drawn.item, "code": "x"},
        "/scans": {"item": drawn.item},
    }[path]
    try:
        assert [server.post(path, **members).status for _ in range(3)][-1] == 429
    finally:
        server.stop()


def test_reads_are_bounded_too(desk):
    server = DeskServer(desk, DeskLimits(reads=3))
    try:
        assert [server.get("/standing-of-code", item="x").status for _ in range(4)] == [400, 400, 400, 429]
    finally:
        server.stop()


def test_hostile_words_are_text(server):
    hostile = "<script>alert(1)</script>"
    answer = server.ask(
        "GET", f"/lodge?goods={hostile.replace('<', '%3C').replace('>', '%3E')}", None, {"Accept": "text/html"}
    )
    assert hostile not in answer.text
    assert "&lt;script&gt;" in answer.text
