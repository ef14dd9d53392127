"""Handles of others are resolved, proved, and linked where two opened the same number."""

from __future__ import annotations

import dataclasses

import pytest

from fixtures.zone.founding import draft_key
from ledger.compose.event import Draft
from ledger.readers.ceb import Facts
from ledger.signing.signer import generate
from tests.ledger.client.serving import Reply
from tests.ledger.gateway.zone import Gated, messages_of
from tests.world import now
from verifier.ledgerformat.head import parse_head
from verifier.primitives.keys import EDDSA
from verifier.proof.verify import verify_trace


@pytest.fixture(scope="module")
def keys(world):
    """Request keys of the firms."""
    made = {}
    for name in ("platform", "seller", "payment", "carrier"):
        made[name] = generate(EDDSA)
        draft = draft_key(world.cast[name].uri, made[name].public, now(), kind="registry.enterprise-key", use="request")
        world.say("customs", draft)
    return made


@pytest.fixture
def gateways(world, service, keys, tmp_path):
    """A gateway for each firm, each with its own folder and request key."""
    made = {}
    for name, key in keys.items():
        policy = world.standpoint().policy
        made[name] = Gated(world, service.url, tmp_path / name, names=(name,), request_key=key, policy=policy)
        made[name].start()
    yield made
    for each in made.values():
        each.stop()


def grant(world, event, who, giver="platform"):
    subjects = {"grant": f"urn:suyuan:grant:{generate(EDDSA).public.kid.hex()[:32]}", "grantee": world.cast[who].uri}
    world.zone.heads[event.name] = event.head
    draft = Draft("registry.grant", now(), subjects, {"fields": ["/number"]}, about=(event.name,), until=now() + 10**9)
    speaker = world.cast[giver]
    kid = speaker.signer.public.kid
    speaker._sequence[kid] = max(speaker._sequence.get(kid, 0), 1_000_000)  # the gateway counts for itself
    world.say(giver, draft)


def recorded_event(gated, kind):
    with gated.gateway.store.reading() as connection:
        rows = connection.execute(
            "SELECT i.name, e.head FROM item i JOIN event e ON e.item = i.seq WHERE i.state = 'recorded'"
        ).fetchall()
    return next(
        dataclasses.make_dataclass("E", ["name", "head"])(name, parse_head(head))
        for name, head in rows
        if parse_head(head).type == kind
    )


def test_what_waits_for_the_number_of_another_goes_once_the_number_may_be_read(world, gateways, service):
    sent = dict(messages_of([501]))
    (order,) = (message for who, message in messages_of([501], ["CEB311"]))
    payment, platform = gateways["payment"], gateways["platform"]
    payment.take("payment", sent["payment"])
    assert payment.resolver.turn()
    assert payment.states() == {"waiting": 1}
    platform.take("platform", order)
    platform.wait()
    world.cosign()
    payment.resolver._asked.clear()
    payment.resolver.turn()
    assert payment.states() == {"waiting": 1}  # not its party, and nobody granted it
    grant(world, recorded_event(platform, "order.placed"), "payment")
    world.cosign()
    payment.resolver._asked.clear()
    payment.resolver.turn()
    assert payment.wait() == {"recorded": 1}, payment.reasons()


def test_an_opening_that_its_proof_does_not_bear_out_is_not_believed(world, gateways, service):
    (order,) = (message for who, message in messages_of([502], ["CEB311"]))
    seller, platform = gateways["seller"], gateways["platform"]
    platform.take("platform", order)
    platform.wait()
    world.cosign()
    event = recorded_event(platform, "order.placed")
    other = "urn:suyuan:order:" + "0" * 32
    lie = f'{{"resolved": [{{"openings": [{{"event": "{event.name.hex()}", "handle": "{other}"}}]}}]}}'
    (listed,) = (message for who, message in messages_of([502], ["CEB621"]))
    service.lie("/handles/resolve", Reply(lie.encode(), "application/json"))
    seller.take("seller", listed)
    seller.resolver.turn()
    assert seller.states() == {"waiting": 1}
    del service.lies["/handles/resolve"]
    seller.resolver._asked.clear()
    seller.resolver.turn()
    assert seller.wait() == {"recorded": 1}, seller.reasons()


def test_two_openings_of_one_number_are_linked_and_the_proof_of_either_follows_the_link(world, gateways):
    (order,) = (message for who, message in messages_of([503], ["CEB311"]))
    handles = {}
    for who in ("platform", "seller"):
        gateways[who].take(who, order, Facts(to=world.cast["seller"].uri))
    for who in ("platform", "seller"):
        gateways[who].wait()
        with gateways[who].gateway.store.reading() as connection:
            handles[who] = connection.execute("SELECT handle FROM handle").fetchone()[0]
    assert handles["platform"] != handles["seller"]
    world.cosign()
    gateways["seller"].resolver.turn()
    assert gateways["seller"].wait() == {"recorded": 2}, gateways["seller"].reasons()
    world.cosign()
    for who, handle in handles.items():
        story = verify_trace(world.ledger.prover.trace(handle, walk="public").data, world.standpoint(), subject=handle)
        types = [each.event.head.type for each in story.timeline]
        assert types.count("order.placed") == 2, who
        assert types.count("record.same-subject") == 1
    with gateways["seller"].gateway.store.writing() as connection:
        connection.execute("UPDATE handle SET look = 0")
    gateways["seller"].resolver.turn()
    assert gateways["seller"].wait() == {"recorded": 2}  # it is said once


def test_the_opening_of_the_platform_whose_number_it_is_goes_before_an_earlier_one_of_somebody_else(world, gateways):
    (order,) = (message for who, message in messages_of([505], ["CEB311"]))
    for who in ("seller", "platform"):  # the seller's stands first
        gateways[who].take(who, order)
        gateways[who].wait()
        grant(world, recorded_event(gateways[who], "order.placed"), "carrier", giver=who)
    world.cosign()
    (waybill,) = (message for who, message in messages_of([505], ["CEB511"]))
    gateways["carrier"].take("carrier", waybill)
    gateways["carrier"].resolver.turn()
    assert gateways["carrier"].wait() == {"recorded": 1}, gateways["carrier"].reasons()
    opened = recorded_event(gateways["platform"], "order.placed").head.joins
    followed = recorded_event(gateways["carrier"], "transport.waybill").head.follows
    assert {name for _, name in followed} <= {name for _, name in opened}


def test_what_is_asked_in_vain_is_asked_ever_more_seldom(gateways, service):
    (payment,) = (message for who, message in messages_of([504], ["CEB411"]))
    gateways["payment"].take("payment", payment)
    clock = [100.0]
    resolver = gateways["payment"].resolving(lambda: clock[0])
    asked = []
    for at in (100.0, 100.9, 101.1, 102.9, 103.2, 107.1, 107.3):  # pauses of 1, 2 and 4 seconds
        clock[0] = at
        resolver.turn()
        asked.append(service.asked.count("POST /handles/resolve"))
    assert asked == [1, 1, 2, 2, 3, 3, 4]
