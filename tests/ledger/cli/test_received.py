"""`suyuan mandate received`, `grant received`: what one was given, asked of the service, each of it proved."""

from __future__ import annotations

import pytest

from ledger.client.client import LedgerClient
from ledger.compose.event import Draft
from tests.ledger.cli.participants import open_street
from tests.world import DAY, ORDER, now


@pytest.fixture
def street(tmp_path, run):
    with open_street(tmp_path) as made:
        yield made


def give(street, run, agent="platform"):
    given = run("mandate", "give", street.uri(agent), "--types", "filing.*", "--until", now() + DAY,
                *street.speaking("seller"))  # fmt: skip
    assert given.code == 0, given.err
    street.publish()
    return given.answer["subjects"]["mandate"]


def received(street, run, what="mandate", who="platform", by=None, *more):
    return run(what, "received", street.uri(who), *street.to, *street.asking(by or who), "--json", *more)


def test_an_agent_sees_what_it_was_given_and_how_it_stands(run, street):
    none = received(street, run)
    assert (none.code, none.answer["mandates"]) == (0, []), none.err
    handle = give(street, run)
    (told,) = received(street, run).answer["mandates"]
    assert (told["handle"], told["principal"], told["standing"]) == (handle, street.uri("seller"), "valid")
    data = {"reason": "closed", "compromisedSince": None}
    street.world.say("customs", Draft("registry.revocation", now(), {"enterprise": street.uri("seller")}, data))
    street.publish()
    assert received(street, run).answer["mandates"][0]["standing"] == "giver-revoked"


def test_it_is_closed_to_others_and_open_to_agencies(run, street):
    give(street, run)
    refused = received(street, run, by="warehouse")
    assert (refused.code, refused.answer["error"]["code"]) == (1, "private")
    assert len(received(street, run, by="customs").answer["mandates"]) == 1


def test_a_grantee_sees_its_grants(run, street):
    (placed,) = street.world.say(
        "platform",
        Draft("order.placed", now(), {"order": ORDER},
              {"platform": {"code": "1", "name": "a"}, "seller": {"code": "1", "name": "a"}, "lineCount": 1}),
    )  # fmt: skip
    grant = {"grant": "urn:suyuan:grant:" + "a" * 32, "grantee": street.uri("warehouse")}
    street.world.say(
        "platform",
        Draft("registry.grant", now(), grant, {"fields": ["/buyer"]}, until=now() + DAY, about=(placed.name,)),
    )
    street.publish()
    (told,) = received(street, run, "grant", "warehouse").answer["grants"]
    assert (told["standing"], told["fields"], told["about"]) == ("valid", ["/buyer"], [placed.name.hex()])


def test_what_no_proof_shows_is_told_apart(run, street, monkeypatch):
    """A service may list what is not published yet, or what is not there."""
    made_up = "urn:suyuan:mandate:" + "b" * 32
    listed = {"mandates": [{"handle": made_up}], "next": None}
    monkeypatch.setattr(LedgerClient, "received", lambda *_args, **_more: listed)
    answer = received(street, run).answer
    assert (answer["mandates"], answer["unproved"]) == ([], [made_up])


def test_what_was_given_to_another_is_not_shown_as_ones_own(run, street, monkeypatch):
    handle = give(street, run, agent="warehouse")
    monkeypatch.setattr(
        LedgerClient, "received", lambda *_args, **_more: {"mandates": [{"handle": handle}], "next": None}
    )
    ran = received(street, run)
    assert (ran.code, ran.answer["error"]["field"]) == (1, "mandates")


@pytest.mark.parametrize("page", [{}, {"mandates": {}}, {"mandates": [1]}, {"mandates": [{"handle": "x"}]},
                                  {"mandates": [], "next": 0}, {"mandates": [], "next": "1"}])  # fmt: skip
def test_an_answer_of_another_shape_is_malformed(run, street, monkeypatch, page):
    monkeypatch.setattr(LedgerClient, "received", lambda *_args, **_more: page)
    ran = received(street, run)
    assert (ran.code, ran.answer["error"]["code"]) == (2, "malformed")


def test_people_read_it_in_both_languages(run, street):
    give(street, run)
    for lang, words in (("zh", ("委托", "有效", "以服务方所述为准")), ("en", ("valid", "the service's word"))):
        ran = run("mandate", "received", street.uri("platform"), *street.to, *street.asking("platform"), "--lang", lang)
        assert ran.code == 0, ran.err
        for each in words[1:] if lang == "zh" else words:
            assert each in ran.out
