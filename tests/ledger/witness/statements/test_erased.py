"""Whoever says again what was erased by order is refused, and nobody who replays calls that withheld."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fixtures.zone.actors import agency
from ledger.compose.event import Draft
from tests.ledger.client.world import ORIGIN
from tests.ledger.witness.statements.test_replay_judge import replayed  # noqa: F401 - a fixture
from verifier.errors import NotPermittedError
from verifier.ledgerformat.head import event_name, format_head, parse_head
from verifier.ledgerformat.submission import format_submission

FIRM = {"code": "1", "name": "firm"}
BASIS = {"zh": "示例依据", "en": "Example basis"}


def _placed(world) -> Draft:
    data = {"platform": FIRM, "seller": FIRM, "lineCount": 1}
    return Draft("order.placed", world.now(), {"order": "urn:suyuan:order:" + "a" * 32}, data)


def _order(world, event) -> None:
    """Let the roots and a privacy officer order that an event's body is erased."""
    zone = world.zone
    officer = agency("privacy", "隐", "Privacy", ["privacy-officer"], root=False)
    zone.decree([zone._agency(officer)])
    zone.decree([zone._key("registry.key", officer)])
    draft = Draft("registry.erasure", world.now(), data={"what": ["body"], "basis": BASIS}, about=(event.name,))
    (said,) = zone.say(zone.agencies[0], [draft], as_root=True)
    approval = Draft("registry.approval", world.now(), about=(said.name,))
    zone.say(officer, [approval])
    for holder in zone.agencies[: zone.threshold]:
        zone.say(holder, [approval], as_root=True)


def test_an_erased_body_said_again_is_not_admissible_to_a_witness_that_replays(replayed):  # noqa: F811
    world, judge, advance = replayed
    (event,) = world.zone.say(world.seller, [_placed(world)])
    head = parse_head(event.head)
    spelt = format_head(replace(head, id=head.id[:-1] + bytes([head.id[-1] ^ 1])))
    again = replace(event, name=event_name(spelt), head=spelt)
    submission = format_submission(world.seller.sign([again], ORIGIN))
    world.publish()
    size = advance()
    assert judge.judge(submission) == size
    _order(world, event)
    world.publish()
    advance()
    with pytest.raises(NotPermittedError, match="erased by order"):
        judge.judge(submission)
    with pytest.raises(NotPermittedError, match="erased by order"):
        world.ledger.submit(submission).result()
