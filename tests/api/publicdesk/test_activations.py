"""Hidden codes over HTTP: the way of a buyer, of the next one, and of whoever guesses."""

from __future__ import annotations

import re
from hashlib import sha256

import pytest

from api.publicdesk.rates import DeskLimits
from tests.api.publicdesk.serving import DeskServer
from tests.world import ITEM
from verifier.primitives.base64strict import format_base64url, parse_base64url
from verifier.proof.promise import parse_promise, verify_promise

CLAIM = format_base64url(sha256(b"a secret of 16 b").digest())


def test_the_first_is_first_and_the_next_is_told_when_and_roughly_where(counter, server):
    drawn = counter.item()
    first = server.post("/activations", item=drawn.item, code=drawn.hidden.readable, region="CN-ZJ")
    assert (first.status, first.json["outcome"]) == (201, "first")
    again = server.post("/activations", item=drawn.item, code=drawn.hidden.text, region="DE")
    assert (again.status, again.json["outcome"], again.json["again"]) == (200, "again", 1)
    assert (again.json["time"], again.json["region"]) == (first.json["time"], "CN-ZJ")
    assert "secret" not in again.json


def test_whoever_has_the_secret_gets_the_receipt_and_nobody_else(counter, server):
    drawn = counter.item()
    first = server.post("/activations", item=drawn.item, code=drawn.hidden.text).json
    receipt = server.post("/receipts", event=first["event"], secret=first["secret"])
    assert receipt.headers["Content-Type"] == "application/vnd.suyuan.promise+cbor"
    found = verify_promise(parse_promise(receipt.body), counter.world.standpoint())
    claim = sha256(parse_base64url(first["secret"], "secret")).digest()
    assert found.event.body.data["claim"] == format_base64url(claim)
    other = server.post("/receipts", event=first["event"], secret=format_base64url(bytes(16)))
    unknown = server.post("/receipts", event="00" * 32, secret=first["secret"])
    assert (other.status, unknown.status) == (404, 404)
    assert other.body == unknown.body


def test_a_page_that_draws_its_own_secret_tells_the_desk_only_the_hash(counter, server):
    drawn = counter.item()
    first = server.post("/activations", item=drawn.item, code=drawn.hidden.text, claim=CLAIM)
    assert "secret" not in first.json
    again = server.post("/activations", item=drawn.item, code=drawn.hidden.text, claim=CLAIM)
    assert (again.json["outcome"], again.json["event"]) == ("first", first.json["event"])
    mine = server.get("/standing-of-code", item=drawn.item, claim=CLAIM)
    assert (mine.json["mine"], mine.json["outcome"]) == (True, "activated-elsewhere")


def test_a_form_without_scripts_does_the_same(counter, server):
    drawn = counter.item()
    form = server.ask("GET", f"/code?item={drawn.item}&lang=en", headers={"Accept": "text/html"})
    assert 'action="/desk/activations?lang=en"' in form.text
    assert drawn.item in form.text
    first = server.send_form("/activations?lang=en", item=drawn.item, code=drawn.hidden.readable, region="")
    assert first.status == 201
    assert "you are the first" in first.text
    event, secret = (re.search(rf'name="{name}" value="([^"]+)"', first.text)[1] for name in ("event", "secret"))
    assert server.send_form("/receipts", event=event, secret=secret).status == 200
    own = server.send_form("/activations?lang=en", item=drawn.item, code=drawn.hidden.readable, secret=secret)
    assert "you are the first" in own.text, "whoever reloads the answer is the same"
    again = server.send_form("/activations?lang=zh", item=drawn.item, code=drawn.hidden.readable)
    assert "此前已被他人激活" in again.text
    assert "kind=complaint" in again.text


def test_the_page_of_an_answer_in_another_language_leads_to_its_form(server):
    for path, form in (
        ("/activations", "/desk/code"),
        ("/complaints", "/desk/lodge"),
        ("/return-requests", "/desk/lodge"),
    ):
        answer = server.get(path, lang="en")
        assert (answer.status, answer.headers["Location"]) == (303, f"{form}?lang=en")


def test_wrong_codes_are_refused_and_say_nothing_of_the_first(counter, server):
    drawn, other = counter.item(), counter.item()
    server.post("/activations", item=drawn.item, code=drawn.hidden.text, region="CN-ZJ")
    wrong = server.post("/activations", item=drawn.item, code=other.hidden.text)
    assert wrong.status == 400
    assert "CN-ZJ" not in wrong.text
    assert drawn.hidden.text not in wrong.text
    assert server.post("/activations", item=f"{ITEM}7", code=drawn.hidden.text).status == 404
    assert server.post("/activations", item=drawn.item, code="short").status == 400


@pytest.mark.parametrize(
    "members",
    [
        {"region": "CN-ZJ-0571"},
        {"region": "30.2,120.1"},
        {"item": "https://id.gs1.org/01/06901234567892"},
        {"claim": "AAAA"},
        {"address": "1 Example Road"},
        {"code": 7},
    ],
    ids=str,
)
def test_what_is_finer_or_other_than_asked_for_is_refused_and_leaves_nothing(counter, server, members):
    drawn = counter.item()
    answer = server.post("/activations", **{"item": drawn.item, "code": drawn.hidden.text, **members})
    assert answer.status == 400
    assert server.get("/standing-of-code", item=drawn.item).json["outcome"] == "recorded"


def test_guesses_are_bounded_for_an_address_and_for_an_item(counter, desk):
    server, drawn, other = DeskServer(desk, DeskLimits(guesses=3)), counter.item(), counter.item()
    try:
        answers = [server.post("/activations", item=drawn.item, code=other.hidden.text) for _ in range(5)]
        assert [each.status for each in answers] == [400] * 3 + [429] * 2
        assert int(answers[-1].headers["Retry-After"]) >= 1
        assert server.post("/activations", item=drawn.item, code=drawn.hidden.text).status == 429
    finally:
        server.stop()


def test_scans_are_counted_once_a_day_for_an_address_and_answered_with_the_standing(counter, server):
    drawn = counter.item()
    first, second = (server.post("/scans", item=drawn.item, region="CN-SH").json for _ in range(2))
    assert (first["counted"], first["seen"], first["outcome"]) == (True, 1, "recorded")
    assert (second["counted"], second["seen"]) == (False, 1)


def test_no_answer_is_kept_by_caches_and_every_answer_keeps_scripts_of_others_out(counter, server):
    for answer in (server.get("/code"), server.get("/standing-of-code", item=ITEM), server.get("/nowhere")):
        assert answer.headers["Cache-Control"] == "no-store"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
