"""`suyuan grant` and `suyuan agency reattest` on a real ledger behind its service."""

from __future__ import annotations

import pytest

from ledger.client.client import LedgerClient
from ledger.compose.event import Draft
from ledger.errors import PrivateError
from ledger.signing.signer import generate
from tests.ledger.cli.participants import open_street
from tests.world import DAY, now, parcel_story, tell_parcel
from verifier.judgement.participants import key_subject
from verifier.primitives.keys import EDDSA, format_key


@pytest.fixture
def street(tmp_path, run):
    with open_street(tmp_path) as made:
        tell_parcel(made.world, until="waybill")
        yield made


def give(street, run, *names, who="payer", grantee="carrier", fields=("body", "/amount"), options=()):
    words = [word for each in fields for word in ("--field", each)]
    events = [each.hex() for each in names]
    until = ("--until", now() + DAY)
    options = options or street.asking(who)
    return run("grant", "give", street.uri(grantee), *events, *words, *until, *options, *street.speaking(who))


def show(street, run, what):
    asking = street.asking("payer")
    street.publish()
    ran = run("grant", "show", what, *street.to, *asking, "--json")
    assert ran.code == 0, ran.err
    return ran.answer["grants"]


def test_a_bank_reads_what_it_was_granted_while_the_grant_lasts_and_nothing_else(run, street):
    payment, order = street.world.events["payment"].name, street.world.events["order"].name
    street.asking("warehouse")
    own = street.asking("payer")
    street.speaking("payer")
    street.service.open_reads(open_=False)
    bank = LedgerClient(street.service.url, request_key=street.keys["warehouse-request.pem"])
    with pytest.raises(PrivateError):
        bank.body(payment)
    ran = give(street, run, payment, grantee="warehouse", options=own)
    assert ran.code == 0, ran.err
    assert ran.answer["targets"][0]["type"] == "order.payment"
    assert bank.body(payment) == street.world.events["payment"].body
    assert list(bank.disclosures(payment)) == ["/amount"]
    with pytest.raises(PrivateError):
        bank.disclosures(order)
    handle = ran.answer["subjects"]["grant"]
    ended = run("grant", "end", handle, "--reason", "over", *street.speaking("payer"))
    assert ended.code == 0, ended.err
    with pytest.raises(PrivateError):
        bank.body(payment)


def test_grants_are_shown_by_handle_and_by_event_with_how_they_stand(run, street):
    payment = street.world.events["payment"].name
    assert show(street, run, payment.hex()) == []
    first, second = (give(street, run, payment, fields=(each,)).answer for each in ("body", "/amount"))
    run("grant", "end", first["subjects"]["grant"], "--reason", "over", *street.speaking("payer"))
    found = show(street, run, payment.hex())
    assert [(each["handle"], each["standing"]) for each in found] == [
        (first["subjects"]["grant"], "revoked"), (second["subjects"]["grant"], "valid"),
    ]  # fmt: skip
    registry = street.world.ledger.head.replay.registry
    (in_force,) = registry.grants_for(payment, street.size, now())
    assert show(street, run, in_force.subject) == [found[1]]
    assert found[1]["about"] == [payment.hex()]


def test_only_one_s_own_events_are_granted_and_nothing_is_signed_otherwise(run, street):
    street.speaking("seller")
    street.asking("seller")
    before = street.size
    ran = give(street, run, street.world.events["payment"].name, who="seller")
    assert (ran.code, ran.answer["error"]["field"]) == (1, "head.about")
    assert street.size == before
    assert not (street.folder / "seller-statement.pem.sequence").exists()


@pytest.mark.parametrize(("fields", "field"), [(("amount",), "fields"), (("body", "body"), "fields")])
def test_a_grant_that_could_not_be_is_refused_with_its_field(run, street, fields, field):
    ran = give(street, run, street.world.events["payment"].name, fields=fields)
    assert ran.code in (1, 2)
    assert field in ran.answer["error"]["field"]


def test_a_pointer_that_opens_nothing_is_refused_and_the_ones_that_do_are_named(run, street):
    payment = street.world.events["payment"].name
    ran = give(street, run, payment, fields=("/amuont",))
    assert (ran.code, ran.answer["error"]["field"]) == (1, "--field")
    assert "/amount" in ran.answer["error"]["expected"]
    assert show(street, run, payment.hex()) == []


def test_a_grant_that_was_ended_is_not_ended_again(run, street):
    given = give(street, run, street.world.events["payment"].name).answer
    end = ("grant", "end", given["subjects"]["grant"], "--reason", "over", *street.speaking("payer"))
    assert run(*end).code == 0
    street.publish()
    before = street.size
    ran = run(*end)
    assert (ran.code, ran.answer["error"]["field"]) == (1, "subject")
    assert street.size == before


def test_a_grant_is_about_64_events_at_most_and_no_more_are_even_asked_for(run, street):
    street.speaking("payer")
    street.asking("payer")
    street.service.asked.clear()
    ran = give(street, run, *(bytes([each]) * 32 for each in range(65)))
    assert (ran.code, ran.answer["error"]["field"]) == (1, "EVENT")
    assert street.service.asked == []


def test_what_cannot_be_checked_is_not_granted(run, street):
    """A payment is in the parties' walk alone, which is not open to who asks without a request key."""
    ran = give(street, run, street.world.events["payment"].name, options=("--wait", 5))
    assert (ran.code, ran.answer["error"]["field"]) == (3, "subject")
    assert "--request-key" in ran.answer["error"]["todo"]


def test_another_agency_stands_for_what_a_suspect_key_said_and_the_verdict_says_so(run, street):
    world, market = street.world, street.uri("market")
    tell_parcel_on(world)
    signer = world.cast["inspection"].signer
    subjects = {"key": key_subject(signer.public.kid)}
    world.zone.decree([Draft("registry.revocation", now(), subjects, {"reason": "stolen", "compromisedSince": 1})])
    name = world.events["inspection"].name
    by_itself = run("agency", "reattest", name.hex(), *street.speaking("inspection"))
    assert (by_itself.code, by_itself.answer["error"]["field"]) == (1, "head.about")
    ran = run("agency", "reattest", name.hex(), *street.speaking("market"))
    assert ran.code == 0, ran.err
    (target,) = ran.answer["targets"]
    assert target["recognition"] == "disputed"
    again = run("agency", "reattest", name.hex(), *street.speaking("market"), "--dry-run")
    assert again.answer["targets"][0]["recognition"] != "disputed"
    assert ran.answer["issuer"] == market


def tell_parcel_on(world):
    """Say what follows the waybill, up to the inspection."""
    for name, who, draft in parcel_story(world):
        if name in ("list", "inspection"):
            (world.events[name],) = world.say(who, draft(world.events) if callable(draft) else draft)


def test_a_registration_is_reattested_too(run, street):
    """The registry's own events are shown by the walk of their subject, which is checked."""
    world = street.world
    speaking = street.speaking("market")
    (registered,) = world.zone.decree(
        [Draft("registry.key", now(), {"key": key_subject(key.public.kid), "holder": street.uri("tax")},
               {"use": "statement", "key": format_key(key.public), "types": ["*"], "subjects": []})
         for key in [generate(EDDSA)]]
    )  # fmt: skip
    street.publish()
    ran = run("agency", "reattest", registered.name.hex(), *speaking)
    assert ran.code == 0, ran.err
    assert ran.answer["targets"][0]["type"] == "registry.key"
    assert world.ledger.head.replay.registry.reattestations_of(registered.name)


def test_people_see_what_they_stand_for_before_they_are_asked(run, street):
    speaking = [each for each in street.speaking("payer") if each not in ("--quiet", "--yes")]
    asking = street.asking("payer")
    name = street.world.events["payment"].name.hex()
    for lang, title in (("zh", "授权查阅"), ("en", "Grant")):
        ran = run("grant", "give", street.uri("carrier"), name, "--field", "body", "--until", now() + DAY,
                  *speaking, *asking, "--lang", lang)  # fmt: skip
        assert (ran.code, ran.answer["error"]["field"]) == (2, "--yes")
        assert all(each in ran.err for each in (title, street.uri("carrier"), name, "order.payment"))
