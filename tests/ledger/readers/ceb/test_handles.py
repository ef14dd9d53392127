"""Handles: the same for the same thing, never derived from a number."""

import secrets

import pytest

from ledger.readers.ceb import DeclarationKey, DrawnHandles, OrderKey, ParcelKey
from verifier.errors import IncompleteError
from verifier.ledgerformat.subject import form_of

DAY = 24 * 3_600_000


@pytest.fixture
def handles():
    return DrawnHandles(secrets.token_bytes)


def test_each_kind_of_number_has_its_form(handles):
    assert form_of(handles.order(OrderKey("P", "1"))) == "handle:order"
    assert form_of(handles.parcel(ParcelKey("C", "1", 0))) == "handle:parcel"
    assert form_of(handles.declaration(DeclarationKey("A", own_number="1"))) == "handle:declaration"


def test_handles_are_drawn_not_computed():
    first, second = (DrawnHandles(secrets.token_bytes).order(OrderKey("P", "1")) for _ in range(2))
    assert first != second


def test_an_order_number_is_unique_for_its_platform(handles):
    assert handles.order(OrderKey("P", "1")) == handles.order(OrderKey("P", "1"))
    assert handles.order(OrderKey("P", "1")) != handles.order(OrderKey("Q", "1"))
    assert handles.order(OrderKey("P", "1")) != handles.order(OrderKey("P", "2"))


def test_without_platform_the_one_order_of_this_number_is_meant(handles):
    known = handles.order(OrderKey("P", "1"))
    assert handles.order(OrderKey(None, "1")) == known
    handles.order(OrderKey("Q", "1"))
    with pytest.raises(IncompleteError, match="platform"):
        handles.order(OrderKey(None, "1"))


def test_a_waybill_may_come_before_its_order(handles):
    early = handles.order(OrderKey(None, "1"))
    assert handles.order(OrderKey(None, "1")) == early
    assert handles.order(OrderKey("P", "1")) == early
    assert handles.order(OrderKey("Q", "1")) != early


def test_a_waybill_number_that_rested_for_half_a_year_is_another_parcel(handles):
    first = handles.parcel(ParcelKey("C", "1", 0))
    assert handles.parcel(ParcelKey("C", "1", 150 * DAY)) == first
    assert handles.parcel(ParcelKey("C", "1", 300 * DAY)) == first
    assert handles.parcel(ParcelKey("C", "1", 483 * DAY)) != first
    assert handles.parcel(ParcelKey("D", "1", 0)) != first


def test_a_list_keeps_its_handle_while_it_gains_numbers(handles):
    first = handles.declaration(DeclarationKey("A", own_number="1"))
    assert handles.declaration(DeclarationKey("A", port_number="2", own_number="1")) == first
    assert handles.declaration(DeclarationKey("A", port_number="2", customs_number="3")) == first
    assert handles.declaration(DeclarationKey("B", customs_number="3")) == first
    assert handles.declaration(DeclarationKey("B", own_number="1")) != first
