"""How long the law has records kept: by type, by the calendar, and never a reason to erase by itself."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ledger.erasure.retention import events_due, retention_of, retentions
from tests.world import DAY, now
from verifier.ledgerformat.vocabulary import matches_any, parse_type
from verifier.vocabulary import type_files


def ms(*date: int) -> int:
    return int(datetime(*date, tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(("begun", "ended"), [((2026, 11, 23), (2029, 11, 23)), ((2028, 2, 29), (2031, 2, 28))])
def test_it_ends_by_the_calendar(begun, ended):
    assert retention_of("order.placed").until(ms(*begun)) == ms(*ended)


def test_every_class_names_its_basis_in_both_languages_and_is_of_types_that_there_are():
    names = type_files()
    for each in retentions():
        assert each.years >= 3
        assert each.basis.keys() == {"zh", "en"}
        assert all(any(matches_any((pattern,), name) for name in names) for pattern in each.types)


def test_every_type_of_a_transaction_has_a_class():
    erasable = [name for name, file in type_files().items() if not parse_type(file, name).permanent]
    without = {name.partition(".")[0] for name in erasable if retention_of(name) is None}
    assert without <= {"assistance", "endorsement", "record"}, "what answers a record is kept as long as it is"


def test_records_are_due_once_their_term_has_ended_and_not_before(world):
    with world.ledger.store.read() as reader:
        assert not list(events_due(reader, now() + 3 * 365 * DAY - 2 * DAY))
        due = {each.name: each for each in events_due(reader, now() + 3 * 366 * DAY)}
    assert world.events["order"].name in due
    assert due[world.events["order"].name].type == "order.placed"
    assert world.events["product"].name not in due
