"""Attacks on disclosures and bodies: two values for one field, values of another event, fields in the clear."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from ledger.compose.event import ComposedEvent, Draft
from tests.attacks.conftest import bend
from tests.world import FIRM, World, handle, now
from verifier.errors import MalformedError, MismatchError, SuyuanError
from verifier.ledgerformat.body import body_hash
from verifier.ledgerformat.disclosure import disclosure_digest, format_disclosure
from verifier.ledgerformat.submission import format_submission
from verifier.ledgerformat.vocabulary import parse_type
from verifier.primitives.base64strict import format_base64url
from verifier.vocabulary import type_files

SALT = b"s" * 16


def _order(world: World, seed: str = "twin") -> ComposedEvent:
    draft = Draft(
        "order.placed",
        now(),
        {"order": handle("order", seed)},
        {"platform": FIRM, "seller": FIRM, "lineCount": 1},
        {"/number": "ORDER-9", "/buyer": {"name": "李四"}},
    )
    return world.cast["platform"].compose(draft, world.zone.types)


def _rebody(event: ComposedEvent, body: bytes) -> ComposedEvent:
    return replace(bend(event, body=body_hash(body)), body=body)


def _refused(world: World, event: ComposedEvent, kind: type[SuyuanError], match: str) -> None:
    size = world.ledger.head.edge.size
    with pytest.raises(kind, match=match):
        world.ledger.submit(format_submission(world.cast["platform"].sign([event], world.ledger.origin))).result()
    assert world.ledger.head.edge.size == size


def test_twin_disclosures_of_one_field_are_refused(world: World):
    """Two digests for one field would let an issuer show one buyer to customs and another to the court."""
    event = _order(world)
    twin = format_disclosure(salt=SALT, pointer="/number", value="ORDER-OTHER")
    _refused(world, replace(event, disclosures=(*event.disclosures, twin)), MismatchError, "disclosure")


def test_twin_digests_under_one_name_are_refused(world: World):
    event = _order(world)
    digest = format_base64url(disclosure_digest(format_disclosure(salt=SALT, pointer="/number", value="OTHER")))
    body = event.body.replace(b'"_sd":{', f'"_sd":{{"/number":"{digest}",'.encode())
    _refused(world, _rebody(event, body), MalformedError, "twice")


def test_disclosure_under_another_fields_name_is_refused(world: World):
    event = _order(world)
    moved = format_disclosure(salt=SALT, pointer="/buyer", value={"name": "王五"})
    body = json.loads(event.body)
    body["_sd"]["/number"] = format_base64url(disclosure_digest(moved))
    kept = [each for each in event.disclosures if '"/number"' not in _clear(each)]
    bent = replace(_rebody(event, json.dumps(body).encode()), disclosures=(*kept, moved))
    _refused(world, bent, MismatchError, "disclosure")


def test_value_in_the_clear_beside_its_disclosure_is_refused(world: World):
    event = _order(world)
    body = json.loads(event.body)
    body["data"]["number"] = "ORDER-9"
    _refused(world, _rebody(event, json.dumps(body).encode()), SuyuanError, "number|Additional")


def test_missing_disclosure_is_refused(world: World):
    event = _order(world)
    _refused(world, replace(event, disclosures=event.disclosures[1:]), MismatchError, "disclosures")


def test_decoy_digest_is_refused(world: World):
    event = _order(world)
    body = json.loads(event.body)
    body["_sd"]["/decoy"] = format_base64url(b"d" * 32)
    _refused(world, _rebody(event, json.dumps(body).encode()), MismatchError, "_sd")


def test_short_salt_is_refused(world: World):
    event = _order(world)
    short = format_disclosure(salt=b"s" * 15, pointer="/number", value="ORDER-9")
    body = json.loads(event.body)
    body["_sd"]["/number"] = format_base64url(disclosure_digest(short))
    kept = [each for each in event.disclosures if '"/number"' not in _clear(each)]
    bent = replace(_rebody(event, json.dumps(body).encode()), disclosures=(*kept, short))
    _refused(world, bent, MalformedError, "salt")


def test_disclosure_of_another_event_is_refused(world: World):
    event, other = _order(world, "one"), _order(world, "two")
    _refused(world, replace(event, disclosures=other.disclosures), MismatchError, "disclosure")


def test_attachment_that_nothing_names_is_refused(world: World):
    event = _order(world)
    _refused(world, replace(event, attachments=(b"stray",)), MismatchError, "attachments")


def test_body_of_another_event_is_refused(world: World):
    event, other = _order(world, "one"), _order(world, "two")
    _refused(world, replace(event, body=other.body), MismatchError, "body")


def test_type_with_overlapping_pointers_is_refused():
    """With /buyer and /buyer/name both disclosed, one would say what the other denies."""
    file = json.loads(type_files()["order.placed"])
    file["disclosures"]["/buyer/name"] = {"audience": "agencies"}
    with pytest.raises(MalformedError, match="inside another"):
        parse_type(json.dumps(file).encode())


def _clear(disclosure: str) -> str:
    import base64  # noqa: PLC0415

    return base64.urlsafe_b64decode(disclosure + "==").decode()
