"""Complaints and return requests of people without keys."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256

import pytest

from ledger.client.client import LedgerClient
from ledger.compose.event import Draft
from ledger.errors import OverloadError, UnknownError, UnreachableError
from ledger.publicdesk import outbox
from ledger.publicdesk.lodging import COMPLAINT, RETURN, make_lodged
from ledger.signing.signer import generate
from tests.world import DAY, PRODUCT, now
from verifier.errors import MalformedError
from verifier.ledgerformat.disclosure import parse_disclosure
from verifier.ledgerformat.head import parse_head
from verifier.primitives.keys import EDDSA, format_key
from verifier.proof.promise import parse_promise, verify_promise

SECRET = b"sixteen bytes!!!"
TEXT = "示例涂层下的暗码已被他人激活"


SPELT = b64encode(b'["' + b"A" * 22 + b'","/text","WORDS-OF-A-PERSON"]')
TEXT_AS_KEPT = SPELT[36:64]  # what of a disclosure does not change with its salt


def lodged(type_=COMPLAINT, **changes):
    members = {
        "goods": PRODUCT, "category": "quality", "text": TEXT, "contact": "example@example.org",
        "claim": sha256(SECRET).digest(),
    }  # fmt: skip
    return make_lodged(type_, **{**members, **changes})


@pytest.mark.parametrize("type_", [COMPLAINT, RETURN])
def test_whoever_lodges_holds_a_receipt_that_verifies_without_the_desk(counter, desk, type_):
    _, promise = desk.lodge(lodged(type_))
    found = verify_promise(parse_promise(promise), counter.world.standpoint())
    assert (found.event.head.type, found.issuer) == (type_, counter.official.uri)
    assert {each.pointer: each.value for each in found.disclosures}["/text"] == TEXT
    assert found.receipt.time > 0


def test_no_text_stands_in_head_or_body(counter, desk):
    _, data = desk.lodge(lodged())
    shown = parse_promise(data).statement.events[0]
    for held in (TEXT.encode(), b"example@example.org"):
        assert held not in shown.head
        assert held not in shown.body
    values = {parse_disclosure(each).pointer for each in shown.disclosures}
    assert values == {"/text", "/contact"}


def test_it_is_passed_to_who_opened_the_goods_and_their_answer_is_followed_with_the_secret(counter, desk):
    made = lodged(RETURN, category="damaged")
    event, _ = desk.lodge(made)
    head = parse_promise(desk.outbox.promise_of(event)).statement.events[0].head
    assert desk.lodging.follow(made.handle, SECRET)[1] == []
    seller = counter.world.cast["seller"]
    assert parse_head(head).to == seller.uri
    counter.world.zone.heads[event] = parse_head(head)
    answer = Draft(
        "aftersales.public-answer", now(), data={"outcome": "accepted"}, disclosed={"/text": "x"}, about=(event,)
    )
    counter.world.say("seller", answer)
    told, (answered,) = desk.lodging.follow(made.handle, SECRET)
    assert (told.event.name, answered.issuer, answered.outcome) == (event, seller.uri, "accepted")
    assert answered.text is None  # this desk signs no requests


def test_the_text_of_an_answer_is_read_with_the_desks_request_key_and_shown_to_who_has_the_secret(counter, tmp_path):
    key = generate(EDDSA)
    subjects = {"key": f"urn:suyuan:key:{key.public.kid.hex()}", "holder": counter.official.uri}
    data = {"use": "request", "key": format_key(key.public), "types": ["*"], "subjects": []}
    counter.world.zone.decree([Draft("registry.key", now(), subjects, data)])
    desk = counter.desk(tmp_path / "desk", client=LedgerClient(counter.service.url, request_key=key, timeout=60))
    try:
        made = lodged()
        event, _ = desk.lodge(made)
        counter.world.zone.heads[event] = parse_head(
            parse_promise(desk.outbox.promise_of(event)).statement.events[0].head
        )
        told = {"/text": "it will be looked at"}
        answer = Draft("aftersales.public-answer", now(), {}, {"outcome": "received"}, told, about=(event,))
        counter.world.say("market", answer)
        _, (answered,) = desk.lodging.follow(made.handle, SECRET)
        assert (answered.outcome, answered.text) == ("received", "it will be looked at")
    finally:
        desk.close()


def test_what_people_wrote_leaves_the_desks_file_after_90_days(counter, tmp_path):
    counter.time, folder = 0, tmp_path / "desk"
    desk = counter.desk(folder)
    event, _ = desk.lodge(lodged(text="WORDS-OF-A-PERSON"))
    desk.forget()
    assert TEXT_AS_KEPT in desk.outbox.promise_of(event)
    counter.time = 90 * DAY + 1000
    desk.forget()
    assert desk.outbox.promise_of(event) is None
    desk.close()
    counter.time = 0
    for file in folder.iterdir():
        assert TEXT_AS_KEPT not in file.read_bytes(), file


def test_what_is_lodged_about_goods_of_an_enterprise_that_was_revoked_reaches_the_agencies(counter, desk):
    seller = {"enterprise": counter.world.cast["seller"].uri}
    ended = {"reason": "closed", "compromisedSince": None}
    counter.world.say("customs", Draft("registry.revocation", now(), seller, ended))
    try:
        event, promise = desk.lodge(lodged())
        assert parse_head(parse_promise(promise).statement.events[0].head).to is None
        assert desk.outbox.promise_of(event) == promise
    finally:
        restored = {"reason": ended["reason"]}
        counter.world.say("customs", Draft("registry.restoration", now(), seller, restored))


def test_unknown_and_anothers_are_answered_alike(counter, desk):
    made = lodged()
    desk.lodge(made)
    refusals = []
    for handle, secret in ((made.handle, bytes(16)), ("urn:suyuan:complaint:" + "0" * 32, SECRET)):
        with pytest.raises(UnknownError) as caught:
            desk.lodging.follow(handle, secret)
        refusals.append(str(caught.value))
    assert len(set(refusals)) == 1


def test_goods_of_which_nothing_is_recorded_are_refused_and_nothing_is_kept(counter, desk):
    with pytest.raises(UnknownError):
        desk.lodge(lodged(goods="https://id.gs1.org/01/09520000000110"))
    assert not desk.outbox.waiting()


@pytest.mark.parametrize(
    "changes",
    [
        {"goods": "urn:suyuan:agency:customs"},
        {"category": "unwanted"},
        {"text": " "},
        {"text": "x" * 2001},
        {"contact": "x" * 201},
        {"claim": b"short"},
    ],
    ids=str,
)
def test_what_is_no_complaint_is_refused(changes):
    with pytest.raises(MalformedError):
        lodged(**changes)


def test_while_the_ledger_is_away_so_much_is_kept_and_no_more(desk, monkeypatch):
    monkeypatch.setattr(outbox, "MAX_WAITING", 2)

    def away(_):
        raise UnreachableError("ledger", came="silence", expected="an answer")

    monkeypatch.setattr(desk.outbox._client, "submit", away)
    kept = [desk.lodge(lodged(text=f"text {each}"))[0] for each in range(2)]
    with pytest.raises(OverloadError, match="outbox"):
        desk.lodge(lodged(text="one too many"))
    assert desk.outbox.waiting() == kept
    monkeypatch.undo()
    desk.send_waiting()
    assert not desk.outbox.waiting()
    assert desk.lodge(lodged(text="one more"))[1] is not None
