"""What is packed, attached, made of other things, traded, measured, or was told wrongly."""

import json
from types import SimpleNamespace

import pytest

from fixtures.epcis import event
from ledger.errors import UnknownError
from ledger.readers.epcis import cbv_hash, map_event
from verifier.errors import MalformedError, TooLargeError, UnsupportedError
from verifier.ledgerformat.head import parse_head

MOMENT = 1_767_225_600_000
GS1 = "https://id.gs1.org"
ITEM, OTHER_ITEM = f"{GS1}/01/10614141123459/21/400", f"{GS1}/01/10614141123459/21/401"
PRODUCT, LOT = f"{GS1}/01/10614141123459", f"{GS1}/01/04012345123456/10/998877"
LOT_URN = "urn:epc:class:lgtin:4012345.012345.998877"
UNIT, PALLET = f"{GS1}/00/106141412345678908", f"{GS1}/00/106141411234567897"


class Known:
    """What was recorded before, as a test has it."""

    def __init__(self, *, packed=(), associated=(), told=()):
        self._packed, self._associated, self._told = dict(packed), dict(associated), dict(told)

    def inside(self, parent):
        return [child for child, into in self._packed if into == parent]

    def attached(self, parent):
        return [child for child, to in self._associated if to == parent]

    def packed(self, child, parent):
        return self._packed.get((child, parent))

    def associated(self, child, parent):
        return self._associated.get((child, parent))

    def told(self, event_id):
        return self._told.get(event_id, ())


@pytest.fixture
def read(read_one):
    return lambda kind, **members: read_one(event(kind, MOMENT, **members))


@pytest.mark.parametrize("kind", ["AggregationEvent", "AssociationEvent"])
def test_what_is_only_observed_is_told_of_parent_and_children_and_changes_nothing(read, compose, kind):
    observed = read(
        kind, action="OBSERVE", parentID=PALLET, childEPCs=[UNIT, ITEM], childQuantityList=[{"epcClass": LOT_URN}]
    )
    (draft,) = map_event(observed)
    assert draft.type == "transport.object"
    assert draft.subjects == {"epcs": [UNIT, ITEM, LOT], "parent": PALLET}
    assert (draft.data["epcisType"], draft.data["action"]) == (kind, "OBSERVE")
    head = parse_head(compose(draft).head)
    assert (len(head.joins), head.follows) == (4, ())


def test_children_observed_without_a_parent_need_none(read, compose):
    (draft,) = map_event(read("AggregationEvent", action="OBSERVE", childEPCs=[UNIT]))
    assert draft.subjects == {"epcs": [UNIT]}
    assert compose(draft)


def test_more_children_than_one_event_holds_are_observed_in_several(read, compose):
    children = [f"{PRODUCT}/21/{each}" for each in range(100)]
    drafts = map_event(read("AggregationEvent", action="OBSERVE", parentID=PALLET, childEPCs=children))
    assert [len(each.subjects["epcs"]) for each in drafts] == [63, 37]
    assert all(compose(each) for each in drafts)


def test_each_child_that_is_attached_becomes_an_association_and_detached_a_dissociation(read, compose):
    said = {"parentID": PALLET, "childEPCs": [UNIT, ITEM]}
    attached = [compose(each) for each in map_event(read("AssociationEvent", action="ADD", **said))]
    known = Known(associated={(UNIT, PALLET): attached[0].name, (ITEM, PALLET): attached[1].name})
    drafts = map_event(read("AssociationEvent", action="DELETE", bizStep="removing", **said), known)
    assert [(each.type, each.about) for each in drafts] == [
        ("transport.dissociation", (made.name,)) for made in attached
    ]
    assert drafts[0].data["reason"] == "removing"
    joins = [
        parse_head(compose(draft, [parse_head(made.head)]).head).joins
        for draft, made in zip(drafts, attached, strict=True)
    ]
    assert joins == [parse_head(made.head).joins for made in attached]


def test_what_was_packed_cannot_be_detached(read):
    gone = read("AssociationEvent", action="DELETE", parentID=PALLET, childEPCs=[UNIT])
    with pytest.raises(UnknownError, match="associated with"):
        map_event(gone, Known(packed={(UNIT, PALLET): bytes(32)}))


def test_lots_and_items_that_became_others_are_a_transformation_with_its_quantities_disclosed(read, compose):
    made = read(
        "TransformationEvent",
        inputEPCList=[ITEM],
        inputQuantityList=[{"epcClass": LOT_URN, "quantity": 1.50, "uom": "KGM"}],
        outputEPCList=[OTHER_ITEM],
        transformationID="urn:x:batch:7",
    )
    (draft,) = map_event(made)
    assert draft.type == "transport.transformation"
    assert draft.subjects == {"inputs": [ITEM, LOT], "outputs": [OTHER_ITEM], "products": [PRODUCT]}
    assert draft.data["transformationID"] == "urn:x:batch:7"
    assert draft.disclosed["/quantities"] == {
        "inputQuantityList": [{"epcClass": LOT_URN, "quantity": "1.5", "uom": "KGM"}]
    }
    assert b"1.5" not in compose(draft).body


def test_more_outputs_than_one_event_holds_each_stand_beside_all_inputs(read, compose):
    outputs = [f"{PRODUCT}/21/{each}" for each in range(100)]
    drafts = map_event(read("TransformationEvent", inputQuantityList=[{"epcClass": LOT_URN}], outputEPCList=outputs))
    assert [len(each.subjects["outputs"]) for each in drafts] == [63, 37]
    assert all(each.subjects["inputs"] == [LOT] for each in drafts)
    assert all(compose(each) for each in drafts)


@pytest.mark.parametrize(
    ("members", "error", "refusal"),
    [
        ({"inputEPCList": [ITEM], "transformationID": "urn:x:1"}, UnsupportedError, "in several events"),
        ({"outputEPCList": [ITEM], "transformationID": "urn:x:1"}, UnsupportedError, "in several events"),
        ({"inputEPCList": [UNIT], "outputEPCList": [ITEM]}, UnsupportedError, "a unit"),
        (
            {"inputEPCList": [ITEM], "outputQuantityList": [{"epcClass": "urn:epc:idpat:sgtin:4012345.098765.*"}]},
            UnsupportedError,
            "a product",
        ),
        (
            {"inputEPCList": [f"{PRODUCT}/21/{each}" for each in range(33)], "outputEPCList": [f"{PRODUCT}/21/x"]},
            TooLargeError,
            "33 inputs",
        ),
    ],
    ids=["inputs-only", "outputs-only", "a-unit", "a-product", "too-many-inputs"],
)
def test_a_transformation_that_no_event_of_ours_can_hold_is_refused(read, members, error, refusal):
    with pytest.raises(error, match=refusal):
        map_event(read("TransformationEvent", **members))


def test_a_transaction_is_told_of_its_goods_and_only_parties_see_which(read, compose):
    traded = read(
        "TransactionEvent",
        action="ADD",
        parentID=PALLET,
        epcList=[UNIT],
        quantityList=[{"epcClass": LOT_URN, "quantity": 3}],
        bizTransactionList=[{"type": "po", "bizTransaction": "urn:x:po:7"}],
    )
    (draft,) = map_event(traded)
    assert (draft.type, draft.data["epcisType"]) == ("transport.object", "TransactionEvent")
    assert draft.subjects == {"epcs": [UNIT, LOT], "parent": PALLET}
    assert draft.disclosed["/details"]["bizTransactionList"] == [{"type": "po", "bizTransaction": "urn:x:po:7"}]
    assert b"po:7" not in compose(draft).body


def test_a_transaction_about_nothing_is_refused_and_one_about_a_parent_alone_is_not(read, compose):
    said = {"action": "DELETE", "bizTransactionList": [{"bizTransaction": "urn:x:1"}], "epcList": []}
    with pytest.raises(MalformedError, match="that it is about"):
        map_event(read("TransactionEvent", **said))
    (draft,) = map_event(read("TransactionEvent", parentID=PALLET, **said))
    assert draft.subjects == {"epcs": [PALLET]}
    assert compose(draft)


def _report(**members):
    return {"sensorReport": [{"type": "Temperature", "uom": "CEL", **members}]}


def test_reported_sensor_data_are_told_as_lowest_and_highest_value_of_each_measure(object_event, read_one, compose):
    elements = [
        _report(value=-18.50),
        _report(minValue=-20, maxValue=-4.25, exception="ALARM_CONDITION"),
        {"sensorReport": [{"type": "gs1:RelativeHumidity", "value": 40, "uom": "P1"}]},
        {"sensorReport": [{"type": "Torque", "value": 7, "uom": "NU"}]},
    ]
    told, *sensed = map_event(read_one(object_event(bizStep="sensor_reporting", sensorElementList=elements)))
    assert told.type == "transport.object"
    kept = ("measures", "unit", "minimum", "maximum", "excursion")
    assert [tuple(each.data[name] for name in kept) for each in sensed] == [
        ("temperature", "CEL", "-20", "-4.25", True),
        ("humidity", "P1", "40", "40", False),
    ]
    assert {each.data["alias"] for each in sensed} == {told.data["alias"]}
    assert all(compose(each) for each in (told, *sensed))


@pytest.mark.parametrize("report", [{}, {"value": 1e30}, {"value": 0.1234567}], ids=["no-value", "huge", "too-fine"])
def test_readings_that_no_event_of_ours_can_hold_stay_details(object_event, read_one, report):
    elements = [_report(**report)]
    (draft,) = map_event(read_one(object_event(bizStep="sensor_reporting", sensorElementList=elements)))
    assert draft.disclosed["/details"]["sensorElementList"]


def test_sensor_data_of_any_other_event_are_told_to_nobody_but_its_parties(object_event, read_one):
    drafts = map_event(read_one(object_event(bizStep="shipping", sensorElementList=[_report(value=3)])))
    assert [each.type for each in drafts] == ["transport.object"]


@pytest.fixture
def wrong(object_event, read_one):
    """An event, and the same declared an error."""
    said = object_event(eventID="urn:x:1")
    declared = {
        "declarationTime": "2026-01-02T00:00:00Z", "reason": "incorrect_data", "correctiveEventIDs": ["urn:x:2"]
    }  # fmt: skip
    return SimpleNamespace(
        first=read_one(said), declare=lambda **how: read_one({**said, "errorDeclaration": {**declared, **how}})
    )


def test_a_declared_error_answers_every_event_that_the_erroneous_one_became(wrong, compose):
    first = compose(map_event(wrong.first)[0])
    known = Known(told={"urn:x:1": (first.name, bytes(32)), "urn:x:2": (b"\2" * 32,)})
    drafts = map_event(wrong.declare(), known)
    assert [(each.type, each.about) for each in drafts] == [
        ("record.correction", (first.name,)),
        ("record.correction", (bytes(32),)),
    ]
    assert drafts[0].time == MOMENT + 86_400_000
    assert drafts[0].data == {
        "reason": "incorrect-data",
        "eventID": "urn:x:1",
        "alias": cbv_hash(wrong.first),
        "correctiveEventIDs": ["urn:x:2"],
        "replacedBy": [(b"\2" * 32).hex()],
    }
    made = compose(drafts[0], [parse_head(first.head)])
    assert parse_head(made.head).joins == parse_head(first.head).joins
    assert json.loads(made.attachments[0])["errorDeclaration"]["reason"] == "incorrect_data"


def test_an_error_is_found_by_the_hash_where_the_event_had_no_id(object_event, read_one):
    said = object_event()
    known = Known(told={cbv_hash(read_one(said)): (bytes(32),)})
    (draft,) = map_event(read_one({**said, "errorDeclaration": {"declarationTime": "2026-01-02T00:00:00Z"}}), known)
    assert (draft.about, draft.data["reason"]) == ((bytes(32),), "not-stated")


def test_corrective_events_that_nobody_knows_are_kept_by_their_ids(wrong):
    (draft,) = map_event(wrong.declare(reason="did_not_occur"), Known(told={"urn:x:1": (bytes(32),)}))
    assert (draft.data["reason"], draft.data["correctiveEventIDs"]) == ("did-not-occur", ["urn:x:2"])
    assert "replacedBy" not in draft.data


def test_an_error_in_what_was_never_recorded_is_refused(wrong):
    with pytest.raises(UnknownError, match="an event that was recorded"):
        map_event(wrong.declare())


def test_more_corrective_events_than_an_event_of_ours_names_are_refused(wrong):
    many = [f"urn:x:{each}" for each in range(17)]
    with pytest.raises(TooLargeError, match="17 events"):
        map_event(wrong.declare(correctiveEventIDs=many), Known(told={"urn:x:1": (bytes(32),)}))


# Children, goods and materials that are known by their class and quantity only.
CLASS = "urn:epc:idpat:sgtin:0614141.112345.*"
BY_CLASS = [{"epcClass": LOT_URN, "quantity": 12}, {"epcClass": CLASS, "quantity": 3}]


@pytest.mark.parametrize("kind", ["AggregationEvent", "AssociationEvent"])
@pytest.mark.parametrize("action", ["ADD", "DELETE"])
def test_children_by_quantity_are_told_of_beside_their_parent_and_open_nothing(read, compose, kind, action):
    (draft,) = map_event(read(kind, action=action, parentID=PALLET, childQuantityList=BY_CLASS))
    assert draft.type == "transport.object"
    assert draft.subjects == {"epcs": [LOT], "products": [PRODUCT], "parent": PALLET}
    assert (draft.data["epcisType"], draft.data["action"]) == (kind, action)
    assert draft.disclosed["/details"]["childQuantityList"][0]["quantity"] == "12"
    head = parse_head(compose(draft).head)
    assert head.follows == ()
    assert {each for each, _ in head.joins} == {"trace", "member"}


def test_children_by_piece_and_by_quantity_of_one_event_are_each_told_their_way(read, compose):
    drafts = map_event(
        read("AggregationEvent", action="ADD", parentID=PALLET, childEPCs=[UNIT], childQuantityList=BY_CLASS)
    )
    assert [each.type for each in drafts] == ["transport.aggregation", "transport.object"]
    assert len({each.data["alias"] for each in drafts}) == 1, "they are parts of one event"
    assert all(compose(each) for each in drafts)


@pytest.mark.parametrize(
    ("kind", "known", "type_"),
    [
        ("AggregationEvent", "packed", "transport.unpacking"),
        ("AssociationEvent", "associated", "transport.dissociation"),
    ],
)
def test_a_removal_that_names_no_children_is_of_all_that_are_inside(read, kind, known, type_):
    inside = {(UNIT, PALLET): bytes([1]) * 32, (ITEM, PALLET): bytes([2]) * 32, (OTHER_ITEM, UNIT): bytes([3]) * 32}
    drafts = map_event(read(kind, action="DELETE", parentID=PALLET), Known(**{known: inside}))
    assert [(each.type, each.about) for each in drafts] == [
        (type_, (bytes([1]) * 32,)),
        (type_, (bytes([2]) * 32,)),
    ]


@pytest.mark.parametrize("kind", ["AggregationEvent", "AssociationEvent"])
def test_a_removal_of_all_where_nothing_is_known_inside_is_refused(read, kind):
    with pytest.raises(UnknownError, match="parentID"):
        map_event(read(kind, action="DELETE", parentID=PALLET))


def test_products_without_lot_are_told_of_in_a_history_that_no_items_story_goes_through(read, compose):
    (draft,) = map_event(read("ObjectEvent", action="OBSERVE", bizStep="stocking", quantityList=BY_CLASS))
    assert (draft.type, draft.subjects) == ("transport.object", {"epcs": [LOT], "products": [PRODUCT]})
    (only,) = map_event(read("ObjectEvent", action="OBSERVE", bizStep="stocking", quantityList=BY_CLASS[1:]))
    assert only.subjects == {"products": [PRODUCT]}
    head = parse_head(compose(only).head)
    assert ([kind for kind, _ in head.joins], head.follows) == (["member"], ())


def test_sensors_report_of_pieces_and_lots_but_of_no_product(read):
    seen = [{"sensorReport": [{"type": "Temperature", "value": 4, "uom": "CEL"}]}]
    members = {"action": "OBSERVE", "bizStep": "sensor_reporting", "sensorElementList": seen}
    drafts = map_event(read("ObjectEvent", quantityList=BY_CLASS, **members))
    assert [(each.type, each.subjects.get("goods")) for each in drafts] == [
        ("transport.object", None),
        ("transport.sensor", [LOT]),
    ]
    assert [each.type for each in map_event(read("ObjectEvent", quantityList=BY_CLASS[1:], **members))] == [
        "transport.object"
    ]


def test_materials_without_lot_go_into_a_transformation_and_are_not_followed(read, compose):
    made = {"outputEPCList": [OTHER_ITEM]}
    (draft,) = map_event(read("TransformationEvent", inputQuantityList=BY_CLASS, **made))
    assert (draft.subjects["inputs"], draft.subjects["materials"]) == ([LOT], [PRODUCT])
    (only,) = map_event(read("TransformationEvent", inputQuantityList=BY_CLASS[1:], **made))
    assert "inputs" not in only.subjects
    head = parse_head(compose(only).head)
    assert sorted(kind for kind, _ in head.joins) == ["member", "trace"]
    assert len(head.follows) == 1, "the product of what came out, and not that of the material"
