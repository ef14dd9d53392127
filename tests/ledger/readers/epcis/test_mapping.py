import json

import pytest

from fixtures.epcis import event
from ledger.errors import UnknownError
from ledger.readers.epcis import cbv_hash, map_event
from verifier.errors import MalformedError, TooLargeError, UnsupportedError
from verifier.ledgerformat.disclosure import parse_disclosure
from verifier.ledgerformat.head import parse_head

MOMENT = 1_767_225_600_000
GS1 = "https://id.gs1.org"
PLACE = f"{GS1}/414/9506000134307"
ITEM_URN, ITEM = "urn:epc:id:sgtin:0614141.112345.400", f"{GS1}/01/10614141123459/21/400"
OTHER_ITEM = f"{GS1}/01/10614141123459/21/401"
PRODUCT = f"{GS1}/01/10614141123459"
UNIT_URN, UNIT = "urn:epc:id:sscc:0614141.1234567890", f"{GS1}/00/106141412345678908"
PALLET = f"{GS1}/00/106141411234567897"
LOT_URN, LOT = "urn:epc:class:lgtin:4012345.012345.998877", f"{GS1}/01/04012345123456/10/998877"
ASSET = "urn:epc:id:giai:4000001.111"


class Known:
    """What was recorded before, as a test has it."""

    def __init__(self, *, joined=(), told=()):
        self._joined, self._told = dict(joined), dict(told)

    def packed(self, child, parent):
        return self._joined.get((child, parent))

    associated = packed

    def told(self, event_id):
        return self._told.get(event_id, ())


@pytest.fixture
def commissioning(object_event, read_one):
    def build(epcs, **members):
        return read_one(object_event(action="ADD", bizStep="commissioning", epcList=epcs, **members))

    return build


@pytest.fixture
def aggregation(read_one):
    def build(**members):
        said = {"action": "ADD", "parentID": PALLET, "childEPCs": [UNIT_URN, ITEM_URN], "bizStep": "packing", **members}
        return read_one(event("AggregationEvent", MOMENT, **said))

    return build


def test_each_commissioned_item_becomes_an_event_with_its_product_and_lot(commissioning, compose):
    drafts = map_event(commissioning([ITEM_URN, OTHER_ITEM], ilmd={"cbvmda:lotNumber": "A/7"}))
    assert [each.type for each in drafts] == ["transport.commissioning"] * 2
    assert drafts[0].subjects == {"item": ITEM, "product": PRODUCT, "lot": f"{PRODUCT}/10/A%2F7"}
    assert drafts[1].subjects["item"] == OTHER_ITEM
    assert drafts[0].disclosed["/details"] == {"ilmd": {"cbvmda:lotNumber": "A/7"}}
    assert all(compose(each).name for each in drafts)


@pytest.mark.parametrize(
    "ilmd",
    [{"cbvmda:lotNumber": "x" * 21}, {"cbvmda:lotNumber": "批"}, {"cbvmda:lotNumber": 7}, {"demo:lotNumber": "7"}, {}],
    ids=["too-long", "other-signs", "a-number", "of-another-vocabulary", "none"],
)
def test_a_lot_number_that_makes_no_subject_stays_a_detail(commissioning, ilmd):
    (draft,) = map_event(commissioning([ITEM_URN], ilmd=ilmd))
    assert "lot" not in draft.subjects
    assert draft.disclosed["/details"]["ilmd"].keys() == ilmd.keys()


def test_a_lot_number_under_a_redefined_prefix_is_not_the_standard_one(object_event, read_one):
    told = object_event(action="ADD", bizStep="commissioning", epcList=[ITEM], ilmd={"cbvmda:lotNumber": "7"})
    for meaning, has_lot in [("http://example.com/cbvmda/", False), ("urn:epcglobal:cbv:mda:", True)]:
        (draft,) = map_event(read_one({**told, "@context": {"cbvmda": meaning}}))
        assert ("lot" in draft.subjects) == has_lot


def test_units_in_a_commissioning_are_opened_by_an_object_event(commissioning, compose):
    drafts = map_event(commissioning([UNIT_URN, ITEM_URN, PALLET]))
    assert [each.type for each in drafts] == ["transport.commissioning", "transport.object"]
    assert drafts[1].subjects == {"epcs": [UNIT, PALLET]}
    assert compose(drafts[1])


@pytest.mark.parametrize(
    "step",
    [
        "commissioning",
        "cbv:BizStep-commissioning",
        "https://ref.gs1.org/cbv/BizStep-commissioning",
    ],
)
def test_an_observed_commissioning_commissions_nothing(object_event, read_one, step):
    (draft,) = map_event(read_one(object_event(bizStep=step, epcList=[ITEM_URN])))
    assert (draft.type, draft.data["bizStep"]) == ("transport.object", "commissioning")


def test_an_object_event_is_about_its_epcs_and_lots_each_once(object_event, read_one, compose):
    told = object_event(
        epcList=[UNIT_URN, UNIT, ITEM], quantityList=[{"epcClass": LOT_URN, "quantity": 1.50, "uom": "KGM"}]
    )
    (draft,) = map_event(read_one(told))
    assert draft.type == "transport.object"
    assert draft.subjects == {"epcs": [UNIT, ITEM, LOT]}
    assert draft.time == MOMENT
    assert draft.disclosed["/details"] == {"quantityList": [{"epcClass": LOT_URN, "quantity": "1.5", "uom": "KGM"}]}
    assert compose(draft)


def test_what_everybody_may_read_is_in_clear_and_nothing_else(object_event, read_one, compose):
    told = object_event(
        eventID="urn:x:1",
        disposition="in_transit",
        readPoint={"id": "urn:epc:id:sgln:9506000.13430.0"},
        bizLocation={"id": "urn:epc:id:sgln:9506000.13430.7", "demo:gate": "3"},
        recordTime="2026-01-01T00:00:00Z",
        bizTransactionList=[{"type": "po", "bizTransaction": "urn:x:po:7"}],
        sourceList=[{"type": "owning_party", "source": "urn:epc:id:pgln:0614141.12345"}],
        destinationList=[{"type": "location", "destination": PLACE}],
        sensorElementList=[{"sensorReport": [{"type": "Temperature", "value": -18.50, "uom": "CEL"}]}],
        certificationInfo="urn:x:certificate",
        persistentDisposition={"set": ["completeness_verified"]},
        **{"demo:temperatureLimit": -15.0},
    )
    read = read_one(told)
    (draft,) = map_event(read)
    assert draft.data == {
        "action": "OBSERVE",
        "eventID": "urn:x:1",
        "bizStep": "shipping",
        "disposition": "in_transit",
        "readPoint": PLACE,
        "bizLocation": "urn:epc:id:sgln:9506000.13430.7",
        "zone": "+08:00",
        "alias": cbv_hash(read),
    }
    details = draft.disclosed["/details"]
    in_clear = {"type", "eventTime", "eventTimeZoneOffset", "eventID", "action", "bizStep", "disposition", "readPoint"}
    assert set(told) - in_clear - {"epcList"} == set(details)
    assert details["sensorElementList"][0]["sensorReport"][0]["value"] == "-18.5"
    made = compose(draft)
    assert parse_disclosure(made.disclosures[0]).value == details
    assert b"po:7" not in made.body


def test_the_source_is_the_whole_event_as_json_ld(object_event, read_one, compose):
    read = read_one(object_event(**{"demo:note": "温度"}))
    (draft,) = map_event(read)
    source = draft.attachments["/source"]
    assert source.media_type == "application/ld+json"
    told = json.loads(source.content)
    assert told.pop("@context") == list(read.contexts)
    assert told == dict(read.members)
    assert compose(draft).attachments == (source.content,)


def test_more_than_64_epcs_become_several_events_of_one_source(object_event, read_one, compose):
    epcs = [f"urn:epc:id:sgtin:0614141.112345.{each}" for each in range(150)]
    drafts = map_event(read_one(object_event(epcList=epcs)))
    assert [len(each.subjects["epcs"]) for each in drafts] == [64, 64, 22]
    assert len({each.attachments["/source"].content for each in drafts}) == 1
    assert all(compose(each) for each in drafts)


def test_each_child_that_is_packed_becomes_an_event(aggregation, compose):
    drafts = map_event(aggregation())
    assert [each.type for each in drafts] == ["transport.aggregation"] * 2
    assert [each.subjects for each in drafts] == [{"child": UNIT, "parent": PALLET}, {"child": ITEM, "parent": PALLET}]
    assert all(compose(each) for each in drafts)


def test_each_child_that_is_unpacked_answers_the_event_that_packed_it(aggregation, compose):
    packed = [compose(each) for each in map_event(aggregation())]
    names = {UNIT: packed[0].name, ITEM: packed[1].name}
    removal = aggregation(action="DELETE", bizStep="unpacking")
    drafts = map_event(removal, Known(joined={(child, PALLET): name for child, name in names.items()}))
    assert [(each.type, each.about) for each in drafts] == [("transport.unpacking", (made.name,)) for made in packed]
    assert drafts[0].data == {
        "reason": "unpacking",
        "action": "DELETE",
        "bizStep": "unpacking",
        "zone": "+08:00",
        "alias": cbv_hash(removal),
    }
    made = compose(drafts[1], targets=[parse_head(packed[1].head)])
    assert parse_head(made.head).joins == parse_head(packed[1].head).joins


def test_what_was_never_packed_cannot_be_unpacked(aggregation):
    with pytest.raises(UnknownError, match="packed into"):
        map_event(aggregation(action="DELETE"))


@pytest.mark.parametrize(
    ("members", "refusal"),
    [
        ({"parentID": ASSET}, "an individual asset"),
        ({"parentID": ITEM_URN}, "a item"),
        ({"parentID": UNIT}, "own child"),
    ],
    ids=["asset", "item", "itself"],
)
def test_only_another_unit_can_be_a_parent(aggregation, members, refusal):
    with pytest.raises((UnsupportedError, MalformedError), match=refusal):
        map_event(aggregation(**members))


@pytest.mark.parametrize(
    ("members", "error", "refusal"),
    [
        ({"epcList": [UNIT, ASSET]}, UnsupportedError, r"epcList\[1\]: came an individual asset"),
        ({"epcList": [PLACE]}, UnsupportedError, r"epcList\[0\]: came a place"),
        ({"epcList": ["https://brand.example/01/10614141123459"]}, UnsupportedError, "came a product"),
        ({"epcList": ["https://brand.example/01/10614141123458/21/1"]}, MalformedError, "check digit"),
        ({"epcList": ["urn:x:box:7"]}, UnsupportedError, "Neither an EPC URN"),
        ({"epcList": []}, MalformedError, "a unit, item, lot or product"),
        (
            {"quantityList": [{"epcClass": "urn:epc:idpat:grai:4012345.98765.*"}]},
            UnsupportedError,
            "a returnable asset",
        ),
        ({"eventID": f"urn:x:{'1' * 251}"}, TooLargeError, "eventID: came 257 characters"),
        ({"readPoint": {"id": f"urn:x:{'1' * 251}"}}, TooLargeError, "readPoint"),
        ({"demo:x": "1" * 60_000}, TooLargeError, "characters of details"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else None,
)
def test_what_no_event_of_ours_can_hold_is_refused_as_a_whole(object_event, read_one, members, error, refusal):
    with pytest.raises(error, match=refusal):
        map_event(read_one(object_event(**members)))


def test_a_step_too_long_for_a_reason_is_refused(aggregation):
    with pytest.raises(TooLargeError, match="bizStep"):
        map_event(aggregation(action="DELETE", bizStep=f"urn:x:{'1' * 100}"))
