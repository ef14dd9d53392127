"""The same submission gets the same leaf, also where it was recorded between the look-up and the writer."""

import pytest

from ledger.compose.event import Draft
from ledger.errors import ConflictError, StoppedError
from verifier.ledgerformat.submission import format_submission


@pytest.fixture
def blind(world, monkeypatch):
    """A ledger whose look-up before the queue finds nothing, as when two ask at one moment."""
    monkeypatch.setattr(world.ledger._leadership.door, "_find_same", lambda *_: None)
    return world


def test_a_submission_that_was_recorded_meanwhile_gets_its_leaf(blind, zone_terms):
    data = blind.submission(blind.seller, zone_terms.item("S1"))
    first = blind.ledger.submit(data).result()
    assert blind.ledger.submit(data).result() == first


def test_twice_in_one_block_is_recorded_once(blind, zone_terms):
    data = blind.submission(blind.seller, zone_terms.item("S2"))
    futures = [blind.ledger.submit(data) for _ in range(20)]
    assert len({each.result() for each in futures}) == 1


def test_another_statement_with_a_recorded_id_is_still_a_conflict(blind, zone_terms):
    draft = zone_terms.product_draft(blind, "06901234560022", {"zh": "一", "en": "one"}, 0)
    event = blind.seller.compose(draft, blind.zone.types)
    first = format_submission(blind.seller.sign([event], zone_terms.ORIGIN))
    second = format_submission(blind.seller.sign([event], zone_terms.ORIGIN))
    blind.ledger.submit(first).result()
    with pytest.raises(ConflictError):
        blind.ledger.submit(second).result()


def test_giving_up_waiting_does_not_hurt_the_writer(world, zone_terms):
    future = world.ledger.submit(world.submission(world.seller, zone_terms.item("S3")))
    future.cancel()
    later = world.ledger.submit(world.submission(world.seller, zone_terms.item("S4")))
    assert later.result(timeout=10)
    assert world.ledger.writer.stopped is None


def test_a_writer_that_stopped_promises_nothing_it_found_in_the_database(make_world, monkeypatch):
    world = make_world()
    monkeypatch.setattr(world.ledger._leadership.door, "_find_same", lambda *_: None)
    world.zone.admit_enterprises(world.customs, [world.seller])
    data = world.submission(
        world.seller,
        Draft(
            "filing.enterprise", 1, subjects={"enterprise": world.seller.uri},
            data={"names": dict(world.seller.names), "customsCode": "1"},
        ),
    )  # fmt: skip

    def fail(*_):
        raise StoppedError("guard", came="a full disk", expected="space")

    monkeypatch.setattr(world.ledger._leadership.guard, "record", fail)
    with pytest.raises(StoppedError):
        world.ledger.submit(data).result()
