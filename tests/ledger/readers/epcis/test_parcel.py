from dataclasses import replace

import pytest

from fixtures.epcis import Moments, Places, parcel_events
from ledger.readers.epcis import map_event, read_epcis
from verifier.errors import MalformedError, MismatchError

GS1 = "https://id.gs1.org"
PLACES = Places(warehouse="9506000134307", hub="4012345000054", city="0614141123452")
MOMENTS = Moments(*range(1_767_225_600_000, 1_767_225_600_005))
PARCEL = {"gtin": "10614141123459", "serial": "A/1", "sscc": "106141412345678908", "places": PLACES, "moments": MOMENTS}


def test_the_same_parcel_is_the_same_bytes():
    assert parcel_events(**PARCEL) == parcel_events(**PARCEL)
    assert parcel_events(**PARCEL) != parcel_events(**{**PARCEL, "serial": "A/2"})


def test_a_parcel_goes_from_the_warehouse_to_the_buyers_city(compose):
    reading = read_epcis(parcel_events(**PARCEL, lot="L7"))
    assert not reading.faulty
    drafts = [draft for each in reading.events for draft in map_event(each)]
    assert [(each.type, each.data["bizStep"]) for each in drafts] == [
        ("transport.commissioning", "commissioning"),
        ("transport.object", "shipping"),
        ("transport.object", "arriving"),
        ("transport.object", "departing"),
        ("transport.object", "receiving"),
    ]
    assert drafts[0].subjects["lot"] == f"{GS1}/01/10614141123459/10/L7"
    assert {each.subjects["epcs"][0] for each in drafts[1:]} == {f"{GS1}/00/106141412345678908"}
    assert [each.data["readPoint"][-13:] for each in drafts] == [
        PLACES.warehouse,
        PLACES.warehouse,
        PLACES.hub,
        PLACES.hub,
        PLACES.city,
    ]
    assert [each.time for each in drafts] == list(range(1_767_225_600_000, 1_767_225_600_005))
    assert len({compose(each).name for each in drafts}) == 5


@pytest.mark.parametrize(
    "changes",
    [
        {"gtin": "10614141123458"},
        {"sscc": "1"},
        {"serial": ""},
        {"lot": "x" * 21},
        {"places": replace(PLACES, hub="4012345000055")},
    ],
    ids=["check-digit", "short-sscc", "no-serial", "long-lot", "gln"],
)
def test_a_parcel_with_a_wrong_identifier_is_refused(changes):
    with pytest.raises(MalformedError):
        parcel_events(**{**PARCEL, **changes})


def test_a_parcel_cannot_arrive_before_it_left():
    with pytest.raises(MismatchError, match="moments"):
        parcel_events(**{**PARCEL, "moments": replace(MOMENTS, arrived=0)})
